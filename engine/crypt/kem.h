#ifndef PLI_KEM_H
#define PLI_KEM_H

/*
 * kem.h - keys of ML-KEM (FIPS 203): which they are, and whether this build can seal to them and open with them.
 *
 * That is so where libcrypto's CMS knows KEMRecipientInfo (RFC 9629, RFC 9936): in OpenSSL 3.6 and later, found when pli is
 * configured. Elsewhere such keys are told from those that nobody knows, so that an error can say what is missing.
 */

#include <openssl/types.h>
#include <stdbool.h>

#include "fail.h"

struct pli_key;

/* What to do about one that this build cannot use: the end of a hint. */
#define KEM_HINT "a pli that was built with OpenSSL 3.6 or later has ML-KEM"

/* kem_available: does this build have KEM recipients? */
bool kem_available(void);

/* kem_is: is it an ML-KEM key? */
bool kem_is(const EVP_PKEY *pkey);

/* kem_opens: is the key one that opens as a KEM recipient? No other key does, whatever a recipient's name says. */
bool kem_opens(const struct pli_key *key);

/*
 * kem_unread: which kind of ML-KEM key is this, that libcrypto did not read because it does not know it? NULL if it is none,
 * or where kem_available. kem_refuse fails with PLI_ERR_CERTIFICATE for a key of that kind in the file of that name.
 */
const char *kem_unread(const PKCS8_PRIV_KEY_INFO *info);
enum pli_status kem_refuse(const char *file, const char *kind, struct pli_error *err);

/* kem_name returns "ML-KEM-512", "ML-KEM-768" or "ML-KEM-1024" for the OID of such a key (RFC 9935 3), or NULL. */
const char *kem_name(const ASN1_OBJECT *oid);

#endif
