#ifndef PLI_ALLOCATIONS_H
#define PLI_ALLOCATIONS_H

/*
 * allocations.h - the engine's own calls of malloc and the like, each of which asks first whether it is to fail.
 *
 * A suite that uses it is listed in CMakeLists.txt, which leads its allocations here.
 */

#include <stdbool.h>
#include <stddef.h>

/* allocation_fails is defined by who makes them fail. */
bool allocation_fails(void);

/* What fails only for lack of memory. */
void *__real_malloc(size_t len);
void *__real_realloc(void *p, size_t len);

#endif
