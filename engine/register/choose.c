/*
 * choose.c - to whom a bid of a service is sealed: the personal keys that were chosen, and every backup key, always.
 *
 * All is decided before the caller hears of any key: first every key that was asked for by name, then the rest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "array.h"
#include "pli/register.h"
#include "records.h"

/* A key that is taken, or left out. */
struct chosen {
	int64_t id;
	bool left_out, backup;
	char public_key[PLI_FINGERPRINT_CAP];
};

struct choosing {
	struct pli_register *reg;
	const struct pli_register_choice *choice;
	int64_t now;
	struct pli_certs *certs; /* of those taken, in order */
	struct chosen *list;
	size_t count, cap;
	size_t backups_left_out;
};

static bool
is_valid(const struct choosing *c, const struct pli_cert_info *cert)
{
	return c->now >= cert->not_before && c->now <= cert->not_after;
}

static bool
is_in(const struct choosing *c, int64_t id)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->list[i].id == id)
			return true;
	return false;
}

static enum pli_status
put(struct choosing *c, const struct record *record, bool left_out, struct pli_error *err)
{
	struct chosen *list = array_grow(c->list, c->count, &c->cap, sizeof(*list));
	struct pli_certs *one = NULL;
	struct chosen *chosen;
	enum pli_status rc;

	if (list == NULL)
		return fail_memory(err);
	c->list = list;
	if (!left_out) {
		if ((rc = records_certs(c->reg, record, &one, err)) == PLI_OK)
			rc = pli_certs_add_cert(c->certs, one, 0, err);
		pli_certs_free(one);
		if (rc != PLI_OK)
			return rc;
	}
	chosen = &c->list[c->count++];
	*chosen = (struct chosen){ record->key.id, left_out, record->key.role == PLI_ROLE_BACKUP, "" };
	(void)snprintf(chosen->public_key, sizeof(chosen->public_key), "%s", record->public_key);
	if (chosen->backup && left_out)
		c->backups_left_out++;
	return PLI_OK;
}

/* A key that was asked for, and cannot be had, is an error: whoever asked for it counts on it. */
static enum pli_status
refuse(const struct choosing *c, const struct record *record, struct pli_error *err)
{
	const struct pli_register_key *key = &record->key;
	enum pli_status rc;

	if (key->status != PLI_KEY_ACTIVE) {
		rc = fail(err, PLI_ERR_CERTIFICATE,
		    "the key \"%s\" of the service \"%s\" is %s: nothing is sealed to it", key->name, key->service,
		    pli_key_status_id(key->status));
		fail_hint(err, "make a new pair, which may have its name (pli keys generate), or choose another key");
	} else {
		rc = fail(err, PLI_ERR_CERTIFICATE, "the key \"%s\" of the service \"%s\" %s", key->name, key->service,
		    c->now > key->cert.not_after ? "has expired" : "is not valid yet");
		fail_hint(err, "renew the key, or choose another one");
	}
	return rc;
}

static enum pli_status
take_named(struct choosing *c, const char *name, struct pli_error *err)
{
	const struct pli_register_place place = { c->choice->service, name, PLI_ROLE_PERSONAL };
	struct record record;
	sqlite3_stmt *q;
	enum pli_status rc;

	if ((rc = records_find(c->reg, &q, &record, &place, RECORDS_ANY, err)) != PLI_OK)
		return rc;
	if (record.key.role == PLI_ROLE_BACKUP && record.key.status == PLI_KEY_ACTIVE) {
		rc = fail(err, PLI_ERR_USAGE, "\"%s\" is a backup key of the service \"%s\", not a personal one", name,
		    record.key.service);
		fail_hint(err, "every bid is sealed to the backup keys: choose personal ones");
	} else if (record.key.status != PLI_KEY_ACTIVE || !is_valid(c, &record.key.cert)) {
		rc = refuse(c, &record, err);
	} else if (!is_in(c, record.key.id)) {
		rc = put(c, &record, false, err);
	}
	(void)sqlite3_finalize(q);
	return rc;
}

static enum pli_status
put_unless_in(void *arg, const struct record *record, struct pli_error *err)
{
	struct choosing *c = arg;

	return is_in(c, record->key.id) ? PLI_OK : put(c, record, !is_valid(c, &record->key.cert), err);
}

/* All active keys of the service: the personal ones unless some were chosen, and the backup keys. */
static enum pli_status
take_rest(struct choosing *c, struct pli_error *err)
{
	static const char which[] =
	    RECORDS_SELECT "WHERE " RECORDS_SERVICE_IS("?1") " AND k.status = 'active' AND (k.role = 'backup' OR ?2)"
							     " ORDER BY k.role = 'backup', k.name";

	return records_walk(c->reg, which,
	    VALUES(value_text(c->choice->service), value_int(c->choice->personal_count == 0)), put_unless_in, c, err);
}

/*
 * How many of the backup keys are one: the key pair of a personal key is lost together with it, under whatever certificate
 * and name. *same (may stay as it is) is one that is none.
 */
static size_t
count_backups(const struct choosing *c, const struct chosen **same)
{
	size_t i, j, backups = 0;

	for (i = 0; i < c->count; i++) {
		const struct chosen *b = &c->list[i];
		bool own = true;

		if (!b->backup || b->left_out)
			continue;
		for (j = 0; j < c->count && own; j++)
			own = c->list[j].backup || c->list[j].left_out ||
			      strcmp(c->list[j].public_key, b->public_key) != 0;
		if (own)
			backups++;
		else
			*same = b;
	}
	return backups;
}

static enum pli_status
check_enough(const struct choosing *c, struct pli_error *err)
{
	const char *service = c->choice->service;
	const struct chosen *same = NULL;
	size_t backups = count_backups(c, &same);
	enum pli_status rc;

	if (backups == 0 && same != NULL && !c->choice->no_backup) {
		rc = fail(err, PLI_ERR_CERTIFICATE,
		    "the backup key of the service \"%s\" is the same key pair as a personal key: with one both are "
		    "lost",
		    service);
		fail_hint(err,
		    "make another one (pli keys generate --role backup), or go on without a backup key (--no-backup)");
		return rc;
	}
	if (backups == 0 && !c->choice->no_backup) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "the service \"%s\" has no active backup key%s: %s", service,
		    c->backups_left_out > 0 ? " that is valid now" : "",
		    "if the personal keys are lost, nobody can open the bids");
		fail_hint(err, "make one (pli keys generate --role backup), or go on without (--no-backup)");
		return rc;
	}
	if (pli_certs_count(c->certs) == 0) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "the service \"%s\" has no active key%s", service,
		    c->count > 0 ? " that is valid now" : "");
		fail_hint(err, "generate, import or renew one");
		return rc;
	}
	return PLI_OK;
}

/* Tells of every key taken, then of every one left out. */
static enum pli_status
tell(const struct choosing *c, pli_register_each_key *each, bool left_out, void *arg, struct pli_error *err)
{
	enum pli_status rc = PLI_OK;
	size_t i;

	for (i = 0; i < c->count && rc == PLI_OK && each != NULL; i++)
		if (c->list[i].left_out == left_out)
			rc = records_each(
			    c->reg, RECORDS_SELECT "WHERE k.id = ?", VALUES(value_int(c->list[i].id)), each, arg, err);
	return rc;
}

static enum pli_status
choose(struct choosing *c, struct pli_error *err)
{
	enum pli_status rc;
	int64_t id;
	size_t i;

	if ((rc = records_service(c->reg, c->choice->service, &id, err)) != PLI_OK)
		return rc;
	for (i = 0; i < c->choice->personal_count && rc == PLI_OK; i++)
		rc = take_named(c, c->choice->personal[i], err);
	if (rc == PLI_OK && (rc = take_rest(c, err)) == PLI_OK)
		rc = check_enough(c, err);
	return rc;
}

enum pli_status
pli_register_certs(struct pli_register *reg, const struct pli_register_choice *choice, struct pli_certs *certs,
    pli_register_each_key *each, pli_register_each_key *left_out, void *arg, struct pli_error *err)
{
	struct choosing c = { .reg = reg, .choice = choice, .now = choice->now != 0 ? choice->now : time(NULL) };
	enum pli_status rc;
	size_t i;

	if (choice->service == NULL)
		return fail(err, PLI_ERR_USAGE, "the name of a service is missing");
	if ((rc = pli_certs_new(&c.certs, reg->pli, err)) != PLI_OK || (rc = db_begin_read(&reg->db, err)) != PLI_OK)
		goto out;
	if ((rc = choose(&c, err)) == PLI_OK && (rc = tell(&c, each, false, arg, err)) == PLI_OK)
		rc = tell(&c, left_out, true, arg, err);
	rc = db_end(&reg->db, rc, NULL, err);
	for (i = 0; i < pli_certs_count(c.certs) && rc == PLI_OK; i++)
		rc = pli_certs_add_cert(certs, c.certs, i, err);
out:
	pli_certs_free(c.certs);
	free(c.list);
	return rc;
}
