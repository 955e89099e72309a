/*
 * Every way of computing a GCM message in segments gives what one call of EVP gives: any length, segment, order, key
 * and nonce. EVP is asked in a context of its own.
 */
#include "backend.h"
#include "context.h"
#include "gcm.h"
#include "gf.h"
#include "suite.h"
#include "wiped.h"

#include <stdlib.h>
#include <string.h>

#define MIB (1u << 20)
#define LONGEST (MIB + 1)

static const struct way {
	const struct backend *backend;
	enum gcm_path path;
} ways[] = {
	{ &backend_evp, GCM_SEGMENTS },
	{ &backend_evp, GCM_CTR_HASH },
	{ &backend_evp, GCM_SERIAL },
#ifdef PLI_GCRYPT
	{ &backend_gcrypt, GCM_SEGMENTS },
#endif
};

#define EACH_PATH(pli, i)                                                                                              \
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)                                                    \
		for (struct pli *pli = by(&ways[i]); pli != NULL; pli = NULL)

/* The process's context, made to compute in one way. */
static struct pli *
by(const struct way *way)
{
	struct pli *pli = support_pli();

	free(pli->fastest); /* there is no choice any more */
	pli->fastest = NULL;
	pli->backend = way->backend;
	pli->gcm_path = way->path;
	return pli;
}

static struct view
some(size_t len, uint32_t seed)
{
	static uint8_t bytes[8][64];
	uint8_t *p = bytes[seed % 8];

	support_bytes(p, len, seed);
	return view_of(p, len);
}

/* What everybody else computes. */
static void
one_shot(
    struct view key, struct view nonce, struct view aad, const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[16])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = key.len == 16   ? EVP_aes_128_gcm()
				   : key.len == 24 ? EVP_aes_192_gcm()
						   : EVP_aes_256_gcm();
	int n;

	check(EVP_EncryptInit_ex(ctx, cipher, NULL, NULL, NULL) == 1);
	check(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)nonce.len, NULL) == 1);
	check(EVP_EncryptInit_ex(ctx, NULL, NULL, key.p, nonce.p) == 1);
	check(aad.len == 0 || EVP_EncryptUpdate(ctx, NULL, &n, aad.p, (int)aad.len) == 1);
	check(len == 0 || EVP_EncryptUpdate(ctx, out, &n, in, (int)len) == 1);
	check(EVP_EncryptFinal_ex(ctx, tag, &n) == 1);
	check(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
}

static struct gcm *
new_gcm(struct pli *pli, struct view key, struct view nonce, unsigned workers, bool sealing)
{
	struct pli_error err = { 0 };
	struct gcm *g;

	check_ok(gcm_new(&g, pli, key, nonce, pli->gcm_path == GCM_SERIAL ? 1 : workers, 0, sealing, &err), err);
	check(gcm_serial(g) == (pli->gcm_path == GCM_SERIAL));
	return g;
}

/* Segments of the given length; the last first if backwards (where the path can do that). Folds, and keeps digests. */
static void
run(struct gcm *g, enum gcm_op op, const uint8_t *in, uint8_t *out, size_t len, size_t segment, bool backwards,
    uint8_t *digests)
{
	size_t count = (len + segment - 1) / segment, i;
	struct pli_error err = { 0 };

	backwards = backwards && !gcm_serial(g);
	for (i = 0; i < count; i++) {
		size_t k = backwards ? count - 1 - i : i, at = k * segment, n = len - at < segment ? len - at : segment;

		check_ok(gcm_segment(g, gcm_serial(g) ? 0 : k % 2, op, at, in + at, op == GCM_HASH ? NULL : out + at, n,
			     digests + 16 * k, &err),
		    err);
	}
	for (i = 0; i < count; i++)
		gcm_fold(g, digests + 16 * i, i == count - 1 ? len - i * segment : segment);
}

static uint8_t plain[LONGEST], sealed[LONGEST], want[LONGEST], back[LONGEST];

/* Seals, opens in place, and hashes len bytes; all must agree with one_shot, to which the nonce is the same as the other. */
static void
agrees_with(
    struct pli *pli, struct view key, struct view nonce, struct view same, size_t len, size_t segment, bool backwards)
{
	size_t count = (len + segment - 1) / segment;
	uint8_t *digests = malloc(3 * 16 * count + 1), *opened = digests + 16 * count, *hashed = opened + 16 * count;
	uint8_t tag[16], want_tag[16];
	struct gcm *g;

	support_bytes(plain, len, (uint32_t)len);
	one_shot(key, same, view_of(NULL, 0), plain, want, len, want_tag);

	g = new_gcm(pli, key, nonce, 2, true);
	memset(sealed, 0, len);
	run(g, GCM_SEAL, plain, sealed, len, segment, backwards, digests);
	check(gcm_tag(g, tag, NULL) == PLI_OK);
	check(memcmp(sealed, want, len) == 0 && memcmp(tag, want_tag, 16) == 0);
	gcm_free(g);

	g = new_gcm(pli, key, nonce, 2, false);
	run(g, GCM_HASH, sealed, NULL, len, segment, backwards, hashed);
	check(memcmp(sealed, want, len) == 0);
	check(gcm_check(g, view_of(NULL, 0), view_of(want_tag, 16), NULL) == PLI_OK);
	check(gcm_restart(g, NULL) == PLI_OK);
	memcpy(back, sealed, len);
	run(g, GCM_OPEN, back, back, len, segment, backwards, opened);
	check(memcmp(back, plain, len) == 0);
	check(gcm_check(g, view_of(NULL, 0), view_of(want_tag, 16), NULL) == PLI_OK);
	gcm_free(g);

	check(memcmp(digests, opened, 16 * count) == 0 && memcmp(opened, hashed, 16 * count) == 0);
	free(digests);
}

static void
agrees(struct pli *pli, struct view key, struct view nonce, size_t len, size_t segment, bool backwards)
{
	agrees_with(pli, key, nonce, nonce, len, segment, backwards);
}

static void
short_messages(void)
{
	size_t len, key;

	EACH_PATH(pli, i)
	for (key = 16; key <= 32; key += 8)
		for (len = 1; len <= 100; len++)
			agrees(pli, some(key, 1), some(12, 2), len, len % 2 == 0 ? 16 : 48, len % 3 == 0);
}

static void
long_messages(void)
{
	static const size_t segments[] = { 16, 336, 4096, 65536 };
	static const struct {
		size_t len, segment;
	} longer[] = { { MIB - 1, MIB }, { MIB, MIB }, { MIB + 1, MIB }, { MIB - 1, 4096 }, { MIB, 65536 },
		{ MIB + 1, 262160 } };
	size_t len, n;

	EACH_PATH(pli, i)
	{
		for (len = 4095; len <= 4097; len++)
			for (n = 0; n < sizeof(segments) / sizeof(segments[0]); n++)
				agrees(pli, some(32, 1), some(12, 2), len, segments[n], n % 2 == 1);
		for (n = 0; n < sizeof(longer) / sizeof(longer[0]); n++)
			agrees(pli, some(32, 3), some(12, 4), longer[n].len, longer[n].segment, n % 2 == 1);
	}
}

static void
encrypt_block(struct view key, const uint8_t in[16], uint8_t out[16])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	check(EVP_EncryptInit_ex(ctx, EVP_aes_256_ecb(), NULL, key.p, NULL) == 1);
	check(EVP_EncryptUpdate(ctx, out, &n, in, 16) == 1 && n == 16);
	EVP_CIPHER_CTX_free(ctx);
}

/*
 * A nonce whose first counter block is j0: GHASH is linear, so one block of the nonce can be computed from the others.
 * In 16 bytes that is all of it, in 60 the third block of four.
 */
static void
nonce_for(struct view key, const uint8_t j0[16], uint8_t *nonce, size_t len)
{
	static const uint8_t zero[16];
	uint8_t block[16];
	struct gf inverse, y;

	encrypt_block(key, zero, block);
	inverse = gf_inverse(gf_load(block));
	y = gf_add(gf_mul(gf_load(j0), inverse), (struct gf){ 0, 8 * len });
	y = gf_mul(y, inverse);
	if (len == 60) {
		struct gf before = { 0, 0 }, h = gf_inverse(inverse);

		support_bytes(nonce, len, 6);
		before = gf_mul(gf_add(before, gf_load(nonce)), h);
		before = gf_mul(gf_add(before, gf_load(nonce + 16)), h);
		memset(block, 0, 16);
		memcpy(block, nonce + 48, 12);
		y = gf_mul(gf_add(y, gf_load(block)), inverse);
		gf_store(gf_add(y, before), nonce + 32);
	} else {
		gf_store(y, nonce);
	}
}

/*
 * The nonce of 16 bytes that is as good as a longer one, of which EVP takes 128 bytes at most: EVP hashes a ciphertext as a
 * nonce is hashed.
 */
static void
shortened(struct view key, struct view nonce, uint8_t same[16])
{
	static const uint8_t one[16] = { [15] = 1 };
	uint8_t *bytes = malloc(2 * nonce.len), *ciphertext = bytes + nonce.len;
	uint8_t tag[16], mask[16];
	size_t i;

	check(bytes != NULL);
	one_shot(key, view_of(one, 12), view_of(NULL, 0), nonce.p, bytes, nonce.len, tag);
	one_shot(key, view_of(one, 12), view_of(NULL, 0), bytes, ciphertext, nonce.len, tag);
	check(memcmp(ciphertext, nonce.p, nonce.len) == 0);
	encrypt_block(key, one, mask);
	for (i = 0; i < 16; i++)
		mask[i] ^= tag[i];
	nonce_for(key, mask, same, 16);
	free(bytes);
}

static void
nonces_of_any_length(void)
{
	static const size_t lengths[] = { 1, 8, 11, 12, 13, 15, 16, 17, 32, 60, 64, 65, 128 };
	static const size_t longer[] = { 129, 1000, 65535 };
	static uint8_t nonce[65535];
	struct view key = some(32, 5);
	struct gcm *g = NULL;
	uint8_t same[16];
	size_t n;

	support_bytes(nonce, sizeof(nonce), 7);

	EACH_PATH(pli, i)
	{
		for (n = 0; n < sizeof(lengths) / sizeof(lengths[0]); n++)
			agrees(pli, some(16 + 8 * (n % 3), 1), some(lengths[n], 2), 200, 48, true);
		check(gcm_new(&g, pli, some(32, 1), view_of("", 0), 1, 0, true, NULL) == PLI_ERR_USAGE && g == NULL);
		for (n = 0; n < sizeof(longer) / sizeof(longer[0]); n++) {
			shortened(key, view_of(nonce, longer[n]), same);
			agrees_with(pli, key, view_of(nonce, longer[n]), view_of(same, 16), 200, 48, false);
		}
	}
	gcm_free(NULL);
}

/* The last 32 bits of the counter pass zero, and nothing is carried: SP 800-38D 6.2. */
static void
counter_wraps(void)
{
	static const uint32_t before[] = { 0xffffffff, 0xfffffffe, 0xfffffffc, 0xfffffff0 };
	uint8_t j0[16], nonce[60], mask[16], tag[16];
	struct view key = some(32, 5);
	size_t n, len;

	for (n = 0; n < sizeof(before) / sizeof(before[0]); n++)
		for (len = 16; len <= 60; len += 44) {
			memset(j0, 0xff, sizeof(j0));
			store_be32(j0 + 12, before[n]);
			nonce_for(key, j0, nonce, len);
			/* is that really where EVP starts? the tag of nothing at all says so, with the lengths 0 */
			one_shot(key, view_of(nonce, len), view_of(NULL, 0), NULL, NULL, 0, tag);
			encrypt_block(key, j0, mask);
			check(memcmp(tag, mask, 16) == 0);
			EACH_PATH(pli, i)
			{
				agrees(pli, key, view_of(nonce, len), 1000, 1008, false);
				agrees(pli, key, view_of(nonce, len), 1000, 16, true);
				agrees(pli, key, view_of(nonce, len), 999, 48, true);
			}
		}
}

/* A block at the very end of the longest message: its counter is 2^32 - 1. */
static void
far_away(void)
{
	struct view key = some(32, 1), nonce = some(12, 2);
	const uint64_t off = GCM_CONTENT_MAX - 16;
	uint8_t j[16], mask[16], digest[16], again[16];
	size_t n;

	memcpy(j, nonce.p, 12);
	store_be32(j + 12, 0xffffffff);
	encrypt_block(key, j, mask);
	support_bytes(plain, 16, 1);
	EACH_PATH(pli, i)
	{
		struct gcm *g = new_gcm(pli, key, nonce, 1, true);

		if (!gcm_serial(g)) {
			check(gcm_segment(g, 0, GCM_SEAL, off, plain, sealed, 16, digest, NULL) == PLI_OK);
			for (n = 0; n < 16; n++)
				check(sealed[n] == (plain[n] ^ mask[n]));
			/* the digest is of the ciphertext, wherever it stands */
			check(gcm_segment(g, 0, GCM_HASH, 0, sealed, NULL, 16, again, NULL) == PLI_OK);
			check(memcmp(digest, again, 16) == 0);
		}
		gcm_free(g);
	}
}

static void
additional_data(void)
{
	static const size_t contents[] = { 0, 1, 16, 100, 1000 }, aads[] = { 1, 15, 16, 17, 1000 };
	uint8_t aad[1000], digests[16 * 100], tag[16];
	struct view key = some(32, 1), nonce = some(12, 2);
	size_t c, a;

	support_bytes(aad, sizeof(aad), 8);
	support_bytes(plain, 1000, 9);
	for (c = 0; c < sizeof(contents) / sizeof(contents[0]); c++)
		for (a = 0; a < sizeof(aads) / sizeof(aads[0]); a++) {
			one_shot(key, nonce, view_of(aad, aads[a]), plain, sealed, contents[c], tag);
			EACH_PATH(pli, i)
			{
				struct gcm *g = new_gcm(pli, key, nonce, 2, false);
				struct view v = view_of(aad, aads[a]);

				run(g, GCM_OPEN, sealed, back, contents[c], 48, true, digests);
				check(memcmp(back, plain, contents[c]) == 0);
				if (gcm_serial(g)) {
					check(gcm_check(g, v, view_of(tag, 16), NULL) == PLI_ERR_UNSUPPORTED);
				} else {
					check(gcm_check(g, v, view_of(tag, 16), NULL) == PLI_OK);
					aad[aads[a] - 1] ^= 1;
					check(gcm_check(g, v, view_of(tag, 16), NULL) == PLI_ERR_AUTH);
					aad[aads[a] - 1] ^= 1;
					v = view_of(NULL, 0);
					check(gcm_check(g, v, view_of(tag, 16), NULL) == PLI_ERR_AUTH);
				}
				gcm_free(g);
			}
		}
}

/* Opens 100 bytes and checks tag. */
static enum pli_status
status_with(struct pli *pli, struct view tag)
{
	struct gcm *g = new_gcm(pli, some(32, 1), some(12, 2), 1, false);
	struct pli_error err = { 0 };
	uint8_t digest[16];
	enum pli_status rc;

	check(gcm_segment(g, 0, GCM_OPEN, 0, sealed, back, 100, digest, NULL) == PLI_OK);
	gcm_fold(g, digest, 100);
	rc = gcm_check(g, view_of(NULL, 0), tag, &err);
	if (rc == PLI_ERR_AUTH)
		check(strstr(err.message, "authentication failed") != NULL && err.hint[0] != '\0');
	gcm_free(g);
	return rc;
}

static void
tags(void)
{
	uint8_t tag[20] = { 0 };
	size_t len, n;

	support_bytes(plain, 100, 1);
	one_shot(some(32, 1), some(12, 2), view_of(NULL, 0), plain, sealed, 100, tag);
	EACH_PATH(pli, i)
	{
		for (len = 0; len <= 20; len++)
			check(status_with(pli, view_of(tag, len)) ==
			      (len < 12 || len > 16 ? PLI_ERR_UNSUPPORTED : PLI_OK));
		for (len = 12; len <= 16; len++)
			for (n = 0; n < len; n++) {
				tag[n] ^= 0x80;
				check(status_with(pli, view_of(tag, len)) == PLI_ERR_AUTH);
				tag[n] ^= 0x80;
			}
		for (n = 0; n < 100; n += 11) {
			sealed[n] ^= 1;
			check(status_with(pli, view_of(tag, 16)) == PLI_ERR_AUTH);
			sealed[n] ^= 1;
		}
		check(status_with(pli, view_of(tag, 16)) == PLI_OK);
	}
}

/* The order of folding matters, and what was folded before a restart is forgotten. */
static void
folding(void)
{
	uint8_t digests[16 * 10], tag[16], swap[16];
	struct view key = some(32, 1), nonce = some(12, 2), all = view_of(tag, 16);

	support_bytes(plain, 160, 1);
	one_shot(key, nonce, view_of(NULL, 0), plain, sealed, 160, tag);
	EACH_PATH(pli, i)
	{
		struct gcm *g = new_gcm(pli, key, nonce, 2, false);

		run(g, GCM_HASH, sealed, NULL, 112, 48, false, digests);
		check(gcm_restart(g, NULL) == PLI_OK);
		run(g, GCM_OPEN, sealed, back, 160, 16, false, digests);
		check(gcm_check(g, view_of(NULL, 0), all, NULL) == PLI_OK);
		check(gcm_restart(g, NULL) == PLI_OK);
		check(gcm_check(g, view_of(NULL, 0), all, NULL) == PLI_ERR_AUTH);
		if (!gcm_serial(g)) {
			check(gcm_restart(g, NULL) == PLI_OK);
			memcpy(swap, digests, 16);
			memcpy(digests, digests + 16, 16);
			memcpy(digests + 16, swap, 16);
			for (int n = 0; n < 10; n++)
				gcm_fold(g, digests + 16 * n, 16);
			check(gcm_check(g, view_of(NULL, 0), all, NULL) == PLI_ERR_AUTH);
		}
		gcm_free(g);
	}
}

static void
nothing_at_all(void)
{
	struct view key = some(24, 1), nonce = some(12, 2);
	uint8_t tag[16], want_tag[16];

	one_shot(key, nonce, view_of(NULL, 0), NULL, NULL, 0, want_tag);
	EACH_PATH(pli, i)
	{
		struct gcm *g = new_gcm(pli, key, nonce, 1, true);

		check(gcm_tag(g, tag, NULL) == PLI_OK && memcmp(tag, want_tag, 16) == 0);
		gcm_free(g);
		g = new_gcm(pli, key, nonce, 1, false);
		check(gcm_check(g, view_of(NULL, 0), view_of(want_tag, 16), NULL) == PLI_OK);
		gcm_free(g);
	}
}

/* Test cases 4, 5, 6 and 10 of McGrew and Viega, The Galois/Counter Mode of Operation, 2005: one plaintext and AAD. */
static void
known_answers(void)
{
	static const char key[] = "\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f\x94\x67\x30\x83\x08"
				  "\xfe\xff\xe9\x92\x86\x65\x73\x1c";
	static const char aad[] = "\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2";
	static const char text[] =
	    "\xd9\x31\x32\x25\xf8\x84\x06\xe5\xa5\x59\x09\xc5\xaf\xf5\x26\x9a\x86\xa7\xa9\x53\x15\x34\xf7\xda"
	    "\x2e\x4c\x30\x3d\x8a\x31\x8a\x72\x1c\x3c\x0c\x95\x95\x68\x09\x53\x2f\xcf\x0e\x24\x49\xa6\xb5\x25"
	    "\xb1\x6a\xed\xf5\xaa\x0d\xe6\x57\xba\x63\x7b\x39";
	static const struct {
		size_t key_len, nonce_len;
		const char *nonce, *begin, *tag;
	} cases[] = {
		{ 16, 12, "\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca\xf8\x88", "\x42\x83\x1e\xc2\x21\x77\x74\x24",
		    "\x5b\xc9\x4f\xbc\x32\x21\xa5\xdb\x94\xfa\xe9\x5a\xe7\x12\x1a\x47" },
		{ 16, 8, "\xca\xfe\xba\xbe\xfa\xce\xdb\xad", "\x61\x35\x3b\x4c\x28\x06\x93\x4a",
		    "\x36\x12\xd2\xe7\x9e\x3b\x07\x85\x56\x1b\xe1\x4a\xac\xa2\xfc\xcb" },
		{ 16, 60,
		    "\x93\x13\x22\x5d\xf8\x84\x06\xe5\x55\x90\x9c\x5a\xff\x52\x69\xaa\x6a\x7a\x95\x38\x53\x4f\x7d\xa1"
		    "\xe4\xc3\x03\xd2\xa3\x18\xa7\x28\xc3\xc0\xc9\x51\x56\x80\x95\x39\xfc\xf0\xe2\x42\x9a\x6b\x52\x54"
		    "\x16\xae\xdb\xf5\xa0\xde\x6a\x57\xa6\x37\xb3\x9b",
		    "\x8c\xe2\x49\x98\x62\x56\x15\xb6",
		    "\x61\x9c\xc5\xae\xff\xfe\x0b\xfa\x46\x2a\xf4\x3c\x16\x99\xd0\x50" },
		{ 24, 12, "\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca\xf8\x88", "\x39\x80\xca\x0b\x3c\x00\xe8\x41",
		    "\x25\x19\x49\x8e\x80\xf1\x47\x8f\x37\xba\x55\xbd\x6d\x27\x61\x8c" },
	};
	const size_t len = sizeof(text) - 1;
	uint8_t digests[16 * 4];
	size_t n;

	EACH_PATH(pli, i)
	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct view k = view_of(key, cases[n].key_len), iv = view_of(cases[n].nonce, cases[n].nonce_len);
		struct gcm *g = new_gcm(pli, k, iv, 2, true);

		memcpy(plain, text, len);
		run(g, GCM_SEAL, plain, sealed, len, 16, true, digests);
		check(memcmp(sealed, cases[n].begin, 8) == 0);
		gcm_free(g);
		if (pli->gcm_path == GCM_SERIAL)
			continue;
		g = new_gcm(pli, k, iv, 2, false);
		run(g, GCM_OPEN, sealed, back, len, 32, true, digests);
		check(memcmp(back, text, len) == 0);
		check(gcm_check(g, view_of(aad, 20), view_of(cases[n].tag, 16), NULL) == PLI_OK);
		gcm_free(g);
	}
}

/* How many field elements and blocks were wiped since wiped_forget, each by itself. */
static size_t
wiped_blocks(void)
{
	size_t i, n = 0;

	for (i = 0; i < 256 && i < wiped_count; i++)
		n += wiped[i].len == 16;
	return n;
}

/* With AES(J0) and a segment's hash a tag can be forged; with AES(0) any. */
static void
what_forges_is_wiped(void)
{
	static const uint8_t aad[20];
	struct view key = some(32, 1), nonce = some(16, 2);
	uint8_t digest[16], tag[16];

	support_bytes(plain, 160, 1);
	one_shot(key, nonce, view_of(aad, 20), plain, sealed, 160, tag);
	EACH_PATH(pli, i)
	{
		const uint8_t *freed;
		struct gcm *g;

		wiped_forget();
		g = new_gcm(pli, key, nonce, 1, false);
		freed = (const uint8_t *)g;
		check(wiped_blocks() >= 2); /* AES(0), and the hash of the nonce */
		wiped_forget();
		check(gcm_segment(g, 0, GCM_OPEN, 0, sealed, back, 160, digest, NULL) == PLI_OK);
		check(pli->gcm_path != GCM_SEGMENTS || wiped_blocks() >= 3); /* mask, IV, tag */
		check(pli->gcm_path != GCM_CTR_HASH || wiped_blocks() >= 1); /* the tag under the hash */
		gcm_fold(g, digest, 160);
		wiped_forget();
		/* the hash of the additional data and what it came from, the sum, the tag that is right */
		check(gcm_serial(g) ||
		      (gcm_check(g, view_of(aad, 20), view_of(tag, 16), NULL) == PLI_OK && wiped_blocks() >= 4));
		wiped_forget();
		gcm_free(g);
		check(wiped_all(freed, 4096)); /* the scratch stands last in it, the masks before */
	}
}

static void
self_test(void)
{
	EACH_PATH(pli, i)
	check(gcm_self_test(pli));
}

#define TESTS(T, S)                                                                                                    \
	T(S, short_messages)                                                                                           \
	T(S, long_messages)                                                                                            \
	T(S, nonces_of_any_length)                                                                                     \
	T(S, counter_wraps)                                                                                            \
	T(S, far_away)                                                                                                 \
	T(S, additional_data)                                                                                          \
	T(S, tags) T(S, folding) T(S, nothing_at_all) T(S, known_answers) T(S, what_forges_is_wiped) T(S, self_test)
SUITE(gcm, TESTS)
