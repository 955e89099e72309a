/*
 * records.c - rows in and out. A name that is not there is answered with those that are; what a certificate says is held
 * against what stands beside it, since bids are sealed to the one and people read the other.
 */
#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "candidates.h"
#include "journal.h"
#include "titles.h"
#include "pli/open.h"
#include "terms.h"

enum pli_status
records_writable(const struct pli_register *reg, struct pli_error *err)
{
	if (reg->mode != PLI_REGISTER_READ)
		return PLI_OK;
	return fail(err, PLI_ERR_USAGE, "the register %s was opened to be read, not to be changed", reg->db.path);
}

enum pli_status
records_check_new(const struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	enum pli_status rc;

	if ((reg != NULL && (rc = records_writable(reg, err)) != PLI_OK) ||
	    (rc = title_check("a service", place->service, err)) != PLI_OK ||
	    (rc = title_check("a key", place->name, err)) != PLI_OK)
		return rc;
	if (place->role != PLI_ROLE_PERSONAL && place->role != PLI_ROLE_BACKUP)
		return fail(err, PLI_ERR_USAGE, "there is no role %d", (int)place->role);
	return PLI_OK;
}

/* The first column of a query, as a list for a hint. That a hint cannot be made is no error. */
static void
hint_names(struct pli_register *reg, const char *format, const char *sql, const struct value *values, size_t count,
    struct pli_error *err)
{
	struct title_list list = { 0 };
	char text[320];
	sqlite3_stmt *q;
	bool row = true;

	if (err == NULL || db_prepare(&reg->db, &q, sql, values, count, NULL) != PLI_OK)
		return;
	while (db_step(&reg->db, q, &row, NULL) == PLI_OK && row)
		title_list_add(&list, db_text(q, 0));
	(void)sqlite3_finalize(q);
	if (list.len == 0 && list.left_out == 0)
		return;
	(void)snprintf(text, sizeof(text), "%s: %s", format, title_list_end(&list));
	fail_hint(err, "%s", text);
}

enum pli_status
records_has_service(struct pli_register *reg, const char *name, int64_t *id, bool *there, struct pli_error *err)
{
	return db_number(&reg->db, id, there, "SELECT id FROM services WHERE name = ?", VALUES(value_text(name)), err);
}

enum pli_status
records_service(struct pli_register *reg, const char *name, int64_t *id, struct pli_error *err)
{
	enum pli_status rc;
	bool there;

	rc = db_number(&reg->db, id, &there, "SELECT s.id FROM services s WHERE " RECORDS_SERVICE_IS("?1"),
	    VALUES(value_text(name)), err);
	if (rc != PLI_OK || there)
		return rc;
	rc = fail(err, PLI_ERR_USAGE, "the register %s has no service \"%s\"", reg->db.path, name);
	hint_names(reg, "its services are", "SELECT name FROM services ORDER BY name", NO_VALUES, err);
	fail_hint(err, "it has no services yet: generating or importing a key makes one");
	return rc;
}

/*
 * Two names that look the same are one to people, who would seal to the wrong key, or look for it in the wrong service.
 * *alike is such a name in the first column of a query, for free(); or NULL.
 */
static enum pli_status
find_alike(struct pli_register *reg, char **alike, const char *name, const char *sql, const struct value *values,
    size_t count, struct pli_error *err)
{
	bool row = true, same = false;
	sqlite3_stmt *q;
	enum pli_status rc;

	*alike = NULL;
	if ((rc = db_prepare(&reg->db, &q, sql, values, count, err)) != PLI_OK)
		return rc;
	while (rc == PLI_OK && !same && (rc = db_step(&reg->db, q, &row, err)) == PLI_OK && row)
		rc = title_same(db_text(q, 0), name, &same, err);
	if (rc == PLI_OK && same && (*alike = strdup(db_text(q, 0))) == NULL)
		rc = fail_memory(err);
	(void)sqlite3_finalize(q);
	return rc;
}

enum pli_status
records_check_service(struct pli_register *reg, const char *name, struct pli_error *err)
{
	enum pli_status rc;
	char *alike;

	rc = find_alike(reg, &alike, name, "SELECT name FROM services ORDER BY name", NO_VALUES, err);
	if (rc != PLI_OK || alike == NULL)
		return rc;
	rc = fail(err, PLI_ERR_EXISTS,
	    "the register has a service \"%s\" already, whose name looks the same as \"%s\", or differs by case alone",
	    alike, name);
	fail_hint(err, "pli keys list shows it: copy its name from there, or choose another one");
	free(alike);
	return rc;
}

enum pli_status
records_new_service(struct pli_register *reg, const char *name, int64_t *id, bool *made, struct pli_error *err)
{
	struct journal_line line = { .action = "service", .service = name, .detail = "a new service" };
	enum pli_status rc;
	bool there;

	*made = false;
	if (reg->mode != PLI_REGISTER_CREATE)
		return records_service(reg, name, id, err);
	if ((rc = records_has_service(reg, name, id, &there, err)) != PLI_OK || there ||
	    (rc = records_check_service(reg, name, err)) != PLI_OK)
		return rc;
	rc = db_run(&reg->db, "INSERT INTO services (name, created) VALUES (?, ?)",
	    VALUES(value_text(name), value_int(time(NULL))), err);
	if (rc != PLI_OK)
		return rc;
	*id = db_last_id(&reg->db);
	*made = true;
	return journal_add(&reg->db, reg->actor, &line, err);
}

enum pli_status
records_read(struct pli_register *reg, sqlite3_stmt *q, struct record *out, struct pli_error *err)
{
	struct pli_register_key *k = &out->key;
	int role, status, origin;

	*out = (struct record){ 0 };
	k->id = sqlite3_column_int64(q, 0);
	k->service = db_text(q, 1);
	k->name = db_text(q, 2);
	role = term_role(db_text(q, 3));
	status = term_key_status(db_text(q, 4));
	origin = term_origin(db_text(q, 5));
	k->cert = (struct pli_cert_info){ k->name, db_text(q, 6), db_text(q, 7), db_text(q, 8), db_text(q, 9),
		db_text_or_null(q, 10), db_text(q, 11), sqlite3_column_int64(q, 12), sqlite3_column_int64(q, 13) };
	k->fingerprint = db_text(q, 14);
	k->created = sqlite3_column_int64(q, 15);
	k->tested = sqlite3_column_int64(q, 16);
	k->test = db_text_or_null(q, 17);
	out->public_key = db_text(q, 18);
	out->certificate = view_of(sqlite3_column_blob(q, 19), (size_t)sqlite3_column_bytes(q, 19));
	/* A text that there was no memory for looks like one that is not there. */
	if (sqlite3_errcode(reg->db.sq) == SQLITE_NOMEM)
		return fail_memory(err);
	if (role < 0 || status < 0 || origin < 0)
		return db_damaged(&reg->db, "a key has a role or status that there is not", err);
	k->role = (enum pli_role)role;
	k->status = (enum pli_key_status)status;
	k->origin = (enum pli_key_origin)origin;
	return PLI_OK;
}

enum pli_status
records_walk(struct pli_register *reg, const char *sql, const struct value *values, size_t count, records_take *take,
    void *arg, struct pli_error *err)
{
	struct record record;
	sqlite3_stmt *q;
	enum pli_status rc = db_prepare(&reg->db, &q, sql, values, count, err);
	bool row = true;

	if (rc != PLI_OK)
		return rc;
	while (rc == PLI_OK && (rc = db_step(&reg->db, q, &row, err)) == PLI_OK && row)
		if ((rc = records_read(reg, q, &record, err)) == PLI_OK)
			rc = take(arg, &record, err);
	(void)sqlite3_finalize(q);
	return rc;
}

struct telling {
	struct pli_register *reg;
	pli_register_each_key *each;
	void *arg;
};

/* People decide by what is shown of a key: it is what the certificate says, or the register is damaged. */
static enum pli_status
tell(void *arg, const struct record *record, struct pli_error *err)
{
	const struct telling *t = arg;
	struct pli_certs *certs = NULL;
	enum pli_status rc = records_certs(t->reg, record, &certs, err);

	pli_certs_free(certs);
	return rc == PLI_OK ? t->each(t->arg, &record->key, err) : rc;
}

enum pli_status
records_each(struct pli_register *reg, const char *sql, const struct value *values, size_t count,
    pli_register_each_key *each, void *arg, struct pli_error *err)
{
	struct telling t = { reg, each, arg };

	return records_walk(reg, sql, values, count, tell, &t, err);
}

/* No key is what was meant: which are there? */
static enum pli_status
not_found(
    struct pli_register *reg, const struct pli_register_place *place, enum records_which which, struct pli_error *err)
{
	const struct value values[] = { value_text(place->service), value_text(place->name) };
	const char *head = "the active keys are";
	char status[32] = "";
	sqlite3_stmt *q;
	enum pli_status rc;
	bool row = false;

	if ((rc = db_prepare(&reg->db, &q,
		 "SELECT k.status FROM keys k JOIN services s ON s.id = k.service"
		 " WHERE (?1 IS NULL OR " RECORDS_SERVICE_IS("?1") ") AND " RECORDS_NAME_IS(
		     "?2", "?1 IS NULL") " ORDER BY k.id DESC",
		 values, 2, err)) != PLI_OK)
		return rc;
	rc = db_step(&reg->db, q, &row, err);
	if (row)
		(void)snprintf(status, sizeof(status), "%s", db_text(q, 0));
	(void)sqlite3_finalize(q);
	if (rc != PLI_OK)
		return rc;
	if (status[0] != '\0')
		rc = fail(err, PLI_ERR_USAGE, "the key \"%s\" is %s", place->name, status);
	else if (place->service != NULL)
		rc =
		    fail(err, PLI_ERR_USAGE, "the service \"%s\" has no key named \"%s\"", place->service, place->name);
	else
		rc = fail(err, PLI_ERR_USAGE, "the register %s has no key named \"%s\"", reg->db.path, place->name);
	if ((which & RECORDS_ENDED) != 0)
		head = "its keys are";
	else if (status[0] != '\0' && strcmp(status, "pending") != 0)
		head = "it stays so; a new pair may have its name (pli keys generate); the active keys are";
	hint_names(reg, head,
	    "SELECT DISTINCT k.name FROM keys k JOIN services s ON s.id = k.service"
	    " WHERE (?1 IS NULL OR " RECORDS_SERVICE_IS(
		"?1") ") AND (k.status = 'active' OR (?2 AND k.status <> 'pending'))"
		      " ORDER BY k.name",
	    VALUES(values[0], value_int((which & RECORDS_ENDED) != 0)), err);
	fail_hint(err, "there are no active keys");
	return rc;
}

static enum pli_status
several_services(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_USAGE, "more than one service has the key \"%s\"", place->name);

	hint_names(reg, "say which service",
	    "SELECT DISTINCT s.name FROM keys k JOIN services s ON s.id = k.service WHERE " RECORDS_NAME_IS(
		"?1", "1") " ORDER BY s.name",
	    VALUES(value_text(place->name)), err);
	return rc;
}

/* Is the key in another service the one that was meant just as well? With RECORDS_ENDED an active one goes first. */
static bool
as_good(enum records_which which, const struct record *found, const char *other_status)
{
	return (which & RECORDS_ENDED) == 0 || found->key.status != PLI_KEY_ACTIVE ||
	       strcmp(other_status, "active") == 0;
}

#define RECORDS_MEANT                                                                                                  \
	"WHERE (?1 IS NULL OR " RECORDS_SERVICE_IS("?1") ") AND " RECORDS_NAME_IS(                                     \
	    "?2", "?1 IS NULL") " AND (k.status = 'active'"                                                            \
				" OR (?3 & 1 AND k.status = 'pending') OR (?3 & 2 AND k.status <> 'pending'))"

/* Authorities count as they like: a serial number may be that of several keys. One key in several services is not meant here. */
static enum pli_status
check_serial(struct pli_register *reg, const struct pli_register_place *place, struct value kind, struct pli_error *err)
{
	struct candidates c = { .name = place->name };
	enum pli_status rc;

	rc = records_walk(reg,
	    RECORDS_SELECT RECORDS_MEANT " AND k.serial = lower(?2) AND looks(k.name) <> looks(?2)"
					 " ORDER BY s.name, k.id",
	    VALUES(value_text(place->service), value_text(place->name), kind), candidates_add, &c, err);
	if (rc == PLI_OK && c.count > 1 && (c.pairs_differ || !c.services_differ))
		rc = candidates_fail(&c, err);
	candidates_clear(&c);
	return rc;
}

enum pli_status
records_find(struct pli_register *reg, sqlite3_stmt **q, struct record *out, const struct pli_register_place *place,
    enum records_which which, struct pli_error *err)
{
	static const char select[] = RECORDS_SELECT RECORDS_MEANT " ORDER BY k.status = 'active' DESC, k.id DESC";
	static const char others[] =
	    "SELECT k.status FROM keys k JOIN services s ON s.id = k.service"
	    " WHERE s.name <> ?1 AND " RECORDS_NAME_IS(
		"?2", "1") " AND (k.status = 'active'"
			   " OR (?3 & 1 AND k.status = 'pending') OR (?3 & 2 AND k.status <> 'pending'))"
			   " ORDER BY k.status = 'active' DESC";
	const struct value kind = value_int((int64_t)which);
	sqlite3_stmt *other = NULL;
	enum pli_status rc;
	bool row = false;
	int64_t id;

	*q = NULL;
	if (place->name == NULL)
		return fail(err, PLI_ERR_USAGE, "the name of a key is missing");
	if (place->service != NULL && (rc = records_service(reg, place->service, &id, err)) != PLI_OK)
		return rc;
	if ((rc = db_prepare(&reg->db, q, select, VALUES(value_text(place->service), value_text(place->name), kind),
		 err)) != PLI_OK ||
	    (rc = db_step(&reg->db, *q, &row, err)) != PLI_OK)
		goto out;
	if (!row) {
		rc = not_found(reg, place, which, err);
		goto out;
	}
	if ((rc = records_read(reg, *q, out, err)) != PLI_OK || (rc = check_serial(reg, place, kind, err)) != PLI_OK ||
	    place->service != NULL)
		goto out;
	if ((rc = db_prepare(&reg->db, &other, others,
		 VALUES(value_text(out->key.service), value_text(place->name), kind), err)) == PLI_OK &&
	    (rc = db_step(&reg->db, other, &row, err)) == PLI_OK && row && as_good(which, out, db_text(other, 0)))
		rc = several_services(reg, place, err);
out:
	(void)sqlite3_finalize(other);
	if (rc != PLI_OK) {
		(void)sqlite3_finalize(*q);
		*q = NULL;
	}
	return rc;
}

enum pli_status
records_check_free(struct pli_register *reg, int64_t service, const char *service_name, const char *name,
    int64_t except, struct pli_error *err)
{
	enum pli_status rc;
	char *alike;

	rc = find_alike(reg, &alike, name,
	    "SELECT name FROM keys WHERE service = ?1 AND status = 'active' AND id <> ?2 ORDER BY name <> ?3, name",
	    VALUES(value_int(service), value_int(except), value_text(name)), err);
	if (rc != PLI_OK || alike == NULL)
		return rc;
	if (strcmp(alike, name) == 0) {
		rc = fail(err, PLI_ERR_EXISTS, "the service \"%s\" has an active key named \"%s\" already",
		    service_name, name);
		fail_hint(err, "renew it, which keeps the name, or choose another name");
	} else {
		rc = fail(err, PLI_ERR_EXISTS,
		    "the service \"%s\" has an active key \"%s\" already, whose name looks the same as \"%s\", or "
		    "differs by case alone",
		    service_name, alike, name);
		fail_hint(err, "renew it, which keeps the name, or choose one that people can tell from it");
	}
	free(alike);
	return rc;
}

enum pli_status
records_check_backup(const struct pli_certs *certs, size_t i, struct pli_error *err)
{
	struct pli_cert_info info;
	enum pli_status rc;

	if (!pli_certs_authority(certs, i))
		return PLI_OK;
	pli_certs_info(certs, i, &info);
	rc = fail(err, PLI_ERR_CERTIFICATE,
	    "the certificate of \"%s\" (serial %s) is that of a certification authority, and no backup key: it is not "
	    "dedicated to encryption",
	    info.cn, info.serial);
	fail_hint(err, "generate a backup key, or import a certificate whose key usage is encryption alone");
	return rc;
}

/* What records_same_recipient holds each key of the same serial number against. */
struct telling_apart {
	struct pli_register *reg;
	const struct pli_certs *certs;
	size_t i;
	records_take *take;
	void *arg;
	bool found;
};

static enum pli_status
tell_apart(void *arg, const struct record *older, struct pli_error *err)
{
	struct telling_apart *t = arg;
	struct pli_certs *certs = NULL;
	enum pli_status rc;

	if (t->found || (rc = records_certs(t->reg, older, &certs, err)) != PLI_OK)
		return t->found ? PLI_OK : rc;
	t->found = pli_certs_same_recipient(certs, 0, t->certs, t->i);
	pli_certs_free(certs);
	return t->found ? t->take(t->arg, older, err) : PLI_OK;
}

enum pli_status
records_same_recipient(struct pli_register *reg, int64_t id, const struct pli_certs *certs, size_t i,
    records_take *take, void *arg, struct pli_error *err)
{
	struct telling_apart t = { reg, certs, i, take, arg, false };
	struct pli_cert_info info;

	pli_certs_info(certs, i, &info);
	return records_walk(reg,
	    RECORDS_SELECT "WHERE k.id < ?1 AND k.service = (SELECT service FROM keys WHERE id = ?1)"
			   " AND k.serial = ?2 AND k.status = 'active' ORDER BY k.id",
	    VALUES(value_int(id), value_text(info.serial)), tell_apart, &t, err);
}

enum pli_status
records_line(struct pli_register *reg, const struct pli_register_key *key, const char *action, const char *detail,
    struct pli_error *err)
{
	const struct journal_line line = { action, key->service, key->name, key->fingerprint, detail };

	return journal_add(&reg->db, reg->actor, &line, err);
}

enum pli_status
records_retire(struct pli_register *reg, const struct pli_register_key *key, const char *detail, struct pli_error *err)
{
	enum pli_status rc = records_line(reg, key, "retire", detail, err);

	if (rc != PLI_OK)
		return rc;
	return db_run(&reg->db, "UPDATE keys SET status = 'retired', ended = ? WHERE id = ?",
	    VALUES(value_int(time(NULL)), value_int(key->id)), err);
}

enum pli_status
records_insert(struct pli_register *reg, int64_t *id, const struct records_new *new, const struct pli_certs *certs,
    size_t i, struct pli_error *err)
{
	char fingerprint[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP];
	struct journal_line line = { new->action, new->service_name, new->name, fingerprint, new->detail };
	struct value now = value_int(time(NULL)), none = { 0 };
	struct pli_cert_info info;
	enum pli_status rc;
	const void *der;
	size_t len;

	pli_certs_info(certs, i, &info);
	if ((rc = pli_certs_der(certs, i, &der, &len, err)) != PLI_OK ||
	    (rc = pli_certs_fingerprint(certs, i, fingerprint, public_key, err)) != PLI_OK)
		return rc;
	rc = db_run(&reg->db,
	    "INSERT INTO keys (service, name, role, status, origin, certificate, subject, issuer, cn, serial, ski,"
	    " algorithm, not_before, not_after, fingerprint, public_key, created, activated, tested, test)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    VALUES(value_int(new->service), value_text(new->name), value_text(pli_role_id(new->role)),
		value_text(pli_key_status_id(new->status)), value_text(pli_key_origin_id(new->origin)),
		value_blob(view_of(der, len)), value_text(info.subject), value_text(info.issuer), value_text(info.cn),
		value_text(info.serial), value_text(info.ski), value_text(info.algorithm), value_int(info.not_before),
		value_int(info.not_after), value_text(fingerprint), value_text(public_key), now,
		new->status == PLI_KEY_PENDING ? none : now, new->test == NULL ? none : now, value_text(new->test)),
	    err);
	if (rc != PLI_OK)
		return rc;
	*id = db_last_id(&reg->db);
	return journal_add(&reg->db, reg->actor, &line, err);
}

struct dropping {
	struct pli_register *reg;
	const char *detail;
};

static enum pli_status
note_drop(void *arg, const struct record *record, struct pli_error *err)
{
	const struct dropping *d = arg;

	return records_line(d->reg, &record->key, "discard", d->detail, err);
}

enum pli_status
records_drop(struct pli_register *reg, int64_t id, const char *detail, struct pli_error *err)
{
	struct dropping d = { reg, detail };
	enum pli_status rc;

	rc = records_walk(
	    reg, RECORDS_SELECT "WHERE k.id = ? AND k.status = 'pending'", VALUES(value_int(id)), note_drop, &d, err);
	if (rc != PLI_OK)
		return rc;
	return db_run(&reg->db, "DELETE FROM keys WHERE id = ? AND status = 'pending'", VALUES(value_int(id)), err);
}

enum pli_status
records_discard(struct pli_register *reg, int64_t service, const char *name, const char *detail, struct pli_error *err)
{
	enum pli_status rc;
	bool there = true;
	int64_t id;

	do {
		rc = db_number(&reg->db, &id, &there,
		    "SELECT id FROM keys WHERE service = ? AND name = ? AND status = 'pending' ORDER BY id",
		    VALUES(value_int(service), value_text(name)), err);
		if (rc == PLI_OK && there)
			rc = records_drop(reg, id, detail, err);
	} while (rc == PLI_OK && there);
	return rc;
}

static bool
same_or_none(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

enum pli_status
records_certs(struct pli_register *reg, const struct record *record, struct pli_certs **out, struct pli_error *err)
{
	char fingerprint[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP], what[512];
	const struct pli_cert_info *said = &record->key.cert;
	struct pli_error why = { 0 };
	struct pli_cert_info info;
	enum pli_status rc;

	if ((rc = pli_certs_new(out, reg->pli, err)) != PLI_OK)
		return rc;
	rc = pli_certs_add(*out, record->certificate.p, record->certificate.len, record->key.name, &why);
	if (rc == PLI_OK)
		rc = pli_certs_fingerprint(*out, 0, fingerprint, public_key, &why);
	if (rc == PLI_OK) {
		pli_certs_info(*out, 0, &info);
		if (pli_certs_count(*out) == 1 && strcmp(fingerprint, record->key.fingerprint) == 0 &&
		    strcmp(public_key, record->public_key) == 0 && strcmp(info.subject, said->subject) == 0 &&
		    strcmp(info.issuer, said->issuer) == 0 && strcmp(info.cn, said->cn) == 0 &&
		    strcmp(info.serial, said->serial) == 0 && same_or_none(info.ski, said->ski) &&
		    strcmp(info.algorithm, said->algorithm) == 0 && info.not_before == said->not_before &&
		    info.not_after == said->not_after)
			return PLI_OK;
	}
	if (rc == PLI_OK || rc == PLI_ERR_CERTIFICATE) {
		(void)snprintf(what, sizeof(what), "the certificate of \"%s\" is not the one that was put there",
		    record->key.name);
		rc = db_damaged(&reg->db, what, err);
	} else {
		rc = fail_copy(err, &why);
	}
	pli_certs_free(*out);
	*out = NULL;
	return rc;
}

enum pli_status
records_test_text(char **out, const struct pli_opened *opened, const char *algorithm, struct pli_error *err)
{
	const char *wrapping = strncmp(algorithm, "rsa-", 4) == 0      ? "rsaOaep-sha256"
			       : strncmp(algorithm, "ML-KEM-", 7) == 0 ? "ml-kem"
								       : "ecdh-sha256";

	if (asprintf(out, "%s %s %s", opened->container, opened->cipher, wrapping) < 0) {
		*out = NULL;
		return fail_memory(err);
	}
	return PLI_OK;
}
