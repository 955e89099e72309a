#ifndef PLI_FAIL_H
#define PLI_FAIL_H

/*
 * fail.h - the only writer of a struct pli_error.
 *
 *      return fail(err, PLI_ERR_IO, "cannot read %s: %s", name, why);
 *
 * RULES
 *   - The first error sticks: a later fail on the same err changes nothing.
 *   - Foreign text in a message is copied as found; whoever prints, escapes.
 */

#include "pli/status.h"

/*
 * fail writes status and the message into err, unless it holds an error
 * already, and returns the status that err holds then (status if err is NULL).
 */
enum pli_status fail(struct pli_error *err, enum pli_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* fail_errno is fail with ": " and the text of errnum (an errno value) added; where there is no room left, with a hint. */
enum pli_status fail_errno(struct pli_error *err, enum pli_status status, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* fail_memory is fail for an allocation that was refused. */
enum pli_status fail_memory(struct pli_error *err);

/* fail_hint adds what to do about the error in err, unless it has a hint. */
void fail_hint(struct pli_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* fail_trim removes from the end of text a UTF-8 character that was cut. */
void fail_trim(char *text);

/* fail_copy makes from the first error of err. Returns the status that err holds then. */
enum pli_status fail_copy(struct pli_error *err, const struct pli_error *from);

#ifdef __clang_analyzer__
/* What the analyzer cannot see from here: none of these returns PLI_OK. */
void fail_seen(const void *err, ...);
#define fail(err, status, ...) (fail_seen(err, __VA_ARGS__), (status))
#define fail_errno(err, status, errnum, ...) (fail_seen(err, errnum, __VA_ARGS__), (status))
#define fail_memory(err) (fail_seen(err), PLI_ERR)
#endif

#endif
