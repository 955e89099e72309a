#ifndef PLI_SEALED_H
#define PLI_SEALED_H

/*
 * sealed.h - what was sealed, and what may keep it from being read: the result of one job of pli seal.
 *
 * All-zero is fine for every call.
 */

#include "pli/tree.h"
#include "addressees.h"

/* So many of a kind are printed, unless all are asked for: a hundred thousand empty files would hide the one that is locked. */
#define SEALED_OF_A_KIND 20
/* The engine has fewer, and their texts are constant; what is beyond is printed whatever it is. */
#define SEALED_KINDS 16

struct sealed_warning {
	char *text; /* a sentence that begins with a path */
	bool more;  /* as many of its kind came before it as are printed */
};

struct sealed {
	struct pli_tree_sealed made;
	const struct addressees *to;
	char *output;
	bool committed;
	struct sealed_warning *warnings;
	size_t warning_count, more_count; /* all, and those that are more */
	struct {
		size_t first, at, count; /* the number of the first warning, where in it the kind begins, how many */
	} kinds[SEALED_KINDS];
	size_t kind_count;
	bool told; /* the warnings were printed when they came */
};

/*
 * sealed_warn keeps a warning about path, and returns it, borrowed until the next. Without memory it is lost, and the result is NULL:
 * made.warnings counts it all the same.
 */
const struct sealed_warning *sealed_warn(struct sealed *s, const char *path, const char *warning);

/* sealed_clear clears a struct sealed. */
void sealed_clear(void *sealed);

#endif
