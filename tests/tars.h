#ifndef PLI_TARS_H
#define PLI_TARS_H

/*
 * tars.h - archives put together by hand: blocks as POSIX.1-1988 has them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "first_block.h"
#include "suite.h"

#define BLOCK 512

static inline void
put_octal(uint8_t *p, size_t len, uint64_t v)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%0*llo", (int)len - 1, (unsigned long long)v);
	memcpy(p, text, len - 1);
	p[len - 1] = '\0';
}

static inline void
sum_up(uint8_t *header)
{
	uint64_t sum = 0;
	size_t i;

	memset(header + 148, ' ', 8);
	for (i = 0; i < BLOCK; i++)
		sum += header[i];
	put_octal(header + 148, 7, sum);
}

static inline void
add_bytes(struct buf *to, const void *p, size_t len)
{
	static const uint8_t zeroes[BLOCK];

	check(buf_add(to, view_of(p, len), NULL) == PLI_OK);
	check(buf_add(to, view_of(zeroes, (BLOCK - len % BLOCK) % BLOCK), NULL) == PLI_OK);
}

/* Empties it, and begins an archive as pli does: what follows has to be of one form (FORMAT.md). */
static inline void
begin_committed(struct buf *to)
{
	uint8_t first[FIRST_BLOCK_LEN];

	to->len = 0;
	first_block(first);
	add_bytes(to, first, sizeof(first));
}

/* Appends a header; *at where it is, for patches, which sum_up must follow. */
static inline uint8_t *
add_header(struct buf *to, const char *name, char type, const char *link, uint64_t size, unsigned mode)
{
	uint8_t h[BLOCK] = { 0 };

	memcpy(h, name, strlen(name) < 100 ? strlen(name) : 100);
	put_octal(h + 100, 8, mode);
	put_octal(h + 108, 8, 0);
	put_octal(h + 116, 8, 0);
	put_octal(h + 124, 12, size);
	put_octal(h + 136, 12, 1000000000);
	h[156] = (uint8_t)type;
	if (link != NULL)
		memcpy(h + 157, link, strlen(link) < 100 ? strlen(link) : 100);
	memcpy(h + 257, "ustar\00000", 8);
	sum_up(h);
	add_bytes(to, h, BLOCK);
	return to->p + to->len - BLOCK;
}

static inline void
add_file(struct buf *to, const char *name)
{
	(void)add_header(to, name, '0', NULL, 4, 0644);
	add_bytes(to, "evil", 4);
}

static inline void
add_folder(struct buf *to, const char *name)
{
	(void)add_header(to, name, '5', NULL, 0, 0755);
}

static inline void
add_link(struct buf *to, const char *name, const char *target)
{
	(void)add_header(to, name, '2', target, 0, 0777);
}

struct pax_record {
	const char *key, *value;
	size_t len;
};

static inline void
add_pax_record(struct buf *to, const struct pax_record *r)
{
	size_t len = strlen(r->key) + r->len + 3, digits = 1, ten = 10;
	char number[24];

	while (len + digits >= ten) {
		digits++;
		ten *= 10;
	}
	(void)snprintf(number, sizeof(number), "%zu ", len + digits);
	check(buf_add(to, view_of(number, strlen(number)), NULL) == PLI_OK);
	check(buf_add(to, view_of(r->key, strlen(r->key)), NULL) == PLI_OK);
	check(buf_add(to, view_of("=", 1), NULL) == PLI_OK);
	check(buf_add(to, view_of(r->value, r->len), NULL) == PLI_OK);
	check(buf_add(to, view_of("\n", 1), NULL) == PLI_OK);
}

/* What pax says of the next entry. */
static inline void
add_pax_records(struct buf *to, const struct pax_record *records, size_t count)
{
	struct buf all = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		add_pax_record(&all, &records[i]);
	(void)add_header(to, "PaxHeader/x", 'x', NULL, all.len, 0644);
	add_bytes(to, all.p, all.len);
	buf_clear(&all);
}

/* One record alone. */
static inline void
add_pax(struct buf *to, const char *key, const char *value, size_t value_len)
{
	const struct pax_record r = { key, value, value_len };

	add_pax_records(to, &r, 1);
}

static inline void
add_end(struct buf *to)
{
	static const uint8_t zeroes[2 * BLOCK];

	add_bytes(to, zeroes, sizeof(zeroes));
}

#endif
