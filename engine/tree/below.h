#ifndef PLI_BELOW_H
#define PLI_BELOW_H

/*
 * below.h - opens what is below an open folder, and nothing that a symbolic link would lead to.
 *
 *      below_open                                               one path
 *      BELOW_INIT -> below_parent ... -> below_clear            many: the folder of the last one stays open
 */

#include <sys/types.h>

/*
 * below_open is openat of a relative path without ".." parts, where no part of it may be a symbolic link. The kernel makes sure of
 * that where it has openat2 (Linux 5.6); elsewhere one part is opened after the other. Returns a descriptor, or -1 with errno.
 */
int below_open(int folder, const char *path, int flags, mode_t mode);

/* The folder that the last path was in. */
struct below {
	int root, fd; /* fd is -1: none */
	char path[4096];
};

#define BELOW_INIT                                                                                                     \
	{                                                                                                              \
		.fd = -1                                                                                               \
	}

/*
 * below_parent returns an open folder (for use as in openat, O_PATH) and in *last the name in it that path, below the folder
 * root, is: *last has no slash, so that a call which does not follow links cannot leave the folder. It is borrowed until the
 * next call. Returns -1 with errno.
 */
int below_parent(struct below *b, int root, const char *path, const char **last);

void below_clear(struct below *b);

#endif
