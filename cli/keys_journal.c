/*
 * keys_journal.c - pli keys journal: everything that was done with a register.
 */
#include "command.h"

#include "registry.h"
#include "report_event.h"

struct reading {
	struct say *say;
	struct columns table;
	size_t events;
};

static enum pli_status
add(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	struct reading *r = arg;

	(void)err;
	r->events++;
	if (r->say->json)
		say_json(r->say, report_event_json(event));
	else
		report_event_row(&r->table, event);
	return PLI_OK;
}

static enum pli_status
journal(const struct run *run, struct pli_error *err)
{
	struct reading r = { run->say, { .count = REPORT_EVENT_COLUMNS }, 0 };
	struct pli_register *reg = NULL;
	enum pli_status status = args_no_operand(run->args, "pli keys show NAME has the history of one key", err);

	if (status == PLI_OK)
		status = registry_open(&reg, run, PLI_REGISTER_READ, err);
	if (!run->say->json)
		report_event_row(&r.table, NULL);
	if (status == PLI_OK)
		status = pli_register_journal(reg, run->args->service, add, &r, err);
	if (status == PLI_OK && run->say->json)
		say_summary(run->say, r.events, 0);
	else if (status == PLI_OK)
		columns_print(run->say, &r.table);
	columns_clear(&r.table);
	pli_register_free(reg);
	return status;
}

const struct command keys_journal = {
	.name = "journal",
	.alias = "historique",
	.bit = KEYS_JOURNAL,
	.summary = "show who did what with a register, and when",
	.usage = "keys journal --register DB [--service NAME]\n",
	.about = "The journal only grows: every change of the register is one line of it.\n",
	.examples = "pli keys journal --register r.db --service CEA\n",
	.run = journal,
};
