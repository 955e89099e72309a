/*
 * cmd_inspect.c - pli inspect: what an envelope says of itself, without a key.
 */
#include "command.h"

#include "pli/inspect.h"
#include "batch.h"
#include "ends.h"
#include "progress.h"
#include "refuse.h"
#include "report.h"

/* A batch_one without arg. */
static enum pli_status
inspect_one(const struct run *run, void *arg, const char *file, struct pli_error *err)
{
	struct pli_input in = ends_input(file);
	struct pli_envelope *envelope = NULL;
	struct progress progress;
	struct pli_hooks hooks;
	enum pli_status status;

	(void)arg;
	progress_start(&progress, run->args, in.name);
	hooks = progress_hooks(&progress);
	status = pli_inspect(&envelope, run->pli, &in, &hooks, err);
	progress_stop(&progress);
	if (status != PLI_OK)
		return status;
	report_envelope(run, file, envelope);
	pli_envelope_free(envelope);
	return PLI_OK;
}

static enum pli_status
inspect(const struct run *run, struct pli_error *err)
{
	const struct list *files = &run->args->operands;
	size_t i, stdins = 0;

	for (i = 0; i < files->count; i++)
		stdins += ends_is_stdin(files->items[i]);
	if (files->count == 0)
		return refuse(err, PLI_ERR_USAGE, NULL, "name the envelope: a file, or - for standard input");
	if (stdins > 1)
		return refuse(err, PLI_ERR_USAGE, NULL, "standard input (-) is given twice");
	return batch_run(run, inspect_one, NULL, err);
}

const struct command cmd_inspect = {
	.name = "inspect",
	.alias = "examiner",
	.bit = COMMAND_INSPECT,
	.summary = "say what an envelope is and who can open it, without a key",
	.usage = "inspect ENVELOPE...\n",
	.about = "Prints container, cipher, sizes, recipients, and what keeps pli from opening it.\n"
		 "Nothing of this is authenticated: it is what the bytes claim. The exit code is 0\n"
		 "for every well-formed message, accepted or not.\n",
	.examples = "pli inspect bid.pli\n"
		    "pli inspect --json bids/*.pli\n",
	.run = inspect,
};
