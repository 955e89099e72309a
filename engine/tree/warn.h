#ifndef PLI_WARN_H
#define PLI_WARN_H

/*
 * warn.h - says what may keep a bid from being read at the opening, while it can still be mended: courts have excluded bids
 * for each of these. An empty file; a ZIP or PDF that is cut short; a ZIP, PDF or Office file with a password; names that
 * differ only by case or Unicode form; a file that is itself an envelope.
 */

#include "plan.h"

struct warn_to {
	void (*warn)(void *arg, const char *path, const char *warning); /* or NULL: only counted */
	void *arg;
	uint64_t count;
	const char *first, *first_text; /* the first path and warning, or NULL */
};

/* warn_all looks at every entry. Fails with PLI_ERR_IO. */
enum pli_status warn_all(const struct plan *p, struct warn_to *to, struct pli_error *err) PLI_MUST_CHECK;

#endif
