/*
 * freed.c - libcrypto's decoders give back the buffers that a private key was read into as they are. What frees for it can be
 * exchanged (CRYPTO_set_mem_functions, before it has allocated anything); what allocates stays its own.
 */
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "pli/pli.h"

static void
wipe_and_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (p != NULL)
		wipe(p, malloc_usable_size(p));
	free(p);
}

/* Always to another place: what is left behind is wiped. */
static void *
move(void *p, size_t size, const char *file, int line)
{
	size_t had = p == NULL ? 0 : malloc_usable_size(p);
	void *moved = NULL;

	if (size > 0 && (moved = CRYPTO_malloc(size, file, line)) == NULL)
		return NULL;
	if (moved != NULL && had > 0)
		memcpy(moved, p, had < size ? had : size);
	wipe_and_free(p, file, line);
	return moved;
}

bool
pli_wipe_freed(void)
{
	return CRYPTO_set_mem_functions(NULL, move, wipe_and_free) == 1;
}
