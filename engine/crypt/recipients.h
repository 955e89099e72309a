#ifndef PLI_RECIPIENTS_H
#define PLI_RECIPIENTS_H

/*
 * recipients.h - wraps and unwraps content keys for recipients, through libcrypto's CMS and its public calls only.
 *
 * libcrypto's CMS never gives the content key away. So each message gets one more recipient, of the kind KEKRecipientInfo
 * (RFC 5652 6.2.3), for a key encryption key of our own (struct recipients_kek); its encrypted key, unwrapped, is the
 * content key. The caller, who reads CMS, finds it by its identifier and leaves it out of everything that is kept.
 */

#include "bytes.h"
#include "pli/keys.h"

struct recipients_kek {
	struct secret key;
	uint8_t id[16];
};

enum recipients_profile {
	RECIPIENTS_GCM, /* AuthEnvelopedData, AES-256-GCM; RSA: OAEP with SHA-256 (RFC 4055) */
	RECIPIENTS_CBC  /* EnvelopedData, AES-256-CBC; RSA: PKCS#1 v1.5 (RFC 3370 4.2.1) */
};

/*
 * recipients_seal appends to der a complete message of the profile with a random content key, a random nonce, no content,
 * certs as recipients (EC in either profile: ephemeral-static ECDH with the SHA-256 KDF of X9.63 and AES-256 key wrap, RFC
 * 5753; ML-KEM, where kem_available: HKDF with SHA-256 and AES-256 key wrap, RFC 9936), and kek, which it fills.
 */
enum pli_status recipients_seal(struct pli *pli, enum recipients_profile profile, const struct pli_certs *certs,
    struct buf *der, struct recipients_kek *kek, struct pli_error *err) PLI_MUST_CHECK;

/*
 * recipients_open takes the message in (an enveloped one with an empty content, a tag of 16 bytes if it has one, and one
 * recipient, which matches the key by its certificate which) and appends to out the same message with kek, which it fills, as another recipient. Fails with
 * PLI_ERR_AUTH if the content key cannot be unwrapped. A failure to unwrap must not be told from a wrong content key:
 * the caller goes on with a random key of the right length (RFC 3218).
 */
enum pli_status recipients_open(struct pli *pli, const struct pli_key *key, int which, struct view in, struct buf *out,
    struct recipients_kek *kek, struct pli_error *err) PLI_MUST_CHECK;

/* recipients_unwrap unwraps (RFC 3394) the encrypted key of the recipient kek. Fails with PLI_ERR_AUTH. */
enum pli_status recipients_unwrap(const struct pli *pli, const struct recipients_kek *kek, struct view wrapped,
    struct secret *key, struct pli_error *err) PLI_MUST_CHECK;

/* recipients_random makes a random content key of len bytes. */
enum pli_status recipients_random(
    struct pli *pli, size_t len, struct secret *key, struct pli_error *err) PLI_MUST_CHECK;

/* recipients_bound is more than the RecipientInfos for certs take, in bytes: a certificate holds all they name. */
size_t recipients_bound(const struct pli_certs *certs);

/*
 * recipients_match_name: which of the key's certificates has this Name and serial number (DER, and contents octets)? Names
 * compare as RFC 5280 7.1 says. recipients_match_ski: which has this subject key identifier? false, and *which is not set: none.
 */
bool recipients_match_name(const struct pli_key *key, struct view issuer, struct view serial, int *which);
bool recipients_match_ski(const struct pli_key *key, struct view ski, int *which);

#endif
