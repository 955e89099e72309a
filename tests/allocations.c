/* allocations.c - what the linker leads here (--wrap, see CMakeLists.txt). */
#include "allocations.h"

#include <stdarg.h>

void *__real_calloc(size_t count, size_t len);
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
/* what the two are called where _FORTIFY_SOURCE is set */
int __wrap___vasprintf_chk(char **out, int flag, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));

void *
__wrap_malloc(size_t len)
{
	return allocation_fails() ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t count, size_t len)
{
	return allocation_fails() ? NULL : __real_calloc(count, len);
}

void *
__wrap_realloc(void *p, size_t len)
{
	return allocation_fails() ? NULL : __real_realloc(p, len);
}

void *
__wrap_aligned_alloc(size_t alignment, size_t len)
{
	return allocation_fails() ? NULL : __real_aligned_alloc(alignment, len);
}

char *
__wrap_strdup(const char *s)
{
	return allocation_fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t len)
{
	return allocation_fails() ? NULL : __real_strndup(s, len);
}

int
__wrap_vasprintf(char **out, const char *format, va_list ap)
{
	return allocation_fails() ? -1 : __real_vasprintf(out, format, ap);
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
