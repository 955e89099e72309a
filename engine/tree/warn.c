/*
 * warn.c - a file is looked at only where its name says that it is of a kind that can be wrong. ZIP files (and the Office
 * and OpenDocument files that are ZIP files) are read by libarchive; of the others, the marks at their begin and end. Names
 * are compared by hashes of what is left of them without case and Unicode form: only where two are the same, by their text.
 */
#include "warn.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistd.h>

#include "pli/inspect.h"
#include "tar.h"

#define EDGE 4096
#define ZIP_ENTRIES_MAX 1000
#define FOLD_ROOM 1024

enum kind { KIND_ZIP = 1, KIND_PDF = 2, KIND_OFFICE = 4, KIND_ENVELOPE = 8 };

static const struct {
	const char *extension;
	unsigned kinds;
} extensions[] = {
	{ "zip", KIND_ZIP },
	{ "docx", KIND_ZIP | KIND_OFFICE },
	{ "xlsx", KIND_ZIP | KIND_OFFICE },
	{ "pptx", KIND_ZIP | KIND_OFFICE },
	{ "docm", KIND_ZIP | KIND_OFFICE },
	{ "xlsm", KIND_ZIP | KIND_OFFICE },
	{ "xlsb", KIND_ZIP | KIND_OFFICE },
	{ "pptm", KIND_ZIP | KIND_OFFICE },
	{ "odt", KIND_ZIP },
	{ "ods", KIND_ZIP },
	{ "odp", KIND_ZIP },
	{ "pdf", KIND_PDF },
	{ "pli", KIND_ENVELOPE },
	{ "p7m", KIND_ENVELOPE },
	{ "p7", KIND_ENVELOPE },
	{ "p7s", KIND_ENVELOPE },
	{ "p7c", KIND_ENVELOPE },
	{ "bin", KIND_ENVELOPE },
	{ "cms", KIND_ENVELOPE },
	{ "pem", KIND_ENVELOPE },
	{ "asc", KIND_ENVELOPE },
	{ "eml", KIND_ENVELOPE },
	{ "der", KIND_ENVELOPE },
};

/* A file under suspicion, and its first and last bytes. */
struct suspect {
	const struct plan_entry *entry;
	int fd;
	uint8_t first[EDGE], last[EDGE];
	size_t first_len, last_len;
	struct warn_to *to;
};

static void
warn(struct warn_to *to, const char *path, const char *what)
{
	if (to->count++ == 0) {
		to->first = path;
		to->first_text = what;
	}
	if (to->warn != NULL)
		to->warn(to->arg, path, what);
}

static unsigned
kinds_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	size_t i;

	if (dot != NULL && strchr(dot, '/') == NULL)
		for (i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
			if (strcasecmp(dot + 1, extensions[i].extension) == 0)
				return extensions[i].kinds;
	return 0;
}

static enum pli_status
read_edges(struct suspect *s, struct pli_error *err)
{
	uint64_t size = s->entry->size;
	size_t want = size < EDGE ? (size_t)size : EDGE;
	ssize_t first = pread(s->fd, s->first, want, 0), last = pread(s->fd, s->last, want, (off_t)(size - want));

	if (first < 0 || last < 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot read %s", s->entry->path);
	s->first_len = (size_t)first;
	s->last_len = (size_t)last;
	return PLI_OK;
}

static bool
begins(const struct suspect *s, const void *magic, size_t len)
{
	return s->first_len >= len && memcmp(s->first, magic, len) == 0;
}

static void
look_at_zip(const struct plan *p, const struct suspect *s)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	locale_t before = tar_enter(plan_locale(p));
	int rc = ARCHIVE_OK, i;
	bool encrypted = false;

	if (a == NULL || archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
	    archive_read_open_fd(a, s->fd, 65536) != ARCHIVE_OK)
		rc = ARCHIVE_FATAL;
	for (i = 0; (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) && !encrypted && i < ZIP_ENTRIES_MAX; i++)
		if ((rc = archive_read_next_header(a, &e)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
			encrypted = archive_entry_is_encrypted(e) != 0;
	if (encrypted)
		warn(s->to, s->entry->path, "the ZIP file has a password");
	else if (rc == ARCHIVE_FATAL || rc == ARCHIVE_FAILED)
		warn(s->to, s->entry->path, "the ZIP file is cut short or damaged");
	if (a != NULL)
		(void)archive_read_free(a);
	tar_leave(before);
}

static void
look_at_pdf(const struct suspect *s)
{
	if (memmem(s->last, s->last_len, "%%EOF", 5) == NULL)
		warn(s->to, s->entry->path, "the PDF file is cut short");
	else if (memmem(s->first, s->first_len, "/Encrypt", 8) != NULL ||
		 memmem(s->last, s->last_len, "/Encrypt", 8) != NULL)
		warn(s->to, s->entry->path, "the PDF file has a password");
}

static enum pli_status
look_at(const struct plan *p, const struct plan_entry *e, unsigned kinds, struct warn_to *to, struct pli_error *err)
{
	/* An Office file with a password is no ZIP file but an OLE one (MS-OFFCRYPTO 2.3.4). */
	static const uint8_t ole[] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 };
	struct suspect s = { .entry = e, .to = to };
	enum pli_status rc;

	if ((rc = plan_open(p, e, &s.fd, err)) != PLI_OK)
		return rc;
	if ((rc = read_edges(&s, err)) != PLI_OK)
		goto out;
	if ((kinds & KIND_OFFICE) != 0 && begins(&s, ole, sizeof(ole)))
		warn(to, e->path, "the Office file has a password");
	else if ((kinds & KIND_ZIP) != 0)
		look_at_zip(p, &s);
	if ((kinds & KIND_PDF) != 0)
		look_at_pdf(&s);
	if ((kinds & KIND_ENVELOPE) != 0 && pli_looks_sealed(s.first, s.first_len))
		warn(to, e->path, "the file is itself an envelope");
out:
	(void)close(s.fd);
	return rc;
}

/* A path without case and Unicode form, in room or (otherwise) in memory of its own; NULL without memory. */
static uint8_t *
fold(const char *path, uint8_t room[FOLD_ROOM], size_t *len)
{
	size_t n = strlen(path), i;

	for (i = 0; i < n && n <= FOLD_ROOM && (uint8_t)path[i] < 0x80; i++)
		room[i] = (uint8_t)(path[i] >= 'A' && path[i] <= 'Z' ? path[i] + ('a' - 'A') : path[i]);
	*len = i == n ? n : FOLD_ROOM;
	return i == n ? room : u8_casefold((const uint8_t *)path, n, NULL, UNINORM_NFC, room, len);
}

static enum pli_status
fold_hash(const char *path, uint64_t seed, uint64_t *hash, struct pli_error *err)
{
	uint8_t room[FOLD_ROOM], *text;
	uint64_t h = seed;
	size_t len, i;

	if ((text = fold(path, room, &len)) == NULL)
		return fail_memory(err);
	for (i = 0; i < len; i++)
		h = (h ^ text[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	*hash = h;
	if (text != room)
		free(text);
	return PLI_OK;
}

static enum pli_status
fold_same(const char *a, const char *b, bool *same, struct pli_error *err)
{
	uint8_t room_a[FOLD_ROOM], room_b[FOLD_ROOM];
	size_t len_a, len_b;
	uint8_t *text_a = fold(a, room_a, &len_a), *text_b = fold(b, room_b, &len_b);
	enum pli_status rc = PLI_OK;

	if (text_a == NULL || text_b == NULL)
		rc = fail_memory(err);
	else
		*same = len_a == len_b && memcmp(text_a, text_b, len_a) == 0;
	if (text_a != room_a)
		free(text_a);
	if (text_b != room_b)
		free(text_b);
	return rc;
}

/* What a path becomes without case and Unicode form. */
struct folded {
	uint64_t hash;
	size_t entry;
};

static int
by_hash(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;

	return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash)
				  : (x->entry > y->entry) - (x->entry < y->entry);
}

/* Marks the entries that are the same as an earlier one. Those that may be stand side by side, and are few. */
static enum pli_status
mark(const struct plan *p, const struct folded *all, bool *marked, struct pli_error *err)
{
	size_t count = plan_count(p), i, j;
	enum pli_status rc;

	for (i = 1; i < count; i++)
		for (j = i; j > 0 && all[j - 1].hash == all[i].hash && !marked[all[i].entry]; j--)
			if ((rc = fold_same(plan_entry(p, all[j - 1].entry)->path, plan_entry(p, all[i].entry)->path,
				 &marked[all[i].entry], err)) != PLI_OK)
				return rc;
	return PLI_OK;
}

/* Names that differ only by case or Unicode form fall on each other on other systems: Unicode 3.13, D145. */
static enum pli_status
look_at_names(const struct plan *p, struct warn_to *to, struct pli_error *err)
{
	size_t count = plan_count(p), i;
	struct folded *all = calloc(count + 1, sizeof(*all));
	bool *marked = calloc(count + 1, sizeof(*marked));
	enum pli_status rc = PLI_OK;
	uint64_t seed = 0;

	if (all == NULL || marked == NULL)
		rc = fail_memory(err);
	else if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		rc = fail(err, PLI_ERR, "no random bytes");
	for (i = 0; rc == PLI_OK && i < count; i++) {
		all[i].entry = i;
		rc = fold_hash(plan_entry(p, i)->path, seed, &all[i].hash, err);
	}
	if (rc == PLI_OK) {
		qsort(all, count, sizeof(*all), by_hash);
		rc = mark(p, all, marked, err);
	}
	for (i = 0; rc == PLI_OK && i < count; i++)
		if (marked[i])
			warn(to, plan_entry(p, i)->path, "the name differs from another only by case or Unicode form");
	free(all);
	free(marked);
	return rc;
}

enum pli_status
warn_all(const struct plan *p, struct warn_to *to, struct pli_error *err)
{
	enum pli_status rc = look_at_names(p, to, err);
	bool any = false;
	unsigned kinds;
	size_t i;

	for (i = 0; rc == PLI_OK && i < plan_count(p); i++) {
		const struct plan_entry *e = plan_entry(p, i);

		if (e->folder)
			continue;
		any = true;
		if (e->size == 0)
			warn(to, e->path, "the file is empty");
		else if ((kinds = kinds_of(e->path)) != 0)
			rc = look_at(p, e, kinds, to, err);
	}
	if (rc == PLI_OK && !any && plan_count(p) > 0)
		warn(to, plan_entry(p, 0)->path, "there is no file in it");
	return rc;
}
