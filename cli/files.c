/*
 * files.c - an array that doubles. The files are in place already when they are
 * told: running out of memory is not a failure of the work, only of its report.
 */
#include "files.h"

#include <stdlib.h>
#include <string.h>

static bool
has_room(struct files *files)
{
	size_t cap = files->cap == 0 ? 16 : 2 * files->cap;
	struct file *items;

	if (files->count < files->cap)
		return true;
	items = realloc(files->items, cap * sizeof(*items));
	if (items == NULL)
		return false;
	files->items = items;
	files->cap = cap;
	return true;
}

void
files_add(struct files *files, const struct pli_tree_entry *entry)
{
	char *path = strdup(entry->path);
	struct file *file;

	if (path == NULL || !has_room(files)) {
		free(path);
		files->incomplete = true;
		return;
	}
	file = &files->items[files->count++];
	*file = (struct file){
		.path = path,
		.folder = entry->folder,
		.digested = entry->sha256 != NULL,
		.mode = entry->mode,
		.bytes = entry->bytes,
		.mtime = entry->mtime,
	};
	if (file->digested)
		memcpy(file->sha256, entry->sha256, sizeof(file->sha256));
}

const char *
files_sha256(char buf[FILES_SHA256_MAX], const struct file *file)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	if (!file->digested)
		return NULL;
	for (i = 0; i < sizeof(file->sha256); i++) {
		buf[2 * i] = digits[file->sha256[i] >> 4];
		buf[2 * i + 1] = digits[file->sha256[i] & 15];
	}
	buf[2 * i] = '\0';
	return buf;
}

void
files_clear(struct files *files)
{
	while (files->count > 0)
		free(files->items[--files->count].path);
	free(files->items);
	*files = (struct files){ 0 };
}
