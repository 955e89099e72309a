#ifndef PLI_SCRATCH_H
#define PLI_SCRATCH_H

/*
 * scratch.h - a file without a name, in $TMPDIR or /tmp, that is gone when it is closed.
 */

/* scratch_file returns a descriptor, or -1 with errno. */
int scratch_file(void);

#endif
