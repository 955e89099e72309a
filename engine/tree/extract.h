#ifndef PLI_EXTRACT_H
#define PLI_EXTRACT_H

/*
 * extract.h - makes files and folders below an open folder that is ours alone.
 *
 *      extract_init -> (extract_folder | extract_begin -> extract_data ... -> extract_end) ... -> extract_finish
 *              -> extract_clear
 *
 * Files are made new, never opened; permissions are those of the archive that the umask (or an access control list that is
 * inherited instead) leaves, set-user-id and the like never; folders get theirs at the end, when nothing is put in them any
 * more.
 */

#include <sys/types.h>

#include "below.h"
#include "bytes.h"
#include "tar.h"

struct extract_made {
	const struct rules_place *place;
	mode_t mode;
	int64_t mtime;
	bool dated;
};

struct extract {
	int root;
	int fd;              /* of the current file, or -1 */
	uint64_t size;       /* of the current file, as the archive says; 0 if it does not */
	uint64_t len;        /* of it, as far as it was written */
	uint64_t run;        /* how many of the last bytes came without a hole */
	uint64_t ahead;      /* room has been taken up to here */
	struct below folder; /* of the last entry */
	struct extract_made *made;
	size_t count, cap;
};

void extract_init(struct extract *x, int root);

/*
 * extract_folder makes a folder, unless it was made as one that the archive had left out. e NULL: such a one. place must stay
 * until extract_finish.
 */
enum pli_status extract_folder(struct extract *x, const char *path, const struct rules_place *place,
    const struct tar_entry *e, struct pli_error *err) PLI_MUST_CHECK;

enum pli_status extract_begin(struct extract *x, const struct tar_entry *e, struct pli_error *err) PLI_MUST_CHECK;
enum pli_status extract_data(
    struct extract *x, const char *path, const void *p, size_t len, uint64_t off, struct pli_error *err) PLI_MUST_CHECK;
enum pli_status extract_end(struct extract *x, const struct tar_entry *e, struct pli_error *err) PLI_MUST_CHECK;

/* extract_finish gives folders their permissions and times. */
enum pli_status extract_finish(struct extract *x, struct pli_error *err) PLI_MUST_CHECK;

void extract_clear(struct extract *x);

#endif
