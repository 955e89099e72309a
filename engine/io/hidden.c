/* hidden.c - nothing here can fail in a way that matters: what is not removed now is removed by the next run. */
#include "hidden.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX ".pli-"
#define DIGITS 16
#define HIDDEN_LEN (sizeof(PREFIX) - 1 + DIGITS)
#define FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

bool
hidden_is(const char *name)
{
	size_t i;

	if (strlen(name) != HIDDEN_LEN || strncmp(name, PREFIX, sizeof(PREFIX) - 1) != 0)
		return false;
	for (i = sizeof(PREFIX) - 1; i < HIDDEN_LEN; i++)
		if (strchr("0123456789abcdef", name[i]) == NULL)
			return false;
	return true;
}

bool
hidden_name(char out[HIDDEN_CAP])
{
	uint64_t number;

	out[0] = '\0';
	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return false;
	(void)snprintf(out, HIDDEN_CAP, PREFIX "%016llx", (unsigned long long)number);
	return true;
}

/*
 * One step of removing a folder, open for this alone: files go; the name of the first folder in it that does not is written
 * to next. Returns false if there is none. It may be removed because memory is short, and takes none.
 */
static bool
empty_folder(int fd, char next[NAME_MAX + 1])
{
	_Alignas(struct dirent64) char entries[8192];
	const struct dirent64 *d;
	ssize_t len, at;

	while ((len = getdents64(fd, entries, sizeof(entries))) > 0)
		for (at = 0; at < len; at += d->d_reclen) {
			d = (const struct dirent64 *)(const void *)(entries + at);
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
			    unlinkat(fd, d->d_name, 0) == 0 || unlinkat(fd, d->d_name, AT_REMOVEDIR) == 0)
				continue;
			(void)snprintf(next, NAME_MAX + 1, "%s", d->d_name);
			return true;
		}
	return false;
}

/* One that may not be read or written to is still ours. */
static int
open_to_empty(int parent, const char *name)
{
	int fd = openat(parent, name, FOLDER);

	if (fd >= 0)
		(void)fchmod(fd, 0700);
	else if (errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, FOLDER);
	return fd;
}

/* Is it another file system, mounted there? What is on it is not ours. */
static bool
is_mounted(int parent, int fd)
{
	struct stat above, st;

	return fstat(parent, &above) != 0 || fstat(fd, &st) != 0 || st.st_dev != above.st_dev;
}

/* Removes the first folder below name that has no folders in it, or name itself. Returns true while there is more to do. */
static bool
remove_one(int folder, const char *name)
{
	int parent = folder, fd = openat(folder, name, FOLDER);
	char leaf[NAME_MAX + 1], next[NAME_MAX + 1];
	bool top = true, removed;

	(void)snprintf(leaf, sizeof(leaf), "%s", name);
	while (fd >= 0 && !is_mounted(parent, fd) && empty_folder(fd, next)) {
		if (parent != folder)
			(void)close(parent);
		parent = fd;
		fd = open_to_empty(parent, next);
		memcpy(leaf, next, sizeof(leaf));
		top = false;
	}
	removed = fd >= 0 && unlinkat(parent, leaf, AT_REMOVEDIR) == 0;
	if (fd >= 0)
		(void)close(fd);
	if (parent != folder)
		(void)close(parent);
	return removed && !top;
}

void
hidden_remove(int folder, const char *name, int fd)
{
	/* An empty one takes no descriptor: they may be short, and that may be why it is removed. */
	if (unlinkat(fd, name, AT_REMOVEDIR) != 0)
		while (remove_one(fd, name))
			;
	(void)unlinkat(folder, name, AT_REMOVEDIR);
}

bool
hidden_hold(int fd)
{
	struct stat st;

	/* Where there are no locks nobody sweeps, either. */
	if ((flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || fstat(fd, &st) != 0)
		return false;
	errno = EBUSY;
	return st.st_nlink > 0;
}

/*
 * Removes one leftover of a run that was killed. Whose lock is held by somebody is somebody's work. Who else can write to
 * the folder may have given such a name to any file or folder of ours: a file they could as well have removed; of a folder,
 * which they could not, only what they cannot have put in it goes.
 */
static void
sweep_one(int folder, const char *name)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	/* What pli leaves is of these kinds and never another: see stage.c and folder.c. A folder may inherit set-group-id. */
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600 && st.st_nlink == 1)
			(void)unlinkat(folder, name, 0);
		else if (S_ISDIR(st.st_mode) && (st.st_mode & 05777) == 0700)
			hidden_remove(folder, name, fd);
	}
	(void)close(fd);
}

void
hidden_sweep(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (hidden_is(entry->d_name))
			sweep_one(folder, entry->d_name);
	(void)closedir(dir);
}

mode_t
hidden_umask(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long mask = 077;
	char line[128];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "Umask:", 6) == 0)
			mask = strtoul(line + 6, NULL, 8);
	if (f != NULL)
		(void)fclose(f);
	return (mode_t)mask & 0777;
}
