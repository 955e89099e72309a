/* What stands before and behind the content, put together by hand: all forms of lengths, cut anywhere, and lies. */
#include "head.h"
#include "pieces.h"
#include "reader.h"
#include "suite.h"

#define AUTH ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"))
#define ENVELOPED ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"))
#define SIGNED ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"))
#define DATA ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"))
#define GCM TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e")
#define CBC TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a")
#define NONCE ITEM(0x04, TEXT("nonce of 12."))
#define NUMBER(n) ITEM(0x02, OCTETS(n))
#define ALGORITHM ITEM(0x30, GCM, ITEM(0x30, NONCE, NUMBER(16)))
#define RECIPIENT ITEM(0xa4, TEXT("\x06\x01\x2a"), ITEM(0x05, NOTHING))
#define MAC ITEM(0x04, TEXT("0123456789abcdef"))
#define CONTENT TEXT("the content")

/* The choices in a message. Views that are not set take what is usual. */
struct message {
	unsigned open; /* bit n: level n has an indefinite length; bit 4: the content has */
	struct view type, originator, recipients, inner_type, algorithm, content, before_mac, mac, after_mac;
	bool detached;
};

static struct view
either(struct view v, struct view usual)
{
	return v.p != NULL ? v : usual;
}

static struct view
level(const struct message *m, unsigned n, uint8_t tag, struct view body)
{
	return (m->open & 1u << n) != 0 ? pieces_open(tag, body) : pieces_item(tag, body);
}

static struct view
build(const struct message *m)
{
	struct view piece = ITEM(0x04, CONTENT), content, encrypted, data, contents;

	content = (m->open & 16) != 0 ? OPEN(0xa0, either(m->content, piece)) : ITEM(0x80, either(m->content, CONTENT));
	if (m->detached)
		content = NOTHING;
	encrypted = level(m, 3, 0x30, JOIN(either(m->inner_type, DATA), either(m->algorithm, ALGORITHM), content));
	data = level(m, 2, 0x30,
	    JOIN(NUMBER(0), m->originator, ITEM(0x31, either(m->recipients, RECIPIENT)), encrypted, m->before_mac,
		either(m->mac, MAC), m->after_mac));
	contents = level(m, 1, 0xa0, data);
	return level(m, 0, 0x30, JOIN(either(m->type, AUTH), contents));
}

/* Parses a head with a copy that ends where its bytes do. */
static enum pli_status
parse(struct view in, struct head *h, bool *more)
{
	struct pli_error err = { 0 };
	enum pli_status rc = head_parse(h, JOIN(in), more, &err);

	check(rc == err.status);
	return rc;
}

/* Where the content ends, by hand: for the forms that build makes. */
static size_t
content_end(struct view whole, const struct head *h)
{
	struct view in = view_of(whole.p + h->content_at, whole.len - (size_t)h->content_at);
	struct read_item item;

	if (!h->has_content || !h->content_indefinite)
		return (size_t)(h->content_at + (h->has_content ? h->content_len : 0));
	while (in.p[0] != 0)
		check(read_item(&in, &item) == READ_OK);
	return (size_t)(in.p - whole.p) + 2;
}

/* Head and tail of a message; what the tail says. */
static enum pli_status
read_all(struct view whole, struct head *h, struct head_tail *tail)
{
	struct pli_error err = { 0 };
	enum pli_status rc;
	size_t end;
	bool more;

	if ((rc = parse(whole, h, &more)) != PLI_OK)
		return rc;
	check(!more);
	/* the copy is gone with its views; numbers stay */
	end = content_end(whole, h);
	rc = head_parse_tail(h, end, JOIN(view_of(whole.p + end, whole.len - end)), tail, &err);
	check(rc == err.status);
	return rc;
}

static bool
reads(const struct message *m)
{
	struct head_tail tail;
	struct head h;

	return read_all(build(m), &h, &tail) == PLI_OK;
}

static bool
damaged(const struct message *m)
{
	struct head_tail tail;
	struct head h;

	return read_all(build(m), &h, &tail) == PLI_ERR_MALFORMED;
}

static void
every_form_of_lengths(void)
{
	struct message m = { 0 };
	struct head_tail tail;
	struct head h;

	for (m.open = 0; m.open < 32; m.open++) {
		struct view whole = build(&m);

		check(read_all(whole, &h, &tail) == PLI_OK);
		check(h.type->container == CONTAINER_AUTH_ENVELOPED && h.definite == (m.open == 0));
		check(view_equal(h.recipients, RECIPIENT) && h.recipient_count == 1);
		check(view_equal(h.inner_type, oid_data) && view_equal(h.algorithm, ALGORITHM));
		check(strcmp(h.cipher->name, "aes-256-gcm") == 0 && view_equal(h.nonce, TEXT("nonce of 12.")));
		check(h.tag_len == 16 && h.has_content && h.content_indefinite == (m.open >= 16));
		check(h.content_constructed == (m.open >= 16));
		check(h.content_indefinite || h.content_len == CONTENT.len);
		check(memcmp(whole.p + h.content_at + (m.open >= 16 ? 2 : 0), CONTENT.p, CONTENT.len) == 0);
		check(view_equal(tail.mac, TEXT("0123456789abcdef")) && tail.attributes.len == 0);
	}
}

/* Every beginning of a head asks for more; every beginning of a tail is truncated; nothing may follow. */
static void
cut_anywhere(void)
{
	static const unsigned forms[] = { 0, 31, 5, 26, 8 };
	struct head_tail tail;
	struct head h, part;
	size_t i, n, end;
	bool more;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct message m = { .open = forms[i] };
		struct view whole = build(&m);

		check(parse(whole, &h, &more) == PLI_OK && !more);
		for (n = 0; n < h.content_at; n++)
			check(parse(view_of(whole.p, n), &part, &more) == PLI_OK && more);
		for (; n < whole.len; n++)
			check(parse(view_of(whole.p, n), &part, &more) == PLI_OK && !more &&
			      part.content_at == h.content_at);
		end = content_end(whole, &h);
		for (n = end; n < whole.len; n++)
			check(head_parse_tail(&h, end, JOIN(view_of(whole.p + end, n - end)), &tail, NULL) ==
			      PLI_ERR_MALFORMED);
		check(head_parse_tail(&h, end, JOIN(view_of(whole.p + end, n - end), OCTETS(0)), &tail, NULL) ==
		      PLI_ERR_MALFORMED);
		check(head_parse_tail(&h, end, view_of(whole.p + end, n - end), &tail, NULL) == PLI_OK);
	}
}

/* Each length around others, one more or less than what it holds. */
static void
lengths_that_contradict(void)
{
	struct message m = { 0 };
	struct view whole = build(&m), bad;
	const size_t level1 = 2 + AUTH.len, level2 = level1 + 2, set = level2 + 5, level3 = set + 2 + RECIPIENT.len,
		     content = level3 + 2 + DATA.len + ALGORITHM.len, mac = content + 2 + CONTENT.len;
	const size_t at[] = { 0, level1, level2, set, level3, content, mac };
	static const uint8_t tags[] = { 0x30, 0xa0, 0x30, 0x31, 0x30, 0x80, 0x04 };
	struct head_tail tail;
	struct head h;
	size_t i;
	int by;

	check(whole.len < 128);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (by = -1; by <= 1; by++) {
			bad = JOIN(whole);
			check(bad.p[at[i]] == tags[i]);
			pieces_all->bytes[at[i] + 1] = (uint8_t)(pieces_all->bytes[at[i] + 1] + by);
			check(read_all(bad, &h, &tail) == (by == 0 ? PLI_OK : PLI_ERR_MALFORMED));
		}
}

#define ATTRIBUTE ITEM(0x30, TEXT("\x06\x01\x2a"), ITEM(0x31, NOTHING))

static void
optional_fields(void)
{
	struct message m = { 0 };
	struct head_tail tail;
	struct head h;
	unsigned open;

	for (open = 0; open < 32; open += 31) {
		m = (struct message){ .open = open, .originator = ITEM(0xa0, TEXT("\x05\x00")) };
		check(reads(&m));
		m = (struct message){ .open = open, .before_mac = ITEM(0xa1, TEXT("\x05\x00")) };
		check(read_all(build(&m), &h, &tail) == PLI_OK);
		check(view_equal(tail.attributes, m.before_mac) && tail.mac.len == 16);
		m = (struct message){ .open = open, .after_mac = ITEM(0xa2, ATTRIBUTE, ATTRIBUTE) };
		check(reads(&m));
		m.before_mac = ITEM(0xa1, NOTHING);
		m.originator = ITEM(0xa0, NOTHING);
		check(reads(&m));
		/* no attributes */
		m = (struct message){ .open = open, .after_mac = ITEM(0xa2, TEXT("\x05\x00")) };
		check(damaged(&m));
		m = (struct message){ .open = open, .after_mac = ITEM(0xa2, ATTRIBUTE, OCTETS(0x30)) };
		check(damaged(&m));
		m = (struct message){ .open = open, .after_mac = ITEM(0xa2, ITEM(0x30, TEXT("\x06\x01\x2a"))) };
		check(damaged(&m));
		/* in the wrong place, twice, or something else */
		m = (struct message){ .open = open, .before_mac = ITEM(0xa2, NOTHING) };
		check(damaged(&m));
		m = (struct message){ .open = open, .after_mac = ITEM(0xa1, NOTHING) };
		check(damaged(&m));
		m = (struct message){ .open = open, .after_mac = JOIN(ITEM(0xa2, NOTHING), ITEM(0xa2, NOTHING)) };
		check(damaged(&m));
		m = (struct message){ .open = open, .originator = ITEM(0x30, NOTHING) };
		check(damaged(&m));
		m = (struct message){ .open = open, .mac = ITEM(0x0c, TEXT("0123456789abcdef")) };
		check(damaged(&m));
		m = (struct message){ .open = open, .mac = view_of("", 0) };
		check(damaged(&m));
		m = (struct message){ .open = open, .mac = ITEM(0x24, MAC) };
		check(damaged(&m));
	}
}

static void
no_content(void)
{
	struct message m = { .detached = true };
	struct head_tail tail;
	struct head h;

	for (m.open = 0; m.open < 16; m.open++) {
		check(read_all(build(&m), &h, &tail) == PLI_OK);
		check(!h.has_content);
	}
	m = (struct message){ .content = view_of("", 0) };
	check(read_all(build(&m), &h, &tail) == PLI_OK && h.has_content && h.content_len == 0);
	m = (struct message){ .open = 31, .content = view_of("", 0) };
	check(read_all(build(&m), &h, &tail) == PLI_OK && h.has_content);
}

static void
enveloped_data(void)
{
	struct message m = { .type = ENVELOPED, .algorithm = ITEM(0x30, CBC, NONCE), .mac = view_of("", 0) };
	struct head_tail tail;
	struct head h;
	unsigned i;

	for (i = 0; i < 2; i++, m.open = 31) {
		check(read_all(build(&m), &h, &tail) == PLI_OK);
		check(h.type->container == CONTAINER_ENVELOPED && h.cipher->mode == MODE_CBC && tail.mac.len == 0);
		m.mac = ITEM(0xa1, ATTRIBUTE); /* which nothing protects */
		check(reads(&m));
		m.mac = ITEM(0xa1, TEXT("\x05\x00"));
		check(damaged(&m));
		m.mac = MAC;
		check(damaged(&m));
		m.mac = view_of("", 0);
	}
}

static void
other_types(void)
{
	struct message m = { .type = SIGNED };
	struct head h;
	bool more;

	check(parse(build(&m), &h, &more) == PLI_OK && !more);
	check(h.type->container == CONTAINER_OTHER && strcmp(h.type->name, "SignedData") == 0 && h.definite);
	m = (struct message){ .type = ITEM(0x06, OCTETS(0x2a, 0x03)), .open = 1 };
	check(parse(build(&m), &h, &more) == PLI_OK && !more);
	check(h.type == NULL && view_equal(h.type_oid, OCTETS(0x2a, 0x03)) && !h.definite);
}

static void
ciphers(void)
{
	struct message m = { .algorithm = ITEM(0x30, GCM, ITEM(0x30, NONCE)) };
	const struct view bad[] = {
		ITEM(0x30, GCM),                                           /* no parameters */
		ITEM(0x30, GCM, ITEM(0x05, NOTHING)),                      /* of another kind */
		ITEM(0x30, GCM, ITEM(0x30, NOTHING)),                      /* no nonce */
		ITEM(0x30, GCM, ITEM(0x30, ITEM(0x04, NOTHING))),          /* an empty one */
		ITEM(0x30, GCM, ITEM(0x30, NONCE, NUMBER(16), NUMBER(1))), /* one thing too many */
		ITEM(0x30, GCM, ITEM(0x30, NONCE, NUMBER(0x90))),          /* a negative length */
		ITEM(0x30, GCM, ITEM(0x30, NONCE, ITEM(0x04, OCTETS(16)))),
		ITEM(0x30, GCM, ITEM(0x30, NONCE), ITEM(0x05, NOTHING)),
		ITEM(0x30, ITEM(0x05, NOTHING)), /* no name */
		ITEM(0x31, GCM, ITEM(0x30, NONCE)),
	};
	struct head_tail tail;
	struct head h;
	size_t i;

	check(read_all(build(&m), &h, &tail) == PLI_OK && h.tag_len == 12); /* RFC 5084 3.2 */
	m.algorithm = ITEM(0x30, GCM, ITEM(0x30, NONCE, NUMBER(4)));
	check(read_all(build(&m), &h, &tail) == PLI_OK && h.tag_len == 4);
	m.algorithm = ITEM(0x30, TEXT("\x06\x02\x2a\x03"));
	check(read_all(build(&m), &h, &tail) == PLI_OK && h.cipher == NULL);
	check(view_equal(h.cipher_oid, OCTETS(0x2a, 0x03)));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		m.algorithm = bad[i];
		check(damaged(&m));
	}
}

static void
not_messages(void)
{
	static const struct view bad[] = { { (const uint8_t *)"PK\3\4", 4 }, { (const uint8_t *)"\x30\x03\x02\x01", 4 },
		{ (const uint8_t *)"\x30\x80\x06\x03\x2a\x03\x04\x30\x00", 9 },
		{ (const uint8_t *)"\x30\x02\x06\x09", 4 },
		{ (const uint8_t *)"\x30\x84\xff\xff\xff\xff\x06\x85\xff\0\0\0\0", 13 }, { (const uint8_t *)"\x1f", 1 },
		{ (const uint8_t *)"\x31\x80", 2 }, { (const uint8_t *)"\x30\x89", 2 } };
	struct head h;
	bool more;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(parse(bad[i], &h, &more) == PLI_ERR_MALFORMED && !more);
}

#define TESTS(T, S)                                                                                                    \
	T(S, every_form_of_lengths)                                                                                    \
	T(S, cut_anywhere)                                                                                             \
	T(S, lengths_that_contradict)                                                                                  \
	T(S, optional_fields)                                                                                          \
	T(S, no_content) T(S, enveloped_data) T(S, other_types) T(S, ciphers) T(S, not_messages)
SUITE(head, TESTS)
