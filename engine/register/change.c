/* change.c - what may become of a key that is there: one transaction each, with its line in the journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "candidates.h"
#include "titles.h"
#include "pli/open.h"
#include "records.h"

#define LENT_MAX "500" /* certificates: a list holds 1,000 */

/* One change of one key: key is what stands in the register, until change has written what it changes. */
typedef enum pli_status change_key(
    struct pli_register *reg, const struct record *record, const void *wanted, struct pli_error *err);

static enum pli_status
change(struct pli_register *reg, const struct pli_register_place *place, enum records_which which, change_key *make,
    const void *wanted, struct pli_error *err)
{
	struct record record;
	sqlite3_stmt *q;
	enum pli_status rc;

	if ((rc = records_writable(reg, err)) != PLI_OK || (rc = db_begin(&reg->db, err)) != PLI_OK)
		return rc;
	if ((rc = records_find(reg, &q, &record, place, which, err)) == PLI_OK)
		rc = make(reg, &record, wanted, err);
	(void)sqlite3_finalize(q);
	return db_end(&reg->db, rc, NULL, err);
}

static enum pli_status
rename_key(struct pli_register *reg, const struct record *record, const void *wanted, struct pli_error *err)
{
	const struct pli_register_key *key = &record->key;
	const char *new_name = wanted;
	enum pli_status rc;
	int64_t service;
	char *detail;

	if (strcmp(key->name, new_name) == 0)
		return PLI_OK;
	if ((rc = records_service(reg, key->service, &service, err)) != PLI_OK ||
	    (rc = records_check_free(reg, service, key->service, new_name, key->id, err)) != PLI_OK)
		return rc;
	if (asprintf(&detail, "now \"%s\"", new_name) < 0)
		return fail_memory(err);
	rc = records_line(reg, key, "rename", detail, err);
	free(detail);
	if (rc != PLI_OK)
		return rc;
	return db_run(
	    &reg->db, "UPDATE keys SET name = ? WHERE id = ?", VALUES(value_text(new_name), value_int(key->id)), err);
}

enum pli_status
pli_register_rename(
    struct pli_register *reg, const struct pli_register_place *place, const char *new_name, struct pli_error *err)
{
	enum pli_status rc = title_check("a key", new_name, err);

	return rc != PLI_OK ? rc : change(reg, place, RECORDS_ACTIVE, rename_key, new_name, err);
}

static enum pli_status
set_role(struct pli_register *reg, const struct record *record, const void *wanted, struct pli_error *err)
{
	const struct pli_register_key *key = &record->key;
	const struct pli_register_place *place = wanted;
	struct pli_certs *certs = NULL;
	char detail[64];
	enum pli_status rc;

	if (key->role == place->role)
		return PLI_OK;
	if (place->role == PLI_ROLE_BACKUP) {
		if ((rc = records_certs(reg, record, &certs, err)) == PLI_OK)
			rc = records_check_backup(certs, 0, err);
		pli_certs_free(certs);
		if (rc != PLI_OK)
			return rc;
	}
	(void)snprintf(detail, sizeof(detail), "%s, was %s", pli_role_id(place->role), pli_role_id(key->role));
	if ((rc = records_line(reg, key, "role", detail, err)) != PLI_OK)
		return rc;
	return db_run(&reg->db, "UPDATE keys SET role = ? WHERE id = ?",
	    VALUES(value_text(pli_role_id(place->role)), value_int(key->id)), err);
}

enum pli_status
pli_register_role(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	if (place->role != PLI_ROLE_PERSONAL && place->role != PLI_ROLE_BACKUP)
		return fail(err, PLI_ERR_USAGE, "there is no role %d", (int)place->role);
	return change(reg, place, RECORDS_ACTIVE, set_role, place, err);
}

static enum pli_status
retire(struct pli_register *reg, const struct record *record, const void *wanted, struct pli_error *err)
{
	const struct pli_register_key *key = &record->key;

	(void)wanted;
	/* One that was never active has sealed nothing: it goes. */
	if (key->status == PLI_KEY_PENDING)
		return records_drop(reg, key->id, "it was never active", err);
	return records_retire(reg, key, NULL, err);
}

enum pli_status
pli_register_retire(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	return change(reg, place, RECORDS_PENDING, retire, NULL, err);
}

struct compromising {
	struct pli_register *reg;
	int64_t id; /* the key that was named */
};

static enum pli_status
note_compromised(void *arg, const struct record *same, struct pli_error *err)
{
	const struct compromising *c = arg;

	return records_line(c->reg, &same->key, "compromised",
	    same->key.id == c->id ? NULL : "the same key pair as one that is compromised", err);
}

/* Whoever has the private key has it, in whatever service and under whatever name its certificates stand. */
static enum pli_status
compromise(struct pli_register *reg, int64_t id, const char *public_key, struct pli_error *err)
{
	static const char which[] =
	    RECORDS_SELECT "WHERE k.public_key = ? AND k.status IN ('active', 'retired') ORDER BY k.id";
	const struct value key = value_text(public_key);
	struct compromising c = { reg, id };
	enum pli_status rc;

	if ((rc = records_walk(reg, which, &key, 1, note_compromised, &c, err)) != PLI_OK)
		return rc;
	return db_run(&reg->db,
	    "UPDATE keys SET status = 'compromised', ended = coalesce(ended, ?2)"
	    " WHERE public_key = ?1 AND status IN ('active', 'retired')",
	    VALUES(key, value_int(time(NULL))), err);
}

/* This is for ever: of several pairs none is chosen. One that is compromised already is so whatever name it has. */
static enum pli_status
compromise_named(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	static const char which[] =
	    RECORDS_SELECT "WHERE (?1 IS NULL OR " RECORDS_SERVICE_IS("?1") ") AND " RECORDS_NAME_IS(
		"?2", "?1 IS NULL") " AND k.status IN ('active', 'retired') ORDER BY s.name, k.id";
	struct candidates c = { .name = place->name };
	struct record record;
	sqlite3_stmt *q;
	enum pli_status rc;

	rc = records_walk(
	    reg, which, VALUES(value_text(place->service), value_text(place->name)), candidates_add, &c, err);
	if (rc == PLI_OK && c.pairs_differ) {
		rc = candidates_fail(&c, err);
	} else if (rc == PLI_OK && c.count > 0) {
		rc = compromise(reg, c.id, c.public_key, err);
	} else if (rc == PLI_OK && (rc = records_find(reg, &q, &record, place, RECORDS_ENDED, err)) == PLI_OK) {
		(void)sqlite3_finalize(q);
	}
	candidates_clear(&c);
	return rc;
}

enum pli_status
pli_register_compromised(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = records_writable(reg, err)) != PLI_OK || (rc = db_begin(&reg->db, err)) != PLI_OK)
		return rc;
	return db_end(&reg->db, compromise_named(reg, place, err), NULL, err);
}

/* Which key is it that was given? Of those that the register knows, the first is named. */
struct known {
	char text[400];
};

static enum pli_status
take_known(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct known *known = arg;

	(void)err;
	if (known->text[0] == '\0')
		(void)snprintf(known->text, sizeof(known->text),
		    "it is the key \"%.128s\" of the service \"%.128s\" (%s)", key->name, key->service,
		    pli_key_status_id(key->status));
	fail_trim(known->text);
	return PLI_OK;
}

static enum pli_status
wrong_key(struct pli_register *reg, const struct pli_key *key, const char *name, struct pli_error *err)
{
	struct known known = { "" };
	struct pli_cert_info info;
	enum pli_status rc;

	pli_key_info(key, &info);
	rc = pli_register_find(reg, info.issuer, info.serial, info.ski, take_known, &known, err);
	if (rc != PLI_OK)
		return rc;
	rc = fail(err, PLI_ERR_NO_RECIPIENT, "%s does not belong to the certificate of \"%s\": %s", info.name, name,
	    known.text[0] != '\0' ? known.text : "the register does not know it");
	fail_hint(err, "the key has the subject %s and the serial number %s", info.cn, info.serial);
	return rc;
}

/* A key as it is tested: what outlives the reading of its row. */
struct tested {
	int64_t id;
	struct pli_certs *certs;
};

static enum pli_status
find_tested(struct pli_register *reg, const struct pli_register_place *place, struct tested *out, struct pli_error *err)
{
	struct record record;
	sqlite3_stmt *q;
	enum pli_status rc;

	if ((rc = db_begin_read(&reg->db, err)) != PLI_OK)
		return rc;
	if ((rc = records_find(reg, &q, &record, place, RECORDS_ENDED, err)) == PLI_OK) {
		out->id = record.key.id;
		rc = records_certs(reg, &record, &out->certs, err);
	}
	(void)sqlite3_finalize(q);
	return db_end(&reg->db, rc, NULL, err);
}

/* The list of a caller, and where it comes from. */
struct lending {
	struct pli_register *reg;
	struct pli_certs *certs;
};

static enum pli_status
lend(void *arg, const struct record *record, struct pli_error *err)
{
	const struct lending *l = arg;
	struct pli_certs *one = NULL;
	enum pli_status rc = records_certs(l->reg, record, &one, err);

	if (rc == PLI_OK)
		rc = pli_certs_add_cert(l->certs, one, 0, err);
	pli_certs_free(one);
	return rc;
}

enum pli_status
pli_register_lend(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_certs *certs, struct pli_error *err)
{
	struct lending l = { reg, certs };
	struct tested tested = { 0 };
	enum pli_status rc = find_tested(reg, place, &tested, err);

	if (rc == PLI_OK)
		rc = pli_certs_add_cert(certs, tested.certs, 0, err);
	if (rc == PLI_OK)
		rc = records_walk(reg, RECORDS_SELECT "WHERE k.id <> ? ORDER BY k.id DESC LIMIT " LENT_MAX,
		    VALUES(value_int(tested.id)), lend, &l, err);
	pli_certs_free(tested.certs);
	return rc;
}

struct testing {
	struct pli_register *reg;
	const char *text;
};

/* The key is called as it is now. It is still there: one that was ever active is never deleted. */
static enum pli_status
add_line(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	const struct testing *t = arg;

	return records_line(t->reg, key, "test", t->text, err);
}

static enum pli_status
write_test(struct pli_register *reg, int64_t id, const char *test, struct pli_error *err)
{
	struct testing t = { reg, test };
	enum pli_status rc;

	if ((rc = db_begin(&reg->db, err)) != PLI_OK)
		return rc;
	if ((rc = records_each(reg, RECORDS_SELECT "WHERE k.id = ?", VALUES(value_int(id)), add_line, &t, err)) ==
	    PLI_OK)
		rc = db_run(&reg->db, "UPDATE keys SET tested = ?, test = ? WHERE id = ?",
		    VALUES(value_int(time(NULL)), value_text(test), value_int(id)), err);
	return db_end(&reg->db, rc, NULL, err);
}

/* The challenge may take a while: nobody waits for it. */
enum pli_status
pli_register_test(
    struct pli_register *reg, const struct pli_register_place *place, const struct pli_key *key, struct pli_error *err)
{
	struct pli_error why = { 0 };
	struct tested tested = { 0 };
	struct pli_cert_info info;
	struct pli_opened opened;
	char *test = NULL;
	enum pli_status rc;

	if ((rc = records_writable(reg, err)) != PLI_OK || (rc = find_tested(reg, place, &tested, err)) != PLI_OK)
		goto out;
	rc = pli_pair_challenge(reg->pli, tested.certs, 0, key, &opened, &why);
	if (rc == PLI_ERR_NO_RECIPIENT)
		rc = wrong_key(reg, key, place->name, err);
	else if (rc != PLI_OK)
		rc = fail_copy(err, &why);
	if (rc != PLI_OK)
		goto out;
	pli_certs_info(tested.certs, 0, &info);
	if ((rc = records_test_text(&test, &opened, info.algorithm, err)) == PLI_OK)
		rc = write_test(reg, tested.id, test, err);
out:
	pli_certs_free(tested.certs);
	free(test);
	return rc;
}
