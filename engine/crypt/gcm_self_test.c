/*
 * gcm_self_test.c - test case 16 of the GCM specification (McGrew and Viega, 2005: 256-bit key, AAD), and a longer
 * message in uneven segments against one-shot EVP, sealed, opened and hashed.
 */
#include <string.h>

#include "context.h"
#include "gcm.h"

#define LONG 1000

static const uint8_t key[32] = { 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30,
	0x83, 0x08, 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08 };
static const uint8_t nonce[12] = { 0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88 };
static const uint8_t plain[60] = { 0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5,
	0x26, 0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31, 0x8a, 0x72,
	0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49, 0xa6, 0xb5, 0x25, 0xb1, 0x6a,
	0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39 };
static const uint8_t cipher[60] = { 0x52, 0x2d, 0xc1, 0xf0, 0x99, 0x56, 0x7d, 0x07, 0xf4, 0x7f, 0x37, 0xa3, 0x2a, 0x84,
	0x42, 0x7d, 0x64, 0x3a, 0x8c, 0xdc, 0xbf, 0xe5, 0xc0, 0xc9, 0x75, 0x98, 0xa2, 0xbd, 0x25, 0x55, 0xd1, 0xaa,
	0x8c, 0xb0, 0x8e, 0x48, 0x59, 0x0d, 0xbb, 0x3d, 0xa7, 0xb0, 0x8b, 0x10, 0x56, 0x82, 0x88, 0x38, 0xc5, 0xf6,
	0x1e, 0x63, 0x93, 0xba, 0x7a, 0x0a, 0xbc, 0xc9, 0xf6, 0x62 };
static const uint8_t aad[20] = { 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad,
	0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2 };
static const uint8_t tag_aad[16] = { 0x76, 0xfc, 0x6e, 0xce, 0x0f, 0x4e, 0x17, 0x68, 0xcd, 0xdf, 0x88, 0x53, 0xbb, 0x2d,
	0x55, 0x1b };

/* Runs in through the message in segments of the given length (a multiple of 16). */
static bool
run(struct gcm *g, enum gcm_op op, const uint8_t *in, uint8_t *out, size_t len, size_t segment)
{
	uint8_t digest[16];
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < segment ? len - at : segment;
		if (gcm_segment(g, 0, op, at, in + at, out + at, n, digest, NULL) != PLI_OK)
			return false;
		gcm_fold(g, digest, n);
	}
	return true;
}

/* One-shot EVP: what everybody else computes. */
static bool
one_shot(const struct pli *pli, const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[16])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok;
	int n;

	ok = ctx != NULL && EVP_EncryptInit_ex(ctx, pli->aes256.gcm, NULL, key, nonce) == 1 &&
	     EVP_EncryptUpdate(ctx, out, &n, in, (int)len) == 1 && EVP_EncryptFinal_ex(ctx, out + n, &n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static bool
seals(const struct pli *pli)
{
	uint8_t in[LONG], out[LONG], want[LONG], tag[16], want_tag[16];
	struct gcm *g = NULL;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + 1);
	ok = gcm_new(&g, pli, view_of(key, 32), view_of(nonce, 12), 1, LONG, true, NULL) == PLI_OK &&
	     run(g, GCM_SEAL, in, out, LONG, 336) && gcm_tag(g, tag, NULL) == PLI_OK &&
	     one_shot(pli, in, want, LONG, want_tag) && memcmp(out, want, LONG) == 0 && memcmp(tag, want_tag, 16) == 0;
	gcm_free(g);
	return ok;
}

static bool
opens(const struct pli *pli)
{
	bool serial = pli->gcm_path == GCM_SERIAL, ok;
	uint8_t in[LONG], out[LONG], back[LONG], tag[16];
	struct view attributes = serial ? view_of(NULL, 0) : view_of(aad, sizeof(aad));
	struct gcm *g = NULL;
	size_t i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 5 + 3);
	ok = one_shot(pli, in, out, LONG, tag) &&
	     gcm_new(&g, pli, view_of(key, 32), view_of(nonce, 12), 1, LONG, false, NULL) == PLI_OK &&
	     run(g, GCM_HASH, out, back, LONG, 336) &&
	     gcm_check(g, view_of(NULL, 0), view_of(tag, 16), NULL) == PLI_OK && gcm_restart(g, NULL) == PLI_OK &&
	     run(g, GCM_OPEN, out, back, LONG, 496) && memcmp(in, back, LONG) == 0 &&
	     gcm_check(g, view_of(NULL, 0), view_of(tag, 16), NULL) == PLI_OK && gcm_restart(g, NULL) == PLI_OK;
	tag[0] ^= 1;
	ok = ok && run(g, GCM_OPEN, out, back, LONG, 496) &&
	     gcm_check(g, view_of(NULL, 0), view_of(tag, 16), NULL) == PLI_ERR_AUTH && gcm_restart(g, NULL) == PLI_OK;
	ok = ok && run(g, GCM_OPEN, cipher, back, 60, 16) && memcmp(back, plain, 60) == 0 &&
	     (serial || gcm_check(g, attributes, view_of(tag_aad, 16), NULL) == PLI_OK);
	gcm_free(g);
	return ok;
}

bool
gcm_self_test(const struct pli *pli)
{
	bool ok = seals(pli) && opens(pli);

	context_forget();
	return ok;
}
