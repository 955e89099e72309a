#ifndef PLI_FILES_H
#define PLI_FILES_H

/*
 * files.h - the files and folders of an envelope, kept until they are reported.
 *
 *      files_add ... -> read items -> files_clear
 *
 * All-zero is an empty list.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pli/tree.h"

struct file {
	char *path;
	bool folder, digested;
	unsigned mode;
	uint64_t bytes;
	int64_t mtime;
	uint8_t sha256[32];
};

struct files {
	struct file *items;
	size_t count, cap;
	bool incomplete; /* memory was short: the list must not be shown as if it were all */
};

/* files_add appends a copy of entry. */
void files_add(struct files *files, const struct pli_tree_entry *entry);

/* Room for files_sha256. */
#define FILES_SHA256_MAX 65

/* files_sha256 writes the digest of file in hex into buf and returns it; NULL where there is none. */
const char *files_sha256(char buf[FILES_SHA256_MAX], const struct file *file);

void files_clear(struct files *files);

#endif
