#ifndef PLI_REFUSE_H
#define PLI_REFUSE_H

/*
 * refuse.h - how the command line itself fills a struct pli_error.
 *
 *      return refuse(err, PLI_ERR_USAGE, "pli seal --help shows how", "no recipient");
 *
 * As in the library, the first error sticks, and foreign text in a message is
 * copied as found: say.h escapes when it prints.
 */

#include "pli/status.h"

/*
 * refuse writes status, hint (NULL: none) and the message into err, unless it
 * holds an error already. Returns the status that err holds then.
 */
enum pli_status refuse(struct pli_error *err, enum pli_status status, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* refuse_memory is refuse for an allocation that failed. */
enum pli_status refuse_memory(struct pli_error *err);

/* refuse_interrupted is refuse for a job that a signal ended. */
enum pli_status refuse_interrupted(struct pli_error *err);

#endif
