/* Of a header the two words that count are found, however it is folded and spelt, and as soon as all of it is there. */
#include "mime.h"
#include "pieces.h"
#include "suite.h"

/* What the header says; cut anywhere it wants more, and says nothing when there is none. */
static struct mime
parsed(const char *text, enum mime_result want)
{
	struct mime m = { .body = 0 }, again;
	size_t len = strlen(text), n;

	check(mime_parse(&m, JOIN(view_of(text, len)), true) == want);
	if (want != MIME_FOUND)
		return m;
	for (n = 0; n < m.body; n++) {
		check(mime_parse(&again, JOIN(view_of(text, n)), false) == MIME_MORE);
		check(mime_parse(&again, JOIN(view_of(text, n)), true) == MIME_NONE);
	}
	for (; n <= len; n++) {
		check(mime_parse(&again, JOIN(view_of(text, n)), false) == MIME_FOUND);
		check(again.body == m.body && strcmp(again.type, m.type) == 0 &&
		      strcmp(again.encoding, m.encoding) == 0 && again.twice == m.twice);
	}
	return m;
}

static void
found(const char *text, const char *type, const char *encoding, const char *body)
{
	struct mime m = parsed(text, MIME_FOUND);

	check(strcmp(m.type, type) == 0 && strcmp(m.encoding, encoding) == 0 && !m.twice);
	check(strcmp(text + m.body, body) == 0);
}

static void
headers(void)
{
	found("Content-Type: text/plain\n\nbody", "text/plain", "", "body");
	found("Content-Type:text/plain;x=y\r\n\r\n\r\nbody", "text/plain", "", "\r\nbody");
	found("X-1: Content-Type: a/b\nContent-Type:\n \n\ta/B(c)\n x/y\nContent-Transfer-Encoding: BASE64 \n\n", "a/b",
	    "base64", "");
	found("content-TYPE: a/b\nContent-Typed: c/d\nContent-Transfer-Encoding:\r\n\r\n", "a/b", "", "");
}

static void
none(void)
{
	static const char *const texts[] = { "", "\n", "\r\nContent-Type: a/b\n\n", " Content-Type: a/b\n\n",
		"Content-Type : a/b\n\n", "Subject: x\n\nContent-Type: a/b\n\n", "Content-Type: a/b\n",
		"Content-Type: a/b\nnot a field\n\n", ": a/b\n\n", "Content-Type: \n\n", "Cont\xc3\xa9nt: x\n\n" };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		(void)parsed(texts[i], MIME_NONE);
}

static void
twice(void)
{
	check(parsed("Content-Type: a/b\nContent-Type: a/b\n\n", MIME_FOUND).twice);
	check(parsed(
	    "Content-Type: a/b\nContent-Transfer-Encoding: x\nX: y\nCONTENT-transfer-encoding: x\n\n", MIME_FOUND)
		  .twice);
}

/* Words longer than any that counts are cut, and are not one that counts. */
static void
long_words(void)
{
	static const char head[] = "Content-Type: application/pkcs7-mime", tail[] = "\n\n";
	char text[sizeof(head) + 1000 + sizeof(tail)];
	struct mime m;

	memset(text, 'x', sizeof(text));
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + sizeof(text) - sizeof(tail), tail, sizeof(tail));
	m = parsed(text, MIME_FOUND);
	check(strlen(m.type) == sizeof(m.type) - 1 && strcmp(m.type, "application/pkcs7-mime") != 0);
}

#define TESTS(T, S) T(S, headers) T(S, none) T(S, twice) T(S, long_words)
SUITE(mime, TESTS)
