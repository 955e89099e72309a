#ifndef PLI_PROGRESS_H
#define PLI_PROGRESS_H

/*
 * progress.h - the progress line on stderr, and the job's question whether to stop.
 *
 *      progress_start -> (progress_join -> progress_hooks, for the job -> progress_leave) ... -> progress_stop
 *
 * One line for all jobs. Jobs may be on several threads; the rest is the main thread's.
 */

#include <stdatomic.h>

#include "pli/stream.h"
#include "args.h"

struct progress {
	const char *name;        /* of what is done, borrowed */
	bool several;            /* the line is about a sum, not about one job */
	uint64_t total;          /* of several: the bytes of all, 0 when not known */
	_Atomic uint64_t done;   /* of several: those that are finished */
	struct pli_progress one; /* what the only job said last */
	atomic_flag drawing;     /* whoever has it may touch what follows */
	bool shown, on_terminal;
	int64_t began, due; /* milliseconds on the monotonic clock */
	size_t width;       /* characters of the line that stands there */
};

/* progress_start begins a line about name, as --progress, -q and the terminal say. */
void progress_start(struct progress *p, const struct args *args, const char *name);

/* progress_sum makes it a line about several jobs, of total bytes together (0: not known). */
void progress_sum(struct progress *p, uint64_t total);

/* A job's part of the line. */
struct progress_job {
	struct progress *all;
	uint64_t weight, counted; /* bytes: of the job, and those already in the sum */
};

/* progress_join begins a job of weight bytes; 0: not known. */
void progress_join(struct progress_job *job, struct progress *p, uint64_t weight);

/* progress_hooks makes the callbacks for one job. They also report signals. job must outlive the work. */
struct pli_hooks progress_hooks(struct progress_job *job);

/* progress_leave counts the job as finished, whatever became of it. */
void progress_leave(struct progress_job *job);

/* progress_hide clears the line from a terminal, so that something can be printed. */
void progress_hide(struct progress *p);

/* progress_stop clears the line, or ends it where there is no terminal. */
void progress_stop(struct progress *p);

#endif
