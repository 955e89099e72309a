#ifndef PLI_ARRAY_H
#define PLI_ARRAY_H

/*
 * array.h - arrays that double as they fill. What they leave behind is not wiped: nothing secret belongs into one.
 */

#include <stddef.h>

/*
 * array_grow gives the array of *cap items of size bytes each, the first count of which are in use, with room for one more:
 * items itself, or where it has moved to. Returns NULL when there is no memory; items is as it was then, and still the
 * caller's.
 */
void *array_grow(void *items, size_t count, size_t *cap, size_t size);

#endif
