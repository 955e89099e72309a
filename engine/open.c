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

#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "message.h"
#include "wrap.h"

struct opening {
	struct pli_open_options options;
	struct source *source;
	struct message message;
	struct sink *sink; /* NULL: verify */
	struct gcm *gcm;
	int threads;
	size_t key;         /* index */
	struct buf digests; /* two passes: 16 bytes a segment, secret */
	size_t compared;    /* bytes of digests, second pass */
	uint64_t authentic; /* content bytes, first pass */
};

/* Is this a kind of envelope that is opened? Nothing has been done with any key yet. RFC 5083 2.1, RFC 5084 3.2. */
static enum pli_status
accept(const struct opening *o, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	const char *name = source_name(o->source);
	enum pli_status rc;

	if (h->type == NULL)
		return fail(err, PLI_ERR_MALFORMED, "%s is not an envelope: its type is none that CMS defines", name);
	if (h->type->container == CONTAINER_OTHER)
		return fail(err, PLI_ERR_UNSUPPORTED, "%s is %s, not an encrypted envelope", name, h->type->name);
	if (h->type->container == CONTAINER_ENVELOPED) {
		rc = fail(err, PLI_ERR_UNSUPPORTED,
		    "%s is EnvelopedData (PKCS#7), which nothing authenticates: its content could have been changed",
		    name);
		fail_hint(err, "ask the sender for an AuthEnvelopedData (AES-GCM)");
		return rc;
	}
	if (h->cipher == NULL || h->cipher->mode != MODE_GCM)
		return fail(err, PLI_ERR_UNSUPPORTED, "the content cipher (%s) is not accepted in AuthEnvelopedData",
		    h->cipher == NULL ? "unknown" : h->cipher->name);
	if (h->tag_len < 12 || h->tag_len > GCM_TAG)
		return fail(err, PLI_ERR_UNSUPPORTED, "a tag of %zu bytes authenticates nothing (RFC 5084: 12 to 16)",
		    h->tag_len);
	if (h->tag_len < GCM_TAG && !o->options.accept_short_tag) {
		rc = fail(err, PLI_ERR_UNSUPPORTED, "the tag has %zu bytes instead of 16", h->tag_len);
		fail_hint(err, "if the sender is known to write short tags, use --accept-short-tag");
		return rc;
	}
	if (h->nonce.len > HEAD_NONCE_MAX)
		return fail(err, PLI_ERR_UNSUPPORTED, "the nonce has %zu bytes, more than are accepted", h->nonce.len);
	if (!oids_same(h->inner_type, oid_data))
		return fail(err, PLI_ERR_UNSUPPORTED, "the content is of another type than data");
	if (!h->has_content)
		return fail(err, PLI_ERR_MALFORMED, "%s has no content: it was kept elsewhere", name);
	return PLI_OK;
}

static enum pli_status
begin(struct opening *o, struct pli *pli, const struct pli_key *const *keys, size_t count, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	struct secret key = { 0 };
	enum pli_status rc;
	uint64_t length;

	if ((rc = message_begin(&o->message, o->source, err)) != PLI_OK || (rc = accept(o, err)) != PLI_OK)
		return rc;
	length = source_positional(o->source) ? source_size(o->source) : UINT64_MAX;
	if (message_total(&o->message) > GCM_CONTENT_MAX)
		return fail(err, PLI_ERR_LIMIT, "the content is longer than one AES-GCM message can be");
	o->threads = flow_threads(o->options.threads, o->options.segment, length);
	if ((rc = wrap_open(pli, keys, count, h, &o->key, &key, err)) == PLI_OK)
		rc = gcm_new(
		    &o->gcm, pli, secret_view(&key), h->nonce, o->threads == 0 ? 1 : (unsigned)o->threads, false, err);
	secret_clear(&key);
	if (rc == PLI_OK && gcm_serial(o->gcm))
		o->threads = 0;
	return rc;
}

/* Workers: decrypted content goes to its place. */
static uint8_t *
window(void *arg, const struct segment *s)
{
	const struct opening *o = arg;

	return sink_window(o->sink, s->off, s->len);
}

static enum pli_status
put(void *arg, const struct segment *s, struct pli_error *err)
{
	const struct opening *o = arg;

	return sink_put(o->sink, s->off, view_of(NULL, 0), view_of(s->out, s->len), err);
}

/* First pass of two: what binds the segment is kept. */
static enum pli_status
keep_digest(void *arg, const struct segment *s, struct pli_error *err)
{
	struct opening *o = arg;

	return buf_add(&o->digests, view_of(s->digest, sizeof(s->digest)), err);
}

static enum pli_status
changed(const struct opening *o, struct pli_error *err)
{
	return fail(
	    err, PLI_ERR_IO, "%s changed while it was read: what follows is not released", source_name(o->source));
}

/* Second pass: only what was authenticated is released. */
static enum pli_status
release(void *arg, const struct segment *s, struct pli_error *err)
{
	struct opening *o = arg;

	/* A digest does not tell a segment from the same with zeroes behind it: its length must be right, too. */
	if (s->off + s->len > o->authentic || (s->len < s->cap && s->off + s->len != o->authentic) ||
	    o->compared == o->digests.len ||
	    !view_equal(view_of(o->digests.p + o->compared, sizeof(s->digest)), view_of(s->digest, sizeof(s->digest))))
		return changed(o, err);
	o->compared += sizeof(s->digest);
	return sink_write(o->sink, view_of(NULL, 0), view_of(s->out, s->len), err);
}

/* Moves all the content through the cipher. */
static enum pli_status
pass(struct opening *o, struct flow_plan *plan, struct pli_error *err)
{
	struct pli_error late = { 0 };
	struct flow *flow;
	struct segment *s;
	enum pli_status rc;

	plan->gcm = o->gcm;
	plan->source = o->source;
	plan->threads = o->threads;
	plan->segment = o->options.segment;
	plan->hooks = &o->options.hooks;
	plan->progress.total = message_total(&o->message);
	plan->arg = o;
	if ((rc = flow_new(&flow, plan, err)) != PLI_OK)
		return rc;
	for (;;) {
		if ((rc = flow_next(flow, &s, err)) != PLI_OK)
			break;
		if ((rc = message_fill(&o->message, s, &late)) == PLI_OK && o->message.content > GCM_CONTENT_MAX)
			rc = fail(&late, PLI_ERR_LIMIT, "the content is longer than one AES-GCM message can be");
		if (rc != PLI_OK || s->len == 0)
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

/* The tag, RFC 5083 2.2: additional data are the authAttrs as a SET OF. */
static enum pli_status
check_tag(struct opening *o, struct pli_error *err)
{
	const struct head_tail *tail = &o->message.tail;
	struct buf aad = { 0 };
	enum pli_status rc;

	if (tail->mac.len != o->message.head.tag_len)
		return fail(err, PLI_ERR_MALFORMED, "the tag has %zu bytes where %zu were announced", tail->mac.len,
		    o->message.head.tag_len);
	if ((rc = buf_add(&aad, tail->attributes, err)) != PLI_OK)
		return rc;
	if (aad.len > 1 && aad.p[1] == 0x80)
		rc = fail(err, PLI_ERR_UNSUPPORTED, "the authenticated attributes are not in DER (RFC 5083 2.1)");
	if (aad.len > 0)
		aad.p[0] = 0x31;
	if (rc == PLI_OK)
		rc = gcm_check(o->gcm, buf_view(&aad), tail->mac, err);
	buf_clear(&aad);
	return rc;
}

static enum pli_status
authenticate(struct opening *o, struct flow_plan *plan, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = pass(o, plan, err)) != PLI_OK || (rc = message_end(&o->message, err)) != PLI_OK)
		return rc;
	return check_tag(o, err);
}

static enum pli_status
open_in_one_pass(struct opening *o, struct pli_error *err)
{
	struct flow_plan plan = {
		.op = GCM_OPEN, .window = window, .put = put, .progress = { .pass = 1, .passes = 1 }
	};
	enum pli_status rc;

	if ((rc = authenticate(o, &plan, err)) != PLI_OK)
		return rc;
	return sink_commit(o->sink, err);
}

static enum pli_status
open_in_two_passes(struct opening *o, struct pli_error *err)
{
	struct flow_plan first = { .op = GCM_HASH, .drained = keep_digest, .progress = { .pass = 1, .passes = 2 } };
	struct flow_plan second = { .op = GCM_OPEN, .drained = release, .progress = { .pass = 2, .passes = 2 } };
	struct pli_error again = { 0 };
	enum pli_status rc;

	if ((rc = authenticate(o, &first, err)) != PLI_OK || (rc = gcm_restart(o->gcm, err)) != PLI_OK)
		return rc;
	o->authentic = o->message.content;
	message_rewind(&o->message);
	rc = pass(o, &second, &again);
	if (rc == PLI_ERR_MALFORMED || (rc == PLI_OK && o->compared != o->digests.len))
		return changed(o, err);
	return rc == PLI_OK ? PLI_OK : fail_copy(err, &again);
}

static enum pli_status
verify(struct opening *o, struct pli_error *err)
{
	struct flow_plan plan = { .op = GCM_HASH, .progress = { .pass = 1, .passes = 1 } };

	return authenticate(o, &plan, err);
}

/* out NULL: verify. */
static enum pli_status
run(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct pli_input *in,
    const struct pli_output *out, const struct pli_open_options *options, struct pli_opened *result,
    struct pli_error *err)
{
	struct opening o = { .options = *options };
	const struct head *h = &o.message.head;
	enum pli_status rc;

	if ((rc = flow_segment(&o.options.segment, err)) != PLI_OK ||
	    (rc = source_open(&o.source, in, &o.options.hooks, err)) != PLI_OK ||
	    (out != NULL && (rc = sink_open(&o.sink, out, o.source, &o.options.hooks, err)) != PLI_OK))
		goto out;
	if ((rc = begin(&o, pli, keys, count, err)) != PLI_OK)
		goto out;
	if (o.sink != NULL && !sink_positional(o.sink) && !source_positional(o.source)) {
		if ((rc = source_spool(o.source, err)) != PLI_OK)
			goto out;
		message_rewind(&o.message);
	}
	if (o.sink == NULL)
		rc = verify(&o, err);
	else
		rc = sink_positional(o.sink) ? open_in_one_pass(&o, err) : open_in_two_passes(&o, err);
	if (rc == PLI_OK && result != NULL)
		*result = (struct pli_opened){ true, false, h->type->name, h->cipher->name,
			h->definite ? "definite" : "indefinite", 8 * (unsigned)h->tag_len, o.message.content, o.key };
out:
	message_clear(&o.message);
	gcm_free(o.gcm);
	buf_clear(&o.digests);
	sink_close(o.sink);
	source_close(o.source);
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
