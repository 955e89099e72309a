#ifndef PLI_REPORT_EVENT_H
#define PLI_REPORT_EVENT_H

/*
 * report_event.h - lines of a register's journal, for people or as JSON objects.
 */

#include "pli/register.h"
#include "columns.h"

/* report_event_json is the object of type "event"; NULL without memory. */
json_t *report_event_json(const struct pli_register_event *event);

/* report_event_row adds the event to a table of REPORT_EVENT_COLUMNS columns; NULL: their heading. */
#define REPORT_EVENT_COLUMNS 7
void report_event_row(struct columns *table, const struct pli_register_event *event);

#endif
