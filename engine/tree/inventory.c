/* inventory.c - a list that grows. */
#include "inventory.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

enum pli_status
inventory_add(struct inventory *i, const struct tar_entry *e, const uint8_t *sha256, struct pli_error *err)
{
	struct inventory_item *item;

	if ((item = array_grow(i->items, i->count, &i->cap, sizeof(*item))) == NULL)
		return fail_memory(err);
	i->items = item;
	item = &i->items[i->count];
	*item = (struct inventory_item){ .entry = *e, .path = strdup(e->path) };
	if (item->path == NULL)
		return fail_memory(err);
	item->entry.path = item->path;
	if (sha256 != NULL) {
		item->digested = true;
		memcpy(item->sha256, sha256, sizeof(item->sha256));
	}
	i->count++;
	i->files += !e->folder;
	i->bytes += e->size;
	return PLI_OK;
}

void
inventory_tell(const struct inventory *i, const char *raw_name,
    void (*tell)(void *arg, const struct pli_tree_entry *entry), void *arg)
{
	size_t n;

	for (n = 0; tell != NULL && n < i->count; n++) {
		const struct inventory_item *item = &i->items[n];
		struct pli_tree_entry e = {
			.path = item->path[0] != '\0' ? item->path : raw_name,
			.folder = item->entry.folder,
			.mode = item->entry.mode,
			.bytes = item->entry.size,
			.mtime = item->entry.mtime,
			.sha256 = item->digested ? item->sha256 : NULL,
		};

		tell(arg, &e);
	}
}

void
inventory_clear(struct inventory *i)
{
	while (i->count > 0)
		free(i->items[--i->count].path);
	free(i->items);
	*i = (struct inventory){ 0 };
}
