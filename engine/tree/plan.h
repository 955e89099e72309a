#ifndef PLI_PLAN_H
#define PLI_PLAN_H

/*
 * plan.h - an archive that is nowhere: which files are in it, and where each of its bytes would stand.
 *
 *      plan_new -> plan_length, plan_read (any thread, any offset), plan_unchanged -> plan_free
 *
 *      the fixed first block | header, content, padding of each entry | 1,024 zero bytes
 *
 * Files are read when their bytes are asked for, and each time held against what they were when the plan was made. Memory
 * is about 100 bytes an entry besides its path, and the 512 of a header that is no longer: libarchive takes longer to make one
 * than a small file takes to be read.
 */

#include <locale.h>

#include "bytes.h"

struct plan_limits {
	uint64_t max_files; /* entries */
	uint64_t max_size;  /* bytes of content */
};

struct plan_entry {
	char *path; /* in the archive, and below the folder that its root is in */
	size_t root;
	bool folder;
	unsigned mode;
	uint64_t size;
	int64_t mtime;
	uint64_t at; /* of the header */
	uint32_t header_len;
	/* what a changed file is known by */
	uint64_t device, inode;
	int64_t mtime_ns, ctime, ctime_ns;
	bool suspect; /* when it was read: its first bytes are those of a kind (kind.h). Written by who reads them */
};

struct plan;

/*
 * plan_new walks the count paths: regular files and folders, in order of their names, never through a symbolic link. Each
 * is called by its last part. Fails with PLI_ERR_LIMIT for what opening would refuse (naming it), PLI_ERR_IO.
 */
enum pli_status plan_new(struct plan **out, const char *const *paths, size_t count, const struct plan_limits *limits,
    struct pli_error *err) PLI_MUST_CHECK;

/* plan_free: NULL is fine. */
void plan_free(struct plan *p);

uint64_t plan_length(const struct plan *p);

/* plan_locale is what libarchive must be called in (tar.h). */
locale_t plan_locale(const struct plan *p);

size_t plan_count(const struct plan *p);
const struct plan_entry *plan_entry(const struct plan *p, size_t i);

/*
 * plan_open opens the file of an entry for reading; *fd is the caller's. Fails with PLI_ERR_IO, also if it is not the file
 * that the plan was made from.
 */
enum pli_status plan_open(
    const struct plan *p, const struct plan_entry *e, int *fd, struct pli_error *err) PLI_MUST_CHECK;

/* plan_read is a pli_read_at, plan_unchanged a pli_unchanged; arg is the plan. */
enum pli_status plan_read(void *arg, uint64_t off, void *buf, size_t len, struct pli_error *err) PLI_MUST_CHECK;
enum pli_status plan_unchanged(void *arg, struct pli_error *err) PLI_MUST_CHECK;

#endif
