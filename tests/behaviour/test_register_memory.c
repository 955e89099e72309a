/*
 * A register while memory runs out: every allocation of SQLite and of the engine fails, each in its turn, alone or with all
 * that follow (story.h says what holds all the same). What libcrypto allocates has its own suite (memory_faults); the engine's
 * calls are led here by the linker (--wrap, see CMakeLists.txt).
 */
#include "story.h"
#include "suite.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Enough to see each place fail once or more; the places are met in the same order every time. */
enum { POINTS = 100 };

static sqlite3_mem_methods sqlites;

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *p, size_t len);
void *__real_aligned_alloc(size_t alignment, size_t len);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t len);
int __real_vasprintf(char **out, const char *format, va_list ap);

void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *p, size_t len);
void *__wrap_aligned_alloc(size_t alignment, size_t len);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t len);
int __wrap_vasprintf(char **out, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap___vasprintf_chk(char **out, int flag, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));

void *
__wrap_malloc(size_t len)
{
	return story_fails() ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t count, size_t len)
{
	return story_fails() ? NULL : __real_calloc(count, len);
}

void *
__wrap_realloc(void *p, size_t len)
{
	return story_fails() ? NULL : __real_realloc(p, len);
}

void *
__wrap_aligned_alloc(size_t alignment, size_t len)
{
	return story_fails() ? NULL : __real_aligned_alloc(alignment, len);
}

char *
__wrap_strdup(const char *s)
{
	return story_fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t len)
{
	return story_fails() ? NULL : __real_strndup(s, len);
}

int
__wrap_vasprintf(char **out, const char *format, va_list ap)
{
	return story_fails() ? -1 : __real_vasprintf(out, format, ap);
}

int
__wrap_asprintf(char **out, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = __wrap_vasprintf(out, format, ap);
	va_end(ap);
	return n;
}

int
__wrap___vasprintf_chk(char **out, int flag, const char *format, va_list ap)
{
	(void)flag;
	return __wrap_vasprintf(out, format, ap);
}

int
__wrap___asprintf_chk(char **out, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = __wrap_vasprintf(out, format, ap);
	va_end(ap);
	return n;
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
