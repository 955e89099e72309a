/*
 * nearest.c - the distance of two words: how many letters to add, drop, change
 * or swap with their neighbour to make one of the other (optimal string
 * alignment). Three rows of the table are enough.
 */
#include "nearest.h"

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

void
nearest_try(struct nearest *n, const char *word)
{
	size_t d = distance(n->given, word);
	size_t allowed = strlen(word) / 3 > 0 ? strlen(word) / 3 : 1;

	if (d > allowed || (n->word != NULL && d >= n->distance))
		return;
	n->word = word;
	n->distance = d;
}
