/*
 * open.c - the story of opening, pulled:
 *
 *      head read -> accepted? -> recipient found, content key unwrapped -> segments through the flow -> tail -> tag -> commit
 *
 * Where the output can be taken back (a staged file, memory) that is one pass. To a descriptor it is two: the first only
 * hashes, keeping what binds each segment; the second decrypts, and releases a segment only if it is still the one that
 * was authenticated. What can be read only once is spooled before, encrypted as it is.
 */
#include "pli/open.h"

#include "opening.h"

struct job {
	struct opening opening;
	struct sink *sink;  /* NULL: verify */
	struct buf digests; /* two passes: 16 bytes a segment, secret */
	size_t compared;    /* bytes of digests, second pass */
	uint64_t authentic; /* content bytes, first pass */
};

/* Workers: decrypted content goes to its place. */
static uint8_t *
window(void *arg, const struct segment *s)
{
	const struct job *j = arg;

	return sink_window(j->sink, s->off, s->len);
}

static enum pli_status
put(void *arg, const struct segment *s, struct pli_error *err)
{
	const struct job *j = arg;

	return sink_put(j->sink, s->off, view_of(NULL, 0), view_of(s->out, s->len), err);
}

static enum pli_status
seen(void *arg, const struct segment *s, struct pli_error *err)
{
	struct job *j = arg;

	(void)err;
	opening_seen(&j->opening, s);
	return PLI_OK;
}

/* First pass of two: what binds the segment is kept. */
static enum pli_status
keep_digest(void *arg, const struct segment *s, struct pli_error *err)
{
	struct job *j = arg;

	opening_seen(&j->opening, s);
	return buf_add(&j->digests, view_of(s->digest, sizeof(s->digest)), err);
}

static enum pli_status
changed(const struct job *j, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_IO, "%s changed while it was read: what follows is not released",
	    source_name(j->opening.source));

	fail_hint(err, "try again when nothing writes to it");
	return rc;
}

/* Second pass: only what was authenticated is released. */
static enum pli_status
release(void *arg, const struct segment *s, struct pli_error *err)
{
	struct job *j = arg;

	/* A digest does not tell a segment from the same with zeroes behind it: its length must be right, too. */
	if (s->off + s->len > j->authentic || (s->len < s->cap && s->off + s->len != j->authentic) ||
	    j->compared == j->digests.len ||
	    !view_equal(view_of(j->digests.p + j->compared, sizeof(s->digest)), view_of(s->digest, sizeof(s->digest))))
		return changed(j, err);
	j->compared += sizeof(s->digest);
	return sink_write(j->sink, view_of(NULL, 0), view_of(s->out, s->len), err);
}

/* Moves all the content through the cipher. */
static enum pli_status
pass(struct job *j, struct flow_plan *plan, struct pli_error *err)
{
	struct pli_error late = { 0 };
	struct flow *flow;
	struct segment *s;
	enum pli_status rc;

	plan->arg = j;
	if ((rc = opening_flow(&j->opening, plan, &flow, err)) != PLI_OK)
		return rc;
	for (;;) {
		if ((rc = flow_next(flow, &s, err)) != PLI_OK || (rc = opening_fill(&j->opening, s, &late)) != PLI_OK ||
		    s->len == 0)
			break;
		flow_submit(flow);
	}
	/* What went wrong in an earlier segment comes first. */
	if (rc == PLI_OK || late.status != PLI_OK) {
		rc = flow_finish(flow, err);
		if (rc == PLI_OK && late.status != PLI_OK)
			rc = fail_copy(err, &late);
	}
	flow_free(flow);
	return rc;
}

static enum pli_status
open_in_one_pass(struct job *j, struct pli_error *err)
{
	struct flow_plan plan = {
		.op = GCM_OPEN, .window = window, .put = put, .drained = seen, .progress = { .pass = 1, .passes = 1 }
	};
	enum pli_status rc;

	if ((rc = sink_expect(j->sink, opening_least(&j->opening), err)) != PLI_OK ||
	    (rc = pass(j, &plan, err)) != PLI_OK || (rc = opening_authenticate(&j->opening, err)) != PLI_OK)
		return rc;
	return sink_commit(j->sink, err);
}

static enum pli_status
open_in_two_passes(struct job *j, struct pli_error *err)
{
	struct flow_plan first = { .op = GCM_HASH, .drained = keep_digest, .progress = { .pass = 1, .passes = 2 } };
	struct flow_plan second = { .op = GCM_OPEN, .drained = release, .progress = { .pass = 2, .passes = 2 } };
	struct pli_error again = { 0 };
	enum pli_status rc;

	if ((rc = pass(j, &first, err)) != PLI_OK || (rc = opening_authenticate(&j->opening, err)) != PLI_OK)
		return rc;
	j->authentic = opening_content(&j->opening);
	if ((rc = opening_restart(&j->opening, err)) != PLI_OK)
		return rc;
	rc = pass(j, &second, &again);
	if (rc == PLI_ERR_MALFORMED || (rc == PLI_OK && j->compared != j->digests.len))
		return changed(j, err);
	return rc == PLI_OK ? PLI_OK : fail_copy(err, &again);
}

static enum pli_status
verify(struct job *j, struct pli_error *err)
{
	struct flow_plan plan = { .op = GCM_HASH, .drained = seen, .progress = { .pass = 1, .passes = 1 } };
	enum pli_status rc = pass(j, &plan, err);

	return rc == PLI_OK ? opening_authenticate(&j->opening, err) : rc;
}

/* out NULL: verify. */
static enum pli_status
run(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct pli_input *in,
    const struct pli_output *out, const struct pli_open_options *options, struct pli_opened *result,
    struct pli_error *err)
{
	struct job j = { 0 };
	struct source *source = NULL;
	enum pli_status rc;

	if ((rc = source_open(&source, in, &options->hooks, err)) != PLI_OK ||
	    (out != NULL && (rc = sink_open(&j.sink, out, source, &options->hooks, err)) != PLI_OK))
		goto out;
	if ((rc = opening_begin(&j.opening, pli, keys, count, source, options, err)) != PLI_OK)
		goto out;
	if (j.sink != NULL && !sink_positional(j.sink) && !source_repeatable(source)) {
		if ((rc = source_spool(source, err)) != PLI_OK)
			goto out;
		message_rewind(&j.opening.message);
	}
	if (j.sink == NULL)
		rc = verify(&j, err);
	else
		rc = sink_positional(j.sink) ? open_in_one_pass(&j, err) : open_in_two_passes(&j, err);
	if (rc == PLI_OK && result != NULL)
		opening_result(&j.opening, result);
out:
	opening_clear(&j.opening);
	buf_clear(&j.digests);
	sink_close(j.sink);
	source_close(source);
	return rc;
}

enum pli_status
pli_open(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct pli_input *in,
    const struct pli_output *out, const struct pli_open_options *options, struct pli_opened *result,
    struct pli_error *err)
{
	return run(pli, keys, count, in, out, options, result, err);
}

enum pli_status
pli_verify(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct pli_input *in,
    const struct pli_open_options *options, struct pli_opened *result, struct pli_error *err)
{
	return run(pli, keys, count, in, NULL, options, result, err);
}
