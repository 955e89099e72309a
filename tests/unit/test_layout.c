/* Where every byte stands: the arithmetic against a writer that only counts, at any size. */
#include "builder.h"
#include "layout.h"
#include "pieces.h"
#include "suite.h"

#define CHUNK ((uint64_t)LAYOUT_CHUNK)
#define RECIPIENTS ITEM(0xa4, TEXT("\x06\x01\x2a"), ITEM(0x05, NOTHING))
#define ALGORITHM                                                                                                      \
	ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"),                                               \
	    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))))

static void
init(struct layout *l, uint64_t len)
{
	struct pli_error err = { 0 };

	check_ok(layout_init(l, CONTAINER_AUTH_ENVELOPED, RECIPIENTS, ALGORITHM, len, &err), err);
}

/* The head as our own reader sees it; the whole message is as long as its lengths say. */
static void
head_reads_back(const struct layout *l, uint64_t len)
{
	struct buf tail = { 0 };
	struct head_tail read;
	uint64_t end = layout_place(l, len);
	struct head h;
	bool more;

	check(head_parse(&h, buf_view(&l->head), &more, NULL) == PLI_OK && !more);
	check(h.definite == l->definite && h.content_at == l->head.len && h.recipient_count == 1);
	check(l->definite ? !h.content_constructed && h.content_len == len
			  : h.content_constructed && h.content_indefinite);
	check(layout_tail(l, TEXT("0123456789abcdef"), &tail, NULL) == PLI_OK);
	/* the end of the content itself belongs to its encoding */
	check(head_parse_tail(&h, end + (l->definite ? 0 : 2),
		  view_of(tail.p + (l->definite ? 0 : 2), tail.len - (l->definite ? 0 : 2)), &read, NULL) == PLI_OK);
	check(view_equal(read.mac, TEXT("0123456789abcdef")));
	if (l->definite)
		check(h.level[0].end == end + tail.len && end + tail.len < UINT64_C(1) << 31);
	buf_clear(&tail);
}

/* The place of the content byte off, found by counting through all chunks before it; chunk headers as DER has them. */
static uint64_t
counted(const struct layout *l, uint64_t len, uint64_t off)
{
	uint64_t place = l->head.len, at = 0, n;

	if (l->definite)
		return place + off;
	for (;; at += n) {
		n = len - at < CHUNK ? len - at : CHUNK;
		if (n == 0)
			return place;
		if (off < at + n)
			return place + build_header_len(n) + (off - at);
		place += build_header_len(n) + n;
	}
}

/* Walks through content in steps of step bytes, as workers do with segments, comparing with what is counted. */
static void
pieces_fit(const struct layout *l, uint64_t len, uint64_t from, uint64_t to, size_t step)
{
	struct layout_piece piece;
	uint64_t at, seg, left;

	for (seg = from; seg < to; seg += step) {
		left = len - seg < step ? len - seg : step;
		for (at = seg; at < seg + left; at += piece.len) {
			piece = layout_piece(l, at, (size_t)(seg + left - at));
			check(piece.len > 0 && piece.len <= seg + left - at);
			check(piece.place + piece.header_len == counted(l, len, at));
			/* contiguous: its last byte is where counting finds it */
			check(piece.place + piece.header_len + piece.len - 1 == counted(l, len, at + piece.len - 1));
			check((piece.header_len > 0) == (!l->definite && at % CHUNK == 0));
			if (piece.header_len > 0) {
				uint8_t header[HEADER_MAX];
				uint64_t n = len - at < CHUNK ? len - at : CHUNK;

				check(piece.header_len == build_header(header, 0x04, n));
				check(memcmp(piece.header, header, piece.header_len) == 0);
			}
		}
	}
}

static void
short_contents(void)
{
	static const uint64_t lengths[] = { 0, 1, 15, 127, 128, 255, 256, 65535, 65536, (1 << 20) - 1, 1 << 20,
		(1 << 20) + 1, 5 << 20 };
	struct layout l;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		init(&l, lengths[i]);
		check(l.definite && l.content_len == lengths[i]);
		head_reads_back(&l, lengths[i]);
		pieces_fit(&l, lengths[i], 0, lengths[i], 100000);
		check(layout_place(&l, lengths[i]) == l.head.len + lengths[i]);
		layout_clear(&l);
	}
}

/* DER as long as the whole message has less than 2^31 bytes. */
static void
the_border(void)
{
	uint64_t low = (UINT64_C(1) << 31) - 2000, high = UINT64_C(1) << 31, len;
	struct layout l;
	struct buf tail = { 0 };

	for (len = low; len < high; len += 7) {
		init(&l, len);
		if (l.definite) {
			head_reads_back(&l, len);
			low = len;
		}
		layout_clear(&l);
	}
	/* the longest that is definite leaves less than the step and the growth of the head */
	for (len = low; len < low + 8; len++) {
		init(&l, len);
		if (!l.definite)
			break;
		layout_clear(&l);
	}
	check(!l.definite);
	layout_clear(&l);
	init(&l, len - 1);
	check(l.definite);
	check(layout_tail(&l, TEXT("0123456789abcdef"), &tail, NULL) == PLI_OK);
	check(layout_place(&l, len - 1) + tail.len == (UINT64_C(1) << 31) - 1);
	buf_clear(&tail);
	layout_clear(&l);
}

static void
long_contents(void)
{
	const uint64_t two = UINT64_C(1) << 31, most = (UINT64_C(1) << 36) - 32;
	const uint64_t lengths[] = { two, two + 1, two + 127, two + 128, two + 65535, two + 65536, two + CHUNK - 1,
		two + CHUNK, most };
	static const size_t steps[] = { 16, 4096, 1 << 20, 3 << 19, 16 << 20 };
	struct layout l;
	size_t i, s;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const uint64_t len = lengths[i];

		init(&l, len);
		check(!l.definite);
		head_reads_back(&l, len);
		check(layout_place(&l, 0) == l.head.len);
		for (s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
			uint64_t step = steps[s], last = (len - 1) / step * step, some = 20 * step;

			pieces_fit(&l, len, 0, step, steps[s]);
			if (len < 2 * two) {
				pieces_fit(&l, len, CHUNK / step * step, CHUNK / step * step + step, steps[s]);
				pieces_fit(&l, len, some, some + step, steps[s]);
			}
			pieces_fit(&l, len, last, len, steps[s]);
		}
		check(layout_place(&l, len) == counted(&l, len, len));
		layout_clear(&l);
	}
}

/* Whatever the length will be, the first bytes are those of a known length that is too long for DER. */
static void
unknown_length(void)
{
	static const uint64_t last[] = { 0, 1, 127, 128, 65536, LAYOUT_CHUNK - 1, LAYOUT_CHUNK };
	struct layout l, known;
	struct layout_piece piece;
	uint64_t at, len;
	size_t i;

	for (i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
		init(&l, LAYOUT_UNKNOWN);
		init(&known, UINT64_C(1) << 31);
		check(!l.definite && view_equal(buf_view(&l.head), buf_view(&known.head)));
		layout_clear(&known);
		len = 3 * CHUNK + last[i];
		for (at = 0; at < len; at += piece.len) {
			uint64_t n = len - at < CHUNK ? len - at : CHUNK;

			/* more at hand than one OCTET STRING takes is fine */
			piece = layout_piece(&l, at, (size_t)(n < CHUNK ? n : n + 5));
			check(piece.len == n && piece.header_len == build_header_len(n));
			check(piece.place + piece.header_len == counted(&l, len, at));
		}
		check(layout_place(&l, len) == counted(&l, len, len));
		head_reads_back(&l, len);
		layout_clear(&l);
	}
	init(&l, LAYOUT_UNKNOWN);
	check(layout_place(&l, 0) == l.head.len);
	layout_clear(&l);
	layout_clear(&l);
}

/* More recipients make longer lengths in the head, each at a border of its own. */
static void
heads_of_any_size(void)
{
	struct view set = NOTHING;
	struct layout l;
	size_t n;

	for (n = 0; n < 300; n++) {
		struct buf tail = { 0 };
		struct head h;
		bool more;

		check(layout_init(&l, CONTAINER_AUTH_ENVELOPED, set, ALGORITHM, 100, NULL) == PLI_OK && l.definite);
		check(head_parse(&h, buf_view(&l.head), &more, NULL) == PLI_OK && h.recipient_count == n);
		check(layout_tail(&l, TEXT("0123456789abcdef"), &tail, NULL) == PLI_OK);
		check(h.level[0].end == l.head.len + 100 + tail.len);
		buf_clear(&tail);
		layout_clear(&l);
		set = JOIN(set, RECIPIENTS);
	}
}

#define TESTS(T, S)                                                                                                    \
	T(S, short_contents)                                                                                           \
	T(S, the_border)                                                                                               \
	T(S, long_contents) T(S, unknown_length) T(S, heads_of_any_size)
SUITE(layout, TESTS)
