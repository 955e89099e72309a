#ifndef PLI_BATCH_H
#define PLI_BATCH_H

/*
 * batch.h - the same for each of several envelopes, whatever becomes of one.
 */

#include "command.h"

/* Does file; fills err when it fails. */
typedef enum pli_status batch_one(const struct run *run, void *arg, const char *file, struct pli_error *err);

/*
 * batch_run calls one for every operand and says the summary. One operand that
 * fails is the failure of the run. Of several, each failed one is said and the
 * run goes on; the status is PLI_ERR_PARTIAL then, with err empty, or that of the
 * first failure when all failed. A signal ends the run.
 */
enum pli_status batch_run(const struct run *run, batch_one *one, void *arg, struct pli_error *err) PLI_MUST_CHECK;

#endif
