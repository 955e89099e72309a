#ifndef PLI_JOBS_H
#define PLI_JOBS_H

/*
 * jobs.h - seals and opens bytes through any kind of end: a file, a pipe with a thread at its other side, memory.
 *
 *      jobs_seal, jobs_open, jobs_verify                              one job, start to end
 *      jobs_from -> a job with its input -> jobs_from_close           one end of a job of one's own
 *      jobs_to -> a job with its output -> jobs_to_close
 *
 * What came out is collected in a buf, also when the job failed: then a buf that is not empty is something that was
 * released. Memory is not zero when a job begins.
 */

#include <pthread.h>

#include "bytes.h"
#include "pli/open.h"
#include "pli/seal.h"

enum jobs_kind { ENDS_FILE, ENDS_PIPE, ENDS_MEMORY, ENDS_KINDS };

struct jobs_from {
	struct pli_input input;
	enum jobs_kind kind;
	struct view bytes;
	int pipe[2];
	pthread_t thread;
	char path[256];
};

struct jobs_to {
	struct pli_output output;
	enum jobs_kind kind;
	struct buf got; /* pipe: by the thread */
	int pipe[2];
	pthread_t thread;
	char path[256];
	uint8_t *memory;
	size_t cap;
};

/* jobs_from makes an input that gives bytes, which stay the caller's. A pipe gets them in pieces of odd sizes. */
void jobs_from(struct jobs_from *e, enum jobs_kind kind, struct view bytes);
void jobs_from_close(struct jobs_from *e);

/* jobs_to makes an output; memory has cap bytes. */
void jobs_to(struct jobs_to *e, enum jobs_kind kind, size_t cap);

/*
 * jobs_to_close puts what came out into got, which the caller clears: a pipe's bytes, a file's, or the first len of
 * memory; after a failure nothing if all of memory is zeroes, or as it was, and otherwise all of it.
 */
void jobs_to_close(struct jobs_to *e, enum pli_status rc, uint64_t len, struct buf *got);

/* jobs_seal is pli_seal of content, through ends of those kinds; what came out is in envelope. */
enum pli_status jobs_seal(const struct pli_certs *certs, struct view content, enum jobs_kind from, enum jobs_kind to,
    const struct pli_seal_options *options, struct buf *envelope, struct pli_sealed *result, struct pli_error *err);

/* jobs_push is the same with pli_sealer_write, with pieces of odd sizes; length as pli_sealer_new has it. */
enum pli_status jobs_push(const struct pli_certs *certs, struct view content, uint64_t length, enum jobs_kind to,
    const struct pli_seal_options *options, struct buf *envelope, struct pli_sealed *result, struct pli_error *err);

/* jobs_open is pli_open with one key; what came out is in content. jobs_verify is pli_verify. */
enum pli_status jobs_open(const struct pli_key *key, struct view envelope, enum jobs_kind from, enum jobs_kind to,
    const struct pli_open_options *options, struct buf *content, struct pli_opened *result, struct pli_error *err);
enum pli_status jobs_verify(const struct pli_key *key, struct view envelope, enum jobs_kind from,
    const struct pli_open_options *options, struct pli_opened *result, struct pli_error *err);

/* jobs_piece is the i-th of a row of odd sizes, from 1 to 100,000. */
size_t jobs_piece(unsigned i);

#endif
