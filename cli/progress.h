#ifndef PLI_PROGRESS_H
#define PLI_PROGRESS_H

/*
 * progress.h - the progress line on stderr, and the job's question whether to stop.
 *
 *      progress_start -> progress_hooks, for the job -> progress_stop
 */

#include "pli/stream.h"
#include "args.h"

struct progress {
	const char *name; /* of the file, borrowed */
	bool shown, on_terminal;
	int64_t pass_began, due; /* milliseconds on the monotonic clock */
	size_t width;            /* characters of the line that stands there */
	struct pli_progress last;
};

/* progress_start begins a line about name, as --progress, -q and the terminal say. */
void progress_start(struct progress *p, const struct args *args, const char *name);

/* progress_hooks makes the callbacks for one job. They also report signals. p must outlive the job. */
struct pli_hooks progress_hooks(struct progress *p);

/* progress_stop clears the line, or ends it where there is no terminal. */
void progress_stop(struct progress *p);

#endif
