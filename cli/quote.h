#ifndef PLI_QUOTE_H
#define PLI_QUOTE_H

/*
 * quote.h - commands that are printed to be copied into a shell. What stands in them may come from strangers: a common name
 * is one word there, whatever it contains.
 */

/*
 * quote_option returns "name value", with value as one word, in quotes where it needs them, or "name=value" where it looks like
 * an option; for free(). NULL without memory.
 */
char *quote_option(const char *name, const char *value);

/* quote_operand returns, likewise, the operand s as the first behind the options: "-- " ends these where s looks like one. */
char *quote_operand(const char *s);

#endif
