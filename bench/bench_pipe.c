/*
 * bench_pipe.c - from memory into a descriptor. pipe_*: a pipe that another thread empties into nothing, with pipe_copy for
 * what the pipe gives by itself; null_open: /dev/null, where only the two passes over the envelope count.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "bench_setup.h"
#include "pli/open.h"
#include "pli/seal.h"

#define BLOCK ((size_t)1 << 20)

/* Reads until the other end is closed; arg is the descriptor. */
static void *
empty(void *arg)
{
	int fd = *(const int *)arg;
	uint8_t *block = malloc(BLOCK);

	while (block != NULL && read(fd, block, BLOCK) > 0)
		;
	free(block);
	(void)close(fd);
	return NULL;
}

static void
cannot(struct pli_error *err, const char *what)
{
	err->status = PLI_ERR_IO;
	(void)snprintf(err->message, sizeof(err->message), "cannot %s", what);
}

static enum pli_status
copy_to(int fd, size_t size, int threads, struct pli_error *err)
{
	const uint8_t *p = bench_setup_memory(BENCH_SETUP_PLAIN, size);
	size_t at;
	ssize_t n;

	(void)threads;
	for (at = 0; at < size; at += (size_t)n)
		if ((n = write(fd, p + at, size - at < BLOCK ? size - at : BLOCK)) <= 0) {
			cannot(err, "write to the pipe");
			break;
		}
	return err->status;
}

static enum pli_status
seal_to(int fd, size_t size, int threads, struct pli_error *err)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_input in = pli_input_memory(bench_setup_memory(BENCH_SETUP_PLAIN, size), size, "the content");
	struct pli_output out = pli_output_fd(fd, "the pipe");

	options.threads = threads;
	return pli_seal(bench_setup_pli(), bench_setup_certs(1), &in, &out, &options, NULL, err);
}

static enum pli_status
open_to(int fd, size_t size, int threads, struct pli_error *err)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	size_t len = bench_setup_seal(size, PLI_PROFILE_GCM);
	struct pli_input in = pli_input_memory(bench_setup_memory(BENCH_SETUP_SEALED, size), len, "the envelope");
	struct pli_output out = pli_output_fd(fd, "the pipe");
	const struct pli_key *key = bench_setup_key();

	options.threads = threads;
	return pli_open(bench_setup_pli(), &key, 1, &in, &out, &options, NULL, err);
}

typedef enum pli_status writes(int fd, size_t size, int threads, struct pli_error *err);

struct job {
	writes *write;
	bool opens, null;
};

static void
to_null(const struct job *j, size_t size, int threads, struct pli_error *err)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		cannot(err, "open /dev/null");
		return;
	}
	(void)j->write(fd, size, threads, err);
	(void)close(fd);
}

/* The reading thread's start and end belong to the turn, as they would for a shell's pipe. */
static void
to_pipe(const struct job *j, size_t size, int threads, struct pli_error *err)
{
	pthread_t reader;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0) {
		cannot(err, "make a pipe");
		return;
	}
	if (pthread_create(&reader, NULL, empty, &ends[0]) != 0) {
		cannot(err, "start a thread");
		(void)close(ends[0]);
		(void)close(ends[1]);
		return;
	}
	(void)j->write(ends[1], size, threads, err);
	(void)close(ends[1]);
	(void)pthread_join(reader, NULL);
}

static void
job(struct bench *b, const void *what)
{
	const struct job *j = what;
	size_t size = (size_t)bench_arg(b, 0);
	int threads = (int)bench_arg(b, 1);
	struct pli_error err = { 0 };

	if (!bench_setup_fits(b, size))
		return;
	(void)bench_setup_memory(BENCH_SETUP_PLAIN, size);
	if (j->opens)
		(void)bench_setup_seal(size, PLI_PROFILE_GCM);
	while (err.status == PLI_OK && bench_next(b))
		(j->null ? to_null : to_pipe)(j, size, threads, &err);
	bench_bytes(b, size);
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
}

void
bench_pipe_add(void)
{
	static const struct job copy = { copy_to, false, false }, seal = { seal_to, false, false },
				open = { open_to, true, false }, null = { open_to, true, true };
	const struct bench_axis axes[] = {
		BENCH_AXIS("size", 1 << 10, 1 << 20, 256 << 20, 1 << 30),
		BENCH_AXIS("threads", 0, 1, 2, 4),
	};
	const struct bench_axis one[] = { axes[0], BENCH_AXIS("threads", 0) };

	bench_add("pipe_copy", job, &copy, one, 2);
	bench_add("pipe_seal", job, &seal, axes, 2);
	bench_add("pipe_open", job, &open, axes, 2);
	bench_add("null_open", job, &null, axes, 2);
}
