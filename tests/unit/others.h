#ifndef PLI_OTHERS_H
#define PLI_OTHERS_H

/*
 * others.h - what other processes do to a file between two steps of pli: they hold its lock, or take away its last name.
 *
 * A suite that includes it, once, is listed in CMakeLists.txt, which leads flock and fstat here.
 */

#include <errno.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>

static int others_locks;     /* so many locks are somebody's, who sweeps */
static bool others_no_links; /* nothing has a name any more */

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);
int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);

int
__wrap_flock(int fd, int how)
{
	if (others_locks == 0)
		return __real_flock(fd, how);
	others_locks--;
	errno = EWOULDBLOCK;
	return -1;
}

int
__wrap_fstat64(int fd, struct stat *st)
{
	int result = __real_fstat64(fd, st);

	if (others_no_links)
		st->st_nlink = 0;
	return result;
}

#endif
