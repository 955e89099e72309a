/*
 * message.c - between the source and the parsers. Of a positional source long runs of content are left to the workers as
 * extents, and only the headers between them are read here; short pieces are gathered into the segment.
 */
#include "message.h"

#include <string.h>

#include "cbc.h"

#define EXTENT_LEAST (64u << 10)
#define PIECES_PER_CANCEL 4096

/* An error of a parser, with the name of what was parsed. */
static enum pli_status
named(const struct message *m, const struct pli_error *what, struct pli_error *err)
{
	enum pli_status rc = fail(err, what->status, "%s: %s", source_name(m->source), what->message);

	if (what->hint[0] != '\0')
		fail_hint(err, "%s", what->hint);
	return rc;
}

static enum pli_status
truncated(const struct message *m, struct pli_error *err)
{
	enum pli_status rc = fail(
	    err, PLI_ERR_MALFORMED, "%s is truncated: it ends in the middle of the envelope", source_name(m->source));

	fail_hint(err, "the file was cut short on its way: get another copy");
	return rc;
}

static void
start_content(struct message *m)
{
	const struct head *h = &m->head;

	octets_init(
	    &m->octets, h->content_constructed, h->content_indefinite, h->content_at, h->content_len, h->level[3].end);
	m->payload = 0;
	m->ended = !h->has_content;
	m->content = 0;
}

static enum pli_status
not_an_envelope(const struct message *m, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_MALFORMED, "%s is empty: not an envelope", source_name(m->source));

	fail_hint(err, "nothing of the envelope arrived: get another copy");
	return rc;
}

enum pli_status
message_begin(struct message *m, struct source *source, struct pli_error *err)
{
	struct pli_error what = { 0 };
	size_t want = 4096;
	enum pli_status rc;
	struct view v;
	bool more;

	*m = (struct message){ .source = source };
	if ((rc = source_unarmor(source, err)) != PLI_OK)
		return rc;
	for (;; want *= 2) {
		if ((rc = source_peek(source, want, &v, err)) != PLI_OK)
			return rc;
		if (v.len == 0)
			return not_an_envelope(m, err);
		if (v.len > HEAD_MAX)
			v.len = HEAD_MAX; /* memory shows all it has, a pipe what it gave */
		if (head_parse(&m->head, v, &more, &what) != PLI_OK)
			return named(m, &what, err);
		if (!more)
			break;
		if (v.len < want)
			return truncated(m, err);
		if (want >= HEAD_MAX)
			return fail(err, PLI_ERR_LIMIT, "%s: the head of the envelope is longer than %u bytes",
			    source_name(source), HEAD_MAX);
	}
	if (m->head.type == NULL || m->head.type->container == CONTAINER_OTHER)
		v.len = v.len < 64 ? v.len : 64;
	else
		v.len = (size_t)m->head.content_at;
	/* The head outlives what the source shows now: copy it, and read it again from the copy. */
	if ((rc = buf_add(&m->bytes, v, err)) != PLI_OK ||
	    (rc = head_parse(&m->head, buf_view(&m->bytes), &more, err)) != PLI_OK)
		return rc;
	source_skip(source, m->head.content_at);
	start_content(m);
	return PLI_OK;
}

uint64_t
message_total(const struct message *m)
{
	return m->head.content_constructed ? 0 : m->head.content_len;
}

/* Finds the next piece of content: payload > 0, or ended. */
static enum pli_status
next_piece(struct message *m, struct pli_error *err)
{
	struct pli_error what;
	enum octets_event event;
	enum pli_status rc;
	size_t used, want = 1;
	struct view v;

	what.status = PLI_OK; /* the text is set with it: to zero a KiB for each piece took as long as the piece */
	while (m->payload == 0 && !m->ended) {
		if ((rc = source_peek(m->source, want, &v, err)) != PLI_OK)
			return rc;
		if (octets_push(&m->octets, v, &used, &m->payload, &event, &what) != PLI_OK)
			return named(m, &what, err);
		source_skip(m->source, used);
		m->ended = event == OCTETS_END;
		if (event != OCTETS_MORE) {
			want = 1;
			continue;
		}
		if (v.len < want)
			return truncated(m, err);
		want = v.len - used + 1;
	}
	return PLI_OK;
}

/* Takes up to len bytes of the current piece into s at s->len. */
static enum pli_status
take(struct message *m, struct segment *s, size_t len, struct pli_error *err)
{
	enum pli_status rc;
	struct view v;
	size_t got;

	if (source_positional(m->source) && len >= EXTENT_LEAST && s->extent_count < SEGMENT_EXTENTS) {
		if (len > source_size(m->source) - source_offset(m->source))
			return truncated(m, err);
		s->extents[s->extent_count++] = (struct extent){ source_offset(m->source), s->len, len };
		source_skip(m->source, len);
	} else {
		ring_touch(s, s->len + len);
		/* Short pieces come out of what was read ahead with the headers. */
		if (len < EXTENT_LEAST && (rc = source_peek(m->source, len, &v, err)) != PLI_OK)
			return rc;
		if ((rc = source_read(m->source, s->buf + s->len, len, &got, err)) != PLI_OK)
			return rc;
		if (got < len)
			return truncated(m, err);
	}
	s->len += len;
	m->payload -= len;
	m->content += len;
	return PLI_OK;
}

enum pli_status
message_fill(struct message *m, struct segment *s, struct pli_error *err)
{
	enum pli_status rc;
	size_t len;

	s->len = s->extent_count = 0;
	while (s->len < s->cap) {
		if ((rc = next_piece(m, err)) != PLI_OK)
			return rc;
		if (m->ended)
			break;
		len = s->cap - s->len;
		if (m->payload < len)
			len = (size_t)m->payload;
		if ((rc = take(m, s, len, err)) != PLI_OK)
			return rc;
	}
	return PLI_OK;
}

enum pli_status
message_more(struct message *m, bool *more, struct pli_error *err)
{
	enum pli_status rc = next_piece(m, err);

	*more = rc == PLI_OK && !m->ended;
	return rc;
}

enum pli_status
message_last(const struct message *m, const struct segment *s, uint8_t *out, size_t n, struct pli_error *err)
{
	size_t first = s->len - n, i, from, to;
	uint8_t block[CBC_BLOCK_MAX];
	const uint8_t *p;
	enum pli_status rc;

	memcpy(out, s->buf + first, n);
	for (i = 0; i < s->extent_count; i++) {
		const struct extent *e = &s->extents[i];

		from = e->at < first ? first : e->at;
		to = e->at + e->len;
		if (to <= from)
			continue;
		if ((rc = source_at(m->source, e->off + (from - e->at), to - from, block, &p, err)) != PLI_OK)
			return rc;
		memcpy(out + (from - first), p, to - from);
	}
	return PLI_OK;
}

enum pli_status
message_skip(struct message *m, struct pli_error *err)
{
	enum pli_status rc;
	struct view v;
	uint64_t n, pieces = 0;

	for (;;) {
		if ((rc = next_piece(m, err)) != PLI_OK || m->ended)
			return rc;
		if (++pieces % PIECES_PER_CANCEL == 0 && (rc = source_cancelled(m->source, err)) != PLI_OK)
			return rc;
		n = m->payload;
		if (source_positional(m->source)) {
			if (n > source_size(m->source) - source_offset(m->source))
				return truncated(m, err);
		} else {
			if ((rc = source_peek(m->source, 1, &v, err)) != PLI_OK)
				return rc;
			if (v.len == 0)
				return truncated(m, err);
			n = v.len < n ? v.len : n;
		}
		source_skip(m->source, n);
		m->payload -= n;
		m->content += n;
	}
}

enum pli_status
message_end(struct message *m, struct pli_error *err)
{
	struct pli_error what = { 0 };
	enum pli_status rc;
	struct view v;

	if ((rc = source_peek(m->source, TAIL_MAX + 1, &v, err)) != PLI_OK)
		return rc;
	if (v.len > TAIL_MAX + 1)
		v.len = TAIL_MAX + 1;
	buf_clear(&m->tail_bytes);
	if ((rc = buf_add(&m->tail_bytes, v, err)) != PLI_OK)
		return rc;
	if (head_parse_tail(&m->head, m->octets.at, buf_view(&m->tail_bytes), &m->tail, &what) != PLI_OK)
		return named(m, &what, err);
	return PLI_OK;
}

void
message_rewind(struct message *m)
{
	source_restart(m->source);
	source_skip(m->source, m->head.content_at);
	start_content(m);
}

const char *
message_armor(const struct message *m)
{
	static const char *const names[] = { [ARMOR_NONE] = "none", [ARMOR_PEM] = "pem", [ARMOR_SMIME] = "smime" };

	return names[source_armor(m->source)];
}

bool
message_looks_sealed(struct view first)
{
	uint8_t begin[64];

	return head_looks_like(first) || head_looks_like(view_of(begin, armor_peel(first, begin, sizeof(begin))));
}

void
message_clear(struct message *m)
{
	buf_clear(&m->bytes);
	buf_clear(&m->tail_bytes);
	*m = (struct message){ 0 };
}
