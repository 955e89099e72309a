/* The register through its public interface: what it keeps, what it refuses, and what it says of it. */
#include "registers.h"
#include "suite.h"

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
	check_ok(import(reg, "S", "Secours", PLI_ROLE_BACKUP, SUPPORT_RSA2048, true), err);
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

#define TESTS(T, S) T(S, imported) T(S, generated)
SUITE(register, TESTS)
