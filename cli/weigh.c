/*
 * weigh.c - stat for a file, a walk for a folder. An estimate: what comes of it
 * is the order of work and a percentage, never what is sealed.
 */
#include "weigh.h"

#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ends.h"

/* Of an entry in an archive: its header, and what fills its last block. */
#define ENTRY_BYTES 1024

static uint64_t
weigh_folder(const char *path)
{
	char *copy = strdup(path);
	char *const roots[] = { copy, NULL };
	FTS *walk = copy != NULL ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	const FTSENT *entry;
	uint64_t bytes = 0;

	while (walk != NULL && (entry = fts_read(walk)) != NULL) {
		if (entry->fts_info == FTS_F)
			bytes += (uint64_t)entry->fts_statp->st_size;
		if (entry->fts_info != FTS_DP)
			bytes += ENTRY_BYTES;
	}
	if (walk != NULL)
		(void)fts_close(walk);
	free(copy);
	return walk != NULL ? bytes : WEIGH_UNKNOWN;
}

uint64_t
weigh(const char *operand)
{
	struct stat st;

	if (ends_is_stdin(operand) || stat(operand, &st) != 0)
		return WEIGH_UNKNOWN;
	if (S_ISDIR(st.st_mode))
		return weigh_folder(operand);
	return S_ISREG(st.st_mode) ? (uint64_t)st.st_size : WEIGH_UNKNOWN;
}
