#ifndef PLI_REGISTERS_H
#define PLI_REGISTERS_H

/* registers.h - what the tests of the register share. */

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pli/register.h"

#define REGISTER_PASSPHRASE "lusab-babad-gutih"

static inline struct pli_pair_file
register_file(const char *path)
{
	return (struct pli_pair_file){ .path = path,
		.profile = PLI_PAIR_MODERN,
		.passphrase = REGISTER_PASSPHRASE,
		.passphrase_len = strlen(REGISTER_PASSPHRASE),
		.no_sync = true };
}

/* register_cancel_at is a hook that says yes at one of the times that it is asked; arg is this. */
struct register_cancel {
	long asked, at;
};

static inline bool
register_cancel_at(void *arg)
{
	struct register_cancel *c = arg;

	return c->asked++ == c->at;
}

/* register_count_key is a pli_register_each_key; arg is an int. */
static inline enum pli_status
register_count_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	(void)key;
	(void)err;
	*(int *)arg += 1;
	return PLI_OK;
}

/* register_try does to the file of a register what another program would; :name in the SQL is text. False: refused. */
static inline bool
register_try(sqlite3 *db, const char *sql, const char *text)
{
	sqlite3_stmt *q = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &q, NULL);

	if (code == SQLITE_OK && text != NULL)
		code = sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
	while (code == SQLITE_OK || code == SQLITE_ROW)
		code = sqlite3_step(q);
	(void)sqlite3_finalize(q);
	return code == SQLITE_DONE;
}

static inline sqlite3 *
register_connect(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 10000) != SQLITE_OK) {
		(void)fprintf(stderr, "cannot open %s\n", path);
		exit(99);
	}
	return db;
}

static inline void
register_sql(const char *path, const char *sql, const char *text)
{
	sqlite3 *db = register_connect(path);

	if (!register_try(db, sql, text)) {
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		exit(99);
	}
	(void)sqlite3_close(db);
}

static inline bool
register_sql_refused(const char *path, const char *sql)
{
	sqlite3 *db = register_connect(path);
	bool refused = register_try(db, "PRAGMA foreign_keys = ON", NULL) && !register_try(db, sql, NULL);

	(void)sqlite3_close(db);
	return refused;
}

/* register_sql_untriggered does what the trigger forbids: as damage does, which asks nobody. */
static inline void
register_sql_untriggered(const char *path, const char *trigger, const char *sql)
{
	sqlite3 *db = register_connect(path);
	char drop[100], keep[300];
	sqlite3_stmt *q = NULL;
	char *create = NULL;

	(void)snprintf(drop, sizeof(drop), "DROP TRIGGER %s", trigger);
	(void)snprintf(keep, sizeof(keep), "SELECT sql FROM sqlite_schema WHERE name = '%s'", trigger);
	if (sqlite3_prepare_v2(db, keep, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		create = strdup((const char *)sqlite3_column_text(q, 0));
	(void)sqlite3_finalize(q);
	if (create == NULL || !register_try(db, drop, NULL) || !register_try(db, sql, NULL) ||
	    !register_try(db, create, NULL)) {
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		exit(99);
	}
	free(create);
	(void)sqlite3_close(db);
}

#endif
