/* A program of somebody else's: makes a context and says what it runs on. */
#include <pli/pli.h>
#include <stdio.h>

int
main(void)
{
	struct pli_error err = { 0 };
	struct pli_build build;
	struct pli *pli;

	if (pli_new(&pli, &err) != PLI_OK) {
		(void)fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	pli_describe(pli, &build);
	(void)printf("pli %s with %s\n", build.version, build.libcrypto);
	pli_free(pli);
	return 0;
}
