/*
 * octets.c - a stack of open constructed strings, each with the offset that limits it. A header is read when it is
 * there as a whole; the caller pushes its first bytes again together with the missing ones.
 */
#include "octets.h"

#include "reader.h"

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void
octets_init(struct octets *s, bool constructed, bool indefinite, uint64_t at, uint64_t len, uint64_t limit)
{
	*s = (struct octets){ .at = at, .depth = 1, .primitive = !constructed };
	s->level[0].indefinite = indefinite;
	s->level[0].limit = indefinite ? limit : least(limit, at + len);
}

enum pli_status
octets_push(
    struct octets *s, struct view in, size_t *used, uint64_t *payload, enum octets_event *event, struct pli_error *err)
{
	struct read_header h;
	uint64_t limit;

	*used = 0;
	*payload = 0;
	*event = OCTETS_MORE;
	if (s->primitive) {
		s->primitive = false;
		*payload = s->level[0].limit - s->at;
		s->at = s->level[0].limit;
		*event = OCTETS_PAYLOAD;
		return PLI_OK;
	}
	for (;;) {
		while (s->depth > 0 && !s->level[s->depth - 1].indefinite && s->at == s->level[s->depth - 1].limit)
			s->depth--;
		if (s->depth == 0) {
			*event = OCTETS_END;
			return PLI_OK;
		}
		limit = s->level[s->depth - 1].limit;
		switch (read_header(view_of(in.p + *used, in.len - *used), &h)) {
		case READ_SHORT:
			return PLI_OK;
		case READ_BAD:
			return fail(err, PLI_ERR_MALFORMED, "the content has an impossible tag or length at byte %llu",
			    (unsigned long long)s->at);
		case READ_OK:
			break;
		}
		if (h.header_len > limit - s->at || h.len > limit - s->at - h.header_len)
			return fail(err, PLI_ERR_MALFORMED,
			    "a piece of the content at byte %llu reaches beyond its end", (unsigned long long)s->at);
		if (h.tag == 0 && h.len == 0 && h.header_len == 2 && s->level[s->depth - 1].indefinite) {
			s->depth--;
		} else if (h.tag == (TAG_OCTETS | TAG_CONSTRUCTED)) {
			if (s->depth == OCTETS_DEPTH)
				return fail(
				    err, PLI_ERR_MALFORMED, "the content is nested more than %d deep", OCTETS_DEPTH);
			s->level[s->depth].indefinite = h.indefinite;
			s->level[s->depth].limit = h.indefinite ? limit : s->at + h.header_len + h.len;
			s->depth++;
		} else if (h.tag != TAG_OCTETS) {
			return fail(err, PLI_ERR_MALFORMED,
			    "the content has a piece that is no OCTET STRING at byte %llu", (unsigned long long)s->at);
		}
		*used += h.header_len;
		s->at += h.header_len;
		if (h.tag == TAG_OCTETS && h.len > 0) {
			s->empty = 0;
			s->at += h.len;
			*payload = h.len;
			*event = OCTETS_PAYLOAD;
			return PLI_OK;
		}
		if (h.tag != 0 && ++s->empty > OCTETS_EMPTY)
			return fail(err, PLI_ERR_MALFORMED, "more than %d pieces of the content in a row are empty",
			    OCTETS_EMPTY);
	}
}
