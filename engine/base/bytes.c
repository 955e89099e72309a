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

/* All vector registers: vzeroall clears 0 to 15; 16 to 31 are those that glibc's memcpy for AVX-512 uses. */
static void
clear_vectors(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (__builtin_cpu_supports("avx"))
		__asm__ volatile("vzeroall" ::
				     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
				 "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	if (__builtin_cpu_supports("avx512f"))
		__asm__ volatile(".irp n,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
				 "vpxord %%zmm\\n, %%zmm\\n, %%zmm\\n\n\t"
				 ".endr" ::
				     : "memory");
#endif
}

/*
 * memcpy leaves the last that it copied in vector registers, and who saves those (the linker, at the first call of a function)
 * writes it to the stack. Which of them depends on the length, which the compiler is not to know.
 */
__attribute__((noinline)) void
wipe_stack(void)
{
	static const volatile size_t lengths[] = { 1024, 448, 224, 112, 56, 28 };
	static void *(*const volatile copy)(void *, const void *, size_t) = memcpy; /* nothing for the linker to do */
	static const uint8_t nothing[1024];
	uint8_t below[32768];
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		copy(below, nothing, lengths[i]);
	wipe(below, sizeof(below));
	clear_vectors();
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

bool
view_zero(struct view v)
{
	return v.len == 0 || (v.p[0] == 0 && memcmp(v.p, v.p + 1, v.len - 1) == 0);
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
