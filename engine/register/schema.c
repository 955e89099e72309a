/*
 * schema.c - tables that hold their own rules. What a program with a defect, or somebody with another one, could do to a
 * register is refused by the file itself: the journal only grows, a key that was ever active stays, and is always the same.
 *
 * "REPLACE" deletes without asking the triggers of DELETE, unless recursive_triggers is on: hence the triggers of INSERT.
 */
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"

static const char step_1[] =
    "CREATE TABLE services ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 128),"
    " created INTEGER NOT NULL"
    ") STRICT;"

    "CREATE TABLE keys ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " service INTEGER NOT NULL REFERENCES services (id),"
    " name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),"
    " role TEXT NOT NULL CHECK (role IN ('personal', 'backup')),"
    " status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'retired', 'compromised')),"
    " origin TEXT NOT NULL CHECK (origin IN ('self-signed', 'authority', 'imported')),"
    " certificate BLOB NOT NULL CHECK (length(certificate) BETWEEN 1 AND 1000000),"
    " subject TEXT NOT NULL,"
    " issuer TEXT NOT NULL,"
    " cn TEXT NOT NULL,"
    " serial TEXT NOT NULL,"
    " ski TEXT,"
    " algorithm TEXT NOT NULL,"
    " not_before INTEGER NOT NULL,"
    " not_after INTEGER NOT NULL,"
    " fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64 AND fingerprint NOT GLOB '*[^0-9a-f]*'),"
    " public_key TEXT NOT NULL CHECK (length(public_key) = 64 AND public_key NOT GLOB '*[^0-9a-f]*'),"
    " created INTEGER NOT NULL,"
    " activated INTEGER CHECK ((activated IS NULL) = (status = 'pending')),"
    " ended INTEGER CHECK ((ended IS NOT NULL) = (status IN ('retired', 'compromised'))),"
    " tested INTEGER,"
    " test TEXT CHECK ((test IS NULL) = (tested IS NULL))"
    ") STRICT;"
    "CREATE UNIQUE INDEX keys_active_name ON keys (service, name) WHERE status = 'active';"
    "CREATE UNIQUE INDEX keys_certificate ON keys (service, fingerprint) WHERE status <> 'pending';"
    "CREATE INDEX keys_recipient ON keys (issuer, serial);"
    "CREATE INDEX keys_ski ON keys (ski);"
    "CREATE INDEX keys_public_key ON keys (public_key);"

    "CREATE TABLE journal ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " time INTEGER NOT NULL,"
    " actor TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 128),"
    " action TEXT NOT NULL CHECK (length(action) > 0),"
    " service TEXT,"
    " name TEXT,"
    " fingerprint TEXT,"
    " detail TEXT"
    ") STRICT;"
    "CREATE INDEX journal_service ON journal (service);"

    "CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal"
    " BEGIN SELECT raise(ABORT, 'the journal only grows'); END;"
    "CREATE TRIGGER journal_stays BEFORE DELETE ON journal"
    " BEGIN SELECT raise(ABORT, 'the journal only grows'); END;"
    "CREATE TRIGGER journal_adds BEFORE INSERT ON journal"
    " WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)"
    " BEGIN SELECT raise(ABORT, 'the journal only grows'); END;"
    "CREATE TRIGGER journal_counts AFTER INSERT ON journal"
    " WHEN NEW.id <> 1 + coalesce((SELECT max(id) FROM journal WHERE id <> NEW.id), 0)"
    " BEGIN SELECT raise(ABORT, 'the journal has no holes'); END;"

    "CREATE TRIGGER keys_stay BEFORE DELETE ON keys WHEN OLD.activated IS NOT NULL"
    " BEGIN SELECT raise(ABORT, 'a key that was active is never deleted'); END;"
    "CREATE TRIGGER keys_add BEFORE INSERT ON keys"
    " WHEN EXISTS (SELECT 1 FROM keys WHERE id = NEW.id)"
    " OR (NEW.status <> 'pending' AND EXISTS (SELECT 1 FROM keys WHERE service = NEW.service AND status <> 'pending'"
    " AND (fingerprint = NEW.fingerprint OR (name = NEW.name AND status = 'active' AND NEW.status = 'active'))))"
    " BEGIN SELECT raise(ABORT, 'this key is there already'); END;"
    "CREATE TRIGGER keys_keep BEFORE UPDATE OF id, service, origin, certificate, subject, issuer, cn, serial, ski,"
    " algorithm, not_before, not_after, fingerprint, public_key, created ON keys"
    " BEGIN SELECT raise(ABORT, 'what a key is does not change'); END;"
    "CREATE TRIGGER keys_end BEFORE UPDATE OF status, activated ON keys"
    " WHEN OLD.activated IS NOT NULL AND (NEW.activated IS NOT OLD.activated OR NEW.status = 'pending'"
    " OR (OLD.status <> 'active' AND NEW.status NOT IN (OLD.status, 'compromised')))"
    " BEGIN SELECT raise(ABORT, 'a key that ended stays so'); END;"

    "CREATE TRIGGER services_stay BEFORE DELETE ON services WHEN EXISTS (SELECT 1 FROM keys WHERE service = OLD.id)"
    " BEGIN SELECT raise(ABORT, 'a service with keys is never deleted'); END;"
    "CREATE TRIGGER services_add BEFORE INSERT ON services"
    " WHEN EXISTS (SELECT 1 FROM services WHERE id = NEW.id OR name = NEW.name)"
    " BEGIN SELECT raise(ABORT, 'this service is there already'); END;"
    "CREATE TRIGGER services_keep BEFORE UPDATE ON services"
    " BEGIN SELECT raise(ABORT, 'what a service is does not change'); END;";

const char *const schema_steps[] = { step_1 };
const size_t schema_count = sizeof(schema_steps) / sizeof(schema_steps[0]);

enum pli_status
schema_version(struct db *db, size_t count, size_t *version, struct pli_error *err)
{
	enum pli_status rc;
	int64_t n;

	*version = 0;
	if ((rc = db_number(db, &n, NULL, "PRAGMA user_version", NO_VALUES, err)) != PLI_OK)
		return rc;
	if (n < 0)
		return db_damaged(db, "its version is negative", err);
	if ((uint64_t)n > count) {
		rc = fail(err, PLI_ERR_UNSUPPORTED,
		    "the register %s was written by a newer pli: it has version %lld, this one knows %zu", db->path,
		    (long long)n, count);
		fail_hint(err, "install the newer pli here, too; nothing was written to the register");
		return rc;
	}
	*version = (size_t)n;
	return PLI_OK;
}

static enum pli_status
take(struct db *db, const char *const *steps, size_t version, struct pli_error *err)
{
	char sql[64];
	enum pli_status rc = PLI_OK;
	int code;

	if ((code = sqlite3_exec(db->sq, steps[version], NULL, NULL, NULL)) != SQLITE_OK)
		return db_fail(db, code, "bring to this version the register", err);
	/* PRAGMAs take no bound values. */
	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %zu", version + 1);
	if ((rc = db_run(db, sql, NO_VALUES, err)) == PLI_OK && version == 0) {
		(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", DB_APPLICATION);
		rc = db_run(db, sql, NO_VALUES, err);
	}
	return rc;
}

enum pli_status
schema_upgrade(struct db *db, const char *const *steps, size_t count, const char *actor, struct pli_error *err)
{
	struct journal_line line = { .action = "version" };
	char detail[64];
	enum pli_status rc;
	size_t version;

	if ((rc = schema_version(db, count, &version, err)) != PLI_OK)
		return rc;
	while (rc == PLI_OK && version < count) {
		if ((rc = db_begin(db, err)) != PLI_OK)
			return rc;
		/* Another process may have been faster. */
		if ((rc = schema_version(db, count, &version, err)) == PLI_OK && version < count) {
			(void)snprintf(detail, sizeof(detail), "version %zu of the register", version + 1);
			line.detail = detail;
			if ((rc = take(db, steps, version, err)) == PLI_OK)
				rc = journal_add(db, actor, &line, err);
			version++;
		}
		rc = db_end(db, rc, NULL, err);
	}
	return rc;
}

/* The indexes, too: a backup key that an index does not lead to would be left out without a word. */
static enum pli_status
check_pages(struct db *db, struct pli_error *err)
{
	static const char *const checks[] = { "PRAGMA integrity_check(1)", "PRAGMA foreign_key_check" };
	sqlite3_stmt *q;
	enum pli_status rc = PLI_OK;
	bool row = false;
	size_t i;

	for (i = 0; i < 2 && rc == PLI_OK; i++) {
		if ((rc = db_prepare(db, &q, checks[i], NO_VALUES, err)) != PLI_OK)
			return rc;
		if ((rc = db_step(db, q, &row, err)) == PLI_OK && row && (i != 0 || strcmp(db_text(q, 0), "ok") != 0))
			rc = db_damaged(db, i == 0 ? db_text(q, 0) : "a key without a service", err);
		(void)sqlite3_finalize(q);
	}
	return rc;
}

/* The journal is the only thing that tells who did what: a line that is missing is damage. */
static enum pli_status
check_journal(struct db *db, struct pli_error *err)
{
	enum pli_status rc;
	int64_t holes;

	rc = db_number(db, &holes, NULL,
	    "SELECT count(*) - coalesce(max(id), 0) OR coalesce(min(id), 1) <> 1 OR coalesce(max(id), 0) <> "
	    "coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'journal'), 0) FROM journal",
	    NO_VALUES, err);
	if (rc == PLI_OK && holes != 0)
		rc = db_damaged(db, "lines of its journal are missing", err);
	return rc;
}

/* Two schemas side by side; ANALYZE may have added its tables. */
static enum pli_status
compare(struct db *db, struct db *wanted, struct pli_error *err)
{
	static const char sql[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
				  " WHERE name NOT GLOB 'sqlite_stat[0-9]' ORDER BY type, name";
	sqlite3_stmt *mine = NULL, *theirs = NULL;
	bool row_mine = true, row_theirs = true;
	enum pli_status rc;
	int i;

	if ((rc = db_prepare(wanted, &mine, sql, NO_VALUES, err)) != PLI_OK ||
	    (rc = db_prepare(db, &theirs, sql, NO_VALUES, err)) != PLI_OK)
		goto out;
	while (rc == PLI_OK && row_mine) {
		if ((rc = db_step(wanted, mine, &row_mine, err)) != PLI_OK ||
		    (rc = db_step(db, theirs, &row_theirs, err)) != PLI_OK)
			break;
		if (row_mine != row_theirs)
			rc = db_damaged(db, "its tables are not those of a register", err);
		for (i = 0; row_mine && i < 4 && rc == PLI_OK; i++)
			if (strcmp(db_text(mine, i), db_text(theirs, i)) != 0)
				rc = db_damaged(db, "its tables or their rules are not those of a register", err);
	}
out:
	(void)sqlite3_finalize(mine);
	(void)sqlite3_finalize(theirs);
	return rc;
}

static enum pli_status
check_schema(struct db *db, const char *const *steps, size_t count, struct pli_error *err)
{
	struct db wanted = { .path = db->path };
	enum pli_status rc;
	size_t version;

	if ((rc = schema_version(db, count, &version, err)) != PLI_OK)
		return rc;
	if (version == 0)
		return db_damaged(db, "it has no version", err);
	if ((rc = db_memory(&wanted, err)) == PLI_OK &&
	    (rc = schema_upgrade(&wanted, steps, version, "schema", err)) == PLI_OK)
		rc = compare(db, &wanted, err);
	wanted.path = NULL;
	db_close(&wanted);
	return rc;
}

enum pli_status
schema_verify(struct db *db, const char *const *steps, size_t count, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = db_begin_read(db, err)) != PLI_OK)
		return rc;
	if ((rc = check_schema(db, steps, count, err)) == PLI_OK && (rc = check_pages(db, err)) == PLI_OK)
		rc = check_journal(db, err);
	return db_end(db, rc, NULL, err);
}
