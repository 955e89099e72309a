/*
 * roster.c - copies what a register says of its keys, so that jobs on many threads need not ask it.
 */
#include "roster.h"

#include <stdlib.h>
#include <string.h>

#include "refuse.h"
#include "registry.h"

/* A copy for free(), or NULL of NULL. */
static char *
copy(const char *s, bool *complete)
{
	char *c = s != NULL ? strdup(s) : NULL;

	*complete = *complete && (c != NULL || s == NULL);
	return c;
}

static bool
has_room(struct roster *roster)
{
	size_t cap = roster->cap == 0 ? 16 : 2 * roster->cap;
	struct roster_entry *items;

	if (roster->count < roster->cap)
		return true;
	items = realloc(roster->items, cap * sizeof(*items));
	if (items == NULL)
		return false;
	roster->items = items;
	roster->cap = cap;
	return true;
}

enum pli_status
roster_add(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct roster *roster = arg;
	struct roster_entry *entry;
	bool complete = true;

	if (!has_room(roster))
		return refuse_memory(err);
	entry = &roster->items[roster->count++];
	*entry = (struct roster_entry){
		.issuer = copy(key->cert.issuer, &complete),
		.serial = copy(key->cert.serial, &complete),
		.ski = copy(key->cert.ski, &complete),
		.service = copy(key->service, &complete),
		.name = copy(key->name, &complete),
		.role = key->role,
		.status = key->status,
	};
	return complete ? PLI_OK : refuse_memory(err);
}

enum pli_status
roster_load(struct roster *roster, const struct run *run, struct pli_error *err)
{
	const struct pli_register_query all = { NULL, NULL, true };
	struct pli_register *reg = NULL;
	enum pli_status status;

	if (run->args->database == NULL)
		return PLI_OK;
	status = registry_open(&reg, run, PLI_REGISTER_READ, err);
	if (status == PLI_OK)
		status = pli_register_keys(reg, &all, roster_add, roster, err);
	pli_register_free(reg);
	return status;
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

const struct roster_entry *
roster_find(const struct roster *roster, const char *issuer, const char *serial, const char *ski)
{
	const struct roster_entry *found = NULL;
	size_t i;

	for (i = 0; i < roster->count; i++) {
		const struct roster_entry *entry = &roster->items[i];

		if (issuer != NULL ? !same(entry->issuer, issuer) || !same(entry->serial, serial)
				   : !same(entry->ski, ski))
			continue;
		if (entry->status == PLI_KEY_ACTIVE)
			return entry;
		found = entry;
	}
	return found;
}

bool
roster_name(void *arg, const char *issuer, const char *serial, const char *ski, char *buf, size_t cap)
{
	const struct roster_entry *entry = roster_find(arg, issuer, serial, ski);
	bool active;

	if (entry == NULL)
		return false;
	active = entry->status == PLI_KEY_ACTIVE;
	(void)snprintf(buf, cap, "%s (%s key of %s%s%s)", entry->name, pli_role_id(entry->role), entry->service,
	    active ? "" : ", ", active ? "" : pli_key_status_id(entry->status));
	return true;
}

void
roster_clear(struct roster *roster)
{
	while (roster->count > 0) {
		struct roster_entry *entry = &roster->items[--roster->count];

		free(entry->issuer);
		free(entry->serial);
		free(entry->ski);
		free(entry->service);
		free(entry->name);
	}
	free(roster->items);
	*roster = (struct roster){ 0 };
}
