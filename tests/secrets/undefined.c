/*
 * undefined.c - run by timing.sh below valgrind, which is told here that what is secret is not defined: it then reports each
 * branch and each memory address that depends on it (A. Langley's ctgrind, 2010). Tests of the engine's own code; what
 * libcrypto does with a private key is its own affair, so what comes out of that is made secret here.
 *
 *      undefined         exits with 1, and says so, if what a step came to is not undefined
 */
#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "cbc.h"
#include "context.h"
#include "gcm.h"
#include "gf.h"
#include "opening.h"
#include "pli/pair.h"
#include "rsa15.h"
#include "support.h"

static volatile unsigned sink;

static void
hide(const void *p, size_t len)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(p, len);
}

static void
show(const void *p, size_t len)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(p, len);
}

/* Is each of len bytes undefined in some bit? A step whose result is not did not work on what was hidden. */
static bool
hidden(const void *p, size_t len)
{
	static uint8_t bits[4096];
	size_t i;

	if (len > sizeof(bits) || VALGRIND_GET_VBITS(p, bits, len) != 1)
		return false;
	for (i = 0; i < len; i++)
		if (bits[i] == 0)
			return false;
	return true;
}

/* libcrypto's: what a private key gave is secret, and so are random bytes. */
int
EVP_PKEY_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len, const unsigned char *in, size_t in_len)
{
	int (*next)(EVP_PKEY_CTX *, unsigned char *, size_t *, const unsigned char *, size_t);
	int rc;

	*(void **)&next = dlsym(RTLD_NEXT, "EVP_PKEY_decrypt");
	rc = next(ctx, out, out_len, in, in_len);
	if (out != NULL && rc == 1)
		hide(out, *out_len);
	return rc;
}

int
RAND_priv_bytes_ex(OSSL_LIB_CTX *ctx, unsigned char *buf, size_t num, unsigned int strength)
{
	int (*next)(OSSL_LIB_CTX *, unsigned char *, size_t, unsigned int), rc;

	*(void **)&next = dlsym(RTLD_NEXT, "RAND_priv_bytes_ex");
	rc = next(ctx, buf, num, strength);
	hide(buf, num);
	return rc;
}

/*
 * The linker's (--wrap): whether two are the same is what everybody learns, of a tag or of the fixed first block, and only that.
 * So it is no secret from here on, and callers may branch on it, but not on what they compare.
 */
bool __real_view_equal(struct view a, struct view b);
bool __wrap_view_equal(struct view a, struct view b);
static unsigned compared;

bool
__wrap_view_equal(struct view a, struct view b)
{
	bool same = __real_view_equal(a, b);

	compared += hidden(&same, sizeof(same));
	show(&same, sizeof(same));
	return same;
}

/* The search finds both kinds, where they are. */
static bool
control(void)
{
	static const uint8_t table[256] = { [7] = 1 };
	uint8_t secret[2] = { 7, 9 };

	hide(secret, sizeof(secret));
	if (secret[0] == 7)
		sink++;
	sink += table[secret[1]];
	return hidden(secret, sizeof(secret));
}

static bool
field(void)
{
	struct gf a, b, r[3];
	uint8_t block[16];

	support_bytes(block, sizeof(block), 1);
	a = gf_load(block);
	support_bytes(block, sizeof(block), 2);
	hide(block, sizeof(block));
	b = gf_load(block);
	hide(&a, sizeof(a));
	r[0] = gf_mul(a, b);
	r[1] = gf_inverse(a);
	r[2] = gf_pow(b, 65537);
	gf_store(r[0], block);
	return hidden(block, sizeof(block)) && hidden(r, sizeof(r));
}

static bool
comparison(void)
{
	uint8_t a[32], b[32];
	bool same;

	support_bytes(a, sizeof(a), 1);
	support_bytes(b, sizeof(b), 1);
	b[0] ^= 1;
	hide(a, sizeof(a));
	same = __real_view_equal(view_of(a, sizeof(a)), view_of(b, sizeof(b)));
	return hidden(&same, sizeof(same));
}

/* By whom and how a message is computed. */
static const char *backend_of;
static enum gcm_path path_of;

static bool
message(bool sealing, const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[GCM_TAG])
{
	struct pli *pli = NULL;
	struct gcm *g = NULL;
	uint8_t key[32], nonce[12] = { 1 }, digest[16];
	size_t at, n;
	bool ok;

	support_bytes(key, sizeof(key), 3);
	if (pli_new_with(&pli, backend_of, NULL) != PLI_OK)
		abort();
	pli->gcm_path = path_of;
	hide(key, sizeof(key));
	ok =
	    gcm_new(&g, pli, view_of(key, sizeof(key)), view_of(nonce, sizeof(nonce)), 1, len, sealing, NULL) == PLI_OK;
	for (at = 0; ok && at < len; at += n) {
		n = len - at < 1024 ? len - at : 1024;
		ok = gcm_segment(g, 0, sealing ? GCM_SEAL : GCM_OPEN, at, in + at, out + at, n, digest, NULL) ==
			 PLI_OK &&
		     hidden(digest, sizeof(digest));
		gcm_fold(g, digest, n);
	}
	if (ok && sealing)
		ok = gcm_tag(g, tag, NULL) == PLI_OK && hidden(tag, GCM_TAG);
	else if (ok)
		ok = gcm_check(g, view_of(NULL, 0), view_of(tag, GCM_TAG), NULL) == PLI_OK;
	gcm_free(g);
	pli_free(pli);
	return ok;
}

#define LENGTH 5000
static uint8_t plain[LENGTH], cipher[LENGTH], back[LENGTH], tag_of[GCM_TAG];

static bool
sealing(void)
{
	bool ok;

	support_bytes(plain, LENGTH, 4);
	hide(plain, LENGTH);
	ok = message(true, plain, cipher, LENGTH, tag_of) && hidden(cipher, 4096);
	/* They are sent. */
	show(cipher, LENGTH);
	show(tag_of, sizeof(tag_of));
	return ok;
}

static bool
opening(void)
{
	unsigned before = compared;

	return message(false, cipher, back, LENGTH, tag_of) && hidden(back, 4096) && compared == before + 1;
}

/* What is decrypted is held against the fixed first block before its tag was seen. */
static bool
commitment(void)
{
	struct opening o = { .matching = 0 };
	struct segment s = { .out = back, .len = LENGTH };
	unsigned before = compared;

	hide(back, LENGTH);
	opening_seen(&o, &s);
	return compared == before + 1;
}

static bool
padding(void)
{
	static const uint8_t key[32], iv[16];
	uint8_t last[16];
	struct cbc *c = NULL;
	size_t got;

	memset(last, 5, sizeof(last));
	if (cbc_new(&c, support_pli(), 16, view_of(key, 32), view_of(iv, 16), 1, false, NULL) != PLI_OK)
		abort();
	hide(last, sizeof(last));
	got = cbc_padding(c, last, sizeof(last));
	cbc_free(c);
	return hidden(&got, 1);
}

static bool
rsa15(void)
{
	const struct pli_key *key = support_key(SUPPORT_RSA2048);
	uint8_t encrypted[256];
	struct secret out = { 0 };

	support_bytes(encrypted, sizeof(encrypted), 5);
	encrypted[0] = 0;
	if (rsa15_unwrap(support_pli(), key, view_of(encrypted, sizeof(encrypted)), 32, &out, NULL) != PLI_OK)
		abort();
	return hidden(out.p, out.len);
}

static bool
letters(void)
{
	char out[PLI_PAIR_PASSPHRASE_CAP];
	size_t len;

	if (pli_pair_passphrase(support_pli(), out, &len, NULL) != PLI_OK)
		abort();
	return hidden(out, 5) && hidden(out + 6, 5);
}

static const struct step {
	const char *name;
	bool (*run)(void);
	const char *backend;
	enum gcm_path path;
} steps[] = {
	{ "control", control, NULL, GCM_SEGMENTS },
	{ "field", field, NULL, GCM_SEGMENTS },
	{ "comparison", comparison, NULL, GCM_SEGMENTS },
	{ "sealing", sealing, "evp", GCM_SEGMENTS },
	{ "opening", opening, "evp", GCM_SEGMENTS },
	{ "sealing by CTR", sealing, "evp", GCM_CTR_HASH },
	{ "opening by CTR", opening, "evp", GCM_CTR_HASH },
#ifdef PLI_GCRYPT
	{ "sealing by libgcrypt", sealing, "gcrypt", GCM_SEGMENTS },
	{ "opening by libgcrypt", opening, "gcrypt", GCM_SEGMENTS },
#endif
	{ "commitment", commitment, NULL, GCM_SEGMENTS },
	{ "padding", padding, NULL, GCM_SEGMENTS },
	{ "PKCS#1 v1.5", rsa15, NULL, GCM_SEGMENTS },
	{ "passphrase", letters, NULL, GCM_SEGMENTS },
};

int
main(void)
{
	const size_t count = sizeof(steps) / sizeof(steps[0]);
	size_t i, reached = 0;

	if (!RUNNING_ON_VALGRIND)
		return 2;
	for (i = 0; i < count; i++) {
		backend_of = steps[i].backend;
		path_of = steps[i].path;
		if (steps[i].run())
			reached++;
		else
			printf("%s: what was hidden was not worked on\n", steps[i].name);
	}
	printf("%zu of %zu\n", reached, count);
	return reached != count;
}
