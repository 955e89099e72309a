/* bench_folder.c - see bench_folder.h. */
#include "bench_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

static char folder[512];

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	(void)(kind == FTW_DP ? rmdir(path) : unlink(path));
	return 0;
}

void
bench_folder_remove(const char *path)
{
	(void)nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

static void
clean_up(void)
{
	bench_folder_remove(folder);
}

const char *
bench_folder_path(struct bench *b, uint64_t bytes)
{
	const char *dir = getenv("PLI_BENCH_DIR");
	struct statvfs fs;

	if (dir == NULL || dir[0] == '\0')
		dir = "/dev/shm";
	if (statvfs(dir, &fs) != 0 || fs.f_bavail * fs.f_frsize < bytes) {
		bench_skip(b, "no folder with enough room (PLI_BENCH_DIR)");
		return NULL;
	}
	if (folder[0] != '\0')
		return folder;
	if (snprintf(folder, sizeof(folder), "%s/pli-bench-XXXXXX", dir) >= (int)sizeof(folder) ||
	    mkdtemp(folder) == NULL) {
		folder[0] = '\0';
		bench_skip(b, "cannot make a folder in PLI_BENCH_DIR");
		return NULL;
	}
	(void)atexit(clean_up);
	return folder;
}
