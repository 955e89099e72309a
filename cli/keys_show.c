/*
 * keys_show.c - pli keys show: all about the keys of one name, old ones included, with their history.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "refuse.h"
#include "registry.h"
#include "report_event.h"
#include "report_key.h"
#include "when.h"

/* A key of the name, and what happened to it. */
struct shown {
	int64_t id;
	char *service, fingerprint[PLI_FINGERPRINT_CAP];
	struct columns table; /* or, in JSON: */
	json_t *history;
};

/* A callback does not use the register that calls it: first the keys are noted, then their histories, then all is printed. */
struct showing {
	const struct run *run;
	struct shown *items;
	size_t count, printed;
};

static enum pli_status
note(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct showing *s = arg;
	struct shown *items = realloc(s->items, (s->count + 1) * sizeof(*items)), *item;

	if (items == NULL)
		return refuse_memory(err);
	s->items = items;
	item = &items[s->count];
	*item = (struct shown){ .id = key->id, .service = strdup(key->service) };
	if (item->service == NULL)
		return refuse_memory(err);
	s->count++;
	(void)snprintf(item->fingerprint, sizeof(item->fingerprint), "%s", key->fingerprint);
	item->table.count = REPORT_EVENT_COLUMNS;
	item->history = json_array();
	report_event_row(&item->table, NULL);
	return PLI_OK;
}

static enum pli_status
add_event(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	const struct showing *s = arg;
	size_t i;

	(void)err;
	for (i = 0; i < s->count && event->fingerprint != NULL && event->service != NULL; i++) {
		struct shown *item = &s->items[i];

		if (strcmp(event->fingerprint, item->fingerprint) != 0 || strcmp(event->service, item->service) != 0)
			continue;
		if (s->run->say->json)
			(void)json_array_append_new(item->history, report_event_json(event));
		else
			report_event_row(&item->table, event);
	}
	return PLI_OK;
}

static void
show_text(const struct showing *s, const struct shown *item, const struct pli_register_key *key)
{
	struct say *say = s->run->say;
	char from[WHEN_MAX], until[WHEN_MAX], tested[WHEN_MAX];

	if (s->printed > 1)
		say_report(say, "%s", "");
	say_report(say, "name         %s", key->name);
	say_report(say, "service      %s", key->service);
	say_report(say, "role         %s", pli_role_id(key->role));
	say_report(say, "status       %s", pli_key_status_id(key->status));
	say_report(say, "CN           %s", key->cert.cn);
	say_report(say, "subject      %s", key->cert.subject);
	say_report(say, "issuer       %s", key->cert.issuer);
	say_report(say, "serial       %s", key->cert.serial);
	say_report(say, "key id       %s", key->cert.ski != NULL ? key->cert.ski : "-");
	say_report(say, "fingerprint  %s", key->fingerprint);
	say_report(say, "algorithm    %s", key->cert.algorithm);
	say_report(say, "valid        %s to %s", when_format(from, key->cert.not_before),
	    when_format(until, key->cert.not_after));
	say_report(say, "origin       %s", pli_key_origin_id(key->origin));
	say_report(say, "last test    %s%s%s", key->tested != 0 ? when_format(tested, key->tested) : "never",
	    key->test != NULL ? ", " : "", key->test != NULL ? key->test : "");
	say_report(say, "%s", "");
	columns_print(say, &item->table);
}

static void
show_json(const struct showing *s, const struct shown *item, const struct pli_register_key *key)
{
	json_t *record = report_key_json(key);
	char from[WHEN_MAX];

	(void)json_object_set_new(record, "valid_from", json_string(when_format(from, key->cert.not_before)));
	(void)json_object_set(record, "history", item->history);
	say_json(s->run->say, record);
}

/* One that came meanwhile has no history here: it is left to the next run. */
static enum pli_status
show_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct showing *s = arg;
	size_t i;

	(void)err;
	for (i = 0; i < s->count; i++) {
		if (s->items[i].id != key->id)
			continue;
		s->printed++;
		if (s->run->say->json)
			show_json(s, &s->items[i], key);
		else
			show_text(s, &s->items[i], key);
	}
	return PLI_OK;
}

static enum pli_status
show(const struct run *run, struct pli_error *err)
{
	struct showing s = { .run = run };
	struct pli_register_query query = { .all = true };
	struct pli_register_place place;
	struct pli_register *reg = NULL;
	enum pli_status status = registry_place(&place, run, 1, err);

	if (status == PLI_OK)
		status = registry_open(&reg, run, PLI_REGISTER_READ, err);
	if (status == PLI_OK) {
		query.service = place.service;
		query.name = place.name;
		status = registry_known(reg, &place, err);
	}
	if (status == PLI_OK)
		status = pli_register_keys(reg, &query, note, &s, err);
	if (status == PLI_OK)
		status = pli_register_journal(reg, place.service, add_event, &s, err);
	if (status == PLI_OK)
		status = pli_register_keys(reg, &query, show_key, &s, err);
	if (status == PLI_OK)
		say_summary(run->say, s.printed, 0);
	while (s.count > 0) {
		struct shown *item = &s.items[--s.count];

		free(item->service);
		columns_clear(&item->table);
		json_decref(item->history);
	}
	free(s.items);
	pli_register_free(reg);
	return status;
}

const struct command keys_show = {
	.name = "show",
	.alias = "montrer",
	.bit = KEYS_SHOW,
	.summary = "show all about one key, and its history",
	.usage = "keys show --register DB [--service NAME] NAME\n",
	.about = "Shows every key that has the name, retired and compromised ones included, or the\n"
		 "one that has it as its serial number or SHA-256 fingerprint.\n",
	.examples = "pli keys show --register r.db --service CEA \"Anna Martin\"\n",
	.run = show,
};
