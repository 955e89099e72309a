/*
 * ends.c - "-" and paths; what an output must not be.
 */
#include "ends.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refuse.h"

bool
ends_is_stdin(const char *word)
{
	return strcmp(word, "-") == 0;
}

struct pli_input
ends_input(const char *word)
{
	if (ends_is_stdin(word))
		return pli_input_fd(STDIN_FILENO, "standard input");
	return pli_input_path(word);
}

struct pli_output
ends_output(const struct args *args, const char *path)
{
	struct pli_output out;

	if (strcmp(path, "-") == 0)
		return pli_output_fd(STDOUT_FILENO, "standard output");
	out = pli_output_path(path);
	out.replace = args->force;
	out.no_sync = args->no_sync;
	return out;
}

/* Whether the file is one of those that the list names, each after a prefix. */
static bool
is_one_of(const struct stat *file, const struct list *list, const char *prefix)
{
	size_t i, skip = strlen(prefix);

	for (i = 0; i < list->count; i++) {
		struct stat other;

		if (strncmp(list->items[i], prefix, skip) == 0 && stat(list->items[i] + skip, &other) == 0 &&
		    other.st_dev == file->st_dev && other.st_ino == file->st_ino)
			return true;
	}
	return false;
}

/* Is it a file that the command line names besides operands and outputs? */
static bool
is_kept(const struct args *args, const struct stat *file)
{
	const char *names[] = { args->database };
	const struct list registers = { names, args->database != NULL };

	return is_one_of(file, &registers, "") || is_one_of(file, &args->recipients, "") ||
	       is_one_of(file, &args->bundles, "") || is_one_of(file, &args->keys, "") ||
	       is_one_of(file, &args->certs, "") || is_one_of(file, &args->passins, "file:");
}

/* Is path, which need not be there, what real is with an end behind it? */
static bool
is_named(const char *path, const char *real, const char *end)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path, *own = strrchr(real, '/') + 1;
	size_t len = strlen(own);
	char copy[PATH_MAX];
	struct stat a, b;

	if (strncmp(name, own, len) != 0 || strcmp(name + len, end) != 0 || strlen(path) >= sizeof(copy))
		return false;
	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (stat(dirname(copy), &a) != 0)
		return false;
	(void)snprintf(copy, sizeof(copy), "%s", real);
	return stat(dirname(copy), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool
ends_same_place(const char *a, const char *b)
{
	char real[PATH_MAX];
	int len = snprintf(real, sizeof(real), "%s%s", strchr(b, '/') == NULL ? "./" : "", b);

	return len > 0 && (size_t)len < sizeof(real) && is_named(a, real, "");
}

/* SQLite keeps these files beside a register; with anything else under such a name it is not opened any more. */
static bool
is_beside_register(const struct args *args, const char *path)
{
	static const char *const ends[] = { "-journal", "-wal", "-shm" };
	char real[PATH_MAX], beside[PATH_MAX + 8];
	const char *names[] = { beside };
	const struct list list = { names, 1 };
	struct stat out;
	size_t i;

	if (args->database == NULL || strlen(args->database) >= sizeof(real) - 2)
		return false;
	if (realpath(args->database, real) == NULL) /* not made yet */
		(void)snprintf(
		    real, sizeof(real), "%s%s", strchr(args->database, '/') == NULL ? "./" : "", args->database);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(beside, sizeof(beside), "%s%s", real, ends[i]);
		if (is_named(path, real, ends[i]) || (stat(path, &out) == 0 && is_one_of(&out, &list, "")))
			return true;
	}
	return false;
}

enum pli_status
ends_check_beside(const struct args *args, const char *path, struct pli_error *err)
{
	if (!is_beside_register(args, path))
		return PLI_OK;
	return refuse(err, PLI_ERR_EXISTS, "choose another name: nothing else may stand under this one",
	    "%s is a part of the register %s", path, args->database);
}

enum pli_status
ends_check_output(const struct args *args, const char *path, struct pli_error *err)
{
	struct stat out;

	if (strcmp(path, "-") == 0) {
		if (isatty(STDOUT_FILENO))
			return refuse(err, PLI_ERR_USAGE, "-o FILE, or a pipe behind -o -",
			    "-o - would print binary data on the terminal");
		return PLI_OK;
	}
	if (stat(path, &out) != 0)
		return ends_check_beside(args, path, err);
	if (is_kept(args, &out))
		return refuse(err, PLI_ERR_EXISTS, "choose another name for -o",
		    "%s is a key, certificate, passphrase or register file of this very command", path);
	return ends_check_beside(args, path, err);
}

enum pli_status
ends_check_target(const struct args *args, const char *path, struct pli_error *err)
{
	struct stat out;

	if (args->force && stat(path, &out) == 0 && (is_kept(args, &out) || is_one_of(&out, &args->operands, "")))
		return refuse(err, PLI_ERR_EXISTS, "open into another folder with -C",
		    "%s is an envelope, key, certificate, passphrase or register file of this very command", path);
	return ends_check_beside(args, path, err);
}

/* Is real, a folder without links in its path, the one that of is about, or anywhere inside of that? */
static bool
lies_in(const char *real, const struct stat *of)
{
	char at[PATH_MAX];
	struct stat st;
	char *slash;

	(void)snprintf(at, sizeof(at), "%s", real);
	for (;;) {
		if (stat(at, &st) == 0 && st.st_dev == of->st_dev && st.st_ino == of->st_ino)
			return true;
		if ((slash = strrchr(at, '/')) == NULL || at[1] == '\0')
			return false;
		slash[slash == at] = '\0';
	}
}

/* The folder of path, without links; where that is to be made, too, the one in which it will be. */
static bool
find_folder(const char *path, char real[PATH_MAX])
{
	char copy[PATH_MAX];

	if (strlen(path) >= sizeof(copy))
		return false;
	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (realpath(dirname(copy), real) != NULL)
		return true;
	(void)snprintf(copy, sizeof(copy), "%s", path);
	return realpath(dirname(dirname(copy)), real) != NULL;
}

enum pli_status
ends_check_outside(const struct list *operands, const char *path, struct pli_error *err)
{
	char real[PATH_MAX] = "";
	struct stat st;
	size_t i;

	for (i = 0; i < operands->count; i++) {
		if (ends_is_stdin(operands->items[i]) || stat(operands->items[i], &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		if (real[0] == '\0' && !find_folder(path, real))
			return PLI_OK; /* nothing can be made there, and who tries says so */
		if (lies_in(real, &st))
			return refuse(err, PLI_ERR_EXISTS, "name a folder outside of it with -C",
			    "%s would lie inside of %s, which is sealed itself", path, operands->items[i]);
	}
	return PLI_OK;
}
