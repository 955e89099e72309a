#ifndef PLI_ALLOCS_H
#define PLI_ALLOCS_H

/*
 * allocs.h - counts the allocations of the whole process, those of libraries included.
 *
 * Linked into a program, or preloaded into one: then the count is written to the file that PLI_ALLOCS names when the
 * program ends. Counts nothing where the C library is not glibc.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* allocs_count is how many blocks malloc and its relatives gave out so far, in all threads. */
uint64_t allocs_count(void);

#ifdef __cplusplus
}
#endif

#endif
