/*
 * beside.c - who can write to the folder of a register, but not to the register, could put a journal beside it (hot, so that
 * the next reader plays it back), or a name of some file to be deleted into one (a super-journal). And a bid that somebody
 * named like a journal must not be deleted for one.
 *
 * What is there is looked at once before, for a clear error, and once more by the file system that SQLite works through, when
 * it has opened the file: who puts another there between the two has not become its owner.
 *
 * -shm is not opened: SQLite holds its locks on it, and they are the process's, which loses them all when it closes any
 * descriptor of the file (sqlite.org/howtocorrupt.html, 2.2). On -journal and -wal there are none.
 *
 * Formats: sqlite.org/fileformat2.html, 3 (rollback journal) and 4.1 (WAL); the super-journal's name ends a journal, with the
 * magic behind it.
 */
#include "beside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VFS_NAME "pli-register"
#define JOURNAL "-journal"
#define WAL "-wal"
#define MAGIC 8

static const uint8_t journal_magic[MAGIC] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 };
static const uint8_t wal_magic[3] = { 0x37, 0x7f, 0x06 };

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* What is wrong with the contents, or NULL. One that SQLite has just begun is empty, or begins with zeroes. */
static const char *
flaw_inside(int fd, uint64_t size, bool wal)
{
	static const uint8_t zeroes[MAGIC];
	uint8_t head[MAGIC], tail[MAGIC];

	if (size < MAGIC)
		return size == 0 ? NULL : "it was not made by SQLite";
	if (pread(fd, head, MAGIC, 0) != MAGIC || pread(fd, tail, MAGIC, (off_t)(size - MAGIC)) != MAGIC)
		return "it cannot be read";
	if (wal)
		return memcmp(head, wal_magic, sizeof(wal_magic)) == 0 || memcmp(head, zeroes, MAGIC) == 0
			   ? NULL
			   : "it was not made by SQLite";
	if (memcmp(head, journal_magic, MAGIC) != 0 && memcmp(head, zeroes, MAGIC) != 0)
		return "it was not made by SQLite";
	return size > MAGIC && memcmp(tail, journal_magic, MAGIC) == 0 ? "it names another file" : NULL;
}

/* What is wrong with the file of that name beside the register at path, or NULL; one that is not there is right. */
static const char *
flaw(const char *path, const char *name)
{
	bool wal = ends_with(name, WAL), is_read = wal || ends_with(name, JOURNAL);
	struct stat of, main_file;
	const char *why = NULL;
	int fd = is_read ? open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;

	if (is_read && fd < 0 && errno != EACCES)
		return errno == ENOENT ? NULL : errno == ELOOP ? "it is a symbolic link" : "it cannot be opened";
	if (fd < 0 ? lstat(name, &of) != 0 : fstat(fd, &of) != 0)
		why = errno == ENOENT ? NULL : "it cannot be looked at";
	else if (S_ISLNK(of.st_mode))
		why = "it is a symbolic link";
	else if (!S_ISREG(of.st_mode) || of.st_nlink != 1)
		why = "it is no file of its own";
	else if (of.st_uid != geteuid() && (stat(path, &main_file) != 0 || of.st_uid != main_file.st_uid))
		why = "it is somebody else's";
	else if (fd >= 0)
		why = flaw_inside(fd, (uint64_t)of.st_size, wal);
	if (fd >= 0)
		(void)close(fd);
	return why;
}

enum pli_status
beside_check(const char *path, struct pli_error *err)
{
	static const char *const ends[] = { JOURNAL, WAL, "-shm" };
	const char *why = NULL;
	char *name;
	enum pli_status rc = PLI_OK;
	size_t i;

	for (i = 0; rc == PLI_OK && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (asprintf(&name, "%s%s", path, ends[i]) < 0)
			return fail_memory(err);
		if ((why = flaw(path, name)) != NULL) {
			rc = fail(
			    err, PLI_ERR_IO, "%s stands where SQLite keeps a part of the register, but %s", name, why);
			fail_hint(err, "nothing was changed; move that file away, and look who put it there");
		}
		free(name);
	}
	return rc;
}

/* The register to which a journal or WAL belongs, into path; false for what is neither. */
static bool
belongs(const char *name, char path[4096])
{
	size_t len = strlen(name), cut = ends_with(name, JOURNAL) ? strlen(JOURNAL)
					 : ends_with(name, WAL)   ? strlen(WAL)
								  : 0;

	if (cut == 0 || len - cut >= 4096)
		return false;
	memcpy(path, name, len - cut);
	path[len - cut] = '\0';
	return true;
}

static int
open_checked(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	sqlite3_vfs *base = vfs->pAppData;
	char path[4096];
	int code;

	if ((flags & SQLITE_OPEN_SUPER_JOURNAL) != 0) {
		file->pMethods = NULL;
		return SQLITE_CANTOPEN;
	}
	code = base->xOpen(base, name, file, flags, out_flags);
	if (code != SQLITE_OK || (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) == 0)
		return code;
	if (name != NULL && belongs(name, path) && flaw(path, name) == NULL)
		return SQLITE_OK;
	(void)file->pMethods->xClose(file);
	file->pMethods = NULL;
	return SQLITE_CANTOPEN;
}

static int
delete_checked(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *base = vfs->pAppData;
	char path[4096];

	if (!belongs(name, path) || flaw(path, name) != NULL)
		return SQLITE_IOERR_DELETE;
	return base->xDelete(base, name, sync);
}

/* SQLite has one list of file systems per process, which copies nothing. */
const char *
beside_vfs(void)
{
	static atomic_flag busy = ATOMIC_FLAG_INIT;
	static sqlite3_vfs checked;
	sqlite3_vfs *base;
	int code = SQLITE_OK;

	while (atomic_flag_test_and_set(&busy))
		(void)sched_yield();
	if (sqlite3_vfs_find(VFS_NAME) == NULL) {
		base = sqlite3_vfs_find(NULL);
		code = base == NULL ? SQLITE_ERROR : SQLITE_OK;
		if (base != NULL) {
			checked = *base;
			checked.zName = VFS_NAME;
			checked.pNext = NULL;
			checked.pAppData = base;
			checked.xOpen = open_checked;
			checked.xDelete = delete_checked;
			code = sqlite3_vfs_register(&checked, 0);
		}
	}
	atomic_flag_clear(&busy);
	return code == SQLITE_OK ? VFS_NAME : NULL;
}
