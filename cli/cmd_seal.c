/*
 * cmd_seal.c - pli seal: files and folders to certificates, all in one envelope or each in its own.
 *
 *      check the words -> load the certificates -> one job, or one for each PATH
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ends.h"
#include "refuse.h"
#include "report.h"
#include "sealed.h"
#include "several.h"
#include "targets.h"

/* arg of the jobs. */
struct seals {
	struct addressees to;
	struct targets targets; /* of --each */
};

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum pli_status
check_paths(const struct args *args, struct pli_error *err)
{
	const struct list *paths = &args->operands;
	size_t i;

	if (paths->count == 0)
		return refuse(err, PLI_ERR_USAGE, "pli seal -r CERT -o OUT PATH...",
		    "name what to seal: files and folders, or - for standard input");
	for (i = 0; i < paths->count; i++) {
		if (ends_is_stdin(paths->items[i]) && (paths->count > 1 || args->each))
			return refuse(err, PLI_ERR_USAGE, NULL,
			    "standard input (-) is sealed alone, without other files and without --each");
		if (args->raw && is_folder(paths->items[i]))
			return refuse(err, PLI_ERR_USAGE, "without --raw it is sealed as an archive",
			    "%s is a folder, and --raw seals one file as it is", paths->items[i]);
	}
	if (args->raw && paths->count > 1 && !args->each)
		return refuse(err, PLI_ERR_USAGE, NULL, "--raw seals exactly one PATH, not %zu", paths->count);
	if (args->strict && (args->raw || ends_is_stdin(paths->items[0])))
		return refuse(err, PLI_ERR_USAGE, NULL,
		    "--strict is about the files of an archive: --raw and standard input are sealed as they are");
	return PLI_OK;
}

static enum pli_status
check_recipients(const struct args *args, struct pli_error *err)
{
	if ((args->database == NULL) != (args->service == NULL))
		return refuse(err, PLI_ERR_USAGE, "pli seal --register DB --service NAME -o OUT PATH...",
		    "--%s alone says nothing of whose keys are meant: name the %s with --%s, too",
		    args->database == NULL ? "service" : "register", args->database == NULL ? "register" : "service",
		    args->database == NULL ? "register" : "service");
	if (args->database == NULL && (args->personal.count > 0 || args->no_backup))
		return refuse(err, PLI_ERR_USAGE, "--register DB --service NAME",
		    "--%s is about a register, and none is named", args->no_backup ? "no-backup" : "personal");
	if (args->recipients.count == 0 && args->bundles.count == 0 && args->database == NULL)
		return refuse(err, PLI_ERR_USAGE, "-r CERT for each recipient, or --register DB --service NAME",
		    "name at least one certificate to seal to");
	return PLI_OK;
}

static enum pli_status
check(const struct args *args, struct pli_error *err)
{
	if (check_recipients(args, err) != PLI_OK)
		return err->status;
	if (args->each && args->output == NULL && args->directory == NULL)
		return refuse(err, PLI_ERR_USAGE, "seal --each -C DIR PATH... makes DIR/NAME.pli of each",
		    "--each needs -C DIR, where the envelopes go");
	if (args->each && (args->output != NULL || args->directory == NULL))
		return refuse(err, PLI_ERR_USAGE, "seal --each -C DIR PATH... makes DIR/NAME.pli of each",
		    "--each goes with -C, not with -o");
	if (!args->each && args->directory != NULL)
		return refuse(err, PLI_ERR_USAGE, "-o OUT for one envelope, --each -C DIR for one of each PATH",
		    "-C goes with --each");
	if (!args->each && args->output == NULL)
		return refuse(
		    err, PLI_ERR_USAGE, "-o OUT, or -o - for standard output", "name where the envelope goes");
	if (check_paths(args, err) != PLI_OK)
		return err->status;
	return args->each ? PLI_OK : ends_check_output(args, args->output, err);
}

/* Of --each: every PATH has a name, no two the same, and no envelope replaces a key, or gets among what is sealed. */
static enum pli_status
check_targets(const struct args *args, const struct targets *targets, struct pli_error *err)
{
	size_t i;

	for (i = 0; i < targets->count; i++) {
		const char *path = args->operands.items[i];
		enum pli_status status;
		char *output;

		if (targets->names[i][0] == '\0')
			return refuse(err, PLI_ERR_USAGE, NULL, "%s has no name for its envelope", path);
		if (targets->taken[i])
			return refuse(err, PLI_ERR_USAGE, "seal one of them into another folder",
			    "%s: a PATH before it has the same last name, and both would be %s", path,
			    targets->names[i]);
		output = targets_path(targets, i);
		status = output != NULL ? ends_check_output(args, output, err) : refuse_memory(err);
		if (status == PLI_OK && i + 1 == targets->count) /* all are in one folder */
			status = ends_check_outside(&args->operands, output, err);
		free(output);
		if (status != PLI_OK)
			return status;
	}
	return args->force ? targets_spare(targets, &args->operands, err) : PLI_OK;
}

static struct pli_seal_options
seal_options(const struct job *job)
{
	const struct args *args = job->run->args;
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;

	options.threads = job->threads;
	options.allow_nested = args->allow_nested;
	options.profile = args->cbc ? PLI_PROFILE_CBC : PLI_PROFILE_GCM;
	options.policy.opening = args->opening;
	options.policy.allow_expiring = args->allow_expiring;
	options.hooks = job->hooks;
	return options;
}

static enum pli_status
seal_raw(const struct job *job, struct sealed *s, const struct pli_output *out, struct pli_error *err)
{
	struct pli_input in = ends_input(job->operand);
	struct pli_seal_options options = seal_options(job);
	enum pli_status status = pli_seal(job->run->pli, s->to->certs, &in, out, &options, &s->made.sealed, err);

	if (status != PLI_OK)
		return status;
	s->made.files = 1;
	if (s->made.sealed.content_bytes == 0)
		(void)sealed_warn(s, out->name, "the content is empty");
	return PLI_OK;
}

/* Where the warnings of one archive go. */
struct listener {
	struct say *say; /* NULL: they are only kept, for the record or the table */
	struct sealed *sealed;
};

/* Mostly long before the archive is sealed: whoever reads it may stop and mend the file. */
static void
on_warning(void *arg, const char *path, const char *warning)
{
	const struct listener *l = arg;
	const struct sealed_warning *w = sealed_warn(l->sealed, path, warning);

	if (l->say != NULL && (w == NULL || !w->more || l->say->verbose))
		say_warning(l->say, "%s: %s", path, warning);
}

/* A refusal by --strict says what the first warning was. */
static enum pli_status
refuse_warnings(const struct sealed *s, struct pli_error *err)
{
	char more[64] = "";

	if (s->warning_count > 1)
		(void)snprintf(more, sizeof(more), " (and %zu more warning%s)", s->warning_count - 1,
		    s->warning_count == 2 ? "" : "s");
	pli_error_clear(err);
	return refuse(err, PLI_ERR_LIMIT, "mend the file, or seal without --strict", "%s%s: refused by --strict",
	    s->warnings[0].text, more);
}

static enum pli_status
seal_archive(const struct job *job, struct sealed *s, const struct pli_output *out, struct pli_error *err)
{
	const struct args *args = job->run->args;
	const char *const *paths = args->each ? &job->operand : (const char *const *)args->operands.items;
	struct listener listener = { job->alone && !job->run->say->json ? job->run->say : NULL, s };
	struct pli_tree_seal_options options = PLI_TREE_SEAL_DEFAULTS;
	enum pli_status status;

	options.seal = seal_options(job);
	options.limits.max_size = args->max_size;
	options.limits.max_files = args->max_files;
	options.warn = on_warning;
	options.arg = &listener;
	options.strict = args->strict;
	s->committed = !args->cbc; /* which nothing authenticates */
	s->told = job->alone;
	status = pli_tree_seal(
	    job->run->pli, s->to->certs, paths, args->each ? 1 : args->operands.count, out, &options, &s->made, err);
	if (status == PLI_ERR_LIMIT && args->strict && s->warning_count > 0)
		return refuse_warnings(s, err);
	if (status != PLI_OK && listener.say != NULL)
		report_more_warnings(listener.say, s);
	return status;
}

static enum pli_status
seal_one(const struct job *job, void *result, struct pli_error *err)
{
	const struct args *args = job->run->args;
	const struct seals *seals = job->arg;
	struct sealed *s = result;
	struct pli_output out;

	s->to = &seals->to;
	s->output = args->each ? targets_path(&seals->targets, job->index) : strdup(args->output);
	if (s->output == NULL)
		return refuse_memory(err);
	out = ends_output(args, s->output);
	out.no_sweep = job->index > 0; /* the first does it for all */
	return args->raw || ends_is_stdin(job->operand) ? seal_raw(job, s, &out, err) : seal_archive(job, s, &out, err);
}

static enum pli_status
seal_each(const struct run *run, const struct several_kind *kind, struct seals *seals, struct pli_error *err)
{
	const struct args *args = run->args;
	const struct pli_cert_policy policy = { 0, args->opening, args->allow_expiring };
	enum pli_status status = targets_new(&seals->targets, args->directory, &args->operands, targets_sealed, err);

	if (status == PLI_OK)
		status = check_targets(args, &seals->targets, err);
	if (status == PLI_OK)
		status = pli_certs_check(seals->to.certs, &policy, err);
	if (status == PLI_OK)
		status = targets_make(&seals->targets, err);
	if (status == PLI_OK)
		status = several_run(run, kind, seals, &args->operands, err);
	targets_drop(&seals->targets);
	targets_clear(&seals->targets);
	return status;
}

static enum pli_status
seal(const struct run *run, struct pli_error *err)
{
	static const struct several_kind kind = { sizeof(struct sealed), seal_one, report_sealed, sealed_clear,
		"sealed", false };
	const struct list first = { run->args->operands.items, 1 };
	struct seals seals = { .to = { .certs = NULL } };
	enum pli_status status = check(run->args, err);

	if (status == PLI_OK)
		status = addressees_load(&seals.to, run, err);
	if (status == PLI_OK && run->args->each)
		status = seal_each(run, &kind, &seals, err);
	else if (status == PLI_OK)
		status = several_run(run, &kind, &seals, &first, err);
	if (status == PLI_OK || status == PLI_ERR_PARTIAL)
		report_recipients(run, &seals.to);
	addressees_clear(&seals.to);
	return status;
}

const struct command cmd_seal = {
	.name = "seal",
	.alias = "sceller",
	.bit = COMMAND_SEAL,
	.summary = "seal files and folders to the certificates of their recipients",
	.usage = "seal -r CERT... [-R FILE]... -o OUT PATH...\n"
		 "seal --register DB --service NAME [--personal NAME]... -o OUT PATH...\n"
		 "seal -r CERT... [-R FILE]... --each -C DIR PATH...\n"
		 "seal -r CERT... [-R FILE]... -o OUT --raw FILE\n"
		 "seal -r CERT... [-R FILE]... -o OUT -\n",
	.about = "Makes a CMS envelope (AuthEnvelopedData, AES-256-GCM) that each of the\n"
		 "recipients can open alone. Every certificate is checked first: one that is\n"
		 "expired, too weak or not made for encryption refuses all. OUT appears when the\n"
		 "envelope is complete and on disk, or not at all.\n"
		 "\n"
		 "The content is an archive (tar) of every PATH, each under its last part. A name\n"
		 "or a kind of file that opening would refuse is refused now: links and devices,\n"
		 "control characters, names that are not UTF-8. What may keep the bid from being\n"
		 "read is warned of: an empty file, or no file at all, a ZIP or PDF file that is\n"
		 "cut short, a file with a password, names that differ only by case, a file that is\n"
		 "itself an envelope. A file whose name does not say what it is, is known by its\n"
		 "content, and warned of when it was read. --strict refuses these, too. With --raw,\n"
		 "or from standard input (-), the content is sealed as it is: no archive, nothing\n"
		 "looked at.\n"
		 "\n"
		 "With a register the recipients are the personal keys of the service, or those\n"
		 "that are named, and every active backup key, always. Keys that were retired or\n"
		 "compromised are never among them; expired ones are left out, with a warning.\n"
		 "Without a backup key nothing is sealed, unless --no-backup allows it.\n"
		 "\n"
		 "--each makes one envelope for each PATH, DIR/NAME.pli, many at once. When one\n"
		 "fails the others go on, and a table says at the end what became of each.\n",
	.examples = "pli seal -r anna.pem -r backup.pem -o bid.pli bid/\n"
		    "pli seal -R service.pem --strict -o bid.pli offer.pdf annexes/\n"
		    "pli seal -R service.pem --each -C sealed bids/*\n"
		    "pli seal --register r.db --service CEA --opening 2027-03-01T12:00:00Z -o bid.pli bid/\n"
		    "pli seal --raw -r anna.pem --opening 2027-03-01T12:00:00+01:00 -o bid.pli bid.zip\n",
	.run = seal,
};
