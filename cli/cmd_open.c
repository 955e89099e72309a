/*
 * cmd_open.c - pli open: each envelope into a folder or file of its name, or one into a file that is named.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "ends.h"
#include "refuse.h"
#include "report.h"
#include "unlock.h"

static enum pli_status
check(const struct args *args, struct pli_error *err)
{
	if (unlock_check(args, err) != PLI_OK)
		return err->status;
	if (args->output == NULL)
		return PLI_OK;
	if (args->directory != NULL)
		return refuse(
		    err, PLI_ERR_USAGE, "-C opens into a folder, -o into one file", "-o and -C do not go together");
	if (args->operands.count > 1)
		return refuse(err, PLI_ERR_USAGE, "-C DIR opens each into DIR/NAME",
		    "-o takes exactly one envelope, not %zu", args->operands.count);
	if (args->digests)
		return refuse(err, PLI_ERR_USAGE, "verify --digests reads an archive and writes nothing",
		    "--digests is for opening into a folder: -o gives the content as it is");
	if (args->unzip)
		return refuse(err, PLI_ERR_USAGE, "-C DIR --unzip opens the ZIP file as a folder",
		    "--unzip is for opening into a folder: -o gives the content as it is");
	return ends_check_output(args, args->output, err);
}

/* The content as it is, an archive included. */
static enum pli_status
open_to_output(const struct job *job, struct unlocked *u, struct pli_error *err)
{
	const struct args *args = job->run->args;
	const struct unlock *unlock = job->arg;
	const struct keyring *ring = &unlock->ring;
	struct pli_input in = ends_input(job->operand);
	struct pli_output out = ends_output(args, args->output);
	struct pli_tree_open_options options = unlock_options(job, u);
	struct pli_tree_entry content = { .path = "" };
	enum pli_status status = pli_open(job->run->pli, (const struct pli_key *const *)ring->keys, ring->count, &in,
	    &out, &options.open, &u->found.opened, err);

	if (status != PLI_OK)
		return status;
	content.bytes = u->found.bytes = u->found.opened.content_bytes;
	u->found.files = 1;
	if (options.entry != NULL)
		options.entry(options.arg, &content);
	return PLI_OK;
}

static enum pli_status
open_to_folder(const struct job *job, struct unlocked *u, struct pli_error *err)
{
	const struct unlock *unlock = job->arg;
	const struct targets *targets = &unlock->targets;
	const struct keyring *ring = &unlock->ring;
	const char *name = targets->names[job->index];
	struct pli_input in = ends_input(job->operand);
	struct pli_tree_open_options options = unlock_options(job, u);

	if (targets->taken[job->index])
		return refuse(err, PLI_ERR_EXISTS, "open it into another folder, with -C",
		    "an envelope before it has the same name: %s would be both", u->output);
	if (ends_check_target(job->run->args, u->output, err) != PLI_OK)
		return err->status;
	return pli_tree_open(job->run->pli, (const struct pli_key *const *)ring->keys, ring->count, &in,
	    targets_folder(targets), name, &options, &u->found, err);
}

static enum pli_status
open_one(const struct job *job, void *result, struct pli_error *err)
{
	const char *output = job->run->args->output;
	const struct unlock *unlock = job->arg;
	struct unlocked *u = result;
	enum pli_status status;

	u->output = output != NULL ? strdup(output) : targets_path(&unlock->targets, job->index);
	if (u->output == NULL)
		return refuse_memory(err);
	status = output != NULL ? open_to_output(job, u, err) : open_to_folder(job, u, err);
	if (status == PLI_OK)
		unlock_found(u, job);
	return status;
}

static enum pli_status
open_all(const struct run *run, struct pli_error *err)
{
	static const struct several_kind kind = { sizeof(struct unlocked), open_one, report_opened, unlock_clear,
		"opened", true };
	enum pli_status status = check(run->args, err);

	return status == PLI_OK ? unlock_run(run, &kind, err) : status;
}

const struct command cmd_open = {
	.name = "open",
	.alias = "ouvrir",
	.bit = COMMAND_OPEN,
	.summary = "open envelopes with a private key",
	.usage = "open -k KEY... [--cert FILE]... [-C DIR] ENVELOPE...\n"
		 "open -k KEY... [--cert FILE]... -o FILE ENVELOPE\n"
		 "open -k KEY... [--cert FILE]... -o - ENVELOPE\n",
	.about = "Opens each ENVELOPE (- is standard input) into the folder DIR/NAME: NAME is its\n"
		 "last path part without its last extension, DIR the current folder unless -C\n"
		 "names another. Content that is no archive becomes the file DIR/NAME. Either\n"
		 "appears when all of it is authenticated and on disk, or not at all; nothing is\n"
		 "replaced, but with --force a file by a file. Of several, many are opened at\n"
		 "once; when one fails the others go on, and a table says at the end what became\n"
		 "of each.\n"
		 "\n"
		 "-o takes one ENVELOPE and gives its content as it is, an archive included. With\n"
		 "-o - the whole envelope is authenticated before the first byte is written.\n"
		 "\n"
		 "A key is unlocked once, and used only where it is one of the recipients. An\n"
		 "expired certificate opens what was sealed to it. An envelope that is not\n"
		 "committed is authenticated too, but whoever made it may have made it so that\n"
		 "other recipients see other content: --require-committed refuses it.\n"
		 "\n"
		 "With --digests the SHA-256 of every file is printed as sha256sum -c reads it.\n",
	.examples = "pli open -k backup.p12 bid.pli\n"
		    "pli open -k backup.p12 --passin file:pw -C opened bids/*.pli\n"
		    "pli open -k anna.key --cert anna.pem --require-committed -C opened bid.pli\n"
		    "pli open -k anna.key --cert anna.pem -o - bid.pli | tar x\n",
	.run = open_all,
};
