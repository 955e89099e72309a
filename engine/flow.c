/* flow.c - the ring, with the cipher in its middle. */
#include "flow.h"

#include <stdlib.h>
#include <string.h>

#include "cpus.h"
#include "wait.h"

#define SEGMENT_DEFAULT (1u << 20)
#define THREADS_MAX 256

struct flow {
	struct flow_plan plan;
	struct ring *ring;
	uint64_t submitted; /* content bytes */
};

int
flow_threads(int threads, size_t segment, uint64_t content_len)
{
	uint64_t segments = content_len / segment + (content_len % segment != 0);

	if (threads < 0)
		threads = (int)cpus_count();
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	/* A single segment gains nothing from a thread, and starting one costs more than it does. */
	if (segments <= 1)
		return 0;
	return (uint64_t)threads < segments ? threads : (int)segments;
}

enum pli_status
flow_segment(size_t *segment, struct pli_error *err)
{
	if (*segment == 0)
		*segment = SEGMENT_DEFAULT;
	if (*segment % 16 != 0 || *segment < FLOW_SEGMENT_MIN || *segment > FLOW_SEGMENT_MAX)
		return fail(err, PLI_ERR_USAGE, "a segment is a multiple of 16 bytes, from %u to %u", FLOW_SEGMENT_MIN,
		    FLOW_SEGMENT_MAX);
	return PLI_OK;
}

/* Brings the segment's input together: what the caller put into buf, and what the extents name. */
static enum pli_status
gather(const struct flow *f, struct segment *s, const uint8_t **in, struct pli_error *err)
{
	const uint8_t *p;
	enum pli_status rc;
	size_t i;

	*in = s->buf;
	if (s->extent_count == 1 && s->extents[0].len == s->len) {
		rc = source_at(f->plan.source, s->extents[0].off, s->len, s->buf, in, err);
		if (*in == s->buf)
			ring_touch(s, s->len);
		return rc;
	}
	if (s->extent_count > 0)
		ring_touch(s, s->len);
	for (i = 0; i < s->extent_count; i++) {
		const struct extent *e = &s->extents[i];

		if ((rc = source_at(f->plan.source, e->off, e->len, s->buf + e->at, &p, err)) != PLI_OK)
			return rc;
		if (p != s->buf + e->at)
			memcpy(s->buf + e->at, p, e->len);
	}
	return PLI_OK;
}

/* The cipher's part of the work. The end of a padded message becomes shorter by its padding. */
static enum pli_status
cipher(const struct flow *f, struct segment *s, unsigned worker, enum gcm_op op, const uint8_t *in, uint8_t *out)
{
	const struct flow_plan *plan = &f->plan;
	enum pli_status rc;

	if (plan->cbc == NULL)
		return gcm_segment(plan->gcm, worker, op, s->off, in, out, s->len, s->digest, &s->err);
	rc = cbc_segment(plan->cbc, worker, op, s->before, in, out, s->len, s->digest, &s->err);
	if (rc == PLI_OK && op == GCM_OPEN && s->last) {
		s->padding = cbc_padding(plan->cbc, out, s->len);
		s->len -= s->padding;
	}
	return rc;
}

static void
work(struct segment *s, unsigned worker, void *arg)
{
	struct flow *f = arg;
	const struct flow_plan *plan = &f->plan;
	bool ends = plan->cbc != NULL && s->last; /* padding is no content, and its place is nobody's */
	uint8_t *out = plan->window == NULL || ends ? NULL : plan->window(plan->arg, s);
	enum gcm_op op = plan->op == GCM_HASH && (ends || s->off < plan->shown) ? GCM_OPEN : plan->op;
	const uint8_t *in;

	if (out == NULL)
		out = s->buf;
	s->out = out;
	if (out == s->buf && op != GCM_HASH)
		ring_touch(s, s->len);
	if (gather(f, s, &in, &s->err) == PLI_OK && cipher(f, s, worker, op, in, out) == PLI_OK && plan->put != NULL)
		(void)plan->put(plan->arg, s, &s->err); /* a failure is in s->err */
}

/*
 * A single worker is there so that the caller can read and write meanwhile. Where workers read and write for themselves the
 * caller would only wait for it, at the price of two wake-ups a segment.
 */
static unsigned
workers(const struct flow_plan *plan)
{
	bool reads = plan->source == NULL || !source_positional(plan->source) || plan->gathers;
	bool writes = plan->put == NULL && plan->op != GCM_HASH;

	return plan->threads == 1 && !reads && !writes ? 0 : (unsigned)plan->threads;
}

enum pli_status
flow_new(struct flow **out, const struct flow_plan *plan, struct pli_error *err)
{
	struct flow *f = calloc(1, sizeof(*f));
	unsigned threads = workers(plan);
	size_t depth = threads == 0 ? 1 : 2 * (size_t)threads + 2;
	enum pli_status rc;

	*out = NULL;
	if (f == NULL)
		return fail_memory(err);
	f->plan = *plan;
	rc = ring_new(&f->ring, depth, plan->segment, threads, work, f, err);
	if (rc != PLI_OK) {
		free(f);
		return rc;
	}
	*out = f;
	return PLI_OK;
}

void
flow_free(struct flow *f)
{
	if (f == NULL)
		return;
	ring_free(f->ring);
	free(f);
}

bool
flow_room(const struct flow *f)
{
	return ring_fill(f->ring) != NULL;
}

enum pli_status
flow_take(struct flow *f, const struct segment **shown, struct pli_error *err)
{
	const struct segment *s = ring_drain(f->ring);

	*shown = s;
	if (s == NULL)
		return PLI_OK;
	if (s->err.status != PLI_OK)
		return fail_copy(err, &s->err);
	if (f->plan.cbc != NULL)
		cbc_fold(f->plan.cbc, s->padding);
	else
		gcm_fold(f->plan.gcm, s->digest, s->len);
	f->plan.progress.done += s->len + s->padding;
	return PLI_OK;
}

void
flow_release(struct flow *f)
{
	const struct pli_hooks *hooks = f->plan.hooks;

	ring_release(f->ring);
	if (hooks->progress != NULL)
		hooks->progress(hooks->arg, &f->plan.progress);
}

/* Takes the oldest segment back, if there is one, and is done with it. */
static enum pli_status
drain(struct flow *f, bool *any, struct pli_error *err)
{
	const struct flow_plan *plan = &f->plan;
	const struct segment *s;
	enum pli_status rc;

	if ((rc = flow_take(f, &s, err)) != PLI_OK)
		return rc;
	*any = s != NULL;
	if (s == NULL)
		return PLI_OK;
	if (plan->drained != NULL && (rc = plan->drained(plan->arg, s, err)) != PLI_OK)
		return rc;
	flow_release(f);
	return wait_cancelled(plan->hooks, err);
}

enum pli_status
flow_next(struct flow *f, struct segment **s, struct pli_error *err)
{
	enum pli_status rc;
	bool any;

	while ((*s = ring_fill(f->ring)) == NULL)
		if ((rc = drain(f, &any, err)) != PLI_OK)
			return rc;
	(*s)->off = f->submitted;
	return PLI_OK;
}

void
flow_submit(struct flow *f)
{
	f->submitted += ring_fill(f->ring)->len;
	ring_submit(f->ring);
}

enum pli_status
flow_finish(struct flow *f, struct pli_error *err)
{
	enum pli_status rc;
	bool any;

	do
		rc = drain(f, &any, err);
	while (rc == PLI_OK && any);
	return rc;
}
