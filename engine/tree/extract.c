/*
 * extract.c - of a small file each call to the system counts: the folder of the last one stays open, permissions are given
 * where it is made (nobody else can get to it before its folder is in place), and its length is known by what was written.
 */
#include "extract.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "preallocate.h"
#include "rules.h"

#define PERMISSIONS 0777u
#define ALL_MODES 07777u
#define AHEAD_MOST (64u << 20) /* bytes */

void
extract_init(struct extract *x, int root)
{
	*x = (struct extract){ .root = root, .fd = -1, .folder = BELOW_INIT };
}

static enum pli_status
remember(struct extract *x, const struct rules_place *place, const struct tar_entry *e, struct pli_error *err)
{
	struct extract_made *m;

	if ((m = array_grow(x->made, x->count, &x->cap, sizeof(*m))) == NULL)
		return fail_memory(err);
	x->made = m;
	m = &x->made[x->count];
	*m = (struct extract_made){ .place = place, .mode = PERMISSIONS };
	if (e != NULL) {
		m->mode = e->mode;
		m->mtime = e->mtime;
		m->dated = true;
	}
	x->count++;
	return PLI_OK;
}

enum pli_status
extract_folder(struct extract *x, const char *path, const struct rules_place *place, const struct tar_entry *e,
    struct pli_error *err)
{
	mode_t mode = (e == NULL ? PERMISSIONS : e->mode & PERMISSIONS) | 0700;
	const char *last;
	int parent = below_parent(&x->folder, x->root, path, &last);

	/* One that is there was made by us, in here, for an entry inside it that came first. */
	if (parent < 0 || (mkdirat(parent, last, mode) != 0 && (errno != EEXIST || e == NULL)))
		return fail_errno(err, PLI_ERR_IO, errno, "cannot make the folder %s", path);
	return remember(x, place, e, err);
}

enum pli_status
extract_begin(struct extract *x, const struct tar_entry *e, struct pli_error *err)
{
	const char *last;
	int parent = below_parent(&x->folder, x->root, e->path, &last);

	x->size = e->size;
	x->len = x->run = x->ahead = 0;
	if (parent >= 0)
		x->fd =
		    openat(parent, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, e->mode & PERMISSIONS);
	if (parent < 0 || x->fd < 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot make the file %s", e->path);
	return PLI_OK;
}

/* Gives back room that was taken for what does not come. */
static void
give_back(struct extract *x)
{
	if (x->ahead > x->len)
		preallocate_undo(x->fd, x->len);
	x->ahead = 0;
}

/*
 * Takes room for what comes next: as much as came without a hole, so that an archive of holes takes twice its own size at most,
 * whatever sizes it announces. It is a guess: where there is no room for it, there may be for what does come.
 */
static void
take_room(struct extract *x, const char *path, uint64_t off, size_t len)
{
	uint64_t end = off + len, amount;

	if (off != x->len)
		give_back(x);
	x->run = off == x->len ? x->run + len : 0;
	if (end < x->ahead || end >= x->size)
		return;
	amount = x->run < AHEAD_MOST ? x->run : AHEAD_MOST;
	if (amount > x->size - end)
		amount = x->size - end;
	x->ahead = end + amount;
	if (preallocate(x->fd, end, amount, path, NULL) != PLI_OK) {
		give_back(x);
		x->size = 0; /* not again */
	}
}

enum pli_status
extract_data(struct extract *x, const char *path, const void *p, size_t len, uint64_t off, struct pli_error *err)
{
	const char *at = p;
	ssize_t n;

	take_room(x, path, off, len);
	if (off + len > x->len)
		x->len = off + len;
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
	bool ok;
	int fd = x->fd, saved;

	give_back(x);
	/* A file may end in a hole. */
	ok = (x->len == e->size || ftruncate(fd, (off_t)e->size) == 0) && futimens(fd, times) == 0;
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
	unsigned deep_x = rules_depth(x->place), deep_y = rules_depth(y->place);
	uintptr_t at_x = (uintptr_t)x->place, at_y = (uintptr_t)y->place;

	if (deep_x != deep_y)
		return deep_x < deep_y ? 1 : -1;
	return at_x != at_y ? (at_x > at_y) - (at_x < at_y) : (int)x->dated - (int)y->dated;
}

/* When it was made it was given what its owner needs to fill it: that is taken from it now. */
static bool
complete_folder(const struct extract *x, const struct extract_made *m, const char *path)
{
	struct timespec times[2] = { seconds(m->mtime), seconds(m->mtime) };
	int fd = below_open(x->root, path, O_RDONLY | O_DIRECTORY, 0), saved;
	struct stat st;
	mode_t mode;
	bool ok;

	if (fd < 0)
		return false;
	if ((ok = fstat(fd, &st) == 0)) {
		mode = st.st_mode & PERMISSIONS & m->mode;
		ok = ((st.st_mode & ALL_MODES) == mode || fchmod(fd, mode) == 0) &&
		     (!m->dated || futimens(fd, times) == 0);
	}
	saved = errno;
	(void)close(fd);
	errno = saved;
	return ok;
}

enum pli_status
extract_finish(struct extract *x, struct pli_error *err)
{
	char path[4096];
	size_t i;

	if (x->count > 0)
		qsort(x->made, x->count, sizeof(*x->made), deepest_first);
	for (i = 0; i < x->count; i++) {
		/* One that was made for what is in it, and told later, is there twice: the last word counts. */
		if (i + 1 < x->count && x->made[i].place == x->made[i + 1].place)
			continue;
		rules_text(x->made[i].place, path);
		if (!complete_folder(x, &x->made[i], path))
			return fail_errno(err, PLI_ERR_IO, errno, "cannot complete the folder %s", path);
	}
	return PLI_OK;
}

void
extract_clear(struct extract *x)
{
	if (x->fd >= 0)
		(void)close(x->fd);
	below_clear(&x->folder);
	free(x->made);
	*x = (struct extract){ .fd = -1, .folder = BELOW_INIT };
}
