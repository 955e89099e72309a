/*
 * shortage.c - the linker leads the engine's own calls of malloc and the like here (--wrap, see CMakeLists.txt), and libcrypto
 * is given allocators of ours before it makes its first.
 */
#include "shortage.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_long seen;      /* allocations since the faults began */
static long first = -1, last; /* the ones that fail; -1: none */
static enum shortage whose;

static bool leaky;
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static bool
fails(enum shortage caller)
{
	long n;

	if (first < 0 || caller != whose)
		return false;
	n = atomic_fetch_add(&seen, 1);
	return n >= first && n <= last;
}

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
/* what the two are called where _FORTIFY_SOURCE is set */
int __wrap___vasprintf_chk(char **out, int flag, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));

void *
__wrap_malloc(size_t len)
{
	return fails(SHORTAGE_OURS) ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t count, size_t len)
{
	return fails(SHORTAGE_OURS) ? NULL : __real_calloc(count, len);
}

void *
__wrap_realloc(void *p, size_t len)
{
	return fails(SHORTAGE_OURS) ? NULL : __real_realloc(p, len);
}

void *
__wrap_aligned_alloc(size_t alignment, size_t len)
{
	return fails(SHORTAGE_OURS) ? NULL : __real_aligned_alloc(alignment, len);
}

char *
__wrap_strdup(const char *s)
{
	return fails(SHORTAGE_OURS) ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t len)
{
	return fails(SHORTAGE_OURS) ? NULL : __real_strndup(s, len);
}

int
__wrap_vasprintf(char **out, const char *format, va_list ap)
{
	return fails(SHORTAGE_OURS) ? -1 : __real_vasprintf(out, format, ap);
}

/*
 * sskdf_new (providers/implementations/kdfs/sskdf.c), which EVP_KDF_CTX_new calls for the KDF of ECDH, writes through the
 * NULL that it got, in OpenSSL 3.0.22: its allocation is the one that always succeeds.
 */
static void *
crypto_malloc(size_t len, const char *file, int line)
{
	bool unseen = leaky && __lsan_disable != NULL;
	void *p;

	(void)line;
	if ((file == NULL || strstr(file, "sskdf.c") == NULL) && fails(SHORTAGE_LIBCRYPTOS))
		return NULL;
	if (unseen)
		__lsan_disable();
	p = __real_malloc(len);
	if (unseen)
		__lsan_enable();
	return p;
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
crypto_realloc(void *p, size_t len, const char *file, int line)
{
	(void)line;
	if (p == NULL)
		return crypto_malloc(len, file, line);
	return fails(SHORTAGE_LIBCRYPTOS) ? NULL : __real_realloc(p, len);
}

static void
crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* libcrypto takes allocators only until its first allocation. */
__attribute__((constructor)) static void
take_over(void)
{
	if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) != 1)
		abort();
}

void
shortage_begin(enum shortage of, long from, long to)
{
	atomic_store(&seen, 0);
	whose = of;
	last = to;
	first = from;
}

long
shortage_end(void)
{
	first = -1;
	return atomic_load(&seen);
}

void
shortage_leaky(bool yes)
{
	leaky = yes;
}
