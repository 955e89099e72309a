/* What stands in a text comes out of any kind of source; anything else is left as it is, or refused by its name. */
#include "armored.h"
#include "inputs.h"
#include "pieces.h"

#define LEN 200003

/* A message: bytes that begin like one. */
static struct view
message(size_t len)
{
	uint8_t *p = pieces_new(len);

	support_bytes(p, len, 3);
	memcpy(p, "\x30\x80\x06", len < 3 ? len : 3);
	return view_of(p, len);
}

/* Reads on in pieces of odd sizes, with peeks and skips between. */
static void
rest_is(struct source *s, struct view want)
{
	uint8_t *buf = pieces_new(want.len + 1);
	size_t at = 0, step = 1, got;
	struct pli_error err = { 0 };
	struct view v;

	for (; at < want.len; step = step * 5 % 30011 + 1) {
		check_ok(source_peek(s, step, &v, &err), err);
		check(v.len >= step || v.len == want.len - at);
		got = v.len < step / 3 ? v.len : step / 3;
		check(memcmp(v.p, want.p + at, got) == 0);
		source_skip(s, got);
		at += got;
		check_ok(source_read(s, buf, step, &got, &err), err);
		check(got == (step < want.len - at ? step : want.len - at) && memcmp(buf, want.p + at, got) == 0);
		at += got;
	}
	check_ok(source_read(s, buf, 1, &got, &err), err);
	check(got == 0);
}

static void
every_form(void)
{
	struct view all = message(LEN);
	struct buf text = { 0 };
	enum input from;
	size_t f;

	for (f = 0; f < ARMORED_FORMS; f++)
		for (from = 0; from < INPUTS; from++) {
			struct view bytes = view_of(all.p, LEN - (f + from) % 3);
			struct pli_error err = { 0 };
			struct opened o;

			armored_wrap(&armored_forms[f], bytes, &text);
			o = inputs_open(from, buf_view(&text));
			check_ok(source_unarmor(o.source, &err), err);
			check(source_armor(o.source) ==
			      (strcmp(armored_forms[f].name, "pem") == 0 ? ARMOR_PEM : ARMOR_SMIME));
			check(!source_positional(o.source) && source_offset(o.source) == 0);
			check(source_repeatable(o.source) == (from != FROM_PIPE));
			rest_is(o.source, bytes);
			check(source_consumed(o.source) == text.len);
			if (from != FROM_PIPE) { /* again, and again from the middle */
				source_restart(o.source);
				rest_is(o.source, bytes);
				source_restart(o.source);
				source_skip(o.source, 70001);
				check(source_offset(o.source) == 70001);
				rest_is(o.source, view_behind(bytes, 70001));
				check(source_unchanged(o.source, &err) == PLI_OK);
			}
			inputs_close(&o);
		}
	buf_clear(&text);
}

/* What is below an armor is still known by its path and its place in memory. */
static void
below(void)
{
	struct buf text = { 0 };
	struct opened o;

	armored_wrap(&armored_forms[0], message(5000), &text);
	o = inputs_open(FROM_PATH, buf_view(&text));
	check(source_unarmor(o.source, NULL) == PLI_OK);
	check(source_is_path(o.source, support_path(INPUTS_FILE)) && !source_is_path(o.source, "/dev/null"));
	inputs_close(&o);
	o = inputs_open(FROM_MEMORY, buf_view(&text));
	check(source_unarmor(o.source, NULL) == PLI_OK);
	check(source_overlaps(o.source, text.p + 100, 1) && !source_overlaps(o.source, &o, 1));
	inputs_close(&o);
	buf_clear(&text);
}

/* A copy of what can be read only once is a copy of the message. */
static void
spooled(void)
{
	struct view bytes = message(LEN), v;
	struct pli_error err = { 0 };
	struct buf text = { 0 };
	struct opened o;

	armored_wrap(&armored_forms[1], bytes, &text);
	o = inputs_open(FROM_PIPE, buf_view(&text));
	check_ok(source_unarmor(o.source, &err), err);
	check_ok(source_peek(o.source, 1000, &v, &err), err);
	source_skip(o.source, 1000);
	check_ok(source_spool(o.source, &err), err);
	check(source_positional(o.source) && source_repeatable(o.source) && source_armor(o.source) == ARMOR_NONE);
	check(source_size(o.source) == LEN);
	source_restart(o.source);
	source_skip(o.source, 1000);
	rest_is(o.source, view_behind(bytes, 1000));
	inputs_close(&o);
	buf_clear(&text);
}

/* How unarmoring and then reading all of a text ends. */
static enum pli_status
ends_with(struct view text, enum input from, enum armor_kind *kind, struct pli_error *err)
{
	struct opened o = inputs_open(from, text);
	uint8_t buf[100];
	size_t got = 1;
	enum pli_status rc;

	pli_error_clear(err);
	rc = source_unarmor(o.source, err);
	*kind = source_armor(o.source);
	check(rc == PLI_OK || *kind == ARMOR_NONE);
	while (rc == PLI_OK && got > 0)
		rc = source_read(o.source, buf, sizeof(buf), &got, err);
	inputs_close(&o);
	return rc;
}

#define PEM "-----BEGIN CMS-----\n"
#define SMIME "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"

static void
refused(void)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ PEM, "truncated" },
		{ PEM "MIAG", "truncated" },
		{ PEM "MIAG\n", "truncated" },
		{ PEM "MIAG\n-----END CMS----", "truncated" },
		{ PEM "MIAG\n-----END CM-----", "damaged" },
		{ PEM "MIAG\n-----END PKCS7-----\n", "damaged" },
		{ PEM "MIAG\n-----end CMS-----\n", "damaged" },
		{ PEM "MIAG-----END CMS-----\n", "damaged" },
		{ PEM "MIAG\n -----END CMS-----\n", "damaged" },
		{ PEM "MIA\n-----END CMS-----\n", "damaged" },
		{ PEM "MIA!\n-----END CMS-----\n", "damaged" },
		{ PEM "MI AG\n-----END CMS-----\n", "damaged" },
		{ PEM "Proc-Type: 4,ENCRYPTED\n\nMIAG\n-----END CMS-----\n", "damaged" },
		{ PEM "MIAG\n-----END CMS-----\nx", "follow" },
		{ PEM "MIAG\n-----END CMS-----x", "follow" },
		{ PEM "MIAG\n-----END CMS-----\n" PEM "MIAG\n-----END CMS-----\n", "follow" },
		{ "-----BEGIN CERTIFICATE-----\nMIAG\n-----END CERTIFICATE-----\n" PEM "MIAG\n-----END CMS-----\n",
		    "CERTIFICATE" },
		{ "-----BEGIN PKCS #7 SIGNED DATA-----\nMIAG\n", "SIGNED DATA" },
		{ SMIME "MIA", "truncated" },
		{ SMIME "MIAG\n\n--boundary\n", "damaged" },
		{ SMIME "MIAG\n\nMIAG\n", "damaged" },
		{ "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: quoted-printable\n\nMIAG\n",
		    "quoted-printable" },
		{ "Content-Type: application/pkcs7-mime\nContent-Type: application/pkcs7-mime\n\nMIAG\n",
		    "two headers" },
		{ "Content-Type: multipart/signed; boundary=x\n\n--x\n", "multipart/signed" },
		{ "Content-Type: text/html\n\n<html>\n", "text/html" },
	};
	enum armor_kind kind;
	struct pli_error err = { 0 };
	enum input from;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (from = 0; from < INPUTS; from++) {
			struct view text = view_of(bad[i].text, strlen(bad[i].text));

			check(ends_with(text, from, &kind, &err) == PLI_ERR_MALFORMED);
			check(strstr(err.message, bad[i].says) != NULL);
		}
	pli_error_clear(&err);
}

/* What has no armor is given as it is, from its first byte. */
static void
left_alone(void)
{
	const struct view plain[] = { NOTHING, TEXT("0"), TEXT("-"), TEXT("\x30\x03\x06\x01\x2a"),
		TEXT("\x30\x80\x06\x01"), TEXT("\x30\x84-----BEGIN CMS-----\n"), TEXT("text\n"),
		TEXT("Subject: text\n\n"),
		TEXT("\x7f"
		     "ELF\0\n" PEM "MIAG\n-----END CMS-----\n"),
		TEXT("x" PEM "MIAG\n-----END CMS-----\n"), TEXT(" " PEM "MIAG\n"), TEXT("-----BEGIN CMS----\nMIAG\n"),
		TEXT("-----BEGIN CMS-----"), TEXT("Content-Type: application/pkcs7-mime\n") };
	struct pli_error err = { 0 };
	enum input from;
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		for (from = 0; from < INPUTS; from++) {
			struct opened o = inputs_open(from, plain[i]);

			check_ok(source_unarmor(o.source, &err), err);
			check(source_armor(o.source) == ARMOR_NONE);
			check(source_positional(o.source) == (from != FROM_PIPE));
			rest_is(o.source, plain[i]);
			inputs_close(&o);
		}
}

/* What stands before the message has a bound, and so has the white space behind it. */
static void
bounds(void)
{
	uint8_t *p = pieces_new(2 * ARMOR_HEAD_MAX);
	struct view tail = TEXT(PEM "MIAG\n-----END CMS-----\n"), blanks;
	struct pli_error err = { 0 };
	enum armor_kind kind;
	enum input from;
	size_t n;

	memset(p, '\n', 2 * ARMOR_HEAD_MAX);
	for (from = 0; from < INPUTS; from++) {
		for (n = ARMOR_HEAD_MAX - 40; n < ARMOR_HEAD_MAX + 3; n++) {
			check(ends_with(JOIN(view_of(p, n), tail), from, &kind, &err) == PLI_OK);
			check(kind == (n + sizeof(PEM) - 1 <= ARMOR_HEAD_MAX ? ARMOR_PEM : ARMOR_NONE));
		}
		blanks = view_of(p, ARMOR_HEAD_MAX - 1);
		check(ends_with(JOIN(tail, blanks), from, &kind, &err) == PLI_OK);
		blanks.len++;
		check(ends_with(JOIN(tail, blanks), from, &kind, &err) == PLI_ERR_MALFORMED);
	}
	pli_error_clear(&err);
}

static void
peeled(void)
{
	struct view bytes = message(100);
	struct buf text = { 0 };
	uint8_t first[64];
	size_t f, n;

	for (f = 0; f < ARMORED_FORMS; f++) {
		armored_wrap(&armored_forms[f], bytes, &text);
		check(armor_peel(buf_view(&text), first, sizeof(first)) >= 62 && memcmp(first, bytes.p, 62) == 0);
		for (n = 0; n < text.len; n++)
			check(memcmp(first, bytes.p, armor_peel(JOIN(view_of(text.p, n)), first, sizeof(first))) == 0);
	}
	check(armor_peel(bytes, first, sizeof(first)) == 0);
	check(armor_peel(NOTHING, first, sizeof(first)) == 0);
	check(armor_peel(TEXT("-----BEGIN CERTIFICATE-----\nMIAG\n"), first, sizeof(first)) == 0);
	check(armor_peel(TEXT("Content-Type: multipart/mixed\n\nMIAG\n"), first, sizeof(first)) == 0);
	buf_clear(&text);
}

#define TESTS(T, S)                                                                                                    \
	T(S, every_form)                                                                                               \
	T(S, below)                                                                                                    \
	T(S, spooled)                                                                                                  \
	T(S, refused)                                                                                                  \
	T(S, left_alone)                                                                                               \
	T(S, bounds)                                                                                                   \
	T(S, peeled)
SUITE(armor, TESTS)
