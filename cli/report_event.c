/*
 * report_event.c - who did what, when.
 */
#include "report_event.h"

#include <inttypes.h>

#include "when.h"

json_t *
report_event_json(const struct pli_register_event *event)
{
	char date[WHEN_MAX];

	return json_pack("{s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "type", "event", "id", (json_int_t)event->id,
	    "time", when_format(date, event->time), "actor", say_string(event->actor), "action",
	    say_string(event->action), "service", say_string(event->service), "name", say_string(event->name),
	    "fingerprint", say_string(event->fingerprint), "detail", say_string(event->detail));
}

void
report_event_row(struct columns *table, const struct pli_register_event *event)
{
	static const char *const heading[REPORT_EVENT_COLUMNS] = { "NO", "TIME", "ACTOR", "ACTION", "SERVICE", "NAME",
		"DETAIL" };
	char id[24], date[WHEN_MAX];

	if (event == NULL) {
		columns_row(table, heading);
	} else {
		const char *const cells[REPORT_EVENT_COLUMNS] = { id, when_format(date, event->time), event->actor,
			event->action, event->service, event->name, event->detail };

		(void)snprintf(id, sizeof(id), "%" PRId64, event->id);
		columns_row(table, cells);
	}
}
