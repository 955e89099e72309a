#ifndef PLI_BYTES_H
#define PLI_BYTES_H

/*
 * bytes.h - pieces of memory and who owns them.
 *
 *      struct view     never owns
 *      struct buf      always owns; buf_add ... -> buf_view -> buf_clear
 *      struct secret   a short secret in place; secret_set -> secret_clear
 *
 * RULES
 *   - All-zero is a valid, empty state; clear returns to it and may be called twice.
 *   - A view into a buf is good until the next call that changes the buf.
 *   - A buf wipes what it frees, always: it may have held a key.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

struct view {
	const uint8_t *p;
	size_t len;
};

struct buf {
	uint8_t *p;
	size_t len, cap;
};

#define SECRET_MAX 64

struct secret {
	uint8_t p[SECRET_MAX];
	size_t len;
};

static inline struct view
view_of(const void *p, size_t len)
{
	return (struct view){ (const uint8_t *)p, len };
}

/* view_behind is what is left of v behind its first n bytes, of which there are as many. */
static inline struct view
view_behind(struct view v, size_t n)
{
	return n == 0 ? v : view_of(v.p + n, v.len - n);
}

/* view_equal compares in time that depends on the lengths only. */
bool view_equal(struct view a, struct view b);

/* view_zero: is every byte zero? Not for secrets: the time tells how many are. */
bool view_zero(struct view v);

/* buf_reserve makes room for more bytes after the ones there are. The buf is unchanged on failure. */
enum pli_status buf_reserve(struct buf *b, size_t more, struct pli_error *err) PLI_MUST_CHECK;

/* buf_add appends a copy of v, which must not lie in b. The buf is unchanged on failure. */
enum pli_status buf_add(struct buf *b, struct view v, struct pli_error *err) PLI_MUST_CHECK;

/* buf_view is what the buf holds. */
static inline struct view
buf_view(const struct buf *b)
{
	return view_of(b->p, b->len);
}

/* buf_clear wipes, frees and zeroes. */
void buf_clear(struct buf *b);

/* secret_set copies v, of at most SECRET_MAX bytes, into s. */
enum pli_status secret_set(struct secret *s, struct view v, struct pli_error *err) PLI_MUST_CHECK;

static inline struct view
secret_view(const struct secret *s)
{
	return view_of(s->p, s->len);
}

/* secret_clear wipes. */
void secret_clear(struct secret *s);

/* wipe overwrites len bytes at p with zeroes, which the compiler may not leave out. */
void wipe(void *p, size_t len);

/*
 * wipe_stack overwrites the 32 KiB of stack below its caller, where calls that have returned may have left secrets, and the
 * registers of memcpy.
 */
void wipe_stack(void);

/* store_be32 and store_be64 write v, most significant byte first. */
static inline void
store_be32(uint8_t p[4], uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void
store_be64(uint8_t p[8], uint64_t v)
{
	store_be32(p, (uint32_t)(v >> 32));
	store_be32(p + 4, (uint32_t)v);
}

static inline uint32_t
load_be32(const uint8_t p[4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t
load_be64(const uint8_t p[8])
{
	return (uint64_t)load_be32(p) << 32 | load_be32(p + 4);
}

#endif
