#ifndef PLI_SEALED_H
#define PLI_SEALED_H

/*
 * sealed.h - what was sealed, and what may keep it from being read: the result of one job of pli seal.
 *
 * All-zero is fine for every call.
 */

#include "pli/tree.h"
#include "addressees.h"

struct sealed {
	struct pli_tree_sealed made;
	const struct addressees *to;
	char *output;
	bool committed;
	char **warnings; /* sentences that begin with a path */
	size_t warning_count;
	bool told; /* the warnings were printed when they came */
};

/* sealed_warn keeps a warning about path. Without memory it is lost: made.warnings counts it all the same. */
void sealed_warn(struct sealed *s, const char *path, const char *warning);

/* sealed_clear clears a struct sealed. */
void sealed_clear(void *sealed);

#endif
