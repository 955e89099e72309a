#ifndef PLI_REPORT_KEY_H
#define PLI_REPORT_KEY_H

/*
 * report_key.h - a key of a register, or one that was only made, for people or as one JSON object.
 *
 * The shape of the JSON object is a contract with scripts: members may be added, never renamed, and stay in their order.
 * A key without a service is in no register, and has no status.
 */

#include "registry.h"

/* report_key_json is the object of type "key"; NULL without memory. */
json_t *report_key_json(const struct pli_register_key *key);

/* report_key says what was done with the key. */
void report_key(const struct run *run, const struct pli_register_key *key, const struct deed *deed);

/* report_key_day writes the day of a date (0: never) in UTC into buf and returns it. */
#define REPORT_KEY_DAY_MAX 32
const char *report_key_day(char buf[REPORT_KEY_DAY_MAX], int64_t seconds);

#endif
