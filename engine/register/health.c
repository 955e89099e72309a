/*
 * health.c - what may lose a bid, looked for in every service: in its keys one by one, and in what they are together.
 * For cron: the same register gives the same findings in the same order.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pli/register.h"
#include "records.h"

#define TEST_DAYS 365
#define SOON_DAYS 90
#define DAY 86400
#define RSA_RECOMMENDED 3072

typedef enum pli_status found_call(void *arg, const struct pli_register_finding *finding, struct pli_error *err);

struct examination {
	struct pli_register *reg;
	const struct pli_register_health *health;
	int64_t now, test_days, soon_days;
	found_call *found;
	void *arg;
	struct pli_error *err;
};

static enum pli_status __attribute__((format(printf, 5, 6))) say(const struct examination *x, enum pli_finding finding,
    const char *service, const struct pli_register_key *key, const char *format, ...)
{
	struct pli_register_finding f = { finding, service, key, NULL };
	enum pli_status rc;
	char *message;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&message, format, ap);
	va_end(ap);
	if (n < 0)
		return fail_memory(x->err);
	f.message = message;
	rc = x->found(x->arg, &f, x->err);
	free(message);
	return rc;
}

static const char *
date_text(int64_t t, char out[32])
{
	time_t seconds = (time_t)t;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL || strftime(out, 32, "%Y-%m-%d", &tm) == 0)
		(void)snprintf(out, 32, "%lld", (long long)t);
	return out;
}

static enum pli_status
check_dates(const struct examination *x, const struct pli_register_key *key)
{
	const struct pli_cert_info *cert = &key->cert;
	char date[32], opening[32];

	if (x->now > cert->not_after)
		return say(x, PLI_FINDING_EXPIRED, key->service, key,
		    "\"%s\" expired on %s: nothing is sealed to it any more; renew it", key->name,
		    date_text(cert->not_after, date));
	if (x->now < cert->not_before)
		return say(x, PLI_FINDING_NOT_YET_VALID, key->service, key,
		    "\"%s\" is not valid before %s: nothing is sealed to it until then", key->name,
		    date_text(cert->not_before, date));
	if (x->health->opening != 0 && x->health->opening > cert->not_after)
		return say(x, PLI_FINDING_EXPIRES, key->service, key,
		    "\"%s\" expires on %s, before the opening on %s; renew it", key->name,
		    date_text(cert->not_after, date), date_text(x->health->opening, opening));
	/* A bid that is sealed today is opened weeks or months later: who knows the date says it. */
	if (x->health->opening <= x->now && cert->not_after - x->now < x->soon_days * DAY)
		return say(x, PLI_FINDING_EXPIRES_SOON, key->service, key,
		    "\"%s\" expires on %s, in less than %lld days; renew it", key->name,
		    date_text(cert->not_after, date), (long long)x->soon_days);
	return PLI_OK;
}

static enum pli_status
check_test(const struct examination *x, const struct pli_register_key *key)
{
	char date[32];

	if (key->tested == 0)
		return say(x, PLI_FINDING_NEVER_TESTED, key->service, key,
		    "nothing was ever opened with \"%s\": test it with its private key", key->name);
	if (key->tested < x->now - x->test_days * DAY)
		return say(x, PLI_FINDING_TEST_OLD, key->service, key,
		    "\"%s\" was last tested on %s, more than %lld days ago; test it again", key->name,
		    date_text(key->tested, date), (long long)x->test_days);
	return PLI_OK;
}

/* What agencies recommend (ANSSI, BSI): more than what bids may still be sealed to. */
static bool
is_short(const char *algorithm)
{
	return strncmp(algorithm, "rsa-", 4) == 0 && strtol(algorithm + 4, NULL, 10) < RSA_RECOMMENDED;
}

/* What is told with each key that is found beside another. */
struct beside {
	const struct examination *x;
	const struct pli_register_key *key;
};

static enum pli_status
say_same(void *arg, const struct record *other, struct pli_error *err)
{
	const struct beside *b = arg;

	(void)err; /* x has it */
	return say(b->x, PLI_FINDING_SAME_RECIPIENT, b->key->service, b->key,
	    "\"%s\" has the issuer and serial number of \"%s\": nothing can be sealed to both; retire one",
	    b->key->name, other->key.name);
}

/* Apart from its dates, of which others speak. */
static enum pli_status
check_certificate(const struct examination *x, const struct record *record)
{
	struct beside b = { x, &record->key };
	const struct pli_cert_policy policy = { record->key.cert.not_after, 0, false };
	struct pli_certs *certs = NULL;
	struct pli_error why = { 0 };
	enum pli_status rc;

	if ((rc = records_certs(x->reg, record, &certs, x->err)) != PLI_OK)
		return rc;
	if ((rc = records_same_recipient(x->reg, record->key.id, certs, 0, say_same, &b, x->err)) != PLI_OK) {
		pli_certs_free(certs);
		return rc;
	}
	rc = pli_certs_check(certs, &policy, &why);
	pli_certs_free(certs);
	if (rc == PLI_ERR_CERTIFICATE)
		return say(x, PLI_FINDING_WEAK, record->key.service, &record->key, "%s", why.message);
	if (rc == PLI_OK && is_short(record->key.cert.algorithm))
		return say(x, PLI_FINDING_WEAK, record->key.service, &record->key,
		    "\"%s\" is %s: RSA of %d bits or P-256 is recommended at least; renew it", record->key.name,
		    record->key.cert.algorithm, RSA_RECOMMENDED);
	return rc == PLI_OK ? PLI_OK : fail_copy(x->err, &why);
}

static enum pli_status
say_other(void *arg, const struct record *other, struct pli_error *err)
{
	const struct beside *b = arg;

	(void)err; /* x has it */
	return say(b->x, PLI_FINDING_TWO_NAMES, b->key->service, b->key,
	    "\"%s\" is the same key pair as \"%s\" of the service \"%s\": with one both are lost", b->key->name,
	    other->key.name, other->key.service);
}

/* One key pair under two names: whoever counts on either, counts on the same file. Said of the newer one. */
static enum pli_status
check_names(const struct examination *x, const struct record *record)
{
	static const char others[] = RECORDS_SELECT
	    "WHERE k.public_key = ?1 AND k.status = 'active' AND k.id <> ?2"
	    " AND ((s.name = ?3 AND k.id < ?2) OR (s.name <> ?3 AND k.name <> ?4)) ORDER BY k.id LIMIT 1";
	const struct pli_register_key *key = &record->key;
	struct beside b = { x, key };

	return records_walk(x->reg, others,
	    VALUES(value_text(record->public_key), value_int(key->id), value_text(key->service), value_text(key->name)),
	    say_other, &b, x->err);
}

static enum pli_status
check_key(void *arg, const struct record *record, struct pli_error *err)
{
	const struct examination *x = arg;
	const struct pli_register_key *key = &record->key;
	enum pli_status rc;

	(void)err; /* x has it */
	if (key->status == PLI_KEY_PENDING)
		return say(x, PLI_FINDING_PENDING, key->service, key,
		    "the generation of \"%s\" did not end: import its file if there is one, or generate it again",
		    key->name);
	if ((rc = check_dates(x, key)) != PLI_OK || (rc = check_test(x, key)) != PLI_OK ||
	    (rc = check_certificate(x, record)) != PLI_OK)
		return rc;
	return check_names(x, record);
}

static enum pli_status
check_service(struct examination *x, int64_t id, const char *service)
{
	const struct value values[] = { value_int(id), value_int(x->now) };
	int64_t backups, active, valid;
	enum pli_status rc;

	/* The key pair of a personal key is no backup: choose.c. */
	if ((rc = db_number(&x->reg->db, &backups, NULL,
		 "SELECT count(*) FROM keys b WHERE service = ?1 AND status = 'active' AND role = 'backup'"
		 " AND ?2 BETWEEN not_before AND not_after AND NOT EXISTS (SELECT 1 FROM keys p WHERE p.service = ?1"
		 " AND p.public_key = b.public_key AND p.status = 'active' AND p.role = 'personal'"
		 " AND ?2 BETWEEN p.not_before AND p.not_after)",
		 values, 2, x->err)) != PLI_OK ||
	    (rc = db_number(&x->reg->db, &active, NULL,
		 "SELECT count(*) FROM keys WHERE service = ? AND status = 'active'", values, 1, x->err)) != PLI_OK ||
	    (rc = db_number(&x->reg->db, &valid, NULL,
		 "SELECT count(DISTINCT public_key) FROM keys WHERE service = ?1 AND status = 'active'"
		 " AND ?2 BETWEEN not_before AND not_after",
		 values, 2, x->err)) != PLI_OK)
		return rc;
	if (backups == 0 &&
	    (rc = say(x, PLI_FINDING_NO_BACKUP, service, NULL,
		 "the service \"%s\" has no active backup key that is valid: nothing can be sealed, or a lost "
		 "personal key loses the bids",
		 service)) != PLI_OK)
		return rc;
	if (active > 0 && valid <= 1)
		return say(x, PLI_FINDING_SINGLE_KEY, service, NULL,
		    "the service \"%s\" has only one key pair that is active and valid: if it is lost, so are the bids",
		    service);
	return PLI_OK;
}

static enum pli_status
check_all(struct examination *x)
{
	sqlite3_stmt *q;
	enum pli_status rc;
	bool row = true, any = false;
	int64_t id;

	if (x->health->service != NULL && (rc = records_service(x->reg, x->health->service, &id, x->err)) != PLI_OK)
		return rc;
	rc = db_prepare(&x->reg->db, &q,
	    "SELECT id, name FROM services s WHERE ?1 IS NULL OR " RECORDS_SERVICE_IS("?1") " ORDER BY name",
	    VALUES(value_text(x->health->service)), x->err);
	if (rc != PLI_OK)
		return rc;
	while (rc == PLI_OK && (rc = db_step(&x->reg->db, q, &row, x->err)) == PLI_OK && row) {
		const char *service = db_text(q, 1);

		any = true;
		if ((rc = check_service(x, sqlite3_column_int64(q, 0), service)) == PLI_OK)
			rc = records_walk(x->reg,
			    RECORDS_SELECT
			    "WHERE s.name = ? AND k.status IN ('active', 'pending') ORDER BY k.name, k.id",
			    VALUES(value_text(service)), check_key, x, x->err);
	}
	(void)sqlite3_finalize(q);
	/* Whoever looks after a register of another name would never hear of their own. */
	if (rc == PLI_OK && !any)
		rc = say(x, PLI_FINDING_NO_KEY, NULL, NULL,
		    "the register has no service and no key: nothing can be sealed with it; is it the one that is "
		    "meant?");
	return rc;
}

enum pli_status
pli_register_check(struct pli_register *reg, const struct pli_register_health *health,
    enum pli_status (*found)(void *arg, const struct pli_register_finding *finding, struct pli_error *err), void *arg,
    struct pli_error *err)
{
	struct examination x = { .reg = reg,
		.health = health,
		.now = health->now != 0 ? health->now : time(NULL),
		.test_days = health->test_days != 0 ? health->test_days : TEST_DAYS,
		.soon_days = health->soon_days != 0 ? health->soon_days : SOON_DAYS,
		.found = found,
		.arg = arg,
		.err = err };
	enum pli_status rc;

	if ((rc = db_begin_read(&reg->db, err)) != PLI_OK)
		return rc;
	return db_end(&reg->db, check_all(&x), NULL, err);
}
