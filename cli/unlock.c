/*
 * unlock.c - check the words -> unlock the keys, once -> each envelope -> wipe the keys.
 */
#include "unlock.h"

#include <stdlib.h>
#include <string.h>

#include "ends.h"
#include "refuse.h"

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

enum pli_status
unlock_check(const struct args *args, struct pli_error *err)
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

enum pli_status
unlock_run(const struct run *run, const struct several_kind *kind, struct pli_error *err)
{
	const struct args *args = run->args;
	struct unlock u = { .ring = { NULL, 0 } };
	enum pli_status status = roster_load(&u.roster, run, err);

	if (status == PLI_OK)
		status = load_keys(&u.ring, run, err);

	if (status == PLI_OK)
		status = targets_new(&u.targets, args->directory, &args->operands, targets_opened, err);
	if (status == PLI_OK)
		status = targets_make(&u.targets, err);
	if (status == PLI_OK)
		status = several_run(run, kind, &u, &args->operands, err);
	targets_drop(&u.targets);
	targets_clear(&u.targets);
	load_clear(&u.ring);
	roster_clear(&u.roster);
	return status;
}

static void
add_file(void *arg, const struct pli_tree_entry *entry)
{
	files_add(arg, entry);
}

struct pli_tree_open_options
unlock_options(const struct job *job, struct unlocked *u)
{
	const struct args *args = job->run->args;
	struct unlock *unlock = job->arg;
	bool told = args->json || args->digests || (job->run->command & COMMAND_LIST) != 0;
	struct pli_tree_open_options options = PLI_TREE_OPEN_DEFAULTS;

	options.open.threads = job->threads;
	options.open.accept_short_tag = args->accept_short_tag;
	options.open.accept_unauthenticated = args->accept_unauthenticated;
	options.open.accept_legacy = args->accept_legacy;
	options.open.require_committed = args->require_committed;
	options.open.hooks = job->hooks;
	options.open.namer = args->database != NULL ? roster_name : NULL;
	options.open.namer_arg = &unlock->roster;
	options.limits.max_size = args->max_size;
	options.limits.max_files = args->max_files;
	options.digests = args->digests;
	options.unzip = args->unzip;
	options.no_sync = args->no_sync;
	options.replace = args->force;
	options.no_sweep = job->index > 0; /* the first does it for all */
	options.entry = told ? add_file : NULL;
	options.arg = &u->files;
	return options;
}

void
unlock_found(struct unlocked *u, const struct job *job)
{
	const struct unlock *unlock = job->arg;
	struct pli_cert_info info;

	u->key = unlock->ring.keys[u->found.opened.key];
	u->name = unlock->targets.names[job->index];
	pli_key_info(u->key, &info);
	u->known = roster_find(&unlock->roster, info.issuer, info.serial, info.ski);
}

enum pli_status
unlock_read(const struct job *job, void *result, struct pli_error *err)
{
	const struct unlock *unlock = job->arg;
	const struct keyring *ring = &unlock->ring;
	struct unlocked *u = result;
	struct pli_input in = ends_input(job->operand);
	struct pli_tree_open_options options = unlock_options(job, u);
	enum pli_status status = pli_tree_list(
	    job->run->pli, (const struct pli_key *const *)ring->keys, ring->count, &in, &options, &u->found, err);

	if (status == PLI_OK)
		unlock_found(u, job);
	return status;
}

void
unlock_clear(void *result)
{
	struct unlocked *u = result;

	free(u->output);
	files_clear(&u->files);
}
