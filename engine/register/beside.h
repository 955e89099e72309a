#ifndef PLI_BESIDE_H
#define PLI_BESIDE_H

/*
 * beside.h - the files that SQLite keeps beside a database (-journal, -wal, -shm). They are part of it: a journal is played
 * back into it, and deletes the file that it names. So only those of the register's owner, made by SQLite, are taken for them.
 */

#include "fail.h"

/*
 * beside_check looks at what stands beside the register at path, before anything is opened. Fails with PLI_ERR_IO, naming the
 * file, which stays as it is.
 */
enum pli_status beside_check(const char *path, struct pli_error *err) PLI_MUST_CHECK;

/*
 * beside_vfs returns the name of a virtual file system for sqlite3_open_v2 that looks again at what SQLite itself opens or
 * deletes beside a register, or NULL when there is none.
 */
const char *beside_vfs(void);

#endif
