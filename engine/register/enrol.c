/*
 * enrol.c - a certificate that was made elsewhere comes into the register. Its private key, where it is at hand, opens a
 * challenge first: before the transaction, so that nobody waits for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pli/open.h"
#include "records.h"

static enum pli_status
refuse(void *arg, const struct record *there, struct pli_error *err)
{
	const struct pli_register_key *key = &there->key;
	enum pli_status rc;

	(void)arg;
	if (key->status == PLI_KEY_COMPROMISED) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "this key pair is compromised: it is \"%s\" of the service \"%s\"",
		    key->name, key->service);
		fail_hint(err, "have a new key pair made: others may open what is sealed to this one");
	} else {
		rc = fail(err, PLI_ERR_EXISTS,
		    "this certificate is in the service \"%s\" already, under the name \"%s\" (%s)", key->service,
		    key->name, pli_key_status_id(key->status));
		fail_hint(err,
		    key->status == PLI_KEY_RETIRED
			? "a retired key stays retired: make a new pair, which may have its name (pli keys generate)"
			: "rename it, or renew it with a new key pair");
	}
	return rc;
}

/* A key pair that others may have is refused under any name; a certificate stands once in a service. */
static enum pli_status
check_new(
    struct pli_register *reg, int64_t service, const char *public_key, const char *fingerprint, struct pli_error *err)
{
	return records_walk(reg,
	    RECORDS_SELECT "WHERE (k.public_key = ?1 AND k.status = 'compromised')"
			   " OR (k.service = ?2 AND k.fingerprint = ?3 AND k.status <> 'pending')"
			   " ORDER BY k.status = 'compromised' DESC, k.id",
	    VALUES(value_text(public_key), value_int(service), value_text(fingerprint)), refuse, NULL, err);
}

/* What a generation that was interrupted left of this very certificate: importing it is what completes it. */
static enum pli_status
discard_same(struct pli_register *reg, int64_t service, const char *fingerprint, struct pli_error *err)
{
	enum pli_status rc;
	bool there;
	int64_t id;

	rc = db_number(&reg->db, &id, &there,
	    "SELECT id FROM keys WHERE service = ? AND fingerprint = ? AND status = 'pending'",
	    VALUES(value_int(service), value_text(fingerprint)), err);
	return rc != PLI_OK || !there ? rc : records_drop(reg, id, "its certificate was imported", err);
}

/* Sealing to both would be refused, and so every bid of the service. */
static enum pli_status
refuse_same(void *arg, const struct record *older, struct pli_error *err)
{
	const struct pli_register_key *key = &older->key;
	enum pli_status rc;

	(void)arg;
	rc = fail(err, PLI_ERR_CERTIFICATE,
	    "this certificate has the issuer and serial number (%s) of that of \"%s\" of the service \"%s\": "
	    "an envelope could not tell the two recipients apart",
	    key->cert.serial, key->name, key->service);
	fail_hint(err, "have it issued again with a serial number of its own, or retire the other key first");
	return rc;
}

static enum pli_status
import(struct pli_register *reg, const struct pli_register_place *place, const struct pli_certs *certs, size_t i,
    const char *test, struct pli_error *err)
{
	char fingerprint[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP];
	struct records_new new = { .service_name = place->service,
		.name = place->name,
		.role = place->role,
		.status = PLI_KEY_ACTIVE,
		.origin = PLI_ORIGIN_IMPORTED,
		.test = test,
		.action = "import",
		.detail = test == NULL ? "without its private key: not tested" : test };
	enum pli_status rc;
	int64_t id;
	bool made;

	if ((rc = pli_certs_fingerprint(certs, i, fingerprint, public_key, err)) != PLI_OK ||
	    (rc = records_new_service(reg, place->service, &new.service, &made, err)) != PLI_OK ||
	    (rc = check_new(reg, new.service, public_key, fingerprint, err)) != PLI_OK ||
	    (rc = records_check_free(reg, new.service, place->service, place->name, 0, err)) != PLI_OK ||
	    (rc = discard_same(reg, new.service, fingerprint, err)) != PLI_OK ||
	    (rc = records_discard(reg, new.service, place->name, "another key was imported under its name", err)) !=
		PLI_OK)
		return rc;
	if ((rc = records_insert(reg, &id, &new, certs, i, err)) != PLI_OK)
		return rc;
	return records_same_recipient(reg, id, certs, i, refuse_same, NULL, err);
}

/* The one certificate, alone: may bids be sealed to it, and does its key open them? */
static enum pli_status
prove(struct pli *pli, enum pli_role role, const struct pli_certs *certs, size_t i, const struct pli_key *key,
    char **test, struct pli_error *err)
{
	const struct pli_cert_policy policy = { 0, 0, false };
	struct pli_certs *one = NULL;
	struct pli_cert_info info;
	struct pli_opened opened;
	enum pli_status rc;

	*test = NULL;
	if (i >= pli_certs_count(certs))
		return fail(err, PLI_ERR_USAGE, "there is no certificate %zu to import", i + 1);
	if ((rc = pli_certs_new(&one, pli, err)) != PLI_OK || (rc = pli_certs_add_cert(one, certs, i, err)) != PLI_OK ||
	    (rc = pli_certs_check(one, &policy, err)) != PLI_OK ||
	    (role == PLI_ROLE_BACKUP && (rc = records_check_backup(one, 0, err)) != PLI_OK) || key == NULL)
		goto out;
	pli_certs_info(one, 0, &info);
	if ((rc = pli_pair_challenge(pli, one, 0, key, &opened, err)) == PLI_OK)
		rc = records_test_text(test, &opened, info.algorithm, err);
out:
	pli_certs_free(one);
	return rc;
}

enum pli_status
pli_register_may_import(struct pli *pli, const struct pli_register_place *place, const struct pli_certs *certs,
    size_t i, const struct pli_key *key, struct pli_error *err)
{
	enum pli_status rc = records_check_new(NULL, place, err);
	char *test = NULL;

	if (rc == PLI_OK)
		rc = prove(pli, place->role, certs, i, key, &test, err);
	free(test);
	return rc;
}

enum pli_status
pli_register_import(struct pli_register *reg, const struct pli_register_place *place, const struct pli_certs *certs,
    size_t i, const struct pli_key *key, struct pli_error *err)
{
	enum pli_status rc;
	char *test = NULL;

	if ((rc = records_check_new(reg, place, err)) != PLI_OK)
		return rc;
	if ((rc = prove(reg->pli, place->role, certs, i, key, &test, err)) == PLI_OK &&
	    (rc = db_begin(&reg->db, err)) == PLI_OK) {
		rc = import(reg, place, certs, i, test, err);
		rc = db_end(&reg->db, rc, NULL, err);
	}
	free(test);
	return rc;
}
