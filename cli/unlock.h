#ifndef PLI_UNLOCK_H
#define PLI_UNLOCK_H

/*
 * unlock.h - what open, verify and list share: the words about envelopes and
 * keys, and what is found in an envelope.
 */

#include "pli/tree.h"
#include "files.h"
#include "load.h"
#include "roster.h"
#include "several.h"
#include "targets.h"

/* What the work on each envelope needs: arg of its job. */
struct unlock {
	struct keyring ring;
	struct roster roster;   /* of --register; all-zero without */
	struct targets targets; /* names for content that is no archive, too */
};

/* What was found in one envelope: the result of its job. */
struct unlocked {
	struct pli_tree_opened found;
	const struct pli_key *key;        /* that opened it */
	const struct roster_entry *known; /* who that is, if a register knows; or NULL */
	const char *name;                 /* of what it is opened into */
	char *output;                     /* where that is; NULL: nothing was written */
	struct files files;
};

/* unlock_check refuses words about envelopes and keys that do not go together (PLI_ERR_USAGE). */
enum pli_status unlock_check(const struct args *args, struct pli_error *err) PLI_MUST_CHECK;

/*
 * unlock_run unlocks the keys, once, and runs kind for every envelope; arg of
 * its jobs is a struct unlock. The folder of -C is there meanwhile.
 */
enum pli_status unlock_run(
    const struct run *run, const struct several_kind *kind, struct pli_error *err) PLI_MUST_CHECK;

/* unlock_options is what the command line and the job say, with entries going to u->files where somebody will read them. */
struct pli_tree_open_options unlock_options(const struct job *job, struct unlocked *u);

/* unlock_found completes u once its found is filled. */
void unlock_found(struct unlocked *u, const struct job *job);

/* unlock_read is the work of a kind that writes nothing. result is a struct unlocked. */
enum pli_status unlock_read(const struct job *job, void *result, struct pli_error *err) PLI_MUST_CHECK;

/* unlock_clear clears a struct unlocked. */
void unlock_clear(void *result);

#endif
