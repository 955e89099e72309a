#ifndef PLI_WIPED_H
#define PLI_WIPED_H

/*
 * wiped.h - what was wiped, for tests that want to know: an explicit_bzero in front of libc takes notes, for
 * each thread its own. A test program includes this once.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct {
	const uint8_t *p;
	size_t len;
} wiped[256];
_Thread_local size_t wiped_count;

void
explicit_bzero(void *p, size_t len)
{
	memset(p, 0, len);
	__asm__ volatile("" : : "r"(p) : "memory");
	wiped[wiped_count % 256].p = p;
	wiped[wiped_count++ % 256].len = len;
}

/* What _FORTIFY_SOURCE makes of it. */
void __explicit_bzero_chk(void *p, size_t len, size_t room);

void
__explicit_bzero_chk(void *p, size_t len, size_t room)
{
	if (len > room)
		abort();
	explicit_bzero(p, len);
}

static inline void
wiped_forget(void)
{
	memset(wiped, 0, sizeof(wiped));
	wiped_count = 0;
}

/* Were the len bytes at p wiped, in one go? */
static inline bool
wiped_all(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < 256; i++)
		if (wiped[i].p != NULL && p >= wiped[i].p && p + len <= wiped[i].p + wiped[i].len)
			return true;
	return len == 0;
}

#endif
