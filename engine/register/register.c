/*
 * register.c - a register is opened, looked at, and let go.
 *
 * A new one is made whole in memory, written to a file without a name, synced, and named: no process ever finds half of
 * one, and of two that make it at once, one finds that of the other.
 */
#include "pli/register.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "titles.h"
#include "records.h"
#include "schema.h"
#include "stage.h"

/* A new register as the bytes of its file; freed with sqlite3_free. */
static enum pli_status
new_bytes(const char *path, const char *actor, uint8_t **out, size_t *len, struct pli_error *err)
{
	struct db db = { .path = strdup(path) };
	sqlite3_int64 size = 0;
	enum pli_status rc;

	*out = NULL;
	*len = 0;
	if (db.path == NULL)
		return fail_memory(err);
	if ((rc = db_memory(&db, err)) == PLI_OK &&
	    (rc = schema_upgrade(&db, schema_steps, schema_count, actor, err)) == PLI_OK &&
	    (*out = sqlite3_serialize(db.sq, "main", &size, 0)) == NULL)
		rc = fail_memory(err);
	db_close(&db);
	*len = (size_t)size;
	if (rc == PLI_OK) {
		/* How the file is to be written and read: with a WAL (sqlite.org/fileformat2.html, 1.3.3). */
		(*out)[18] = 2;
		(*out)[19] = 2;
	}
	return rc;
}

static enum pli_status
make(const char *path, const char *actor, struct pli_error *err)
{
	struct pli_error why = { 0 };
	struct stage *stage = NULL;
	uint8_t *bytes;
	size_t len;
	enum pli_status rc;

	if ((rc = new_bytes(path, actor, &bytes, &len, &why)) == PLI_OK &&
	    (rc = stage_new(&stage, path, (struct hidden_how){ .replace = false }, &why)) == PLI_OK &&
	    (rc = stage_private(stage, &why)) == PLI_OK &&
	    (rc = stage_write(stage, view_of(bytes, len), &why)) == PLI_OK)
		rc = stage_commit(stage, &why);
	stage_free(stage);
	sqlite3_free(bytes);
	/* Another process was faster: its register is as good. */
	return rc == PLI_ERR_EXISTS || rc == PLI_OK ? PLI_OK : fail_copy(err, &why);
}

/*
 * What SQLite wrote beside a register that was moved or deleted without it would be played back into the new one. *taken says
 * that another process has made the new one meanwhile, and writes to it.
 */
static enum pli_status
check_beside(const char *resolved, bool *taken, struct pli_error *err)
{
	static const char *const ends[] = { "-wal", "-journal" };
	enum pli_status rc = PLI_OK;
	struct stat st;
	char *beside;
	size_t i;

	*taken = false;
	for (i = 0; i < 2 && rc == PLI_OK && !*taken; i++) {
		if (asprintf(&beside, "%s%s", resolved, ends[i]) < 0)
			return fail_memory(err);
		if (lstat(beside, &st) == 0 && lstat(resolved, &st) == 0) {
			*taken = true;
		} else if (lstat(beside, &st) == 0) {
			rc = fail(err, PLI_ERR_IO, "%s is there without its register", beside);
			fail_hint(err,
			    "it holds changes of one that was moved or deleted: put both together, or move it away");
		}
		free(beside);
	}
	return rc;
}

static enum pli_status
not_there(const char *path, struct pli_error *err)
{
	enum pli_status rc = fail_errno(err, PLI_ERR_IO, ENOENT, "cannot open the register %s", path);

	fail_hint(err, "check the path; generating or importing a key makes a register");
	return rc;
}

static enum pli_status
open_or_make(struct pli_register *reg, const char *path, struct pli_error *err)
{
	struct db *db = &reg->db;
	enum pli_status rc;
	size_t version;
	bool there, taken = false;

	if ((rc = db_resolve(db, path, &there, err)) != PLI_OK)
		return rc;
	if (!there && reg->mode != PLI_REGISTER_CREATE)
		return not_there(path, err);
	if (!there && (rc = check_beside(db->resolved, &taken, err)) != PLI_OK)
		return rc;
	if (!there && !taken && (rc = make(db->resolved, reg->actor, err)) != PLI_OK)
		return rc;
	if ((rc = db_open(db, reg->mode == PLI_REGISTER_READ ? DB_READ : DB_WRITE, err)) != PLI_OK ||
	    (rc = schema_version(db, schema_count, &version, err)) != PLI_OK ||
	    (rc = schema_verify(db, schema_steps, schema_count, err)) != PLI_OK || version == schema_count)
		return rc;
	/* An older one: who only reads, brings a copy of it to this version. */
	if (!db->writable && (rc = db_copy(db, err)) != PLI_OK)
		return rc;
	return schema_upgrade(db, schema_steps, schema_count, reg->actor, err);
}

enum pli_status
pli_register_open(struct pli_register **out, struct pli *pli, const char *path, enum pli_register_mode mode,
    const char *actor, struct pli_error *err)
{
	struct pli_register *reg;
	enum pli_status rc;

	*out = NULL;
	if (path == NULL)
		return fail(err, PLI_ERR_USAGE, "the path of the register is missing");
	if (actor == NULL)
		actor = mode == PLI_REGISTER_READ ? "reader" : "";
	if ((rc = title_check("an actor", actor, err)) != PLI_OK)
		return rc;
	if ((reg = calloc(1, sizeof(*reg))) == NULL)
		return fail_memory(err);
	reg->pli = pli;
	reg->mode = mode;
	if ((reg->actor = strdup(actor)) == NULL)
		rc = fail_memory(err);
	if (rc == PLI_OK)
		rc = open_or_make(reg, path, err);
	if (rc == PLI_OK)
		*out = reg;
	else
		pli_register_free(reg);
	return rc;
}

void
pli_register_free(struct pli_register *reg)
{
	if (reg == NULL)
		return;
	db_close(&reg->db);
	free(reg->actor);
	free(reg);
}

enum pli_status
pli_register_keys(struct pli_register *reg, const struct pli_register_query *query, pli_register_each_key *each,
    void *arg, struct pli_error *err)
{
	enum pli_status rc;
	int64_t id;

	if (query->service != NULL && (rc = records_service(reg, query->service, &id, err)) != PLI_OK)
		return rc;
	return records_each(reg,
	    RECORDS_SELECT "WHERE (?1 IS NULL OR " RECORDS_SERVICE_IS("?1") ") AND (?2 IS NULL OR " RECORDS_NAME_IS(
		"?2", "?1 IS NULL") ")"
				    " AND (?3 OR k.status = 'active') ORDER BY s.name, k.name, k.id",
	    VALUES(value_text(query->service), value_text(query->name), value_int(query->all)), each, arg, err);
}

enum pli_status
pli_register_find(struct pli_register *reg, const char *issuer, const char *serial, const char *ski,
    pli_register_each_key *each, void *arg, struct pli_error *err)
{
	/* Comparing with NULL is never true. */
	return records_each(reg,
	    RECORDS_SELECT "WHERE (k.issuer = ?1 AND k.serial = ?2) OR k.ski = ?3 ORDER BY s.name, k.name, k.id",
	    VALUES(value_text(issuer), value_text(serial), value_text(ski)), each, arg, err);
}

enum pli_status
pli_register_same(struct pli_register *reg, const struct pli_certs *certs, size_t i, pli_register_each_key *each,
    void *arg, struct pli_error *err)
{
	char fingerprint[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP];
	enum pli_status rc = pli_certs_fingerprint(certs, i, fingerprint, public_key, err);

	if (rc != PLI_OK)
		return rc;
	return records_each(reg, RECORDS_SELECT "WHERE k.public_key = ? ORDER BY s.name, k.name, k.id",
	    VALUES(value_text(public_key)), each, arg, err);
}

const char *
pli_register_library(void)
{
	return sqlite3_libversion();
}
