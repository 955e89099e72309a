#ifndef PLI_NEAREST_H
#define PLI_NEAREST_H

/*
 * nearest.h - guesses which word was meant.
 *
 *      struct nearest n = { "sael" };
 *      nearest_try(&n, "seal"), ... -> n.word, or NULL when none is close
 */

#include <stddef.h>

struct nearest {
	const char *given;
	const char *word; /* the closest so far, borrowed */
	size_t distance;  /* of word */
};

/* nearest_try compares word with the one given; up to a third of its letters, at least one, may differ. */
void nearest_try(struct nearest *n, const char *word);

#endif
