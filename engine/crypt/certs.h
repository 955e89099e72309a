#ifndef PLI_CERTS_H
#define PLI_CERTS_H

/*
 * certs.h - certificates, and keys with theirs, as the other files of this folder see them.
 */

#include <openssl/x509.h>

#include "bytes.h"
#include "pli/keys.h"

#define CERTS_MAX 1000

struct cert {
	X509 *x509;
	char *name, *subject, *issuer, *cn, *serial, *ski; /* texts, as in struct pli_cert_info */
	char algorithm[32];
	int64_t not_before, not_after;
	unsigned char *der; /* the whole certificate */
	size_t der_len;
};

struct pli_certs {
	struct pli *pli;
	struct cert *list;
	size_t count, cap;
};

struct pli_key {
	struct cert cert;
	STACK_OF(X509) * others; /* certificates of the same key, with other names; NULL: none */
	EVP_PKEY *pkey;
	bool legacy; /* came out of a file that only the legacy provider can read */
};

/* certs_init **takes** x509, also when it fails, and writes down what it says. */
enum pli_status certs_init(struct cert *c, X509 *x509, const char *name, struct pli_error *err) PLI_MUST_CHECK;

void certs_clear(struct cert *c);

void certs_info(const struct cert *c, struct pli_cert_info *out);

/* certs_each calls take with every certificate in data, PEM or DER. take **takes** it, also when it fails. */
typedef enum pli_status certs_take(void *arg, X509 *x509, struct pli_error *err);
enum pli_status certs_each(struct pli *pli, struct view data, const char *name, certs_take *take, void *arg,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * certs_copy returns from decoded once more from its bytes: a certificate of the context lib, which libcrypto does not make
 * where it takes one out of something else. NULL when it cannot be decoded, or there is no memory.
 */
X509 *certs_copy(OSSL_LIB_CTX *lib, const X509 *from);

/*
 * certs_is_der: do the bytes begin as something longer than 127 bytes does in DER or BER? No text does: it may begin with
 * the digit that is also the tag, but what follows then is no continuation byte of UTF-8. (A name in DER may look like PEM.)
 */
bool certs_is_der(struct view data);

/* certs_has_private_key: is there one in data, a file in DER or PEM? Encrypted PKCS#8 in DER is not told from a certificate. */
bool certs_has_private_key(struct view data);

/* certs_kem is the name of the certificate's key if that is one of ML-KEM, known to libcrypto or not, else NULL: kem.h. */
const char *certs_kem(const X509 *x509);

/* cert_weakness says in words why nothing should be sealed to the key of a certificate, or NULL. */
const char *cert_weakness(const X509 *x509);

#endif
