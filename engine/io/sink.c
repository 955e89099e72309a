/* sink.c - one loop writes two pieces wherever they go; partial writes are gone on with. */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preallocate.h"
#include "stage.h"
#include "wait.h"

struct sink {
	const char *name;
	const struct pli_hooks *hooks;
	struct stage *stage; /* path */
	int fd;              /* path, descriptor */
	uint8_t *memory;
	size_t cap;
	bool own_fd;
	size_t most; /* in order: bytes that a write takes without waiting */
	uint64_t at; /* sink_write: next offset */
	bool committed;
};

/*
 * A write that waits is deaf to a cancel. A pipe is opened once more, not to wait: the descriptor of the caller, which others
 * may share, stays as it is. What cannot be opened again takes PIPE_BUF bytes at a time, for which poll has made sure, but for
 * devices that are no terminal: they take what they are given, /dev/null at once.
 */
static void
open_again(struct sink *s)
{
	char path[64];
	struct stat st;
	int fd;

	s->most = SIZE_MAX;
	if (fstat(s->fd, &st) != 0 || S_ISREG(st.st_mode) || (S_ISCHR(st.st_mode) && isatty(s->fd) == 0))
		return;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	if (S_ISFIFO(st.st_mode) && (fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0) {
		s->fd = fd;
		s->own_fd = true;
	} else {
		s->most = PIPE_BUF;
	}
}

enum pli_status
sink_open(struct sink **sink, const struct pli_output *out, const struct source *input, const struct pli_hooks *hooks,
    struct pli_error *err)
{
	const struct hidden_how how = { out->replace, out->no_sync, out->no_sweep };
	struct sink *s = calloc(1, sizeof(*s));
	enum pli_status rc = PLI_OK;

	*sink = NULL;
	if (s == NULL)
		return fail_memory(err);
	s->name = out->name != NULL ? out->name : "the output";
	s->hooks = hooks;
	s->fd = -1;
	switch (out->kind) {
	case PLI_END_PATH:
		if (out->name == NULL)
			rc = fail(err, PLI_ERR_USAGE, "no output");
		else if (input != NULL && source_is_path(input, out->name))
			rc = fail(err, PLI_ERR_EXISTS, "%s is the input: it is never replaced", s->name);
		else if ((rc = stage_new(&s->stage, out->name, how, err)) == PLI_OK)
			s->fd = stage_fd(s->stage);
		break;
	case PLI_END_FD:
		if ((s->fd = out->fd) < 0)
			rc = fail(err, PLI_ERR_USAGE, "%s is no open descriptor", s->name);
		else if (input != NULL && source_is_fd(input, s->fd))
			rc = fail(err, PLI_ERR_EXISTS, "%s is the input: it is never replaced", s->name);
		else
			open_again(s);
		break;
	case PLI_END_MEMORY:
		if (input != NULL && source_overlaps(input, out->data, out->cap)) {
			rc = fail(err, PLI_ERR_EXISTS, "%s overlaps the input", s->name);
			break;
		}
		s->memory = out->data;
		s->cap = out->cap;
		break;
	case PLI_END_CALLBACK:
	case PLI_END_NONE:
		rc = fail(err, PLI_ERR_USAGE, "no output");
		break;
	}
	if (rc != PLI_OK) {
		sink_close(s);
		return rc;
	}
	*sink = s;
	return PLI_OK;
}

bool
sink_positional(const struct sink *s)
{
	return s->stage != NULL || s->fd < 0;
}

enum pli_status
sink_expect(const struct sink *s, uint64_t len, struct pli_error *err)
{
	return s->stage == NULL ? PLI_OK : preallocate(s->fd, 0, len, s->name, err);
}

static enum pli_status
put_memory(const struct sink *s, uint64_t off, struct view header, struct view payload, struct pli_error *err)
{
	if (off > s->cap || header.len > s->cap - off || payload.len > s->cap - off - header.len)
		return fail(err, PLI_ERR_LIMIT, "%s: the %zu bytes of memory are not enough", s->name, s->cap);
	if (header.len > 0)
		memcpy(s->memory + off, header.p, header.len);
	if (payload.len > 0 && s->memory + off + header.len != payload.p)
		memcpy(s->memory + off + header.len, payload.p, payload.len);
	return PLI_OK;
}

uint8_t *
sink_window(const struct sink *s, uint64_t off, size_t len)
{
	return s->memory != NULL && off <= s->cap && len <= s->cap - off ? s->memory + off : NULL;
}

/* Writes both pieces, at off or (off < 0) in order. */
static enum pli_status
write_all(const struct sink *s, int64_t off, struct view header, struct view payload, struct pli_error *err)
{
	enum pli_status rc;
	size_t part;
	ssize_t n;

	while (header.len + payload.len > 0) {
		struct iovec iov[2] = { { (void *)(uintptr_t)header.p, header.len },
			{ (void *)(uintptr_t)payload.p, payload.len } };

		if (off < 0 && (rc = wait_writable(s->fd, s->hooks, err)) != PLI_OK)
			return rc;
		if (off < 0 && iov[0].iov_len > s->most)
			iov[0].iov_len = s->most;
		if (off < 0 && iov[1].iov_len > s->most - iov[0].iov_len)
			iov[1].iov_len = s->most - iov[0].iov_len;
		n = off >= 0 ? pwritev(s->fd, iov, 2, off) : writev(s->fd, iov, 2);
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return fail_errno(err, PLI_ERR_IO, n == 0 ? ENOSPC : errno, "cannot write %s", s->name);
		if (n < 0) {
			continue; /* in order, a cancel is asked for above; workers never ask */
		}
		if (off >= 0)
			off += n;
		part = (size_t)n < header.len ? (size_t)n : header.len;
		header = view_behind(header, part);
		payload = view_behind(payload, (size_t)n - part);
	}
	return PLI_OK;
}

enum pli_status
sink_put(const struct sink *s, uint64_t off, struct view header, struct view payload, struct pli_error *err)
{
	return s->fd < 0 ? put_memory(s, off, header, payload, err) : write_all(s, (int64_t)off, header, payload, err);
}

enum pli_status
sink_write(struct sink *s, struct view header, struct view payload, struct pli_error *err)
{
	uint64_t off = s->at;

	s->at += header.len + payload.len;
	if (sink_positional(s))
		return sink_put(s, off, header, payload, err);
	return write_all(s, -1, header, payload, err);
}

enum pli_status
sink_commit(struct sink *s, struct pli_error *err)
{
	enum pli_status rc = s->stage == NULL ? PLI_OK : stage_commit(s->stage, err);

	s->committed = rc == PLI_OK;
	return rc;
}

void
sink_close(struct sink *s)
{
	if (s == NULL)
		return;
	/* Memory cannot be taken back, but what was not authenticated can be taken out of it. */
	if (s->memory != NULL && !s->committed)
		wipe(s->memory, s->cap);
	stage_free(s->stage);
	if (s->own_fd)
		(void)close(s->fd);
	free(s);
}
