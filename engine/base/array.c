/* array.c - doubling, from a few items on. */
#include "array.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST 16

void *
array_grow(void *items, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? FIRST : 2 * *cap;
	void *grown;

	if (count < *cap)
		return items;
	if (*cap > SIZE_MAX / 2 || more > SIZE_MAX / size || (grown = realloc(items, more * size)) == NULL)
		return NULL;
	*cap = more;
	return grown;
}
