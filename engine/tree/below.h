#ifndef PLI_BELOW_H
#define PLI_BELOW_H

/* below.h - opens what is below an open folder, and nothing that a symbolic link would lead to. */

#include <sys/types.h>

/*
 * below_open is openat of a relative path without ".." parts, where no part of it may be a symbolic link. Where the kernel
 * has openat2 (Linux 5.6) it makes sure of that; elsewhere, only of the last part. Returns a descriptor, or -1 with errno.
 */
int below_open(int folder, const char *path, int flags, mode_t mode);

#endif
