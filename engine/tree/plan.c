/*
 * plan.c - entries are found breadth first, in the array that they end up in: a folder's entries are appended behind all
 * that is known, so there is no recursion and no stack. Sorting by path then puts every folder before what is in it.
 */
#include "plan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "below.h"
#include "first_block.h"
#include "kind.h"
#include "pli/seal.h"
#include "rules.h"
#include "tar.h"

#define BLOCK 512
#define END_LEN (2 * BLOCK)
#define FIRST_BYTES_MIN 64 /* of fewer nothing can be said */

struct plan {
	struct plan_entry *entries;
	size_t count, cap;
	/* of the entries whose header is one block; a longer one is made again where it is read */
	uint8_t (*headers)[BLOCK];
	int *roots; /* the folders that the paths are in */
	size_t root_count;
	locale_t locale;
	uint64_t length;
};

static enum pli_status
unfit(const char *path, const char *what, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_LIMIT, "%s is %s: only files and folders are sealed", path, what);

	fail_hint(err, "take it out of the folder, or put the file itself in its place");
	return rc;
}

static enum pli_status
fill_entry(struct plan_entry *e, const struct stat *st, struct pli_error *err)
{
	if (S_ISLNK(st->st_mode))
		return unfit(e->path, "a symbolic link", err);
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return unfit(e->path, "neither a file nor a folder", err);
	e->folder = S_ISDIR(st->st_mode);
	e->mode = st->st_mode & 0777;
	e->size = e->folder ? 0 : (uint64_t)st->st_size;
	e->mtime = st->st_mtim.tv_sec;
	e->mtime_ns = st->st_mtim.tv_nsec;
	e->ctime = st->st_ctim.tv_sec;
	e->ctime_ns = st->st_ctim.tv_nsec;
	e->device = st->st_dev;
	e->inode = st->st_ino;
	return PLI_OK;
}

static enum pli_status
changed(const struct plan_entry *e, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_IO, "%s changed while it was sealed", e->path);

	fail_hint(err, "try again when nothing writes to it");
	return rc;
}

static enum pli_status
twice(const struct plan_entry *e, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_LIMIT, "the name %s is there twice", e->path);

	fail_hint(err, "each PATH is sealed under its last part: rename one, or seal the folder that holds both");
	return rc;
}

static enum pli_status
missing(const char *given, int errnum, struct pli_error *err)
{
	enum pli_status rc = fail_errno(err, PLI_ERR_IO, errnum, "cannot look at %s", given);

	if (errnum == ENOENT)
		fail_hint(err, "check the path");
	return rc;
}

static enum pli_status
too_many(const struct plan_limits *limits, struct pli_error *err)
{
	enum pli_status rc =
	    fail(err, PLI_ERR_LIMIT, "more than %llu files and folders", (unsigned long long)limits->max_files);

	fail_hint(err, "allow more with --max-files");
	return rc;
}

static enum pli_status
too_large(const struct plan_limits *limits, struct pli_error *err)
{
	enum pli_status rc =
	    fail(err, PLI_ERR_LIMIT, "more than %llu bytes of files", (unsigned long long)limits->max_size);

	fail_hint(
	    err, limits->max_size < PLI_CONTENT_MAX ? "allow more with --max-size" : "seal it in several envelopes");
	return rc;
}

/* Adds what has a name in an open folder, and a path below a root. **takes** path. */
static enum pli_status
add(struct plan *p, size_t root, int folder, const char *name, char *path, const struct plan_limits *limits,
    struct pli_error *err)
{
	struct plan_entry *e;
	struct stat st;
	char plain[4096];
	enum pli_status rc;

	if (path == NULL)
		return fail_memory(err);
	if ((e = array_grow(p->entries, p->count, &p->cap, sizeof(*e))) == NULL) {
		free(path);
		return fail_memory(err);
	}
	p->entries = e;
	e = &p->entries[p->count++];
	*e = (struct plan_entry){ .path = path, .root = root };
	if (p->count > limits->max_files)
		return too_many(limits, err);
	if ((rc = rules_path(view_of(path, strlen(path)), plain, err)) != PLI_OK) {
		fail_hint(err, "rename it, or leave it out: opening refuses such a name");
		return rc;
	}
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot look at %s", path);
	return fill_entry(e, &st, err);
}

/* Splits a path as given into the folder it is in and its last part. */
static enum pli_status
add_root(struct plan *p, const char *given, const struct plan_limits *limits, struct pli_error *err)
{
	struct stat st;
	char *real, *slash;
	enum pli_status rc;
	int fd;

	if (lstat(given, &st) != 0)
		return missing(given, errno, err);
	if (S_ISLNK(st.st_mode))
		return unfit(given, "a symbolic link", err);
	if ((real = realpath(given, NULL)) == NULL)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot look at %s", given);
	slash = strrchr(real, '/');
	if (slash[1] == '\0') {
		free(real);
		return fail(err, PLI_ERR_LIMIT, "%s has no name that it could have in an archive", given);
	}
	*slash = '\0';
	if ((fd = open(real[0] == '\0' ? "/" : real, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
		rc = fail_errno(err, PLI_ERR_IO, errno, "cannot open the folder of %s", given);
	} else {
		p->roots[p->root_count] = fd;
		rc = add(p, p->root_count++, fd, slash + 1, strdup(slash + 1), limits, err);
	}
	free(real);
	return rc;
}

static char *
join(const char *folder, const char *name)
{
	size_t room = strlen(folder) + 1 + strlen(name) + 1;
	char *path = malloc(room);

	if (path == NULL)
		return NULL;
	(void)snprintf(path, room, "%s/%s", folder, name);
	return path;
}

/* Adds what is in the folder that is entry i. */
static enum pli_status
add_folder(struct plan *p, size_t i, const struct plan_limits *limits, struct pli_error *err)
{
	int fd = below_open(p->roots[p->entries[i].root], p->entries[i].path, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *d;
	enum pli_status rc = PLI_OK;

	if (dir == NULL) {
		rc = fail_errno(err, PLI_ERR_IO, errno, "cannot open the folder %s", p->entries[i].path);
		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	for (errno = 0; rc == PLI_OK && (d = readdir(dir)) != NULL; errno = 0)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc =
			    add(p, p->entries[i].root, fd, d->d_name, join(p->entries[i].path, d->d_name), limits, err);
	if (rc == PLI_OK && errno != 0)
		rc = fail_errno(err, PLI_ERR_IO, errno, "cannot read the folder %s", p->entries[i].path);
	(void)closedir(dir);
	return rc;
}

/* By path, with the slash before every other character: a folder, then what is in it. */
static int
by_path(const void *a, const void *b)
{
	const char *x = ((const struct plan_entry *)a)->path, *y = ((const struct plan_entry *)b)->path;

	while (*x == *y && *x != '\0') {
		x++;
		y++;
	}
	return (*x == '/' ? 1 : (unsigned char)*x) - (*y == '/' ? 1 : (unsigned char)*y);
}

static struct tar_entry
as_tar(const struct plan_entry *e)
{
	return (struct tar_entry){ e->path, e->folder, e->mode, e->size, e->mtime, NULL };
}

static uint64_t
padded(uint64_t size)
{
	return (size + BLOCK - 1) / BLOCK * BLOCK;
}

/*
 * Gives every entry its place. That no name stands there twice, and no file where a folder is needed, is seen by the order:
 * both come from two paths with the same last name, and stand side by side.
 */
static enum pli_status
lay_out(struct plan *p, const struct plan_limits *limits, struct pli_error *err)
{
	struct buf header = { 0 };
	struct tar *tar;
	uint64_t at = FIRST_BLOCK_LEN, size = 0;
	enum pli_status rc = tar_new(&tar, err);
	size_t i;

	if (rc == PLI_OK && (p->headers = calloc(p->count + 1, BLOCK)) == NULL)
		rc = fail_memory(err);
	for (i = 0; i < p->count && rc == PLI_OK; i++) {
		struct plan_entry *e = &p->entries[i];
		struct tar_entry t = as_tar(e);

		header.len = 0;
		if (i > 0 && strcmp(e[-1].path, e->path) == 0)
			rc = twice(e, err);
		if (rc != PLI_OK || (rc = tar_header(tar, &t, &header, err)) != PLI_OK)
			break;
		if (e->size > limits->max_size - size)
			rc = too_large(limits, err);
		size += e->size;
		e->at = at;
		e->header_len = (uint32_t)header.len;
		if (header.len == BLOCK)
			memcpy(p->headers[i], header.p, BLOCK);
		at += header.len + padded(e->size);
	}
	p->length = at + END_LEN;
	tar_free(tar);
	buf_clear(&header);
	return rc;
}

enum pli_status
plan_new(
    struct plan **out, const char *const *paths, size_t count, const struct plan_limits *limits, struct pli_error *err)
{
	struct plan *p = calloc(1, sizeof(*p));
	locale_t before;
	enum pli_status rc;
	size_t i;

	*out = NULL;
	if (p == NULL || (p->roots = calloc(count + 1, sizeof(*p->roots))) == NULL) {
		plan_free(p);
		return fail_memory(err);
	}
	if ((rc = tar_locale(&p->locale, TAR_UTF8, err)) != PLI_OK)
		goto out;
	for (i = 0; i < count && rc == PLI_OK; i++)
		rc = add_root(p, paths[i], limits, err);
	for (i = 0; i < p->count && rc == PLI_OK; i++)
		if (p->entries[i].folder)
			rc = add_folder(p, i, limits, err);
	if (rc != PLI_OK)
		goto out;
	qsort(p->entries, p->count, sizeof(*p->entries), by_path);
	before = tar_enter(p->locale);
	rc = lay_out(p, limits, err);
	tar_leave(before);
out:
	if (rc != PLI_OK) {
		plan_free(p);
		return rc;
	}
	*out = p;
	return PLI_OK;
}

void
plan_free(struct plan *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->count; i++)
		free(p->entries[i].path);
	for (i = 0; i < p->root_count; i++)
		(void)close(p->roots[i]);
	if (p->locale != (locale_t)0)
		freelocale(p->locale);
	free(p->entries);
	free(p->headers);
	free(p->roots);
	free(p);
}

uint64_t
plan_length(const struct plan *p)
{
	return p->length;
}

locale_t
plan_locale(const struct plan *p)
{
	return p->locale;
}

size_t
plan_count(const struct plan *p)
{
	return p->count;
}

const struct plan_entry *
plan_entry(const struct plan *p, size_t i)
{
	return &p->entries[i];
}

static enum pli_status
check_same(const struct plan_entry *e, const struct stat *st, struct pli_error *err)
{
	struct plan_entry now = { .path = e->path };

	if (fill_entry(&now, st, NULL) != PLI_OK || now.device != e->device || now.inode != e->inode ||
	    now.size != e->size || now.mtime != e->mtime || now.mtime_ns != e->mtime_ns || now.ctime != e->ctime ||
	    now.ctime_ns != e->ctime_ns)
		return changed(e, err);
	return PLI_OK;
}

static enum pli_status
check_open(const struct plan_entry *e, int fd, struct pli_error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot look at %s", e->path);
	return check_same(e, &st, err);
}

/* Neither a link nor, by waiting for it, a pipe that somebody put there. */
static int
open_file(const struct plan *p, struct below *held, const struct plan_entry *e)
{
	const char *last;
	int folder = below_parent(held, p->roots[e->root], e->path, &last);

	return folder < 0 ? -1 : openat(folder, last, O_RDONLY | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

enum pli_status
plan_open(const struct plan *p, const struct plan_entry *e, int *fd, struct pli_error *err)
{
	struct below held = BELOW_INIT;
	enum pli_status rc = PLI_OK;

	if ((*fd = open_file(p, &held, e)) < 0)
		rc = fail_errno(err, PLI_ERR_IO, errno, "cannot open %s", e->path);
	else if ((rc = check_open(e, *fd, err)) != PLI_OK)
		(void)close(*fd);
	below_clear(&held);
	return rc;
}

/*
 * Whether it is the file that the plan was made from is asked behind the reading alone: what is the same then has not changed
 * before, either. If it is another, that is the error, whatever reading met. Some file systems do not know how long their
 * files are, and say 0 of all: where a file is read to its end, nothing may stand behind that.
 */
static enum pli_status
read_file(const struct plan *p, struct below *held, const struct plan_entry *e, uint64_t off, uint8_t *buf, size_t len,
    struct pli_error *err)
{
	int fd = open_file(p, held, e), failure = 0;
	ssize_t n = 1, behind = 0;
	enum pli_status rc;
	size_t done = 0;
	uint8_t next;

	if (fd < 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot open %s", e->path);
	while (failure == 0 && n != 0 && done < len) {
		n = pread(fd, buf + done, len - done, (off_t)(off + done));
		if (n < 0 && errno != EINTR)
			failure = errno;
		else if (n > 0)
			done += (size_t)n;
	}
	if (done == len && off + len == e->size) {
		do
			behind = pread(fd, &next, 1, (off_t)e->size);
		while (behind < 0 && errno == EINTR);
		failure = behind < 0 ? errno : 0;
	}
	rc = check_open(e, fd, err);
	if (rc == PLI_OK && failure != 0)
		rc = fail_errno(err, PLI_ERR_IO, failure, "cannot read %s", e->path);
	else if (rc == PLI_OK && (done < len || behind > 0))
		rc = fail(err, PLI_ERR_IO, "%s is %s than it says", e->path, behind > 0 ? "longer" : "shorter");
	(void)close(fd);
	if (rc == PLI_OK && off == 0)
		p->entries[e - p->entries].suspect =
		    kind_of(buf, done) != KIND_OTHER || (done < FIRST_BYTES_MIN && done < e->size);
	return rc;
}

/* The last entry that begins at or before off; there is one. */
static size_t
find(const struct plan *p, uint64_t off)
{
	size_t low = 0, high = p->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (p->entries[middle].at <= off)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* What one call of plan_read keeps from one entry to the next. */
struct reading {
	struct below held;
	struct tar *tar;
	struct buf header;
};

static enum pli_status
read_header(const struct plan *p, struct reading *r, const struct plan_entry *e, uint64_t within, uint8_t *buf,
    size_t len, struct pli_error *err)
{
	struct tar_entry t = as_tar(e);
	enum pli_status rc = PLI_OK;

	if (e->header_len == BLOCK) {
		memcpy(buf, p->headers[e - p->entries] + within, len);
		return PLI_OK;
	}
	if (r->tar == NULL)
		rc = tar_new(&r->tar, err);
	r->header.len = 0;
	if (rc == PLI_OK && (rc = tar_header(r->tar, &t, &r->header, err)) == PLI_OK)
		memcpy(buf, r->header.p + within, len);
	return rc;
}

/* Writes up to len bytes of one entry, from the byte within of it; *n is how many. */
static enum pli_status
read_entry(const struct plan *p, struct reading *r, const struct plan_entry *e, uint64_t within, uint8_t *buf,
    size_t len, size_t *n, struct pli_error *err)
{
	enum pli_status rc;
	uint64_t left;

	if (within < e->header_len) {
		left = e->header_len - within;
		*n = left < len ? (size_t)left : len;
		rc = read_header(p, r, e, within, buf, *n, err);
		/* one that is empty has no bytes that would be asked for: it is read with the begin of its header */
		return rc == PLI_OK && e->size == 0 && !e->folder && within == 0
			   ? read_file(p, &r->held, e, 0, buf, 0, err)
			   : rc;
	}
	within -= e->header_len;
	left = within < e->size ? e->size - within : padded(e->size) - within;
	*n = left < len ? (size_t)left : len;
	if (within < e->size)
		return read_file(p, &r->held, e, within, buf, *n, err);
	memset(buf, 0, *n);
	return PLI_OK;
}

static enum pli_status
read_all(const struct plan *p, uint64_t off, uint8_t *buf, size_t len, struct pli_error *err)
{
	struct reading r = { .held = BELOW_INIT };
	uint8_t first[FIRST_BLOCK_LEN];
	enum pli_status rc = PLI_OK;
	size_t i, n = 0;

	if (off < FIRST_BLOCK_LEN && len > 0) {
		first_block(first);
		n = FIRST_BLOCK_LEN - (size_t)off < len ? FIRST_BLOCK_LEN - (size_t)off : len;
		memcpy(buf, first + off, n);
	}
	for (i = n < len && p->count > 0 ? find(p, off + n) : p->count; rc == PLI_OK && n < len && i < p->count; i++) {
		uint64_t end = i + 1 < p->count ? p->entries[i + 1].at : p->length - END_LEN;

		while (rc == PLI_OK && n < len && off + n < end) {
			size_t part = 0;

			rc =
			    read_entry(p, &r, &p->entries[i], off + n - p->entries[i].at, buf + n, len - n, &part, err);
			n += part;
		}
	}
	if (rc == PLI_OK)
		memset(buf + n, 0, len - n); /* the end of the archive */
	below_clear(&r.held);
	tar_free(r.tar);
	buf_clear(&r.header);
	return rc;
}

enum pli_status
plan_read(void *arg, uint64_t off, void *buf, size_t len, struct pli_error *err)
{
	const struct plan *p = arg;
	locale_t before = tar_enter(p->locale);
	enum pli_status rc = read_all(p, off, buf, len, err);

	tar_leave(before);
	return rc;
}

enum pli_status
plan_unchanged(void *arg, struct pli_error *err)
{
	const struct plan *p = arg;
	struct below held = BELOW_INIT;
	enum pli_status rc = PLI_OK;
	struct stat st;
	size_t i;

	for (i = 0; i < p->count && rc == PLI_OK; i++) {
		const struct plan_entry *e = &p->entries[i];
		const char *last;
		int folder = below_parent(&held, p->roots[e->root], e->path, &last);

		if (folder < 0 || fstatat(folder, last, &st, AT_SYMLINK_NOFOLLOW) != 0)
			rc = changed(e, err);
		else
			rc = check_same(e, &st, err);
	}
	below_clear(&held);
	return rc;
}
