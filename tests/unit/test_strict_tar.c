/* Archives with the fixed first block: what pli writes has the form that they must have, and nothing else has. */
#include "strict_tar.h"
#include "tars.h"

#include "suite.h"
#include "tar.h"

static const uint8_t zeroes[4 * BLOCK];

/* In pieces of so many bytes. */
static enum pli_status
fed(const struct buf *a, size_t piece, struct pli_error *err)
{
	struct strict_tar s;
	enum pli_status rc = PLI_OK;
	size_t at, n;

	strict_tar_init(&s);
	for (at = 0; rc == PLI_OK && at < a->len; at += n) {
		n = a->len - at < piece ? a->len - at : piece;
		rc = strict_tar_feed(&s, view_of(a->p + at, n), err);
	}
	return rc == PLI_OK ? strict_tar_end(&s, err) : rc;
}

static enum pli_status
looked_at(const struct buf *a, struct pli_error *err)
{
	enum pli_status rc = fed(a, SIZE_MAX, err);

	check(fed(a, 1, NULL) == rc && fed(a, 700, NULL) == rc && fed(a, BLOCK, NULL) == rc);
	return rc;
}

static void
finish(struct buf *a)
{
	check(buf_add(a, view_of(zeroes, 2 * BLOCK), NULL) == PLI_OK);
}

static void
good(struct buf *a)
{
	struct pli_error err = { 0 };

	finish(a);
	check_ok(looked_at(a, &err), err);
	buf_clear(a);
}

static void
refused(struct buf *a, const char *why)
{
	struct pli_error err = { 0 };

	finish(a);
	check(looked_at(a, &err) == PLI_ERR_MALFORMED && strstr(err.message, why) != NULL);
	buf_clear(a);
}

/* Whatever pli seals: names, sizes and times of all kinds. */
static void
own(void)
{
	static char name[4096];
	const struct tar_entry entries[] = {
		{ "a", false, 0644, 0, 0, NULL },
		{ "a/b/c.pdf", false, 0600, 1300, 1700000000, NULL },
		{ "folder", true, 0755, 0, 1700000000, NULL },
		{ "\xc3\xa4\xe2\x82\xac", false, 0644, 1, 1, NULL },
		{ "\xc3\xa4\xe2\x82\xac.d", true, 0, 0, 1, NULL },
		{ "old", false, 0644, 512, -86400, NULL },
		{ "late", true, 0644, 0, INT64_C(1) << 40, NULL },
		{ name, false, 0644, 1, 1, NULL },
		{ name, true, 0755, 0, 1, NULL },
	};
	struct pli_error err = { 0 };
	struct buf a = { 0 };
	struct tar *tar;
	locale_t ours, before;
	size_t i, len;

	check_ok(tar_locale(&ours, TAR_UTF8, &err), err);
	before = tar_enter(ours);
	check_ok(tar_new(&tar, &err), err);
	begin_committed(&a);
	for (len = 0; len < sizeof(name) - 1; len = len < 300 ? len + 1 : len + 759) {
		memset(name, 'n', len + 1);
		name[len + 1] = '\0';
		for (i = 0; i <= len; i += 100)
			name[i] = i > 0 ? '/' : 'n';
		for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
			if (entries[i].path == name && len % 100 == 0 && len > 0)
				continue; /* ends with a slash: no name of pli's */
			check_ok(tar_header(tar, &entries[i], &a, &err), err);
			add_bytes(&a, zeroes, (size_t)entries[i].size);
		}
	}
	good(&a);
	tar_free(tar);
	tar_leave(before);
	freelocale(ours);
}

/* Sizes that a ustar header cannot say. */
static void
large(void)
{
	static uint8_t content[1 << 20];
	const uint64_t size = (UINT64_C(1) << 33) + 5;
	const struct tar_entry e = { "large", false, 0644, size, 0, NULL };
	struct strict_tar s;
	struct pli_error err = { 0 };
	struct buf a = { 0 };
	struct tar *tar;
	locale_t ours, before;
	uint64_t left, n;

	check_ok(tar_locale(&ours, TAR_UTF8, &err), err);
	before = tar_enter(ours);
	check_ok(tar_new(&tar, &err), err);
	begin_committed(&a);
	check_ok(tar_header(tar, &e, &a, &err), err);
	strict_tar_init(&s);
	check_ok(strict_tar_feed(&s, buf_view(&a), &err), err);
	for (left = size + 507; left > 0; left -= n) {
		n = left < sizeof(content) ? left : sizeof(content);
		check_ok(strict_tar_feed(&s, view_of(content, (size_t)n), &err), err);
	}
	check(strict_tar_end(&s, NULL) == PLI_ERR_MALFORMED);
	check_ok(strict_tar_feed(&s, view_of(zeroes, 2 * BLOCK), &err), err);
	check_ok(strict_tar_end(&s, &err), err);
	buf_clear(&a);
	tar_free(tar);
	tar_leave(before);
	freelocale(ours);
}

/* Without the block an archive, or a file, is of any form. */
static void
other_programs(void)
{
	struct buf a = { 0 };

	check(looked_at(&a, NULL) == PLI_OK);
	add_link(&a, "a", "b");
	add_bytes(&a, "rest", 4);
	check(looked_at(&a, NULL) == PLI_OK);
	begin_committed(&a);
	a.p[FIRST_BLOCK_LEN - 1] = 1;
	check(looked_at(&a, NULL) == PLI_OK);
	a.len = FIRST_BLOCK_LEN - 1;
	check(looked_at(&a, NULL) == PLI_OK);
	buf_clear(&a);
}

static void
entries_that_are_odd(void)
{
	static const char types[] = { '\0', '1', '2', '3', '4', '6', '7', 'A', 'D', 'K', 'L', 'S', 'V', 'X', 'g' };
	struct buf a = { 0 };
	size_t i;

	for (i = 0; i < sizeof(types); i++) {
		begin_committed(&a);
		(void)add_header(&a, "a", types[i], NULL, 0, 0644);
		refused(&a, "neither a file nor a folder");
	}
	begin_committed(&a);
	memcpy(add_header(&a, "a", '0', NULL, 0, 0644) + 257, "ustarX00", 8);
	refused(&a, "ustar");
	begin_committed(&a);
	memcpy(add_header(&a, "a", '0', NULL, 0, 0644) + 257, "ustar  \0", 8);
	refused(&a, "ustar");
	begin_committed(&a);
	memcpy(add_header(&a, "a", '0', NULL, 0, 0644) + 124, "00000000008\0", 12);
	refused(&a, "no number");
	begin_committed(&a);
	memcpy(add_header(&a, "a", '0', NULL, 0, 0644) + 124, " 0000000000\0", 12);
	refused(&a, "no number");
	begin_committed(&a);
	memcpy(add_header(&a, "a", '0', NULL, 0, 0644) + 124, "\x80\0\0\0\0\0\0\0\0\0\0\0", 12);
	refused(&a, "no number");
	begin_committed(&a);
	(void)add_header(&a, "a/", '0', NULL, 0, 0644);
	refused(&a, "a folder's");
	begin_committed(&a);
	(void)add_header(&a, "", '0', NULL, 0, 0644);
	refused(&a, "no name");
	begin_committed(&a);
	(void)add_header(&a, "a", '5', NULL, 4, 0755);
	add_bytes(&a, "evil", 4);
	refused(&a, "a folder has content");
}

static void
ends_that_are_odd(void)
{
	struct buf a = { 0 };

	begin_committed(&a);
	good(&a); /* nothing in it */
	begin_committed(&a);
	add_file(&a, "a");
	check(buf_add(&a, view_of(zeroes, sizeof(zeroes)), NULL) == PLI_OK);
	good(&a); /* filled up, as tar does */
	begin_committed(&a);
	add_file(&a, "a");
	check(buf_add(&a, view_of(zeroes, 2 * BLOCK), NULL) == PLI_OK);
	add_file(&a, "hidden");
	refused(&a, "behind its end");
	begin_committed(&a);
	check(buf_add(&a, view_of(zeroes, BLOCK), NULL) == PLI_OK);
	add_file(&a, "hidden");
	refused(&a, "behind its end");
	begin_committed(&a);
	check(buf_add(&a, view_of(zeroes, 2 * BLOCK), NULL) == PLI_OK);
	check(buf_add(&a, view_of(zeroes, 7), NULL) == PLI_OK);
	check(looked_at(&a, NULL) == PLI_ERR_MALFORMED);
	begin_committed(&a);
	add_file(&a, "a");
	check(looked_at(&a, NULL) == PLI_ERR_MALFORMED);
	check(buf_add(&a, view_of(zeroes, BLOCK), NULL) == PLI_OK);
	check(looked_at(&a, NULL) == PLI_ERR_MALFORMED);
	buf_clear(&a);
}

/* A pax header with these records, and a file of four bytes behind it. */
static void
described(struct buf *a, const char *records)
{
	begin_committed(a);
	(void)add_header(a, "PaxHeader/a", 'x', NULL, strlen(records), 0644);
	add_bytes(a, records, strlen(records));
	add_file(a, "a");
}

static void
pax_headers_that_are_odd(void)
{
	static const struct {
		const char *records, *why;
	} odd[] = {
		{ "", "more than one" },
		{ " 9 path=b\n", "not well-formed" },
		{ "09 path=b\n", "not well-formed" },
		{ "99 path=b\n", "not well-formed" },
		{ "8 path=b\n", "not well-formed" },
		{ "11 path=b\n", "not well-formed" },
		{ "9 path=b\0", "not well-formed" },
		{ "9path=b\n", "not well-formed" },
		{ "9 path+b\n", "not well-formed" },
		{ "4 =\n", "not well-formed" },
		{ "3 \n", "not well-formed" },
		{ "99999999999999999999 path=b\n", "not well-formed" },
		{ "8 path=\n", "no value" },
		{ "11 path=b/\n", "a folder's" },
		{ "9 path=b\n9 path=c\n", "twice" },
		{ "14 linkpath=b\n", "more than" },
		{ "9 Path=b\n", "more than" },
		{ "12 comment=\n", "more than" },
		{ "21 hdrcharset=BINARY\n", "more than" },
		{ "22 GNU.sparse.size=9\n", "not well-formed" },
		{ "21 GNU.sparse.size=9\n", "more than" },
		{ "9 size=-\n", "no number" },
		{ "11 size=04\n", "no number" },
		{ "12 size=4.0\n", "no number" },
	};
	struct buf a = { 0 };
	size_t i;

	described(&a, "9 path=b\n9 size=4\n12 mtime=-1\n");
	good(&a);
	described(&a, "9 size=4\n");
	good(&a);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		described(&a, odd[i].records);
		refused(&a, odd[i].why);
	}
	described(&a, "9 path=b\n");
	a.p[FIRST_BLOCK_LEN + BLOCK + 9] = 'x';
	refused(&a, "stands behind it");
	described(&a, "9 size=3\n");
	refused(&a, "two sizes");
	described(&a, "9 size=4\n");
	a.len -= 2 * BLOCK; /* without its entry */
	refused(&a, "of no entry");
	described(&a, "12 mtime=-1\n");
	a.len -= 2 * BLOCK;
	(void)add_header(&a, "PaxHeader/a", 'x', NULL, 9, 0644);
	add_bytes(&a, "9 path=b\n", 9);
	add_file(&a, "a");
	refused(&a, "more than one");
	begin_committed(&a);
	(void)add_header(&a, "PaxHeader/a", 'x', NULL, STRICT_TAR_PAX + 1, 0644);
	refused(&a, "very long");
	begin_committed(&a);
	(void)add_header(&a, "pax_global_header", 'g', NULL, 9, 0644);
	add_bytes(&a, "9 size=3\n", 9);
	add_file(&a, "a");
	refused(&a, "neither a file nor a folder");
}

#define TESTS(T, S)                                                                                                    \
	T(S, own)                                                                                                      \
	T(S, large)                                                                                                    \
	T(S, other_programs) T(S, entries_that_are_odd) T(S, ends_that_are_odd) T(S, pax_headers_that_are_odd)
SUITE(strict_tar, TESTS)
