/* Names that may stand in an archive, and sets of them. */
#include "rules.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"

static enum pli_status
path(const char *text, char out[4096])
{
	struct pli_error err = { 0 };
	enum pli_status rc = rules_path(view_of(text, strlen(text)), out, &err);

	check(rc == PLI_OK || (rc == PLI_ERR_LIMIT && err.message[0] != '\0'));
	return rc;
}

static void
plain_forms(void)
{
	static const char *const pairs[][2] = { { "a", "a" }, { "a/", "a" }, { "./a", "a" }, { "a//b", "a/b" },
		{ "a/./b/.", "a/b" }, { ".", "" }, { "./", "" }, { "...", "..." }, { "..a", "..a" }, { "a..", "a.." },
		{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\xc2\xa0", "\xc2\xa0" }, { "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" } };
	char out[4096];
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		check(path(pairs[i][0], out) == PLI_OK && strcmp(out, pairs[i][1]) == 0);
}

static void
refused(void)
{
	static const char *const all[] = { "", "/", "/a", "//a", "..", "../a", "a/..", "a/../b", "./..", "a\\b",
		".pli-0123456789abcdef", "a/.pli-0123456789abcdef/b", "\n", "\x01", "\x1f", "\x7f", "\xc2\x80",
		"\xc2\x9f", "\x80", "\xc3", "\xc3(", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
		"\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff" };
	char out[4096];
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		check(path(all[i], out) == PLI_ERR_LIMIT);
	check(rules_path(view_of("a\0b", 3), out, NULL) == PLI_ERR_LIMIT);
}

static void
lengths(void)
{
	char in[5000], out[4096];
	size_t i;

	memset(in, 'x', sizeof(in));
	in[255] = '\0';
	check(path(in, out) == PLI_OK && strlen(out) == 255);
	in[255] = 'x';
	in[256] = '\0';
	check(path(in, out) == PLI_ERR_LIMIT);
	for (i = 0; i < 4096; i++)
		in[i] = i % 128 == 127 ? '/' : 'x';
	in[4095] = '\0';
	check(path(in, out) == PLI_OK && strlen(out) == 4095);
	in[4095] = '/';
	in[4096] = '\0';
	check(path(in, out) == PLI_OK && strlen(out) == 4095);
	in[127] = 'x';
	in[4095] = 'x';
	check(path(in, out) == PLI_ERR_LIMIT);
	for (i = 0; i < 200; i++)
		in[i] = i % 2 == 0 ? 'd' : '/';
	in[127] = '\0';
	check(path(in, out) == PLI_OK);
	in[127] = '/';
	in[129] = '\0';
	check(path(in, out) == PLI_ERR_LIMIT);
}

static enum pli_status
note(void *arg, const char *folder, const struct rules_place *place, struct pli_error *err)
{
	char *told = arg, text[4096];

	rules_text(place, text);
	check(strcmp(text, folder) == 0);
	(void)err;
	(void)strcat(told, folder);
	(void)strcat(told, ";");
	return PLI_OK;
}

static enum pli_status
fail_so(void *arg, const char *folder, const struct rules_place *place, struct pli_error *err)
{
	(void)arg;
	(void)place;
	return fail(err, PLI_ERR_IO, "not %s", folder);
}

static void
sets(void)
{
	struct pli_error err = { 0 };
	char told[256] = "";
	const struct rules_place *place;
	struct rules *r;

	check_ok(rules_new(&r, UINT64_MAX, &err), err);
	check_ok(rules_add(r, "a/b/c", RULES_FILE, note, told, &place, &err), err);
	check(strcmp(told, "a;a/b;") == 0);
	check_ok(rules_add(r, "a/b/d", RULES_FILE, note, told, &place, &err), err);
	check_ok(rules_add(r, "a/b", RULES_FOLDER, note, told, &place, &err), err);
	check_ok(rules_add(r, "a/bb", RULES_FILE, NULL, NULL, &place, &err), err);
	check(strcmp(told, "a;a/b;") == 0);
	check(rules_add(r, "a/b", RULES_FOLDER, note, told, &place, NULL) == PLI_ERR_LIMIT);
	check(rules_add(r, "a/b", RULES_FILE, note, told, &place, NULL) == PLI_ERR_LIMIT);
	check(rules_add(r, "a", RULES_FILE, note, told, &place, NULL) == PLI_ERR_LIMIT);
	check(rules_add(r, "a/b/c", RULES_FOLDER, note, told, &place, NULL) == PLI_ERR_LIMIT);
	check(rules_add(r, "a/b/c/d", RULES_FILE, note, told, &place, NULL) == PLI_ERR_LIMIT);
	check(rules_add(r, "z/y", RULES_FILE, fail_so, NULL, &place, NULL) == PLI_ERR_IO);
	rules_free(r);
	rules_free(NULL);
}

static void
many(void)
{
	struct pli_error err = { 0 };
	char name[32];
	const struct rules_place *place;
	struct rules *r;
	int i, turn;

	check_ok(rules_new(&r, UINT64_MAX, &err), err);
	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < 20000; i++) {
			(void)snprintf(name, sizeof(name), "%d/%d", i % 100, i);
			check(rules_add(r, name, RULES_FILE, NULL, NULL, &place, NULL) ==
			      (turn == 0 ? PLI_OK : PLI_ERR_LIMIT));
		}
	}
	rules_free(r);
}

/* Folders count that no entry names, and those that are named later only once. */
static void
no_more_than(void)
{
	struct pli_error err = { 0 };
	const struct rules_place *place;
	char text[4096];
	struct rules *r;

	check_ok(rules_new(&r, 4, &err), err);
	check_ok(rules_add(r, "a/b/c", RULES_FILE, NULL, NULL, &place, &err), err);
	rules_text(place, text);
	check(strcmp(text, "a/b/c") == 0 && rules_depth(place) == 2);
	check_ok(rules_add(r, "a", RULES_FOLDER, NULL, NULL, &place, &err), err);
	check(rules_add(r, "a/d/e", RULES_FILE, NULL, NULL, &place, &err) == PLI_ERR_LIMIT);
	rules_free(r);
}

/* What is deep takes no more memory than what is not. (A sanitizer's allocator says nothing of itself.) */
static void
deep(void)
{
	struct pli_error err = { 0 };
	const struct rules_place *place;
	struct rules *r;
	char name[4096];
	size_t before, i, n;

	check_ok(rules_new(&r, UINT64_MAX, &err), err);
	before = mallinfo2().uordblks;
	for (i = 0; i < 500; i++) {
		for (n = 0; n < 63 * 64; n++)
			name[n] = n % 64 == 63 ? '/' : 'x';
		(void)snprintf(name, 21, "%020zu", i);
		name[20] = 'x';
		name[63 * 64 - 1] = '\0';
		check_ok(rules_add(r, name, RULES_FILE, NULL, NULL, &place, &err), err);
	}
	check(mallinfo2().uordblks < before + (size_t)500 * 63 * 256);
	rules_free(r);
}

#define TESTS(T, S) T(S, plain_forms) T(S, refused) T(S, lengths) T(S, sets) T(S, many) T(S, no_more_than) T(S, deep)
SUITE(rules, TESTS)
