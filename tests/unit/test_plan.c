/* Archives that are nowhere: every piece of one is the same piece of the whole, which libarchive reads. */
#include "plan.h"

#include <archive.h>
#include <archive_entry.h>

#include "suite.h"
#include "tar.h"
#include "trees.h"

static const struct plan_limits no_limits = { 1000000, UINT64_C(1) << 36 };

/* What a file system that does not know it takes off the length of each file: CMakeLists.txt leads both calls here. */
static off_t untold;

int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
int __real_fstatat64(int folder, const char *name, struct stat *st, int flags);
int __wrap_fstatat64(int folder, const char *name, struct stat *st, int flags);

static int
told(int result, struct stat *st)
{
	if (result == 0 && S_ISREG(st->st_mode))
		st->st_size -= st->st_size < untold ? st->st_size : untold;
	return result;
}

int
__wrap_fstat64(int fd, struct stat *st)
{
	return told(__real_fstat64(fd, st), st);
}

int
__wrap_fstatat64(int folder, const char *name, struct stat *st, int flags)
{
	return told(__real_fstatat64(folder, name, st, flags), st);
}

static struct plan *
make(void)
{
	struct pli_error err = { 0 };
	const char *paths[2];
	struct plan *p;

	trees_folder(trees_at("b"));
	trees_folder(trees_at("b/c"));
	trees_folder(trees_at("b.d"));
	trees_file(trees_at("b/c/\xc3\xa4"), 513);
	trees_file(trees_at("b/c.x"), 0);
	trees_file(trees_at("b/512"), 512);
	trees_file(trees_at("a.txt"), 1);
	paths[0] = trees_at("b");
	paths[1] = trees_at("a.txt");
	check_ok(plan_new(&p, paths, 2, &no_limits, &err), err);
	return p;
}

static void
pieces(void)
{
	struct pli_error err = { 0 };
	uint8_t *whole, *part;
	struct plan *p;
	size_t len, off, n;

	trees_begin();
	p = make();
	len = (size_t)plan_length(p);
	check((whole = malloc(len)) != NULL && (part = malloc(len)) != NULL);
	check_ok(plan_read(p, 0, whole, len, &err), err);
	for (off = 0; off < len; off += off % 512 == 511 || off % 512 == 0 ? 1 : 85) {
		for (n = 0; n <= len - off; n = n * 2 + 1) {
			memset(part, 0x5a, len);
			check_ok(plan_read(p, off, part, n, &err), err);
			check(memcmp(part, whole + off, n) == 0 && (n == len || part[n] == 0x5a));
		}
		check_ok(plan_read(p, off, part, len - off, &err), err);
		check(memcmp(part, whole + off, len - off) == 0);
	}
	check_ok(plan_unchanged(p, &err), err);
	free(whole);
	free(part);
	plan_free(p);
	plan_free(NULL);
	trees_end();
}

static void
as_libarchive_reads(void)
{
	static const char *const order[] = { "a.txt", "b/", "b/512", "b/c/", "b/c/\xc3\xa4", "b/c.x" };
	struct archive *a = archive_read_new();
	struct pli_error err = { 0 };
	struct archive_entry *e;
	struct plan *p;
	uint8_t *whole;
	char got[1024];
	locale_t before;
	size_t i;

	trees_begin();
	p = make();
	check((whole = malloc((size_t)plan_length(p))) != NULL && a != NULL);
	check_ok(plan_read(p, 0, whole, (size_t)plan_length(p), &err), err);
	before = tar_enter(plan_locale(p));
	check(archive_read_support_format_tar(a) == ARCHIVE_OK);
	check(archive_read_open_memory(a, whole, (size_t)plan_length(p)) == ARCHIVE_OK);
	check(plan_count(p) == sizeof(order) / sizeof(order[0]));
	for (i = 0; i < plan_count(p); i++) {
		const struct plan_entry *expected = plan_entry(p, i);

		check(archive_read_next_header(a, &e) == ARCHIVE_OK);
		check(strncmp(expected->path, order[i], strlen(expected->path)) == 0);
		check(strcmp(archive_entry_pathname_utf8(e), order[i]) == 0);
		check(archive_entry_mtime(e) == expected->mtime && archive_entry_perm(e) == expected->mode);
		check((archive_entry_filetype(e) == AE_IFDIR) == expected->folder);
		check((uint64_t)archive_entry_size(e) == expected->size);
		check(archive_entry_uid(e) == 0 && archive_entry_gid(e) == 0);
		check(archive_read_data(a, got, sizeof(got)) == (la_ssize_t)expected->size);
	}
	check(archive_read_next_header(a, &e) == ARCHIVE_EOF);
	tar_leave(before);
	(void)archive_read_free(a);
	free(whole);
	plan_free(p);
	trees_end();
}

static void
changed(void)
{
	uint8_t buf[4096];
	struct plan *p;

	trees_begin();
	p = make();
	check(truncate(trees_at("b/512"), 511) == 0);
	check(plan_unchanged(p, NULL) == PLI_ERR_IO);
	check(plan_read(p, 3072, buf, sizeof(buf), NULL) == PLI_ERR_IO);
	plan_free(p);
	trees_end();
}

/* Not a byte of a file is left out because nobody said that it is there. */
static void
longer_than_told(void)
{
	static const size_t lengths[] = { 1, 512, 513, 70000 };
	static const off_t by[] = { 0, 1, 70000 };
	const char *path[1];
	static uint8_t buf[80000];
	size_t i, j, off, len;
	struct plan *p;

	trees_begin();
	path[0] = trees_at("a");
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		trees_file(trees_at("a"), lengths[i]);
		for (j = 0; j < sizeof(by) / sizeof(by[0]); j++) {
			struct pli_error err = { 0 };
			enum pli_status rc = PLI_OK;

			untold = by[j];
			check_ok(plan_new(&p, path, 1, &no_limits, &err), err);
			len = (size_t)plan_length(p);
			for (off = 0; off < len && rc == PLI_OK; off += 5000)
				rc = plan_read(p, off, buf, len - off < 5000 ? len - off : 5000, &err);
			check(rc == (untold == 0 ? PLI_OK : PLI_ERR_IO));
			check(untold == 0 || strcmp(err.message, "a is longer than it says") == 0);
			check_ok(plan_unchanged(p, NULL), err);
			plan_free(p);
		}
		untold = 0;
	}
	trees_end();
}

static void
limits(void)
{
	const struct plan_limits few = { 2, 1000 }, small = { 10, 999 }, just = { 3, 1000 };
	const char *path[1];
	struct pli_error err = { 0 };
	struct plan *p;

	trees_begin();
	trees_folder(trees_at("a"));
	trees_file(trees_at("a/b"), 500);
	trees_file(trees_at("a/c"), 500);
	path[0] = trees_at("a");
	check(plan_new(&p, path, 1, &few, NULL) == PLI_ERR_LIMIT && p == NULL);
	check(plan_new(&p, path, 1, &small, NULL) == PLI_ERR_LIMIT);
	check_ok(plan_new(&p, path, 1, &just, &err), err);
	plan_free(p);
	trees_end();
}

#define TESTS(T, S) T(S, pieces) T(S, as_libarchive_reads) T(S, changed) T(S, longer_than_told) T(S, limits)
SUITE(plan, TESTS)
