#ifndef PLI_SIGNALS_H
#define PLI_SIGNALS_H

/*
 * signals.h - interrupting: SIGINT, SIGTERM and SIGHUP are remembered, and the
 * work under way ends in order; the second of them kills at once.
 *
 *      signals_arm -> signals_caught, signals_wait ... -> exit(128 + signals_caught())
 *
 * Process-wide by nature. SIGPIPE is ignored: a write to a closed pipe is an error like others.
 */

#include <stdbool.h>
#include <termios.h>

/* signals_arm installs the handlers. A signal that was ignored at the start stays ignored. */
void signals_arm(void);

/* signals_caught returns the number of the signal that asked to stop, or 0. */
int signals_caught(void);

/* signals_cancelled is the cancelled of struct pli_hooks: has a signal asked to stop? arg is nothing. */
bool signals_cancelled(void *arg);

/*
 * signals_wait waits until fd can be read (or has ended). Returns false when a
 * signal asked to stop; none is missed between the question and the wait.
 */
bool signals_wait(int fd);

/*
 * signals_guard makes a killing signal put mode back on the terminal fd first,
 * and keeps the keyboard from stopping the process meanwhile; NULL ends it.
 */
void signals_guard(int fd, const struct termios *mode);

#endif
