/*
 * cmd_open.c - pli open and pli verify: the same checks, with and without output.
 *
 *      check the words -> unlock the keys, once -> pli_open or pli_verify each -> report
 */
#include "command.h"

#include <string.h>

#include "pli/open.h"
#include "batch.h"
#include "ends.h"
#include "load.h"
#include "progress.h"
#include "refuse.h"
#include "report.h"

static enum pli_status
check_stdin(const struct args *args, struct pli_error *err)
{
	size_t i, envelopes = 0, passphrases = 0;

	for (i = 0; i < args->operands.count; i++)
		envelopes += ends_is_stdin(args->operands.items[i]);
	for (i = 0; i < args->passins.count; i++)
		passphrases +=
		    strcmp(args->passins.items[i], "stdin") == 0 || strcmp(args->passins.items[i], "fd:0") == 0;
	if (envelopes > 1)
		return refuse(err, PLI_ERR_USAGE, NULL, "standard input (-) is given twice");
	if (envelopes > 0 && passphrases > 0)
		return refuse(err, PLI_ERR_USAGE, "--passin fd:3 3<FILE, for instance",
		    "standard input cannot be both the envelope and the passphrase");
	return PLI_OK;
}

static enum pli_status
check_keys(const struct args *args, struct pli_error *err)
{
	if (args->operands.count == 0)
		return refuse(err, PLI_ERR_USAGE, NULL, "name the envelope: a file, or - for standard input");
	if (args->keys.count == 0)
		return refuse(err, PLI_ERR_USAGE, "-k FILE, and --cert FILE where the key has none",
		    "name the private key to open with");
	if (args->passins.count > args->keys.count)
		return refuse(err, PLI_ERR_USAGE, "one --passin for each -k, in the same order",
		    "--passin is given %zu times, and -k only %zu times", args->passins.count, args->keys.count);
	return check_stdin(args, err);
}

static enum pli_status
check_open(const struct args *args, struct pli_error *err)
{
	if (check_keys(args, err) != PLI_OK)
		return err->status;
	if (args->output == NULL)
		return refuse(err, PLI_ERR_UNSUPPORTED, "-o FILE, or -o - for standard output",
		    "opening into a folder is not there yet");
	if (args->operands.count > 1)
		return refuse(err, PLI_ERR_USAGE, "-o takes one, so open them one by one",
		    "-o takes exactly one envelope, not %zu", args->operands.count);
	return ends_check_output(args, err);
}

/* A batch_one; arg is the struct keyring. */
static enum pli_status
open_one(const struct run *run, void *arg, const char *file, struct pli_error *err)
{
	const struct args *args = run->args;
	const struct keyring *ring = arg;
	const struct pli_key *const *keys = (const struct pli_key *const *)ring->keys;
	struct pli_input in = ends_input(file);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_opened opened = { 0 };
	struct pli_cert_info key;
	struct progress progress;
	enum pli_status status;

	progress_start(&progress, args, in.name);
	options.threads = args->threads;
	options.accept_short_tag = args->accept_short_tag;
	options.hooks = progress_hooks(&progress);
	if (args->output != NULL) {
		struct pli_output out = ends_output(args);

		status = pli_open(run->pli, keys, ring->count, &in, &out, &options, &opened, err);
	} else {
		status = pli_verify(run->pli, keys, ring->count, &in, &options, &opened, err);
	}
	progress_stop(&progress);
	if (status != PLI_OK)
		return status;
	pli_key_info(ring->keys[opened.key], &key);
	report_opened(run, file, &opened, &key);
	return PLI_OK;
}

static enum pli_status
open_all(const struct run *run, struct pli_error *err)
{
	struct keyring ring = { NULL, 0 };
	enum pli_status status = load_keys(&ring, run, err);

	if (status == PLI_OK)
		status = batch_run(run, open_one, &ring, err);
	load_clear(&ring);
	return status;
}

static enum pli_status
open_into(const struct run *run, struct pli_error *err)
{
	enum pli_status status = check_open(run->args, err);

	return status == PLI_OK ? open_all(run, err) : status;
}

static enum pli_status
verify(const struct run *run, struct pli_error *err)
{
	enum pli_status status = check_keys(run->args, err);

	return status == PLI_OK ? open_all(run, err) : status;
}

const struct command cmd_open = {
	.name = "open",
	.alias = "ouvrir",
	.bit = COMMAND_OPEN,
	.summary = "open an envelope with a private key",
	.usage = "open -k KEY... [--cert FILE]... -o FILE ENVELOPE\n"
		 "open -k KEY... [--cert FILE]... -o - ENVELOPE\n",
	.about = "Decrypts ENVELOPE (- is standard input) into FILE, which appears when all of it\n"
		 "is authenticated and on disk, or not at all. With -o - the whole envelope is\n"
		 "authenticated before the first byte is written.\n"
		 "\n"
		 "A key is used only where it is one of the recipients. An expired certificate\n"
		 "opens what was sealed to it. Opening into a folder (-C, or no -o) is not there\n"
		 "yet.\n",
	.examples = "pli open -k backup.p12 -o bid.zip bid.pli\n"
		    "pli open -k anna.key --cert anna.pem --passin file:pw -o bid.zip bid.pli\n"
		    "pli open -k anna.key --cert anna.pem -o - bid.pli | tar x\n",
	.run = open_into,
};

const struct command cmd_verify = {
	.name = "verify",
	.alias = "verifier",
	.bit = COMMAND_VERIFY,
	.summary = "do all that open does, and write nothing",
	.usage = "verify -k KEY... [--cert FILE]... ENVELOPE...\n",
	.about = "Authenticates each ENVELOPE (- is standard input) from its first byte to its\n"
		 "last. Goes on with the next one when one fails.\n",
	.examples = "pli verify -k backup.p12 bids/*.pli\n"
		    "pli verify --json -k anna.key --cert anna.pem bid.pli\n",
	.run = verify,
};
