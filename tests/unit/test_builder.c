/* DER: headers at every length border, and that the reader reads back what the builder wrote. */
#include "builder.h"
#include "pieces.h"
#include "reader.h"
#include "suite.h"

static const uint64_t borders[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 0xffffff, 0x1000000, UINT64_C(0x7fffffff),
	UINT64_C(0x80000000), UINT64_C(0xffffffff), UINT64_C(0x100000000), (UINT64_C(1) << 36) - 32,
	UINT64_C(0xffffffffffff), UINT64_C(0x1000000000000), UINT64_C(0x7fffffffffffffff) };

static void
headers_are_minimal(void)
{
	uint8_t out[HEADER_MAX];
	struct read_header h;
	size_t i, n;

	for (i = 0; i < sizeof(borders) / sizeof(borders[0]); i++) {
		n = build_header(out, TAG_OCTETS, borders[i]);
		check(n == build_header_len(borders[i]));
		check(read_header(view_of(out, n), &h) == READ_OK);
		check(h.tag == TAG_OCTETS && h.len == borders[i] && h.header_len == n && !h.indefinite);
		/* no leading zero, and the short form where it is enough */
		check(n == 2 ? out[1] < 0x80 : out[2] != 0 && borders[i] >= 0x80);
	}
	check(build_header(out, TAG_SEQUENCE, 1u << 20) == 5);
	check(view_equal(view_of(out, 5), OCTETS(0x30, 0x83, 0x10, 0x00, 0x00)));
	check(build_header(out, TAG_OCTETS, UINT64_MAX) == HEADER_MAX);
}

static void
items(void)
{
	struct buf b = { 0 };

	check(build_small(&b, 0, NULL) == PLI_OK);
	check(build_small(&b, 127, NULL) == PLI_OK);
	check(build_item(&b, TAG_OCTETS, TEXT("abc"), NULL) == PLI_OK);
	check(build_item(&b, TAG_NULL, NOTHING, NULL) == PLI_OK);
	check(build_open(&b, TAG_SEQUENCE, 300, NULL) == PLI_OK);
	check(build_open_indefinite(&b, TAG_SEQUENCE, NULL) == PLI_OK);
	check(view_equal(buf_view(&b), TEXT("\x02\x01\x00\x02\x01\x7f\x04\x03"
					    "abc\x05\x00\x30\x82\x01\x2c\x30\x80")));
	buf_clear(&b);
}

static void
long_items(void)
{
	struct view body = view_of(pieces_new(70000), 70000), in;
	struct read_item item;
	struct buf b = { 0 };
	size_t len;

	support_bytes(pieces_all->bytes, body.len, 5);
	for (len = 0; len <= body.len; len += 10000) {
		b.len = 0;
		check(build_item(&b, TAG_OCTETS, view_of(body.p, len), NULL) == PLI_OK);
		in = buf_view(&b);
		check(read_tagged(&in, TAG_OCTETS, &item) && in.len == 0);
		check(view_equal(item.body, view_of(body.p, len)));
	}
	buf_clear(&b);
}

#define TESTS(T, S) T(S, headers_are_minimal) T(S, items) T(S, long_items)
SUITE(builder, TESTS)
