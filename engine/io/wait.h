#ifndef PLI_WAIT_H
#define PLI_WAIT_H

/*
 * wait.h - waits for pipes, without ever being deaf to a cancel.
 */

#include "bytes.h"
#include "pli/stream.h"

/* wait_cancelled asks the caller's callback. Fails with PLI_ERR_CANCELLED. */
enum pli_status wait_cancelled(const struct pli_hooks *hooks, struct pli_error *err) PLI_MUST_CHECK;

/*
 * wait_readable and wait_writable return when fd may be read or written without blocking, asking for a cancel at least
 * five times a second. Fail with PLI_ERR_CANCELLED or PLI_ERR_IO.
 */
enum pli_status wait_readable(int fd, const struct pli_hooks *hooks, struct pli_error *err) PLI_MUST_CHECK;
enum pli_status wait_writable(int fd, const struct pli_hooks *hooks, struct pli_error *err) PLI_MUST_CHECK;

#endif
