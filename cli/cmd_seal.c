/*
 * cmd_seal.c - pli seal: one file or standard input, to certificates.
 *
 *      check the words -> load the certificates -> pli_seal -> report
 */
#include "command.h"

#include <sys/stat.h>

#include "pli/seal.h"
#include "ends.h"
#include "load.h"
#include "progress.h"
#include "refuse.h"
#include "report.h"

static enum pli_status
no_folders_yet(struct pli_error *err)
{
	return refuse(err, PLI_ERR_UNSUPPORTED, "--raw seals one file as the content itself",
	    "folders and archives are not there yet");
}

static enum pli_status
check_paths(const struct args *args, struct pli_error *err)
{
	const struct list *paths = &args->operands;
	struct stat st;
	size_t i;

	if (paths->count == 0)
		return refuse(err, PLI_ERR_USAGE, "pli seal --raw -r CERT -o OUT FILE",
		    "name what to seal: a file, or - for standard input");
	for (i = 0; i < paths->count; i++)
		if (ends_is_stdin(paths->items[i]) && paths->count > 1)
			return refuse(
			    err, PLI_ERR_USAGE, NULL, "standard input (-) is sealed alone, without other files");
	if (args->raw && paths->count > 1)
		return refuse(err, PLI_ERR_USAGE, NULL, "--raw seals exactly one PATH, not %zu", paths->count);
	if (ends_is_stdin(paths->items[0]))
		return PLI_OK;
	if (!args->raw || (stat(paths->items[0], &st) == 0 && S_ISDIR(st.st_mode)))
		return no_folders_yet(err);
	return PLI_OK;
}

static enum pli_status
check(const struct args *args, struct pli_error *err)
{
	if (args->recipients.count == 0 && args->bundles.count == 0)
		return refuse(
		    err, PLI_ERR_USAGE, "-r CERT, once for each recipient", "name at least one certificate to seal to");
	if (args->output == NULL)
		return refuse(
		    err, PLI_ERR_USAGE, "-o OUT, or -o - for standard output", "name where the envelope goes");
	if (check_paths(args, err) != PLI_OK)
		return err->status;
	return ends_check_output(args, err);
}

static enum pli_status
seal_to(const struct run *run, const struct pli_certs *certs, struct pli_error *err)
{
	const struct args *args = run->args;
	struct pli_input in = ends_input(args->operands.items[0]);
	struct pli_output out = ends_output(args);
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_sealed sealed = { 0 };
	struct progress progress;
	enum pli_status status;

	progress_start(&progress, args, in.name);
	options.threads = args->threads;
	options.allow_nested = args->allow_nested;
	options.policy.opening = args->opening;
	options.policy.allow_expiring = args->allow_expiring;
	options.hooks = progress_hooks(&progress);
	status = pli_seal(run->pli, certs, &in, &out, &options, &sealed, err);
	progress_stop(&progress);
	if (status != PLI_OK)
		return status;
	report_sealed(run, certs, &sealed);
	say_summary(run->say, 1, 0);
	return PLI_OK;
}

static enum pli_status
seal(const struct run *run, struct pli_error *err)
{
	struct pli_certs *certs = NULL;
	enum pli_status status = check(run->args, err);

	if (status == PLI_OK)
		status = load_recipients(&certs, run, err);
	if (status == PLI_OK)
		status = seal_to(run, certs, err);
	pli_certs_free(certs);
	return status;
}

const struct command cmd_seal = {
	.name = "seal",
	.alias = "sceller",
	.bit = COMMAND_SEAL,
	.summary = "seal a file to the certificates of its recipients",
	.usage = "seal --raw -r CERT... [-R FILE]... -o OUT PATH\n"
		 "seal -r CERT... [-R FILE]... -o OUT -\n",
	.about = "Makes a CMS envelope (AuthEnvelopedData, AES-256-GCM) that each of the\n"
		 "recipients can open alone. Every certificate is checked first: one that is\n"
		 "expired, too weak or not made for encryption refuses all. OUT appears when the\n"
		 "envelope is complete and on disk, or not at all.\n"
		 "\n"
		 "Folders and archives (PATH without --raw) are not there yet.\n",
	.examples = "pli seal --raw -r anna.pem -r backup.pem -o bid.pli bid.zip\n"
		    "tar c bid | pli seal -R service.pem -o bid.pli -\n"
		    "pli seal --raw -r anna.pem --opening 2027-03-01T12:00:00+01:00 -o bid.pli bid.zip\n",
	.run = seal,
};
