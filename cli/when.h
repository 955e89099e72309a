#ifndef PLI_WHEN_H
#define PLI_WHEN_H

/*
 * when.h - dates as RFC 3339 writes them, and seconds since 1970 in UTC.
 */

#include <stdbool.h>
#include <stdint.h>

/*
 * when_parse reads one date-time of RFC 3339 5.6, with its offset and nothing
 * around it ("2027-03-01T12:00:00+01:00"), into *seconds. A fraction is read
 * and dropped. Returns false when s is anything else, *seconds unchanged.
 */
bool when_parse(int64_t *seconds, const char *s);

/* Room for when_format. */
#define WHEN_MAX 32

/* when_format writes seconds in UTC ("2027-03-01T11:00:00Z") into buf and returns it. */
const char *when_format(char buf[WHEN_MAX], int64_t seconds);

/* when_passed: is the date of an opening before now? 0 is none. WHEN_PASSED is what there is to say then. */
#define WHEN_PASSED "the opening date (--opening) has passed: what expires after it is not refused for that"
bool when_passed(int64_t seconds);

#endif
