#ifndef PLI_BENCH_FOLDER_H
#define PLI_BENCH_FOLDER_H

/*
 * bench_folder.h - a folder of our own in $PLI_BENCH_DIR (default /dev/shm, so that the medium does not count).
 *
 * Made when first asked for, removed with all that is in it when the process ends.
 */

#include "bench.h"

/* bench_folder_path is the folder, or NULL after bench_skip: no folder, or no room for bytes more. */
const char *bench_folder_path(struct bench *b, uint64_t bytes);

/* bench_folder_remove removes a file, or a folder with all that is in it; nothing there is fine. */
void bench_folder_remove(const char *path);

#endif
