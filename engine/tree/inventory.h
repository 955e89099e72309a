#ifndef PLI_INVENTORY_H
#define PLI_INVENTORY_H

/*
 * inventory.h - what was in an archive, kept until it may be told.
 */

#include "bytes.h"
#include "pli/tree.h"
#include "tar.h"

struct inventory_item {
	struct tar_entry entry; /* its path is that of its place, which must stay until it is told */
	bool digested;
	uint8_t sha256[32];
};

struct inventory {
	struct inventory_item *items;
	size_t count, cap;
	uint64_t files, bytes;
};

/* inventory_add appends an entry; sha256 may be NULL. */
enum pli_status inventory_add(
    struct inventory *i, const struct tar_entry *e, const uint8_t *sha256, struct pli_error *err) PLI_MUST_CHECK;

/* inventory_tell calls tell with each. raw_name is the path of what has none. */
void inventory_tell(const struct inventory *i, const char *raw_name,
    void (*tell)(void *arg, const struct pli_tree_entry *entry), void *arg);

void inventory_clear(struct inventory *i);

#endif
