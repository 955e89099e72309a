/*
 * tar.c - one libarchive writer makes many headers: setting one up takes longer than a header does. libarchive never sees
 * content; what it pads an entry with instead is swallowed where that is little, and otherwise the writer is given up.
 */
#include "tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "pli/tree.h"

#define PADDING_MOST (256u << 10) /* bytes: about what setting up a writer takes */

struct tar {
	struct archive *writer; /* NULL: not set up */
	struct archive_entry *entry;
	struct buf *out; /* where a header goes */
	struct pli_error *err;
	enum { TAKES, SWALLOWS, REFUSES } padding;
	bool short_of_memory; /* told behind libarchive's back: after a call of ours that failed it leaks */
};

enum pli_status
tar_locale(locale_t *out, enum tar_names names, struct pli_error *err)
{
	const char *name = names == TAR_UTF8 ? "C.UTF-8" : "C";

	*out = newlocale(LC_CTYPE_MASK, name, (locale_t)0);
	return *out != (locale_t)0 ? PLI_OK : fail_errno(err, PLI_ERR, errno, "there is no locale %s", name);
}

locale_t
tar_enter(locale_t ours)
{
	return uselocale(ours);
}

void
tar_leave(locale_t before)
{
	(void)uselocale(before);
}

static la_ssize_t
take(struct archive *a, void *arg, const void *p, size_t len)
{
	struct tar *t = arg;

	(void)a;
	if (t->padding == REFUSES)
		return -1;
	if (t->padding == TAKES && buf_add(t->out, view_of(p, len), t->err) != PLI_OK)
		t->short_of_memory = true;
	return (la_ssize_t)len;
}

/* Without the entry that it is in, and the end of an archive. */
static void
give_up(struct tar *t)
{
	t->padding = REFUSES;
	if (t->writer != NULL)
		(void)archive_write_free(t->writer);
	t->writer = NULL;
}

static bool
set_up(struct tar *t)
{
	return (t->writer = archive_write_new()) != NULL &&
	       archive_write_set_format_pax_restricted(t->writer) == ARCHIVE_OK &&
	       archive_write_set_bytes_per_block(t->writer, 0) == ARCHIVE_OK &&
	       archive_write_set_bytes_in_last_block(t->writer, 1) == ARCHIVE_OK &&
	       archive_write_open(t->writer, t, NULL, take, NULL) == ARCHIVE_OK;
}

enum pli_status
tar_new(struct tar **out, struct pli_error *err)
{
	struct tar *t = calloc(1, sizeof(*t));

	*out = NULL;
	if (t == NULL || (t->entry = archive_entry_new()) == NULL) {
		free(t);
		return fail_memory(err);
	}
	*out = t;
	return PLI_OK;
}

void
tar_free(struct tar *t)
{
	if (t == NULL)
		return;
	give_up(t);
	archive_entry_free(t->entry);
	free(t);
}

enum pli_status
tar_header(struct tar *t, const struct tar_entry *e, struct buf *out, struct pli_error *err)
{
	const char *why = NULL;
	enum pli_status rc;

	archive_entry_clear(t->entry);
	archive_entry_copy_pathname(t->entry, e->path); /* as it is: the UTF-8 call would compose what is decomposed */
	archive_entry_set_filetype(t->entry, e->folder ? AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(t->entry, (__LA_MODE_T)e->mode);
	archive_entry_set_size(t->entry, (la_int64_t)e->size);
	archive_entry_set_mtime(t->entry, e->mtime, 0);
	t->out = out;
	t->err = err;
	t->padding = TAKES;
	t->short_of_memory = false;
	if ((t->writer == NULL && !set_up(t)) || archive_write_header(t->writer, t->entry) != ARCHIVE_OK) {
		why = t->writer != NULL ? archive_error_string(t->writer) : NULL;
		rc = fail(err, PLI_ERR_LIMIT, "%s cannot stand in an archive: %s", e->path,
		    why != NULL ? why : "libarchive refuses it");
		give_up(t);
		return rc;
	}
	t->padding = SWALLOWS;
	if (t->short_of_memory) {
		give_up(t);
		return fail_memory(err);
	}
	if (e->size > PADDING_MOST || archive_write_finish_entry(t->writer) != ARCHIVE_OK)
		give_up(t);
	return PLI_OK;
}

const char *
pli_tree_library(void)
{
	return archive_version_string();
}
