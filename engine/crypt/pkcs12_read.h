#ifndef PLI_PKCS12_READ_H
#define PLI_PKCS12_READ_H

/*
 * pkcs12_read.h - what is in a PKCS#12 file (RFC 7292), once its passphrase is known.
 *
 *      pkcs12_read_form -> PKCS12_verify_mac ... -> pkcs12_read -> pkcs12_read_clear
 */

#include <openssl/pkcs12.h>

#include "bytes.h"
#include "pli/pli.h"

/* pkcs12_read_form decodes the file der, of at most INT32_MAX bytes, for the context lib. NULL: it is none. */
PKCS12 *pkcs12_read_form(OSSL_LIB_CTX *lib, struct view der);

struct pkcs12_read {
	EVP_PKEY *pkey;
	STACK_OF(X509) * certs; /* may be NULL */
	bool legacy;            /* encrypted with what only libcrypto's legacy provider knows: RC2, RC4, DES */
};

/*
 * pkcs12_read reads the file der, whose MAC was seen to be right for passphrase, into *out, which belongs to the context of
 * pli. name is how errors speak of it. Fails with PLI_ERR_CERTIFICATE (no key in it, damaged, or a cipher that is not
 * there); *out is empty then.
 */
enum pli_status pkcs12_read(struct pli *pli, struct view der, const char *name, const char *passphrase,
    struct pkcs12_read *out, struct pli_error *err) PLI_MUST_CHECK;

void pkcs12_read_clear(struct pkcs12_read *p);

#endif
