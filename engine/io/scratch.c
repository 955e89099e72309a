/* scratch.c - where the file system knows no files without a name, one is made and taken away at once. */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
scratch_file(void)
{
	const char *dir = secure_getenv("TMPDIR");
	char *path;
	int fd, saved;

	if (dir == NULL || dir[0] == '\0')
		dir = "/tmp";
	if ((fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) >= 0)
		return fd;
	if (asprintf(&path, "%s/.pli-XXXXXX", dir) < 0)
		return -1;
	if ((fd = mkostemp(path, O_CLOEXEC)) >= 0 && unlink(path) != 0) {
		saved = errno;
		(void)close(fd); /* it would keep what is written to it */
		errno = saved;
		fd = -1;
	}
	free(path);
	return fd;
}
