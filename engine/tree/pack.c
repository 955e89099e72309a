/*
 * pack.c - the story of sealing a folder:
 *
 *      paths -> plan -> warnings -> pli_seal, whose workers read their own parts of the plan
 */
#include "pli/inspect.h"
#include "pli/tree.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan.h"
#include "warn.h"

#define FIRST_BYTES 4096

static enum pli_status
look(const struct plan *plan, const struct pli_tree_seal_options *options, uint64_t *warnings, struct pli_error *err)
{
	struct warn_to to = { options->warn, options->arg, 0, NULL, NULL };
	enum pli_status rc = warn_all(plan, &to, err);

	*warnings = to.count;
	if (rc == PLI_OK && options->strict && to.count > 0)
		return fail(err, PLI_ERR_LIMIT, "%s: %s (%llu warnings in all, and any refuses)", to.first,
		    to.first_text, (unsigned long long)to.count);
	return rc;
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
	struct pli_sealed sealed;
	struct pli_input in;
	struct plan *plan;
	uint64_t warnings = 0;
	enum pli_status rc;

	if (count == 0)
		return fail(err, PLI_ERR_USAGE, "nothing to seal");
	if ((rc = plan_new(&plan, paths, count, &limits, err)) != PLI_OK)
		return rc;
	if ((rc = check_output(plan, out, err)) != PLI_OK ||
	    (!options->seal.allow_nested && (rc = check_nested(plan, err)) != PLI_OK) ||
	    (rc = look(plan, options, &warnings, err)) != PLI_OK)
		goto out;
	in = pli_input_callback(plan_read, plan_unchanged, plan, plan_length(plan), "the archive");
	if ((rc = pli_seal(pli, certs, &in, out, &options->seal, &sealed, err)) == PLI_OK && result != NULL)
		*result = (struct pli_tree_sealed){ sealed, count_files(plan), warnings };
out:
	plan_free(plan);
	return rc;
}
