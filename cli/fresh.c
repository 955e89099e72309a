/*
 * fresh.c - the generated passphrase goes to standard output past stdio and jansson, which would keep copies of it.
 */
#include "fresh.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ends.h"
#include "load.h"
#include "refuse.h"
#include "signals.h"

enum pli_status
fresh_check(const struct args *args, const char *path, struct pli_error *err)
{
	static const char hint[] = "name a new file; one that has the name - is written ./-";

	if (strcmp(path, "-") == 0)
		return refuse(err, PLI_ERR_USAGE, hint, "a private key never goes to standard output (-)");
	if (args->cert_out != NULL && strcmp(args->cert_out, "-") == 0)
		return refuse(err, PLI_ERR_USAGE, hint, "--cert-out names a file, not standard output (-)");
	if (args->generate_passphrase && args->passout != NULL)
		return refuse(err, PLI_ERR_USAGE, "one makes a passphrase, the other says where one is",
		    "--generate-passphrase and --passout do not go together");
	return PLI_OK;
}

static enum pli_status
write_all(const char *p, size_t len, struct pli_error *err)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && errno == EINTR && signals_caught() != 0)
			return refuse_interrupted(err);
		if (n < 0 && errno != EINTR)
			return refuse(err, PLI_ERR_IO, "nothing was made: without its passphrase it would be lost",
			    "cannot print the passphrase on standard output: %s", strerror(errno));
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return PLI_OK;
}

/* Letters and "-" need no escaping. */
static enum pli_status
print(const struct fresh *fresh, const struct run *run, struct pli_error *err)
{
	bool json = run->say->json;
	char line[PLI_PAIR_PASSPHRASE_CAP + 64];
	enum pli_status status;
	int len;

	(void)fflush(stdout);
	len = snprintf(line, sizeof(line), "%s%s%s\n", json ? "{\"type\":\"passphrase\",\"passphrase\":\"" : "",
	    fresh->text, json ? "\"}" : "");
	status = write_all(line, (size_t)len, err);
	explicit_bzero(line, sizeof(line));
	return status;
}

static enum pli_status
generate(struct fresh *fresh, const struct run *run, struct pli_error *err)
{
	enum pli_status status = pli_pair_passphrase(run->pli, fresh->text, &fresh->len, err);

	if (status == PLI_OK)
		status = print(fresh, run, err);
	if (status == PLI_OK)
		say_news(run->say, "the passphrase is printed this once, and kept nowhere: write it down now");
	return status;
}

/* Can a file be made at path? if_taken is the hint where it exists. */
static enum pli_status
check_path(const char *path, const char *if_taken, struct pli_error *err)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	struct stat st;

	if (lstat(path, &st) == 0)
		return refuse(err, PLI_ERR_EXISTS, if_taken, "%s exists", path);
	if (slash != NULL)
		(void)snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	if (access(folder, W_OK | X_OK) != 0)
		return refuse(err, PLI_ERR_IO, errno == ENOENT ? "make the folder first, or check the path" : NULL,
		    "cannot make %s in its folder: %s", path, strerror(errno));
	return PLI_OK;
}

enum pli_status
fresh_path(const char *path, struct pli_error *err)
{
	return check_path(path, NULL, err);
}

/* The register need not be there yet: it is made before the key file. */
static enum pli_status
check_new(const struct args *args, const char *path, const char *if_taken, struct pli_error *err)
{
	if (args->database != NULL && ends_same_place(path, args->database))
		return refuse(err, PLI_ERR_EXISTS, if_taken, "%s is the register of this very command", path);
	if (ends_check_beside(args, path, err) != PLI_OK)
		return err->status;
	return check_path(path, if_taken, err);
}

/*
 * A generated passphrase is printed before the files are made: what would keep them from being made is said before. Where a
 * run with a register was broken off, its key is pending, and its files may be there.
 */
static enum pli_status
check_paths(const struct args *args, const char *path, struct pli_error *err)
{
	const char *hint =
	    args->database != NULL
		? "choose another name: a key file is never replaced; a key that is pending since an earlier "
		  "run was broken off ('pli keys check') gives way to the one that is made now"
		: "choose another name: a key file is never replaced";
	enum pli_status status = check_new(args, path, hint, err);

	return status == PLI_OK && args->cert_out != NULL ? check_new(args, args->cert_out, hint, err) : status;
}

enum pli_status
fresh_ask(struct fresh *fresh, const struct run *run, const char *path, struct pli_error *err)
{
	struct ask ask = { .source = run->args->passout, .no_input = run->args->no_input };

	_Static_assert(PLI_PAIR_PASSPHRASE_CAP <= ASK_MAX, "a generated passphrase fits");
	if (check_paths(run->args, path, err) != PLI_OK)
		return err->status;
	load_forbid_looking();
	if (run->args->generate_passphrase)
		return generate(fresh, run, err);
	return ask_new(&ask, path, fresh->text, sizeof(fresh->text), &fresh->len, err);
}

struct pli_pair_file
fresh_file(const struct fresh *fresh, const struct args *args, const char *path, const char *name)
{
	return (struct pli_pair_file){
		.path = path,
		.cert_path = args->cert_out,
		.name = name,
		.profile = args->p12_profile == 2 ? PLI_PAIR_COMPATIBLE : PLI_PAIR_MODERN,
		.passphrase = fresh->text,
		.passphrase_len = fresh->len,
		.no_sync = args->no_sync,
		.hooks = { .cancelled = signals_cancelled },
	};
}

void
fresh_wipe(struct fresh *fresh)
{
	explicit_bzero(fresh, sizeof(*fresh));
}
