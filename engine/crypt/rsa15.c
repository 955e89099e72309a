/*
 * rsa15.c - raw RSA by libcrypto, and the padding here, without a branch or an address that depends on it:
 *
 *      00 02 nonzero... 00 key          the length of the key is known, so each byte's place is
 *
 * The other key is HMAC-SHA-256 of the ciphertext under a hash of the private exponent. Were it random, asking twice would
 * tell: a right key is the same each time.
 */
#include "rsa15.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "certs.h"
#include "context.h"

#define MODULUS_MAX 2048 /* bytes: 16384 bits */

/* All ones if v is 0, else 0. */
static unsigned
is_zero(unsigned v)
{
	return 0u - ((~v & (v - 1)) >> 31);
}

/* The key that stands in for one that is not there. */
static bool
stand_in(struct pli *pli, const struct pli_key *key, struct view encrypted, uint8_t out[32])
{
	uint8_t exponent[MODULUS_MAX], secret[32];
	BIGNUM *d = NULL;
	size_t n = 0;
	bool ok;

	/* A key that does not show its exponent: then, random. */
	if (!EVP_PKEY_is_a(key->pkey, "RSA") || EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_D, &d) != 1) {
		context_forget();
		return context_random(pli, out, 32, NULL) == PLI_OK;
	}
	ok = BN_bn2binpad(d, exponent, sizeof(exponent)) == (int)sizeof(exponent) &&
	     EVP_Digest(exponent, sizeof(exponent), secret, NULL, pli->sha256, NULL) == 1 &&
	     EVP_Q_mac(pli->lib, "HMAC", NULL, "SHA256", NULL, secret, sizeof(secret), encrypted.p, encrypted.len, out,
		 32, &n) != NULL &&
	     n == 32;
	BN_clear_free(d);
	wipe(exponent, sizeof(exponent));
	wipe(secret, sizeof(secret));
	return ok;
}

/* Decrypts to all of the k bytes of the modulus. That it cannot is known to everybody: the number is too large. */
static bool
decrypt_raw(struct pli *pli, const struct pli_key *key, struct view encrypted, uint8_t *em, size_t k)
{
	uint8_t padded[MODULUS_MAX] = { 0 };
	EVP_PKEY_CTX *ctx;
	size_t len = k;
	bool ok;

	if (encrypted.len > k)
		return false;
	memcpy(padded + (k - encrypted.len), encrypted.p, encrypted.len);
	ctx = EVP_PKEY_CTX_new_from_pkey(pli->lib, key->pkey, NULL);
	ok = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	     EVP_PKEY_decrypt(ctx, em, &len, padded, k) == 1 && len == k;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

enum pli_status
rsa15_unwrap(struct pli *pli, const struct pli_key *key, struct view encrypted, size_t len, struct secret *out,
    struct pli_error *err)
{
	uint8_t em[MODULUS_MAX] = { 0 }, other[32];
	int size = EVP_PKEY_get_size(key->pkey);
	size_t k = size < 0 ? 0 : (size_t)size, i;
	unsigned good;

	if (!stand_in(pli, key, encrypted, other))
		return context_fail(err, PLI_ERR, "a content key cannot be unwrapped");
	/* What is too short, too long or of another kind gets zeroes, whose padding is wrong. */
	if (!EVP_PKEY_is_a(key->pkey, "RSA") || k > MODULUS_MAX || k < len + 11 ||
	    !decrypt_raw(pli, key, encrypted, em, k)) {
		if (context_out_of_memory()) {
			wipe(other, sizeof(other));
			return fail_memory(err);
		}
		k = sizeof(em);
		memset(em, 0, sizeof(em));
	}
	context_forget();
	good = is_zero(em[0]) & is_zero(em[1] ^ 2u) & is_zero(em[k - len - 1]);
	for (i = 2; i < k - len - 1; i++)
		good &= ~is_zero(em[i]);
	out->len = len;
	for (i = 0; i < len; i++)
		out->p[i] = (uint8_t)((em[k - len + i] & good) | (other[i] & ~good));
	wipe(em, sizeof(em));
	wipe(other, sizeof(other));
	return PLI_OK;
}
