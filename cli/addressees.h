#ifndef PLI_ADDRESSEES_H
#define PLI_ADDRESSEES_H

/*
 * addressees.h - to whom a bid is sealed: certificates of files and of a register, with what they are called.
 *
 *      addressees_load -> certs -> addressees_report, addressees_json -> addressees_clear
 *
 * All-zero is nobody.
 */

#include "roster.h"

struct addressees {
	struct pli_certs *certs;
	struct roster roster; /* of those that come from the register */
	char **warnings; /* sentences: of keys of the service that are left out or not tested, of the opening date */
	size_t warning_count;
	bool cbc; /* sealed to them in that profile */
};

/* addressees_load takes every -r and -R, and what --register and --service say. */
enum pli_status addressees_load(struct addressees *to, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/* addressees_expiring is the warning that one expires before the opening, where --allow-expiring lets it pass; or NULL. */
const char *addressees_expiring(const struct addressees *to, const struct args *args);

/* addressees_json is an array of objects, one a certificate. */
json_t *addressees_json(const struct addressees *to);

/* addressees_warnings_json is an array of the warnings. */
json_t *addressees_warnings_json(const struct addressees *to);

/* addressees_report says to whom, for people only. */
void addressees_report(const struct run *run, const struct addressees *to);

void addressees_clear(struct addressees *to);

#endif
