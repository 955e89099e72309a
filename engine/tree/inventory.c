/* inventory.c - a list that grows. */
#include "inventory.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "rules.h"

enum pli_status
inventory_add(struct inventory *i, const struct tar_entry *e, const uint8_t *sha256, struct pli_error *err)
{
	struct inventory_item *item;

	if ((item = array_grow(i->items, i->count, &i->cap, sizeof(*item))) == NULL)
		return fail_memory(err);
	i->items = item;
	item = &i->items[i->count];
	*item = (struct inventory_item){ .entry = *e };
	item->entry.path = NULL; /* the caller's */
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
	char path[4096];
	size_t n;

	for (n = 0; tell != NULL && n < i->count; n++) {
		const struct inventory_item *item = &i->items[n];
		struct pli_tree_entry e = {
			.path = item->entry.place != NULL ? path : raw_name,
			.folder = item->entry.folder,
			.mode = item->entry.mode,
			.bytes = item->entry.size,
			.mtime = item->entry.mtime,
			.sha256 = item->digested ? item->sha256 : NULL,
		};

		if (item->entry.place != NULL)
			rules_text(item->entry.place, path);
		tell(arg, &e);
	}
}

void
inventory_clear(struct inventory *i)
{
	free(i->items);
	*i = (struct inventory){ 0 };
}
