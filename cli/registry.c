/*
 * registry.c - what every command on a register begins and ends with.
 */
#include "registry.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "refuse.h"
#include "report_key.h"

/* Who runs this, as the system knows them; the environment can say anything. */
static void
login_name(char *buf, size_t cap)
{
	const struct passwd *user = getpwuid(getuid());

	if (user != NULL)
		(void)snprintf(buf, cap, "%s", user->pw_name);
	else
		(void)snprintf(buf, cap, "uid %lu", (unsigned long)getuid());
}

enum pli_status
registry_open(struct pli_register **reg, const struct run *run, enum pli_register_mode mode, struct pli_error *err)
{
	const struct args *args = run->args;
	char login[128];

	if (args->database == NULL)
		return refuse(err, PLI_ERR_USAGE, "--register DB; pli keys generate makes one", "name the register");
	login_name(login, sizeof(login));
	return pli_register_open(reg, run->pli, args->database, mode, args->actor != NULL ? args->actor : login, err);
}

enum pli_status
registry_place(struct pli_register_place *place, const struct run *run, size_t count, struct pli_error *err)
{
	const struct list *operands = &run->args->operands;

	if (operands->count == 0)
		return refuse(err, PLI_ERR_USAGE, "pli keys list shows their names", "name the key");
	if (operands->count != count)
		return refuse(err, PLI_ERR_USAGE, "a name with spaces is written in quotes",
		    "pli keys %s takes %zu operand%s, not %zu", run->args->sub, count, count == 1 ? "" : "s",
		    operands->count);
	*place = (struct pli_register_place){ .service = run->args->service, .name = operands->items[0] };
	return PLI_OK;
}

enum pli_role
registry_role(const struct args *args)
{
	return args->role == 2 ? PLI_ROLE_BACKUP : PLI_ROLE_PERSONAL;
}

/* The names that there are, as far as they fit. */
struct names {
	char list[200], last[200]; /* last: keys of one name follow each other */
};

static enum pli_status
count(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	size_t *n = arg;

	(void)key;
	(void)err;
	++*n;
	return PLI_OK;
}

static enum pli_status
look(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct names *n = arg;
	size_t at = strlen(n->list);

	(void)err;
	if (strcmp(key->name, n->last) == 0)
		return PLI_OK;
	(void)snprintf(n->last, sizeof(n->last), "%s", key->name);
	if (at + strlen(key->name) + 8 < sizeof(n->list))
		(void)snprintf(n->list + at, sizeof(n->list) - at, "%s%s", at > 0 ? ", " : "", key->name);
	else if (at > 0 && n->list[at - 1] != '.')
		(void)snprintf(n->list + at, sizeof(n->list) - at, ", ...");
	return PLI_OK;
}

enum pli_status
registry_known(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	const struct pli_register_query named = { place->service, place->name, true };
	const struct pli_register_query all = { place->service, NULL, true };
	struct names n = { .list = "" };
	char hint[256];
	size_t found = 0;
	enum pli_status status = pli_register_keys(reg, &named, count, &found, err);

	if (status == PLI_OK && found == 0)
		status = pli_register_keys(reg, &all, look, &n, err);
	if (status != PLI_OK || found > 0)
		return status;
	(void)snprintf(hint, sizeof(hint), "there are: %s", n.list[0] != '\0' ? n.list : "none");
	return refuse(err, PLI_ERR_USAGE, hint, "no key has the name \"%s\"", place->name);
}

enum pli_status
registry_novelty(struct novelty *new, struct pli_register *reg, const char *service, struct pli_error *err)
{
	const struct pli_register_query none = { service, "", true };
	struct pli_error why = { 0 };
	size_t found = 0;
	enum pli_status status = pli_register_keys(reg, &none, count, &found, &why);

	if (status == PLI_ERR_USAGE) {
		new->service = service;
		(void)snprintf(new->others, sizeof(new->others), "%s", why.hint);
		return PLI_OK;
	}
	if (status != PLI_OK)
		*err = why;
	return status;
}

void
registry_tell_new(const struct run *run, const struct novelty *new)
{
	static const char head[] = "its services are: ";

	if (new->made && run->say->json)
		say_warning(run->say, "made a new register, %s", run->args->database);
	else if (new->made)
		say_news(run->say, "made a new register, %s", run->args->database);
	else if (new->service != NULL && strncmp(new->others, head, sizeof(head) - 1) == 0)
		say_warning(run->say, "made a new service, \"%s\"; there is also: %s", new->service,
		    new->others + sizeof(head) - 1);
	else if (new->service != NULL)
		say_warning(run->say, "made a new service, \"%s\"", new->service);
}

/* Keys of one name come by time: the last one is the newest. */
struct newest {
	const struct run *run;
	const struct deed *deed;
	size_t count, seen;
};

static enum pli_status
report_last(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct newest *n = arg;

	(void)err;
	if (++n->seen == n->count)
		report_key(n->run, key, n->deed);
	return PLI_OK;
}

enum pli_status
registry_report(const struct run *run, struct pli_register *reg, const struct pli_register_place *place,
    const struct deed *deed, struct pli_error *err)
{
	const struct pli_register_query query = { place->service, place->name, true };
	struct newest n = { run, deed, 0, 0 };
	enum pli_status status = pli_register_keys(reg, &query, count, &n.count, err);

	if (status == PLI_OK)
		status = pli_register_keys(reg, &query, report_last, &n, err);
	if (status == PLI_OK)
		say_summary(run->say, 1, 0);
	return status;
}

/* What registry_meant prefers: keys of one name come by time, and a later one of the same rank goes first. */
struct meaning {
	struct meant *meant;
	enum pli_key_status second;
};

static int
rank(const struct meaning *m, enum pli_key_status status)
{
	if (status == PLI_KEY_ACTIVE)
		return 3;
	return status == m->second ? 2 : status != PLI_KEY_PENDING;
}

static enum pli_status
take_meant(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	const struct meaning *m = arg;
	struct meant *meant = m->meant;

	if (meant->id != 0 && rank(m, key->status) < rank(m, meant->status))
		return PLI_OK;
	registry_clear_meant(meant);
	*meant = (struct meant){ key->id, key->status, strdup(key->service), strdup(key->name) };
	return meant->service != NULL && meant->name != NULL ? PLI_OK : refuse_memory(err);
}

enum pli_status
registry_meant(struct meant *meant, struct pli_register *reg, const struct pli_register_place *place,
    enum pli_key_status second, struct pli_error *err)
{
	const struct pli_register_query all = { place->service, place->name, true };
	struct meaning m = { meant, second };

	return pli_register_keys(reg, &all, take_meant, &m, err);
}

void
registry_clear_meant(struct meant *meant)
{
	free(meant->service);
	free(meant->name);
	*meant = (struct meant){ 0 };
}

struct reporting {
	const struct run *run;
	const struct deed *deed;
	int64_t id;
};

static enum pli_status
report_same(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	const struct reporting *r = arg;

	(void)err;
	if (key->id == r->id)
		report_key(r->run, key, r->deed);
	return PLI_OK;
}

enum pli_status
registry_report_meant(const struct run *run, struct pli_register *reg, const struct meant *meant, const char *name,
    const struct deed *deed, struct pli_error *err)
{
	const struct pli_register_query query = { meant->service, name, true };
	struct reporting r = { run, deed, meant->id };
	enum pli_status status = pli_register_keys(reg, &query, report_same, &r, err);

	if (status == PLI_OK)
		say_summary(run->say, 1, 0);
	return status;
}

/* A service that no backup key protects any more, or a single key: said at once, not at the next seal. */
static enum pli_status
warn_of(void *arg, const struct pli_register_finding *finding, struct pli_error *err)
{
	struct say *say = arg;

	(void)err;
	if (finding->finding == PLI_FINDING_NO_BACKUP || finding->finding == PLI_FINDING_SINGLE_KEY)
		say_warning(say, "%s", finding->message);
	return PLI_OK;
}

enum pli_status
registry_change(const struct run *run, const struct pli_register_place *place, enum pli_key_status second,
    const char *done, registry_changer *change, struct pli_error *err)
{
	const struct deed deed = { done, NULL, NULL };
	struct pli_register *reg = NULL;
	struct meant meant = { 0 };
	enum pli_status status = registry_open(&reg, run, PLI_REGISTER_WRITE, err);

	if (status == PLI_OK)
		status = registry_meant(&meant, reg, place, second, err);
	if (status == PLI_OK)
		status = change(reg, place, err);
	if (status == PLI_OK)
		status = pli_register_check(
		    reg, &(struct pli_register_health){ .service = meant.service }, warn_of, run->say, err);
	if (status == PLI_OK)
		status = registry_report_meant(run, reg, &meant, meant.name, &deed, err);
	pli_register_free(reg);
	registry_clear_meant(&meant);
	return status;
}
