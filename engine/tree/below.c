/* below.c - glibc has no openat2 yet. */
#include "below.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One part after the other, for a kernel that cannot see to it; what openat2 says of a path that leads out is said here, too. */
static int
walk(int folder, const char *path, int flags, mode_t mode)
{
	char part[NAME_MAX + 1];
	int at = folder, next, saved;
	const char *slash;
	size_t len;

	for (;; path = slash + 1, at = next) {
		slash = strchr(path, '/');
		len = slash == NULL ? strlen(path) : (size_t)(slash - path);
		next = -1;
		if (len == 0 || (len == 2 && path[0] == '.' && path[1] == '.')) {
			errno = EXDEV;
		} else if (len >= sizeof(part)) {
			errno = ENAMETOOLONG;
		} else if (slash == NULL) {
			next = openat(at, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
		} else {
			memcpy(part, path, len);
			part[len] = '\0';
			next = openat(at, part, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		}
		saved = errno;
		if (at != folder)
			(void)close(at);
		errno = saved;
		if (next < 0 || slash == NULL)
			return next;
	}
}

int
below_open(int folder, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
		.mode = mode,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* an old kernel; a sandbox */
		return walk(folder, path, flags, mode);
	return (int)fd;
}

int
below_parent(struct below *b, int root, const char *path, const char **last)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	*last = slash == NULL ? path : slash + 1;
	if (slash == NULL)
		return root;
	if (b->fd >= 0 && b->root == root && strncmp(b->path, path, len) == 0 && b->path[len] == '\0')
		return b->fd;
	below_clear(b);
	if (len >= sizeof(b->path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(b->path, path, len);
	b->path[len] = '\0';
	b->root = root;
	b->fd = below_open(root, b->path, O_PATH | O_DIRECTORY, 0);
	return b->fd;
}

void
below_clear(struct below *b)
{
	if (b->fd >= 0)
		(void)close(b->fd);
	b->fd = -1;
}
