#ifndef PLI_KEYS_H
#define PLI_KEYS_H

/*
 * keys.h - certificates to seal to, and private keys to open with.
 *
 *      pli_certs_new -> pli_certs_add ... -> pli_certs_check -> pli_certs_free
 *      pli_key_new -> pli_key_info -> pli_key_free
 *
 * RULES
 *   - Bytes in, objects out: reading files is the caller's.
 *   - name is how errors speak of the bytes (a file name, usually).
 *   - Passphrases are asked through a callback, wiped after use, never stored.
 *   - Objects are constant once made and may be shared by threads.
 */

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "pli.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a certificate says of itself. Strings are UTF-8 as found (print them escaped), and borrowed from the object. */
struct pli_cert_info {
	const char *name;      /* as given to pli_certs_add or pli_key_new */
	const char *subject;   /* RFC 2253 text */
	const char *issuer;    /* RFC 2253 text */
	const char *cn;        /* the common name, or the subject without one */
	const char *serial;    /* lower-case hex, "-" before a negative one */
	const char *ski;       /* lower-case hex, or NULL */
	const char *algorithm; /* "rsa-3072", "P-256", ... */
	int64_t not_before;    /* seconds since 1970, UTC */
	int64_t not_after;
};

/* A list of recipient certificates, in the order in which they were added. */
struct pli_certs;

PLI_API enum pli_status pli_certs_new(struct pli_certs **out, struct pli *pli, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_certs_add appends the certificates in the len bytes at data: one in DER,
 * a PKCS#7 bundle in DER (".p7b": SignedData with certificates and nothing
 * else, RFC 5652 5.1), or all of a PEM text (labels CERTIFICATE, X509
 * CERTIFICATE, TRUSTED CERTIFICATE, PKCS7, CMS). Fails with
 * PLI_ERR_CERTIFICATE when there is none or one cannot be read, PLI_ERR_LIMIT
 * past 1,000; the list is unchanged then.
 */
PLI_API enum pli_status pli_certs_add(
    struct pli_certs *certs, const void *data, size_t len, const char *name, struct pli_error *err) PLI_MUST_CHECK;

PLI_API size_t pli_certs_count(const struct pli_certs *certs);

/* pli_certs_info fills *out for certificate i, 0 <= i < count; all of it is zero for another i. */
PLI_API void pli_certs_info(const struct pli_certs *certs, size_t i, struct pli_cert_info *out);

/*
 * pli_certs_fingerprint writes the SHA-256 of certificate i, and that of its SubjectPublicKeyInfo (RFC 5280 4.1.2.7), which
 * is the same for every certificate of one key pair: lower-case hex, NUL-terminated.
 */
#define PLI_FINGERPRINT_CAP 65
PLI_API enum pli_status pli_certs_fingerprint(const struct pli_certs *certs, size_t i, char cert[PLI_FINGERPRINT_CAP],
    char public_key[PLI_FINGERPRINT_CAP], struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_certs_authority: is certificate i that of an authority, whose key signs certificates (RFC 5280 4.2.1.9: cA, and a key
 * usage that has keyCertSign or is not there)?
 */
PLI_API bool pli_certs_authority(const struct pli_certs *certs, size_t i);

/*
 * pli_certs_same_recipient: have certificate i of a and certificate j of b the same issuer and serial number, which is how an
 * envelope names its recipients (RFC 5652 10.2.4)? An authority gives no number twice (RFC 5280 4.1.2.2); if it did, nothing can be
 * sealed to both.
 */
PLI_API bool pli_certs_same_recipient(const struct pli_certs *a, size_t i, const struct pli_certs *b, size_t j);

struct pli_cert_policy {
	int64_t now;         /* seconds since 1970; 0: the clock */
	int64_t opening;     /* the opening date; 0: not known */
	bool allow_expiring; /* expiry before the opening is not refused */
};

/*
 * pli_certs_check says whether bids may be sealed to these certificates: at
 * least one; valid now and, unless allowed, at the opening; fit for encryption
 * (key usage, RFC 5280 4.2.1.3: keyEncipherment for RSA, keyAgreement for EC,
 * or no such extension); RSA of 2048 to 16384 bits with an odd exponent of at
 * least 3, or P-256, P-384, P-521; none twice (issuer and serial number).
 * Fails with PLI_ERR_CERTIFICATE, naming the first that is not.
 */
PLI_API enum pli_status pli_certs_check(
    const struct pli_certs *certs, const struct pli_cert_policy *policy, struct pli_error *err) PLI_MUST_CHECK;

/* pli_certs_free and pli_key_free: NULL is fine. */
PLI_API void pli_certs_free(struct pli_certs *certs);

/*
 * A pli_ask writes the passphrase for name into buf (cap bytes, no NUL needed)
 * and its length into *len. attempt counts from 0; a wrong passphrase is asked
 * again until the callback fails, so a callback that cannot ask twice fails
 * with PLI_ERR_PASSPHRASE at attempt 1.
 */
typedef enum pli_status pli_ask(
    void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err);

/* A private key together with its certificate. */
struct pli_key;

/*
 * pli_key_new reads a private key from the len bytes at data: PKCS#12 (RFC
 * 7292), PKCS#8 plain or encrypted (RFC 5958), or the traditional RSA and EC
 * forms, in DER or PEM. Its certificate is the first whose public key matches,
 * of those in extra (may be NULL), then those in the same bytes. It opens what
 * is sealed to any other of them, too: an authority may have made several.
 * ask may be NULL when nothing is encrypted.
 *
 * PKCS#12 files of old systems (RC2, RC4) need libcrypto's legacy provider,
 * which is loaded for that one file, in a context of its own.
 *
 * Fails with PLI_ERR_PASSPHRASE (wrong or missing), PLI_ERR_CERTIFICATE (not a
 * key, a kind that pli cannot use, no certificate that matches), PLI_ERR_LIMIT
 * (more than 10,000,000 iterations between the passphrase and the key, or for
 * the MAC of a PKCS#12 file, which counts for itself; they are not begun).
 */
PLI_API enum pli_status pli_key_new(struct pli_key **out, struct pli *pli, const void *data, size_t len,
    const char *name, const struct pli_certs *extra, pli_ask *ask, void *ask_arg, struct pli_error *err) PLI_MUST_CHECK;

/* pli_key_info fills *out with what the key's certificate says. */
PLI_API void pli_key_info(const struct pli_key *key, struct pli_cert_info *out);

/*
 * pli_key_legacy: was the key in a file that is hardly encrypted (RC2, RC4, DES), which other programs refuse? Then it
 * should be saved anew (pair.h, pli_pair_save).
 */
PLI_API bool pli_key_legacy(const struct pli_key *key);

PLI_API void pli_key_free(struct pli_key *key);

/* pli_legacy_provider: can libcrypto's legacy provider be loaded, without which old PKCS#12 files are not read? */
PLI_API bool pli_legacy_provider(void);

#ifdef __cplusplus
}
#endif

#endif
