/* Errors: the first sticks, texts are cut at a character, NULL is always fine. */
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void
first_error_sticks(void)
{
	struct pli_error err = { 0 }, other = { 0 };

	check(fail(&err, PLI_ERR_IO, "first %d", 1) == PLI_ERR_IO);
	check(fail(&err, PLI_ERR_AUTH, "second") == PLI_ERR_IO);
	check(fail_errno(&err, PLI_ERR_AUTH, ENOENT, "third") == PLI_ERR_IO);
	check(fail_memory(&err) == PLI_ERR_IO);
	(void)fail(&other, PLI_ERR_LIMIT, "fourth");
	check(fail_copy(&err, &other) == PLI_ERR_IO);
	check(err.status == PLI_ERR_IO);
	check(strcmp(err.message, "first 1") == 0);
	pli_error_clear(&err);
	check(err.status == PLI_OK && err.message[0] == '\0' && err.hint[0] == '\0');
	check(fail_copy(&err, &other) == PLI_ERR_LIMIT);
	check(strcmp(err.message, "fourth") == 0);
}

static void
nobody_listens(void)
{
	const struct pli_error from = { PLI_ERR_LIMIT, "x", "" };

	check(fail(NULL, PLI_ERR_IO, "x") == PLI_ERR_IO);
	check(fail_errno(NULL, PLI_ERR_IO, ENOENT, "x") == PLI_ERR_IO);
	check(fail_memory(NULL) == PLI_ERR);
	check(fail_copy(NULL, &from) == PLI_ERR_LIMIT);
	fail_hint(NULL, "x");
	pli_error_clear(NULL);
}

static void
a_message_says_why(void)
{
	struct pli_error err = { 0 };

	check(fail_errno(&err, PLI_ERR_IO, ENOENT, "cannot open %s", "f") == PLI_ERR_IO);
	check(strcmp(err.message, "cannot open f: No such file or directory") == 0 && err.hint[0] == '\0');
	pli_error_clear(&err);
	check(fail_errno(&err, PLI_ERR_IO, ENOSPC, "cannot write %s", "f") == PLI_ERR_IO);
	check(strstr(err.hint, "make room") != NULL);
	pli_error_clear(&err);
	check(fail_memory(&err) == PLI_ERR);
	check(strcmp(err.message, "out of memory") == 0);
}

static void
the_first_hint_stays(void)
{
	struct pli_error err = { 0 };

	(void)fail(&err, PLI_ERR_IO, "x");
	fail_hint(&err, "do %s", "this");
	fail_hint(&err, "do that");
	check(strcmp(err.hint, "do this") == 0);
	pli_error_clear(&err);
	(void)fail(&err, PLI_ERR_IO, "y");
	check(err.hint[0] == '\0');
}

/* Fills a message with a text of any number of bytes that ends in two-byte characters. */
static size_t
cut(size_t prefix)
{
	struct pli_error err = { 0 };
	char text[2048];
	size_t i, len;

	memset(text, 'x', prefix);
	for (i = prefix; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[i] = '\0';
	(void)fail(&err, PLI_ERR, "%s", text);
	len = strlen(err.message);
	check(memcmp(err.message, text, len) == 0);
	/* whole characters only */
	check((len - prefix) % 2 == 0);
	return len;
}

static void
a_long_message_stays_text(void)
{
	const size_t cap = sizeof(((struct pli_error *)NULL)->message);
	struct pli_error err = { 0 };
	char text[2 * sizeof(err.message)];

	check(cut(0) >= cap - 4 && cut(0) < cap);
	check(cut(1) >= cap - 4 && cut(1) < cap);

	/* what fits is not cut; what has one byte too many is */
	memset(text, 'x', sizeof(text));
	text[cap - 1] = '\0';
	(void)fail(&err, PLI_ERR, "%s", text);
	check(strlen(err.message) == cap - 1);
	pli_error_clear(&err);
	(void)fail(&err, PLI_ERR, "%sx", text);
	check(strlen(err.message) == cap - 1);
	pli_error_clear(&err);

	/* the reason does not fit any more */
	text[cap - 1] = '\0';
	(void)fail_errno(&err, PLI_ERR, ENOENT, "%s", text);
	check(strlen(err.message) < cap && strlen(err.message) > cap - 8);
	fail_hint(&err, "%s", text);
	check(strlen(err.hint) == sizeof(err.hint) - 1);
}

static void
a_long_message_of_one_character(void)
{
	struct pli_error err = { 0 };
	char text[2048];

	/* not text at all: nothing but bytes that continue a character; it only has to end */
	memset(text, 0x80, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)fail(&err, PLI_ERR, "%s", text);
	check(strlen(err.message) < sizeof(err.message));
}

static void
statuses_have_names(void)
{
	static const struct {
		int status;
		const char *id;
	} all[] = { { 0, "ok" }, { 1, "error" }, { 2, "usage" }, { 3, "partial" }, { 10, "malformed" },
		{ 11, "authentication" }, { 12, "passphrase" }, { 13, "no-recipient" }, { 14, "certificate" },
		{ 15, "exists" }, { 16, "io" }, { 17, "limit" }, { 18, "token" }, { 19, "unsupported" },
		{ 130, "interrupted" }, { 4, "error" }, { 99, "error" } };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		check(strcmp(pli_status_id((enum pli_status)all[i].status), all[i].id) == 0);
}

#define TESTS(T, S)                                                                                                    \
	T(S, first_error_sticks)                                                                                       \
	T(S, nobody_listens)                                                                                           \
	T(S, a_message_says_why)                                                                                       \
	T(S, the_first_hint_stays)                                                                                     \
	T(S, a_long_message_stays_text) T(S, a_long_message_of_one_character) T(S, statuses_have_names)
SUITE(fail, TESTS)
