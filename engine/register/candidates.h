#ifndef PLI_CANDIDATES_H
#define PLI_CANDIDATES_H

/*
 * candidates.h - the keys that a name may mean, where it is to mean one alone.
 *
 *      struct candidates c = { .name = ... };
 *      records_walk(..., candidates_add, &c, err) -> c.pairs_differ ... -> candidates_fail -> candidates_clear
 */

#include "records.h"

struct candidates {
	const char *name; /* or a serial number, as it was given */
	size_t count, left_out, len;
	char text[700];
	bool by_serial; /* it is one: they are told apart by their fingerprints */
	/* The first of them, and how the others differ from it. */
	int64_t id;
	char public_key[PLI_FINGERPRINT_CAP];
	char *service; /* for free() */
	bool pairs_differ, services_differ;
};

/* candidates_add is a records_take: arg is a struct candidates. */
enum pli_status candidates_add(void *arg, const struct record *record, struct pli_error *err);

/* candidates_fail fails with PLI_ERR_USAGE, listing them. */
enum pli_status candidates_fail(const struct candidates *c, struct pli_error *err) PLI_MUST_CHECK;

/* candidates_clear: all-zero is fine. */
void candidates_clear(struct candidates *c);

#endif
