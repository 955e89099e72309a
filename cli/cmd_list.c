/*
 * cmd_list.c - pli list: the files in one envelope.
 */
#include "command.h"

#include "refuse.h"
#include "report.h"
#include "unlock.h"

static enum pli_status
list(const struct run *run, struct pli_error *err)
{
	static const struct several_kind kind = { sizeof(struct unlocked), unlock_read, report_listed, unlock_clear,
		NULL, true };
	enum pli_status status = unlock_check(run->args, err);

	if (status == PLI_OK && run->args->operands.count > 1)
		return refuse(err, PLI_ERR_USAGE, "verify --json names the files of several",
		    "list takes exactly one envelope, not %zu", run->args->operands.count);
	return status == PLI_OK ? unlock_run(run, &kind, err) : status;
}

const struct command cmd_list = {
	.name = "list",
	.alias = "lister",
	.bit = COMMAND_LIST,
	.summary = "list the files in an envelope",
	.usage = "list -k KEY... [--cert FILE]... ENVELOPE\n",
	.about = "Prints permissions, bytes, date (UTC) and path of every file and folder in\n"
		 "ENVELOPE (- is standard input), once all of it is authenticated; with --digests\n"
		 "the SHA-256 of every file, too. Nothing is written.\n",
	.examples = "pli list -k backup.p12 bid.pli\n"
		    "pli list --json --digests -k anna.key --cert anna.pem bid.pli\n",
	.run = list,
};
