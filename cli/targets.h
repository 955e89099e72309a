#ifndef PLI_TARGETS_H
#define PLI_TARGETS_H

/*
 * targets.h - where the results go: a folder, and in it a name for each operand.
 *
 *      targets_new -> targets_name, targets_path ... -> targets_clear
 *      targets_make -> work -> targets_drop
 */

#include <stdbool.h>

#include "args.h"

struct targets {
	char *folder; /* NULL: the current one */
	char **names; /* one for each operand */
	bool *taken;  /* an earlier operand has the same name */
	size_t count;
	bool made; /* the folder was made by targets_make */
};

/* A targets_namer makes the name of the result of an operand, for free(). */
typedef char *targets_namer(const char *operand);

/*
 * targets_opened names what an envelope is opened into: the last part of its
 * path without its last extension, "content" for "-".
 */
targets_namer targets_opened;

/* targets_sealed names the envelope of a path: its last part and ".pli"; an empty name if it has none ("..", "/"). */
targets_namer targets_sealed;

/* targets_new names the results of operands in folder (NULL: the current one). */
enum pli_status targets_new(struct targets *targets, const char *folder, const struct list *operands,
    targets_namer *namer, struct pli_error *err) PLI_MUST_CHECK;

/* targets_folder is the folder for calls that need one. */
const char *targets_folder(const struct targets *targets);

/* targets_path returns the path of result i, for free(); NULL without memory. */
char *targets_path(const struct targets *targets, size_t i);

/*
 * targets_spare refuses (PLI_ERR_EXISTS) a result that would replace what is sealed itself, by any job: one of operands, or what
 * is inside of one that is a folder, known by device and inode. Fails with PLI_ERR_IO where that cannot be seen.
 */
enum pli_status targets_spare(
    const struct targets *targets, const struct list *operands, struct pli_error *err) PLI_MUST_CHECK;

/* targets_make makes the folder where it is not there. */
enum pli_status targets_make(struct targets *targets, struct pli_error *err) PLI_MUST_CHECK;

/* targets_drop removes a folder that targets_make made, and that stayed empty. */
void targets_drop(const struct targets *targets);

/* targets_clear: all-zero is fine. */
void targets_clear(struct targets *targets);

#endif
