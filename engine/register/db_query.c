/* db_query.c - statements and transactions. A statement is made for each use: nothing here is asked often enough to keep. */
#include <limits.h>
#include <string.h>

#include "db.h"
#include "label.h"

struct value
value_text(const char *text)
{
	if (text == NULL)
		return (struct value){ 0 };
	return (struct value){ VALUE_TEXT, 0, view_of(text, strlen(text)) };
}

static int
bind(sqlite3_stmt *q, int i, const struct value *v)
{
	switch (v->kind) {
	case VALUE_INT:
		return sqlite3_bind_int64(q, i, v->number);
	case VALUE_TEXT:
		return sqlite3_bind_text64(q, i, (const char *)v->bytes.p, v->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(q, i, v->bytes.p, v->bytes.len, SQLITE_STATIC);
	case VALUE_NULL:
		break;
	}
	return sqlite3_bind_null(q, i);
}

enum pli_status
db_prepare(
    struct db *db, sqlite3_stmt **out, const char *sql, const struct value *values, size_t count, struct pli_error *err)
{
	enum pli_status rc;
	int code;
	size_t i;

	code = sqlite3_prepare_v2(db->sq, sql, -1, out, NULL);
	for (i = 0; i < count && code == SQLITE_OK; i++)
		code = bind(*out, (int)i + 1, &values[i]);
	if (code == SQLITE_OK)
		return PLI_OK;
	rc = db_fail(db, code, "use the register", err);
	(void)sqlite3_finalize(*out);
	*out = NULL;
	return rc;
}

/* SQLite keeps whatever bytes it was given for a text; pli writes UTF-8 without NUL. */
static enum pli_status
check_texts(const struct db *db, sqlite3_stmt *q, struct pli_error *err)
{
	const char *text;
	int i;

	for (i = 0; i < sqlite3_data_count(q); i++)
		if (sqlite3_column_type(q, i) == SQLITE_TEXT && (text = db_text_or_null(q, i)) != NULL &&
		    label_utf8(text) != (size_t)sqlite3_column_bytes(q, i))
			return db_damaged(db, "a text in it is not UTF-8", err);
	return PLI_OK;
}

enum pli_status
db_step(struct db *db, sqlite3_stmt *q, bool *row, struct pli_error *err)
{
	int code = sqlite3_step(q);

	*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		return check_texts(db, q, err);
	if (code == SQLITE_DONE)
		return PLI_OK;
	return db_fail(db, code, db->writable ? "use the register" : "read the register", err);
}

enum pli_status
db_run(struct db *db, const char *sql, const struct value *values, size_t count, struct pli_error *err)
{
	sqlite3_stmt *q;
	enum pli_status rc = db_prepare(db, &q, sql, values, count, err);
	bool row = true;

	if (rc != PLI_OK)
		return rc;
	while (rc == PLI_OK && row)
		rc = db_step(db, q, &row, err);
	(void)sqlite3_finalize(q);
	return rc;
}

enum pli_status
db_number(struct db *db, int64_t *out, bool *there, const char *sql, const struct value *values, size_t count,
    struct pli_error *err)
{
	sqlite3_stmt *q;
	enum pli_status rc = db_prepare(db, &q, sql, values, count, err);
	bool row = false;

	*out = 0;
	if (rc != PLI_OK)
		return rc;
	if ((rc = db_step(db, q, &row, err)) == PLI_OK && row) {
		row = sqlite3_column_type(q, 0) != SQLITE_NULL;
		*out = sqlite3_column_int64(q, 0);
	}
	(void)sqlite3_finalize(q);
	if (there != NULL)
		*there = row;
	return rc;
}

int64_t
db_changes(const struct db *db)
{
	return sqlite3_changes64(db->sq);
}

int64_t
db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->sq);
}

enum pli_status
db_begin(struct db *db, struct pli_error *err)
{
	return db_run(db, "BEGIN IMMEDIATE", NO_VALUES, err);
}

enum pli_status
db_begin_read(struct db *db, struct pli_error *err)
{
	return db_run(db, "BEGIN", NO_VALUES, err);
}

enum pli_status
db_end(struct db *db, enum pli_status rc, bool *unknown, struct pli_error *err)
{
	int code = SQLITE_OK;

	if (unknown != NULL)
		*unknown = false;
	if (rc == PLI_OK && (code = sqlite3_exec(db->sq, "COMMIT", NULL, NULL, NULL)) != SQLITE_OK) {
		rc = db_fail(db, code, "write to the register", err);
		/* A write that failed, failed before the last frame of the WAL; without that one the others are nothing. */
		if (unknown != NULL)
			*unknown = (code & 0xff) == SQLITE_IOERR && code != SQLITE_IOERR_WRITE;
	}
	if (rc != PLI_OK && sqlite3_get_autocommit(db->sq) == 0)
		(void)sqlite3_exec(db->sq, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

const char *
db_text_or_null(sqlite3_stmt *q, int i)
{
	return (const char *)sqlite3_column_text(q, i);
}

const char *
db_text(sqlite3_stmt *q, int i)
{
	const char *text = db_text_or_null(q, i);

	return text == NULL ? "" : text;
}
