/* The bounds of a head and a tail, a message with one recipient only, and what looks like an envelope. */
#include "head.h"
#include "pieces.h"
#include "suite.h"

#define AUTH ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"))
#define DATA ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"))
#define ALGORITHM                                                                                                      \
	ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"),                                               \
	    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))))
#define MAC ITEM(0x04, TEXT("0123456789abcdef"))

/* A message of indefinite lengths around recipients, with an empty content. */
static struct view
with_recipients(struct view recipients)
{
	return OPEN(0x30, AUTH,
	    OPEN(0xa0, OPEN(0x30, ITEM(0x02, OCTETS(0)), ITEM(0x31, recipients),
			   OPEN(0x30, DATA, ALGORITHM, ITEM(0x80, NOTHING)), MAC)));
}

static struct view
repeated(struct view one, size_t count)
{
	uint8_t *p = pieces_new(count * one.len);
	size_t i;

	for (i = 0; i < count; i++)
		memcpy(p + i * one.len, one.p, one.len);
	return view_of(p, count * one.len);
}

static void
recipients(void)
{
	struct view one = ITEM(0xa4, TEXT("\x06\x01\x2a"), ITEM(0x05, NOTHING));
	struct pli_error err = { 0 };
	struct head h;
	bool more;

	check(head_parse(&h, with_recipients(NOTHING), &more, NULL) == PLI_OK && h.recipient_count == 0);
	check(head_parse(&h, with_recipients(repeated(one, RECIPIENTS_MAX)), &more, NULL) == PLI_OK);
	check(!more && h.recipient_count == RECIPIENTS_MAX);
	check(head_parse(&h, with_recipients(repeated(one, RECIPIENTS_MAX + 1)), &more, &err) == PLI_ERR_LIMIT);
	check(!more && strstr(err.message, "2000") != NULL);
	/* a damaged one shows before the end is there */
	check(head_parse(&h, with_recipients(JOIN(one, OCTETS(0x05, 0x00))), &more, NULL) == PLI_ERR_MALFORMED);
}

/* A head that does not end in HEAD_MAX bytes is refused as soon as that is known, and not for being damaged. */
static void
long_heads(void)
{
	struct view big = ITEM(0xa4, TEXT("\x06\x01\x2a"), ITEM(0x04, view_of(pieces_new(HEAD_MAX), HEAD_MAX)));
	struct view announced = with_recipients(big), open_set, whole;
	struct pli_error err = { 0 };
	struct head h;
	bool more;

	check(head_parse(&h, view_of(announced.p, 4096), &more, &err) == PLI_ERR_LIMIT && !more);
	/* a length that nobody announced: more is asked for until enough is enough */
	open_set = OPEN(0x31, OPEN(0xa4, TEXT("\x06\x01\x2a"), OPEN(0x24, big)));
	whole = OPEN(0x30, AUTH, OPEN(0xa0, OPEN(0x30, ITEM(0x02, OCTETS(0)), open_set)));
	check(head_parse(&h, view_of(whole.p, 4096), &more, NULL) == PLI_OK && more);
	check(head_parse(&h, view_of(whole.p, HEAD_MAX - 1), &more, NULL) == PLI_OK && more);
	pli_error_clear(&err);
	check(head_parse(&h, view_of(whole.p, HEAD_MAX), &more, &err) == PLI_ERR_LIMIT && !more);
	/* one that just fits */
	big = ITEM(0xa4, TEXT("\x06\x01\x2a"), ITEM(0x04, view_of(pieces_new(HEAD_MAX), HEAD_MAX - 1000)));
	whole = with_recipients(big);
	check(head_parse(&h, whole, &more, NULL) == PLI_OK && !more && h.recipient_count == 1);
}

static void
long_tails(void)
{
	struct view whole = with_recipients(NOTHING), long_one, attributes;
	struct pli_error err = { 0 };
	struct head_tail tail;
	struct head h;
	uint64_t at;
	bool more;

	check(head_parse(&h, whole, &more, NULL) == PLI_OK);
	at = h.content_at;
	attributes = ITEM(0xa1, view_of(pieces_new(TAIL_MAX), TAIL_MAX - 100));
	long_one = JOIN(OCTETS(0, 0), attributes, MAC, repeated(OCTETS(0, 0), 3));
	check(head_parse_tail(&h, at, long_one, &tail, NULL) == PLI_OK && tail.attributes.len == attributes.len);
	attributes = ITEM(0xa1, view_of(pieces_new(TAIL_MAX), TAIL_MAX));
	long_one = JOIN(OCTETS(0, 0), attributes, MAC, repeated(OCTETS(0, 0), 3));
	check(head_parse_tail(&h, at, view_of(long_one.p, TAIL_MAX + 1), &tail, &err) == PLI_ERR_LIMIT);
	/* what follows a message is no part of a long tail */
	long_one = JOIN(view_of(whole.p + at, whole.len - at), view_of(pieces_new(TAIL_MAX), TAIL_MAX));
	check(head_parse_tail(&h, at, view_of(long_one.p, TAIL_MAX + 1), &tail, NULL) == PLI_ERR_MALFORMED);
}

#define KEY(text) ITEM(0x30, ITEM(0xa0, ITEM(0x04, TEXT(text))), ITEM(0x04, TEXT("wrapped")))

/* What head_single makes reads back as the same recipient, alone. */
static void
one_of_several(void)
{
	struct view algorithm = ITEM(0x30, TEXT("\x06\x02\x2a\x03"));
	struct view ktri =
	    ITEM(0x30, ITEM(0x02, OCTETS(2)), ITEM(0x80, TEXT("id")), algorithm, ITEM(0x04, TEXT("key")));
	struct view ukm = ITEM(0xa1, ITEM(0x04, TEXT("ukm"))), originator = ITEM(0xa0, ITEM(0xa1, NOTHING));
	struct view kari =
	    ITEM(0xa1, ITEM(0x02, OCTETS(3)), originator, ukm, algorithm, ITEM(0x30, KEY("a"), KEY("b")));
	struct view set = JOIN(ktri, kari);
	struct recipients all, back;
	struct recipient r, again;
	struct head h, single;
	struct head_tail tail;
	struct view message, rest;
	bool more, found;
	int i;

	message = with_recipients(set);
	check(head_parse(&h, message, &more, NULL) == PLI_OK && h.recipient_count == 3);
	recipient_start(&all, h.recipients);
	for (i = 0; i < 3; i++) {
		struct buf out = { 0 };

		check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found);
		check(head_single(&h, &r, &out, NULL) == PLI_OK);
		check(head_parse(&single, buf_view(&out), &more, NULL) == PLI_OK && !more);
		check(single.recipient_count == 1 && single.definite && single.type == h.type);
		check(view_equal(single.algorithm, h.algorithm) && view_equal(single.nonce, h.nonce));
		check(single.has_content && single.content_len == 0);
		recipient_start(&back, single.recipients);
		check(recipient_next(&back, &again, &found, NULL) == PLI_OK && found && again.type == r.type);
		check(view_equal(again.ski, r.ski) && view_equal(again.algorithm, r.algorithm));
		check(view_equal(again.encrypted, r.encrypted) && view_equal(again.originator, r.originator));
		check(view_equal(again.ukm, r.ukm) && view_equal(again.own, r.own));
		rest = view_of(out.p + single.content_at, out.len - (size_t)single.content_at);
		check(head_parse_tail(&single, single.content_at, rest, &tail, NULL) == PLI_OK && tail.mac.len == 16);
		buf_clear(&out);
	}
}

static void
looks_like_one(void)
{
	struct view whole = with_recipients(NOTHING);
	size_t n;

	check(head_looks_like(whole));
	check(head_looks_like(view_of(whole.p, 64)));
	for (n = 0; n < 15; n++)
		check(!head_looks_like(JOIN(view_of(whole.p, n))));
	check(head_looks_like(ITEM(0x30, AUTH, ITEM(0xa0, NOTHING))));
	check(head_looks_like(OPEN(0x30, TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"), OPEN(0xa0, NOTHING))));

	check(!head_looks_like(NOTHING));
	check(!head_looks_like(TEXT("PK\3\4")));
	check(!head_looks_like(ITEM(0x30, DATA, ITEM(0xa0, NOTHING))));
	check(!head_looks_like(ITEM(0x30, AUTH, ITEM(0x30, NOTHING))));
	check(!head_looks_like(ITEM(0x31, AUTH, ITEM(0xa0, NOTHING))));
	check(!head_looks_like(ITEM(0x30, ITEM(0x02, OCTETS(1)), ITEM(0xa0, NOTHING))));
}

#define TESTS(T, S) T(S, recipients) T(S, long_heads) T(S, long_tails) T(S, one_of_several) T(S, looks_like_one)
SUITE(head_limits, TESTS)
