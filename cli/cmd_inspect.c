/*
 * cmd_inspect.c - pli inspect: what an envelope says of itself, without a key.
 */
#include "command.h"

#include "pli/inspect.h"
#include "ends.h"
#include "refuse.h"
#include "report.h"
#include "several.h"

/* The result of a job. */
struct inspected {
	struct pli_envelope *envelope;
	const struct roster *roster; /* arg of the jobs */
};

static enum pli_status
inspect_one(const struct job *job, void *result, struct pli_error *err)
{
	struct pli_input in = ends_input(job->operand);
	struct inspected *inspected = result;

	inspected->roster = job->arg;
	return pli_inspect(&inspected->envelope, job->run->pli, &in, &job->hooks, err);
}

static void
report(const struct run *run, const char *operand, const void *result, struct row *row)
{
	const struct inspected *inspected = result;

	(void)row;
	report_envelope(run, operand, inspected->envelope, inspected->roster);
}

static void
clear(void *result)
{
	struct inspected *inspected = result;

	pli_envelope_free(inspected->envelope);
}

static enum pli_status
inspect(const struct run *run, struct pli_error *err)
{
	static const struct several_kind kind = { sizeof(struct inspected), inspect_one, report, clear, NULL, true };
	const struct list *files = &run->args->operands;
	struct roster roster = { .items = NULL };
	enum pli_status status;
	size_t i, stdins = 0;

	for (i = 0; i < files->count; i++)
		stdins += ends_is_stdin(files->items[i]);
	if (files->count == 0)
		return refuse(err, PLI_ERR_USAGE, NULL, "name the envelope: a file, or - for standard input");
	if (stdins > 1)
		return refuse(err, PLI_ERR_USAGE, NULL, "standard input (-) is given twice");
	status = roster_load(&roster, run, err);
	if (status == PLI_OK)
		status = several_run(run, &kind, &roster, files, err);
	roster_clear(&roster);
	return status;
}

const struct command cmd_inspect = {
	.name = "inspect",
	.alias = "examiner",
	.bit = COMMAND_INSPECT,
	.summary = "say what an envelope is and who can open it, without a key",
	.usage = "inspect [--register DB] ENVELOPE...\n",
	.about = "Prints container, cipher, sizes, recipients, and what keeps pli from opening it.\n"
		 "Nothing of this is authenticated: it is what the bytes claim. The exit code is 0\n"
		 "for every well-formed message, accepted or not. With --register recipients that the\n"
		 "register knows are shown by name, role and status.\n",
	.examples = "pli inspect bid.pli\n"
		    "pli inspect --json bids/*.pli\n",
	.run = inspect,
};
