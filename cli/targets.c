/*
 * targets.c - names are compared after sorting, so that thousands of operands
 * are as good as two. The folder is made here, once: jobs side by side, each
 * making and removing it, would take it from under each other.
 */
#include "targets.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ends.h"
#include "refuse.h"

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The last part of path, without the slashes behind it, for free(). */
static char *
last_part(const char *path)
{
	size_t end = strlen(path), begin;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/'; begin--)
		continue;
	return strndup(path + begin, end - begin);
}

char *
targets_opened(const char *operand)
{
	char *name = ends_is_stdin(operand) ? strdup("content") : last_part(operand);
	char *dot = name != NULL ? strrchr(name, '.') : NULL;

	if (dot == NULL || dot == name)
		return name;
	*dot = '\0';
	if (is_dots(name)) /* of "..pli", say */
		*dot = '.';
	return name;
}

char *
targets_sealed(const char *operand)
{
	char *part = last_part(operand), *name = NULL;

	if (part != NULL && (part[0] == '\0' || is_dots(part)))
		name = strdup("");
	else if (part != NULL && asprintf(&name, "%s.pli", part) < 0)
		name = NULL;
	free(part);
	return name;
}

struct named {
	const char *name;
	size_t i;
};

static int
by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->i > y->i) - (x->i < y->i);
}

static enum pli_status
find_taken(struct targets *targets, struct pli_error *err)
{
	struct named *all = calloc(targets->count + 1, sizeof(*all));
	size_t i;

	if (all == NULL)
		return refuse_memory(err);
	for (i = 0; i < targets->count; i++)
		all[i] = (struct named){ targets->names[i], i };
	qsort(all, targets->count, sizeof(*all), by_name);
	for (i = 1; i < targets->count; i++)
		targets->taken[all[i].i] = strcmp(all[i - 1].name, all[i].name) == 0;
	free(all);
	return PLI_OK;
}

/* Without the slashes at its end: a path that is made of it is shown to people. */
static char *
trimmed(const char *folder)
{
	size_t len = strlen(folder);

	while (len > 1 && folder[len - 1] == '/')
		len--;
	return strndup(folder, len);
}

enum pli_status
targets_new(struct targets *targets, const char *folder, const struct list *operands, targets_namer *namer,
    struct pli_error *err)
{
	size_t i;

	*targets = (struct targets){ .count = operands->count };
	targets->names = calloc(operands->count + 1, sizeof(*targets->names));
	targets->taken = calloc(operands->count + 1, sizeof(*targets->taken));
	if (targets->names == NULL || targets->taken == NULL)
		return refuse_memory(err);
	if (folder != NULL && (targets->folder = trimmed(folder)) == NULL)
		return refuse_memory(err);
	for (i = 0; i < operands->count; i++)
		if ((targets->names[i] = namer(operands->items[i])) == NULL)
			return refuse_memory(err);
	return find_taken(targets, err);
}

const char *
targets_folder(const struct targets *targets)
{
	return targets->folder != NULL ? targets->folder : ".";
}

char *
targets_path(const struct targets *targets, size_t i)
{
	const char *folder = targets->folder;
	char *path;

	if (folder == NULL)
		return strdup(targets->names[i]);
	if (asprintf(&path, "%s%s%s", folder, strcmp(folder, "/") == 0 ? "" : "/", targets->names[i]) < 0)
		return NULL;
	return path;
}

enum pli_status
targets_make(struct targets *targets, struct pli_error *err)
{
	struct stat st;

	if (targets->folder == NULL)
		return PLI_OK;
	if (mkdir(targets->folder, 0777) == 0)
		targets->made = true;
	else if (errno != EEXIST)
		return refuse(err, PLI_ERR_IO,
		    errno == ENOENT ? "the folder that it is to be in is not there: make that first, or check the path"
				    : NULL,
		    "cannot make the folder %s: %s", targets->folder, strerror(errno));
	else if (stat(targets->folder, &st) == 0 && !S_ISDIR(st.st_mode))
		return refuse(err, PLI_ERR_IO, "name a folder with -C; -o FILE is for one file",
		    "%s is a file, not a folder to put results into", targets->folder);
	return PLI_OK;
}

/* What has the name of a result already. */
struct there {
	dev_t device;
	ino_t inode;
	size_t i;
};

static int
by_inode(const void *a, const void *b)
{
	const struct there *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

/* Fills there, sorted; *count is how many names are taken. */
static enum pli_status
find_there(const struct targets *targets, struct there *there, size_t *count, struct pli_error *err)
{
	struct stat st;
	size_t i;

	*count = 0;
	for (i = 0; i < targets->count; i++) {
		char *path = targets_path(targets, i);

		if (path == NULL)
			return refuse_memory(err);
		if (stat(path, &st) == 0)
			there[(*count)++] = (struct there){ st.st_dev, st.st_ino, i };
		free(path);
	}
	qsort(there, *count, sizeof(*there), by_inode);
	return PLI_OK;
}

/* What is not there or not to be read is not sealed either, and the job of its operand says so. */
static bool
is_out_of_reach(const FTSENT *entry)
{
	return entry->fts_level == FTS_ROOTLEVEL || entry->fts_errno == ENOENT || entry->fts_errno == EACCES;
}

static enum pli_status
check_entry(
    const struct targets *targets, const struct there *there, size_t count, const FTSENT *entry, struct pli_error *err)
{
	struct there key, *found;

	if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR)
		return is_out_of_reach(entry) ? PLI_OK
					      : refuse(err, PLI_ERR_IO, NULL, "cannot look at %s: %s", entry->fts_path,
						    strerror(entry->fts_errno));
	key = (struct there){ entry->fts_statp->st_dev, entry->fts_statp->st_ino, 0 };
	if ((found = bsearch(&key, there, count, sizeof(*there), by_inode)) == NULL)
		return PLI_OK;
	return refuse(err, PLI_ERR_EXISTS, "name another folder with -C",
	    "%s/%s is one of the files that are sealed: it is never replaced", targets_folder(targets),
	    targets->names[found->i]);
}

static enum pli_status
check_input(
    const struct targets *targets, const struct there *there, size_t count, char *operand, struct pli_error *err)
{
	char *const roots[] = { operand, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	enum pli_status status = PLI_OK;
	const FTSENT *entry;

	while (walk != NULL && status == PLI_OK && (errno = 0, entry = fts_read(walk)) != NULL)
		status = check_entry(targets, there, count, entry, err);
	if (status == PLI_OK && errno != 0 && operand[0] != '\0')
		status = refuse(err, PLI_ERR_IO, NULL, "cannot look at %s: %s", operand, strerror(errno));
	if (walk != NULL)
		(void)fts_close(walk);
	return status;
}

enum pli_status
targets_spare(const struct targets *targets, const struct list *operands, struct pli_error *err)
{
	struct there *there = calloc(targets->count + 1, sizeof(*there));
	enum pli_status status;
	size_t i, count = 0;

	if (there == NULL)
		return refuse_memory(err);
	status = find_there(targets, there, &count, err);
	for (i = 0; status == PLI_OK && count > 0 && i < operands->count; i++) {
		char *copy = strdup(operands->items[i]);

		status = copy != NULL ? check_input(targets, there, count, copy, err) : refuse_memory(err);
		free(copy);
	}
	free(there);
	return status;
}

void
targets_drop(const struct targets *targets)
{
	if (targets->made)
		(void)rmdir(targets->folder);
}

void
targets_clear(struct targets *targets)
{
	size_t i;

	for (i = 0; targets->names != NULL && i < targets->count; i++)
		free(targets->names[i]);
	free(targets->names);
	free(targets->taken);
	free(targets->folder);
	*targets = (struct targets){ 0 };
}
