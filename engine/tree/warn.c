/*
 * warn.c - a file is looked at where its name or its first bytes say that it is of a kind that can be wrong. ZIP files (and
 * the Office and OpenDocument files that are ZIP files) are read by libarchive; of the others, the marks where they must be.
 * Names are compared by hashes of what is left of them without case and Unicode form: only where two are the same, by their
 * text.
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
#include "kind.h"
#include "tar.h"

#define EDGE 4096
#define MANIFEST_MAX 16384
#define ZIP_ENTRIES_MAX 1000
#define FOLD_ROOM 1024

/* What a file should be by its name. An Office file with a password is KIND_OLE instead (MS-OFFCRYPTO 2.3.4). */
static const struct extension {
	const char *text;
	enum kind kind;
	bool office;
} extensions[] = {
	{ "zip", KIND_ZIP, false },
	{ "docx", KIND_ZIP, true },
	{ "xlsx", KIND_ZIP, true },
	{ "pptx", KIND_ZIP, true },
	{ "docm", KIND_ZIP, true },
	{ "xlsm", KIND_ZIP, true },
	{ "xlsb", KIND_ZIP, true },
	{ "pptm", KIND_ZIP, true },
	{ "odt", KIND_ZIP, false },
	{ "ods", KIND_ZIP, false },
	{ "odp", KIND_ZIP, false },
	{ "pdf", KIND_PDF, false },
	{ "pli", KIND_ENVELOPE, false },
	{ "p7m", KIND_ENVELOPE, false },
	{ "p7", KIND_ENVELOPE, false },
	{ "p7s", KIND_ENVELOPE, false },
	{ "p7c", KIND_ENVELOPE, false },
	{ "bin", KIND_ENVELOPE, false },
	{ "cms", KIND_ENVELOPE, false },
	{ "pem", KIND_ENVELOPE, false },
	{ "asc", KIND_ENVELOPE, false },
	{ "eml", KIND_ENVELOPE, false },
	{ "der", KIND_ENVELOPE, false },
};

/* A file under suspicion, and its first and last bytes, or others. */
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

/* The extension that is known of a path, or NULL. */
static const struct extension *
extension_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	size_t i;

	if (dot != NULL && strchr(dot, '/') == NULL)
		for (i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
			if (strcasecmp(dot + 1, extensions[i].text) == 0)
				return &extensions[i];
	return NULL;
}

/* A piece of at most EDGE bytes; none behind the end. */
static enum pli_status
read_piece(const struct suspect *s, uint64_t off, uint8_t piece[EDGE], size_t *len, struct pli_error *err)
{
	ssize_t n = off < s->entry->size ? pread(s->fd, piece, EDGE, (off_t)off) : 0;

	if (n < 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot read %s", s->entry->path);
	*len = (size_t)n;
	return PLI_OK;
}

static bool
contains(const uint8_t *piece, size_t len, const char *text)
{
	return memmem(piece, len, text, strlen(text)) != NULL;
}

/* OpenDocument 1.2, part 3, 4.8: what is encrypted says so in the manifest, which is not. */
static bool
manifest_encrypts(struct archive *a, struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);
	uint8_t text[MANIFEST_MAX];
	la_ssize_t n;

	if (name == NULL || strcmp(name, "META-INF/manifest.xml") != 0)
		return false;
	n = archive_read_data(a, text, sizeof(text));
	return n > 0 && contains(text, (size_t)n, "encryption-data");
}

/* A record that says "the end", of no entries, and nothing before it (APPNOTE.TXT 4.3.1, 4.3.16). libarchive takes it for no ZIP file. */
static bool
is_empty_zip(const struct suspect *s)
{
	enum { END_LEN = 22 };
	static const uint8_t nothing[END_LEN - 6]; /* but for the length of the comment, which follows */
	const uint8_t *p = s->first;

	return s->first_len >= END_LEN && memcmp(p, "PK\005\006", 4) == 0 &&
	       memcmp(p + 4, nothing, sizeof(nothing)) == 0 &&
	       s->entry->size == END_LEN + (uint64_t)p[20] + ((uint64_t)p[21] << 8);
}

static void
look_at_zip(const struct plan *p, const struct suspect *s)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	locale_t before = tar_enter(plan_locale(p));
	int rc = ARCHIVE_OK, i;
	const char *locked = NULL;

	if (a == NULL || archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
	    archive_read_open_fd(a, s->fd, 65536) != ARCHIVE_OK)
		rc = ARCHIVE_FATAL;
	for (i = 0; (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) && locked == NULL && i < ZIP_ENTRIES_MAX; i++)
		if ((rc = archive_read_next_header(a, &e)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
			locked = archive_entry_is_encrypted(e) ? "the ZIP file has a password"
				 : manifest_encrypts(a, e)     ? "the OpenDocument file has a password"
							       : NULL;
	if (locked != NULL)
		warn(s->to, s->entry->path, locked);
	else if (rc == ARCHIVE_FATAL || rc == ARCHIVE_FAILED)
		warn(s->to, s->entry->path, "the ZIP file is cut short or damaged");
	if (a != NULL)
		(void)archive_read_free(a);
	tar_leave(before);
}

/* Where the last cross-reference table or stream begins (ISO 32000-1, 7.5.5); 0 where nothing says it. */
static uint64_t
pdf_references(const struct suspect *s)
{
	static const char word[] = "startxref";
	const uint8_t *p = s->last, *end = s->last + s->last_len, *found = NULL;
	uint64_t off = 0;

	while ((p = memmem(p, (size_t)(end - p), word, sizeof(word) - 1)) != NULL)
		found = p += sizeof(word) - 1;
	for (p = found; p != NULL && p < end && (*p == ' ' || *p == '\r' || *p == '\n'); p++)
		;
	for (; p != NULL && p < end && *p >= '0' && *p <= '9' && off < s->entry->size; p++)
		off = off * 10 + (uint64_t)(*p - '0');
	return off;
}

/* /Encrypt stands in a trailer, or at the begin of a cross-reference stream. */
static enum pli_status
look_at_pdf(struct suspect *s, struct pli_error *err)
{
	bool locked = contains(s->first, s->first_len, "/Encrypt") || contains(s->last, s->last_len, "/Encrypt");
	enum pli_status rc = PLI_OK;

	if (!contains(s->last, s->last_len, "%%EOF")) {
		warn(s->to, s->entry->path, "the PDF file is cut short");
		return PLI_OK;
	}
	if (!locked && (rc = read_piece(s, pdf_references(s), s->first, &s->first_len, err)) == PLI_OK)
		locked = contains(s->first, s->first_len, "/Encrypt");
	if (locked)
		warn(s->to, s->entry->path, "the PDF file has a password");
	return rc;
}

/* A file of the old Office formats is no warning: only one that holds an encrypted package, as the first sector of names says. */
static enum pli_status
look_at_ole(struct suspect *s, bool office, struct pli_error *err)
{
	static const char package[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	const uint8_t *h = s->first;
	enum pli_status rc = PLI_OK;

	if (!office && s->first_len > 51 && h[30] < 16) {
		/* MS-CFB 2.2: the size of sectors, and the number of the first one with names */
		uint64_t sector = h[48] | (uint64_t)h[49] << 8 | (uint64_t)h[50] << 16 | (uint64_t)h[51] << 24;

		rc = read_piece(s, (sector + 1) << h[30], s->first, &s->first_len, err);
		office = rc == PLI_OK && memmem(s->first, s->first_len, package, sizeof(package)) != NULL;
	}
	if (office)
		warn(s->to, s->entry->path, "the Office file has a password");
	return rc;
}

/* What it is counts before what it is called. */
static enum pli_status
look_at(const struct plan *p, const struct plan_entry *e, const struct extension *x, struct warn_to *to,
    struct pli_error *err)
{
	struct suspect s = { .entry = e, .to = to };
	enum pli_status rc;
	enum kind kind;

	if ((rc = plan_open(p, e, &s.fd, err)) != PLI_OK)
		return rc;
	if ((rc = read_piece(&s, 0, s.first, &s.first_len, err)) != PLI_OK ||
	    (rc = read_piece(&s, e->size < EDGE ? 0 : e->size - EDGE, s.last, &s.last_len, err)) != PLI_OK)
		goto out;
	kind = kind_of(s.first, s.first_len);
	if (kind == KIND_OTHER && x != NULL)
		kind = x->kind;
	if (kind == KIND_ZIP && is_empty_zip(&s))
		warn(to, e->path, "there is no file in the ZIP file");
	else if (kind == KIND_ZIP)
		look_at_zip(p, &s);
	else if (kind == KIND_PDF)
		rc = look_at_pdf(&s, err);
	else if (kind == KIND_OLE)
		rc = look_at_ole(&s, x != NULL && x->office, err);
	else if (kind == KIND_ENVELOPE && pli_looks_sealed(s.first, s.first_len))
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
warn_first(const struct plan *p, struct warn_to *to, struct pli_error *err)
{
	enum pli_status rc = look_at_names(p, to, err);
	const struct extension *x;
	bool any = false;
	size_t i;

	for (i = 0; rc == PLI_OK && i < plan_count(p); i++) {
		const struct plan_entry *e = plan_entry(p, i);

		if (e->folder)
			continue;
		any = true;
		if (e->size == 0)
			warn(to, e->path, "the file is empty");
		else if ((x = extension_of(e->path)) != NULL)
			rc = look_at(p, e, x, to, err);
	}
	if (rc == PLI_OK && !any && plan_count(p) > 0)
		warn(to, plan_entry(p, 0)->path, "there is no file in it");
	return rc;
}

enum pli_status
warn_read(const struct plan *p, struct warn_to *to, struct pli_error *err)
{
	enum pli_status rc = PLI_OK;
	size_t i;

	for (i = 0; rc == PLI_OK && i < plan_count(p); i++)
		if (plan_entry(p, i)->suspect && extension_of(plan_entry(p, i)->path) == NULL)
			rc = look_at(p, plan_entry(p, i), NULL, to, err);
	return rc;
}
