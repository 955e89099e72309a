#ifndef PLI_WEIGH_H
#define PLI_WEIGH_H

/*
 * weigh.h - how much work an operand is, before it is begun.
 */

#include <stdint.h>

#define WEIGH_UNKNOWN UINT64_MAX

/*
 * weigh returns the bytes of a file, or about those of the archive that a
 * folder makes; WEIGH_UNKNOWN for a pipe, for "-", and for what cannot be looked at.
 */
uint64_t weigh(const char *operand);

#endif
