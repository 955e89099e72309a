/*
 * pull.c - opening for who takes content as it comes and can take back what was made of it: an archive that is unpacked
 * into a staging folder. The window of segments is kept full; one segment is shown at a time.
 */
#include <stdlib.h>

#include "opening.h"
#include "wait.h"

struct pli_opener {
	struct opening opening;
	struct source *source;
	struct flow *flow;
	bool held;             /* a segment is shown */
	bool ended;            /* no more content to submit */
	struct pli_error late; /* why the content ended early: told when the segments before it were */
	struct pli_error err;  /* the first failure */
};

enum pli_status
pli_opener_new(struct pli_opener **out, struct pli *pli, const struct pli_key *const *keys, size_t count,
    const struct pli_input *in, const struct pli_open_options *options, struct pli_error *err)
{
	struct flow_plan plan = { .op = GCM_OPEN, .progress = { .pass = 1, .passes = 1 } };
	struct pli_opener *o = calloc(1, sizeof(*o));
	enum pli_status rc;

	*out = NULL;
	if (o == NULL)
		return fail_memory(err);
	/* The hooks must live as long as the opener: those of the copy of the options do. */
	o->opening.options = *options;
	if ((rc = source_open(&o->source, in, &o->opening.options.hooks, err)) != PLI_OK ||
	    (rc = opening_begin(&o->opening, pli, keys, count, o->source, options, err)) != PLI_OK ||
	    (rc = opening_flow(&o->opening, &plan, &o->flow, err)) != PLI_OK) {
		pli_opener_free(o);
		return rc;
	}
	*out = o;
	return PLI_OK;
}

/* Fills the window. */
static enum pli_status
fill(struct pli_opener *o, struct pli_error *err)
{
	struct segment *s;
	enum pli_status rc;

	while (!o->ended && flow_room(o->flow)) {
		if ((rc = flow_next(o->flow, &s, err)) != PLI_OK)
			return rc;
		o->ended = opening_fill(&o->opening, s, &o->late) != PLI_OK || s->len == 0;
		if (!o->ended)
			flow_submit(o->flow);
	}
	return PLI_OK;
}

static enum pli_status
read_next(struct pli_opener *o, const void **data, size_t *len, struct pli_error *err)
{
	const struct segment *s;
	enum pli_status rc;

	if (o->held) {
		flow_release(o->flow);
		o->held = false;
		if ((rc = wait_cancelled(&o->opening.options.hooks, err)) != PLI_OK)
			return rc;
	}
	if ((rc = fill(o, err)) != PLI_OK || (rc = flow_take(o->flow, &s, err)) != PLI_OK)
		return rc;
	if (s == NULL)
		return o->late.status == PLI_OK ? PLI_OK : fail_copy(err, &o->late);
	o->held = true;
	opening_seen(&o->opening, s);
	*data = s->out;
	*len = s->len;
	return PLI_OK;
}

enum pli_status
pli_opener_read(struct pli_opener *o, const void **data, size_t *len, struct pli_error *err)
{
	*data = NULL;
	*len = 0;
	if (o->err.status == PLI_OK && read_next(o, data, len, &o->err) == PLI_OK)
		return PLI_OK;
	return fail_copy(err, &o->err);
}

enum pli_status
pli_opener_finish(struct pli_opener *o, struct pli_opened *result, struct pli_error *err)
{
	const void *data;
	size_t len;
	enum pli_status rc;

	do
		rc = pli_opener_read(o, &data, &len, err);
	while (rc == PLI_OK && len > 0);
	if (rc != PLI_OK)
		return rc;
	if (opening_authenticate(&o->opening, &o->err) != PLI_OK)
		return fail_copy(err, &o->err);
	if (result != NULL)
		opening_result(&o->opening, result);
	return PLI_OK;
}

void
pli_opener_free(struct pli_opener *o)
{
	if (o == NULL)
		return;
	flow_free(o->flow);
	opening_clear(&o->opening);
	source_close(o->source);
	free(o);
}
