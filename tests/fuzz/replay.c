/*
 * replay.c - a main for a fuzz target that only runs what was kept: every file of the folder that it is given, without
 * libFuzzer. A finding ends it as it ends a fuzzer, and the file is named.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX (1u << 20)

static const char *current;

static void
say_current(int number)
{
	(void)number;
	if (current != NULL && write(2, "the input is ", 13) == 13 && write(2, current, strlen(current)) >= 0)
		(void)!write(2, "\n", 1);
}

/* Sanitizers have handlers of their own for all but the first, and say more. */
static void
watch(void)
{
	static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE };
	struct sigaction act = { .sa_handler = say_current, .sa_flags = (int)SA_RESETHAND }, now;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &act, NULL);
}

/* A copy of its own size, so that reading past it is seen where something looks. */
static void
run(const char *folder, const char *name)
{
	static uint8_t room[INPUT_MAX];
	uint8_t *copy;
	char *path;
	size_t len;
	FILE *f;

	fuzz_check(asprintf(&path, "%s/%s", folder, name) > 0);
	if ((f = fopen(path, "re")) == NULL) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	len = fread(room, 1, sizeof(room), f);
	fuzz_check(len < sizeof(room) && ferror(f) == 0 && fclose(f) == 0);
	fuzz_check((copy = malloc(len + 1)) != NULL);
	memcpy(copy, room, len);
	current = path;
	(void)LLVMFuzzerTestOneInput(copy, len);
	current = NULL;
	free(copy);
	free(path);
}

int
main(int argc, char **argv)
{
	struct dirent **names;
	int count, i, inputs = 0;

	if (argc != 2 || (count = scandir(argv[1], &names, NULL, alphasort)) < 0) {
		(void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	watch();
	for (i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.') {
			run(argv[1], names[i]->d_name);
			inputs++;
		}
		free(names[i]);
	}
	free(names);
	(void)printf("%d inputs of %s\n", inputs, argv[1]);
	return inputs > 0 ? 0 : 1;
}
