/* An envelope cut at any byte, or with any byte behind it, is malformed, and nothing of it is released. */
#include "craft.h"
#include "jobs.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "pli/inspect.h"

enum { LEN = 77 };

/* A small envelope of LEN bytes, the indefinite one in two pieces. */
static void
make(bool definite, struct buf *envelope)
{
	uint8_t bytes[LEN];
	struct craft c;

	craft_init(&c);
	support_bytes(bytes, LEN, 5);
	c.indefinite = !definite;
	craft_cipher(&c, view_of(bytes, LEN));
	if (definite)
		craft_primitive(&c);
	else
		craft_chunks(&c, 40);
	craft_message(&c, envelope);
	craft_clear(&c);
}

/* What is wrong with v is found through every kind of end, by opening, verifying and inspecting; nothing comes out. */
static void
refused(struct view v, int threads)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(v.p, v.len, "memory");
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_envelope *envelope;
	struct pli_error err = { 0 };
	struct buf got = { 0 };
	enum jobs_kind from, to;

	options.threads = threads;
	options.segment = 64;
	for (to = 0; to < ENDS_KINDS; to++) {
		for (from = 0; from < ENDS_KINDS; from++) {
			check(jobs_open(key, v, from, to, &options, &got, NULL, &err) == PLI_ERR_MALFORMED &&
			      got.len == 0);
			check(err.status == PLI_ERR_MALFORMED && err.message[0] != '\0');
			pli_error_clear(&err);
		}
		check(jobs_verify(key, v, to, &options, NULL, NULL) == PLI_ERR_MALFORMED);
	}
	check(pli_inspect(&envelope, support_pli(), &in, NULL, NULL) == PLI_ERR_MALFORMED && envelope == NULL);
}

static void
accepted(const struct buf *envelope)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_error err = { 0 };
	struct buf got = { 0 };

	check_ok(jobs_open(support_key(SUPPORT_P256), buf_view(envelope), ENDS_MEMORY, ENDS_MEMORY, &options, &got,
		     NULL, &err),
	    err);
	check(got.len == LEN);
	buf_clear(&got);
}

static void
cut_everywhere(bool definite)
{
	struct buf envelope = { 0 };
	size_t len;
	uint8_t *p;

	make(definite, &envelope);
	accepted(&envelope);
	for (len = 0; len < envelope.len; len++) {
		/* a copy of just these bytes: one that is looked at behind them is found by AddressSanitizer */
		check((p = malloc(len + 1)) != NULL);
		memcpy(p, envelope.p, len);
		p = realloc(p, len > 0 ? len : 1);
		refused(view_of(p, len), len % 2 == 0 ? 0 : 2);
		free(p);
	}
	check(support_entries() == 0);
	buf_clear(&envelope);
}

static void
cut_definite(void)
{
	cut_everywhere(true);
}

static void
cut_indefinite(void)
{
	cut_everywhere(false);
}

static void
appended(void)
{
	struct buf envelope = { 0 };
	int definite, byte;
	uint8_t b;

	for (definite = 0; definite < 2; definite++) {
		make(definite != 0, &envelope);
		check(buf_add(&envelope, view_of("", 1), NULL) == PLI_OK);
		for (byte = 0; byte < 256; byte++) {
			b = (uint8_t)byte;
			envelope.p[envelope.len - 1] = b;
			refused(buf_view(&envelope), byte % 2);
		}
		/* a second envelope is no better, and a lot of zeroes, which an end of contents is made of, neither */
		check(buf_reserve(&envelope, 4 << 20, NULL) == PLI_OK);
		memcpy(envelope.p + envelope.len - 1, envelope.p, envelope.len - 1);
		refused(view_of(envelope.p, 2 * (envelope.len - 1)), 0);
		memset(envelope.p + envelope.len - 1, 0, (4 << 20));
		refused(view_of(envelope.p, envelope.len + (2 << 20)), 0);
		buf_clear(&envelope);
	}
}

/* Envelopes of more than one chunk, cut around the places where a chunk or a segment begins. */
static void
cut_chunks(void)
{
	enum { MIB = 1 << 20, CONTENT = 2 * MIB + 5 };
	static const size_t places[] = { 1, 4095, 4096, 65536, MIB - 6, MIB - 1, MIB, MIB + 1, MIB + 2, MIB + 5,
		MIB + 9, 2 * MIB, 2 * MIB + 12, 2 * MIB + 16 };
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct buf envelope = { 0 }, got = { 0 };
	uint8_t *bytes = malloc(CONTENT);
	struct view head, v;
	enum jobs_kind from, to;
	struct craft c;
	size_t i;

	check(bytes != NULL);
	support_bytes(bytes, CONTENT, 6);
	craft_init(&c);
	c.indefinite = true;
	craft_message(&c, &envelope);            /* without content */
	head = view_of(NULL, envelope.len - 26); /* tag and ends */
	craft_cipher(&c, view_of(bytes, CONTENT));
	craft_chunks(&c, MIB);
	craft_message(&c, &envelope);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		v = view_of(envelope.p, head.len + 2 + places[i]);
		from = (enum jobs_kind)(i % ENDS_KINDS);
		for (to = 0; to < ENDS_KINDS; to++)
			check(jobs_open(key, v, from, to, &options, &got, NULL, NULL) == PLI_ERR_MALFORMED &&
			      got.len == 0);
	}
	craft_clear(&c);
	buf_clear(&envelope);
	free(bytes);
}

/* Nothing at all, and things that are no envelope. */
static void
foreign(void)
{
	static const char *const things[] = { "", "0", "\x30\x80", "\x30\x00", "hello, world\n", "PK\x03\x04",
		"%PDF-1.7", "-----BEGIN CMS-----\nMIIB\n-----END CMS-----\n" };
	uint8_t zeroes[8192] = { 0 };
	size_t i;

	for (i = 0; i < sizeof(things) / sizeof(things[0]); i++)
		refused(view_of(things[i], strlen(things[i])), 0);
	refused(view_of("0\0", 2), 0);
	refused(view_of(zeroes, sizeof(zeroes)), 0);
	memset(zeroes, 0xff, sizeof(zeroes));
	refused(view_of(zeroes, sizeof(zeroes)), 0);
	for (i = 0; i < sizeof(zeroes); i += 2) {
		zeroes[i] = 0x30;
		zeroes[i + 1] = 0x80;
	}
	refused(view_of(zeroes, sizeof(zeroes)), 0);
}

#define TESTS(T, S) T(S, cut_definite) T(S, cut_indefinite) T(S, appended) T(S, cut_chunks) T(S, foreign)
SUITE(truncation, TESTS)
