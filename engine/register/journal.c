/* journal.c - the journal is written in order by whoever holds the transaction, so its numbers have no holes. */
#include "journal.h"

#include <time.h>

#include "records.h"

enum pli_status
journal_add(struct db *db, const char *actor, const struct journal_line *line, struct pli_error *err)
{
	return db_run(db,
	    "INSERT INTO journal (time, actor, action, service, name, fingerprint, detail) VALUES (?, ?, ?, ?, ?, ?, "
	    "?)",
	    VALUES(value_int(time(NULL)), value_text(actor), value_text(line->action), value_text(line->service),
		value_text(line->name), value_text(line->fingerprint), value_text(line->detail)),
	    err);
}

enum pli_status
pli_register_journal(struct pli_register *reg, const char *service,
    enum pli_status (*each)(void *arg, const struct pli_register_event *event, struct pli_error *err), void *arg,
    struct pli_error *err)
{
	struct pli_register_event event;
	struct db *db = &reg->db;
	sqlite3_stmt *q;
	enum pli_status rc;
	int64_t id;
	bool row = true;

	if (service != NULL && (rc = records_service(reg, service, &id, err)) != PLI_OK)
		return rc;
	rc = db_prepare(db, &q,
	    "SELECT id, time, actor, action, service, name, fingerprint, detail FROM journal"
	    " WHERE ?1 IS NULL OR service IN (SELECT s.name FROM services s WHERE " RECORDS_SERVICE_IS(
		"?1") ") ORDER BY id",
	    VALUES(value_text(service)), err);
	if (rc != PLI_OK)
		return rc;
	while (rc == PLI_OK && (rc = db_step(db, q, &row, err)) == PLI_OK && row) {
		event = (struct pli_register_event){ sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
			db_text(q, 2), db_text(q, 3), db_text_or_null(q, 4), db_text_or_null(q, 5),
			db_text_or_null(q, 6), db_text_or_null(q, 7) };
		rc = each(arg, &event, err);
	}
	(void)sqlite3_finalize(q);
	return rc;
}
