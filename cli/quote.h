#ifndef PLI_QUOTE_H
#define PLI_QUOTE_H

/*
 * quote.h - commands that are printed to be copied into a shell. What stands in them may come from strangers: a common name
 * is one word there, whatever it contains.
 */

/* quote_word returns s as one word of a shell (POSIX, 2.2.2), in quotes where it needs them, for free(); NULL without memory. */
char *quote_word(const char *s);

/* quote_option returns "name value", with value quoted, or "name=value" where it looks like an option; as quote_word. */
char *quote_option(const char *name, const char *value);

/* quote_operand returns the operand s, quoted, as the first behind the options: "-- " ends these where s looks like one. */
char *quote_operand(const char *s);

#endif
