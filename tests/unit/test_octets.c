/* The content's own encoding: every form gives the same bytes however it is cut; what breaks the rules is refused. */
#include "octets.h"
#include "pieces.h"
#include "suite.h"

enum { START = 1000 }; /* stream offset of the first byte */

/*
 * Pushes stream in blocks of at most step bytes, as a caller does that reads from somewhere: bytes that were not used
 * come again. *end is how many bytes belong to the string. OCTETS_MORE at the end of the stream is PLI_ERR_IO here.
 */
static enum pli_status
run(struct octets *s, struct view stream, size_t step, struct buf *out, size_t *end)
{
	struct pli_error err = { 0 };
	enum octets_event event;
	size_t at = 0, shown = step, used, take;
	uint64_t payload;

	for (;;) {
		size_t n = stream.len - at < shown ? stream.len - at : shown;

		check(s->at == START + at);
		/* a copy: a byte read behind it is seen */
		if (octets_push(s, JOIN(view_of(stream.p + at, n)), &used, &payload, &event, &err) != PLI_OK)
			return err.status;
		check(used <= n);
		at += used;
		shown = step;
		if (event == OCTETS_END) {
			*end = at;
			return PLI_OK;
		}
		if (event == OCTETS_MORE) {
			if (n == stream.len - (at - used))
				return PLI_ERR_IO;
			shown = n - used + step; /* the missing bytes, behind those not used */
			continue;
		}
		if (payload > stream.len - at)
			return PLI_ERR_IO;
		take = (size_t)payload;
		check(buf_add(out, view_of(stream.p + at, take), NULL) == PLI_OK);
		at += take;
	}
}

/* The string that contents (behind a header already read) encode must be want, whatever the steps; more follows it. */
static void
gives(bool constructed, bool indefinite, struct view contents, struct view want)
{
	static const size_t steps[] = { 1, 2, 3, 7, 1000 };
	struct view stream = JOIN(contents, TEXT("what follows"));
	struct buf out = { 0 };
	struct octets s;
	size_t i, end;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		octets_init(&s, constructed, indefinite, START, indefinite ? 0 : contents.len, UINT64_MAX);
		out.len = 0;
		check(run(&s, stream, steps[i], &out, &end) == PLI_OK);
		check(end == contents.len);
		check(view_equal(buf_view(&out), want));
	}
	buf_clear(&out);
}

static enum pli_status
status_of(bool indefinite, struct view contents, uint64_t limit)
{
	struct buf out = { 0 };
	enum pli_status rc;
	struct octets s;
	size_t end;

	octets_init(&s, true, indefinite, START, contents.len, limit);
	rc = run(&s, contents, 1, &out, &end);
	buf_clear(&out);
	return rc;
}

#define END OCTETS(0, 0)

static void
every_form(void)
{
	struct view ab = ITEM(0x04, TEXT("ab")), c = ITEM(0x04, TEXT("c")), none = ITEM(0x04, NOTHING);

	gives(false, false, TEXT("abc"), TEXT("abc"));
	gives(false, false, NOTHING, NOTHING);
	gives(true, false, NOTHING, NOTHING);
	gives(true, true, END, NOTHING);
	gives(true, false, JOIN(ab, c), TEXT("abc"));
	gives(true, true, JOIN(ab, c, END), TEXT("abc"));
	gives(true, true, JOIN(none, ab, none, none, c, none, END), TEXT("abc"));
	gives(true, false, JOIN(ITEM(0x24, ab), OPEN(0x24, OPEN(0x24, c), none)), TEXT("abc"));
	gives(true, true, JOIN(OPEN(0x24, ITEM(0x24, ITEM(0x24, ab), NOTHING)), ITEM(0x24, NOTHING), c, END),
	    TEXT("abc"));
	/* lengths spelt longer than they have to be */
	gives(
	    true, true, JOIN(TEXT("\x04\x84\x00\x00\x00\x02"), TEXT("ab"), TEXT("\x24\x81\x03"), c, END), TEXT("abc"));
	/* zeroes are contents where a piece holds them */
	gives(true, true, JOIN(ITEM(0x04, OCTETS(0, 0)), END), OCTETS(0, 0));
}

static void
long_pieces(void)
{
	struct view bytes = view_of(pieces_new(5000), 5000), half;

	support_bytes(pieces_all->bytes, bytes.len, 9);
	half = ITEM(0x04, view_of(bytes.p, 4096));
	gives(true, true, JOIN(half, ITEM(0x04, view_of(bytes.p + 4096, 904)), END), bytes);
}

static void
refused(void)
{
	const struct {
		struct view contents;
		bool indefinite;
	} bad[] = {
		{ ITEM(0x02, TEXT("ab")), true },                   /* an INTEGER */
		{ ITEM(0x80, TEXT("ab")), true },                   /* the context tag again */
		{ ITEM(0x30, ITEM(0x04, TEXT("ab"))), true },       /* a SEQUENCE */
		{ OCTETS(0x04, 0x80, 0x00, 0x00), true },           /* primitive, indefinite */
		{ OCTETS(0x1f, 0x01, 0x00), true },                 /* a tag of two octets */
		{ OCTETS(0x04, 0x89), true },                       /* nine octets of length */
		{ OCTETS(0x00, 0x01, 0x00), true },                 /* an end with a length */
		{ OCTETS(0x00, 0x81, 0x00), true },                 /* the same, longer */
		{ OCTETS(0x00, 0x00), false },                      /* an end where none is due */
		{ OCTETS(0x24, 0x02, 0x00, 0x00), true },           /* the same, inside */
		{ OCTETS(0x04, 0x05, 'a', 'b'), false },            /* reaches beyond its parent */
		{ OCTETS(0x24, 0x05, 0x04, 0x00), false },          /* so does a constructed one */
		{ OCTETS(0x24, 0x03, 0x04, 0x02, 'a', 'b'), true }, /* and one inside that */
		{ OCTETS(0x24, 0x01, 0x04, 0x00), true },           /* a header that does */
		{ OCTETS(0x24, 0x04, 0x24, 0x80, 0x04, 0x01, 'a', 0x00),
		    true }, /* an indefinite one in a definite one */
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(status_of(bad[i].indefinite, bad[i].contents, UINT64_MAX) == PLI_ERR_MALFORMED);
}

static void
cut_short(void)
{
	struct view whole = JOIN(ITEM(0x24, ITEM(0x04, TEXT("ab"))), OPEN(0x24, ITEM(0x04, TEXT("cd"))), END);
	size_t n;

	for (n = 0; n < whole.len; n++)
		check(status_of(true, view_of(whole.p, n), UINT64_MAX) == PLI_ERR_IO);
	check(status_of(true, whole, UINT64_MAX) == PLI_OK);
}

/* What is around the string limits it, even if the string itself has no length. */
static void
limits(void)
{
	struct view whole = JOIN(ITEM(0x04, TEXT("ab")), END);
	enum octets_event event;
	uint64_t payload;
	struct octets s;
	size_t used;

	check(status_of(true, whole, START + 6) == PLI_OK);
	check(status_of(true, whole, START + 5) == PLI_ERR_MALFORMED);
	check(status_of(true, whole, START + 4) == PLI_ERR_MALFORMED);
	check(status_of(true, whole, START + 3) == PLI_ERR_MALFORMED);
	check(status_of(true, whole, START + 1) == PLI_ERR_MALFORMED);
	check(status_of(false, ITEM(0x04, TEXT("ab")), START + 4) == PLI_OK);
	check(status_of(false, ITEM(0x04, TEXT("ab")), START + 3) == PLI_ERR_MALFORMED);
	/* a length that passes the limit is cut */
	octets_init(&s, false, false, START, 10, START + 6);
	check(octets_push(&s, NOTHING, &used, &payload, &event, NULL) == PLI_OK);
	check(event == OCTETS_PAYLOAD && payload == 6);
}

static void
depth_is_bounded(void)
{
	struct view definite = ITEM(0x04, TEXT("ab")), open = definite;
	int i;

	for (i = 1; i < OCTETS_DEPTH; i++) {
		definite = ITEM(0x24, definite);
		open = OPEN(0x24, open);
	}
	gives(true, true, JOIN(definite, open, END), TEXT("abab"));
	check(status_of(true, JOIN(ITEM(0x24, definite), END), UINT64_MAX) == PLI_ERR_MALFORMED);
	check(status_of(true, JOIN(OPEN(0x24, open), END), UINT64_MAX) == PLI_ERR_MALFORMED);
}

/* Pushes count empty pieces, then one with a byte, twice; then the end. */
static enum pli_status
empties(struct view empty, size_t count)
{
	struct octets s;
	enum octets_event event;
	uint64_t payload;
	size_t i, used, round;
	enum pli_status rc;

	octets_init(&s, true, true, 0, 0, UINT64_MAX);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < count; i++) {
			if ((rc = octets_push(&s, empty, &used, &payload, &event, NULL)) != PLI_OK)
				return rc;
			check(event == OCTETS_MORE && used == empty.len);
		}
		rc = octets_push(&s, OCTETS(0x04, 0x01), &used, &payload, &event, NULL);
		check(rc == PLI_OK && event == OCTETS_PAYLOAD && payload == 1 && used == 2);
	}
	check(octets_push(&s, END, &used, &payload, &event, NULL) == PLI_OK && event == OCTETS_END);
	return PLI_OK;
}

static void
empty_pieces_are_counted(void)
{
	check(empties(OCTETS(0x04, 0x00), OCTETS_EMPTY) == PLI_OK);
	check(empties(OCTETS(0x04, 0x00), OCTETS_EMPTY + 1) == PLI_ERR_MALFORMED);
	check(empties(OCTETS(0x24, 0x00), OCTETS_EMPTY) == PLI_OK);
	check(empties(OCTETS(0x24, 0x80, 0x00, 0x00), OCTETS_EMPTY + 1) == PLI_ERR_MALFORMED);
}

static void
lengths_beyond_any_file(void)
{
	struct pli_error err = { 0 };
	enum octets_event event;
	uint64_t payload;
	struct octets s;
	size_t used;

	/* offset and length together pass 2^64 nowhere */
	octets_init(&s, true, true, START, 0, UINT64_MAX);
	check(octets_push(&s, OCTETS(0x04, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), &used, &payload,
		  &event, &err) == PLI_OK);
	check(event == OCTETS_PAYLOAD && payload == UINT64_C(0x7fffffffffffffff) && used == 10);
	check(s.at == START + 10 + UINT64_C(0x7fffffffffffffff));
	check(octets_push(&s, OCTETS(0x04, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), &used, &payload,
		  &event, &err) == PLI_ERR_MALFORMED);
}

#define TESTS(T, S)                                                                                                    \
	T(S, every_form)                                                                                               \
	T(S, long_pieces)                                                                                              \
	T(S, refused)                                                                                                  \
	T(S, cut_short)                                                                                                \
	T(S, limits) T(S, depth_is_bounded) T(S, empty_pieces_are_counted) T(S, lengths_beyond_any_file)
SUITE(octets, TESTS)
