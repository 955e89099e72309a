/*
 * An envelope in a text opens as the envelope alone does, through every kind of end, with every number of threads and size of
 * segment; cut or changed anywhere it is refused, and nothing of it is released.
 */
#include "armored.h"
#include "craft.h"
#include "jobs.h"

#include "pli/inspect.h"

enum { LEN = 150001, SMALL = 50 };

static void
make(size_t len, size_t piece, struct buf *envelope, struct buf *bytes)
{
	struct craft c;

	craft_init(&c);
	check(buf_reserve(bytes, len, NULL) == PLI_OK);
	bytes->len = len;
	support_bytes(bytes->p, len, 9);
	c.indefinite = piece > 0;
	craft_cipher(&c, buf_view(bytes));
	if (piece > 0)
		craft_chunks(&c, piece);
	else
		craft_primitive(&c);
	craft_message(&c, envelope);
	craft_clear(&c);
}

static void
opens(const struct armored_form *form, struct view text, struct view want, int threads, size_t segment)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(text.p, text.len, "text");
	struct pli_error err = { 0 };
	struct pli_envelope *seen;
	struct pli_opened opened;
	struct buf got = { 0 };
	enum jobs_kind from, to;

	options.threads = threads;
	options.segment = segment;
	for (from = 0; from < ENDS_KINDS; from++) {
		for (to = 0; to < ENDS_KINDS; to++) {
			check_ok(jobs_open(key, text, from, to, &options, &got, &opened, &err), err);
			check(view_equal(buf_view(&got), want) && opened.content_bytes == want.len);
		}
		check_ok(jobs_verify(key, text, from, &options, NULL, &err), err);
	}
	check_ok(pli_inspect(&seen, support_pli(), &in, NULL, &err), err);
	check(strcmp(seen->armor, form->name) == 0 && seen->content_bytes == want.len && seen->file_bytes == text.len);
	check(seen->accepted);
	pli_envelope_free(seen);
	buf_clear(&got);
}

static void
every_form(void)
{
	static const size_t pieces[] = { 0, 1, 1000, 4096 };
	static const size_t segments[] = { 4096, 1 << 20, 240 };
	static const int threads[] = { 0, 1, 4 };
	struct buf envelope = { 0 }, bytes = { 0 }, text = { 0 };
	size_t f, p;

	for (p = 0; p < 4; p++) {
		make(LEN, pieces[p], &envelope, &bytes);
		for (f = 0; f < ARMORED_FORMS; f++) {
			armored_wrap(&armored_forms[f], buf_view(&envelope), &text);
			opens(&armored_forms[f], buf_view(&text), buf_view(&bytes), threads[(f + p) % 3],
			    segments[f % 3]);
		}
		buf_clear(&bytes);
	}
	make(0, 0, &envelope, &bytes);
	armored_wrap(&armored_forms[0], buf_view(&envelope), &text);
	opens(&armored_forms[0], buf_view(&text), view_of(NULL, 0), 0, 4096);
	buf_clear(&envelope);
	buf_clear(&bytes);
	buf_clear(&text);
}

/* The length without the white space at the end, which may be lost. */
static size_t
black(struct view v)
{
	while (v.len > 0 && strchr(" \t\r\n", v.p[v.len - 1]) != NULL)
		v.len--;
	return v.len;
}

static void
refused(struct view text, bool malformed)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct buf got = { 0 };
	enum jobs_kind from, to;
	enum pli_status rc;

	options.threads = 0;
	options.segment = 64;
	for (from = 0; from < ENDS_KINDS; from++) {
		for (to = 0; to < ENDS_KINDS; to++) {
			rc = jobs_open(key, text, from, to, &options, &got, NULL, NULL);
			check(rc != PLI_OK && got.len == 0);
			check(!malformed || rc == PLI_ERR_MALFORMED);
		}
		check(jobs_verify(key, text, from, &options, NULL, NULL) != PLI_OK);
	}
	buf_clear(&got);
}

static void
cut(void)
{
	struct buf envelope = { 0 }, bytes = { 0 }, text = { 0 };
	size_t f, n;

	make(SMALL, 0, &envelope, &bytes);
	for (f = 0; f < ARMORED_FORMS; f++) {
		size_t all;

		armored_wrap(&armored_forms[f], buf_view(&envelope), &text);
		all = armored_forms[f].width == 0 ? text.len : black(buf_view(&text));
		for (n = 0; n < all; n++)
			refused(view_of(text.p, n), true);
	}
	check(support_entries() == 0);
	buf_clear(&envelope);
	buf_clear(&bytes);
	buf_clear(&text);
}

/* Any other character in the place of any of the base64: refused, whatever notices it. */
static void
changed(void)
{
	struct buf envelope = { 0 }, bytes = { 0 }, text = { 0 };
	static const char other[] = "A/!=-\n \0";
	size_t at, i, begin = strlen(armored_forms[0].before);

	make(SMALL, 0, &envelope, &bytes);
	armored_wrap(&armored_forms[0], buf_view(&envelope), &text);
	for (at = begin; text.p[at] != '-'; at++)
		for (i = at % 2; i < sizeof(other) - 1; i += 2) {
			uint8_t before = text.p[at];

			/* a line that ends elsewhere is no damage */
			if (before == '\n' || before == (uint8_t)other[i] || other[i] == '\n')
				continue;
			text.p[at] = (uint8_t)other[i];
			refused(buf_view(&text), strchr("!- ", other[i]) != NULL);
			text.p[at] = before;
		}
	buf_clear(&envelope);
	buf_clear(&bytes);
	buf_clear(&text);
}

/* What is an envelope inside is not sealed again unasked; what only looks like a text that holds one, is. */
static void
nested(void)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct buf envelope = { 0 }, bytes = { 0 }, text = { 0 }, got = { 0 };
	enum jobs_kind from;
	size_t f;

	make(SMALL, 0, &envelope, &bytes);
	for (f = 0; f < ARMORED_FORMS; f++)
		for (from = 0; from < ENDS_KINDS; from++) {
			options.allow_nested = false;
			armored_wrap(&armored_forms[f], buf_view(&envelope), &text);
			check(jobs_seal(certs, buf_view(&text), from, ENDS_FILE, &options, &got, NULL, NULL) ==
			      PLI_ERR_UNSUPPORTED);
			check(pli_looks_sealed(text.p, text.len));
			options.allow_nested = true;
			check(jobs_seal(certs, buf_view(&text), from, ENDS_FILE, &options, &got, NULL, NULL) == PLI_OK);
			options.allow_nested = false;
			armored_wrap(&armored_forms[f], buf_view(&bytes), &text);
			check(jobs_seal(certs, buf_view(&text), from, ENDS_FILE, &options, &got, NULL, NULL) == PLI_OK);
		}
	buf_clear(&envelope);
	buf_clear(&bytes);
	buf_clear(&text);
	buf_clear(&got);
	pli_certs_free(certs);
}

/* What is no envelope is read to its end, too, whatever it stands in: inspect tells its length, and that it is cut. */
static void
others(void)
{
	static const uint8_t encrypted_data[] = { 0x30, 0x11, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x07, 0x06, 0xa0, 0x04, 0x30, 0x02, 0x05, 0x00 };
	struct view whole = view_of(encrypted_data, sizeof(encrypted_data)), part = whole;
	struct pli_envelope *seen = NULL;
	struct buf text = { 0 };
	struct pli_input in;
	size_t f;

	part.len--;
	for (f = 0; f < ARMORED_FORMS; f++) {
		armored_wrap(&armored_forms[f], whole, &text);
		in = pli_input_memory(text.p, text.len, "text");
		check(pli_inspect(&seen, support_pli(), &in, NULL, NULL) == PLI_OK);
		check(strcmp(seen->container, "EncryptedData") == 0 && !seen->accepted && seen->file_bytes == text.len);
		pli_envelope_free(seen);
		armored_wrap(&armored_forms[f], part, &text);
		in = pli_input_memory(text.p, text.len, "text");
		check(pli_inspect(&seen, support_pli(), &in, NULL, NULL) == PLI_ERR_MALFORMED && seen == NULL);
	}
	buf_clear(&text);
}

#define TESTS(T, S) T(S, every_form) T(S, cut) T(S, changed) T(S, nested) T(S, others)
SUITE(armored, TESTS)
