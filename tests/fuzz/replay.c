/*
 * replay.c - a main for a fuzz target that only runs what was kept: every file of the folder that it is given, without
 * libFuzzer. A finding ends it as it ends a fuzzer.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX (1u << 20)

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
	(void)fprintf(stderr, "%s\n", name);
	(void)LLVMFuzzerTestOneInput(copy, len);
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
