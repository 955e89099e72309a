/* stage.c - everything happens relative to one open folder, so that renaming the folder meanwhile changes nothing. */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hidden.h"

#define TRIES 16

struct stage {
	char *path; /* as given, for messages */
	char *name; /* last part, in path */
	char *folder;
	int folder_fd, fd;
	struct hidden_how how;
	bool private;
	bool guarded; /* nobody else may change it */
	bool committed;
	char hidden[HIDDEN_CAP]; /* empty: no name */
};

/* A file with a hidden name. A sweeper may come between the name and the lock: then the file is gone, and made again. */
static int
open_hidden(struct stage *s)
{
	int fd, i, e;

	for (i = 0; i < TRIES; i++) {
		if (!hidden_name(s->hidden))
			break;
		fd = openat(s->folder_fd, s->hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 && errno == EEXIST)
			continue;
		if (fd < 0)
			break;
		if (hidden_hold(fd))
			return fd;
		e = errno;
		(void)close(fd);
		(void)unlinkat(s->folder_fd, s->hidden, 0);
		errno = e;
	}
	s->hidden[0] = '\0';
	return -1;
}

/*
 * Giving a name to a file without one needs /proc. Nobody else can open it before, so that it has its permissions from the
 * begin, by the umask. The lock is for the moment in which it has a hidden name: then it is its owner's alone.
 */
static int
open_unnamed(const struct stage *s)
{
	int fd;

	if (access("/proc/self/fd", X_OK) != 0)
		return -1;
	fd = openat(s->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, s->how.replace ? 0600 : 0666);
	if (fd >= 0 && s->how.replace)
		(void)flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

static enum pli_status
taken(const struct stage *s, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_EXISTS, "%s exists already", s->path);

	fail_hint(err, "choose another name, move the file away, or replace it with --force");
	return rc;
}

/* With --force it is the same. */
static enum pli_status
irreplaceable(const struct stage *s, bool folder, struct pli_error *err)
{
	enum pli_status rc =
	    folder ? fail(err, PLI_ERR_EXISTS, "%s is a folder, not the name of a file", s->path)
		   : fail(err, PLI_ERR_EXISTS, "%s exists and is no regular file: it is not replaced", s->path);

	fail_hint(err, "choose another name");
	return rc;
}

static enum pli_status
check_free(const struct stage *s, struct pli_error *err)
{
	struct stat st;

	if (s->name[0] == '\0' || strcmp(s->name, ".") == 0 || strcmp(s->name, "..") == 0)
		return irreplaceable(s, true, err);
	if (hidden_is(s->name))
		return fail(err, PLI_ERR_USAGE, "%s is a name that pli keeps for what is not complete", s->path);
	if (fstatat(s->folder_fd, s->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? PLI_OK : fail_errno(err, PLI_ERR_IO, errno, "cannot look at %s", s->path);
	if (!S_ISREG(st.st_mode))
		return irreplaceable(s, S_ISDIR(st.st_mode), err);
	return s->how.replace ? PLI_OK : taken(s, err);
}

static enum pli_status
set_path(struct stage *s, const char *path, struct pli_error *err)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if ((s->path = strdup(path)) == NULL)
		return fail_memory(err);
	s->name = s->path + (slash == NULL ? 0 : len + 1);
	/* "/name" is in "/", "name" in "." */
	s->folder = slash == NULL ? strdup(path[0] == '\0' ? "" : ".") : strndup(path, len == 0 ? 1 : len);
	return s->folder == NULL ? fail_memory(err) : PLI_OK;
}

enum pli_status
stage_new(struct stage **out, const char *path, struct hidden_how how, struct pli_error *err)
{
	struct stage *s = calloc(1, sizeof(*s));
	enum pli_status rc;
	int e;

	*out = NULL;
	if (s == NULL)
		return fail_memory(err);
	s->folder_fd = s->fd = -1;
	s->how = how;
	if ((rc = set_path(s, path, err)) != PLI_OK)
		goto out;
	if ((s->folder_fd = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		e = errno;
		rc = fail_errno(err, PLI_ERR_IO, e, "cannot open the folder of %s", path);
		if (e == ENOENT)
			fail_hint(err, "make the folder first, or check the path");
		goto out;
	}
	if ((rc = check_free(s, err)) != PLI_OK)
		goto out;
	/* before, so that a run that is killed meanwhile leaves no second one */
	if (!how.no_sweep)
		hidden_sweep(s->folder_fd);
	if ((s->fd = open_unnamed(s)) < 0 && (s->fd = open_hidden(s)) < 0)
		rc = fail_errno(err, PLI_ERR_IO, errno, "cannot create a file beside %s", path);
out:
	if (rc != PLI_OK) {
		stage_free(s);
		return rc;
	}
	*out = s;
	return PLI_OK;
}

int
stage_fd(const struct stage *s)
{
	return s->fd;
}

enum pli_status
stage_write(struct stage *s, struct view bytes, struct pli_error *err)
{
	while (bytes.len > 0) {
		ssize_t n = write(s->fd, bytes.p, bytes.len);

		if (n == 0 || (n < 0 && errno != EINTR))
			return fail_errno(err, PLI_ERR_IO, n == 0 ? ENOSPC : errno, "cannot write %s", s->path);
		if (n > 0)
			bytes = view_behind(bytes, (size_t)n);
	}
	return PLI_OK;
}

static int
link_unnamed(const struct stage *s, const char *name)
{
	char proc[64];

	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d", s->fd);
	return linkat(AT_FDCWD, proc, s->folder_fd, name, AT_SYMLINK_FOLLOW);
}

/* Names the file as the path says, if the name is free. Returns 0, or an errno. */
static int
name_free(struct stage *s)
{
	if (s->hidden[0] == '\0')
		return link_unnamed(s, s->name) == 0 ? 0 : errno;
	if (renameat2(s->folder_fd, s->hidden, s->folder_fd, s->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	/* a file system that cannot: a hard link is refused where the name is taken, too */
	if (linkat(s->folder_fd, s->hidden, s->folder_fd, s->name, 0) != 0)
		return errno;
	(void)unlinkat(s->folder_fd, s->hidden, 0);
	return 0;
}

static int
name_replacing(struct stage *s)
{
	int i;

	for (i = 0; s->hidden[0] == '\0'; i++) {
		if (!hidden_name(s->hidden))
			return errno;
		if (link_unnamed(s, s->hidden) == 0)
			break;
		s->hidden[0] = '\0';
		if (errno != EEXIST || i == TRIES)
			return errno;
	}
	return renameat(s->folder_fd, s->hidden, s->folder_fd, s->name) == 0 ? 0 : errno;
}

enum pli_status
stage_private(struct stage *s, struct pli_error *err)
{
	s->private = true;
	if (fchmod(s->fd, 0600) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot set the permissions of %s", s->path);
	return PLI_OK;
}

enum pli_status
stage_guard(struct stage *s, struct pli_error *err)
{
	struct stat st;

	s->guarded = true;
	if (fstat(s->fd, &st) != 0 || ((st.st_mode & 022) != 0 && fchmod(s->fd, st.st_mode & 0777 & ~(mode_t)022) != 0))
		return fail_errno(err, PLI_ERR_IO, errno, "cannot set the permissions of %s", s->path);
	return PLI_OK;
}

/* In a folder that others can write to, the name may have been given to something else. */
static bool
is_other(const struct stage *s)
{
	struct stat named, written;

	return fstatat(s->folder_fd, s->name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(s->fd, &written) == 0 &&
	       (named.st_dev != written.st_dev || named.st_ino != written.st_ino);
}

enum pli_status
stage_commit(struct stage *s, struct pli_error *err)
{
	bool hides = s->hidden[0] != '\0' || s->how.replace;
	enum pli_status rc;
	int e;

	if (!s->how.no_sync && fsync(s->fd) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot sync %s", s->path);
	if ((rc = check_free(s, err)) != PLI_OK)
		return rc;
	e = s->how.replace ? name_replacing(s) : name_free(s);
	if (e == EEXIST)
		return taken(s, err);
	if (e != 0)
		return fail_errno(err, PLI_ERR_IO, e, "cannot give %s its name", s->path);
	s->committed = true;
	if (hides && is_other(s))
		return fail(err, PLI_ERR_IO, "somebody else put another file in the place of %s", s->path);
	/*
	 * What has a hidden name, be it for a moment, is nobody else's to read: it gets its permissions after its name. Where
	 * they cannot be widened, the file is complete and in place all the same, and stays its owner's alone.
	 */
	if (hides && !s->private && fchmod(s->fd, (s->guarded ? 0644 : 0666) & ~hidden_umask()) != 0)
		errno = 0;
	if (!s->how.no_sync && fsync(s->folder_fd) != 0)
		return fail_errno(err, PLI_ERR_IO, errno,
		    "%s is complete and in place, but its folder could not be synced: after a power failure it may be "
		    "gone",
		    s->path);
	return PLI_OK;
}

bool
stage_withdraw(struct stage *s)
{
	return s->committed && !is_other(s) && unlinkat(s->folder_fd, s->name, 0) == 0;
}

void
stage_free(struct stage *s)
{
	if (s == NULL)
		return;
	if (!s->committed && s->hidden[0] != '\0')
		(void)unlinkat(s->folder_fd, s->hidden, 0);
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->folder_fd >= 0)
		(void)close(s->folder_fd);
	free(s->path);
	free(s->folder);
	free(s);
}
