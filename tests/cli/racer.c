/*
 * racer.c - exchanges folders for links to another one, and back, as fast as it can, until it is ended.
 *
 *      racer PLACE CANARY [PAUSE]      every folder below PLACE, hidden ones too, is a link to CANARY now and then, and
 *                                      after that all is as it was for up to PAUSE microseconds
 */
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MOST 6

static const char *canary;
static unsigned pause_most;

static void
pause_a_little(unsigned turns)
{
	while (turns-- > 0)
		(void)sched_yield();
}

/* Whatever of it fails has been done by pli in the meantime. */
static void
exchange(const char *path, unsigned turns)
{
	char aside[4200];

	(void)snprintf(aside, sizeof(aside), "%s~", path);
	if (rename(path, aside) != 0)
		return;
	if (symlink(canary, path) == 0) {
		pause_a_little(turns);
		(void)unlink(path);
	}
	(void)rename(aside, path);
}

static void
go_through(const char *folder, unsigned depth)
{
	static unsigned turn;
	char path[4096];
	const struct dirent *e;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) >= sizeof(path) ||
		    lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		if (depth < DEPTH_MOST)
			go_through(path, depth + 1);
		exchange(path, turn % 20);
		if (pause_most > 0)
			(void)usleep(turn % 5 * pause_most / 4);
		(void)usleep(turn++ % 7 * 150); /* pli is to get further at times */
	}
	(void)closedir(dir);
}

int
main(int argc, char **argv)
{
	if (argc < 3 || argc > 4)
		return 2;
	canary = argv[2];
	pause_most = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	for (;;)
		go_through(argv[1], 0);
}
