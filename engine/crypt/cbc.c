/* cbc.c - EVP without its padding: what is padding is looked at here, in constant time, once all of the message is read. */
#include "cbc.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"

struct cbc {
	const struct pli *pli;
	size_t block;
	bool sealing, bound;
	unsigned workers;
	EVP_CIPHER_CTX **worker; /* with the key */
	size_t padding;          /* of the last segment that was folded */
};

static const EVP_CIPHER *
cipher(const struct pli *pli, size_t block, size_t key_len)
{
	return block == 8 ? pli->des3 : context_aes(pli, key_len)->cbc;
}

enum pli_status
cbc_new(struct cbc **out, const struct pli *pli, size_t block, struct view key, struct view iv, unsigned workers,
    bool sealing, struct pli_error *err)
{
	const EVP_CIPHER *evp = cipher(pli, block, key.len);
	struct cbc *c;
	unsigned i;

	*out = NULL;
	if (evp == NULL)
		return fail(err, PLI_ERR_UNSUPPORTED, "this libcrypto does not offer the content cipher");
	if (iv.len != block || (size_t)EVP_CIPHER_get_key_length(evp) != key.len)
		return fail(err, PLI_ERR, "a key or an initialization vector of the wrong length");
	if ((c = calloc(1, sizeof(*c))) == NULL || (c->worker = calloc(workers, sizeof(EVP_CIPHER_CTX *))) == NULL) {
		cbc_free(c);
		return fail_memory(err);
	}
	c->pli = pli;
	c->block = block;
	c->sealing = sealing;
	c->workers = workers;
	for (i = 0; i < workers; i++) {
		c->worker[i] = EVP_CIPHER_CTX_new();
		if (c->worker[i] == NULL || EVP_CipherInit_ex(c->worker[i], evp, NULL, key.p, iv.p, sealing) != 1 ||
		    EVP_CIPHER_CTX_set_padding(c->worker[i], 0) != 1) {
			cbc_free(c);
			return context_fail(err, PLI_ERR, "CBC cannot be set up");
		}
	}
	*out = c;
	return PLI_OK;
}

void
cbc_free(struct cbc *c)
{
	unsigned i;

	if (c == NULL)
		return;
	for (i = 0; i < c->workers; i++)
		EVP_CIPHER_CTX_free(c->worker[i]);
	free(c->worker);
	free(c);
}

void
cbc_bind(struct cbc *c)
{
	c->bound = true;
}

static bool
digest_of(const struct cbc *c, const uint8_t *in, size_t len, uint8_t digest[16])
{
	uint8_t full[32];

	if (EVP_Digest(in, len, full, NULL, c->pli->sha256, NULL) != 1)
		return false;
	memcpy(digest, full, 16);
	return true;
}

enum pli_status
cbc_segment(struct cbc *c, unsigned worker, enum gcm_op op, const uint8_t *before, const uint8_t *in, uint8_t *out,
    size_t len, uint8_t digest[16], struct pli_error *err)
{
	EVP_CIPHER_CTX *ctx = c->worker[worker];
	bool ok = true;
	int n;

	memset(digest, 0, 16);
	if (c->bound)
		ok = digest_of(c, in, len, digest);
	if (op == GCM_OPEN)
		ok = ok && EVP_CipherInit_ex(ctx, NULL, NULL, NULL, before, 0) == 1;
	if (op != GCM_HASH)
		ok = ok && EVP_CipherUpdate(ctx, out, &n, in, (int)len) == 1 && n == (int)len;
	return ok ? PLI_OK : context_fail(err, PLI_ERR, "CBC failed");
}

/* All ones if a < b, else 0; both below 2^31. */
static unsigned
below(unsigned a, unsigned b)
{
	return 0u - ((a - b) >> 31);
}

size_t
cbc_padding(const struct cbc *c, const uint8_t *p, size_t len)
{
	unsigned block = (unsigned)c->block, pad = p[len - 1], wrong, inside, i;

	wrong = below(pad, 1) | below(block, pad);
	for (i = 0; i < block; i++) {
		inside = below(i, pad);
		wrong |= inside & (p[len - 1 - i] ^ pad);
	}
	/* wrong is at most 32 bits of anything: is it 0? */
	return pad & (0u - (unsigned)(((uint64_t)wrong - 1) >> 63));
}

void
cbc_fold(struct cbc *c, size_t padding)
{
	c->padding = padding;
}

size_t
cbc_folded(const struct cbc *c)
{
	return c->padding;
}

enum pli_status
cbc_check(const struct cbc *c, struct pli_error *err)
{
	return c->padding == 0 ? gcm_fail(err) : PLI_OK;
}

void
cbc_restart(struct cbc *c)
{
	c->padding = 0;
}
