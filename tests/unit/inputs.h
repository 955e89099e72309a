#ifndef PLI_INPUTS_H
#define PLI_INPUTS_H

/*
 * inputs.h - the same bytes as a source of any kind: memory, a file, or a pipe that somebody fills a little at a time.
 *
 *      inputs_open -> what is read from .source -> inputs_close
 *
 * Each test file includes this once.
 */

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source.h"
#include "suite.h"
#include "support.h"

#define INPUTS_FILE "input"

enum input { FROM_MEMORY, FROM_PATH, FROM_PIPE, INPUTS };

static const struct pli_hooks no_hooks;

struct opened {
	struct source *source;
	int fd;
	pid_t writer;
};

/* Writes all of it, in pieces that fit no block. */
static inline bool
inputs_fill(int fd, struct view bytes)
{
	size_t at, n;

	for (at = 0; at < bytes.len; at += n) {
		n = bytes.len - at < 777 ? bytes.len - at : 777;
		if (write(fd, bytes.p + at, n) != (ssize_t)n)
			return false;
	}
	return true;
}

/* The bytes live until inputs_close. */
static inline struct opened
inputs_open(enum input from, struct view bytes)
{
	struct opened o = { NULL, -1, 0 };
	struct pli_error err = { 0 };
	const char *path = support_path(INPUTS_FILE);
	struct pli_input in = pli_input_memory(bytes.p, bytes.len, "memory");
	int ends[2];

	if (from == FROM_PATH) {
		support_write(path, bytes);
		in = pli_input_path(path);
	} else if (from == FROM_PIPE) {
		check(pipe2(ends, O_CLOEXEC) == 0 && (o.writer = fork()) >= 0);
		if (o.writer == 0) {
			(void)close(ends[0]);
			_exit(!inputs_fill(ends[1], bytes));
		}
		check(close(ends[1]) == 0);
		o.fd = ends[0];
		in = pli_input_fd(o.fd, "pipe");
	}
	check_ok(source_open(&o.source, &in, &no_hooks, &err), err);
	return o;
}

static inline void
inputs_close(struct opened *o)
{
	int status;

	source_close(o->source);
	check(o->fd < 0 || close(o->fd) == 0); /* what was not the source's to close is still open */
	check(o->writer <= 0 || waitpid(o->writer, &status, 0) == o->writer);
}

#endif
