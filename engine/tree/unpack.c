/*
 * unpack.c - the story of opening to a folder:
 *
 *      head and key -> place -> entries into the staging folder -> the rest of the envelope -> tag -> commit -> told
 *
 * Whatever the archive says, the envelope is read to its end first: if its tag is bad, that is the error, and what the
 * archive said was nobody's word.
 */
#include "pli/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entries.h"
#include "extract.h"
#include "folder.h"
#include "inventory.h"
#include "pli/digest.h"
#include "scratch.h"
#include "stage.h"
#include "wait.h"

struct unpacking {
	const struct pli_tree_open_options *options;
	bool writing; /* or only listing */
	const char *parent, *name;
	const struct pli_input *in;
	struct folder *folder;
	struct stage *file; /* content that is no archive */
	struct extract extract;
	struct rules *rules; /* of all entries: what the inventory and the extract refer to */
	struct inventory inventory;
	struct pli_digest *digest; /* or NULL */
	const char *current;       /* path of the entry, for messages */
	uint64_t digested;         /* bytes of the current file */
	bool raw;
	bool zip;               /* raw, and to be unpacked as a ZIP file */
	int scratch;            /* a ZIP file that is only listed, or -1 */
	struct pli_error local; /* a failure of ours, about which the archive says nothing */
};

/* Is it the envelope itself that would be replaced? */
static bool
is_input(const struct pli_input *in, const char *path)
{
	struct stat input, there;

	if (stat(path, &there) != 0)
		return false;
	if (in->kind == PLI_END_PATH ? stat(in->name, &input) != 0
				     : in->kind != PLI_END_FD || fstat(in->fd, &input) != 0)
		return false;
	return input.st_dev == there.st_dev && input.st_ino == there.st_ino;
}

static enum pli_status
raw(void *arg, struct pli_error *err)
{
	struct unpacking *u = arg;
	const struct hidden_how how = { u->options->replace, u->options->no_sync, true };
	enum pli_status rc;
	char *path;

	u->raw = true;
	if (!u->writing)
		return PLI_OK;
	if (asprintf(&path, "%s/%s", u->parent, u->name) < 0)
		return fail_memory(err);
	if (u->options->replace && is_input(u->in, path)) {
		rc = fail(&u->local, PLI_ERR_EXISTS, "%s is the input: it is never replaced", path);
		fail_hint(&u->local, "open into another folder with -C, or into a file with -o");
	} else {
		rc = stage_new(&u->file, path, how, &u->local);
	}
	free(path);
	if (rc != PLI_OK)
		return fail_copy(err, &u->local);
	u->extract.fd = stage_fd(u->file);
	return PLI_OK;
}

static enum pli_status
missing(void *arg, const char *path, const struct rules_place *place, struct pli_error *err)
{
	struct unpacking *u = arg;

	if (u->writing && extract_folder(&u->extract, path, place, NULL, &u->local) != PLI_OK)
		return fail_copy(err, &u->local);
	return PLI_OK;
}

static enum pli_status
begin(void *arg, const struct tar_entry *e, struct pli_error *err)
{
	struct unpacking *u = arg;
	enum pli_status rc = PLI_OK;

	u->digested = 0;
	u->current = u->raw ? u->name : e->path;
	if (!u->writing || u->raw)
		return PLI_OK;
	if (e->folder)
		rc = extract_folder(&u->extract, e->path, e->place, e, &u->local);
	else
		rc = extract_begin(&u->extract, e, &u->local);
	return rc == PLI_OK ? PLI_OK : fail_copy(err, &u->local);
}

/* Adds zeroes for a hole in a file. */
static enum pli_status
digest_hole(struct unpacking *u, uint64_t to, struct pli_error *err)
{
	static const uint8_t zeroes[65536];
	enum pli_status rc = PLI_OK;

	while (rc == PLI_OK && u->digested < to) {
		size_t n = to - u->digested < sizeof(zeroes) ? (size_t)(to - u->digested) : sizeof(zeroes);

		/* A hole takes time, and nothing is read meanwhile. */
		if (wait_cancelled(&u->options->open.hooks, &u->local) != PLI_OK)
			return fail_copy(err, &u->local);
		rc = pli_digest_add(u->digest, zeroes, n, err);
		u->digested += n;
	}
	return rc;
}

/* How the file is called that a ZIP file is kept in to be listed. */
static const char zip_copy[] = "the copy of the ZIP file in TMPDIR";

static enum pli_status
data(void *arg, const void *p, size_t len, uint64_t off, struct pli_error *err)
{
	struct unpacking *u = arg;
	enum pli_status rc;

	if (u->raw && u->options->unzip && off == 0)
		u->zip = entries_zip_begins(p, len);
	if (u->zip && !u->writing && off == 0) {
		if ((u->scratch = scratch_file()) < 0)
			return fail_errno(&u->local, PLI_ERR_IO, errno, "cannot make %s", zip_copy);
		u->extract.fd = u->scratch;
	}
	if ((u->writing || u->zip) &&
	    extract_data(&u->extract, u->writing ? u->current : zip_copy, p, len, off, &u->local) != PLI_OK)
		return fail_copy(err, &u->local);
	if (u->digest == NULL)
		return PLI_OK;
	if ((rc = digest_hole(u, off, err)) != PLI_OK)
		return rc;
	u->digested += len;
	return pli_digest_add(u->digest, p, len, err);
}

static enum pli_status
end(void *arg, const struct tar_entry *e, struct pli_error *err)
{
	struct unpacking *u = arg;
	uint8_t sha256[32];
	enum pli_status rc;

	if (u->writing && !u->raw && !e->folder && extract_end(&u->extract, e, &u->local) != PLI_OK)
		return fail_copy(err, &u->local);
	if (u->digest == NULL || e->folder)
		return inventory_add(&u->inventory, e, NULL, err);
	if ((rc = digest_hole(u, e->size, err)) != PLI_OK || (rc = pli_digest_end(u->digest, sha256, err)) != PLI_OK)
		return rc;
	return inventory_add(&u->inventory, e, sha256, err);
}

static struct pli_tree_limits
limits_of(const struct unpacking *u)
{
	return (struct pli_tree_limits){
		u->options->limits.max_size != 0 ? u->options->limits.max_size : PLI_TREE_MAX_SIZE,
		u->options->limits.max_files != 0 ? u->options->limits.max_files : PLI_TREE_MAX_FILES,
	};
}

/* Content that is authenticated, and a ZIP file: what was kept of it becomes the folder that it would be as a tar. */
static enum pli_status
unzip(struct unpacking *u, struct pli_error *err)
{
	const struct entries_visitor visitor = { raw, missing, begin, data, end, u };
	struct pli_tree_limits limits = limits_of(u);
	int fd = u->extract.fd;
	struct stat st;

	if (!u->zip)
		return PLI_OK;
	if (fstat(fd, &st) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot look at the content");
	u->raw = u->zip = false;
	u->extract.fd = -1;
	inventory_clear(&u->inventory);
	return entries_unzip(fd, (uint64_t)st.st_size, &limits, &u->options->open.hooks, u->rules, &visitor, err);
}

static enum pli_status
read_all(struct unpacking *u, struct pli_opener *opener, struct pli_opened *opened, struct pli_error *err)
{
	struct pli_tree_limits limits = limits_of(u);
	const struct entries_visitor visitor = { raw, missing, begin, data, end, u };
	struct pli_error archive = { 0 };
	enum pli_status rc;

	if (entries_run(opener, &limits, u->rules, &visitor, &archive) != PLI_OK && u->local.status != PLI_OK)
		return fail_copy(err, &u->local);
	if ((rc = pli_opener_finish(opener, opened, err)) != PLI_OK)
		return rc;
	return archive.status == PLI_OK ? PLI_OK : fail_copy(err, &archive);
}

static enum pli_status
commit(struct unpacking *u, struct pli_error *err)
{
	enum pli_status rc;

	if (u->raw) {
		u->extract.fd = -1; /* the stage's */
		if ((rc = stage_commit(u->file, err)) == PLI_OK)
			folder_keep(u->folder);
		return rc;
	}
	if ((rc = extract_finish(&u->extract, err)) != PLI_OK)
		return rc;
	return folder_commit(u->folder, err);
}

static enum pli_status
run(struct unpacking *u, struct pli *pli, const struct pli_key *const *keys, size_t count, const struct pli_input *in,
    struct pli_tree_opened *result, struct pli_error *err)
{
	const struct hidden_how how = { u->options->replace, u->options->no_sync, u->options->no_sweep };
	struct pli_opener *opener = NULL;
	struct pli_opened opened;
	enum pli_status rc;

	extract_init(&u->extract, -1);
	u->scratch = -1;
	if ((rc = rules_new(&u->rules, limits_of(u).max_files, err)) != PLI_OK)
		return rc;
	if (u->writing) {
		if ((rc = folder_new(&u->folder, u->parent, u->name, how, err)) != PLI_OK)
			goto out;
		extract_init(&u->extract, folder_fd(u->folder));
	}
	if ((rc = pli_opener_new(&opener, pli, keys, count, in, &u->options->open, err)) != PLI_OK ||
	    (u->options->digests && (rc = pli_digest_new(&u->digest, pli, err)) != PLI_OK) ||
	    (rc = read_all(u, opener, &opened, err)) != PLI_OK || (rc = unzip(u, err)) != PLI_OK ||
	    (u->writing && (rc = commit(u, err)) != PLI_OK))
		goto out;
	if (result != NULL)
		*result = (struct pli_tree_opened){ opened, !u->raw, u->inventory.files, u->inventory.bytes };
	inventory_tell(&u->inventory, u->name, u->options->entry, u->options->arg);
out:
	if (u->raw)
		u->extract.fd = -1;
	if (u->scratch >= 0)
		(void)close(u->scratch);
	pli_opener_free(opener);
	pli_digest_free(u->digest);
	inventory_clear(&u->inventory);
	rules_free(u->rules);
	extract_clear(&u->extract);
	stage_free(u->file);
	folder_free(u->folder);
	return rc;
}

enum pli_status
pli_tree_open(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct pli_input *in,
    const char *folder, const char *name, const struct pli_tree_open_options *options, struct pli_tree_opened *result,
    struct pli_error *err)
{
	struct unpacking u = { .options = options, .writing = true, .parent = folder, .name = name, .in = in };

	return run(&u, pli, keys, count, in, result, err);
}

enum pli_status
pli_tree_list(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct pli_input *in,
    const struct pli_tree_open_options *options, struct pli_tree_opened *result, struct pli_error *err)
{
	struct unpacking u = { .options = options, .name = "content" };

	return run(&u, pli, keys, count, in, result, err);
}
