/*
 * A register while memory runs out: every allocation of SQLite and of the engine fails, each in its turn, alone or with all
 * that follow (story.h says what holds all the same). What libcrypto allocates has its own suite (memory_faults); the engine's
 * calls ask first (allocations.h).
 */
#include "allocations.h"
#include "story.h"
#include "suite.h"

#include <sqlite3.h>
#include <string.h>

/* Enough to see each place fail once or more; the places are met in the same order every time. */
enum { POINTS = 100 };

static sqlite3_mem_methods sqlites;

bool
allocation_fails(void)
{
	return story_fails();
}

static void *
sqlite_malloc(int len)
{
	return story_fails() ? NULL : sqlites.xMalloc(len);
}

static void *
sqlite_realloc(void *p, int len)
{
	return story_fails() ? NULL : sqlites.xRealloc(p, len);
}

/* SQLite takes allocators only until it is first used. */
static void
take_over(void)
{
	static bool done;
	sqlite3_mem_methods ours;

	if (done)
		return;
	check(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlites) == SQLITE_OK);
	ours = sqlites;
	ours.xMalloc = sqlite_malloc;
	ours.xRealloc = sqlite_realloc;
	check(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK);
	check(sqlite3_initialize() == SQLITE_OK);
	done = true;
}

static bool
said(enum pli_status rc, const struct pli_error *err)
{
	return rc == PLI_ERR && strcmp(err->message, "out of memory") == 0;
}

static void
each(bool forever)
{
	take_over();
	story_each("allocations of SQLite and of the engine", forever, POINTS, said);
}

static void
once(void)
{
	each(false);
}

static void
from_then_on(void)
{
	each(true);
}

#define TESTS(T, S) T(S, once) T(S, from_then_on)
SUITE(register_memory, TESTS)
