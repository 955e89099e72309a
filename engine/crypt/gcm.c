/*
 * gcm.c - GHASH is a polynomial in H, so the hashes of segments combine; CTR can start anywhere. Libraries hide both, but
 * GCM with a 16-byte IV computes its first counter block as J0 = GHASH(IV), which can be inverted:
 *
 *      IV = ((J * 1/H) ^ lengths(0, 128)) * 1/H                the back end then starts exactly at J
 *      Y  = ((tag ^ AES(J)) * 1/H) ^ lengths(0, 8 * len)       the segment's own GHASH, from the tag that it gives
 *      fold, in order: Yall = Yall * H^blocks ^ Y
 *      T  = ((Ya * H^blocks ^ Yall ^ lengths(8 * aad, 8 * len)) * H) ^ AES(J0)
 *
 * The hash alone comes from ciphertext fed as AAD. See backend.h for who computes, and the paths in context.h for what
 * replaces which part where EVP does not do what it was seen to do.
 */
#include "gcm.h"

#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "context.h"
#include "gf.h"

#define SCRATCH 4096

struct worker {
	EVP_CIPHER_CTX *cipher; /* on the other paths: CTR, or GCM for all of the message */
	EVP_CIPHER_CTX *block;  /* ECB */
};

struct gcm {
	const struct pli *pli;
	const struct backend *backend;
	enum gcm_path path;
	bool sealing;
	unsigned workers;
	struct worker *worker;
	uint8_t *handles; /* of the back end, one for each worker */
	uint8_t j0[16];
	uint8_t mask[16];      /* AES(J0) */
	uint8_t hash_mask[16]; /* the mask of the hash contexts, whose IV is zero */
	struct gf h, inverse;
	struct gf sum; /* of what was folded */
	uint64_t len;  /* bytes folded */
	size_t step;   /* length for which power is right */
	struct gf power;
	uint8_t iv[16]; /* serial: the nonce, or what is as good as one of another length than 12 */
	size_t iv_len;
	uint8_t scratch[SCRATCH]; /* serial: plaintext that nobody wants */
};

static const uint8_t zero[16];

static struct gf
lengths(uint64_t aad, uint64_t content)
{
	return (struct gf){ 8 * aad, 8 * content };
}

static uint64_t
blocks(uint64_t len)
{
	return len / 16 + (len % 16 != 0);
}

static bool
encrypt_block(EVP_CIPHER_CTX *ctx, const uint8_t in[16], uint8_t out[16])
{
	int n;

	return EVP_EncryptUpdate(ctx, out, &n, in, 16) == 1 && n == 16;
}

static bool
start_serial(struct gcm *g)
{
	return EVP_CipherInit_ex(g->worker[0].cipher, NULL, NULL, NULL, g->iv, g->sealing) == 1;
}

/* J0 of any nonce: SP 800-38D, 7.1, step 2. */
static void
first_counter(struct gcm *g, struct view nonce)
{
	struct gf y = { 0, 0 };
	uint8_t block[16];
	size_t at, n;

	if (nonce.len == 12) {
		memcpy(g->j0, nonce.p, 12);
		store_be32(g->j0 + 12, 1);
		return;
	}
	for (at = 0; at < nonce.len; at += 16) {
		n = nonce.len - at < 16 ? nonce.len - at : 16;
		memset(block, 0, sizeof(block));
		memcpy(block, nonce.p + at, n);
		y = gf_mul(gf_add(y, gf_load(block)), g->h);
	}
	gf_store(gf_mul(gf_add(y, lengths(0, nonce.len)), g->h), g->j0);
	wipe(&y, sizeof(y));
}

/* The IV of 16 bytes from which the library starts at the counter block j. Without an inverse (H = 0) all start at zero. */
static void
starting_at(const struct gcm *g, const uint8_t j[16], uint8_t iv[16])
{
	gf_store(gf_mul(gf_add(gf_mul(gf_load(j), g->inverse), lengths(0, 16)), g->inverse), iv);
}

static void *
handle(struct gcm *g, unsigned worker)
{
	return g->handles + worker * g->backend->size;
}

enum pli_status
gcm_new(struct gcm **out, const struct pli *pli, struct view key, struct view nonce, unsigned workers, uint64_t bytes,
    bool sealing, struct pli_error *err)
{
	const struct context_aes *aes = context_aes(pli, key.len);
	static const uint8_t one[16] = { [15] = 1 };
	uint8_t block[16];
	struct gcm *g;
	unsigned i;
	bool ok;

	*out = NULL;
	if (nonce.len == 0)
		return fail(err, PLI_ERR_USAGE, "a GCM nonce without a byte");
	if ((g = calloc(1, sizeof(*g))) != NULL)
		g->backend = backend_for(pli, bytes);
	if (g == NULL || (g->worker = calloc(workers, sizeof(*g->worker))) == NULL ||
	    (g->handles = calloc(workers, g->backend->size)) == NULL) {
		gcm_free(g);
		return fail_memory(err);
	}
	g->pli = pli;
	g->path = pli->gcm_path;
	g->sealing = sealing;
	g->workers = workers;
	for (i = 0, ok = true; ok && i < workers; i++)
		ok = (g->worker[i].block = context_keyed(aes->ecb, key, 0, true)) != NULL &&
		     g->backend->init(handle(g, i), pli, key, sealing);
	ok = ok && encrypt_block(g->worker[0].block, zero, block);
	if (ok) {
		g->h = gf_load(block);
		g->inverse = gf_inverse(g->h);
		if (g->h.h == 0 && g->h.l == 0)
			g->path = GCM_SERIAL;
		first_counter(g, nonce);
		g->iv_len = nonce.len == 12 ? 12 : sizeof(g->iv);
		if (nonce.len == 12)
			memcpy(g->iv, nonce.p, 12);
		else
			starting_at(g, g->j0, g->iv);
	}
	ok = ok && encrypt_block(g->worker[0].block, g->j0, g->mask) &&
	     encrypt_block(g->worker[0].block, one, g->hash_mask);
	for (i = 0; ok && g->path != GCM_SEGMENTS && i < workers; i++) {
		g->worker[i].cipher = g->path == GCM_CTR_HASH ? context_keyed(aes->ctr, key, 0, true)
							      : context_keyed(aes->gcm, key, (int)g->iv_len, sealing);
		ok = g->worker[i].cipher != NULL;
	}
	ok = ok && (g->path != GCM_SERIAL || start_serial(g));
	wipe(block, sizeof(block));
	if (!ok) {
		gcm_free(g);
		return context_fail(err, PLI_ERR, "AES-GCM cannot be set up");
	}
	*out = g;
	return PLI_OK;
}

void
gcm_free(struct gcm *g)
{
	unsigned i;

	if (g == NULL)
		return;
	for (i = 0; i < g->workers; i++) {
		g->backend->clear(handle(g, i));
		EVP_CIPHER_CTX_free(g->worker[i].cipher);
		EVP_CIPHER_CTX_free(g->worker[i].block);
	}
	free(g->worker);
	free(g->handles);
	wipe(g, sizeof(*g));
	free(g);
}

bool
gcm_serial(const struct gcm *g)
{
	return g->path == GCM_SERIAL;
}

/* The counter block before byte off: J0 + off/16 in the last 32 bits, modulo 2^32. */
static void
counter(const struct gcm *g, uint64_t off, uint8_t j[16])
{
	memcpy(j, g->j0, 12);
	store_be32(j + 12, load_be32(g->j0 + 12) + (uint32_t)(off / 16));
}

/* The GHASH of a segment out of a tag of libcrypto's. */
static void
unmask(const struct gcm *g, const uint8_t tag[16], const uint8_t mask[16], struct gf len, uint8_t digest[16])
{
	gf_store(gf_add(gf_mul(gf_add(gf_load(tag), gf_load(mask)), g->inverse), len), digest);
}

static bool
hash(struct gcm *g, unsigned worker, const uint8_t *in, size_t len, uint8_t digest[16])
{
	uint8_t tag[16];
	bool ok = g->backend->hash(handle(g, worker), in, len, tag);

	if (ok)
		unmask(g, tag, g->hash_mask, lengths(len, 0), digest);
	wipe(tag, sizeof(tag));
	return ok;
}

static bool
cipher_segment(
    struct gcm *g, unsigned worker, uint64_t off, const uint8_t *in, uint8_t *out, size_t len, uint8_t digest[16])
{
	uint8_t j[16], mask[16], iv[16], tag[16];
	bool ok;

	counter(g, off, j);
	starting_at(g, j, iv);
	ok = encrypt_block(g->worker[worker].block, j, mask) &&
	     g->backend->segment(handle(g, worker), iv, in, out, len, tag);
	if (ok)
		unmask(g, tag, mask, lengths(0, len), digest);
	wipe(mask, sizeof(mask));
	wipe(iv, sizeof(iv));
	wipe(tag, sizeof(tag));
	return ok;
}

/* EVP's CTR counts in 128 bits, GCM in 32: a segment whose counter passes 2^32 is done in two parts. */
static bool
ctr_segment(
    struct gcm *g, unsigned worker, uint64_t off, const uint8_t *in, uint8_t *out, size_t len, uint8_t digest[16])
{
	EVP_CIPHER_CTX *ctr = g->worker[worker].cipher;
	uint8_t j[16];
	uint64_t left;
	size_t at, part;
	int n;

	if (!g->sealing && !hash(g, worker, in, len, digest))
		return false;
	for (at = 0; at < len; at += part) {
		counter(g, off + at + 16, j);
		left = ((UINT64_C(1) << 32) - load_be32(j + 12)) * 16;
		part = left < len - at ? (size_t)left : len - at;
		if (EVP_EncryptInit_ex(ctr, NULL, NULL, NULL, j) != 1 ||
		    EVP_EncryptUpdate(ctr, out + at, &n, in + at, (int)part) != 1 || n != (int)part)
			return false;
	}
	return !g->sealing || hash(g, worker, out, len, digest);
}

static bool
digest_serial(struct gcm *g, const uint8_t *ciphertext, size_t len, uint8_t digest[16])
{
	uint8_t full[32];

	if (EVP_Digest(ciphertext, len, full, NULL, g->pli->sha256, NULL) != 1)
		return false;
	memcpy(digest, full, 16);
	return true;
}

static bool
serial_segment(
    struct gcm *g, struct worker *w, enum gcm_op op, const uint8_t *in, uint8_t *out, size_t len, uint8_t digest[16])
{
	size_t at, part;
	int n;

	if (op != GCM_SEAL && !digest_serial(g, in, len, digest))
		return false;
	for (at = 0; at < len; at += part) {
		part = op == GCM_HASH && len - at > SCRATCH ? SCRATCH : len - at;
		if (EVP_CipherUpdate(w->cipher, op == GCM_HASH ? g->scratch : out + at, &n, in + at, (int)part) != 1 ||
		    n != (int)part)
			return false;
	}
	return op != GCM_SEAL || digest_serial(g, out, len, digest);
}

enum pli_status
gcm_segment(struct gcm *g, unsigned worker, enum gcm_op op, uint64_t off, const uint8_t *in, uint8_t *out, size_t len,
    uint8_t digest[16], struct pli_error *err)
{
	bool ok;

	if (g->path == GCM_SERIAL)
		ok = serial_segment(g, &g->worker[0], op, in, out, len, digest);
	else if (op == GCM_HASH)
		ok = hash(g, worker, in, len, digest);
	else if (g->path == GCM_SEGMENTS)
		ok = cipher_segment(g, worker, off, in, out, len, digest);
	else
		ok = ctr_segment(g, worker, off, in, out, len, digest);
	return ok ? PLI_OK : context_fail(err, PLI_ERR, "AES-GCM failed at byte %llu", (unsigned long long)off);
}

void
gcm_fold(struct gcm *g, const uint8_t digest[16], size_t len)
{
	g->len += len;
	if (g->path == GCM_SERIAL)
		return;
	if (len != g->step) {
		g->step = len;
		g->power = gf_pow(g->h, blocks(len));
	}
	g->sum = gf_add(gf_mul(g->sum, g->power), gf_load(digest));
}

static enum pli_status
combine(struct gcm *g, struct view aad, uint8_t tag[16], struct pli_error *err)
{
	struct gf sum = g->sum;
	uint8_t of_aad[16];

	if (aad.len > 0) {
		if (aad.len > INT32_MAX || !hash(g, 0, aad.p, aad.len, of_aad))
			return context_fail(err, PLI_ERR, "the authenticated attributes cannot be hashed");
		sum = gf_add(gf_mul(gf_load(of_aad), gf_pow(g->h, blocks(g->len))), sum);
	}
	gf_store(gf_add(gf_mul(gf_add(sum, lengths(aad.len, g->len)), g->h), gf_load(g->mask)), tag);
	wipe(&sum, sizeof(sum));
	wipe(of_aad, sizeof(of_aad));
	return PLI_OK;
}

enum pli_status
gcm_tag(struct gcm *g, uint8_t tag[GCM_TAG], struct pli_error *err)
{
	EVP_CIPHER_CTX *ctx = g->worker[0].cipher;
	int n;

	if (g->path != GCM_SERIAL)
		return combine(g, view_of(NULL, 0), tag, err);
	if (EVP_CipherFinal_ex(ctx, tag, &n) != 1 || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) != 1)
		return context_fail(err, PLI_ERR, "AES-GCM gives no tag");
	return PLI_OK;
}

enum pli_status
gcm_fail(struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_AUTH,
	    "authentication failed: the envelope is damaged, or was not sealed to this key; nothing is released");

	fail_hint(err, "open another copy of the envelope, or try another key; a damaged copy cannot be repaired");
	return rc;
}

static enum pli_status
check_serial(struct gcm *g, struct view aad, struct view tag, struct pli_error *err)
{
	EVP_CIPHER_CTX *ctx = g->worker[0].cipher;
	uint8_t expected[GCM_TAG];
	int n;

	if (aad.len > 0)
		return fail(err, PLI_ERR_UNSUPPORTED, "authenticated attributes cannot be read with this libcrypto");
	memcpy(expected, tag.p, tag.len);
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag.len, expected) != 1 ||
	    EVP_CipherFinal_ex(ctx, g->scratch, &n) != 1) {
		context_forget();
		return gcm_fail(err);
	}
	return PLI_OK;
}

enum pli_status
gcm_check(struct gcm *g, struct view aad, struct view tag, struct pli_error *err)
{
	uint8_t expected[GCM_TAG];
	enum pli_status rc;

	if (tag.len < 12 || tag.len > GCM_TAG)
		return fail(err, PLI_ERR_UNSUPPORTED, "a GCM tag of %zu bytes", tag.len);
	if (g->path == GCM_SERIAL)
		return check_serial(g, aad, tag, err);
	if ((rc = combine(g, aad, expected, err)) == PLI_OK && !view_equal(view_of(expected, tag.len), tag))
		rc = gcm_fail(err);
	wipe(expected, sizeof(expected));
	return rc;
}

enum pli_status
gcm_restart(struct gcm *g, struct pli_error *err)
{
	g->sum = (struct gf){ 0, 0 };
	g->len = 0;
	if (g->path == GCM_SERIAL && !start_serial(g))
		return context_fail(err, PLI_ERR, "AES-GCM cannot be set up");
	return PLI_OK;
}
