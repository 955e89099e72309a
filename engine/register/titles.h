#ifndef PLI_TITLES_H
#define PLI_TITLES_H

/*
 * titles.h - what services, keys and actors may be called, and lists of names for those who mistyped one.
 */

#include "bytes.h"

/* title_check fails with PLI_ERR_USAGE; what is "a service", "a key", "an actor". */
enum pli_status title_check(const char *what, const char *label, struct pli_error *err) PLI_MUST_CHECK;

/*
 * title_plain returns what two names have in common that are one to people, for free(); NULL without memory. Names are one
 * that differ by Unicode form (NFKC, Unicode Standard Annex 15: composed or not, wide or narrow, any kind of blank), by case
 * (Unicode 3.13), or by how many blanks there are and where. Letters of different scripts are different.
 */
char *title_plain(const char *label);

/* title_same: are two names one to people? */
enum pli_status title_same(const char *a, const char *b, bool *same, struct pli_error *err) PLI_MUST_CHECK;

/* A list of names that fits in a hint: names that do not fit are counted. */
struct title_list {
	char text[200];
	size_t len, left_out;
};

void title_list_add(struct title_list *list, const char *name);

/* title_list_end adds how many did not fit. */
const char *title_list_end(struct title_list *list);

#endif
