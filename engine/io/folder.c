/* folder.c - made, filled and named below one open parent. */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hidden.h"

#define TRIES 16
#define TRIES_PARENT 10000
#define FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct folder {
	char *parent, *name;
	int parent_fd, hidden_fd, fd; /* fd: of the one in the hidden one */
	struct hidden_how how;
	bool made_parent, committed;
	char hidden[HIDDEN_CAP]; /* empty: there is none */
};

static enum pli_status
taken(const struct folder *f, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_EXISTS, "%s/%s exists already", f->parent, f->name);

	fail_hint(err, "open into another folder with -C, or move it away: a folder is never replaced, and never takes "
		       "the place of a file");
	return rc;
}

static void
close_hidden(struct folder *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	if (f->hidden_fd >= 0)
		(void)close(f->hidden_fd);
	f->fd = f->hidden_fd = -1;
}

static bool
fill_hidden(struct folder *f)
{
	return mkdirat(f->hidden_fd, f->hidden, 0700) == 0 && (f->fd = openat(f->hidden_fd, f->hidden, FOLDER)) >= 0;
}

/* A sweeper came between the name and the lock: what was made is gone, or will be. */
static bool
is_swept(int e)
{
	return e == ENOENT || e == EWOULDBLOCK || e == EBUSY;
}

/* Returns 0, or an errno. What a sweeper took is made again; nothing else is better the next time. */
static int
make_hidden(struct folder *f)
{
	int i, e = EEXIST;

	for (i = 0; i < TRIES; i++) {
		if (!hidden_name(f->hidden)) {
			e = errno;
			break;
		}
		if (mkdirat(f->parent_fd, f->hidden, 0700) != 0) {
			e = errno;
			if (e != EEXIST)
				break;
			continue;
		}
		f->hidden_fd = openat(f->parent_fd, f->hidden, FOLDER);
		if (f->hidden_fd >= 0 && hidden_hold(f->hidden_fd) && fill_hidden(f))
			return 0;
		e = errno;
		if (f->hidden_fd >= 0)
			hidden_remove(f->parent_fd, f->hidden, f->hidden_fd);
		else
			(void)unlinkat(f->parent_fd, f->hidden, AT_REMOVEDIR);
		close_hidden(f);
		if (!is_swept(e))
			break;
	}
	f->hidden[0] = '\0';
	return e;
}

/* Returns 0, or an errno: ESTALE if somebody took the parent away just now; not so if it is a link to nothing. */
static int
open_parent(struct folder *f)
{
	struct stat st;

	if (f->parent_fd >= 0)
		(void)close(f->parent_fd);
	f->parent_fd = -1;
	f->made_parent = mkdir(f->parent, 0777) == 0;
	if (!f->made_parent && errno != EEXIST)
		return errno;
	f->parent_fd = open(f->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->parent_fd >= 0)
		return 0;
	if (errno != ENOENT)
		return errno;
	return lstat(f->parent, &st) == 0 && S_ISLNK(st.st_mode) ? ENOENT : ESTALE;
}

/*
 * A job beside this one that made the parent, and failed, takes it away again: then it is made once more. Many such jobs
 * can do so many times in a row, each after another has made it. Nothing else is tried again.
 */
static enum pli_status
prepare(struct folder *f, struct pli_error *err)
{
	enum pli_status rc;
	struct stat st;
	int e, i;

	for (i = 0; i < TRIES_PARENT; i++) {
		if ((e = open_parent(f)) == 0) {
			if (fstatat(f->parent_fd, f->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			    !(f->how.replace && S_ISREG(st.st_mode)))
				return taken(f, err);
			/* before, so that a run that is killed meanwhile leaves no second one */
			if (!f->how.no_sweep)
				hidden_sweep(f->parent_fd);
			if ((e = make_hidden(f)) == 0)
				return PLI_OK;
			e = e == ENOENT ? ESTALE : e;
		}
		if (e != ESTALE)
			break;
		(void)sched_yield();
	}
	rc = fail_errno(err, PLI_ERR_IO, e == ESTALE ? ENOENT : e,
	    f->parent_fd < 0 ? "cannot make the folder %s" : "cannot make a folder in %s", f->parent);
	if (e == ENOENT)
		fail_hint(err, "the folder that it is to be in is not there: make that first, or check the path");
	if (e == ENOTDIR)
		fail_hint(err, "%s is a file: name a folder with -C, or the file to be made with -o", f->parent);
	return rc;
}

enum pli_status
folder_new(struct folder **out, const char *parent, const char *name, struct hidden_how how, struct pli_error *err)
{
	struct folder *f = calloc(1, sizeof(*f));
	size_t len = strlen(parent);
	enum pli_status rc;

	*out = NULL;
	if (f == NULL)
		return fail_memory(err);
	f->parent_fd = f->hidden_fd = f->fd = -1;
	f->how = how;
	while (len > 1 && parent[len - 1] == '/') /* behind a link it would mean what the link leads to */
		len--;
	f->parent = strndup(parent, len);
	f->name = strdup(name);
	if (f->parent == NULL || f->name == NULL)
		rc = fail_memory(err);
	else if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		rc = fail(err, PLI_ERR_USAGE, "\"%s\" cannot be the name of a folder", name);
	else if (hidden_is(name))
		rc = fail(err, PLI_ERR_USAGE, "%s is a name that pli keeps for what is not complete", name);
	else
		rc = prepare(f, err);
	if (rc != PLI_OK) {
		folder_free(f);
		return rc;
	}
	*out = f;
	return PLI_OK;
}

int
folder_fd(const struct folder *f)
{
	return f->fd;
}

/* Where a file system knows no permissions, or once it has its name, it may have been exchanged for something else. */
static bool
is_other(const struct folder *f)
{
	struct stat named, written;

	return fstatat(f->parent_fd, f->name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(f->fd, &written) == 0 &&
	       (named.st_dev != written.st_dev || named.st_ino != written.st_ino);
}

enum pli_status
folder_commit(struct folder *f, struct pli_error *err)
{
	/* One call for all files: an fsync each would wait for the disk as often. */
	if (!f->how.no_sync && syncfs(f->fd) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot sync %s/%s", f->parent, f->name);
	if (renameat2(f->hidden_fd, f->hidden, f->parent_fd, f->name, RENAME_NOREPLACE) != 0)
		return errno == EEXIST
			   ? taken(f, err)
			   : fail_errno(err, PLI_ERR_IO, errno, "cannot give %s/%s its name", f->parent, f->name);
	f->committed = true;
	(void)unlinkat(f->parent_fd, f->hidden, AT_REMOVEDIR);
	if (is_other(f))
		return fail(
		    err, PLI_ERR_IO, "somebody else put another folder in the place of %s/%s", f->parent, f->name);
	/* The folder is complete and in place: where its permissions cannot be widened, it stays its owner's alone. */
	if (fchmod(f->fd, 0777 & ~hidden_umask()) != 0)
		errno = 0;
	if (!f->how.no_sync && fsync(f->parent_fd) != 0)
		return fail_errno(err, PLI_ERR_IO, errno,
		    "%s/%s is complete and in place, but its folder could not be synced: after a power failure it may "
		    "be gone",
		    f->parent, f->name);
	return PLI_OK;
}

void
folder_keep(struct folder *f)
{
	f->made_parent = false;
}

void
folder_free(struct folder *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		(void)close(f->fd); /* first: where descriptors are short, removing is in need of it */
	f->fd = -1;
	if (!f->committed && f->hidden[0] != '\0')
		hidden_remove(f->parent_fd, f->hidden, f->hidden_fd);
	close_hidden(f);
	if (f->parent_fd >= 0)
		(void)close(f->parent_fd);
	if (f->made_parent && !f->committed)
		(void)rmdir(f->parent);
	free(f->parent);
	free(f->name);
	free(f);
}
