/*
 * reader.c - one header at a time. The end of an element of indefinite length is found by counting: an element of
 * definite length inside it is stepped over whole, so only indefinite ones nest, and a counter is all the state.
 */
#include "reader.h"

enum read_result
read_header(struct view in, struct read_header *h)
{
	size_t n, i;
	uint64_t len = 0;

	*h = (struct read_header){ 0 };
	if (in.len < 1)
		return READ_SHORT;
	h->tag = in.p[0];
	if ((h->tag & 0x1f) == 0x1f)
		return READ_BAD;
	if (in.len < 2)
		return READ_SHORT;
	h->header_len = 2;
	if (in.p[1] < 0x80) {
		h->len = in.p[1];
		return READ_OK;
	}
	if (in.p[1] == 0x80) {
		h->indefinite = true;
		return (h->tag & TAG_CONSTRUCTED) != 0 ? READ_OK : READ_BAD;
	}
	n = in.p[1] & 0x7f;
	if (n > 8)
		return READ_BAD;
	for (i = 0; i < n; i++) {
		if (2 + i == in.len)
			return READ_SHORT;
		len = len << 8 | in.p[2 + i];
	}
	if (len >> 63 != 0)
		return READ_BAD;
	h->header_len = 2 + n;
	h->len = len;
	return READ_OK;
}

static bool
end_of_contents(struct view in)
{
	return in.len >= 2 && in.p[0] == 0 && in.p[1] == 0;
}

/* The length of what stands before the end-of-contents that closes the element whose contents start at in. */
static enum read_result
find_end(struct view in, size_t *len)
{
	struct read_header h;
	enum read_result rc;
	unsigned open = 1;
	size_t at = 0;

	for (;;) {
		struct view rest = view_of(in.p + at, in.len - at);

		if ((rc = read_header(rest, &h)) != READ_OK)
			return rc;
		if (end_of_contents(rest)) {
			if (--open == 0)
				break;
			at += 2;
			continue;
		}
		if (h.tag == 0)
			return READ_BAD;
		if (h.indefinite && ++open > READ_DEPTH)
			return READ_BAD;
		if (h.len > rest.len - h.header_len)
			return READ_SHORT;
		at += h.header_len + (size_t)h.len;
	}
	*len = at;
	return READ_OK;
}

enum read_result
read_item(struct view *in, struct read_item *item)
{
	struct read_header h;
	enum read_result rc;
	struct view rest;
	size_t len, closing = 0;

	if ((rc = read_header(*in, &h)) != READ_OK)
		return rc;
	rest = view_of(in->p + h.header_len, in->len - h.header_len);
	if (h.indefinite) {
		if ((rc = find_end(rest, &len)) != READ_OK)
			return rc;
		closing = 2;
	} else {
		if (h.len > rest.len)
			return READ_SHORT;
		len = (size_t)h.len;
	}
	item->tag = h.tag;
	item->body = view_of(rest.p, len);
	item->whole = view_of(in->p, h.header_len + len + closing);
	*in = view_of(in->p + item->whole.len, in->len - item->whole.len);
	return READ_OK;
}

bool
read_tagged(struct view *in, uint8_t tag, struct read_item *item)
{
	return read_peek(*in) == tag && in->len > 0 && read_item(in, item) == READ_OK;
}

bool
read_small(struct view *in, unsigned *value)
{
	struct view at = *in;
	struct read_item item;
	unsigned v = 0;
	size_t i;

	if (!read_tagged(&at, TAG_INTEGER, &item) || item.body.len < 1 || item.body.len > 3 || item.body.p[0] >= 0x80)
		return false;
	for (i = 0; i < item.body.len; i++)
		v = v << 8 | item.body.p[i];
	if (v > 0xffff)
		return false;
	*value = v;
	*in = at;
	return true;
}
