/* What libcrypto encodes comes back however it is cut, whatever the lines; what is not base64 to the letter is refused. */
#include "base64.h"
#include "pieces.h"
#include "suite.h"

#include <openssl/evp.h>

#define LEN 5000

enum verdict { WHOLE, CUT, STOPPED, BAD };

/* Decodes text in pieces of step characters, with room for room bytes at a time, which are all that may be written. */
static enum verdict
decode(struct view text, size_t step, size_t room, struct buf *out)
{
	struct base64 d = { 0 };
	size_t at = 0, used, made, n;
	uint8_t *piece;

	out->len = 0;
	while (at < text.len) {
		enum base64_result rc;

		n = text.len - at < step ? text.len - at : step;
		piece = malloc(room); /* its end is guarded */
		check(piece != NULL);
		rc = base64_push(&d, JOIN(view_of(text.p + at, n)), &used, piece, room, &made);
		check(used <= n && made <= room);
		check(buf_add(out, view_of(piece, made), NULL) == PLI_OK);
		free(piece);
		at += used;
		if (rc == BASE64_BAD)
			return BAD;
		if (rc == BASE64_STOP)
			return base64_complete(&d) ? STOPPED : BAD;
		check(used == n || room - made < 3);
	}
	return base64_complete(&d) ? WHOLE : CUT;
}

/* Encodes bytes in lines of width characters. */
static struct view
encode(struct view bytes, size_t width, const char *eol)
{
	uint8_t *plain = pieces_new(bytes.len / 3 * 4 + 8), *lines;
	size_t len = (size_t)EVP_EncodeBlock(plain, bytes.p, (int)bytes.len), at, n, out = 0;

	lines = pieces_new(len + (len / width + 1) * 2);
	for (at = 0; at < len; at += n) {
		n = len - at < width ? len - at : width;
		memcpy(lines + out, plain + at, n);
		memcpy(lines + out + n, eol, strlen(eol));
		out += n + strlen(eol);
	}
	return view_of(lines, out);
}

static void
back_again(void)
{
	static const size_t widths[] = { 1, 3, 4, 64, 75, 76, LEN * 2 }, steps[] = { 1, 2, 3, 7, 64, 65, 100000 };
	static const size_t rooms[] = { 3, 4, 5, 8, 11, 48, 4096 };
	static uint8_t bytes[LEN];
	struct buf out = { 0 };
	size_t i, k;

	support_bytes(bytes, sizeof(bytes), 5);
	for (i = 0; i < 7; i++)
		for (k = 0; k < 7; k++) {
			struct view all = view_of(bytes, LEN - i);

			check(decode(encode(all, widths[i], "\n"), steps[k], rooms[(i + k) % 7], &out) == WHOLE);
			check(view_equal(buf_view(&out), all));
			check(decode(encode(all, widths[i], "\r\n"), steps[k], rooms[i], &out) == WHOLE);
			check(view_equal(buf_view(&out), all));
		}
	for (i = 0; i < 70; i++) { /* every length of the last group, and of the one that is stored wide */
		check(decode(encode(view_of(bytes, i), 64, "\n"), 1000, i + 3, &out) == WHOLE);
		check(view_equal(buf_view(&out), view_of(bytes, i)));
	}
	buf_clear(&out);
}

static enum verdict
verdict(const char *text, const char *want)
{
	enum verdict first = WHOLE, v;
	struct buf out = { 0 };
	size_t step;

	for (step = 1; step < 70; step++) {
		v = decode(view_of(text, strlen(text)), step, 3 + step % 5, &out);
		if (step == 1)
			first = v;
		check(v == first); /* however it is cut */
		if (want != NULL)
			check(view_equal(buf_view(&out), view_of(want, strlen(want))));
	}
	buf_clear(&out);
	return first;
}

static void
forms(void)
{
	check(verdict("", "") == WHOLE);
	check(verdict("\n\r\n \t\n", "") == WHOLE);
	check(verdict("Zm9v", "foo") == WHOLE);
	check(verdict("\n\nZm9v\nYmFy\n\n \r\n\t\n", "foobar") == WHOLE);
	check(verdict("Zm9v \t\r\nYmFy  \n", "foobar") == WHOLE);
	check(verdict("Z\nm9vY\nmFy", "foobar") == WHOLE);
	check(verdict("Zm8=", "fo") == WHOLE);
	check(verdict("Zg==\n\n", "f") == WHOLE);
	check(verdict("Zm9vYg==\n", "foob") == WHOLE);
	check(verdict("Zm9v\n-----END", "foo") == STOPPED);
	check(verdict("Zg==\n-----END", "f") == STOPPED);
	check(verdict("Zg==\n\n-----END", "f") == STOPPED);
	check(verdict("-----END", "") == STOPPED);
	check(verdict("Zm9v\n!", "foo") == STOPPED);
}

static void
refused(void)
{
	static const char *const bad[] = { "Zm9v-", "Zm9v\n Ymfy", " Zm9v", "Zm9v YmFy", "Zm9v\rYmFy", "Zm9v\r\r\n",
		"Zm9v!", "Zm-v", "Zm_v", "Zm\xc3\xa9", "=", "Z===", "Zg=v",
		"Zm9v=", "Zg==Zg==", "Zg==\nZg==", "Zg==\n=", "Zg==Z", "Zm8==", "Zm9v\n\nYmFy", "Zm9v\n \nYmFy",
		"Zh==", "Zm9=", "Zv==", "Zm9v\n\n=" };
	static const char *const cut[] = { "Z", "Zm", "Zm9", "Zm8", "Zg=", "Zg=\n", "Zm9vY", "Zm9v\nYm\n\n" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(verdict(bad[i], NULL) == BAD);
	for (i = 0; i < sizeof(cut) / sizeof(cut[0]); i++)
		check(verdict(cut[i], NULL) == CUT);
	check(verdict("Zm9\r", NULL) == CUT);
	check(verdict("Zm9\n-----END", NULL) == BAD);
}

/* Of the 256 octets the 64 are taken at any place of a long line, and no other. */
static void
alphabet(void)
{
	struct buf out = { 0 };
	unsigned c;
	size_t at;

	for (c = 0; c < 256; c++) {
		uint8_t line[61];
		bool good = c != 0 &&
			    strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", (int)c) != NULL;

		if (c == '\n' || c == '\r' || c == ' ' || c == '\t')
			continue;
		for (at = 1; at < 60; at++) {
			memset(line, 'A', sizeof(line));
			line[at] = (uint8_t)c;
			check((decode(view_of(line, 60), 60, 100, &out) == WHOLE) == (good || (c == '=' && at == 59)));
		}
	}
	buf_clear(&out);
}

#define TESTS(T, S) T(S, back_again) T(S, forms) T(S, refused) T(S, alphabet)
SUITE(base64, TESTS)
