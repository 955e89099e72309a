#ifndef PLI_TAR_H
#define PLI_TAR_H

/*
 * tar.h - the headers of an archive, by libarchive, and the locale that it is called in.
 *
 * Headers are lean and private (FORMAT.md, "Archives"): path, type, permission bits, size, time in whole seconds.
 */

#include <locale.h>

#include "bytes.h"

struct rules_place;

struct tar_entry {
	const char *path; /* UTF-8 */
	bool folder;
	unsigned mode;                   /* permission bits */
	uint64_t size;                   /* 0 for a folder */
	int64_t mtime;                   /* seconds since 1970 */
	const struct rules_place *place; /* of one that is read; NULL: it has no path */
};

/*
 * tar_locale makes what must be in force around libarchive's calls, so that names pass as they are: UTF-8 to write,
 * since in the C locale it crashes on names that are not ASCII, and to read ZIP files, whose names do not come out otherwise; bytes
 * (the C locale) to read tar, since in UTF-8 it composes decomposed characters (NFC), and two names become one. tar_enter puts it
 * in force for this thread and returns what was before, for tar_leave.
 */
enum tar_names { TAR_UTF8, TAR_BYTES };
enum pli_status tar_locale(locale_t *out, enum tar_names names, struct pli_error *err) PLI_MUST_CHECK;
locale_t tar_enter(locale_t ours);
void tar_leave(locale_t before);

/*
 * A maker of headers, for one thread at a time.
 *
 *      tar_new -> tar_header ... -> tar_free, in the locale
 */
struct tar;
enum pli_status tar_new(struct tar **out, struct pli_error *err) PLI_MUST_CHECK;

/* tar_free: NULL is fine. */
void tar_free(struct tar *t);

/*
 * tar_header appends the header of an entry to out: a multiple of 512 bytes, always the same for the same entry, whatever was
 * made before.
 */
enum pli_status tar_header(
    struct tar *t, const struct tar_entry *e, struct buf *out, struct pli_error *err) PLI_MUST_CHECK;

#endif
