/*
 * source.c - one buffer in front of a descriptor; memory is its own buffer. Where the position was moved by a skip the
 * next read is small, since often only the next header is wanted; it doubles while reading goes on. With an armor, the same
 * buffer stands in front of the armor, and what was opened is below that as a source of its own.
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "wait.h"

#define READ_LEAST 4096
#define READ_MOST 65536
#define PIPE_SIZE (1 << 20)

struct source {
	const char *name;
	const struct pli_hooks *hooks;
	struct armor *armor; /* around another source, or NULL */
	int fd;              /* -1: memory, callback, armor */
	bool own_fd;
	pli_read_at *read_at; /* callback */
	pli_unchanged *unchanged;
	void *arg;
	bool positional;
	const uint8_t *memory; /* constant, while ahead moves: workers look at it */
	uint64_t start;        /* file offset of offset 0 */
	uint64_t size;         /* positional */
	struct stat opened;    /* regular file */
	struct buf buf;        /* bytes read ahead */
	struct view ahead;     /* those not consumed; all of what is left, for memory */
	uint64_t at;           /* offset of ahead.p[0] */
	size_t stride;         /* next read */
	bool ended;
};

static enum pli_status
open_fd(struct source *s, struct pli_error *err)
{
	off_t start;

	if (fstat(s->fd, &s->opened) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot look at %s", s->name);
	if (S_ISDIR(s->opened.st_mode)) {
		enum pli_status rc = fail(err, PLI_ERR_IO, "cannot read %s: it is a folder", s->name);

		fail_hint(err, "name the file in it");
		return rc;
	}
	if (!S_ISREG(s->opened.st_mode)) {
#ifdef F_SETPIPE_SZ
		/* Larger transfers; where it is refused the pipe works as it is. */
		if (S_ISFIFO(s->opened.st_mode))
			(void)fcntl(s->fd, F_SETPIPE_SZ, PIPE_SIZE);
#endif
		return PLI_OK;
	}
	if ((start = lseek(s->fd, 0, SEEK_CUR)) < 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot seek in %s", s->name);
	s->positional = true;
	s->start = (uint64_t)start;
	s->size = s->opened.st_size > start ? (uint64_t)(s->opened.st_size - start) : 0;
	return PLI_OK;
}

/* Is all of it in memory, where it can be looked at without being read? */
static bool
in_memory(const struct source *s)
{
	return s->fd < 0 && s->read_at == NULL && s->armor == NULL;
}

/* What was opened, below an armor. */
static const struct source *
below(const struct source *s)
{
	return s->armor == NULL ? s : armor_raw(s->armor);
}

static enum pli_status
not_opened(const struct source *s, int errnum, struct pli_error *err)
{
	enum pli_status rc = fail_errno(err, PLI_ERR_IO, errnum, "cannot open %s", s->name);

	if (errnum == ENOENT)
		fail_hint(err, "check the path");
	return rc;
}

enum pli_status
source_open(struct source **out, const struct pli_input *in, const struct pli_hooks *hooks, struct pli_error *err)
{
	struct source *s = calloc(1, sizeof(*s));
	enum pli_status rc = PLI_OK;

	*out = NULL;
	if (s == NULL)
		return fail_memory(err);
	s->name = in->name != NULL ? in->name : "the input";
	s->hooks = hooks;
	s->fd = -1;
	s->stride = READ_LEAST;
	switch (in->kind) {
	case PLI_END_PATH:
		/* Opening a FIFO that nobody writes to must not wait, deaf to a cancel; reading it does. */
		s->own_fd = true;
		if (in->name == NULL)
			rc = fail(err, PLI_ERR_USAGE, "no input");
		else if ((s->fd = open(in->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) < 0)
			rc = not_opened(s, errno, err);
		else
			rc = open_fd(s, err);
		break;
	case PLI_END_FD:
		s->fd = in->fd;
		rc = open_fd(s, err);
		break;
	case PLI_END_MEMORY:
		s->positional = true;
		s->size = in->len;
		s->memory = in->data;
		s->ahead = view_of(in->data, (size_t)in->len);
		s->ended = true;
		break;
	case PLI_END_CALLBACK:
		s->positional = true;
		s->size = in->len;
		s->read_at = in->read_at;
		s->unchanged = in->unchanged;
		s->arg = in->arg;
		break;
	case PLI_END_NONE:
		rc = fail(err, PLI_ERR_USAGE, "no input");
		break;
	}
	if (rc != PLI_OK) {
		source_close(s);
		return rc;
	}
	*out = s;
	return PLI_OK;
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	if (s->own_fd && s->fd >= 0)
		(void)close(s->fd);
	buf_clear(&s->buf);
	armor_free(s->armor);
	free(s);
}

enum pli_status
source_unarmor(struct source *s, struct pli_error *err)
{
	struct source *raw = malloc(sizeof(*raw));
	struct armor *armor;
	enum pli_status rc;

	if (raw == NULL)
		return fail_memory(err);
	/* What s points to is raw's for the time being, and stays it if there is an armor. */
	*raw = *s;
	rc = armor_find(&armor, raw, err);
	if (armor == NULL) {
		*s = *raw;
		free(raw);
		return rc;
	}
	*s = (struct source){ .name = raw->name, .hooks = raw->hooks, .armor = armor, .fd = -1, .stride = READ_LEAST };
	return PLI_OK;
}

enum armor_kind
source_armor(const struct source *s)
{
	return s->armor == NULL ? ARMOR_NONE : armor_kind(s->armor);
}

bool
source_repeatable(const struct source *s)
{
	return below(s)->positional;
}

bool
source_positional(const struct source *s)
{
	return s->positional;
}

uint64_t
source_size(const struct source *s)
{
	return s->size;
}

const char *
source_name(const struct source *s)
{
	return s->name;
}

uint64_t
source_offset(const struct source *s)
{
	return s->at;
}

uint64_t
source_consumed(const struct source *s)
{
	return below(s)->at;
}

enum pli_status
source_cancelled(const struct source *s, struct pli_error *err)
{
	return wait_cancelled(s->hooks, err);
}

bool
source_is_path(const struct source *s, const char *path)
{
	struct stat st;

	s = below(s);
	return s->fd >= 0 && stat(path, &st) == 0 && st.st_dev == s->opened.st_dev && st.st_ino == s->opened.st_ino;
}

bool
source_is_fd(const struct source *s, int fd)
{
	struct stat st;

	s = below(s);
	return s->fd >= 0 && S_ISREG(s->opened.st_mode) && fstat(fd, &st) == 0 && st.st_dev == s->opened.st_dev &&
	       st.st_ino == s->opened.st_ino;
}

bool
source_overlaps(const struct source *s, const void *p, size_t len)
{
	uintptr_t a = (uintptr_t)below(s)->memory, b = (uintptr_t)p;

	s = below(s);
	return s->memory != NULL && a < b + len && b < a + s->size;
}

/* One read at the position behind what is buffered. *got is 0 at the end. */
static enum pli_status
read_some(struct source *s, uint8_t *p, size_t len, size_t *got, struct pli_error *err)
{
	uint64_t off = s->at + s->ahead.len;
	enum pli_status rc;
	ssize_t n;

	if (s->armor != NULL) {
		rc = armor_read(s->armor, p, len, got, err);
		s->ended = rc == PLI_OK && *got == 0;
		return rc;
	}
	if (s->read_at != NULL) {
		*got = off >= s->size ? 0 : s->size - off < len ? (size_t)(s->size - off) : len;
		s->ended = *got == 0;
		return *got == 0 ? PLI_OK : s->read_at(s->arg, off, p, *got, err);
	}
	for (;;) {
		if (s->positional) {
			n = pread(s->fd, p, len, (off_t)(s->start + off));
		} else {
			if ((rc = wait_readable(s->fd, s->hooks, err)) != PLI_OK)
				return rc;
			n = read(s->fd, p, len);
		}
		if (n >= 0)
			break;
		if (errno != EINTR && errno != EAGAIN)
			return fail_errno(err, PLI_ERR_IO, errno, "cannot read %s", s->name);
		if ((rc = wait_cancelled(s->hooks, err)) != PLI_OK)
			return rc;
	}
	*got = (size_t)n;
	s->ended = n == 0;
	return PLI_OK;
}

enum pli_status
source_peek(struct source *s, size_t want, struct view *out, struct pli_error *err)
{
	enum pli_status rc = PLI_OK;
	size_t got = 0;

	if (!in_memory(s) && s->ahead.len < want && !s->ended) {
		if (s->ahead.len > 0)
			memmove(s->buf.p, s->ahead.p, s->ahead.len);
		s->buf.len = s->ahead.len;
		while (rc == PLI_OK && s->ahead.len < want && !s->ended) {
			size_t step = want - s->ahead.len > s->stride ? want - s->ahead.len : s->stride;

			rc = buf_reserve(&s->buf, step, err);
			s->ahead = buf_view(&s->buf);
			if (rc != PLI_OK || (rc = read_some(s, s->buf.p + s->buf.len, step, &got, err)) != PLI_OK)
				break;
			s->buf.len += got;
			s->ahead = buf_view(&s->buf);
			if (s->stride < READ_MOST)
				s->stride *= 2;
		}
	}
	*out = s->ahead;
	return rc;
}

void
source_skip(struct source *s, uint64_t n)
{
	size_t within = n < s->ahead.len ? (size_t)n : s->ahead.len;

	if (within < n && !in_memory(s))
		s->stride = READ_LEAST;
	s->at += in_memory(s) ? within : n;
	s->ahead = view_behind(s->ahead, within);
	if (s->armor != NULL)
		armor_drop(s->armor, n - within);
}

enum pli_status
source_read(struct source *s, uint8_t *buf, size_t len, size_t *got, struct pli_error *err)
{
	size_t n = s->ahead.len < len ? s->ahead.len : len;
	enum pli_status rc;

	if (n > 0)
		memcpy(buf, s->ahead.p, n);
	source_skip(s, n);
	*got = n;
	while (*got < len && !s->ended) {
		/* nothing is buffered: straight to where it belongs */
		if ((rc = read_some(s, buf + *got, len - *got, &n, err)) != PLI_OK)
			return rc;
		s->at += n;
		*got += n;
	}
	return PLI_OK;
}

enum pli_status
source_at(const struct source *s, uint64_t off, size_t len, uint8_t *buf, const uint8_t **out, struct pli_error *err)
{
	size_t done = 0;
	ssize_t n;

	if (s->read_at != NULL) {
		*out = buf;
		return s->read_at(s->arg, off, buf, len, err);
	}
	if (in_memory(s)) {
		*out = s->memory + off;
		return PLI_OK;
	}
	while (done < len) {
		n = pread(s->fd, buf + done, len - done, (off_t)(s->start + off + done));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return fail_errno(err, PLI_ERR_IO, errno, "cannot read %s at byte %llu", s->name,
			    (unsigned long long)off + done);
		if (n == 0)
			return fail(err, PLI_ERR_IO, "%s became shorter while it was read", s->name);
		done += (size_t)n;
	}
	*out = buf;
	return PLI_OK;
}

void
source_restart(struct source *s)
{
	if (in_memory(s)) {
		s->ahead = view_of(s->memory, (size_t)s->size);
	} else {
		s->ahead = view_of(NULL, 0);
		s->ended = false;
		s->stride = READ_LEAST;
	}
	s->at = 0;
	if (s->armor != NULL)
		armor_restart(s->armor);
}

static enum pli_status
changed(const struct source *s, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_IO, "%s changed while it was read", s->name);

	fail_hint(err, "try again when nothing writes to it");
	return rc;
}

enum pli_status
source_unchanged(const struct source *s, struct pli_error *err)
{
	struct stat now;
	uint8_t next;
	ssize_t n;

	s = below(s);
	if (s->unchanged != NULL)
		return s->unchanged(s->arg, err);
	if (s->fd < 0 || !s->positional)
		return PLI_OK;
	if (fstat(s->fd, &now) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot look at %s", s->name);
	if (now.st_size != s->opened.st_size || now.st_mtim.tv_sec != s->opened.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != s->opened.st_mtim.tv_nsec || now.st_ctim.tv_sec != s->opened.st_ctim.tv_sec ||
	    now.st_ctim.tv_nsec != s->opened.st_ctim.tv_nsec)
		return changed(s, err);
	/* Some file systems do not know how long their files are. */
	do
		n = pread(s->fd, &next, 1, (off_t)(s->start + s->size));
	while (n < 0 && errno == EINTR);
	if (n != 0)
		return n < 0 ? fail_errno(err, PLI_ERR_IO, errno, "cannot read %s", s->name)
			     : fail(err, PLI_ERR_IO, "%s is longer than it says", s->name);
	return PLI_OK;
}

/* The hint of fail_errno where there is no room is about the output. */
static enum pli_status
no_copy(const struct source *s, int errnum, struct pli_error *err)
{
	char why[128];
	enum pli_status rc = fail(err, PLI_ERR_IO, "cannot keep a copy of %s to read it twice: %s", s->name,
	    strerror_r(errnum, why, sizeof(why)));

	fail_hint(err, "set TMPDIR to a folder with room, or open to a file instead of a pipe");
	return rc;
}

static enum pli_status
copy_all(struct source *s, int fd, struct pli_error *err)
{
	struct view v;
	enum pli_status rc;
	ssize_t n;

	for (;;) {
		if ((rc = source_peek(s, 1, &v, err)) != PLI_OK || v.len == 0)
			return rc;
		if ((n = write(fd, v.p, v.len)) < 0) {
			if (errno != EINTR)
				return no_copy(s, errno, err);
			n = 0;
		}
		source_skip(s, (uint64_t)n);
		if ((rc = wait_cancelled(s->hooks, err)) != PLI_OK)
			return rc;
	}
}

enum pli_status
source_spool(struct source *s, struct pli_error *err)
{
	uint64_t before = s->at; /* bytes that nobody needs again, and that are not in the copy */
	enum pli_status rc;
	int fd = scratch_file();

	if (fd < 0)
		return no_copy(s, errno, err);
	if ((rc = copy_all(s, fd, err)) == PLI_OK && fstat(fd, &s->opened) != 0)
		rc = fail_errno(err, PLI_ERR_IO, errno, "cannot look at the copy of %s", s->name);
	if (rc != PLI_OK) {
		(void)close(fd);
		return rc;
	}
	if (s->own_fd)
		(void)close(s->fd);
	armor_free(s->armor);
	s->armor = NULL;
	s->fd = fd;
	s->own_fd = s->positional = true;
	s->start = 0 - before; /* modulo 2^64: offset before is at the begin of the copy */
	s->size = before + (uint64_t)s->opened.st_size;
	source_restart(s);
	return PLI_OK;
}
