/*
 * keys_show.c - pli keys show: all about the keys of one name, old ones included, with their history.
 */
#include "command.h"

#include <string.h>

#include "refuse.h"
#include "registry.h"
#include "report_event.h"
#include "report_key.h"
#include "when.h"

/* A callback does not use the register that calls it: the history comes through another one. */
struct showing {
	const struct run *run;
	struct pli_register *keys_of, *history_of;
	size_t keys;
	const char *fingerprint; /* of the key whose history is read */
	struct columns table;
	json_t *history;
};

static enum pli_status
add_event(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	struct showing *s = arg;

	(void)err;
	if (event->fingerprint == NULL || strcmp(event->fingerprint, s->fingerprint) != 0)
		return PLI_OK;
	if (s->run->say->json)
		(void)json_array_append_new(s->history, report_event_json(event));
	else
		report_event_row(&s->table, event);
	return PLI_OK;
}

static void
show_text(struct showing *s, const struct pli_register_key *key)
{
	struct say *say = s->run->say;
	char from[WHEN_MAX], until[WHEN_MAX], tested[WHEN_MAX];

	if (s->keys > 1)
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
	columns_print(say, &s->table);
}

static void
show_json(struct showing *s, const struct pli_register_key *key)
{
	json_t *record = report_key_json(key);
	char from[WHEN_MAX];

	(void)json_object_set_new(record, "valid_from", json_string(when_format(from, key->cert.not_before)));
	(void)json_object_set(record, "history", s->history);
	say_json(s->run->say, record);
}

static enum pli_status
show_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct showing *s = arg;
	enum pli_status status;

	s->keys++;
	s->fingerprint = key->fingerprint;
	s->table = (struct columns){ .count = REPORT_EVENT_COLUMNS };
	s->history = json_array();
	report_event_row(&s->table, NULL);
	status = pli_register_journal(s->history_of, key->service, add_event, s, err);
	if (status == PLI_OK && s->run->say->json)
		show_json(s, key);
	else if (status == PLI_OK)
		show_text(s, key);
	columns_clear(&s->table);
	json_decref(s->history);
	return status;
}

static enum pli_status
show(const struct run *run, struct pli_error *err)
{
	struct showing s = { .run = run };
	struct pli_register_place place;
	enum pli_status status = registry_place(&place, run, 1, err);

	if (status == PLI_OK)
		status = registry_open(&s.keys_of, run, PLI_REGISTER_READ, err);
	if (status == PLI_OK)
		status = registry_open(&s.history_of, run, PLI_REGISTER_READ, err);
	if (status == PLI_OK)
		status = registry_known(s.keys_of, &place, err);
	if (status == PLI_OK) {
		const struct pli_register_query query = { place.service, place.name, true };

		status = pli_register_keys(s.keys_of, &query, show_key, &s, err);
	}
	if (status == PLI_OK)
		say_summary(run->say, s.keys, 0);
	pli_register_free(s.history_of);
	pli_register_free(s.keys_of);
	return status;
}

const struct command keys_show = {
	.name = "show",
	.alias = "montrer",
	.bit = KEYS_SHOW,
	.summary = "show all about one key, and its history",
	.usage = "keys show --register DB [--service NAME] NAME\n",
	.about = "Shows every key that has the name, retired and compromised ones included.\n",
	.examples = "pli keys show --register r.db --service CEA \"Anna Martin\"\n",
	.run = show,
};
