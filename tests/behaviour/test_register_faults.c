/*
 * A register whose disk fails: every call of SQLite to its files that can fail does, each in its turn, alone or with all that
 * follow (story.h says what holds all the same). The files are SQLite's own, behind a layer that is told what to refuse
 * (sqlite.org/vfs.html).
 */
#include "story.h"
#include "suite.h"

#include <sqlite3.h>

enum { POINTS = 60 };

static int write_failure;

/* SQLite's own file stands behind ours. */
static sqlite3_file *
real(sqlite3_file *f)
{
	return (sqlite3_file *)((char *)f + sizeof(sqlite3_file));
}

static int
file_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int
file_read(sqlite3_file *f, void *p, int len, sqlite3_int64 off)
{
	return story_fails() ? SQLITE_IOERR_READ : real(f)->pMethods->xRead(real(f), p, len, off);
}

/* Half of it may be there. */
static int
file_write(sqlite3_file *f, const void *p, int len, sqlite3_int64 off)
{
	if (!story_fails())
		return real(f)->pMethods->xWrite(real(f), p, len, off);
	(void)real(f)->pMethods->xWrite(real(f), p, len / 2, off);
	return write_failure;
}

static int
file_truncate(sqlite3_file *f, sqlite3_int64 len)
{
	return story_fails() ? SQLITE_IOERR_TRUNCATE : real(f)->pMethods->xTruncate(real(f), len);
}

static int
file_sync(sqlite3_file *f, int flags)
{
	return story_fails() ? SQLITE_IOERR_FSYNC : real(f)->pMethods->xSync(real(f), flags);
}

static int
file_size(sqlite3_file *f, sqlite3_int64 *len)
{
	return story_fails() ? SQLITE_IOERR_FSTAT : real(f)->pMethods->xFileSize(real(f), len);
}

static int
file_lock(sqlite3_file *f, int level)
{
	return story_fails() ? SQLITE_IOERR_LOCK : real(f)->pMethods->xLock(real(f), level);
}

static int
file_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
file_reserved(sqlite3_file *f, int *is)
{
	return story_fails() ? SQLITE_IOERR_CHECKRESERVEDLOCK : real(f)->pMethods->xCheckReservedLock(real(f), is);
}

static int
file_control(sqlite3_file *f, int what, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), what, arg);
}

static int
file_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
file_device(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
file_shm_map(sqlite3_file *f, int page, int len, int extend, void volatile **at)
{
	return story_fails() ? SQLITE_IOERR_SHMMAP : real(f)->pMethods->xShmMap(real(f), page, len, extend, at);
}

/* Taking a lock can fail, giving it back cannot. */
static int
file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return (flags & SQLITE_SHM_LOCK) != 0 && story_fails() ? SQLITE_IOERR_SHMLOCK
							       : real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void
file_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
file_shm_unmap(sqlite3_file *f, int delete)
{
	return real(f)->pMethods->xShmUnmap(real(f), delete);
}

static const sqlite3_io_methods methods = { 2, file_close, file_read, file_write, file_truncate, file_sync, file_size,
	file_lock, file_unlock, file_reserved, file_control, file_sector, file_device, file_shm_map, file_shm_lock,
	file_shm_barrier, file_shm_unmap, NULL, NULL };

static int
disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	sqlite3_vfs *base = vfs->pAppData;
	int code;

	f->pMethods = NULL;
	if (story_fails())
		return SQLITE_CANTOPEN;
	code = base->xOpen(base, name, real(f), flags, out);
	if (code == SQLITE_OK)
		f->pMethods = &methods;
	else if (real(f)->pMethods != NULL)
		(void)real(f)->pMethods->xClose(real(f));
	return code;
}

static int
disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *base = vfs->pAppData;

	return story_fails() ? SQLITE_IOERR_DELETE : base->xDelete(base, name, sync);
}

static int
disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *is)
{
	sqlite3_vfs *base = vfs->pAppData;

	return story_fails() ? SQLITE_IOERR_ACCESS : base->xAccess(base, name, flags, is);
}

/* From now on SQLite's files are behind ours: pli builds upon the default one. */
static void
take_over(void)
{
	static sqlite3_vfs ours;
	sqlite3_vfs *base = sqlite3_vfs_find(NULL);

	check(base != NULL);
	if (base == &ours)
		return;
	ours = *base;
	ours.zName = "failing";
	ours.pNext = NULL;
	ours.pAppData = base;
	ours.szOsFile += (int)sizeof(sqlite3_file);
	ours.xOpen = disk_open;
	ours.xDelete = disk_delete;
	ours.xAccess = disk_access;
	check(sqlite3_vfs_register(&ours, 1) == SQLITE_OK);
}

static bool
said(enum pli_status rc, const struct pli_error *err)
{
	return (rc == PLI_ERR_IO || rc == PLI_ERR) && err->message[0] != '\0';
}

static void
each(bool forever, int failure)
{
	take_over();
	write_failure = failure;
	story_each("calls of SQLite to its files", forever, POINTS, said);
}

static void
once(void)
{
	each(false, SQLITE_IOERR_WRITE);
}

static void
from_then_on(void)
{
	each(true, SQLITE_IOERR_WRITE);
}

static void
no_room(void)
{
	each(false, SQLITE_FULL);
}

static void
no_room_any_more(void)
{
	each(true, SQLITE_FULL);
}

#define TESTS(T, S) T(S, once) T(S, from_then_on) T(S, no_room) T(S, no_room_any_more)
SUITE(register_faults, TESTS)
