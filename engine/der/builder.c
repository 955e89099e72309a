/* builder.c - minimal lengths, as DER wants them. */
#include "builder.h"

size_t
build_header(uint8_t out[HEADER_MAX], uint8_t tag, uint64_t len)
{
	size_t n = build_header_len(len) - 2, i;

	out[0] = tag;
	out[1] = (uint8_t)(n == 0 ? len : 0x80 | n);
	for (i = 0; i < n; i++)
		out[2 + i] = (uint8_t)(len >> 8 * (n - 1 - i));
	return 2 + n;
}

size_t
build_header_len(uint64_t len)
{
	size_t n = 0;

	if (len < 0x80)
		return 2;
	for (; len > 0; len >>= 8)
		n++;
	return 2 + n;
}

enum pli_status
build_open(struct buf *b, uint8_t tag, uint64_t len, struct pli_error *err)
{
	uint8_t h[HEADER_MAX];

	return buf_add(b, view_of(h, build_header(h, tag, len)), err);
}

enum pli_status
build_open_indefinite(struct buf *b, uint8_t tag, struct pli_error *err)
{
	uint8_t h[2] = { tag, 0x80 };

	return buf_add(b, view_of(h, sizeof(h)), err);
}

enum pli_status
build_item(struct buf *b, uint8_t tag, struct view body, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = buf_reserve(b, HEADER_MAX + body.len, err)) != PLI_OK ||
	    (rc = build_open(b, tag, body.len, err)) != PLI_OK)
		return rc;
	return buf_add(b, body, err);
}

enum pli_status
build_small(struct buf *b, unsigned value, struct pli_error *err)
{
	uint8_t v = (uint8_t)value;

	return build_item(b, 0x02, view_of(&v, 1), err);
}
