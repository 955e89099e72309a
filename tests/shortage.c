/* shortage.c - the engine asks for each of its allocations, and libcrypto is given allocators of ours before it makes its first. */
#include "shortage.h"

#include "allocations.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdbool.h>
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

bool
allocation_fails(void)
{
	return fails(SHORTAGE_OURS);
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
