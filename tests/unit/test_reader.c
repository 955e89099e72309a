/* BER elements, whole and cut anywhere: what is short, what is bad, and that nothing is read past the end. */
#include "pieces.h"
#include "reader.h"
#include "suite.h"

/* A copy that ends where the block of memory ends, so that a checker of memory sees a byte too many. */
static struct view
exact(struct view v)
{
	return JOIN(v);
}

static void
headers(void)
{
	static const struct {
		const char *bytes;
		size_t len, header_len;
		uint64_t value;
		enum read_result rc;
		bool indefinite;
	} cases[] = {
		{ "\x04\x00", 2, 2, 0, READ_OK, false },
		{ "\x04\x7f", 2, 2, 127, READ_OK, false },
		{ "\x04\x81\x80", 3, 3, 128, READ_OK, false },
		{ "\x04\x81\x05", 3, 3, 5, READ_OK, false },
		{ "\x04\x84\x00\x00\x00\x05", 6, 6, 5, READ_OK, false },
		{ "\x04\x83\x10\x00\x00", 5, 5, 1 << 20, READ_OK, false },
		{ "\x04\x88\x7f\xff\xff\xff\xff\xff\xff\xff", 10, 10, UINT64_C(0x7fffffffffffffff), READ_OK, false },
		{ "\x04\x88\x80\x00\x00\x00\x00\x00\x00\x00", 10, 0, 0, READ_BAD, false },
		{ "\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10, 0, 0, READ_BAD, false },
		{ "\x04\x89\x00\x00\x00\x00\x00\x00\x00\x00\x05", 11, 0, 0, READ_BAD, false },
		{ "\x04\xff", 2, 0, 0, READ_BAD, false },
		{ "\x24\x80", 2, 2, 0, READ_OK, true },
		{ "\x04\x80", 2, 0, 0, READ_BAD, false },
		{ "\x00\x00", 2, 2, 0, READ_OK, false },
		{ "\x1f\x01\x00", 3, 0, 0, READ_BAD, false },
		{ "\x3f", 1, 0, 0, READ_BAD, false },
		{ "\xbf\x20\x00", 3, 0, 0, READ_BAD, false },
		{ "\xbe\x00", 2, 2, 0, READ_OK, false },
	};
	struct read_header h;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view in = exact(view_of(cases[i].bytes, cases[i].len));

		check(read_header(in, &h) == cases[i].rc);
		if (cases[i].rc != READ_OK)
			continue;
		check(h.tag == in.p[0] && h.len == cases[i].value && h.header_len == cases[i].header_len);
		check(h.indefinite == cases[i].indefinite);
		for (n = 0; n < in.len; n++)
			check(read_header(exact(view_of(in.p, n)), &h) == READ_SHORT);
	}
}

static void
whole_items(void)
{
	struct view a = ITEM(TAG_OCTETS, TEXT("abc")), b = ITEM(TAG_INTEGER, OCTETS(5)), in = JOIN(a, b), before;
	struct read_item item;

	before = in;
	check(read_item(&in, &item) == READ_OK);
	check(item.tag == TAG_OCTETS && view_equal(item.body, TEXT("abc")));
	check(item.whole.p == before.p && view_equal(item.whole, a));
	check(in.p == before.p + a.len && in.len == b.len);
	check(read_item(&in, &item) == READ_OK);
	check(view_equal(item.whole, b) && in.len == 0);
	check(read_item(&in, &item) == READ_SHORT);
}

/* Every beginning of a well-formed element is short, never bad and never done; the view stays where it was. */
static void
short_at_every_byte(struct view whole)
{
	struct read_item item;
	struct view in;
	size_t n;

	for (n = 0; n < whole.len; n++) {
		in = exact(view_of(whole.p, n));
		const struct view before = in;

		check(read_item(&in, &item) == READ_SHORT);
		check(in.p == before.p && in.len == before.len);
	}
	in = exact(whole);
	check(read_item(&in, &item) == READ_OK && in.len == 0);
}

static void
cut_anywhere(void)
{
	struct view inner = OPEN(0x24, ITEM(TAG_OCTETS, TEXT("ab")), ITEM(TAG_OCTETS, TEXT("")));

	short_at_every_byte(ITEM(TAG_SEQUENCE, ITEM(TAG_OCTETS, TEXT("abc")), ITEM(TAG_NULL, NOTHING)));
	short_at_every_byte(OPEN(TAG_SEQUENCE, inner, ITEM(TAG_SEQUENCE, inner), inner));
	short_at_every_byte(ITEM(TAG_OCTETS, view_of(pieces_new(300), 300)));
}

static void
indefinite_items(void)
{
	struct view inner = OPEN(0x24, ITEM(TAG_OCTETS, TEXT("ab"))), body = JOIN(inner, ITEM(TAG_INTEGER, OCTETS(1)));
	struct view in = JOIN(pieces_open(TAG_SEQUENCE, body), TEXT("rest"));
	struct read_item item;

	check(read_item(&in, &item) == READ_OK);
	check(item.tag == TAG_SEQUENCE && view_equal(item.body, body));
	check(item.whole.len == body.len + 4);
	check(view_equal(in, TEXT("rest")));

	/* zeroes in a definite element are contents, not an end */
	in = OPEN(TAG_SEQUENCE, ITEM(TAG_OCTETS, OCTETS(0, 0, 0, 0)));
	check(read_item(&in, &item) == READ_OK);
	check(item.body.len == 6 && in.len == 0);
}

static void
broken_indefinite_items(void)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "\x30\x80\x00\x01\x00\x00\x00", 7 },     /* an end-of-contents with a length */
		{ "\x30\x80\x00\x81\x00\x00\x00", 7 },     /* the same, spelt longer */
		{ "\x30\x80\x04\x80\x00\x00\x00\x00", 8 }, /* primitive and indefinite */
		{ "\x30\x80\x1f\x00\x00\x00", 6 },         /* a tag of several octets */
	};
	struct read_item item;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct view in = exact(view_of(bad[i].bytes, bad[i].len));

		check(read_item(&in, &item) == READ_BAD);
	}
}

static void
depth_is_bounded(void)
{
	struct view in = NOTHING;
	struct read_item item;
	int depth;

	for (depth = 1; depth <= READ_DEPTH; depth++) {
		struct view at;

		in = OPEN(TAG_SEQUENCE, in);
		at = in;
		check(read_item(&at, &item) == READ_OK);
	}
	in = OPEN(TAG_SEQUENCE, in);
	check(read_item(&in, &item) == READ_BAD);
	/* definite elements nest without anybody looking inside */
	for (in = NOTHING, depth = 1; depth <= 3 * READ_DEPTH; depth++)
		in = ITEM(TAG_SEQUENCE, in);
	check(read_item(&in, &item) == READ_OK);
}

static void
tagged(void)
{
	struct view whole = JOIN(ITEM(TAG_OCTETS, TEXT("abc")), ITEM(TAG_NULL, NOTHING)), in = whole;
	struct read_item item;

	check(!read_tagged(&in, TAG_INTEGER, &item) && in.p == whole.p && in.len == whole.len);
	check(read_tagged(&in, TAG_OCTETS, &item) && view_equal(item.body, TEXT("abc")));
	check(read_peek(in) == TAG_NULL);
	check(read_tagged(&in, TAG_NULL, &item) && in.len == 0);
	check(read_peek(in) == 0);
	/* tag 0 is not the end */
	check(!read_tagged(&in, 0, &item));
	in = view_of(whole.p, 4);
	check(!read_tagged(&in, TAG_OCTETS, &item) && in.len == 4);
}

static void
small_numbers(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool ok;
		unsigned value;
	} cases[] = {
		{ "\x02\x01\x00", 3, true, 0 },
		{ "\x02\x01\x7f", 3, true, 127 },
		{ "\x02\x02\x00\x80", 4, true, 128 },
		{ "\x02\x02\x01\x00", 4, true, 256 },
		{ "\x02\x03\x00\xff\xff", 5, true, 65535 },
		{ "\x02\x03\x01\x00\x00", 5, false, 0 },
		{ "\x02\x01\x80", 3, false, 0 },
		{ "\x02\x00", 2, false, 0 },
		{ "\x02\x04\x00\x00\x00\x01", 6, false, 0 },
		{ "\x0a\x01\x01", 3, false, 0 },
		{ "\x02\x02\x01", 3, false, 0 },
	};
	unsigned value = 77;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view in = exact(view_of(cases[i].bytes, cases[i].len));
		const struct view before = in;

		value = 77;
		check(read_small(&in, &value) == cases[i].ok);
		check(value == (cases[i].ok ? cases[i].value : 77));
		check(cases[i].ok ? in.len == 0 : in.p == before.p && in.len == before.len);
	}
}

#define TESTS(T, S)                                                                                                    \
	T(S, headers)                                                                                                  \
	T(S, whole_items)                                                                                              \
	T(S, cut_anywhere)                                                                                             \
	T(S, indefinite_items)                                                                                         \
	T(S, broken_indefinite_items) T(S, depth_is_bounded) T(S, tagged) T(S, small_numbers)
SUITE(reader, TESTS)
