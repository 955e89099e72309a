/*
 * nearest.c - the distance of two words: how many letters to add, drop, change
 * or swap with their neighbour to make one of the other (optimal string
 * alignment). Three rows of the table are enough.
 */
#include "nearest.h"

#include <stdbool.h>
#include <string.h>

#define WORD_MAX 32

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t i, j, a_len = strlen(a), b_len = strlen(b);

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *top = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], top[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

/* The word without its accents: those of Latin-1 in UTF-8, and those that stand behind their letter. No command has one. */
static void
plain(char out[WORD_MAX + 2], const char *word)
{
	static const char letters[] =
	    "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"; /* U+00C0 to U+00FF */
	const unsigned char *p = (const unsigned char *)word;
	size_t len = 0;

	for (; *p != '\0' && len <= WORD_MAX; p++) {
		bool pair = (p[1] & 0xc0) == 0x80;

		if (pair && *p == 0xcc)
			p++;
		else if (pair && *p == 0xc3)
			out[len++] = letters[*++p & 0x3f];
		else
			out[len++] = (char)*p;
	}
	out[len] = '\0';
}

void
nearest_try(struct nearest *n, const char *word)
{
	char given[WORD_MAX + 2] = "";
	size_t d;
	size_t allowed = strlen(word) / 3 > 0 ? strlen(word) / 3 : 1;

	plain(given, n->given);
	d = distance(given, word);
	if (d > allowed || (n->word != NULL && d >= n->distance))
		return;
	n->word = word;
	n->distance = d;
}
