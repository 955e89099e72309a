/* Arrays that double: what is in them stays, and what cannot grow is as it was. */
#include "array.h"
#include "suite.h"

#include <stdint.h>
#include <stdlib.h>

static void
grows(void)
{
	size_t count = 0, cap = 0, moves = 0, before, i;
	int *list = NULL, *grown;

	for (i = 0; i < 1000; i++) {
		before = cap;
		grown = array_grow(list, count, &cap, sizeof(*list));
		check(grown != NULL && cap > count);
		moves += cap != before;
		list = grown;
		list[count++] = (int)i;
	}
	for (i = 0; i < 1000; i++)
		check(list[i] == (int)i);
	check(moves > 1 && moves < 12);
	free(list);
}

static void
stays_with_room(void)
{
	int items[4] = { 1, 2, 3, 4 };
	size_t cap = 4;

	check(array_grow(items, 3, &cap, sizeof(items[0])) == items && cap == 4);
}

/* Sizes that no memory has: nothing is touched, and nothing wraps around to something small. */
static void
too_large(void)
{
	int *list = calloc(1, sizeof(*list));
	size_t cap;

	check(list != NULL);
	cap = SIZE_MAX / 2 + 1;
	check(array_grow(list, cap, &cap, 1) == NULL && cap == SIZE_MAX / 2 + 1);
	cap = SIZE_MAX / 8;
	check(array_grow(list, cap, &cap, 16) == NULL && cap == SIZE_MAX / 8);
	check(*list == 0);
	free(list);
}

#define TESTS(T, S) T(S, grows) T(S, stays_with_room) T(S, too_large)
SUITE(array, TESTS)
