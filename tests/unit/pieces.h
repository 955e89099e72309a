#ifndef PLI_PIECES_H
#define PLI_PIECES_H

/*
 * pieces.h - BER put together by hand, as an expression.
 *
 *      struct view oid = ITEM(0x06, TEXT("\x2a\x03"));
 *      struct view whole = ITEM(0x30, oid, ITEM(0x02, OCTETS(1)));
 *
 * What the macros give lives until the process ends. Each test file includes this once.
 */

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

struct pieces_block {
	struct pieces_block *next;
	uint8_t bytes[];
};

static struct pieces_block *pieces_all;

static inline void
pieces_free(void)
{
	struct pieces_block *b;

	while ((b = pieces_all) != NULL) {
		pieces_all = b->next;
		free(b);
	}
}

static inline uint8_t *
pieces_new(size_t len)
{
	struct pieces_block *b = calloc(1, sizeof(*b) + len + 1);

	if (b == NULL || (pieces_all == NULL && atexit(pieces_free) != 0))
		abort();
	b->next = pieces_all;
	pieces_all = b;
	return b->bytes;
}

static inline struct view
pieces_join(const struct view *parts, size_t count)
{
	size_t len = 0, i;
	uint8_t *p;

	for (i = 0; i < count; i++)
		len += parts[i].len;
	p = pieces_new(len);
	for (len = 0, i = 0; i < count; i++) {
		if (parts[i].len > 0)
			memcpy(p + len, parts[i].p, parts[i].len);
		len += parts[i].len;
	}
	return view_of(p, len);
}

/* A header with the length in as few octets as there can be. */
static inline struct view
pieces_header(uint8_t tag, size_t len)
{
	uint8_t *p = pieces_new(10), n = 0, i;

	p[0] = tag;
	p[1] = (uint8_t)len;
	if (len < 0x80)
		return view_of(p, 2);
	while (len >> 8 * n != 0)
		n++;
	p[1] = 0x80 | n;
	for (i = 0; i < n; i++)
		p[2 + i] = (uint8_t)(len >> 8 * (n - 1 - i));
	return view_of(p, 2u + n);
}

static inline struct view
pieces_item(uint8_t tag, struct view body)
{
	return pieces_join((const struct view[]){ pieces_header(tag, body.len), body }, 2);
}

static inline struct view
pieces_open(uint8_t tag, struct view body)
{
	const uint8_t begin[2] = { tag, 0x80 }, end[2] = { 0, 0 };

	return pieces_join((const struct view[]){ view_of(begin, 2), body, view_of(end, 2) }, 3);
}

#define OCTETS(...) view_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define TEXT(literal) view_of((literal), sizeof(literal) - 1)
#define NOTHING view_of(NULL, 0)
#define JOIN(...)                                                                                                      \
	pieces_join(                                                                                                   \
	    (const struct view[]){ __VA_ARGS__ }, sizeof((const struct view[]){ __VA_ARGS__ }) / sizeof(struct view))
#define ITEM(tag, ...) pieces_item((tag), JOIN(__VA_ARGS__)) /* definite length */
#define OPEN(tag, ...) pieces_open((tag), JOIN(__VA_ARGS__)) /* indefinite length */

#endif
