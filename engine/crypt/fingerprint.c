/* fingerprint.c - the SHA-256 of a certificate, which is its name among people, and of its key, whoever certified it. */
#include <openssl/x509.h>

#include "certs.h"
#include "context.h"

static void
hex(char *out, const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

enum pli_status
pli_certs_fingerprint(const struct pli_certs *certs, size_t i, char cert[PLI_FINGERPRINT_CAP],
    char public_key[PLI_FINGERPRINT_CAP], struct pli_error *err)
{
	const X509 *x509;
	unsigned char *spki = NULL;
	uint8_t digest[32];
	bool ok;
	int len;

	if (i >= certs->count)
		return fail(err, PLI_ERR_USAGE, "there is no certificate %zu: there are %zu", i, certs->count);
	x509 = certs->list[i].x509;
	ok = X509_digest(x509, certs->pli->sha256, digest, NULL) == 1;
	if (ok)
		hex(cert, digest, sizeof(digest));
	len = ok ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki) : -1;
	ok = len > 0 && EVP_Digest(spki, (size_t)len, digest, NULL, certs->pli->sha256, NULL) == 1;
	OPENSSL_free(spki);
	if (!ok)
		return context_fail(err, PLI_ERR, "cannot compute the fingerprint of a certificate");
	hex(public_key, digest, sizeof(digest));
	return PLI_OK;
}
