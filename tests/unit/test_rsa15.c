/* RSA PKCS#1 v1.5: what is right is unwrapped; what is wrong gives a key all the same, and each time the same. */
#include "rsa15.h"
#include "maker.h"
#include "suite.h"

#include <openssl/rsa.h>

static EVP_PKEY *
pkey_of(enum support_kind kind)
{
	BIO *bio = BIO_new_mem_buf(support_key_pem(kind), -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	check(pkey != NULL);
	return pkey;
}

/* Encrypts em, as it is or padded. */
static struct view
encrypt(const uint8_t *em, size_t len, int pad)
{
	static uint8_t out[256];
	EVP_PKEY *pkey = pkey_of(SUPPORT_RSA2048);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	size_t n = sizeof(out);

	check(EVP_PKEY_encrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, pad) == 1 &&
	      EVP_PKEY_encrypt(ctx, out, &n, em, len) == 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return view_of(out, n);
}

static struct secret
unwrapped(enum support_kind kind, struct view encrypted, size_t len)
{
	struct pli_error err = { 0 };
	struct secret key = { 0 };

	check_ok(rsa15_unwrap(support_pli(), support_key(kind), encrypted, len, &key, &err), err);
	check(key.len == len);
	return key;
}

static void
right_ones(void)
{
	static const size_t lens[] = { 16, 24, 32 };
	uint8_t key[32];
	struct secret got;
	size_t i;

	support_bytes(key, 32, 3);
	for (i = 0; i < 3; i++) {
		got = unwrapped(SUPPORT_RSA2048, encrypt(key, lens[i], RSA_PKCS1_PADDING), lens[i]);
		check(memcmp(got.p, key, lens[i]) == 0);
	}
}

/* A key that is not there: not the one in the message, the same each time, another for another message. */
static void
is_stand_in(struct view encrypted, size_t len, const uint8_t * not )
{
	struct secret a = unwrapped(SUPPORT_RSA2048, encrypted, len), b = unwrapped(SUPPORT_RSA2048, encrypted, len);

	check(memcmp(a.p, b.p, len) == 0 && memcmp(a.p, not, len) != 0);
}

static void
wrong_padding(void)
{
	uint8_t em[256], key[32];
	size_t at;

	support_bytes(key, 32, 3);
	for (at = 0; at < 256; at++) {
		memset(em, 0xff, sizeof(em));
		em[0] = 0;
		em[1] = 2;
		em[223] = 0;
		memcpy(em + 224, key, 32);
		if (at == 0) {
			struct secret got = unwrapped(SUPPORT_RSA2048, encrypt(em, 256, RSA_NO_PADDING), 32);

			check(memcmp(got.p, key, 32) == 0);
			continue;
		}
		if (at >= 224)
			break;
		em[at] = at == 1 ? 1 : at == 223 ? 1 : 0;
		is_stand_in(encrypt(em, 256, RSA_NO_PADDING), 32, key);
	}
	check(at == 224);
}

static void
wrong_lengths(void)
{
	uint8_t key[32], zeros[300] = { 0 };

	support_bytes(key, 32, 3);
	is_stand_in(encrypt(key, 31, RSA_PKCS1_PADDING), 32, key);
	is_stand_in(encrypt(key, 32, RSA_PKCS1_PADDING), 24, key + 8);
	is_stand_in(encrypt(key, 32, RSA_PKCS1_PADDING), 16, key + 16);
	is_stand_in(view_of(zeros, 0), 32, key);
	is_stand_in(view_of(zeros, 256), 32, key);
	is_stand_in(view_of(zeros, 300), 32, key);
	memset(zeros, 0xff, sizeof(zeros));
	is_stand_in(view_of(zeros, 256), 32, key); /* more than the modulus */
}

static void
other_keys(void)
{
	uint8_t key[32];
	struct view encrypted;
	struct secret a, b;

	support_bytes(key, 32, 3);
	encrypted = encrypt(key, 32, RSA_PKCS1_PADDING);
	a = unwrapped(SUPPORT_RSA3072, encrypted, 32);
	b = unwrapped(SUPPORT_P256, encrypted, 32);
	check(memcmp(a.p, key, 32) != 0 && memcmp(b.p, key, 32) != 0 && memcmp(a.p, b.p, 32) != 0);
}

#define TESTS(T, S) T(S, right_ones) T(S, wrong_padding) T(S, wrong_lengths) T(S, other_keys)
SUITE(rsa15, TESTS)
