/*
 * armor.c - the first bytes decide: a CMS message begins with a SEQUENCE of an OID, which no text does. Then a header that
 * names the right type is S/MIME; else the first BEGIN line counts. Behind them it is one decoder.
 */
#include "armor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "mime.h"
#include "source.h"

#define FIRST_PEEK 4096
#define WHITE_MAX 65536u /* behind the END line */

static const char *const labels[] = { "CMS", "PKCS7", "ENCRYPTED MESSAGE" };

struct found {
	enum armor_kind kind;
	const char *label; /* PEM */
	bool base64;
	size_t body; /* where the message begins */
};

struct armor {
	struct source *raw;
	struct found found;
	struct base64 decoder;
	uint8_t carry[3]; /* of a group that did not fit */
	size_t carried;
	uint64_t drop;
	bool ended;
};

static bool
is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* X.690 8.1: a SEQUENCE whose length is long or indefinite or, where it is short, whose first element is an OID. */
static bool
is_binary(struct view v)
{
	return v.len >= 3 && v.p[0] == 0x30 && (v.p[1] >= 0x80 || v.p[2] == 0x06);
}

static bool
is_text(struct view v)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if (v.p[i] < ' ' && !is_white(v.p[i]) && v.p[i] != '\f')
			return false;
	return true;
}

static enum pli_status
other(const char *name, const char *what, const char *which, const char *hint, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_MALFORMED, "%s is not an envelope: it is %s%s", name, what, which);

	fail_hint(err, "%s", hint);
	return rc;
}

/* The label of a BEGIN line. */
static bool
begin_line(struct view line, struct view *label)
{
	static const char begin[] = "-----BEGIN ", dashes[] = "-----";
	const size_t before = sizeof(begin) - 1, behind = sizeof(dashes) - 1;

	while (line.len > 0 && is_white(line.p[line.len - 1]))
		line.len--;
	if (line.len < before + behind || memcmp(line.p, begin, before) != 0 ||
	    memcmp(line.p + line.len - behind, dashes, behind) != 0)
		return false;
	*label = view_of(line.p + before, line.len - before - behind);
	return true;
}

static enum pli_status
look_for_pem(struct found *f, struct view in, bool whole, bool *more, const char *name, struct pli_error *err)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf }; /* what some editors put before UTF-8 */
	size_t at = in.len >= 3 && memcmp(in.p, mark, 3) == 0 ? 3 : 0, i;
	const uint8_t *end;
	struct view label;
	char text[64];

	while (at < in.len && (end = memchr(in.p + at, '\n', in.len - at)) != NULL) {
		bool found = begin_line(view_of(in.p + at, (size_t)(end - in.p) - at), &label);

		at = (size_t)(end - in.p) + 1;
		if (!found)
			continue;
		for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
			if (label.len == strlen(labels[i]) && memcmp(label.p, labels[i], label.len) == 0) {
				*f = (struct found){ ARMOR_PEM, labels[i], true, at };
				return PLI_OK;
			}
		(void)snprintf(text, sizeof(text), "%.*s", (int)(label.len < 60 ? label.len : 60), label.p);
		return other(name, "a PEM text of the kind ", text,
		    "the BEGIN line of an envelope says CMS, PKCS7 or ENCRYPTED MESSAGE; nothing else may stand before "
		    "it",
		    err);
	}
	*more = !whole;
	return PLI_OK;
}

static enum pli_status
look_at_mime(struct found *f, const struct mime *m, struct view in, bool whole, bool *more, const char *name,
    struct pli_error *err)
{
	if (m->twice)
		return other(name, "a message with two headers of one kind", "", "get another copy", err);
	*f = (struct found){ .kind = ARMOR_SMIME, .body = m->body };
	if (strcmp(m->encoding, "base64") == 0) {
		f->base64 = true;
	} else if (m->encoding[0] == '\0' || strcmp(m->encoding, "7bit") == 0) {
		/* Some leave the header out, and base64 is 7bit. */
		*more = m->body == in.len && !whole;
		f->base64 = m->body < in.len && in.p[m->body] != 0x30;
	} else if (strcmp(m->encoding, "8bit") != 0 && strcmp(m->encoding, "binary") != 0) {
		return other(name, "a message in the transfer encoding ", m->encoding,
		    "an encrypted message is base64 or binary (RFC 8551 3.1.3)", err);
	}
	return PLI_OK;
}

/* Does a text begin as a message does in base64: a SEQUENCE whose length is long or indefinite? */
static bool
is_bare(struct view text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	size_t i;

	for (i = 0; i < text.len && i < 40; i++)
		if (memchr(digits, text.p[i], sizeof(digits) - 1) == NULL)
			return false;
	return i == 40 && text.p[0] == 'M' && text.p[1] == 'I';
}

/* Decides from the first bytes, or wants more of them. The kind is ARMOR_NONE for what is no text, and for no known one. */
static enum pli_status
look(struct found *f, struct view in, bool whole, bool *more, const char *name, struct pli_error *err)
{
	enum mime_result mime = MIME_NONE;
	enum pli_status rc;
	struct mime m;

	*more = false;
	*f = (struct found){ .kind = ARMOR_NONE };
	if (in.len < 3) {
		*more = !whole;
		return PLI_OK;
	}
	if (is_binary(in))
		return PLI_OK;
	mime = mime_parse(&m, in, whole);
	if (!is_text(mime == MIME_FOUND ? view_of(in.p, m.body) : in))
		return PLI_OK;
	if (mime == MIME_FOUND &&
	    (strcmp(m.type, "application/pkcs7-mime") == 0 || strcmp(m.type, "application/x-pkcs7-mime") == 0 ||
		strcmp(m.type, "application/octet-stream") == 0))
		return look_at_mime(f, &m, in, whole, more, name, err);
	if ((rc = look_for_pem(f, in, whole, more, name, err)) != PLI_OK || f->kind != ARMOR_NONE)
		return rc;
	if (mime != MIME_FOUND)
		return *more || !is_bare(in) ? PLI_OK
					     : other(name, "base64 without a BEGIN line", "",
						   "put a line -----BEGIN CMS----- before it and -----END CMS----- "
						   "behind it",
						   err);
	if (strncmp(m.type, "multipart/", 10) == 0) {
		*more = false;
		return other(name, "a message of several parts, ", m.type,
		    "save the part that is encrypted, mostly named smime.p7m, and open that", err);
	}
	return *more ? PLI_OK
		     : other(name, "a message of the type ", m.type,
			   "an encrypted message has the type application/pkcs7-mime", err);
}

enum pli_status
armor_find(struct armor **out, struct source *raw, struct pli_error *err)
{
	size_t want = FIRST_PEEK;
	bool more = true;
	enum pli_status rc;
	struct found found;
	struct armor *a;
	struct view v;

	*out = NULL;
	for (; more; want *= 2) {
		if ((rc = source_peek(raw, want, &v, err)) != PLI_OK)
			return rc;
		v.len = v.len < want ? v.len : want; /* memory shows all it has */
		rc = look(&found, v, v.len < want || want >= ARMOR_HEAD_MAX, &more, source_name(raw), err);
		if (rc != PLI_OK)
			return rc;
	}
	if (found.kind == ARMOR_NONE)
		return PLI_OK;
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return fail_memory(err);
	a->raw = raw;
	a->found = found;
	source_skip(raw, found.body);
	*out = a;
	return PLI_OK;
}

void
armor_free(struct armor *a)
{
	if (a == NULL)
		return;
	source_close(a->raw);
	free(a);
}

enum armor_kind
armor_kind(const struct armor *a)
{
	return a->found.kind;
}

struct source *
armor_raw(const struct armor *a)
{
	return a->raw;
}

static enum pli_status
damaged(const struct armor *a, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_MALFORMED, "%s: the base64 text is damaged at byte %llu",
	    source_name(a->raw), (unsigned long long)source_offset(a->raw));

	fail_hint(err, "it was changed on its way: get another copy");
	return rc;
}

static enum pli_status
truncated(const struct armor *a, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_MALFORMED,
	    "%s is truncated: its text ends in the middle of the envelope", source_name(a->raw));

	fail_hint(err, "the file was cut short on its way: get another copy");
	return rc;
}

/* The END line, and nothing behind it. */
static enum pli_status
read_end(struct armor *a, struct pli_error *err)
{
	char line[32];
	size_t len, i, white = 0;
	enum pli_status rc;
	struct view v;

	if (a->found.kind != ARMOR_PEM || !base64_complete(&a->decoder))
		return damaged(a, err);
	len = (size_t)snprintf(line, sizeof(line), "-----END %s-----", a->found.label);
	if ((rc = source_peek(a->raw, len, &v, err)) != PLI_OK)
		return rc;
	if (memcmp(v.p, line, v.len < len ? v.len : len) != 0)
		return damaged(a, err);
	if (v.len < len)
		return truncated(a, err);
	source_skip(a->raw, len);
	for (; white <= WHITE_MAX; white += i) {
		if ((rc = source_peek(a->raw, 1, &v, err)) != PLI_OK)
			return rc;
		if (v.len == 0) {
			a->ended = true;
			return PLI_OK;
		}
		for (i = 0; i < v.len && is_white(v.p[i]); i++)
			continue;
		source_skip(a->raw, i);
		if (i < v.len)
			break;
	}
	rc = fail(err, PLI_ERR_MALFORMED, "%s: bytes follow the END line of the envelope, at byte %llu",
	    source_name(a->raw), (unsigned long long)source_offset(a->raw));
	fail_hint(err, "something was added behind it: get another copy");
	return rc;
}

/* Decodes some bytes into p, where there is room for 3 at least. */
static enum pli_status
decode(struct armor *a, uint8_t *p, size_t len, size_t *got, struct pli_error *err)
{
	enum base64_result result;
	enum pli_status rc;
	struct view v;
	size_t used;

	*got = 0;
	while (*got == 0 && !a->ended) {
		if ((rc = source_peek(a->raw, 1, &v, err)) != PLI_OK)
			return rc;
		if (v.len == 0) {
			a->ended = a->found.kind == ARMOR_SMIME && base64_complete(&a->decoder);
			return a->ended ? PLI_OK : truncated(a, err);
		}
		result = base64_push(&a->decoder, v, &used, p, len, got);
		source_skip(a->raw, used);
		if (result == BASE64_BAD)
			return damaged(a, err);
		if (result == BASE64_STOP && (rc = read_end(a, err)) != PLI_OK)
			return rc;
	}
	return PLI_OK;
}

static enum pli_status
read_some(struct armor *a, uint8_t *p, size_t len, size_t *got, struct pli_error *err)
{
	enum pli_status rc;

	if (!a->found.base64)
		return source_read(a->raw, p, len, got, err);
	if (a->carried == 0 && len >= sizeof(a->carry))
		return decode(a, p, len, got, err);
	if (a->carried == 0 && (rc = decode(a, a->carry, sizeof(a->carry), &a->carried, err)) != PLI_OK)
		return rc;
	*got = a->carried < len ? a->carried : len;
	memcpy(p, a->carry, *got);
	a->carried -= *got;
	memmove(a->carry, a->carry + *got, a->carried);
	return PLI_OK;
}

enum pli_status
armor_read(struct armor *a, uint8_t *p, size_t len, size_t *got, struct pli_error *err)
{
	enum pli_status rc;
	size_t n;

	for (;;) {
		if ((rc = read_some(a, p, len, got, err)) != PLI_OK || *got == 0 || a->drop == 0)
			return rc;
		n = a->drop < *got ? (size_t)a->drop : *got;
		a->drop -= n;
		*got -= n;
		if (*got == 0)
			continue;
		memmove(p, p + n, *got);
		return PLI_OK;
	}
}

void
armor_drop(struct armor *a, uint64_t n)
{
	a->drop += n;
}

void
armor_restart(struct armor *a)
{
	source_restart(a->raw);
	source_skip(a->raw, a->found.body);
	a->decoder = (struct base64){ 0 };
	a->carried = 0;
	a->drop = 0;
	a->ended = false;
}

size_t
armor_peel(struct view first, uint8_t *out, size_t cap)
{
	struct base64 decoder = { 0 };
	struct found found;
	size_t used, made = 0;
	bool more;

	if (look(&found, first, true, &more, "", NULL) != PLI_OK || found.kind == ARMOR_NONE)
		return 0;
	first = view_behind(first, found.body);
	if (!found.base64) {
		made = first.len < cap ? first.len : cap;
		memcpy(out, first.p, made);
		return made;
	}
	return base64_push(&decoder, first, &used, out, cap, &made) == BASE64_BAD ? 0 : made;
}
