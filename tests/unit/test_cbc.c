/* CBC in segments against one-shot EVP, and padding against a plain reading of RFC 5652 6.3. */
#include "cbc.h"
#include "pieces.h"
#include "suite.h"

#include <openssl/evp.h>

#define LEN 4800

static const uint8_t key[32] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
	25, 26, 27, 28, 29, 30, 31, 32 };
static const uint8_t iv[16] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6 };

static const struct {
	size_t block, key_len;
	const EVP_CIPHER *(*evp)(void);
} all[] = {
	{ 16, 16, EVP_aes_128_cbc },
	{ 16, 24, EVP_aes_192_cbc },
	{ 16, 32, EVP_aes_256_cbc },
	{ 8, 24, EVP_des_ede3_cbc },
};

static struct cbc *
new_cbc(size_t i, unsigned workers, bool sealing)
{
	struct pli_error err = { 0 };
	struct cbc *c;

	check_ok(cbc_new(&c, support_pli(), all[i].block, view_of(key, all[i].key_len), view_of(iv, all[i].block),
		     workers, sealing, &err),
	    err);
	return c;
}

static void
one_shot(size_t i, const uint8_t *in, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	check(ctx != NULL && EVP_EncryptInit_ex(ctx, all[i].evp(), NULL, key, iv) == 1);
	check(EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && EVP_EncryptUpdate(ctx, out, &n, in, LEN) == 1 && n == LEN);
	EVP_CIPHER_CTX_free(ctx);
}

static void
segments(void)
{
	static uint8_t plain[LEN], want[LEN], got[LEN];
	static const size_t cuts[] = { 16, 48, 1600, LEN };
	uint8_t digest[16], nothing[16] = { 0 };
	size_t i, k, at, n;

	support_bytes(plain, LEN, 1);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		one_shot(i, plain, want);
		for (k = 0; k < sizeof(cuts) / sizeof(cuts[0]); k++) {
			struct cbc *c = new_cbc(i, 1, true);

			n = cuts[k];
			for (at = 0; at < LEN; at += n)
				check(
				    cbc_segment(c, 0, GCM_SEAL, NULL, plain + at, got + at, n, digest, NULL) == PLI_OK);
			check(memcmp(got, want, LEN) == 0);
			cbc_free(c);
			/* opened from the last to the first, by two workers, in place */
			c = new_cbc(i, 2, false);
			for (at = LEN; at > 0; at -= n)
				check(cbc_segment(c, (unsigned)(at / n % 2), GCM_OPEN,
					  at == n ? iv : want + at - n - all[i].block, got + at - n, got + at - n, n,
					  digest, NULL) == PLI_OK);
			check(memcmp(got, plain, LEN) == 0 && memcmp(digest, nothing, 16) == 0);
			cbc_free(c);
		}
	}
}

/* Digests tell ciphertexts apart, and are the same whether it is decrypted or not. */
static void
digests(void)
{
	static uint8_t in[64], out[64];
	uint8_t a[16], b[16], d[16];
	struct cbc *c = new_cbc(2, 1, false);

	cbc_bind(c);
	check(cbc_segment(c, 0, GCM_HASH, iv, in, NULL, 64, a, NULL) == PLI_OK);
	check(cbc_segment(c, 0, GCM_OPEN, iv, in, out, 64, b, NULL) == PLI_OK);
	in[63] ^= 1;
	check(cbc_segment(c, 0, GCM_HASH, iv, in, NULL, 64, d, NULL) == PLI_OK);
	check(memcmp(a, b, 16) == 0 && memcmp(a, d, 16) != 0);
	cbc_free(c);
}

static size_t
plain_padding(const uint8_t *p, size_t len, size_t block)
{
	size_t pad = p[len - 1], i;

	if (pad == 0 || pad > block)
		return 0;
	for (i = 0; i < pad; i++)
		if (p[len - 1 - i] != pad)
			return 0;
	return pad;
}

static void
padding(void)
{
	uint8_t block[32];
	size_t i, pad, at, right = 0;
	unsigned last;

	for (i = 2; i < 4; i++) {
		struct cbc *c = new_cbc(i, 1, false);

		for (last = 0; last < 256; last++)
			for (pad = 0; pad <= 17; pad++)
				for (at = 0; at <= 17; at++) {
					memset(block, 0x77, sizeof(block));
					memset(block + sizeof(block) - pad, (int)last, pad);
					block[sizeof(block) - 1 - at] ^= (uint8_t)(at == 17 ? 0 : 0x80);
					block[31] = at == 0 ? block[31] : (uint8_t)last;
					check(cbc_padding(c, block, 32) == plain_padding(block, 32, all[i].block));
					right += cbc_padding(c, block, 32) > 0;
				}
		cbc_free(c);
	}
	check(right > 200);
}

static void
verdict(void)
{
	struct cbc *c = new_cbc(0, 1, false);
	struct pli_error err = { 0 }, gcm = { 0 };

	check(cbc_check(c, &err) == PLI_ERR_AUTH && gcm_fail(&gcm) == PLI_ERR_AUTH);
	check(strcmp(err.message, gcm.message) == 0 && strcmp(err.hint, gcm.hint) == 0);
	cbc_fold(c, 0);
	check(cbc_check(c, NULL) == PLI_ERR_AUTH);
	cbc_fold(c, 7);
	check(cbc_check(c, NULL) == PLI_OK && cbc_folded(c) == 7);
	cbc_restart(c);
	check(cbc_check(c, NULL) == PLI_ERR_AUTH);
	cbc_free(c);
	cbc_free(NULL);
}

static void
wrong_lengths(void)
{
	struct cbc *c;

	check(cbc_new(&c, support_pli(), 16, view_of(key, 32), view_of(iv, 8), 1, false, NULL) != PLI_OK && c == NULL);
	check(cbc_new(&c, support_pli(), 8, view_of(key, 32), view_of(iv, 8), 1, false, NULL) != PLI_OK && c == NULL);
}

#define TESTS(T, S) T(S, segments) T(S, digests) T(S, padding) T(S, verdict) T(S, wrong_lengths)
SUITE(cbc, TESTS)
