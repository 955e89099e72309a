/* tar.c - one writer for each header: two microseconds, and nothing that threads would share. */
#include "tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <sys/stat.h>

#include "pli/tree.h"

struct writing {
	struct buf *out;
	struct pli_error *err;
	bool done;
};

enum pli_status
tar_locale(locale_t *out, enum tar_use use, struct pli_error *err)
{
	const char *name = use == TAR_WRITING ? "C.UTF-8" : "C";

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
	struct writing *w = arg;

	(void)a;
	if (w->done)
		return -1; /* padding for content that libarchive never sees */
	if (buf_add(w->out, view_of(p, len), w->err) != PLI_OK)
		return -1;
	return (la_ssize_t)len;
}

enum pli_status
tar_header(const struct tar_entry *e, struct buf *out, struct pli_error *err)
{
	struct writing w = { out, err, false };
	struct archive_entry *entry = archive_entry_new();
	struct archive *a = archive_write_new();
	enum pli_status rc = PLI_OK;

	if (entry == NULL || a == NULL) {
		rc = fail_memory(err);
		goto out;
	}
	archive_entry_copy_pathname(entry, e->path); /* as it is: the UTF-8 call would compose what is decomposed */
	archive_entry_set_filetype(entry, e->folder ? AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(entry, (__LA_MODE_T)e->mode);
	archive_entry_set_size(entry, (la_int64_t)e->size);
	archive_entry_set_mtime(entry, e->mtime, 0);
	if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(a, 0) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
	    archive_write_open(a, &w, NULL, take, NULL) != ARCHIVE_OK || archive_write_header(a, entry) != ARCHIVE_OK)
		rc = fail(err, PLI_ERR_LIMIT, "%s cannot stand in an archive: %s", e->path,
		    archive_error_string(a) != NULL ? archive_error_string(a) : "libarchive refuses it");
	w.done = true;
out:
	if (a != NULL)
		(void)archive_write_free(a);
	archive_entry_free(entry);
	return rc;
}

const char *
pli_tree_library(void)
{
	return archive_version_string();
}
