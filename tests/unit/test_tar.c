/* Headers: lean, always the same, on any thread. */
#include "tar.h"

#include <pthread.h>
#include <string.h>

#include "suite.h"

static char long_name[256];

static const struct tar_entry entries[] = {
	{ "a", false, 0644, 0, 0, NULL },
	{ "a/b/c.pdf", false, 0600, 123456789, 1700000000, NULL },
	{ "folder", true, 0755, 0, 1700000000, NULL },
	{ "\xc3\xa4\xe2\x82\xac", false, 0644, 1, 1, NULL },
	{ long_name, false, 0644, 1, 1, NULL },
	{ "big", false, 0644, UINT64_C(1) << 36, 1, NULL },
	{ "old", false, 0644, 1, -86400, NULL },
};

enum { ENTRIES = sizeof(entries) / sizeof(entries[0]) };

static locale_t
begin(void)
{
	struct pli_error err = { 0 };
	locale_t ours;

	if (long_name[0] == '\0')
		memset(long_name, 'n', sizeof(long_name) - 1);
	check_ok(tar_locale(&ours, TAR_UTF8, &err), err);
	return ours;
}

static void
header_by(struct tar *tar, const struct tar_entry *e, struct buf *out)
{
	struct pli_error err = { 0 };

	out->len = 0;
	check_ok(tar_header(tar, e, out, &err), err);
}

/* By a maker that made no other. */
static void
header(const struct tar_entry *e, struct buf *out)
{
	struct pli_error err = { 0 };
	struct tar *tar;

	check_ok(tar_new(&tar, &err), err);
	header_by(tar, e, out);
	tar_free(tar);
}

static void
lengths(void)
{
	static const size_t expected[] = { 512, 512, 512, 1536 };
	locale_t ours = begin(), before = tar_enter(ours);
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < ENTRIES; i++) {
		header(&entries[i], &b);
		check(b.len % 512 == 0 && b.len <= 2048);
		check(i >= sizeof(expected) / sizeof(expected[0]) || b.len == expected[i]);
	}
	buf_clear(&b);
	tar_leave(before);
	freelocale(ours);
}

/* Nothing of who sealed, or where. */
static void private(void)
{
	static const uint8_t zeroes[64];
	locale_t ours = begin(), before = tar_enter(ours);
	struct buf b = { 0 };

	header(&entries[1], &b);
	check(memcmp(b.p, "a/b/c.pdf", 10) == 0 && b.p[156] == '0' && memcmp(b.p + 257, "ustar", 6) == 0);
	check(
	    strncmp((const char *)b.p + 100, "000600 ", 7) == 0 || strncmp((const char *)b.p + 100, "0000600", 7) == 0);
	check(memcmp(b.p + 265, zeroes, 64) == 0); /* names of user and group */
	tar_leave(before);
	buf_clear(&b);
	freelocale(ours);
}

static void *
again_and_again(void *arg)
{
	const struct buf *reference = arg;
	locale_t ours = begin(), before = tar_enter(ours);
	struct pli_error err = { 0 };
	struct buf b = { 0 };
	struct tar *tar;
	int i, k, n;

	check_ok(tar_new(&tar, &err), err);
	for (n = 0; n < 200; n++) {
		for (k = 0; k < ENTRIES; k++) {
			i = (k * (n % 6 + 1) + n) % ENTRIES; /* in another order each time */
			header_by(tar, &entries[i], &b);
			check(b.len == reference[i].len && memcmp(b.p, reference[i].p, b.len) == 0);
		}
	}
	tar_free(tar);
	tar_free(NULL);
	buf_clear(&b);
	tar_leave(before);
	freelocale(ours);
	return NULL;
}

static void
always_the_same(void)
{
	locale_t ours = begin(), before = tar_enter(ours);
	struct buf reference[ENTRIES] = { 0 };
	pthread_t threads[4];
	int i;

	for (i = 0; i < ENTRIES; i++)
		header(&entries[i], &reference[i]);
	tar_leave(before);
	for (i = 0; i < 4; i++)
		check(pthread_create(&threads[i], NULL, again_and_again, reference) == 0);
	for (i = 0; i < 4; i++)
		check(pthread_join(threads[i], NULL) == 0);
	for (i = 0; i < ENTRIES; i++)
		buf_clear(&reference[i]);
	freelocale(ours);
}

#define TESTS(T, S) T(S, lengths) T(S, private) T(S, always_the_same)
SUITE(tar, TESTS)
