/*
 * quote.c - single quotes, in which nothing has a meaning but the one that ends them. Letters that are not ASCII are quoted, too:
 * what say.h makes of those that nobody sees has a backslash and braces.
 */
#include "quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* s as one word of a shell (POSIX, 2.2.2), in quotes where it needs them. */
static char *
quote_word(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@%";
	char *out, *p;

	if (*s != '\0' && s[strspn(s, plain)] == '\0')
		return strdup(s);
	if ((out = malloc(4 * strlen(s) + 3)) == NULL)
		return NULL;
	p = out;
	*p++ = '\'';
	for (; *s != '\0'; s++) {
		if (*s == '\'') {
			memcpy(p, "'\\''", 4);
			p += 4;
		} else {
			*p++ = *s;
		}
	}
	*p++ = '\'';
	*p = '\0';
	return out;
}

/* before, and s behind it as one word. */
static char *
join(const char *before, const char *between, const char *s)
{
	char *word = quote_word(s), *out = NULL;

	if (word == NULL || asprintf(&out, "%s%s%s", before, between, word) < 0)
		out = NULL;
	free(word);
	return out;
}

char *
quote_option(const char *name, const char *value)
{
	return join(name, value[0] == '-' && value[1] != '\0' ? "=" : " ", value);
}

char *
quote_operand(const char *s)
{
	return join(s[0] == '-' ? "--" : "", s[0] == '-' ? " " : "", s);
}
