/*
 * words.c - passphrases as proquints (D. S. Wilkerson, "A Proposal for Proquints", 2009): 16 bits are a word of consonant,
 * vowel, consonant, vowel, consonant. There are 16 consonants and 4 vowels, so random bits become letters without
 * a remainder, and hence without bias; no word list has a word that somebody spells otherwise.
 */
#include "context.h"
#include "pli/pair.h"

#define WORDS 7

/* The letter at place, below 16. All are read, so that no address tells which it was. */
static char
letter(const char *letters, unsigned place)
{
	volatile unsigned here; /* volatile: or clang makes a branch of it */
	unsigned i, found = 0;

	for (i = 0; letters[i] != '\0'; i++) {
		here = 0u - (((i ^ place) - 1) >> 31);
		found |= (unsigned char)letters[i] & here;
	}
	return (char)found;
}

enum pli_status
pli_pair_passphrase(struct pli *pli, char out[PLI_PAIR_PASSPHRASE_CAP], size_t *len, struct pli_error *err)
{
	static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";
	uint8_t bits[2 * WORDS];
	char *p = out;
	enum pli_status rc;
	size_t i;

	_Static_assert(6 * WORDS <= PLI_PAIR_PASSPHRASE_CAP, "the words fit");
	out[0] = '\0';
	*len = 0;
	if ((rc = context_random(pli, bits, sizeof(bits), err)) == PLI_OK) {
		for (i = 0; i < WORDS; i++) {
			unsigned word = (unsigned)bits[2 * i] << 8 | bits[2 * i + 1];

			*p++ = letter(consonants, word >> 12);
			*p++ = letter(vowels, word >> 10 & 3);
			*p++ = letter(consonants, word >> 6 & 15);
			*p++ = letter(vowels, word >> 4 & 3);
			*p++ = letter(consonants, word & 15);
			*p++ = '-';
		}
		p[-1] = '\0';
		*len = (size_t)(p - out) - 1;
	}
	wipe(bits, sizeof(bits));
	return rc;
}
