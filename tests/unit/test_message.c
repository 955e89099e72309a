/*
 * One envelope read from a source: content in pieces of any shape comes out as the same segments, left to the workers
 * (extents) where that pays, and the end is found.
 */
#include "inputs.h"
#include "message.h"
#include "pieces.h"

#define LEN 300000

static uint8_t content[LEN];

static struct view
indefinite(struct view pieces)
{
	return OPEN(0xa0, pieces);
}

/* A message around encoded content; with indefinite lengths if open. */
static struct view
message(struct view encoded, bool open)
{
	struct view data = TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");
	struct view algorithm = ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"),
	    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))));
	struct view type = TEXT("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17");
	struct view set = ITEM(0x31, ITEM(0xa4, TEXT("\x06\x01\x2a"), ITEM(0x05, NOTHING)));
	struct view mac = ITEM(0x04, TEXT("0123456789abcdef")), version = ITEM(0x02, OCTETS(0));

	return open ? OPEN(0x30, type, OPEN(0xa0, OPEN(0x30, version, set, OPEN(0x30, data, algorithm, encoded), mac)))
		    : ITEM(0x30, type, ITEM(0xa0, ITEM(0x30, version, set, ITEM(0x30, data, algorithm, encoded), mac)));
}

/* len bytes of the content in OCTET STRINGs of the given size. */
static struct view
chunked(size_t len, size_t size)
{
	uint8_t *p = pieces_new(len + 10 * (len / size + 1));
	size_t at, n, out = 0;

	for (at = 0; at < len; at += n) {
		struct view header;

		n = len - at < size ? len - at : size;
		header = pieces_header(0x04, n);
		memcpy(p + out, header.p, header.len);
		memcpy(p + out + header.len, content + at, n);
		out += header.len + n;
	}
	return view_of(p, out);
}

/* Brings a segment together as a worker does. */
static void
gather(const struct source *source, struct segment *s)
{
	const uint8_t *p;
	size_t i;

	for (i = 0; i < s->extent_count; i++) {
		const struct extent *e = &s->extents[i];

		check(e->at + e->len <= s->len);
		check(source_at(source, e->off, e->len, s->buf + e->at, &p, NULL) == PLI_OK);
		if (p != s->buf + e->at)
			memcpy(s->buf + e->at, p, e->len);
	}
}

/* All of the content, in segments of cap bytes; then the end. */
static enum pli_status
fill_all(struct message *m, size_t cap, size_t len, size_t *extents)
{
	struct segment s = { .cap = cap, .buf = malloc(cap) };
	enum pli_status rc;
	size_t at = 0;

	*extents = 0;
	for (;;) {
		memset(s.buf, 0, cap);
		if ((rc = message_fill(m, &s, NULL)) != PLI_OK || s.len == 0)
			break;
		check(s.len == cap || at + s.len == len);
		*extents += s.extent_count;
		gather(m->source, &s);
		check(at + s.len <= len && memcmp(s.buf, content + at, s.len) == 0);
		at += s.len;
	}
	free(s.buf);
	if (rc == PLI_OK)
		check(at == len && m->content == len);
	return rc;
}

/* From every kind of input: filled twice with different segments, and skipped, a message gives the same content and ends well. */
static void
gives(struct view bytes, size_t len)
{
	static const size_t caps[] = { 16, 4096, 100000, 1 << 20 };
	struct message m;
	struct pli_error err = { 0 };
	enum input from;
	size_t i, extents;

	support_bytes(content, LEN, 1);
	for (from = 0; from < INPUTS; from++)
		for (i = len > 100000 ? 1 : 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
			struct opened o = inputs_open(from, bytes);

			check_ok(message_begin(&m, o.source, &err), err);
			check(fill_all(&m, caps[i], len, &extents) == PLI_OK);
			check(from != FROM_PIPE || extents == 0);
			check_ok(message_end(&m, &err), err);
			check(view_equal(m.tail.mac, TEXT("0123456789abcdef")));
			if (from != FROM_PIPE) {
				message_rewind(&m);
				check(fill_all(&m, caps[3 - i], len, &extents) == PLI_OK);
				message_rewind(&m);
				check_ok(message_skip(&m, &err), err);
				check(m.content == len);
				check_ok(message_end(&m, &err), err);
			}
			message_clear(&m);
			inputs_close(&o);
		}
	{
		struct opened o = inputs_open(FROM_PIPE, bytes);

		check_ok(message_begin(&m, o.source, &err), err);
		check_ok(message_skip(&m, &err), err);
		check(m.content == len);
		check_ok(message_end(&m, &err), err);
		message_clear(&m);
		inputs_close(&o);
	}
}

static void
in_one_piece(void)
{
	static const size_t lengths[] = { 0, 1, 16, 4096, 65535, 65536, LEN };
	size_t i;

	support_bytes(content, LEN, 1);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		gives(message(pieces_item(0x80, view_of(content, lengths[i])), false), lengths[i]);
		gives(message(pieces_item(0x80, view_of(content, lengths[i])), true), lengths[i]);
	}
}

static void
in_pieces(void)
{
	support_bytes(content, LEN, 1);
	gives(message(indefinite(chunked(3000, 1)), true), 3000);
	gives(message(indefinite(chunked(100001, 1000)), true), 100001);
	gives(message(indefinite(chunked(300000, 4096)), true), 300000);
	gives(message(indefinite(chunked(LEN, 70000)), true), LEN);
	gives(message(pieces_item(0xa0, chunked(LEN, 65536)), false), LEN);
	gives(message(pieces_item(0xa0, chunked(5000, 1000)), true), 5000);
	gives(message(indefinite(NOTHING), true), 0);
}

static void
nested_pieces(void)
{
	struct view all;

	support_bytes(content, LEN, 1);
	all = JOIN(ITEM(0x04, view_of(content, 10)), ITEM(0x04, NOTHING),
	    OPEN(0x24, ITEM(0x04, view_of(content + 10, 90000)),
		ITEM(0x24, OPEN(0x24, ITEM(0x04, view_of(content + 90010, 5))))),
	    ITEM(0x24, NOTHING), ITEM(0x04, view_of(content + 90015, 100)));
	gives(message(indefinite(all), true), 90115);
	gives(message(pieces_item(0xa0, all), false), 90115);
}

static void
empty_pieces(void)
{
	uint8_t *p = pieces_new(2 * OCTETS_EMPTY + 2);
	struct view empty = view_of(p, 2 * OCTETS_EMPTY), bytes;
	struct message m;
	struct segment s = { .cap = 64, .buf = malloc(64) };
	struct opened o;
	size_t i;

	support_bytes(content, LEN, 1);
	for (i = 0; i < OCTETS_EMPTY + 1; i++)
		memcpy(p + 2 * i, "\x04", 2);
	gives(message(indefinite(JOIN(empty, ITEM(0x04, view_of(content, 5)), empty)), true), 5);
	empty.len += 2;
	for (i = 0; i < 2; i++) {
		bytes = message(indefinite(JOIN(ITEM(0x04, view_of(content, 5)), empty)), true);
		o = inputs_open(FROM_MEMORY, bytes);
		check(message_begin(&m, o.source, NULL) == PLI_OK);
		check((i == 0 ? message_fill(&m, &s, NULL) : message_skip(&m, NULL)) == PLI_ERR_MALFORMED);
		message_clear(&m);
		inputs_close(&o);
	}
	free(s.buf);
}

/* Long pieces are left to the workers, short ones are not; not more than a segment has room for. */
static void
extents(void)
{
	struct view bytes;
	struct opened o;
	struct message m;
	size_t n;

	support_bytes(content, LEN, 1);
	bytes = message(pieces_item(0x80, view_of(content, LEN)), false);
	o = inputs_open(FROM_PATH, bytes);
	check(message_begin(&m, o.source, NULL) == PLI_OK && message_total(&m) == LEN);
	check(fill_all(&m, 200000, LEN, &n) == PLI_OK && n == 2);
	message_rewind(&m);
	check(fill_all(&m, 4096, LEN, &n) == PLI_OK && n == 0);
	message_clear(&m);
	inputs_close(&o);

	bytes = message(indefinite(chunked(LEN, 70000)), true);
	o = inputs_open(FROM_PATH, bytes);
	check(message_begin(&m, o.source, NULL) == PLI_OK && message_total(&m) == 0);
	check(fill_all(&m, 1 << 20, LEN, &n) == PLI_OK && n == 4);
	message_clear(&m);
	inputs_close(&o);
}

static void
more_pieces_than_extents(void)
{
	const size_t len = 20 * 65536;
	struct segment s = { .cap = len, .buf = malloc(len) };
	uint8_t *all = pieces_new(len + 20 * 5);
	struct message m;
	struct opened o;
	size_t i;

	for (i = 0; i < 20; i++) {
		memcpy(all + i * 65541, "\x04\x83\x01\x00\x00", 5);
		support_bytes(all + i * 65541 + 5, 65536, (uint32_t)i);
	}
	o = inputs_open(FROM_MEMORY, message(indefinite(view_of(all, 20 * 65541)), true));
	check(message_begin(&m, o.source, NULL) == PLI_OK);
	check(message_fill(&m, &s, NULL) == PLI_OK && s.len == len && s.extent_count == SEGMENT_EXTENTS);
	gather(m.source, &s);
	for (i = 0; i < 20; i++)
		check(memcmp(s.buf + i * 65536, all + i * 65541 + 5, 65536) == 0);
	message_clear(&m);
	inputs_close(&o);
	free(s.buf);
}

/* Cut anywhere, from anywhere, a message is malformed and never fine; with something behind it, too. */
static void
truncated(void)
{
	struct view whole[2];
	struct message m;
	size_t i, n, unused;
	enum input from;

	support_bytes(content, LEN, 1);
	whole[0] = message(pieces_item(0x80, view_of(content, 40)), false);
	whole[1] = message(indefinite(chunked(40, 16)), true);
	for (from = 0; from < INPUTS; from++)
		for (i = 0; i < 2; i++)
			for (n = 0; n <= whole[i].len + 1; n += from == FROM_PIPE ? 7 : 1) {
				struct view bytes =
				    n <= whole[i].len ? view_of(whole[i].p, n) : JOIN(whole[i], OCTETS(0));
				struct opened o = inputs_open(from, JOIN(bytes));
				enum pli_status rc;
				int way;

				for (way = 0; way < (from == FROM_PIPE ? 1 : 2); way++) {
					if (way > 0)
						source_restart(o.source);
					rc = message_begin(&m, o.source, NULL);
					if (rc == PLI_OK)
						rc = way == 0 ? fill_all(&m, 16, 40, &unused) : message_skip(&m, NULL);
					if (rc == PLI_OK)
						rc = message_end(&m, NULL);
					check(rc == (n == whole[i].len ? PLI_OK : PLI_ERR_MALFORMED));
					message_clear(&m);
				}
				inputs_close(&o);
			}
}

#define TESTS(T, S)                                                                                                    \
	T(S, in_one_piece)                                                                                             \
	T(S, in_pieces)                                                                                                \
	T(S, nested_pieces) T(S, empty_pieces) T(S, extents) T(S, more_pieces_than_extents) T(S, truncated)
SUITE(message, TESTS)
