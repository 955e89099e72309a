/*
 * An envelope in a text: what comes out is the same from memory and from a pipe that gives a few bytes at a time, once and
 * again, read and skipped; it is what a decoder of three lines makes of the whole; and what is put into a text comes out again.
 * The first two bytes of the input choose how the pipe is cut, and how the text is made.
 */
#include "fuzz.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source.h"

#define LEN_MAX 65536u
#define TEXT_MAX (4 * LEN_MAX)

struct outcome {
	enum pli_status status;
	enum armor_kind kind;
	size_t len;
	uint8_t bytes[TEXT_MAX];
};

static struct outcome whole, cut;

/* A pipe gives what is in it at once; this one gives less (linked with --wrap=read). */
static int cut_fd = -1;
static size_t cut_len;

ssize_t __real_read(int fd, void *p, size_t len);
ssize_t __wrap_read(int fd, void *p, size_t len);

ssize_t
__wrap_read(int fd, void *p, size_t len)
{
	return __real_read(fd, p, fd == cut_fd && len > cut_len ? cut_len : len);
}

/* Reads all there is, at most step bytes at a time; every other time it looks first, and skips. */
static void
drain(struct source *s, struct outcome *o, size_t step)
{
	struct pli_error err = { 0 };
	size_t got = 0, round;
	struct view v;

	o->len = 0;
	for (round = 0; round == 0 || got > 0; round++) {
		if (round % 2 == 0) {
			o->status = source_read(s, o->bytes + o->len, step, &got, &err);
			fuzz_check(got <= step);
		} else if ((o->status = source_peek(s, step, &v, &err)) == PLI_OK) {
			got = v.len < step ? v.len : step;
			if (got > 0)
				memcpy(o->bytes + o->len, v.p, got);
			source_skip(s, got);
		}
		if (o->status != PLI_OK) {
			fuzz_check(o->status == err.status && err.message[0] != '\0');
			return;
		}
		o->len += got;
		fuzz_check(o->len + step <= sizeof(o->bytes));
		fuzz_check(source_offset(s) == o->len);
	}
}

static void
take(const struct pli_input *in, struct outcome *o, size_t step)
{
	static const struct pli_hooks no_hooks;
	struct pli_error err = { 0 };
	enum pli_status first;
	struct source *s;
	size_t len;

	fuzz_check(source_open(&s, in, &no_hooks, &err) == PLI_OK);
	o->len = 0;
	o->status = source_unarmor(s, &err);
	o->kind = source_armor(s);
	fuzz_check(o->status == err.status && (o->status == PLI_OK || err.message[0] != '\0'));
	if (o->status == PLI_OK) {
		drain(s, o, step);
		if (source_repeatable(s)) {
			first = o->status;
			len = o->len;
			source_restart(s);
			drain(s, o, step);
			fuzz_check(o->status == first && o->len == len);
		}
	}
	source_close(s);
}

static void
take_cut(struct view text, size_t step)
{
	struct pli_input in;
	int ends[2];

	fuzz_check(pipe(ends) == 0 && write(ends[1], text.p, text.len) == (ssize_t)text.len && close(ends[1]) == 0);
	cut_fd = ends[0];
	cut_len = step;
	in = pli_input_fd(ends[0], "pipe");
	take(&in, &cut, step);
	cut_fd = -1;
	fuzz_check(close(ends[0]) == 0);
}

/* The begin of the message in a text that was taken. */
static struct view
message(struct view text, enum armor_kind kind)
{
	size_t at = text.len >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0 && kind == ARMOR_PEM ? 3 : 0, len;
	const uint8_t *end;

	for (; (end = memchr(text.p + at, '\n', text.len - at)) != NULL; at += len + 1) {
		size_t line;

		len = line = (size_t)(end - text.p) - at;
		while (line > 0 && memchr(" \t\r", text.p[at + line - 1], 3) != NULL)
			line--;
		if (kind == ARMOR_PEM ? line >= 16 && memcmp(text.p + at, "-----BEGIN ", 11) == 0 &&
					    memcmp(text.p + at + line - 5, "-----", 5) == 0
				      : len == 0 || (len == 1 && text.p[at] == '\r'))
			return view_behind(text, at + len + 1);
	}
	fuzz_found("a text without a begin was taken", __FILE__, __LINE__);
}

/* Base64 (RFC 4648 4) up to the padding or the END line, whatever stands between. */
static bool
says(struct view text, const uint8_t *bytes, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0, held = 0;
	size_t i, made = 0;
	const char *c;

	for (i = 0; i < text.len && text.p[i] != '=' && text.p[i] != '-'; i++) {
		if (text.p[i] == '\0' || (c = strchr(alphabet, text.p[i])) == NULL)
			continue;
		held = held << 6 | (unsigned)(c - alphabet);
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (made == len || bytes[made++] != (uint8_t)(held >> bits))
			return false;
	}
	return made == len;
}

static void
decodes(struct view text, size_t step)
{
	struct pli_input in = pli_input_memory(text.p, text.len, "text");
	static uint8_t begin[4096];
	struct view body;
	size_t peeled, shared;

	take(&in, &whole, LEN_MAX);
	take_cut(text, step);
	fuzz_check(whole.status == cut.status && whole.kind == cut.kind);
	shared = whole.len < cut.len ? whole.len : cut.len;
	fuzz_check(memcmp(whole.bytes, cut.bytes, shared) == 0 && (whole.status != PLI_OK || whole.len == cut.len));
	if (whole.status != PLI_OK)
		return;
	if (whole.kind == ARMOR_NONE) {
		fuzz_check(whole.len == text.len && memcmp(whole.bytes, text.p, text.len) == 0);
	} else {
		body = message(text, whole.kind);
		fuzz_check(says(body, whole.bytes, whole.len) || (whole.kind == ARMOR_SMIME && body.len == whole.len &&
								     memcmp(body.p, whole.bytes, body.len) == 0));
	}
	if (text.len > sizeof(begin)) /* more is looked at when there is more */
		return;
	peeled = armor_peel(text, begin, sizeof(begin));
	fuzz_check(peeled <= whole.len && memcmp(begin, whole.bytes, peeled) == 0);
	fuzz_check(whole.kind != ARMOR_NONE || peeled == 0);
}

/* The bytes in lines of width characters. */
static void
comes_back(struct view bytes, unsigned how)
{
	static const char begin[] = "-----BEGIN CMS-----\n", end[] = "-----END CMS-----\n";
	static uint8_t plain[LEN_MAX / 2], text[LEN_MAX];
	size_t width = (how >> 1) + 1u, at = sizeof(begin) - 1, len, n, i;

	if (bytes.len > sizeof(plain) / 2 - 8)
		return;
	len = (size_t)EVP_EncodeBlock(plain, bytes.p, (int)bytes.len);
	memcpy(text, begin, at);
	for (i = 0; i < len && at + width + 64 < sizeof(text); i += n) {
		n = len - i < width ? len - i : width;
		memcpy(text + at, plain + i, n);
		at += n;
		if ((how & 1) != 0)
			text[at++] = '\r';
		text[at++] = '\n';
	}
	if (i < len)
		return;
	memcpy(text + at, end, sizeof(end) - 1);
	take_cut(view_of(text, at + sizeof(end) - 1), width + 2);
	fuzz_check(cut.status == PLI_OK && cut.kind == ARMOR_PEM && cut.len == bytes.len);
	fuzz_check(bytes.len == 0 || memcmp(cut.bytes, bytes.p, bytes.len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct view text;

	if (len < 3 || len > LEN_MAX)
		return 0;
	text = view_of(data + 2, len - 2);
	decodes(text, data[0] + 1u);
	comes_back(text, data[1]);
	return 0;
}
