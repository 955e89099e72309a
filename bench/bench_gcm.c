/*
 * bench_gcm.c - the cipher alone, on one thread. The ceiling is libcrypto's own AES-256-GCM, one message in one call on
 * the same bytes; memory bandwidth is a memcpy. What gcm_segment takes more than raw_* is what it costs to have segments
 * that know nothing of each other: a few products in GF(2^128), one AES block, two EVP initialisations a segment.
 */
#ifdef PLI_GCRYPT
#include <gcrypt.h>
#endif
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "bench_setup.h"
#include "gcm.h"
#include "gf.h"

#define SIZES BENCH_AXIS("size", 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20)
#define PRODUCTS 64

static const uint8_t key[32] = { 1, 2, 3 };
static const uint8_t nonce[12] = { 4, 5, 6 };

static void
raw(struct bench *b, const void *what)
{
	int len = (int)bench_arg(b, 0), sealing = what == NULL, n;
	const uint8_t *in = bench_setup_memory(BENCH_SETUP_PLAIN, (size_t)len);
	uint8_t *out = bench_setup_memory(BENCH_SETUP_RESULT, (size_t)len);
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t tag[16] = { 0 };
	bool ok = ctx != NULL && EVP_CipherInit_ex(ctx, cipher, NULL, key, NULL, sealing) == 1;

	/* The tag of a message that is decrypted is wrong here, which costs what a right one does. */
	while (bench_next(b)) {
		ok = ok && EVP_CipherInit_ex(ctx, NULL, NULL, key, nonce, sealing) == 1 &&
		     EVP_CipherUpdate(ctx, out, &n, in, len) == 1;
		if (sealing)
			ok = ok && EVP_CipherFinal_ex(ctx, tag, &n) == 1 &&
			     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1;
		else
			ok = ok && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1 &&
			     EVP_CipherFinal_ex(ctx, out, &n) != 1;
	}
	bench_bytes(b, (uint64_t)len);
	if (!ok)
		bench_fail(b, "libcrypto");
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
}

/* libgcrypt's own AES-256-GCM, likewise: the ceiling of that back end. */
static void
raw_gcrypt(struct bench *b, const void *what)
{
#ifdef PLI_GCRYPT
	bool sealing = what == NULL, ok;
	size_t len = (size_t)bench_arg(b, 0);
	const uint8_t *in = bench_setup_memory(BENCH_SETUP_PLAIN, len);
	uint8_t *out = bench_setup_memory(BENCH_SETUP_RESULT, len), tag[16];
	gcry_cipher_hd_t h = NULL;

	ok = bench_setup_pli() != NULL && gcry_check_version(NULL) != NULL &&
	     gcry_cipher_open(&h, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, 0) == 0 &&
	     gcry_cipher_setkey(h, key, sizeof(key)) == 0;
	while (bench_next(b))
		ok = ok && gcry_cipher_setiv(h, nonce, sizeof(nonce)) == 0 &&
		     (sealing ? gcry_cipher_encrypt(h, out, len, in, len)
			      : gcry_cipher_decrypt(h, out, len, in, len)) == 0 &&
		     gcry_cipher_gettag(h, tag, sizeof(tag)) == 0;
	bench_bytes(b, len);
	if (!ok)
		bench_fail(b, "libgcrypt");
	gcry_cipher_close(h);
#else
	(void)what;
	bench_skip(b, "pli was built without this back end");
#endif
}

/* Ciphers without a tag, one message a turn: what GCM's encryption would cost alone, and what old envelopes cost. */
struct plain {
	const char *cipher;
	bool sealing;
};

static void
plain(struct bench *b, const void *what)
{
	static const uint8_t iv[16] = { 4, 5, 6 };
	const struct plain *kind = what;
	int len = (int)bench_arg(b, 0), n;
	const uint8_t *in = bench_setup_memory(BENCH_SETUP_PLAIN, (size_t)len);
	uint8_t *out = bench_setup_memory(BENCH_SETUP_RESULT, (size_t)len);
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, kind->cipher, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx != NULL && EVP_CipherInit_ex(ctx, cipher, NULL, key, NULL, kind->sealing) == 1 &&
		  EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;

	while (bench_next(b))
		ok = ok && EVP_CipherInit_ex(ctx, NULL, NULL, NULL, iv, kind->sealing) == 1 &&
		     EVP_CipherUpdate(ctx, out, &n, in, len) == 1;
	bench_bytes(b, (uint64_t)len);
	if (!ok)
		bench_fail(b, "libcrypto");
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
}

static void
copy(struct bench *b, const void *what)
{
	size_t len = (size_t)bench_arg(b, 0);
	const uint8_t *in = bench_setup_memory(BENCH_SETUP_PLAIN, len);
	uint8_t *out = bench_setup_memory(BENCH_SETUP_RESULT, len);

	(void)what;
	while (bench_next(b)) {
		memcpy(out, in, len);
		bench_keep(out);
	}
	bench_bytes(b, len);
}

struct segments {
	const char *name;
	enum gcm_op op;
	const char *backend; /* NULL: what pli chooses */
};

static void
segment(struct bench *b, const void *what)
{
	const struct segments *kind = what;
	enum gcm_op op = kind->op;
	size_t len = (size_t)bench_arg(b, 0);
	const uint8_t *in = bench_setup_memory(BENCH_SETUP_PLAIN, len);
	uint8_t *out = bench_setup_memory(BENCH_SETUP_RESULT, len), digest[16];
	struct pli_error err = { 0 };
	struct pli_build build;
	char label[64];
	struct gcm *g;

	if (!bench_setup_use(kind->backend)) {
		bench_skip(b, "pli was built without this back end");
		return;
	}
	if (gcm_new(&g, bench_setup_pli(), view_of(key, sizeof(key)), view_of(nonce, sizeof(nonce)), 1, UINT64_MAX,
		op == GCM_SEAL, &err) != PLI_OK) {
		bench_fail(b, err.message);
		return;
	}
	/* Folding is part of it: the caller does it once a segment. */
	while (bench_next(b)) {
		if (gcm_segment(g, 0, op, 0, in, out, len, digest, &err) != PLI_OK)
			break;
		gcm_fold(g, digest, len);
	}
	bench_bytes(b, len);
	pli_describe(bench_setup_pli(), &build);
	(void)snprintf(label, sizeof(label), "%s, %s", build.backend, build.gcm);
	bench_label(b, label);
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
	gcm_free(g);
	(void)bench_setup_use(NULL);
}

static void
product(struct bench *b, const void *what)
{
	struct gf x = { UINT64_C(0x0123456789abcdef), 3 }, y = { 5, UINT64_C(0xfedcba9876543210) };
	int i;

	(void)what;
	while (bench_next(b)) {
		for (i = 0; i < PRODUCTS; i++)
			x = gf_mul(x, y);
		bench_keep(&x);
	}
	bench_items(b, PRODUCTS);
}

static void
inverse(struct bench *b, const void *what)
{
	struct gf x = { UINT64_C(0x0123456789abcdef), 3 };

	(void)what;
	while (bench_next(b)) {
		x = gf_inverse(x);
		bench_keep(&x);
	}
	bench_items(b, 1);
}

void
bench_gcm_add(void)
{
	static const struct segments segments[] = {
		{ "gcm_segment_seal", GCM_SEAL, NULL },
		{ "gcm_segment_open", GCM_OPEN, NULL },
		{ "gcm_segment_hash", GCM_HASH, NULL },
		{ "gcm_segment_seal@evp", GCM_SEAL, "evp" },
		{ "gcm_segment_open@evp", GCM_OPEN, "evp" },
		{ "gcm_segment_hash@evp", GCM_HASH, "evp" },
		{ "gcm_segment_seal@gcrypt", GCM_SEAL, "gcrypt" },
		{ "gcm_segment_open@gcrypt", GCM_OPEN, "gcrypt" },
		{ "gcm_segment_hash@gcrypt", GCM_HASH, "gcrypt" },
	};
	static const struct plain ctr = { "AES-256-CTR", true }, cbc_encrypt = { "AES-256-CBC", true },
				  cbc_decrypt = { "AES-256-CBC", false };
	static const char decrypt;
	const struct bench_axis sizes[] = { SIZES };
	size_t i;

	bench_add("gcm_memcpy", copy, NULL, sizes, 1);
	bench_add("gcm_raw_encrypt", raw, NULL, sizes, 1);
	bench_add("gcm_raw_decrypt", raw, &decrypt, sizes, 1);
	bench_add("gcm_raw_gcrypt_encrypt", raw_gcrypt, NULL, sizes, 1);
	bench_add("gcm_raw_gcrypt_decrypt", raw_gcrypt, &decrypt, sizes, 1);
	bench_add("gcm_raw_ctr", plain, &ctr, sizes, 1);
	bench_add("gcm_raw_cbc_encrypt", plain, &cbc_encrypt, sizes, 1);
	bench_add("gcm_raw_cbc_decrypt", plain, &cbc_decrypt, sizes, 1);
	for (i = 0; i < sizeof(segments) / sizeof(*segments); i++)
		bench_add(segments[i].name, segment, &segments[i], sizes, 1);
	bench_add("gf_mul", product, NULL, NULL, 0);
	bench_add("gf_inverse", inverse, NULL, NULL, 0);
}
