/* candidates.c - the list has to fit in a message: keys that do not fit are counted. */
#include "candidates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "titles.h"

#define ROOM_FOR_END 32

static void
format_time(char out[32], int64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(out, 32, "at an unknown time");
}

static void
list(struct candidates *c, const struct pli_register_key *key)
{
	size_t room = sizeof(c->text) - c->len - ROOM_FOR_END;
	char made[32];
	int n;

	format_time(made, key->created);
	n = snprintf(c->text + c->len, room, "%s%s %s (%s key of \"%s\", made %s)", c->len > 0 ? ", " : "",
	    c->by_serial ? "fingerprint" : "serial", c->by_serial ? key->fingerprint : key->cert.serial,
	    pli_key_status_id(key->status), key->service, made);
	if (n < 0 || (size_t)n >= room) {
		c->text[c->len] = '\0';
		c->left_out++;
		return;
	}
	c->len += (size_t)n;
}

enum pli_status
candidates_add(void *arg, const struct record *record, struct pli_error *err)
{
	const struct pli_register_key *key = &record->key;
	struct candidates *c = arg;
	enum pli_status rc;
	bool named;

	if ((rc = title_same(key->name, c->name, &named, err)) != PLI_OK)
		return rc;
	c->by_serial = !named;
	list(c, key);
	if (c->count++ > 0) {
		c->pairs_differ |= strcmp(record->public_key, c->public_key) != 0;
		c->services_differ |= strcmp(key->service, c->service) != 0;
		return PLI_OK;
	}
	c->id = key->id;
	(void)snprintf(c->public_key, sizeof(c->public_key), "%s", record->public_key);
	c->service = strdup(key->service);
	return c->service != NULL ? PLI_OK : fail_memory(err);
}

enum pli_status
candidates_fail(const struct candidates *c, struct pli_error *err)
{
	char more[ROOM_FOR_END] = "";
	enum pli_status rc;

	if (c->left_out > 0)
		(void)snprintf(more, sizeof(more), " and %zu more", c->left_out);
	rc = fail(err, PLI_ERR_USAGE, "%zu keys have the %s \"%.128s\": %s%s", c->count,
	    c->by_serial ? "serial number" : "name", c->name, c->text, more);
	fail_hint(err, "nothing was changed; say which one: its %s instead of the name%s; pli keys show shows them all",
	    c->by_serial ? "fingerprint" : "serial number", c->services_differ ? ", or its service (--service)" : "");
	return rc;
}

void
candidates_clear(struct candidates *c)
{
	free(c->service);
	*c = (struct candidates){ 0 };
}
