/* Which names may be shown to others. */
#include "label.h"
#include "suite.h"

#include <string.h>

/* The flaw has this word in it; NULL: there is none. */
static void
has(const char *s, size_t max, const char *word)
{
	const char *flaw = label_flaw(s, max);

	check(word == NULL ? flaw == NULL : flaw != NULL && strstr(flaw, word) != NULL);
}

static void
good(void)
{
	has("a", 1, NULL);
	has("Jean-Éric d'Été \xe2\x82\xac \xf0\x9f\x94\x91", 64, NULL);
	has("\xc2\xa0", 1, NULL);
	has("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 3, NULL);
	has("\xe2\x80\x90", 1, NULL);
}

static void
too_long(void)
{
	has("", 5, "empty");
	has("abcde", 5, NULL);
	has("abcdef", 5, "long");
	has("\xc3\xa9\xc3\xa9", 2, NULL);
	has("\xc3\xa9\xc3\xa9", 1, "long");
}

/* RFC 3629, section 4: cut, overlong, surrogates, past the end, continuation alone. */
static void
not_utf8(void)
{
	static const char *const wrong[] = { "\x80", "\xbf", "a\xc3", "\xc3(", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
		"\xe2\x82", "\xe2(\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x94",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff" };
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		has(wrong[i], 64, "UTF-8");
	check(label_utf8("") == 0 && label_utf8("\xc3\xa9t\xe2\x82") == 3 && label_utf8("a\xff") == 1);
	check(label_utf8("\x1b\xe2\x82\xac") == 4);
}

static void
looks_like_another(void)
{
	static const char *const control[] = { "\x01", "a\nb", "\x1f", "\x7f", "\xc2\x80", "\xc2\x9f", "\xe2\x80\xa8",
		"\xe2\x80\xa9" };
	static const char *const turning[] = { "\xd8\x9c", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xaa",
		"\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9" };
	static const char *const unseen[] = { "\xc2\xad", "\xcd\x8f", "\xe1\x85\x9f", "\xe1\x9e\xb4", "\xe2\x81\xa0",
		"\xe2\x81\xa4", "\xe2\xa0\x80", "\xe3\x85\xa4", "\xef\xb8\x8f", "\xf0\x9d\x85\xb3",
		"\xf3\xa0\x84\x80" };
	size_t i;

	for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		has(unseen[i], 64, "nobody sees");
	for (i = 0; i < sizeof(control) / sizeof(control[0]); i++)
		has(control[i], 64, "control");
	for (i = 0; i < sizeof(turning) / sizeof(turning[0]); i++)
		has(turning[i], 64, "direction");
}

#define TESTS(T, S) T(S, good) T(S, too_long) T(S, not_utf8) T(S, looks_like_another)
SUITE(label, TESTS)
