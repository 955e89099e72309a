#ifndef PLI_DB_H
#define PLI_DB_H

/*
 * db.h - one SQLite file, whoever wrote it.
 *
 *      db_open -> db_begin -> db_run, db_prepare ... -> db_commit -> db_close
 *
 * RULES
 *   - SQL is always a literal of this folder; what comes from outside is bound.
 *   - A statement of db_prepare belongs to the caller, who finalizes it before the transaction ends.
 *   - Every failure is explained once, by db_fail; one that is damage is PLI_ERR_IO.
 */

#include <sqlite3.h>

#include "bytes.h"

struct db {
	sqlite3 *sq;
	char *path;     /* as the caller gave it, for messages */
	char *resolved; /* absolute, its folder without symbolic links */
	bool writable;
};

enum db_access { DB_READ, DB_WRITE };

/* "PLI1", in the header of the file: whose it is (sqlite.org/fileformat2.html, 1.3.10). */
#define DB_APPLICATION 0x504c4931

/*
 * db_resolve fills db->path and db->resolved: *there says whether something has the name. Fails with PLI_ERR_IO when that is
 * no regular file of its own (a symbolic link, a folder, a file with a second name), or the folder is not there.
 */
enum pli_status db_resolve(struct db *db, const char *path, bool *there, struct pli_error *err) PLI_MUST_CHECK;

/*
 * db_open opens the file that db_resolve found: a SQLite file of ours, undamaged. One that may only be read (DB_READ on a
 * read-only file system) and that nobody is changing is read as a whole. Nothing is written to a file that is refused.
 */
enum pli_status db_open(struct db *db, enum db_access access, struct pli_error *err) PLI_MUST_CHECK;

/* db_memory opens an empty one that lives in memory. */
enum pli_status db_memory(struct db *db, struct pli_error *err) PLI_MUST_CHECK;

/* db_copy replaces what db reads by a copy of it in memory, where it may be written to without changing the file. */
enum pli_status db_copy(struct db *db, struct pli_error *err) PLI_MUST_CHECK;

/* db_close: all-zero is fine. */
void db_close(struct db *db);

/* db_patience sets how long another process is waited for. */
void db_patience(struct db *db, int milliseconds);

/* What is bound to a "?". */
struct value {
	enum value_kind { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB } kind;
	int64_t number;
	struct view bytes;
};

static inline struct value
value_int(int64_t number)
{
	return (struct value){ VALUE_INT, number, { 0 } };
}

struct value value_text(const char *text);

static inline struct value
value_blob(struct view bytes)
{
	return (struct value){ VALUE_BLOB, 0, bytes };
}

#define VALUES(...)                                                                                                    \
	(const struct value[]){ __VA_ARGS__ }, sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)
#define NO_VALUES NULL, 0

/* db_prepare makes a statement of one SQL text and binds count values to it, whose bytes are borrowed until it is done. */
enum pli_status db_prepare(struct db *db, sqlite3_stmt **out, const char *sql, const struct value *values, size_t count,
    struct pli_error *err) PLI_MUST_CHECK;

/* db_step goes on to the next row; *row is false at the end. A row with a text that is not UTF-8 is damage. */
enum pli_status db_step(struct db *db, sqlite3_stmt *q, bool *row, struct pli_error *err) PLI_MUST_CHECK;

/* db_run is a statement without rows. */
enum pli_status db_run(
    struct db *db, const char *sql, const struct value *values, size_t count, struct pli_error *err) PLI_MUST_CHECK;

/* db_number gives the one number that a query gives; *there (may be NULL) is false and *out 0 without a row or with NULL. */
enum pli_status db_number(struct db *db, int64_t *out, bool *there, const char *sql, const struct value *values,
    size_t count, struct pli_error *err) PLI_MUST_CHECK;

/* db_changes is how many rows the last db_run changed, and db_last_id the id of the row it inserted. */
int64_t db_changes(const struct db *db);
int64_t db_last_id(const struct db *db);

/* db_begin begins a transaction that writes, and waits for other processes; db_begin_read one that sees one state. */
enum pli_status db_begin(struct db *db, struct pli_error *err) PLI_MUST_CHECK;
enum pli_status db_begin_read(struct db *db, struct pli_error *err) PLI_MUST_CHECK;

/*
 * db_end commits when rc is PLI_OK, and rolls back otherwise, or when that fails. Returns rc, or why not. *unknown (may be
 * NULL) tells, after a failure, whether what was to be committed may yet be found committed when the file is opened again:
 * SQLite had written all of it, and could not sync it.
 */
enum pli_status db_end(struct db *db, enum pli_status rc, bool *unknown, struct pli_error *err) PLI_MUST_CHECK;

/* db_fail explains why SQLite failed at what the text says, after a call that returned code. */
enum pli_status db_fail(struct db *db, int code, const char *what, struct pli_error *err);

/* db_damaged says that what is in the file cannot be. */
enum pli_status db_damaged(const struct db *db, const char *what, struct pli_error *err);

/* db_text is column i as text, "" instead of NULL; borrowed until the next step. db_text_or_null is NULL then. */
const char *db_text(sqlite3_stmt *q, int i);
const char *db_text_or_null(sqlite3_stmt *q, int i);

#endif
