/* suite.c - the runner without Criterion. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *running;

void
suite_failed(const char *file, int line, const char *what, const char *why)
{
	(void)fprintf(stderr, "%s:%d: %s: %s %s\n", file, line, running, what, why);
	exit(1);
}

int
suite_main(const char *suite, const struct suite_case *cases, size_t count, int argc, char **argv)
{
	size_t i, ran = 0;
	int a;

	for (i = 0; i < count; i++) {
		bool wanted = argc == 1;

		for (a = 1; a < argc; a++)
			wanted = wanted || strcmp(argv[a], cases[i].name) == 0;
		if (!wanted)
			continue;
		running = cases[i].name;
		cases[i].run();
		ran++;
	}
	(void)printf("%s: %zu passed, 0 failed\n", suite, ran);
	return ran == 0;
}
