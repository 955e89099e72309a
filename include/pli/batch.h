#ifndef PLI_BATCH_H
#define PLI_BATCH_H

/*
 * batch.h - many small jobs side by side: each seals or opens one envelope inline (threads 0).
 */

#include <stddef.h>

#include "pli.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A pli_batch_job does job number i, on any thread, the caller's of pli_batch_run included.
 * What it has to say it keeps where only i is.
 */
typedef void pli_batch_job(void *arg, size_t i);

/*
 * pli_batch_run runs job(arg, i) for every i from 0 to count - 1, each once, on threads workers (0: inline, in order;
 * PLI_THREADS_AUTO), fewer where the limit of descriptors (RLIMIT_NOFILE) has less than eight for each, and returns when all are
 * done. Fails with PLI_ERR, before the first job, if threads cannot be started.
 */
PLI_API enum pli_status pli_batch_run(
    struct pli *pli, int threads, size_t count, pli_batch_job *job, void *arg, struct pli_error *err) PLI_MUST_CHECK;

#ifdef __cplusplus
}
#endif

#endif
