#ifndef PLI_JOURNAL_H
#define PLI_JOURNAL_H

/* journal.h - who did what, and when. A line is added in the transaction that does it. */

#include "db.h"

/* What a line says; NULL where there is nothing to say. */
struct journal_line {
	const char *action, *service, *name, *fingerprint, *detail;
};

enum pli_status journal_add(
    struct db *db, const char *actor, const struct journal_line *line, struct pli_error *err) PLI_MUST_CHECK;

#endif
