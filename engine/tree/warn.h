#ifndef PLI_WARN_H
#define PLI_WARN_H

/*
 * warn.h - says what may keep a bid from being read at the opening, while it can still be mended: courts have excluded bids
 * for each of these. An empty file; a ZIP or PDF that is cut short; a ZIP, PDF, Office or OpenDocument file with a password;
 * names that differ only by case or Unicode form; a file that is itself an envelope.
 *
 *      warn_first, before a file is read for sealing -> warn_read, when all were read and nothing is committed
 *
 * Files with an extension that says what they are are looked at first. Any other, also one without an extension, is known by
 * its first bytes, and these are looked at when the file is read anyway: many small files cost no more system calls. Not
 * seen: passwords of the Office formats before 2007; S/MIME that begins with other lines and is not called .eml.
 */

#include "plan.h"

struct warn_to {
	void (*warn)(void *arg, const char *path, const char *warning); /* or NULL: only counted */
	void *arg;
	uint64_t count;
	const char *first, *first_text; /* the first path and warning, or NULL */
};

/* Looks at the entries, each in one of the two calls. Fails with PLI_ERR_IO. */
typedef enum pli_status warn_look(const struct plan *p, struct warn_to *to, struct pli_error *err);

warn_look warn_first PLI_MUST_CHECK;
warn_look warn_read PLI_MUST_CHECK;

#endif
