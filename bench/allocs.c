/*
 * allocs.c - stands in front of glibc's allocator, which has second names for this. Only what gives memory out is counted;
 * free stays glibc's own.
 */
#include "allocs.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static _Atomic uint64_t count;

uint64_t
allocs_count(void)
{
	return atomic_load_explicit(&count, memory_order_relaxed);
}

#ifdef __GLIBC__

#define PUBLIC __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void
one_more(void)
{
	(void)atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
}

PUBLIC void *
malloc(size_t size)
{
	one_more();
	return __libc_malloc(size);
}

PUBLIC void *
calloc(size_t n, size_t size)
{
	one_more();
	return __libc_calloc(n, size);
}

PUBLIC void *
realloc(void *p, size_t size)
{
	one_more();
	return __libc_realloc(p, size);
}

PUBLIC void *
aligned_alloc(size_t alignment, size_t size)
{
	one_more();
	return __libc_memalign(alignment, size);
}

PUBLIC int
posix_memalign(void **p, size_t alignment, size_t size)
{
	one_more();
	*p = __libc_memalign(alignment, size);
	return *p == NULL ? ENOMEM : 0;
}

#endif

#ifdef ALLOCS_REPORT
__attribute__((destructor)) static void
report(void)
{
	const char *path = getenv("PLI_ALLOCS");
	uint64_t seen = allocs_count();
	FILE *f;

	if (path == NULL || (f = fopen(path, "we")) == NULL)
		return;
	(void)fprintf(f, "%llu\n", (unsigned long long)seen);
	(void)fclose(f);
}
#endif
