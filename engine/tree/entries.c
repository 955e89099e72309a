/*
 * entries.c - libarchive pulls, the opener gives. What is no tar archive goes through libarchive's raw format: then there is
 * one entry, without a name. Whether it is one is libarchive's to say, but for a begin of zeroes: an archive without entries
 * and a file of zeroes look the same, and only as a file nothing of it is lost.
 */
#include "entries.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strict_tar.h"
#include "wait.h"

#define BLOCK 512
#define ZIP_READ 65536
#define ZIP_TAIL 16384 /* bytes at the end of a ZIP file, where libarchive looks for its end record */
#define ZIP_END_LEN 22
#define ZIP64_LOCATOR_LEN 20
#define ZIP64_END_LEN 56

/*
 * What libarchive may read before it hands out an entry: it keeps what describes one (the map of a sparse file above all, 12
 * times its size), and of a ZIP file the whole directory first.
 */
#define HEADER_MAX (4u << 20)
#define DIRECTORY_MAX (1u << 20)
#define DIRECTORY_MAX_EACH 256 /* more for each entry that is allowed */

struct reading {
	struct pli_opener *opener;
	const struct pli_tree_limits *limits;
	const struct entries_visitor *visitor;
	struct archive *archive;
	struct rules *rules;
	const void *first; /* what was looked at before libarchive was */
	size_t first_len;
	struct pli_error reading; /* the opener's failure */
	bool raw;
	uint64_t size;
	bool in_header;
	uint64_t header_left; /* bytes that it may still take */
	struct strict_tar strict;
	/* of a ZIP file */
	bool zip;
	int fd;
	uint64_t at, end;
	uint64_t entries; /* that libarchive gave */
	uint8_t *buf;
	const struct pli_hooks *hooks;
};

/* The hints about what is not opened here: of an archive, and of a ZIP file. */
static const char as_it_is[] = "pli open -o FILE gives the archive itself as a file: look into that with care";
static const char by_another[] =
    "open the envelope without --unzip, and the ZIP file that comes out with another program";

/* Takes len bytes of what a header may take. Returns false when it had as much already. */
static bool
allow(struct reading *r, struct archive *a, size_t len)
{
	if (!r->in_header)
		return true;
	if (r->header_left == 0) {
		(void)fail(&r->reading, PLI_ERR_LIMIT, "%s",
		    r->zip ? "the directory of the ZIP file is longer than that of so many files may be"
			   : "what the archive says of one entry is longer than 4 MiB");
		fail_hint(&r->reading, "%s", r->zip ? "allow more files with --max-files" : as_it_is);
		archive_set_error(a, EIO, "%s", "a header is too long");
		return false;
	}
	r->header_left -= len < r->header_left ? len : r->header_left;
	return true;
}

static la_ssize_t
give(struct archive *a, void *arg, const void **data)
{
	struct reading *r = arg;
	size_t len;

	if (r->first_len > 0) {
		*data = r->first;
		len = r->first_len;
		r->first_len = 0;
		return (la_ssize_t)len;
	}
	if (pli_opener_read(r->opener, data, &len, &r->reading) != PLI_OK) {
		archive_set_error(a, EIO, "%s", "the envelope cannot be read");
		return -1;
	}
	if (strict_tar_feed(&r->strict, view_of(*data, len), &r->reading) != PLI_OK) {
		archive_set_error(a, EIO, "%s", "the archive is odd");
		return -1;
	}
	if (!allow(r, a, len))
		return -1;
	return (la_ssize_t)len;
}

static enum pli_status
damaged(const struct reading *r, struct pli_error *err)
{
	const char *why = archive_error_string(r->archive);
	enum pli_status rc;

	if (r->reading.status != PLI_OK)
		return fail_copy(err, &r->reading);
	rc = fail(err, PLI_ERR_MALFORMED, "the archive in the envelope is damaged: %s",
	    why != NULL ? why : "no reason given");
	if (r->zip)
		fail_hint(err, "%s", by_another);
	return rc;
}

static enum pli_status
start(struct reading *r, struct pli_error *err)
{
	struct archive *a = r->archive = archive_read_new();
	enum pli_status rc;

	if (a == NULL)
		return fail_memory(err);
	if ((rc = pli_opener_read(r->opener, &r->first, &r->first_len, err)) != PLI_OK)
		return rc;
	strict_tar_init(&r->strict);
	if ((rc = strict_tar_feed(&r->strict, view_of(r->first, r->first_len), err)) != PLI_OK)
		return rc;
	if ((!view_zero(view_of(r->first, r->first_len < BLOCK ? r->first_len : BLOCK)) &&
		archive_read_support_format_tar(a) != ARCHIVE_OK) ||
	    archive_read_support_format_raw(a) != ARCHIVE_OK || archive_read_support_format_empty(a) != ARCHIVE_OK ||
	    archive_read_open(a, r, NULL, give, NULL) != ARCHIVE_OK)
		return damaged(r, err);
	return PLI_OK;
}

static enum pli_status
unfit(const char *path, const char *what, struct pli_error *err)
{
	return fail(err, PLI_ERR_LIMIT, "%s is %s: only files and folders are opened", path, what);
}

/* Turns libarchive's entry into ours. path has room for 4,096 bytes. */
static enum pli_status
translate(struct reading *r, struct archive_entry *from, char *path, struct tar_entry *e, struct pli_error *err)
{
	/* the bytes of the archive, which libarchive warns that it cannot convert; whether they are UTF-8 is seen to here */
	const char *name = archive_entry_pathname(from);
	__LA_MODE_T type = archive_entry_filetype(from);
	enum pli_status rc;

	*e = (struct tar_entry){ .path = path };
	path[0] = '\0';
	if (r->raw)
		return PLI_OK;
	if (name == NULL)
		return fail(err, PLI_ERR_LIMIT, "an entry of the archive has no name");
	if ((rc = rules_path(view_of(name, strlen(name)), path, err)) != PLI_OK)
		return rc;
	if (archive_entry_hardlink(from) != NULL)
		return unfit(path, "a hard link", err);
	if (type == AE_IFLNK)
		return unfit(path, "a symbolic link", err);
	if (type != AE_IFREG && type != AE_IFDIR)
		return unfit(path, "neither a file nor a folder", err);
	e->folder = type == AE_IFDIR;
	/* One that is a link and named like a folder, say: libarchive takes it for a folder. */
	if (e->folder && archive_entry_size(from) > 0)
		return unfit(path, "a folder with content of its own", err);
	if (archive_entry_is_encrypted(from))
		return fail(err, PLI_ERR_LIMIT, "%s is encrypted: it can only be opened with its own password", path);
	if (path[0] == '\0' && !e->folder)
		return fail(err, PLI_ERR_LIMIT, "a file in the archive has no name");
	e->mode = archive_entry_perm(from) & 0777;
	e->mtime = archive_entry_mtime(from);
	if (!e->folder && archive_entry_size(from) < 0)
		return fail(err, PLI_ERR_MALFORMED, "%s has no size", path);
	e->size = e->folder ? 0 : (uint64_t)archive_entry_size(from);
	return PLI_OK;
}

static enum pli_status
count(struct reading *r, uint64_t bytes, struct pli_error *err)
{
	enum pli_status rc;

	if (bytes <= r->limits->max_size - r->size) {
		r->size += bytes;
		return PLI_OK;
	}
	rc = fail(err, PLI_ERR_LIMIT, "more than %llu bytes of files in the archive",
	    (unsigned long long)r->limits->max_size);
	fail_hint(err, "allow more with --max-size");
	return rc;
}

static enum pli_status
pass_data(struct reading *r, struct tar_entry *e, struct pli_error *err)
{
	const struct entries_visitor *v = r->visitor;
	const void *p;
	size_t len;
	la_int64_t off;
	uint64_t passed = 0, end = 0;
	enum pli_status rc;
	int got;

	while ((got = archive_read_data_block(r->archive, &p, &len, &off)) == ARCHIVE_OK) {
		if (r->raw && (rc = count(r, len, err)) != PLI_OK)
			return rc;
		if (r->raw)
			e->size = (uint64_t)off + len;
		else if (off < 0 || (uint64_t)off > e->size || len > e->size - (uint64_t)off)
			return fail(err, PLI_ERR_MALFORMED, "%s is longer than the archive says", e->path);
		/* What is written is what is listed and digested: in the order of the file, each byte once. */
		if (len > 0 && (uint64_t)off < end)
			return fail(err, PLI_ERR_MALFORMED, "the pieces of %s overlap, or are not in order", e->path);
		if (len > 0)
			end = (uint64_t)off + len;
		passed += len;
		if (len > 0 && (rc = v->data(v->arg, p, len, (uint64_t)off, err)) != PLI_OK)
			return rc;
	}
	if (got != ARCHIVE_EOF)
		return damaged(r, err);
	if (r->zip && passed != e->size)
		return fail(err, PLI_ERR_MALFORMED, "%s is shorter than the archive says", e->path);
	return PLI_OK;
}

/* Is it an entry that may be opened? Finds its place then, but for the root itself, which needs none. */
static enum pli_status
admit(struct reading *r, struct archive_entry *from, char *path, struct tar_entry *e, struct pli_error *err)
{
	const struct entries_visitor *v = r->visitor;
	enum pli_status rc = translate(r, from, path, e, err);

	if (rc == PLI_OK)
		rc = count(r, e->size, err);
	if (rc == PLI_OK && path[0] != '\0')
		rc = rules_add(
		    r->rules, path, e->folder ? RULES_FOLDER : RULES_FILE, v->missing, v->arg, &e->place, err);
	if (rc == PLI_ERR_LIMIT)
		fail_hint(err, "%s", r->zip ? by_another : as_it_is);
	return rc;
}

static enum pli_status
pass_entry(struct reading *r, struct archive_entry *from, struct pli_error *err)
{
	const struct entries_visitor *v = r->visitor;
	char path[4096];
	struct tar_entry e;
	enum pli_status rc;

	if ((rc = admit(r, from, path, &e, err)) != PLI_OK)
		return rc;
	if (path[0] == '\0' && !r->raw)
		return PLI_OK;
	if ((rc = v->begin(v->arg, &e, err)) != PLI_OK || (!e.folder && (rc = pass_data(r, &e, err)) != PLI_OK))
		return rc;
	return v->end(v->arg, &e, err);
}

static int
next_header(struct reading *r, struct archive_entry **entry)
{
	int got;

	r->header_left = HEADER_MAX;
	if (r->zip)
		r->header_left =
		    DIRECTORY_MAX +
		    (r->limits->max_files < UINT32_MAX ? r->limits->max_files : UINT32_MAX) * DIRECTORY_MAX_EACH;
	r->in_header = true;
	got = archive_read_next_header(r->archive, entry);
	r->in_header = false;
	return got;
}

/* libarchive stops at the end of the archive: what stands behind it is looked at, too. */
static enum pli_status
pass_rest(struct reading *r, struct pli_error *err)
{
	enum pli_status rc = PLI_OK;
	const void *p;
	size_t len = 1;

	/* libarchive takes what it cannot read behind a first block of zeroes for the end */
	if (r->reading.status != PLI_OK)
		return fail_copy(err, &r->reading);
	if (!strict_tar_applies(&r->strict))
		return PLI_OK;
	while (rc == PLI_OK && len > 0)
		if ((rc = pli_opener_read(r->opener, &p, &len, err)) == PLI_OK)
			rc = strict_tar_feed(&r->strict, view_of(p, len), err);
	return rc == PLI_OK ? strict_tar_end(&r->strict, err) : rc;
}

static uint64_t
little_endian(const uint8_t *p, size_t len)
{
	uint64_t n = 0;

	while (len-- > 0)
		n = n << 8 | p[len];
	return n;
}

/* False where there are not so many bytes, or with a failure in r->reading. */
static bool
read_back(struct reading *r, uint64_t off, uint8_t *buf, size_t len)
{
	ssize_t n = 0;
	size_t have;

	if (off > r->end || len > r->end - off)
		return false;
	for (have = 0; have<len; have += n> 0 ? (size_t)n : 0) {
		n = pread(r->fd, buf + have, len - have, (off_t)(off + have));
		if (n == 0)
			return false;
		if (n < 0 && errno != EINTR) {
			(void)fail_errno(&r->reading, PLI_ERR_IO, errno, "cannot read the content back");
			return false;
		}
	}
	return true;
}

/*
 * How many entries the end record of the ZIP file announces, modulo what its field can say; false if it contradicts that of ZIP64. It
 * is the one that libarchive took: the last.
 */
static bool
announced(struct reading *r, uint64_t *count, uint64_t *modulus)
{
	size_t tail = r->end < ZIP_TAIL ? (size_t)r->end : ZIP_TAIL, i;
	uint8_t end64[ZIP64_END_LEN];
	const uint8_t *end;

	if (tail < ZIP_END_LEN || !read_back(r, r->end - tail, r->buf, tail))
		return false;
	for (i = tail - ZIP_END_LEN; i > 0 && memcmp(r->buf + i, "PK\5\6", 4) != 0; i--)
		continue;
	if (i == 0)
		return false;
	end = r->buf + i;
	*count = little_endian(end + 10, 2);
	*modulus = UINT16_MAX + 1;
	if (i < ZIP64_LOCATOR_LEN || memcmp(end - ZIP64_LOCATOR_LEN, "PK\6\7", 4) != 0)
		return true;
	if (!read_back(r, little_endian(end - ZIP64_LOCATOR_LEN + 8, 8), end64, sizeof(end64)) ||
	    memcmp(end64, "PK\6\6", 4) != 0 || (*count != UINT16_MAX && *count != little_endian(end64 + 32, 8)))
		return false;
	*count = little_endian(end64 + 32, 8);
	*modulus = UINT64_MAX;
	return true;
}

/*
 * Of several entries with one local header libarchive gives one, and of a directory that is empty none: what another program
 * would find is not left out silently. Content that begins with an entry has one. Programs that do not know ZIP64 let the number of
 * entries begin again.
 */
static enum pli_status
check_entries(struct reading *r, struct pli_error *err)
{
	uint64_t count, modulus;

	if (r->entries > 0 && announced(r, &count, &modulus) && count == r->entries % modulus)
		return PLI_OK;
	if (r->reading.status != PLI_OK)
		return fail_copy(err, &r->reading);
	return fail(err, PLI_ERR_MALFORMED, "the archive in the envelope is damaged: %s",
	    "the directory of the ZIP file does not have the entries that its end announces, each once");
}

static enum pli_status
pass_all(struct reading *r, struct pli_error *err)
{
	struct archive_entry *from;
	enum pli_status rc;
	bool first = true;
	int got;

	for (;; first = false) {
		got = next_header(r, &from);
		if (got != ARCHIVE_OK && got != ARCHIVE_WARN && got != ARCHIVE_EOF)
			return damaged(r, err);
		if (first && !r->zip && (archive_format(r->archive) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_TAR) {
			r->raw = true;
			if ((rc = r->visitor->raw(r->visitor->arg, err)) != PLI_OK)
				return rc;
			if (got == ARCHIVE_EOF) { /* a file without content */
				struct tar_entry empty = { .path = "" };

				rc = r->visitor->begin(r->visitor->arg, &empty, err);
				return rc != PLI_OK ? rc : r->visitor->end(r->visitor->arg, &empty, err);
			}
		}
		if (got == ARCHIVE_EOF)
			return r->zip ? check_entries(r, err) : pass_rest(r, err);
		r->entries++;
		if ((rc = pass_entry(r, from, err)) != PLI_OK)
			return rc;
	}
}

/* In the locale: begin, every entry, and clearing up. */
static enum pli_status
run(struct reading *r, enum tar_names names, enum pli_status (*begin)(struct reading *r, struct pli_error *err),
    struct pli_error *err)
{
	locale_t ours, before;
	enum pli_status rc;

	if ((rc = tar_locale(&ours, names, err)) != PLI_OK)
		return rc;
	before = tar_enter(ours);
	if ((rc = begin(r, err)) == PLI_OK)
		rc = pass_all(r, err);
	if (r->archive != NULL)
		(void)archive_read_free(r->archive);
	free(r->buf);
	wipe(&r->strict, sizeof(r->strict));
	tar_leave(before);
	freelocale(ours);
	return rc;
}

enum pli_status
entries_run(struct pli_opener *opener, const struct pli_tree_limits *limits, struct rules *rules,
    const struct entries_visitor *visitor, struct pli_error *err)
{
	struct reading r = { .opener = opener, .limits = limits, .rules = rules, .visitor = visitor };

	return run(&r, TAR_BYTES, start, err);
}

static la_ssize_t
give_zip(struct archive *a, void *arg, const void **data)
{
	struct reading *r = arg;
	size_t len = r->end - r->at < ZIP_READ ? (size_t)(r->end - r->at) : ZIP_READ;
	ssize_t n;

	*data = r->buf;
	if (wait_cancelled(r->hooks, &r->reading) != PLI_OK)
		return -1;
	do
		n = pread(r->fd, r->buf, len, (off_t)r->at);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		(void)fail_errno(&r->reading, PLI_ERR_IO, errno, "cannot read the content back");
		archive_set_error(a, EIO, "%s", "the content cannot be read back");
		return -1;
	}
	if (!allow(r, a, (size_t)n))
		return -1;
	r->at += (uint64_t)n;
	return n;
}

static la_int64_t
seek_zip(struct archive *a, void *arg, la_int64_t off, int whence)
{
	struct reading *r = arg;
	la_int64_t base = whence == SEEK_SET ? 0 : (la_int64_t)(whence == SEEK_CUR ? r->at : r->end);

	(void)a;
	if (off < -base || off > (la_int64_t)r->end - base)
		return ARCHIVE_FATAL;
	r->at = (uint64_t)(base + off);
	return base + off;
}

static enum pli_status
start_zip(struct reading *r, struct pli_error *err)
{
	struct archive *a = r->archive = archive_read_new();

	if (a == NULL || (r->buf = malloc(ZIP_READ)) == NULL)
		return fail_memory(err);
	if (archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
	    archive_read_set_read_callback(a, give_zip) != ARCHIVE_OK ||
	    archive_read_set_seek_callback(a, seek_zip) != ARCHIVE_OK ||
	    archive_read_set_callback_data(a, r) != ARCHIVE_OK || archive_read_open1(a) != ARCHIVE_OK)
		return damaged(r, err);
	return PLI_OK;
}

enum pli_status
entries_unzip(int fd, uint64_t size, const struct pli_tree_limits *limits, const struct pli_hooks *hooks,
    struct rules *rules, const struct entries_visitor *visitor, struct pli_error *err)
{
	struct reading r = {
		.limits = limits,
		.rules = rules,
		.visitor = visitor,
		.zip = true,
		.fd = fd,
		.end = size,
		.hooks = hooks,
	};

	return run(&r, TAR_UTF8, start_zip, err);
}

bool
entries_zip_begins(const void *p, size_t len)
{
	return len >= 4 && memcmp(p, "PK\3\4", 4) == 0;
}
