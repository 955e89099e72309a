/*
 * pack.c - the story of sealing a folder:
 *
 *      paths -> plan -> warnings -> pli_seal, whose workers read their own parts of the plan -> warnings -> its end
 */
#include "pli/inspect.h"
#include "pli/tree.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan.h"
#include "warn.h"

#define FIRST_BYTES 4096

struct packing {
	struct plan *plan;
	struct warn_to to;
	bool strict;
};

static enum pli_status
look(struct packing *k, warn_look *at, struct pli_error *err)
{
	enum pli_status rc = at(k->plan, &k->to, err);

	if (rc == PLI_OK && k->strict && k->to.count > 0)
		return fail(err, PLI_ERR_LIMIT, "%s: %s (%llu warnings in all, and any refuses)", k->to.first,
		    k->to.first_text, (unsigned long long)k->to.count);
	return rc;
}

static enum pli_status
read_plan(void *arg, uint64_t off, void *buf, size_t len, struct pli_error *err)
{
	const struct packing *k = arg;

	return plan_read(k->plan, off, buf, len, err);
}

/* All was read, and nothing is committed. */
static enum pli_status
all_read(void *arg, struct pli_error *err)
{
	struct packing *k = arg;
	enum pli_status rc = plan_unchanged(k->plan, err);

	return rc == PLI_OK ? look(k, warn_read, err) : rc;
}

/* Replacing is for old envelopes, never for what is being sealed. */
static enum pli_status
check_output(const struct plan *plan, const struct pli_output *out, struct pli_error *err)
{
	struct stat st;
	size_t i;

	if (!(out->kind == PLI_END_PATH && out->name != NULL && stat(out->name, &st) == 0) &&
	    !(out->kind == PLI_END_FD && fstat(out->fd, &st) == 0))
		return PLI_OK;
	for (i = 0; i < plan_count(plan); i++)
		if (plan_entry(plan, i)->device == st.st_dev && plan_entry(plan, i)->inode == st.st_ino)
			return fail(err, PLI_ERR_EXISTS, "%s is one of the files that are sealed: it is never replaced",
			    out->name != NULL ? out->name : "the output");
	return PLI_OK;
}

/* A path that is itself an envelope was named by mistake: sealed twice. What lies in a folder is warned of alone. */
static enum pli_status
check_nested(const struct plan *plan, struct pli_error *err)
{
	char first[FIRST_BYTES];
	enum pli_status rc;
	ssize_t n;
	size_t i;
	int fd;

	for (i = 0; i < plan_count(plan); i++) {
		const struct plan_entry *e = plan_entry(plan, i);

		if (e->folder || e->size == 0 || strchr(e->path, '/') != NULL)
			continue;
		if ((rc = plan_open(plan, e, &fd, err)) != PLI_OK)
			return rc;
		n = pread(fd, first, sizeof(first), 0);
		(void)close(fd);
		if (n <= 0 || !pli_looks_sealed(first, (size_t)n))
			continue;
		rc = fail(err, PLI_ERR_UNSUPPORTED, "%s is already an envelope", e->path);
		fail_hint(err, "seal the documents themselves; to seal an envelope all the same, use --allow-nested");
		return rc;
	}
	return PLI_OK;
}

static uint64_t
count_files(const struct plan *plan)
{
	uint64_t files = 0;
	size_t i;

	for (i = 0; i < plan_count(plan); i++)
		files += !plan_entry(plan, i)->folder;
	return files;
}

enum pli_status
pli_tree_seal(struct pli *pli, const struct pli_certs *certs, const char *const *paths, size_t count,
    const struct pli_output *out, const struct pli_tree_seal_options *options, struct pli_tree_sealed *result,
    struct pli_error *err)
{
	struct plan_limits limits = {
		options->limits.max_files != 0 ? options->limits.max_files : PLI_TREE_MAX_FILES,
		options->limits.max_size != 0 ? options->limits.max_size : PLI_TREE_MAX_SIZE,
	};
	struct packing k = { .to = { .warn = options->warn, .arg = options->arg }, .strict = options->strict };
	struct pli_sealed sealed;
	struct pli_input in;
	enum pli_status rc;

	if (count == 0)
		return fail(err, PLI_ERR_USAGE, "nothing to seal");
	if ((rc = plan_new(&k.plan, paths, count, &limits, err)) != PLI_OK)
		return rc;
	if ((rc = check_output(k.plan, out, err)) != PLI_OK ||
	    (!options->seal.allow_nested && (rc = check_nested(k.plan, err)) != PLI_OK) ||
	    (rc = look(&k, warn_first, err)) != PLI_OK)
		goto out;
	in = pli_input_callback(read_plan, all_read, &k, plan_length(k.plan), "the archive");
	if ((rc = pli_seal(pli, certs, &in, out, &options->seal, &sealed, err)) == PLI_OK && result != NULL)
		*result = (struct pli_tree_sealed){ sealed, count_files(k.plan), k.to.count };
out:
	plan_free(k.plan);
	return rc;
}
