/* bytes.c - growing by doubling, by hand rather than with realloc: what is left behind is wiped. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

void
wipe(void *p, size_t len)
{
	if (len > 0)
		explicit_bzero(p, len);
}

bool
view_equal(struct view a, struct view b)
{
	volatile uint8_t diff = 0; /* volatile: no early way out */
	size_t i;

	if (a.len != b.len)
		return false;
	for (i = 0; i < a.len; i++)
		diff |= a.p[i] ^ b.p[i];
	return diff == 0;
}

enum pli_status
buf_reserve(struct buf *b, size_t more, struct pli_error *err)
{
	size_t cap = b->cap > 0 ? b->cap : 64;
	uint8_t *p;

	if (more <= b->cap - b->len)
		return PLI_OK;
	if (more > SIZE_MAX / 4 - b->len)
		return fail_memory(err);
	while (cap - b->len < more)
		cap *= 2;
	if ((p = malloc(cap)) == NULL)
		return fail_memory(err);
	if (b->len > 0)
		memcpy(p, b->p, b->len);
	wipe(b->p, b->cap);
	free(b->p);
	b->p = p;
	b->cap = cap;
	return PLI_OK;
}

enum pli_status
buf_add(struct buf *b, struct view v, struct pli_error *err)
{
	enum pli_status rc;

	if (v.len == 0)
		return PLI_OK;
	if ((rc = buf_reserve(b, v.len, err)) != PLI_OK)
		return rc;
	memcpy(b->p + b->len, v.p, v.len);
	b->len += v.len;
	return PLI_OK;
}

void
buf_clear(struct buf *b)
{
	wipe(b->p, b->cap);
	free(b->p);
	*b = (struct buf){ 0 };
}

enum pli_status
secret_set(struct secret *s, struct view v, struct pli_error *err)
{
	if (v.len > sizeof(s->p))
		return fail(err, PLI_ERR, "a secret of %zu bytes is too long", v.len);
	memcpy(s->p, v.p, v.len);
	s->len = v.len;
	return PLI_OK;
}

void
secret_clear(struct secret *s)
{
	wipe(s, sizeof(*s));
}
