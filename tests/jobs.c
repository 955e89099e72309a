/* jobs.c - a thread at the other side of each pipe; files are made, read back and removed around the job. */
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#define NOT_ZERO 0xa5

static _Noreturn void
give_up(const char *what)
{
	(void)fprintf(stderr, "ends: %s\n", what);
	exit(99);
}

size_t
jobs_piece(unsigned i)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 4095, 3, 65537, 100000, 31, 32768 };

	return sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
}

static void *
feed(void *arg)
{
	const struct jobs_from *e = arg;
	struct view left = e->bytes;
	unsigned i = 0;
	ssize_t n;

	while (left.len > 0) {
		n = write(e->pipe[1], left.p, left.len < jobs_piece(i) ? left.len : jobs_piece(i));
		if (n < 0 && errno != EINTR)
			break; /* the job ended before its input did */
		i++;
		if (n > 0)
			left = view_of(left.p + n, left.len - (size_t)n);
	}
	(void)close(e->pipe[1]);
	return NULL;
}

static void *
collect(void *arg)
{
	struct jobs_to *e = arg;
	uint8_t block[65536];
	ssize_t n;

	while ((n = read(e->pipe[0], block, sizeof(block))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && buf_add(&e->got, view_of(block, (size_t)n), NULL) != PLI_OK)
			give_up("out of memory");
	return NULL;
}

static void
new_path(char path[256], const char *what)
{
	static unsigned number;
	char name[64];

	(void)snprintf(name, sizeof(name), "%s-%u", what, number++);
	(void)snprintf(path, 256, "%s", support_path(name));
}

static void
new_pipe(int fd[2])
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (pipe2(fd, O_CLOEXEC) != 0)
		give_up("no pipe");
}

void
jobs_from(struct jobs_from *e, enum jobs_kind kind, struct view bytes)
{
	*e = (struct jobs_from){ .kind = kind, .bytes = bytes };
	switch (kind) {
	case ENDS_FILE:
		new_path(e->path, "in");
		support_write(e->path, bytes);
		e->input = pli_input_path(e->path);
		break;
	case ENDS_PIPE:
		new_pipe(e->pipe);
		if (pthread_create(&e->thread, NULL, feed, e) != 0)
			give_up("no thread");
		e->input = pli_input_fd(e->pipe[0], "a pipe");
		break;
	case ENDS_MEMORY:
	case ENDS_KINDS:
		e->input = pli_input_memory(bytes.p, bytes.len, "memory");
		break;
	}
}

void
jobs_from_close(struct jobs_from *e)
{
	if (e->kind == ENDS_FILE)
		(void)unlink(e->path);
	if (e->kind != ENDS_PIPE)
		return;
	(void)close(e->pipe[0]);
	(void)pthread_join(e->thread, NULL);
}

void
jobs_to(struct jobs_to *e, enum jobs_kind kind, size_t cap)
{
	*e = (struct jobs_to){ .kind = kind, .cap = cap };
	switch (kind) {
	case ENDS_FILE:
		new_path(e->path, "out");
		e->output = pli_output_path(e->path);
		e->output.no_sync = true;
		break;
	case ENDS_PIPE:
		new_pipe(e->pipe);
		if (pthread_create(&e->thread, NULL, collect, e) != 0)
			give_up("no thread");
		e->output = pli_output_fd(e->pipe[1], "a pipe");
		break;
	case ENDS_MEMORY:
	case ENDS_KINDS:
		if ((e->memory = malloc(cap + 1)) == NULL)
			give_up("out of memory");
		memset(e->memory, NOT_ZERO, cap + 1);
		e->output = pli_output_memory(e->memory, cap, "memory");
		break;
	}
}

static void
close_memory(struct jobs_to *e, enum pli_status rc, uint64_t len, struct buf *got)
{
	struct view v = view_of(e->memory, rc == PLI_OK ? (size_t)len : 0);
	size_t i;

	if (e->memory[e->cap] != NOT_ZERO)
		give_up("something was written behind the memory");
	/* zeroes, or what was there before a job that failed before it began */
	for (i = 1; rc != PLI_OK && i < e->cap; i++)
		if (e->memory[i] != e->memory[0])
			v.len = e->cap;
	if (rc != PLI_OK && e->cap > 0 && e->memory[0] != 0 && e->memory[0] != NOT_ZERO)
		v.len = e->cap;
	if (buf_add(got, v, NULL) != PLI_OK)
		give_up("out of memory");
	free(e->memory);
}

void
jobs_to_close(struct jobs_to *e, enum pli_status rc, uint64_t len, struct buf *got)
{
	buf_clear(got);
	switch (e->kind) {
	case ENDS_FILE:
		if (support_exists(e->path))
			support_read(e->path, got);
		(void)unlink(e->path);
		break;
	case ENDS_PIPE:
		(void)close(e->pipe[1]);
		(void)pthread_join(e->thread, NULL);
		(void)close(e->pipe[0]);
		*got = e->got;
		break;
	case ENDS_MEMORY:
	case ENDS_KINDS:
		close_memory(e, rc, len, got);
		break;
	}
}

enum pli_status
jobs_seal(const struct pli_certs *certs, struct view content, enum jobs_kind from, enum jobs_kind to,
    const struct pli_seal_options *options, struct buf *envelope, struct pli_sealed *result, struct pli_error *err)
{
	struct pli_sealed sealed = { 0 };
	struct jobs_from in;
	struct jobs_to out;
	enum pli_status rc;

	jobs_from(&in, from, content);
	jobs_to(&out, to, (size_t)pli_seal_bound(certs, content.len));
	rc = pli_seal(support_pli(), certs, &in.input, &out.output, options, &sealed, err);
	jobs_to_close(&out, rc, sealed.bytes, envelope);
	jobs_from_close(&in);
	if (result != NULL)
		*result = sealed;
	return rc;
}

enum pli_status
jobs_push(const struct pli_certs *certs, struct view content, uint64_t length, enum jobs_kind to,
    const struct pli_seal_options *options, struct buf *envelope, struct pli_sealed *result, struct pli_error *err)
{
	struct pli_sealed sealed = { 0 };
	struct pli_sealer *sealer;
	struct jobs_to out;
	enum pli_status rc;
	size_t at, n;
	unsigned i;

	jobs_to(&out, to, (size_t)pli_seal_bound(certs, content.len));
	rc = pli_sealer_new(&sealer, support_pli(), certs, length, &out.output, options, err);
	for (i = 0, at = 0; rc == PLI_OK && at < content.len; i++, at += n) {
		n = content.len - at < jobs_piece(i) ? content.len - at : jobs_piece(i);
		rc = pli_sealer_write(sealer, content.p + at, n, err);
	}
	if (rc == PLI_OK)
		rc = pli_sealer_commit(sealer, &sealed, err);
	pli_sealer_free(sealer);
	jobs_to_close(&out, rc, sealed.bytes, envelope);
	if (result != NULL)
		*result = sealed;
	return rc;
}

enum pli_status
jobs_open(const struct pli_key *key, struct view envelope, enum jobs_kind from, enum jobs_kind to,
    const struct pli_open_options *options, struct buf *content, struct pli_opened *result, struct pli_error *err)
{
	struct pli_opened opened = { 0 };
	struct jobs_from in;
	struct jobs_to out;
	enum pli_status rc;

	jobs_from(&in, from, envelope);
	jobs_to(&out, to, envelope.len);
	rc = pli_open(support_pli(), &key, 1, &in.input, &out.output, options, &opened, err);
	jobs_to_close(&out, rc, opened.content_bytes, content);
	jobs_from_close(&in);
	if (result != NULL)
		*result = opened;
	return rc;
}

enum pli_status
jobs_verify(const struct pli_key *key, struct view envelope, enum jobs_kind from,
    const struct pli_open_options *options, struct pli_opened *result, struct pli_error *err)
{
	struct jobs_from in;
	enum pli_status rc;

	jobs_from(&in, from, envelope);
	rc = pli_verify(support_pli(), &key, 1, &in.input, options, result, err);
	jobs_from_close(&in);
	return rc;
}
