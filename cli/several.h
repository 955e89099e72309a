#ifndef PLI_SEVERAL_H
#define PLI_SEVERAL_H

/*
 * several.h - the same work for each of several operands: small ones side by
 * side, large ones each with all threads, whatever becomes of one.
 */

#include "pli/stream.h"
#include "command.h"
#include "table.h"

/* One operand's work. */
struct job {
	const struct run *run;
	void *arg; /* of several_run */
	const char *operand;
	size_t index; /* of the operand */
	int threads;  /* for the work itself, as the library's options have it */
	bool alone;   /* the only one: the main thread may print what cannot wait */
	struct pli_hooks hooks;
};

struct several_kind {
	size_t result_size; /* of what work fills; all zero before */
	/* Does the work, on any thread; fills err when it fails. Prints nothing, unless alone. */
	enum pli_status (*work)(const struct job *job, void *result, struct pli_error *err);
	/*
	 * Reports a result, on the main thread, in the order of the operands. row is NULL for the only one; of several it is
	 * filled, and what the table will show of it need not be said.
	 */
	void (*report)(const struct run *run, const char *operand, const void *result, struct row *row);
	void (*clear)(void *result);
	const char *done; /* what was done, for the table: "opened"; NULL: no table */
	bool named;       /* an operand is what failed, and the error of the only one names it, too */
};

/*
 * several_run does the work of kind for every operand, and says the summary. One operand that fails is the failure of the
 * run. Of several, each failed one is said and the run goes on; the status is PLI_ERR_PARTIAL then, with err empty, or
 * that of the first failure when all failed. A signal ends the run.
 */
enum pli_status several_run(const struct run *run, const struct several_kind *kind, void *arg,
    const struct list *operands, struct pli_error *err) PLI_MUST_CHECK;

#endif
