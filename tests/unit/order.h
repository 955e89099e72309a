#ifndef PLI_ORDER_H
#define PLI_ORDER_H

/*
 * order.h - in which order something is synced and gets its name, for what must survive a loss of power.
 *
 *      order_begin(folder, 'd');   the folder that the name appears in, and the step that fails ('\0': none)
 *      ... commit ...
 *      check(order_is("fnd"));
 *
 * A step is a letter: f, a regular file is synced; a, the whole file system of that folder; d, that folder; n, something
 * that is in it gets a name that is not hidden. What is none of these, or is synced elsewhere, is '?'.
 *
 * A suite that includes it, once, is listed in CMakeLists.txt, which leads the calls here; it leads renameat and renameat2
 * here by itself, with order_named.
 */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hidden.h"
#include "suite.h"

static char order_steps[16];
static char order_fails;
static struct stat order_folder;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_syncfs(int fd);
int __wrap_syncfs(int fd);
int __real_linkat(int from, const char *name, int to, const char *as, int flags);
int __wrap_linkat(int from, const char *name, int to, const char *as, int flags);

static inline void
order_begin(const char *folder, char fails)
{
	check(stat(folder, &order_folder) == 0);
	memset(order_steps, 0, sizeof(order_steps));
	order_fails = fails;
}

static inline bool
order_is(const char *steps)
{
	order_fails = '\0';
	return strcmp(order_steps, steps) == 0;
}

/* Notes a step, before it is done, and says whether it is to fail. */
static inline bool
order_step(char step)
{
	size_t n = strlen(order_steps);

	if (n + 1 < sizeof(order_steps))
		order_steps[n] = step;
	if (step != order_fails)
		return false;
	errno = EIO;
	return true;
}

static inline bool
order_is_folder(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == order_folder.st_dev && st.st_ino == order_folder.st_ino;
}

/* order_named notes that as appeared in the folder to. */
static inline void
order_named(int to, const char *as)
{
	if (!hidden_is(as))
		(void)order_step(order_is_folder(to) ? 'n' : '?');
}

int
__wrap_fsync(int fd)
{
	struct stat st;
	char step = order_is_folder(fd) ? 'd' : fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? 'f' : '?';

	return order_step(step) ? -1 : __real_fsync(fd);
}

int
__wrap_syncfs(int fd)
{
	struct stat st;
	char step = fstat(fd, &st) == 0 && st.st_dev == order_folder.st_dev ? 'a' : '?';

	return order_step(step) ? -1 : __real_syncfs(fd);
}

int
__wrap_linkat(int from, const char *name, int to, const char *as, int flags)
{
	int result = __real_linkat(from, name, to, as, flags);

	if (result == 0)
		order_named(to, as);
	return result;
}

#endif
