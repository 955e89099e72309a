/*
 * preallocate.c - ext4 then looks for blocks once, not for each write. A file system in memory would take and clear its
 * pages one by one, and then write them.
 */
#include "preallocate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#define WORTH_IT (3u << 19) /* bytes: more than one segment */

enum pli_status
preallocate(int fd, uint64_t off, uint64_t len, const char *name, struct pli_error *err)
{
	struct statfs fs;

	if (len < WORTH_IT || off > INT64_MAX || len > INT64_MAX - off || fstatfs(fd, &fs) != 0 ||
	    fs.f_type != EXT4_SUPER_MAGIC)
		return PLI_OK;
	/* Whatever else may be wrong, the writes will say. */
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)len) != 0 && (errno == ENOSPC || errno == EDQUOT))
		return fail_errno(err, PLI_ERR_IO, errno, "cannot write %s", name);
	return PLI_OK;
}

void
preallocate_undo(int fd, uint64_t len)
{
	/* The same length again is how ext4 is told; where it cannot be, room is lost and nothing else. */
	if (ftruncate(fd, (off_t)len) != 0)
		errno = 0;
}
