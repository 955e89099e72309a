/*
 * db.c - SQLite, told to trust nothing.
 *
 * A register may have been written by somebody hostile: the schema is not trusted (and compared with ours, schema.c), no
 * extension is loaded, nothing is mapped, every page is checked as it is read, and all of them when the file is opened.
 *
 * The file is opened through its folder, whose symbolic links are followed; the file itself must not be one. What it is, is
 * seen in its first bytes before SQLite looks at it: SQLite would play back a journal that lies beside a file of anybody's.
 * They are read through SQLite's own descriptor: closing another one of the same file drops the locks of the process
 * (sqlite.org/howtocorrupt.html, 2.2).
 *
 * Readers open for writing where they may, with PRAGMA query_only: then the last one to go removes the files for the WAL
 * again. Where they may not, SQLite reads what is there; without those files, and without the right to make them, a copy in
 * memory is read, if the file stayed the same while it was made.
 */
#include "db.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beside.h"
#include "label.h"
#include "titles.h"

/* Many processes that each sync a few times a second. */
#define PATIENCE_MS 60000

#define LENGTH_MAX (16 << 20)

/* SQLite quotes what it found in the file, which is any bytes; a message is UTF-8. */
static const char *
quoted(char out[512], const char *text)
{
	size_t at;

	(void)snprintf(out, 512, "%s", text);
	for (at = label_utf8(out); out[at] != '\0'; at += label_utf8(out + at))
		out[at] = '?';
	return out;
}

enum pli_status
db_damaged(const struct db *db, const char *what, struct pli_error *err)
{
	char text[512];
	enum pli_status rc = fail(err, PLI_ERR_IO, "the register %s is damaged: %s", db->path, quoted(text, what));

	fail_hint(err, "nothing was written to it: keep it, and put a copy from a backup in its place");
	return rc;
}

enum pli_status
db_fail(struct db *db, int code, const char *what, struct pli_error *err)
{
	int number = db->sq == NULL ? 0 : sqlite3_system_errno(db->sq);
	const char *why = db->sq == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db->sq);
	enum pli_status rc;
	char text[512];

	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return fail_memory(err);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return db_damaged(db, why, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		rc = fail(err, PLI_ERR_IO, "cannot %s %s: it is in use by another process", what, db->path);
		fail_hint(err, "try again; if that goes on, find out which process keeps the register locked");
		return rc;
	case SQLITE_FULL:
		rc = fail(err, PLI_ERR_IO, "cannot %s %s: no space left on the disk", what, db->path);
		fail_hint(err, "make room, and try again; the register is as it was");
		return rc;
	case SQLITE_READONLY:
		rc = fail(err, PLI_ERR_IO, "cannot %s %s: it can only be read", what, db->path);
		fail_hint(err, "check the permissions of the file and of its folder");
		return rc;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		if (number != 0)
			return fail_errno(err, PLI_ERR_IO, number, "cannot %s %s", what, db->path);
		return fail(err, PLI_ERR_IO, "cannot %s %s: %s", what, db->path, sqlite3_errstr(code));
	default:
		return fail(err, PLI_ERR, "cannot %s %s: %s", what, db->path, quoted(text, why));
	}
}

enum pli_status
db_resolve(struct db *db, const char *path, bool *there, struct pli_error *err)
{
	const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
	char *folder, *real;
	struct stat st;
	int n;

	*db = (struct db){ 0 };
	if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return fail(err, PLI_ERR_USAGE, "\"%s\" is not the name of a file for the register", path);
	/* "/name" is in "/", "name" in "." */
	folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if ((db->path = strdup(path)) == NULL || folder == NULL) {
		free(folder);
		return fail_memory(err);
	}
	real = realpath(folder, NULL);
	free(folder);
	if (real == NULL)
		return errno == ENOMEM
			   ? fail_memory(err)
			   : fail_errno(err, PLI_ERR_IO, errno, "cannot open the folder of the register %s", path);
	n = asprintf(&db->resolved, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	free(real);
	if (n < 0) {
		db->resolved = NULL;
		return fail_memory(err);
	}
	*there = lstat(db->resolved, &st) == 0;
	if (!*there && errno != ENOENT)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot look at the register %s", path);
	if (*there && !S_ISREG(st.st_mode)) {
		enum pli_status rc = fail(err, PLI_ERR_IO, "the register %s is %s", path,
		    S_ISLNK(st.st_mode) ? "a symbolic link, which is not followed" : "no regular file");

		fail_hint(err, "give the path of the register itself");
		return rc;
	}
	/* SQLite looks for the WAL beside the name: beside another one it is not (sqlite.org/howtocorrupt.html, 2.5). */
	if (*there && st.st_nlink != 1) {
		enum pli_status rc = fail(
		    err, PLI_ERR_IO, "the register %s has %lu names (hard links)", path, (unsigned long)st.st_nlink);

		fail_hint(err, "leave it one: what is written under one name would be lost under another");
		return rc;
	}
	return PLI_OK;
}

/* looks(name) in SQL: title_plain. */
static void
looks(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *name = (const char *)sqlite3_value_text(values[0]);
	char *plain;

	(void)count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	if (name == NULL || (plain = title_plain(name)) == NULL)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text(context, plain, -1, free);
}

/* None of these reads the file. */
static int
harden(sqlite3 *sq)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 1 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};
	static const char *const pragmas[] = { "PRAGMA cell_size_check = ON", "PRAGMA mmap_size = 0",
		"PRAGMA temp_store = MEMORY" };
	int code = SQLITE_OK, now;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]) && code == SQLITE_OK; i++) {
		code = sqlite3_db_config(sq, options[i].option, options[i].value, &now);
		if (code == SQLITE_OK && now != options[i].value)
			code = SQLITE_MISUSE;
	}
	(void)sqlite3_limit(sq, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(sq, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	(void)sqlite3_limit(sq, SQLITE_LIMIT_TRIGGER_DEPTH, 4);
	(void)sqlite3_extended_result_codes(sq, 1);
	for (i = 0; i < sizeof(pragmas) / sizeof(pragmas[0]) && code == SQLITE_OK; i++)
		code = sqlite3_exec(sq, pragmas[i], NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_create_function_v2(sq, "looks", 1,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, looks, NULL, NULL, NULL);
	return code;
}

/* Connects db to a file; sq is freed also where that fails. */
static enum pli_status
connect(struct db *db, const char *name, int flags, struct pli_error *err)
{
	enum pli_status rc;
	const char *vfs = beside_vfs();
	int code;

	if (vfs == NULL)
		return fail(err, PLI_ERR, "SQLite cannot be set up to open the register %s", db->path);
	code = sqlite3_open_v2(name, &db->sq, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, vfs);

	if (code == SQLITE_OK) {
		db_patience(db, PATIENCE_MS);
		code = harden(db->sq);
	}
	if (code == SQLITE_OK)
		return PLI_OK;
	rc = db_fail(db, code, "open the register", err);
	(void)sqlite3_close(db->sq);
	db->sq = NULL;
	return rc;
}

void
db_patience(struct db *db, int milliseconds)
{
	(void)sqlite3_busy_timeout(db->sq, milliseconds);
}

/* The first bytes say whose the file is (sqlite.org/fileformat2.html, 1.3). They never change. */
static enum pli_status
check_header(struct db *db, struct pli_error *err)
{
	uint8_t header[100];
	sqlite3_file *file = NULL;
	enum pli_status rc = PLI_OK;
	int code;

	if (sqlite3_file_control(db->sq, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == NULL ||
	    file->pMethods == NULL)
		return fail(err, PLI_ERR_IO, "cannot read the register %s", db->path);
	code = file->pMethods->xRead(file, header, sizeof(header), 0);
	if (code == SQLITE_IOERR_SHORT_READ || (code == SQLITE_OK && memcmp(header, "SQLite format 3", 16) != 0))
		rc = fail(err, PLI_ERR_IO, "%s is not a register: it is no SQLite database", db->path);
	else if (code != SQLITE_OK)
		return db_fail(db, code, "read the register", err);
	else if (load_be32(header + 68) != DB_APPLICATION)
		rc =
		    fail(err, PLI_ERR_IO, "%s is not a register: it is a SQLite database of another program", db->path);
	if (rc != PLI_OK)
		fail_hint(err, "nothing was written to it; check the path");
	return rc;
}

/* Reads something, so that whatever is wrong with the files for the WAL shows. */
static int
try_read(struct db *db)
{
	int code = sqlite3_exec(db->sq, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);

	return code != SQLITE_OK ? code : sqlite3_exec(db->sq, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
}

/* Is nobody writing? Then there is no WAL, or an empty one. */
static bool
wal_is_empty(const struct db *db, struct pli_error *err)
{
	struct stat st;
	char *wal;
	bool empty;

	if (asprintf(&wal, "%s-wal", db->resolved) < 0) {
		(void)fail_memory(err);
		return false;
	}
	empty = lstat(wal, &st) != 0 ? errno == ENOENT : st.st_size == 0;
	free(wal);
	return empty;
}

/* The file's name as a URI (RFC 3986) that tells SQLite that the file does not change. */
static char *
immutable_uri(const char *path)
{
	static const char head[] = "file://", tail[] = "?immutable=1";
	char *uri = malloc(sizeof(head) + 3 * strlen(path) + sizeof(tail)), *p = uri;

	if (uri == NULL)
		return NULL;
	p += sprintf(p, "%s", head);
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/')
			*p++ = (char)c;
		else
			p += sprintf(p, "%%%02x", c);
	}
	(void)sprintf(p, "%s", tail);
	return uri;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Reads all of a file that cannot be shared with writers, and makes sure that there was none. */
static enum pli_status
open_immutable(struct db *db, struct pli_error *err)
{
	struct stat before, after;
	enum pli_status rc;
	char *uri;

	if (!wal_is_empty(db, err) || lstat(db->resolved, &before) != 0) {
		rc = fail(err, PLI_ERR_IO,
		    "cannot read the register %s: a process that wrote to it did not finish, and %s", db->path,
		    "what it wrote can only be seen where the folder can be written to");
		fail_hint(err, "run the command once as somebody who may write to the register");
		return rc;
	}
	if ((uri = immutable_uri(db->resolved)) == NULL)
		return fail_memory(err);
	(void)sqlite3_close(db->sq);
	db->sq = NULL;
	rc = connect(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	free(uri);
	if (rc == PLI_OK && (rc = check_header(db, err)) == PLI_OK)
		rc = db_copy(db, err);
	if (rc == PLI_OK &&
	    (lstat(db->resolved, &after) != 0 || !same_file(&before, &after) || !wal_is_empty(db, NULL)))
		rc = fail(err, PLI_ERR_IO, "the register %s changed while it was read: try again", db->path);
	return rc;
}

enum pli_status
db_open(struct db *db, enum db_access access, struct pli_error *err)
{
	enum pli_status rc;
	int code;

	/* SQLite falls back to reading where the file cannot be written. */
	if ((rc = beside_check(db->resolved, err)) != PLI_OK ||
	    (rc = connect(db, db->resolved, SQLITE_OPEN_READWRITE, err)) != PLI_OK ||
	    (rc = check_header(db, err)) != PLI_OK)
		return rc;
	if (access == DB_WRITE && sqlite3_db_readonly(db->sq, "main") != 0)
		return db_fail(db, SQLITE_READONLY, "write to the register", err);
	code = try_read(db);
	if (access == DB_READ &&
	    ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY || code == SQLITE_IOERR_SHMOPEN))
		return open_immutable(db, err);
	if (code != SQLITE_OK)
		return db_fail(db, code, "read the register", err);
	db->writable = access == DB_WRITE;
	if (!db->writable && (code = sqlite3_exec(db->sq, "PRAGMA query_only = ON", NULL, NULL, NULL)) != SQLITE_OK)
		return db_fail(db, code, "read the register", err);
	return PLI_OK;
}

enum pli_status
db_memory(struct db *db, struct pli_error *err)
{
	db->writable = true;
	return connect(db, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
}

enum pli_status
db_copy(struct db *db, struct pli_error *err)
{
	struct db copy = { 0 };
	sqlite3_backup *backup;
	enum pli_status rc;
	int code;

	if ((rc = db_memory(&copy, err)) != PLI_OK)
		return rc;
	if ((backup = sqlite3_backup_init(copy.sq, "main", db->sq, "main")) == NULL) {
		code = sqlite3_extended_errcode(copy.sq);
	} else {
		(void)sqlite3_backup_step(backup, -1);
		code = sqlite3_backup_finish(backup);
	}
	if (code != SQLITE_OK) {
		rc = db_fail(db, code, "read the register", err);
		(void)sqlite3_close(copy.sq);
		return rc;
	}
	(void)sqlite3_close(db->sq);
	db->sq = copy.sq;
	return PLI_OK;
}

void
db_close(struct db *db)
{
	(void)sqlite3_close(db->sq);
	free(db->path);
	free(db->resolved);
	*db = (struct db){ 0 };
}
