#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY_MAX 8192

_Noreturn void
fuzz_found(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

struct pli *
fuzz_pli(void)
{
	static struct pli *pli;
	struct pli_error err = { 0 };

	if (pli == NULL)
		fuzz_check(pli_new_with(&pli, "evp", &err) == PLI_OK);
	return pli;
}

static size_t
read_key(char *text)
{
	FILE *f = fopen(FUZZ_KEY, "re");
	size_t len;

	fuzz_check(f != NULL);
	len = fread(text, 1, KEY_MAX, f);
	fuzz_check(len > 0 && len < KEY_MAX && fclose(f) == 0);
	return len;
}

const struct pli_certs *
fuzz_certs(void)
{
	static struct pli_certs *certs;
	struct pli_error err = { 0 };
	char text[KEY_MAX];

	if (certs == NULL) {
		fuzz_check(pli_certs_new(&certs, fuzz_pli(), &err) == PLI_OK);
		fuzz_check(pli_certs_add(certs, text, read_key(text), "test key", &err) == PLI_OK);
	}
	return certs;
}

const struct pli_key *
fuzz_key(void)
{
	static struct pli_key *key;
	struct pli_error err = { 0 };
	char text[KEY_MAX];

	if (key == NULL)
		fuzz_check(
		    pli_key_new(&key, fuzz_pli(), text, read_key(text), "test key", NULL, NULL, NULL, &err) == PLI_OK);
	return key;
}
