/*
 * cmd_verify.c - pli verify: all that open does but writing.
 */
#include "command.h"

#include "report.h"
#include "unlock.h"

static enum pli_status
verify(const struct run *run, struct pli_error *err)
{
	static const struct several_kind kind = { sizeof(struct unlocked), unlock_read, report_opened, unlock_clear,
		"verified", true };
	enum pli_status status = unlock_check(run->args, err);

	if (!run->args->digests) /* those are for sha256sum -c, alone on standard output */
		run->say->news = stdout;
	return status == PLI_OK ? unlock_run(run, &kind, err) : status;
}

const struct command cmd_verify = {
	.name = "verify",
	.alias = "verifier",
	.bit = COMMAND_VERIFY,
	.summary = "do all that open does, and write nothing",
	.usage = "verify -k KEY... [--cert FILE]... ENVELOPE...\n",
	.about = "Authenticates each ENVELOPE (- is standard input) from its first byte to its\n"
		 "last, and checks the archive in it: what verify accepts, open -C opens. Of\n"
		 "several, many are read at once; when one fails the others go on.\n"
		 "\n"
		 "What was found is printed on standard output. With --digests the SHA-256 of every\n"
		 "file is, beside the path that it has within its envelope, and what was found goes\n"
		 "to standard error.\n",
	.examples = "pli verify -k backup.p12 bids/*.pli\n"
		    "pli verify --json --digests -k anna.key --cert anna.pem bid.pli\n",
	.run = verify,
};
