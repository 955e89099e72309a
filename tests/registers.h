#ifndef PLI_REGISTERS_H
#define PLI_REGISTERS_H

/* registers.h - what the tests of the register share. */

#include <sqlite3.h>
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

/* register_sql does to the file of a register what another program would; :name in the text is text. */
static inline void
register_sql(const char *path, const char *sql, const char *text)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 10000) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK ||
	    (text != NULL && sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC) != SQLITE_OK) ||
	    (sqlite3_step(q) & ~1) != SQLITE_ROW) {
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		exit(99);
	}
	(void)sqlite3_finalize(q);
	(void)sqlite3_close(db);
}

#endif
