#ifndef PLI_PREALLOCATE_H
#define PLI_PREALLOCATE_H

/* preallocate.h - room on the disk for a file whose length is known before it is written. */

#include "bytes.h"

/*
 * preallocate takes room for the len bytes at off of fd, without changing its length, where that makes writing faster: on ext4
 * (measured), from 1.5 MiB on. What is not written then stays taken, until preallocate_undo. Fails with PLI_ERR_IO where there
 * is not so much room; some of it may be taken then. name is for messages.
 */
enum pli_status preallocate(int fd, uint64_t off, uint64_t len, const char *name, struct pli_error *err) PLI_MUST_CHECK;

/* preallocate_undo gives back what is taken behind the end of fd, which is at len. */
void preallocate_undo(int fd, uint64_t len);

#endif
