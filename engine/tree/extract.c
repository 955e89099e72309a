/* extract.c - the folder of the last file stays open: the next file is mostly in the same. */
#include "extract.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "below.h"
#include "hidden.h"

void
extract_init(struct extract *x, int root)
{
	*x = (struct extract){ .root = root, .umask = hidden_umask(), .fd = -1, .parent = -1 };
}

/* The open folder that path is in, and its last part. */
static int
parent_of(struct extract *x, const char *path, const char **last)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	*last = slash == NULL ? path : slash + 1;
	if (slash == NULL)
		return x->root;
	if (x->parent >= 0 && strncmp(x->parent_path, path, len) == 0 && x->parent_path[len] == '\0')
		return x->parent;
	if (x->parent >= 0)
		(void)close(x->parent);
	memcpy(x->parent_path, path, len);
	x->parent_path[len] = '\0';
	x->parent = below_open(x->root, x->parent_path, O_PATH | O_DIRECTORY, 0);
	return x->parent;
}

static enum pli_status
remember(struct extract *x, const char *path, const struct tar_entry *e, struct pli_error *err)
{
	struct extract_made *m;

	if (x->count == x->cap) {
		size_t cap = x->cap == 0 ? 16 : 2 * x->cap;

		if ((m = realloc(x->made, cap * sizeof(*m))) == NULL)
			return fail_memory(err);
		x->made = m;
		x->cap = cap;
	}
	m = &x->made[x->count];
	*m = (struct extract_made){ .path = strdup(path), .mode = 0777 };
	if (m->path == NULL)
		return fail_memory(err);
	if (e != NULL) {
		m->mode = e->mode;
		m->mtime = e->mtime;
		m->dated = true;
	}
	x->count++;
	return PLI_OK;
}

enum pli_status
extract_folder(struct extract *x, const char *path, const struct tar_entry *e, struct pli_error *err)
{
	const char *last;
	int parent = parent_of(x, path, &last);

	/* One that is there was made by us, in here, for an entry inside it that came first. */
	if (parent < 0 || (mkdirat(parent, last, 0700) != 0 && (errno != EEXIST || e == NULL)))
		return fail_errno(err, PLI_ERR_IO, errno, "cannot make the folder %s", path);
	return remember(x, path, e, err);
}

enum pli_status
extract_begin(struct extract *x, const struct tar_entry *e, struct pli_error *err)
{
	const char *last;
	int parent = parent_of(x, e->path, &last);

	if (parent >= 0)
		x->fd = below_open(parent, last, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (parent < 0 || x->fd < 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot make the file %s", e->path);
	return PLI_OK;
}

enum pli_status
extract_data(struct extract *x, const char *path, const void *p, size_t len, uint64_t off, struct pli_error *err)
{
	const char *at = p;
	ssize_t n;

	while (len > 0) {
		n = pwrite(x->fd, at, len, (off_t)off);
		if (n == 0 || (n < 0 && errno != EINTR))
			return fail_errno(err, PLI_ERR_IO, n == 0 ? ENOSPC : errno, "cannot write %s", path);
		if (n < 0)
			continue;
		at += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
	return PLI_OK;
}

static struct timespec
seconds(int64_t t)
{
	return (struct timespec){ .tv_sec = t };
}

enum pli_status
extract_end(struct extract *x, const struct tar_entry *e, struct pli_error *err)
{
	struct timespec times[2] = { seconds(e->mtime), seconds(e->mtime) };
	struct stat st;
	bool ok;
	int fd = x->fd, saved;

	/* A file may end in a hole. */
	ok = fstat(fd, &st) == 0 && ((uint64_t)st.st_size == e->size || ftruncate(fd, (off_t)e->size) == 0) &&
	     fchmod(fd, (mode_t)e->mode & 0777 & ~x->umask) == 0 && futimens(fd, times) == 0;
	saved = errno;
	x->fd = -1;
	if (close(fd) != 0 && ok) {
		ok = false;
		saved = errno;
	}
	return ok ? PLI_OK : fail_errno(err, PLI_ERR_IO, saved, "cannot complete the file %s", e->path);
}

/* What is in a folder before the folder; of the same one, what the archive says last. */
static int
deepest_first(const void *a, const void *b)
{
	const struct extract_made *x = a, *y = b;
	int order = strcmp(y->path, x->path);

	return order != 0 ? order : (int)x->dated - (int)y->dated;
}

enum pli_status
extract_finish(struct extract *x, struct pli_error *err)
{
	size_t i;

	if (x->count > 0)
		qsort(x->made, x->count, sizeof(*x->made), deepest_first);
	for (i = 0; i < x->count; i++) {
		const struct extract_made *m = &x->made[i];
		struct timespec times[2] = { seconds(m->mtime), seconds(m->mtime) };
		int fd;

		/* One that was made for what is in it, and told later, is there twice: the last word counts. */
		if (i + 1 < x->count && strcmp(m->path, x->made[i + 1].path) == 0)
			continue;
		fd = below_open(x->root, m->path, O_RDONLY | O_DIRECTORY, 0);
		if (fd < 0 || (m->dated && futimens(fd, times) != 0) || fchmod(fd, m->mode & 0777 & ~x->umask) != 0) {
			int saved = errno;

			if (fd >= 0)
				(void)close(fd);
			return fail_errno(err, PLI_ERR_IO, saved, "cannot complete the folder %s", m->path);
		}
		(void)close(fd);
	}
	return PLI_OK;
}

void
extract_clear(struct extract *x)
{
	if (x->fd >= 0)
		(void)close(x->fd);
	if (x->parent >= 0)
		(void)close(x->parent);
	while (x->count > 0)
		free(x->made[--x->count].path);
	free(x->made);
	*x = (struct extract){ .fd = -1, .parent = -1 };
}
