#ifndef PLI_REPORT_H
#define PLI_REPORT_H

/*
 * report.h - what a command found or did, for people or as one JSON object.
 *
 * The shapes of the JSON objects are a contract with scripts: members may be
 * added, never renamed, and stay in their order. Those with a row are reports of
 * a struct several_kind.
 */

#include "pli/inspect.h"
#include "sealed.h"
#include "several.h"
#include "unlock.h"

/* report_sealed: an envelope is complete. result is a struct sealed. */
void report_sealed(const struct run *run, const char *operand, const void *result, struct row *row);

/* report_more_warnings: how many were not printed, if any. report_sealed does it; for an archive that failed, the caller. */
void report_more_warnings(struct say *say, const struct sealed *s);

/* report_recipients: to whom it was sealed, and to whom not, for people only. */
void report_recipients(const struct run *run, const struct addressees *to);

/* report_opened: an envelope was opened, or only verified when it has no output. result is a struct unlocked. */
void report_opened(const struct run *run, const char *operand, const void *result, struct row *row);

/* report_listed: the files in an envelope. result is a struct unlocked. */
void report_listed(const struct run *run, const char *operand, const void *result, struct row *row);

/* report_envelope: what the envelope in file says of itself, and what a register says of its recipients. */
void report_envelope(
    const struct run *run, const char *file, const struct pli_envelope *envelope, const struct roster *roster);

#endif
