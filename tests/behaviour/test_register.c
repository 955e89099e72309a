/* The register through its public interface: what it keeps, what it refuses, and what it says of it. */
#include "registers.h"
#include "suite.h"
#include "unit/maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pli/open.h"

static struct pli_error err;

static struct pli_register *
open_as(const char *path, enum pli_register_mode mode)
{
	struct pli_register *reg;

	err = (struct pli_error){ 0 };
	check_ok(pli_register_open(&reg, support_pli(), path, mode, "tester", &err), err);
	return reg;
}

static void
is(enum pli_status got, enum pli_status wanted, const char *message, const char *hint)
{
	if (got != wanted || strstr(err.message, message) == NULL || strstr(err.hint, hint) == NULL)
		(void)fprintf(stderr, "got %d, \"%s\" (%s)\n", (int)got, err.message, err.hint);
	check(got == wanted);
	check(strstr(err.message, message) != NULL);
	check(strstr(err.hint, hint) != NULL);
	err = (struct pli_error){ 0 };
}

static struct pli_register_place
at(const char *service, const char *name, enum pli_role role)
{
	return (struct pli_register_place){ service, name, role };
}

/* Keys as text: "service/name role status origin tested", one a line. */
static enum pli_status
write_key(void *arg, const struct pli_register_key *key, struct pli_error *e)
{
	char *text = arg;
	size_t len = strlen(text);

	(void)e;
	check(key->id > 0 && strlen(key->fingerprint) == 64 && key->created > 0);
	check((key->tested == 0) == (key->test == NULL));
	(void)snprintf(text + len, 2000 - len, "%s/%s %s %s %s %s\n", key->service, key->name, pli_role_id(key->role),
	    pli_key_status_id(key->status), pli_key_origin_id(key->origin), key->tested != 0 ? key->test : "never");
	return PLI_OK;
}

static const char *
keys_of(struct pli_register *reg, const char *service, bool all)
{
	static char text[2000];
	const struct pli_register_query query = { service, NULL, all };

	text[0] = '\0';
	check_ok(pli_register_keys(reg, &query, write_key, text, &err), err);
	return text;
}

static bool
same(const char *got, const char *wanted)
{
	if (strcmp(got, wanted) != 0)
		(void)fprintf(stderr, "got:\n%swanted:\n%s", got, wanted);
	return strcmp(got, wanted) == 0;
}

static enum pli_status
write_event(void *arg, const struct pli_register_event *event, struct pli_error *e)
{
	char *text = arg;
	size_t len = strlen(text);

	(void)e;
	check(event->time > 1700000000 && strcmp(event->actor, "tester") == 0);
	(void)snprintf(text + len, 2000 - len, "%d %s %s\n", (int)event->id, event->action,
	    event->name != NULL ? event->name : "-");
	return PLI_OK;
}

static const char *
journal_of(struct pli_register *reg, const char *service)
{
	static char text[2000];

	text[0] = '\0';
	check_ok(pli_register_journal(reg, service, write_event, text, &err), err);
	return text;
}

static enum pli_status
import(struct pli_register *reg, const char *service, const char *name, enum pli_role role, enum support_kind kind,
    bool with_key)
{
	const struct pli_register_place place = at(service, name, role);
	struct pli_certs *certs = support_certs(&kind, 1);
	enum pli_status rc;

	rc = pli_register_import(reg, &place, certs, 0, with_key ? support_key(kind) : NULL, &err);
	pli_certs_free(certs);
	return rc;
}

static enum pli_status
generate(struct pli_register *reg, const char *service, const char *name, enum pli_role role, const char *path)
{
	const struct pli_register_place place = at(service, name, role);
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	const struct pli_pair_file file = register_file(path);

	return pli_register_generate(reg, &place, &pair, &file, NULL, &err);
}

static void
imported(void)
{
	const char *path = support_path("imported.db");
	struct pli_register *reg = open_as(path, PLI_REGISTER_CREATE);
	struct stat st;

	check(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	check_ok(import(reg, "S", "Anne", PLI_ROLE_PERSONAL, SUPPORT_P256, false), err);
	check_ok(import(reg, "S", "Secours", PLI_ROLE_BACKUP, SUPPORT_RSA3072, true), err);
	check_ok(import(reg, "T", "Anne", PLI_ROLE_BACKUP, SUPPORT_P256, true), err);
	is(import(reg, "S", "Anne", PLI_ROLE_PERSONAL, SUPPORT_P384, false), PLI_ERR_EXISTS, "\"Anne\"", "renew");
	is(import(reg, "S", "Bernard", PLI_ROLE_PERSONAL, SUPPORT_P256, false), PLI_ERR_EXISTS, "\"Anne\"", "");
	pli_register_free(reg);
	reg = open_as(path, PLI_REGISTER_READ);
	check(same(keys_of(reg, NULL, false),
	    "S/Anne personal active imported never\n"
	    "S/Secours backup active imported AuthEnvelopedData aes-256-gcm rsaOaep-sha256\n"
	    "T/Anne backup active imported AuthEnvelopedData aes-256-gcm ecdh-sha256\n"));
	check(same(journal_of(reg, NULL),
	    "1 version -\n2 service -\n3 import Anne\n4 import Secours\n5 service -\n6 import Anne\n"));
	check(same(journal_of(reg, "T"), "5 service -\n6 import Anne\n"));
	is(import(reg, "S", "Carole", PLI_ROLE_PERSONAL, SUPPORT_P384, false), PLI_ERR_USAGE, "to be read", "");
	pli_register_free(reg);
}

static void
generated(void)
{
	struct pli_register *reg = open_as(support_path("generated.db"), PLI_REGISTER_CREATE);
	const char *path = support_path("a.p12");

	check_ok(generate(reg, "S", "Anne", PLI_ROLE_PERSONAL, path), err);
	check(support_exists(path));
	check(same(
	    keys_of(reg, "S", true), "S/Anne personal active self-signed AuthEnvelopedData aes-256-gcm ecdh-sha256\n"));
	check(same(journal_of(reg, "S"), "2 service -\n3 generate Anne\n4 activate Anne\n"));
	is(generate(reg, "S", "Anne", PLI_ROLE_PERSONAL, support_path("b.p12")), PLI_ERR_EXISTS, "Anne", "renew");
	is(generate(reg, "S", "Bernard", PLI_ROLE_PERSONAL, path), PLI_ERR_EXISTS, "a.p12", "never replaced");
	pli_register_free(reg);
}

/* A register with a personal key, a backup key, and one that is both services'. */
static struct pli_register *
filled(const char *name)
{
	struct pli_register *reg = open_as(support_path(name), PLI_REGISTER_CREATE);

	check_ok(import(reg, "S", "Anne", PLI_ROLE_PERSONAL, SUPPORT_P256, true), err);
	check_ok(import(reg, "S", "Bernard", PLI_ROLE_PERSONAL, SUPPORT_P384, true), err);
	check_ok(import(reg, "S", "Secours", PLI_ROLE_BACKUP, SUPPORT_RSA3072, true), err);
	check_ok(import(reg, "T", "Secours T", PLI_ROLE_BACKUP, SUPPORT_RSA3072, false), err);
	return reg;
}

static void
refused_names(void)
{
	/* 129 characters, of two bytes each */
	static const char long_name[] = "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
					"éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
					"é";
	static const char *const bad[] = { "", " Anne", "Anne ", "An\nne", "An\xffne", "An\u202ene", "\x7f",
		long_name };
	struct pli_register *reg = filled("names.db");
	const struct pli_register_place anne = at("S", "Anne", PLI_ROLE_PERSONAL);
	char longest[129];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		is(import(reg, "S", bad[i], PLI_ROLE_PERSONAL, SUPPORT_P521, false), PLI_ERR_USAGE, "name of a key",
		    "");
		is(import(reg, bad[i], "Eve", PLI_ROLE_PERSONAL, SUPPORT_P521, false), PLI_ERR_USAGE, "a service", "");
		is(pli_register_rename(reg, &anne, bad[i], &err), PLI_ERR_USAGE, "name of a key", "");
		check(
		    bad[i][0] == '\0' || generate(reg, "S", bad[i], PLI_ROLE_BACKUP, support_path("no.p12")) != PLI_OK);
		err = (struct pli_error){ 0 };
	}
	is(import(reg, "S", "Eve", (enum pli_role)7, SUPPORT_P521, false), PLI_ERR_USAGE, "no role 7", "");
	check(!support_exists(support_path("no.p12")));
	memset(longest, 'x', sizeof(longest));
	longest[128] = '\0';
	check_ok(import(reg, "S", longest, PLI_ROLE_PERSONAL, SUPPORT_P521, false), err);
	/* What SQL makes of a name is the name. */
	check_ok(pli_register_rename(reg, &anne, "Robert'); DROP TABLE keys;--", &err), err);
	check(strstr(keys_of(reg, "S", false), "S/Robert'); DROP TABLE keys;-- personal active") != NULL);
	pli_register_free(reg);
}

/* A certificate of the issuer cn with that serial number and a new key, imported under the name. */
static enum pli_status
import_numbered(struct pli_register *reg, const char *service, const char *name, const char *cn, int64_t serial)
{
	const struct pli_register_place place = at(service, name, PLI_ROLE_PERSONAL);
	struct maker_cert want = { .pkey = maker_ec("P-256"), .cn = cn, .serial = serial };
	struct view der = maker_der(&want);
	struct pli_certs *certs;
	enum pli_status rc;

	check(pli_certs_new(&certs, support_pli(), NULL) == PLI_OK);
	check(pli_certs_add(certs, der.p, der.len, "made", NULL) == PLI_OK);
	rc = pli_register_import(reg, &place, certs, 0, NULL, &err);
	pli_certs_free(certs);
	EVP_PKEY_free(want.pkey);
	return rc;
}

/* Two recipients of a service differ in issuer or serial number: an envelope has no other names for them. */
static void
told_apart(void)
{
	struct pli_register *reg = filled("apart.db");

	check_ok(import_numbered(reg, "S", "Un", "Issuer", 77), err);
	is(import_numbered(reg, "S", "Deux", "Issuer", 77), PLI_ERR_CERTIFICATE, "\"Un\" of the service", "retire");
	is(import_numbered(reg, "S", "Deux", "issuer ", 77), PLI_ERR_CERTIFICATE, "\"Un\"", ""); /* RFC 5280 7.1 */
	check(strstr(keys_of(reg, "S", true), "Deux") == NULL && strstr(journal_of(reg, "S"), "Deux") == NULL);
	check_ok(import_numbered(reg, "S", "Deux", "Issuer", 78), err);
	check_ok(import_numbered(reg, "S", "Trois", "Another issuer", 77), err);
	check_ok(import_numbered(reg, "T", "Un", "Issuer", 77), err);
	check_ok(pli_register_retire(reg, &(struct pli_register_place){ "S", "Un", PLI_ROLE_PERSONAL }, &err), err);
	check_ok(import_numbered(reg, "S", "Quatre", "Issuer", 77), err);
	pli_register_free(reg);
}

/* What only a program that calls the library can leave out: the call fails, and does nothing. */
static void
incomplete_calls(void)
{
	static const enum support_kind kind = SUPPORT_P521;
	struct pli_register *reg = filled("incomplete.db"), *none = reg;
	struct pli_certs *certs = support_certs(&kind, 1);
	const struct pli_register_choice nobody = { 0 };
	const struct pli_register_place eve = at("S", "Eve", PLI_ROLE_PERSONAL),
					anne = at("S", "Anne", (enum pli_role)7),
					nameless = at("S", NULL, PLI_ROLE_PERSONAL);

	is(generate(reg, "S", "Eve", PLI_ROLE_PERSONAL, NULL), PLI_ERR_USAGE, "path of the file", "");
	is(pli_register_import(reg, &eve, certs, 1, NULL, &err), PLI_ERR_USAGE, "no certificate 2", "");
	is(pli_register_import(reg, &nameless, certs, 0, NULL, &err), PLI_ERR_USAGE, "name of a key is missing", "");
	is(pli_register_role(reg, &anne, &err), PLI_ERR_USAGE, "no role 7", "");
	is(pli_register_certs(reg, &nobody, certs, NULL, NULL, NULL, &err), PLI_ERR_USAGE, "name of a service", "");
	check(pli_certs_count(certs) == 1 && strstr(keys_of(reg, NULL, true), "Eve") == NULL);
	is(pli_register_open(&none, support_pli(), NULL, PLI_REGISTER_READ, NULL, &err), PLI_ERR_USAGE,
	    "path of the register", "");
	check(none == NULL);
	pli_certs_free(certs);
	pli_register_free(reg);
}

static void
unknown_names(void)
{
	struct pli_register *reg = filled("unknown.db");
	struct pli_register_place place = at("X", "Anne", PLI_ROLE_PERSONAL);
	const struct pli_register_query query = { "X", NULL, false };
	char name[40];
	int i;

	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "no service \"X\"", "\"S\", \"T\"");
	is(pli_register_keys(reg, &query, write_key, NULL, &err), PLI_ERR_USAGE, "\"X\"", "\"S\", \"T\"");
	place = at("S", "Ane", PLI_ROLE_PERSONAL);
	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "no key named \"Ane\"",
	    "\"Anne\", \"Bernard\", \"Secours\"");
	place.service = NULL;
	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "no key named \"Ane\"", "\"Secours T\"");
	/* A name alone is enough where one service has it. */
	place.name = "Secours T";
	check_ok(pli_register_rename(reg, &place, "Secours", &err), err);
	place.name = "Secours";
	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "more than one service", "\"S\", \"T\"");
	place.name = NULL;
	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "missing", "");
	/* Whatever is too much for a hint is counted. */
	for (i = 0; i < 30; i++) {
		(void)snprintf(name, sizeof(name), "Un service au nom assez long, le %d", i);
		check_ok(import(reg, name, "Anne", PLI_ROLE_PERSONAL, SUPPORT_P256, false), err);
	}
	place = at("X", "Anne", PLI_ROLE_PERSONAL);
	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "\"X\"", " more");
	pli_register_free(reg);
	reg = open_as(support_path("unknown.db"), PLI_REGISTER_WRITE);
	is(import(reg, "U", "Anne", PLI_ROLE_PERSONAL, SUPPORT_P256, false), PLI_ERR_USAGE, "no service \"U\"",
	    "\"S\"");
	pli_register_free(reg);
}

static void
ended(void)
{
	struct pli_register *reg = filled("ended.db");
	struct pli_register_place place = at("S", "Anne", PLI_ROLE_BACKUP);

	check_ok(pli_register_role(reg, &place, &err), err);
	is(pli_register_rename(reg, &place, "Bernard", &err), PLI_ERR_EXISTS, "\"Bernard\"", "");
	check_ok(pli_register_rename(reg, &place, "Anna", &err), err);
	place.name = "Anna";
	check_ok(pli_register_retire(reg, &place, &err), err);
	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "is retired", "\"Bernard\"");
	is(import(reg, "S", "Autre", PLI_ROLE_PERSONAL, SUPPORT_P256, false), PLI_ERR_EXISTS, "\"Anna\" (retired)", "");
	/* The name is free again. */
	check_ok(import(reg, "S", "Anna", PLI_ROLE_PERSONAL, SUPPORT_P521, false), err);
	check(strstr(keys_of(reg, "S", true), "S/Anna backup retired imported") != NULL);
	check(same(keys_of(reg, "S", false),
	    "S/Anna personal active imported never\n"
	    "S/Bernard personal active imported AuthEnvelopedData aes-256-gcm ecdh-sha256\n"
	    "S/Secours backup active imported AuthEnvelopedData aes-256-gcm rsaOaep-sha256\n"));
	/* One key pair is compromised wherever it stands. */
	place.name = "Secours";
	check_ok(pli_register_compromised(reg, &place, &err), err);
	check(same(keys_of(reg, "T", true), "T/Secours T backup compromised imported never\n"));
	is(import(reg, "U", "Secours", PLI_ROLE_BACKUP, SUPPORT_RSA3072, true), PLI_ERR_CERTIFICATE, "compromised",
	    "new");
	check(same(journal_of(reg, "S"), "2 service -\n3 import Anne\n4 import Bernard\n5 import Secours\n8 role Anne\n"
					 "9 rename Anne\n10 retire Anna\n11 import Anna\n12 compromised Secours\n"));
	pli_register_free(reg);
}

static enum pli_status
write_name(void *arg, const struct pli_register_key *key, struct pli_error *e)
{
	char *text = arg;

	(void)e;
	(void)snprintf(text + strlen(text), 500 - strlen(text), "%s (%s) ", key->name, pli_key_status_id(key->status));
	return PLI_OK;
}

static void
renewed(void)
{
	struct pli_register *reg = open_as(support_path("renewed.db"), PLI_REGISTER_CREATE);
	const struct pli_register_place place = at(NULL, "Anne", PLI_ROLE_PERSONAL);
	struct pli_pair_options pair = { .type = PLI_PAIR_P_256, .cn = "Anne Martin" };
	struct pli_pair_file file = register_file(support_path("old.p12"));
	const struct pli_register_place first = at("S", "Anne", PLI_ROLE_BACKUP);
	struct pli_certs *certs;
	struct pli_cert_info old, new;
	char text[500] = "";

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check_ok(pli_register_generate(reg, &first, &pair, &file, certs, &err), err);
	pair.cn = NULL;
	is(pli_register_renew(reg, &place, &pair, &file, NULL, &err), PLI_ERR_EXISTS, "old.p12", "");
	file.path = support_path("new.p12");
	check_ok(pli_register_renew(reg, &place, &pair, &file, certs, &err), err);
	check(same(keys_of(reg, "S", true),
	    "S/Anne backup retired self-signed AuthEnvelopedData aes-256-gcm ecdh-sha256\n"
	    "S/Anne backup active self-signed AuthEnvelopedData aes-256-gcm ecdh-sha256\n"));
	check(pli_certs_count(certs) == 2);
	pli_certs_info(certs, 0, &old);
	pli_certs_info(certs, 1, &new);
	check(strcmp(old.cn, "Anne Martin") == 0 && strcmp(new.cn, old.cn) == 0);
	/* What was sealed to the old one is still known by it. */
	check_ok(pli_register_find(reg, old.issuer, old.serial, NULL, write_name, text, &err), err);
	check_ok(pli_register_find(reg, NULL, NULL, new.ski, write_name, text, &err), err);
	check_ok(pli_register_find(reg, new.issuer, "00", NULL, write_name, text, &err), err);
	check_ok(pli_register_find(reg, NULL, NULL, NULL, write_name, text, &err), err);
	check(same(text, "Anne (retired) Anne (active) "));
	check(same(journal_of(reg, "S"), "2 service -\n3 generate Anne\n4 activate Anne\n5 renew Anne\n6 retire Anne\n"
					 "7 activate Anne\n"));
	pli_certs_free(certs);
	pli_register_free(reg);
}

/* Cancels at every moment, until the call is done; what there was of keys and files is as before each time. */
static void
cancel_everywhere(struct pli_register *reg, bool again, const char *path)
{
	const struct pli_register_place place = at("S", "Anne", PLI_ROLE_PERSONAL);
	size_t entries = support_entries();
	struct pli_pair_file file = register_file(path);
	struct register_cancel c = { 0 };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256,
		.hooks = { .cancelled = register_cancel_at, .arg = &c } };
	char before[2000];
	enum pli_status rc;

	file.hooks = pair.hooks;
	(void)snprintf(before, sizeof(before), "%s", keys_of(reg, NULL, true));
	for (;; c.at++) {
		c.asked = 0;
		rc = again ? pli_register_renew(reg, &place, &pair, &file, NULL, &err)
			   : pli_register_generate(reg, &place, &pair, &file, NULL, &err);
		if (rc == PLI_OK)
			break;
		check(rc == PLI_ERR_CANCELLED && c.asked == c.at + 1);
		check(same(keys_of(reg, NULL, true), before) && support_entries() == entries);
		err = (struct pli_error){ 0 };
	}
	/* before the pair, three times while the file is written, before the key is active */
	check(c.at == 5 && c.asked == 5 && support_entries() == entries + 1);
}

static void
cancelled(void)
{
	struct pli_register *reg = open_as(support_path("cancelled.db"), PLI_REGISTER_CREATE);

	check_ok(import(reg, "T", "Anne", PLI_ROLE_BACKUP, SUPPORT_P256, true), err);
	cancel_everywhere(reg, false, support_path("cancelled.p12"));
	cancel_everywhere(reg, true, support_path("cancelled2.p12"));
	check(same(keys_of(reg, "S", true),
	    "S/Anne personal retired self-signed AuthEnvelopedData aes-256-gcm ecdh-sha256\n"
	    "S/Anne personal active self-signed AuthEnvelopedData aes-256-gcm ecdh-sha256\n"));
	pli_register_free(reg);
}

static void
tested(void)
{
	struct pli_register *reg = filled("tested.db");
	struct pli_register_place place = at("T", "Secours T", PLI_ROLE_BACKUP);

	check_ok(pli_register_test(reg, &place, support_key(SUPPORT_RSA3072), &err), err);
	check(same(keys_of(reg, "T", false),
	    "T/Secours T backup active imported AuthEnvelopedData aes-256-gcm rsaOaep-sha256\n"));
	is(pli_register_test(reg, &place, support_key(SUPPORT_P384), &err), PLI_ERR_NO_RECIPIENT,
	    "it is the key \"Bernard\" of the service \"S\" (active)", "serial number");
	is(pli_register_test(reg, &place, support_key(SUPPORT_P521), &err), PLI_ERR_NO_RECIPIENT, "does not know it",
	    "");
	place = at("S", "Anne", PLI_ROLE_BACKUP);
	check_ok(pli_register_retire(reg, &place, &err), err);
	check_ok(pli_register_test(reg, &place, support_key(SUPPORT_P256), &err), err);
	check(strstr(journal_of(reg, "T"), "test Secours T") != NULL);
	pli_register_free(reg);
}

/* Only what is written waits for those who write: a wrong key is told while the register is locked, at once. */
static void
tested_beside_others(void)
{
	struct pli_register *reg = filled("tested-beside.db");
	struct pli_register_place place = at("T", "Secours T", PLI_ROLE_BACKUP);
	sqlite3 *other = register_connect(support_path("tested-beside.db"));

	check(register_try(other, "BEGIN IMMEDIATE", NULL));
	is(pli_register_test(reg, &place, support_key(SUPPORT_P521), &err), PLI_ERR_NO_RECIPIENT, "does not know it",
	    "");
	check(register_try(other, "ROLLBACK", NULL));
	(void)sqlite3_close(other);
	check_ok(pli_register_test(reg, &place, support_key(SUPPORT_RSA3072), &err), err);
	pli_register_free(reg);
}

/* What pli_register_certs says, as text: the keys, "|", those left out. */
static const char *
chosen(struct pli_register *reg, const struct pli_register_choice *choice)
{
	static char text[500];
	struct pli_certs *certs;
	size_t taken;

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	text[0] = '\0';
	if (pli_register_certs(reg, choice, certs, write_name, NULL, text, &err) != PLI_OK) {
		check(pli_certs_count(certs) == 0);
		pli_certs_free(certs);
		return NULL;
	}
	taken = pli_certs_count(certs);
	(void)strcat(text, "| ");
	check_ok(pli_register_certs(reg, choice, certs, NULL, write_name, text, &err), err);
	check(pli_certs_count(certs) == 2 * taken);
	pli_certs_free(certs);
	return text;
}

static void
certificates(void)
{
	static const char *const bernard[] = { "Bernard", "Bernard" }, *const backup[] = { "Secours" },
				 *const eve[] = { "Eve" };
	struct pli_register *reg = filled("certs.db");
	const struct pli_register_place place = at("S", "Secours", PLI_ROLE_BACKUP),
					anne = at("S", "Anne", PLI_ROLE_PERSONAL);
	struct pli_register_choice choice = { .service = "S" };

	check(same(chosen(reg, &choice), "Anne (active) Bernard (active) Secours (active) | "));
	choice.personal = bernard;
	choice.personal_count = 2;
	check(same(chosen(reg, &choice), "Bernard (active) Secours (active) | "));
	choice.personal = backup;
	choice.personal_count = 1;
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_USAGE, "\"Secours\" is a backup key of the service \"S\"", "choose personal ones");
	choice.personal = eve;
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_USAGE, "\"Eve\"", "\"Anne\"");
	check_ok(pli_register_retire(reg, &anne, &err), err);
	choice.personal = (const char *const[]){ "Anne" };
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_CERTIFICATE, "\"Anne\" of the service \"S\" is retired", "pli keys generate");
	/* The others of a service whose keys expired. */
	choice = (struct pli_register_choice){ .service = "S", .now = time(NULL) + 366 * 86400 };
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_CERTIFICATE, "no active backup key that is valid now", "--no-backup");
	choice.no_backup = true;
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_CERTIFICATE, "no active key that is valid now", "renew");
	check_ok(generate(reg, "S", "Durable", PLI_ROLE_BACKUP, support_path("durable.p12")), err);
	check(same(chosen(reg, &choice), "Durable (active) | Bernard (active) Secours (active) "));
	choice.personal = bernard;
	choice.personal_count = 1;
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_CERTIFICATE, "\"Bernard\" of the service \"S\" has expired", "renew");
	choice.now = 1000000000;
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_CERTIFICATE, "is not valid yet", "");
	/* No backup key at all. */
	check_ok(pli_register_retire(reg, &place, &err), err);
	check_ok(pli_register_retire(reg, &(struct pli_register_place){ "S", "Durable", PLI_ROLE_BACKUP }, &err), err);
	choice = (struct pli_register_choice){ .service = "S" };
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_CERTIFICATE, "no active backup key:", "--no-backup");
	choice.no_backup = true;
	check(same(chosen(reg, &choice), "Bernard (active) | "));
	pli_register_free(reg);
}

static enum pli_status
write_finding(void *arg, const struct pli_register_finding *f, struct pli_error *e)
{
	char *text = arg;

	(void)e;
	check(f->message[0] != '\0');
	(void)snprintf(text + strlen(text), 1000 - strlen(text), "%s %s/%s\n", pli_finding_id(f->finding),
	    f->service != NULL ? f->service : "", f->key != NULL ? f->key->name : "");
	return PLI_OK;
}

static const char *
findings(struct pli_register *reg, const char *service, int64_t days, int64_t opening_days, unsigned test_days)
{
	static char text[1000];
	int64_t now = time(NULL);
	const struct pli_register_health health = { .service = service,
		.opening = opening_days != 0 ? now + opening_days * 86400 : 0,
		.now = now + days * 86400,
		.test_days = test_days };

	text[0] = '\0';
	check_ok(pli_register_check(reg, &health, write_finding, text, &err), err);
	return text;
}

static void
findings_of_time(void)
{
	struct pli_register *reg = open_as(support_path("nothing.db"), PLI_REGISTER_CREATE);
	const struct pli_register_place other = at("T", "Secours T", PLI_ROLE_BACKUP);

	check(same(findings(reg, NULL, 0, 0, 0), "no-key /\n"));
	pli_register_free(reg);
	reg = filled("health.db");
	check_ok(pli_register_retire(reg, &other, &err), err);
	check(same(findings(reg, "S", 0, 0, 0), ""));
	check(same(findings(reg, "S", 0, 364, 0), ""));
	check(same(findings(reg, "S", 0, 366, 0),
	    "expires-before-opening S/Anne\nexpires-before-opening S/Bernard\nexpires-before-opening S/Secours\n"));
	check(same(findings(reg, "S", 11, 0, 10), "test-old S/Anne\ntest-old S/Bernard\ntest-old S/Secours\n"));
	/* Without an opening to come 90 days count. */
	check(same(findings(reg, "S", 270, 0, 1000), ""));
	check(same(findings(reg, "S", 276, 300, 1000), ""));
	check(same(
	    findings(reg, "S", 276, 0, 1000), "expires-soon S/Anne\nexpires-soon S/Bernard\nexpires-soon S/Secours\n"));
	check(same(findings(reg, "S", 276, 100, 1000),
	    "expires-soon S/Anne\nexpires-soon S/Bernard\nexpires-soon S/Secours\n"));
	check(same(findings(reg, "S", 366, 0, 1000),
	    "no-backup S/\nsingle-key S/\nexpired S/Anne\nexpired S/Bernard\nexpired S/Secours\n"));
	check(same(findings(reg, "S", -1, 0, 0), "no-backup S/\nsingle-key S/\nnot-yet-valid S/Anne\n"
						 "not-yet-valid S/Bernard\nnot-yet-valid S/Secours\n"));
	pli_register_free(reg);
}

static void
findings_of_keys(void)
{
	const char *path = support_path("findings.db");
	struct pli_register *reg = filled("findings.db");
	const struct pli_register_place secours = at("S", "Secours", PLI_ROLE_BACKUP);
	const struct pli_register_place court = at("T", "Court", PLI_ROLE_PERSONAL);

	check(same(findings(reg, NULL, 0, 0, 0),
	    "two-names S/Secours\nsingle-key T/\nnever-tested T/Secours T\ntwo-names T/Secours T\n"));
	check_ok(import(reg, "T", "Court", PLI_ROLE_PERSONAL, SUPPORT_RSA2048, true), err);
	check(same(findings(reg, "T", 0, 0, 0), "weak T/Court\nnever-tested T/Secours T\ntwo-names T/Secours T\n"));
	check_ok(pli_register_retire(reg, &court, &err), err);
	check_ok(pli_register_retire(reg, &secours, &err), err);
	check(same(findings(reg, NULL, 0, 0, 0), "no-backup S/\nsingle-key T/\nnever-tested T/Secours T\n"));
	is(pli_register_check(reg, &(struct pli_register_health){ .service = "X" }, write_finding, NULL, &err),
	    PLI_ERR_USAGE, "\"X\"", "\"S\", \"T\"");
	/* Two certificates that an envelope cannot tell apart, as registers of old may have them. */
	check_ok(import_numbered(reg, "T", "Un", "Issuer", 77), err);
	check_ok(import_numbered(reg, "S", "Deux", "Issuer", 77), err);
	check(strstr(findings(reg, NULL, 0, 0, 0), "same-recipient") == NULL);
	pli_register_free(reg);
	register_sql_untriggered(path, "keys_keep", "UPDATE keys SET service = 2 WHERE name = 'Deux'");
	reg = open_as(path, PLI_REGISTER_READ);
	check(strstr(findings(reg, "T", 0, 0, 0), "same-recipient T/Deux\n") != NULL);
	pli_register_free(reg);
}

/* What a crash leaves: a pending key, of a certificate of its own. */
static void
left_pending(const char *path, const char *name)
{
	register_sql(path,
	    "INSERT INTO keys (service, name, role, status, origin, certificate, subject, issuer, cn,"
	    " serial, ski, algorithm, not_before, not_after, fingerprint, public_key, created)"
	    " SELECT service, :name, role, 'pending', 'self-signed', certificate, subject, issuer, cn,"
	    " serial, ski, algorithm, not_before, not_after, fingerprint, public_key, created"
	    " FROM keys WHERE service = 2 LIMIT 1",
	    name);
}

static void
pending(void)
{
	const char *path = support_path("pending.db");
	struct pli_register *reg = filled("pending.db");
	const struct pli_register_place place = at("T", "Perdue", PLI_ROLE_BACKUP);
	struct pli_register_choice choice = { .service = "T" };

	left_pending(path, "Perdue");
	check(same(findings(reg, "T", 0, 0, 0), "single-key T/\npending T/Perdue\nnever-tested T/Secours T\n"
						"two-names T/Secours T\n"));
	check(same(chosen(reg, &choice), "Secours T (active) | "));
	check(same(keys_of(reg, "T", false), "T/Secours T backup active imported never\n"));
	is(pli_register_test(reg, &place, support_key(SUPPORT_RSA3072), &err), PLI_ERR_USAGE, "is pending", "");
	choice.personal = &place.name;
	choice.personal_count = 1;
	check(chosen(reg, &choice) == NULL);
	is(err.status, PLI_ERR_CERTIFICATE, "is pending", "");
	/* It goes when it is retired, */
	check_ok(pli_register_retire(reg, &place, &err), err);
	is(pli_register_retire(reg, &place, &err), PLI_ERR_USAGE, "no key", "");
	/* when another key becomes active under its name, */
	left_pending(path, "Perdue");
	left_pending(path, "Perdue");
	check_ok(generate(reg, "T", "Perdue", PLI_ROLE_BACKUP, support_path("perdue.p12")), err);
	check(strstr(keys_of(reg, "T", true), "pending") == NULL);
	/* and when another one is imported. */
	left_pending(path, "Autre");
	check_ok(import(reg, "T", "Autre", PLI_ROLE_PERSONAL, SUPPORT_P521, false), err);
	check(strstr(keys_of(reg, "T", true), "pending") == NULL);
	check(strstr(journal_of(reg, "T"), "discard Autre") != NULL);
	pli_register_free(reg);
}

#define TESTS(T, S)                                                                                                    \
	T(S, imported)                                                                                                 \
	T(S, generated)                                                                                                \
	T(S, refused_names)                                                                                            \
	T(S, told_apart)                                                                                               \
	T(S, incomplete_calls)                                                                                         \
	T(S, unknown_names)                                                                                            \
	T(S, ended)                                                                                                    \
	T(S, renewed)                                                                                                  \
	T(S, cancelled)                                                                                                \
	T(S, tested)                                                                                                   \
	T(S, tested_beside_others)                                                                                     \
	T(S, certificates) T(S, findings_of_time) T(S, findings_of_keys) T(S, pending)
SUITE(register, TESTS)
