/* digest.c - one EVP context, begun again after each digest. */
#include "pli/digest.h"

#include <stdlib.h>

#include "context.h"

struct pli_digest {
	EVP_MD_CTX *ctx;
	const EVP_MD *md;
};

static enum pli_status
failed(struct pli_error *err)
{
	return context_fail(err, PLI_ERR, "SHA-256 failed");
}

enum pli_status
pli_digest_new(struct pli_digest **out, const struct pli *pli, struct pli_error *err)
{
	struct pli_digest *d = calloc(1, sizeof(*d));

	*out = NULL;
	if (d == NULL)
		return fail_memory(err);
	d->md = pli->sha256;
	if ((d->ctx = EVP_MD_CTX_new()) == NULL || EVP_DigestInit_ex(d->ctx, d->md, NULL) != 1) {
		pli_digest_free(d);
		return failed(err);
	}
	*out = d;
	return PLI_OK;
}

enum pli_status
pli_digest_add(struct pli_digest *d, const void *data, size_t len, struct pli_error *err)
{
	return EVP_DigestUpdate(d->ctx, data, len) == 1 ? PLI_OK : failed(err);
}

enum pli_status
pli_digest_end(struct pli_digest *d, uint8_t out[32], struct pli_error *err)
{
	bool ok = EVP_DigestFinal_ex(d->ctx, out, NULL) == 1 && EVP_DigestInit_ex(d->ctx, d->md, NULL) == 1;

	wipe_stack(); /* the last of the content */
	return ok ? PLI_OK : failed(err);
}

void
pli_digest_free(struct pli_digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}
