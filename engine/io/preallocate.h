#ifndef PLI_PREALLOCATE_H
#define PLI_PREALLOCATE_H

/* preallocate.h - room on the disk for a file whose length is known before it is written. */

#include "bytes.h"

/*
 * preallocate takes room for the len bytes at off of fd, without changing its length, where that makes writing faster: on ext4
 * (measured), and for more than a few. They must be going to be written: what is behind the end of a file stays taken. Fails
 * with PLI_ERR_IO where there is not so much room, as writing would later. name is for messages.
 */
enum pli_status preallocate(int fd, uint64_t off, uint64_t len, const char *name, struct pli_error *err) PLI_MUST_CHECK;

#endif
