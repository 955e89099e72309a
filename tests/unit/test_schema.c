/* Versions of a register: the first one is still read, and steps bring an older one to a newer. */
#include "registers.h"
#include "suite.h"

#include "schema.h"

static struct pli_error err;

/* Two steps more than there are, one of which is damaged. */
static const char next[] = "ALTER TABLE keys ADD COLUMN note TEXT CHECK (length(note) < 100);"
			   "CREATE INDEX keys_note ON keys (note);";
static const char broken[] = "CREATE TABLE half (a INTEGER) STRICT; CREATE TABLE other (a) STRICT;";

/* The register of version 1 that stands in fixtures, as a file. */
static const char *
version_1(const char *name)
{
	const char *path = support_path(name);
	struct buf sql = { 0 };
	sqlite3 *db;

	support_read(FIXTURES "/register-1.sql", &sql);
	check_ok(buf_add(&sql, view_of("", 1), &err), err);
	db = register_connect(path);
	check(sqlite3_exec(db, (const char *)sql.p, NULL, NULL, NULL) == SQLITE_OK);
	check(sqlite3_close(db) == SQLITE_OK);
	buf_clear(&sql);
	return path;
}

static enum pli_status
count_key(void *arg, const struct pli_register_key *key, struct pli_error *e)
{
	(void)e;
	check(strncmp(key->name, "Clé", 4) == 0 && strncmp(key->cert.cn, "test key", 8) == 0);
	*(int *)arg += 1;
	return PLI_OK;
}

static void
reads_version_1(void)
{
	static const enum pli_register_mode modes[] = { PLI_REGISTER_READ, PLI_REGISTER_WRITE, PLI_REGISTER_CREATE };
	const char *path = version_1("first.db");
	const struct pli_register_query all = { "Service de test", NULL, true };
	const struct pli_register_choice choice = { .service = "Service de test", .now = 1800000000 };
	struct pli_register *reg;
	struct pli_certs *certs;
	size_t i;

	for (i = 0; i < 3; i++) {
		int keys = 0, chosen = 0;

		check_ok(pli_register_open(&reg, support_pli(), path, modes[i], "tester", &err), err);
		check_ok(pli_certs_new(&certs, support_pli(), &err), err);
		check_ok(pli_register_keys(reg, &all, count_key, &keys, &err), err);
		check_ok(pli_register_certs(reg, &choice, certs, count_key, count_key, &chosen, &err), err);
		check(keys == 2 && chosen == 1 && pli_certs_count(certs) == 1);
		pli_certs_free(certs);
		pli_register_free(reg);
	}
}

static void
open_db(struct db *db, const char *path, enum db_access access)
{
	bool there;

	check_ok(db_resolve(db, path, &there, &err), err);
	check_ok(db_open(db, access, &err), err);
	check(there);
}

static int64_t
number(struct db *db, const char *sql)
{
	int64_t n;

	check_ok(db_number(db, &n, NULL, sql, NO_VALUES, &err), err);
	return n;
}

static void
takes_steps(void)
{
	const char *const steps[] = { schema_steps[0], next };
	const char *path = version_1("steps.db");
	size_t version;
	struct db db;

	/* Who only reads sees a copy of the newer version, and the file stays. */
	open_db(&db, path, DB_READ);
	check_ok(schema_verify(&db, steps, 2, &err), err);
	check(schema_upgrade(&db, steps, 2, "tester", &err) != PLI_OK);
	err = (struct pli_error){ 0 };
	check_ok(db_copy(&db, &err), err);
	check_ok(schema_upgrade(&db, steps, 2, "tester", &err), err);
	check(number(&db, "SELECT count(*) FROM keys WHERE note IS NULL") == 2);
	db_close(&db);

	open_db(&db, path, DB_WRITE);
	check_ok(schema_version(&db, 2, &version, &err), err);
	check(version == 1);
	check_ok(schema_upgrade(&db, steps, 2, "tester", &err), err);
	check_ok(schema_upgrade(&db, steps, 2, "tester", &err), err);
	check_ok(schema_verify(&db, steps, 2, &err), err);
	check(number(&db, "PRAGMA user_version") == 2);
	check(number(&db, "SELECT count(*) FROM keys WHERE note IS NULL") == 2);
	check(number(&db, "SELECT max(id) FROM journal WHERE action = 'version' AND actor = 'tester'") ==
	      number(&db, "SELECT count(*) FROM journal"));
	/* It is the newer program's now. */
	check(schema_verify(&db, steps, 1, &err) == PLI_ERR_UNSUPPORTED);
	db_close(&db);
	err = (struct pli_error){ 0 };
	check(pli_register_open(&(struct pli_register *){ NULL }, support_pli(), path, PLI_REGISTER_WRITE, "x", &err) ==
	      PLI_ERR_UNSUPPORTED);
	err = (struct pli_error){ 0 };
}

/* A step that fails leaves nothing of itself. */
static void
keeps_the_old(void)
{
	const char *const steps[] = { schema_steps[0], next, broken };
	const char *path = version_1("old.db");
	struct db db;

	open_db(&db, path, DB_WRITE);
	check(schema_upgrade(&db, steps, 3, "tester", &err) == PLI_ERR);
	err = (struct pli_error){ 0 };
	check(number(&db, "PRAGMA user_version") == 2);
	check(number(&db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == 0);
	check_ok(schema_verify(&db, steps, 2, &err), err);
	db_close(&db);
}

/* Two that bring it to the newer version at the same time do it once. */
static void
once(void)
{
	const char *const steps[] = { schema_steps[0], next };
	const char *path = version_1("once.db");
	struct db one, two;
	int64_t lines;

	open_db(&one, path, DB_WRITE);
	open_db(&two, path, DB_WRITE);
	lines = number(&one, "SELECT count(*) FROM journal");
	check_ok(schema_upgrade(&one, steps, 2, "tester", &err), err);
	check_ok(schema_upgrade(&two, steps, 2, "tester", &err), err);
	check(number(&two, "SELECT count(*) FROM journal") == lines + 1);
	db_close(&one);
	db_close(&two);
}

#define TESTS(T, S) T(S, reads_version_1) T(S, takes_steps) T(S, keeps_the_old) T(S, once)
SUITE(schema, TESTS)
