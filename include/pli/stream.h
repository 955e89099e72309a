#ifndef PLI_STREAM_H
#define PLI_STREAM_H

/*
 * stream.h - the two ends of a job (where bytes come from, where they go) and
 * the callbacks that watch it.
 *
 * Inputs and outputs are small values that borrow what they name until the
 * call that takes them returns (a sealer: until it is freed).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum pli_end { PLI_END_NONE, PLI_END_PATH, PLI_END_FD, PLI_END_MEMORY, PLI_END_CALLBACK };

/*
 * A pli_read_at fills buf with the len bytes at off of some content. Several threads call it at once, the one that
 * seals among them. It fails as it likes.
 */
typedef enum pli_status pli_read_at(void *arg, uint64_t off, void *buf, size_t len, struct pli_error *err);

/* A pli_unchanged is asked once all was read, before anything is committed: is it still what it was? */
typedef enum pli_status pli_unchanged(void *arg, struct pli_error *err);

struct pli_input {
	enum pli_end kind;
	const char *name; /* the path; for others how errors speak of it */
	int fd;           /* read from its current offset; not closed */
	const void *data;
	uint64_t len; /* memory, callback */
	pli_read_at *read_at;
	pli_unchanged *unchanged; /* or NULL */
	void *arg;
};

struct pli_output {
	enum pli_end kind;
	const char *name; /* the final path; for others how errors speak of it */
	int fd;           /* written at its current offset; not closed */
	void *data;
	size_t cap;
	bool replace; /* path: replace an existing file */
	bool no_sync; /* path: do not fsync */
	/* path: do not look for what killed runs left beside it; of many outputs in one folder, one has to */
	bool no_sweep;
};

/* A regular file is read by position, and by all threads at once. */
static inline struct pli_input
pli_input_path(const char *path)
{
	struct pli_input in = { PLI_END_PATH, path, -1, NULL, 0, NULL, NULL, NULL };
	return in;
}

/* Of a regular file the offset is where reading begins, and does not move; what else there is, is consumed. */
static inline struct pli_input
pli_input_fd(int fd, const char *name)
{
	struct pli_input in = { PLI_END_FD, name, fd, NULL, 0, NULL, NULL, NULL };
	return in;
}

static inline struct pli_input
pli_input_memory(const void *data, size_t len, const char *name)
{
	struct pli_input in = { PLI_END_MEMORY, name, -1, data, len, NULL, NULL, NULL };
	return in;
}

/* Content of len bytes that exists only piece by piece; read by position, by all threads at once. */
static inline struct pli_input
pli_input_callback(pli_read_at *read_at, pli_unchanged *unchanged, void *arg, uint64_t len, const char *name)
{
	struct pli_input in = { PLI_END_CALLBACK, name, -1, NULL, len, read_at, unchanged, arg };
	return in;
}

/*
 * A path gets the complete file or stays as it was: the bytes go to an unnamed
 * or hidden file in the same folder, which is synced, named and synced again.
 */
static inline struct pli_output
pli_output_path(const char *path)
{
	struct pli_output out = { PLI_END_PATH, path, -1, NULL, 0, false, false, false };
	return out;
}

/*
 * A descriptor is written in order, and not synced. Writing to a pipe that nobody reads raises SIGPIPE, which the host
 * program ignores or handles: pli does not touch signals.
 */
static inline struct pli_output
pli_output_fd(int fd, const char *name)
{
	struct pli_output out = { PLI_END_FD, name, fd, NULL, 0, false, false, false };
	return out;
}

/* It must not overlap the input. Memory is as it was, or all zeroes, after a failed call. */
static inline struct pli_output
pli_output_memory(void *data, size_t cap, const char *name)
{
	struct pli_output out = { PLI_END_MEMORY, name, -1, data, cap, false, false, false };
	return out;
}

/* What a job says while it runs. */
struct pli_progress {
	uint64_t done;  /* content bytes finished in this pass */
	uint64_t total; /* content bytes in all, 0 when not known */
	unsigned pass;  /* 1, or 2 when content is written to a pipe */
	unsigned passes;
};

/*
 * Callbacks, on the thread that called. Any may be NULL. progress comes once a
 * segment (about 1 MiB). cancelled is asked once a segment and at least five
 * times a second while the job waits for a pipe; true ends the job with
 * PLI_ERR_CANCELLED and leaves nothing behind.
 */
struct pli_hooks {
	void (*progress)(void *arg, const struct pli_progress *p);
	bool (*cancelled)(void *arg);
	void *arg;
};

/* As many workers as CPUs that this process may run on. */
#define PLI_THREADS_AUTO (-1)

#ifdef __cplusplus
}
#endif

#endif
