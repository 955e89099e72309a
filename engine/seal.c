/*
 * seal.c - the story of sealing, pushed:
 *
 *      certificates checked -> content key made and wrapped -> head laid out -> segments through the flow -> tail -> commit
 *
 * Where the length is known and the output takes bytes anywhere, workers write their own segments, since the place of
 * each is arithmetic (layout.h). Otherwise the caller's thread writes them in order; where the length is not known, in
 * whole OCTET STRINGs, for which parts that are none are gathered first.
 */
#include "pli/seal.h"

#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "layout.h"
#include "message.h"
#include "recipients.h"
#include "sealing.h"

struct pli_sealer {
	struct pli_seal_options options;
	struct sink *sink;
	struct layout layout;
	struct gcm *gcm; /* the content cipher is this, or */
	struct cbc *cbc; /* this */
	struct flow *flow;
	uint64_t length;         /* of the content, or PLI_LENGTH_UNKNOWN */
	uint64_t taken;          /* content bytes from the caller */
	struct segment *filling; /* or NULL */
	bool begun;              /* the head is written */
	bool padded;             /* CBC: so is the padding */
	struct buf chunk;        /* unknown length: a part of an OCTET STRING */
	uint64_t written;        /* in order: ciphertext bytes written */
	struct pli_error err;    /* the first failure */
};

static enum pli_status
nested(struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_UNSUPPORTED, "the content is already an envelope");

	fail_hint(err, "seal the documents themselves; to seal an envelope all the same, use --allow-nested");
	return rc;
}

static enum pli_status
too_long(struct pli_error *err)
{
	enum pli_status rc =
	    fail(err, PLI_ERR_LIMIT, "the content is longer than the %llu bytes that one envelope can hold",
		(unsigned long long)PLI_CONTENT_MAX);

	fail_hint(err, "seal it in several envelopes");
	return rc;
}

/* Workers: the place in the sink's memory, if the content is one run of bytes there. */
static uint8_t *
window(void *arg, const struct segment *s)
{
	const struct pli_sealer *sealer = arg;

	return sealer->layout.definite ? sink_window(sealer->sink, layout_place(&sealer->layout, s->off), s->len)
				       : NULL;
}

/* Workers: writes a segment where it belongs, with the headers that stand inside it. */
static enum pli_status
put(void *arg, const struct segment *s, struct pli_error *err)
{
	const struct pli_sealer *sealer = arg;
	struct layout_piece piece;
	enum pli_status rc;
	size_t at;

	for (at = 0; at < s->len; at += piece.len) {
		piece = layout_piece(&sealer->layout, s->off + at, s->len - at);
		rc = sink_put(sealer->sink, piece.place, view_of(piece.header, piece.header_len),
		    view_of(s->out + at, piece.len), err);
		if (rc != PLI_OK)
			return rc;
	}
	return PLI_OK;
}

/* The caller's thread: writes ciphertext in order. */
static enum pli_status
write_in_order(struct pli_sealer *sealer, struct view v, struct pli_error *err)
{
	struct layout_piece piece;
	enum pli_status rc;

	for (; v.len > 0; v = view_of(v.p + piece.len, v.len - piece.len)) {
		piece = layout_piece(&sealer->layout, sealer->written, v.len);
		rc = sink_write(sealer->sink, view_of(piece.header, piece.header_len), view_of(v.p, piece.len), err);
		if (rc != PLI_OK)
			return rc;
		sealer->written += piece.len;
	}
	return PLI_OK;
}

static enum pli_status
flush_chunk(struct pli_sealer *sealer, struct pli_error *err)
{
	enum pli_status rc = write_in_order(sealer, buf_view(&sealer->chunk), err);

	sealer->chunk.len = 0;
	return rc;
}

static enum pli_status
drained(void *arg, const struct segment *s, struct pli_error *err)
{
	struct pli_sealer *sealer = arg;
	struct view v = view_of(s->out, s->len);
	enum pli_status rc;
	size_t n;

	if (sealer->length != PLI_LENGTH_UNKNOWN)
		return write_in_order(sealer, v, err);
	while (v.len > 0) {
		if (sealer->chunk.len == 0 && v.len >= LAYOUT_CHUNK) {
			n = LAYOUT_CHUNK;
			rc = write_in_order(sealer, view_of(v.p, n), err);
		} else {
			n = LAYOUT_CHUNK - sealer->chunk.len;
			n = v.len < n ? v.len : n;
			if ((rc = buf_add(&sealer->chunk, view_of(v.p, n), err)) == PLI_OK &&
			    sealer->chunk.len == LAYOUT_CHUNK)
				rc = flush_chunk(sealer, err);
		}
		if (rc != PLI_OK)
			return rc;
		v = view_of(v.p + n, v.len - n);
	}
	return PLI_OK;
}

/* How many bytes of ciphertext so much content becomes: RFC 5652 6.3 adds one to sixteen. */
static uint64_t
encrypted_len(const struct pli_sealer *sealer, uint64_t len)
{
	return sealer->options.profile == PLI_PROFILE_CBC ? len + CBC_BLOCK_MAX - len % CBC_BLOCK_MAX : len;
}

static enum pli_status
start_cipher(
    struct pli_sealer *sealer, struct flow_plan *plan, struct pli *pli, const struct wrap *wrap, struct pli_error *err)
{
	enum pli_status rc;

	if (sealer->options.profile == PLI_PROFILE_CBC) {
		/* One block after the other: one worker at most. */
		plan->threads = plan->threads == 0 ? 0 : 1;
		rc = cbc_new(
		    &sealer->cbc, pli, CBC_BLOCK_MAX, secret_view(&wrap->key), secret_view(&wrap->nonce), 1, true, err);
		plan->cbc = sealer->cbc;
		return rc;
	}
	rc = gcm_new(&sealer->gcm, pli, secret_view(&wrap->key), secret_view(&wrap->nonce),
	    plan->threads == 0 ? 1 : (unsigned)plan->threads, sealer->length, true, err);
	plan->gcm = sealer->gcm;
	if (rc == PLI_OK && gcm_serial(sealer->gcm))
		plan->threads = 0;
	return rc;
}

static enum pli_status
start_flow(struct pli_sealer *sealer, struct pli *pli, const struct wrap *wrap, const struct source *input,
    struct pli_error *err)
{
	bool positional = sink_positional(sealer->sink) && sealer->length != PLI_LENGTH_UNKNOWN;
	struct flow_plan plan = {
		.op = GCM_SEAL,
		.source = input,
		.segment = sealer->options.segment,
		.hooks = &sealer->options.hooks,
		.progress = { .total = sealer->length == PLI_LENGTH_UNKNOWN ? 0 : encrypted_len(sealer, sealer->length),
		    .pass = 1,
		    .passes = 1 },
		.window = positional ? window : NULL,
		.put = positional ? put : NULL,
		.drained = positional ? NULL : drained,
		.arg = sealer,
	};
	enum pli_status rc;

	plan.threads = flow_threads(sealer->options.threads, plan.segment, sealer->length);
	rc = start_cipher(sealer, &plan, pli, wrap, err);
	return rc == PLI_OK ? flow_new(&sealer->flow, &plan, err) : rc;
}

enum pli_status
sealing_new(struct pli_sealer **out, struct pli *pli, const struct wrap *wrap, uint64_t length,
    const struct pli_output *output, const struct source *input, const struct pli_seal_options *options,
    struct pli_error *err)
{
	struct pli_sealer *s;
	enum pli_status rc;

	*out = NULL;
	if (length != PLI_LENGTH_UNKNOWN && length > PLI_CONTENT_MAX)
		return too_long(err);
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return fail_memory(err);
	s->options = *options;
	s->length = length;
	if ((rc = flow_segment(&s->options.segment, err)) != PLI_OK ||
	    (rc = sink_open(&s->sink, output, input, &s->options.hooks, err)) != PLI_OK ||
	    (rc = layout_init(&s->layout,
		 options->profile == PLI_PROFILE_CBC ? CONTAINER_ENVELOPED : CONTAINER_AUTH_ENVELOPED,
		 buf_view(&wrap->recipients), buf_view(&wrap->algorithm),
		 length == PLI_LENGTH_UNKNOWN ? LAYOUT_UNKNOWN : encrypted_len(s, length), err)) != PLI_OK ||
	    (rc = start_flow(s, pli, wrap, input, err)) != PLI_OK) {
		pli_sealer_free(s);
		return rc;
	}
	*out = s;
	return PLI_OK;
}

enum pli_status
pli_sealer_new(struct pli_sealer **out, struct pli *pli, const struct pli_certs *certs, uint64_t length,
    const struct pli_output *output, const struct pli_seal_options *options, struct pli_error *err)
{
	struct wrap wrap = { 0 };
	enum pli_status rc;

	*out = NULL;
	if ((rc = pli_certs_check(certs, &options->policy, err)) == PLI_OK &&
	    (rc = wrap_init(&wrap, pli, certs, options->profile, err)) == PLI_OK)
		rc = sealing_new(out, pli, &wrap, length, output, NULL, options, err);
	wrap_clear(&wrap);
	return rc;
}

/* Takes room, and writes the head, once the content is known to be none that is refused. */
static enum pli_status
begin(struct pli_sealer *s, struct pli_error *err)
{
	enum pli_status rc;

	if (s->begun)
		return PLI_OK;
	s->begun = true;
	if (s->length != PLI_LENGTH_UNKNOWN &&
	    (rc = sink_expect(s->sink, layout_place(&s->layout, encrypted_len(s, s->length)), err)) != PLI_OK)
		return rc;
	return sink_write(s->sink, buf_view(&s->layout.head), view_of(NULL, 0), err);
}

/* Hands the segment that was filled to the workers. */
static enum pli_status
submit(struct pli_sealer *s, struct pli_error *err)
{
	const struct segment *seg = s->filling;
	enum pli_status rc;

	if (seg->off == 0 && seg->extent_count == 0 && !s->options.allow_nested &&
	    message_looks_sealed(view_of(seg->buf, seg->len)))
		return nested(err);
	if ((rc = begin(s, err)) != PLI_OK)
		return rc;
	s->filling = NULL;
	flow_submit(s->flow);
	return PLI_OK;
}

static enum pli_status
write_some(struct pli_sealer *s, struct view v, struct pli_error *err)
{
	enum pli_status rc;
	size_t n;

	while (v.len > 0) {
		if (s->filling == NULL && (rc = flow_next(s->flow, &s->filling, err)) != PLI_OK)
			return rc;
		n = s->filling->cap - s->filling->len;
		n = v.len < n ? v.len : n;
		memcpy(s->filling->buf + s->filling->len, v.p, n);
		s->filling->len += n;
		ring_touch(s->filling, s->filling->len);
		v = view_of(v.p + n, v.len - n);
		if (s->filling->len == s->filling->cap && (rc = submit(s, err)) != PLI_OK)
			return rc;
	}
	return PLI_OK;
}

enum pli_status
pli_sealer_write(struct pli_sealer *s, const void *data, size_t len, struct pli_error *err)
{
	if (s->err.status != PLI_OK)
		return fail_copy(err, &s->err);
	if (len > PLI_CONTENT_MAX - s->taken)
		(void)too_long(&s->err);
	else if (s->length != PLI_LENGTH_UNKNOWN && len > s->length - s->taken)
		(void)fail(&s->err, PLI_ERR_USAGE, "more content than the %llu bytes that were said",
		    (unsigned long long)s->length);
	else if (write_some(s, view_of(data, len), &s->err) == PLI_OK)
		s->taken += len;
	return s->err.status == PLI_OK ? PLI_OK : fail_copy(err, &s->err);
}

/* Adds the padding to seg, which ends the content and has room for it: RFC 5652 6.3. */
static void
pad(struct segment *seg)
{
	size_t n = CBC_BLOCK_MAX - seg->len % CBC_BLOCK_MAX;

	memset(seg->buf + seg->len, (int)n, n);
	seg->len += n;
	ring_touch(seg, seg->len);
}

/* Submits what is left, and makes the last segment the last. */
static enum pli_status
submit_last(struct pli_sealer *s, struct pli_error *err)
{
	enum pli_status rc;

	if (s->cbc != NULL && !s->padded) {
		if (s->filling == NULL && (rc = flow_next(s->flow, &s->filling, err)) != PLI_OK)
			return rc;
		pad(s->filling);
	}
	return s->filling == NULL ? PLI_OK : submit(s, err);
}

static enum pli_status
finish(struct pli_sealer *s, struct pli_sealed *result, struct pli_error *err)
{
	struct buf tail = { 0 };
	uint8_t tag[GCM_TAG];
	uint64_t end;
	enum pli_status rc;

	if (s->length != PLI_LENGTH_UNKNOWN && s->taken < s->length)
		return fail(err, PLI_ERR_USAGE, "less content than the %llu bytes that were said",
		    (unsigned long long)s->length);
	if ((rc = submit_last(s, err)) != PLI_OK || (rc = begin(s, err)) != PLI_OK ||
	    (rc = flow_finish(s->flow, err)) != PLI_OK ||
	    (s->gcm != NULL && (rc = gcm_tag(s->gcm, tag, err)) != PLI_OK) ||
	    (rc = layout_tail(&s->layout, view_of(tag, sizeof(tag)), &tail, err)) != PLI_OK ||
	    (rc = flush_chunk(s, err)) != PLI_OK)
		goto out;
	end = layout_place(&s->layout, encrypted_len(s, s->taken));
	if (sink_positional(s->sink))
		rc = sink_put(s->sink, end, view_of(NULL, 0), buf_view(&tail), err);
	else
		rc = sink_write(s->sink, view_of(NULL, 0), buf_view(&tail), err);
	if (rc != PLI_OK || (rc = sink_commit(s->sink, err)) != PLI_OK)
		goto out;
	if (result != NULL)
		*result = (struct pli_sealed){ end + tail.len, s->taken,
			s->cbc != NULL ? "EnvelopedData" : "AuthEnvelopedData",
			s->cbc != NULL ? "aes-256-cbc" : "aes-256-gcm",
			s->layout.definite ? "definite" : "indefinite" };
out:
	buf_clear(&tail);
	return rc;
}

enum pli_status
pli_sealer_commit(struct pli_sealer *s, struct pli_sealed *result, struct pli_error *err)
{
	if (s->err.status == PLI_OK && finish(s, result, &s->err) == PLI_OK) {
		(void)fail(&s->err, PLI_ERR_USAGE, "the envelope is complete already");
		return PLI_OK;
	}
	return fail_copy(err, &s->err);
}

void
pli_sealer_free(struct pli_sealer *s)
{
	if (s == NULL)
		return;
	flow_free(s->flow);
	gcm_free(s->gcm);
	cbc_free(s->cbc);
	layout_clear(&s->layout);
	sink_close(s->sink);
	buf_clear(&s->chunk);
	free(s);
}

/* Leaves reading to the workers. */
static enum pli_status
feed_extents(struct pli_sealer *s, struct pli_error *err)
{
	struct segment *seg;
	enum pli_status rc;

	while (s->taken < s->length) {
		if ((rc = flow_next(s->flow, &seg, err)) != PLI_OK)
			return rc;
		seg->len = s->length - s->taken < seg->cap ? (size_t)(s->length - s->taken) : seg->cap;
		seg->extents[0] = (struct extent){ s->taken, 0, seg->len };
		seg->extent_count = 1;
		s->taken += seg->len;
		if (s->cbc != NULL && s->taken == s->length && seg->len < seg->cap) {
			pad(seg);
			s->padded = true;
		}
		flow_submit(s->flow);
	}
	return PLI_OK;
}

static enum pli_status
feed_stream(struct pli_sealer *s, struct source *input, struct pli_error *err)
{
	enum pli_status rc;
	size_t got;

	for (;;) {
		if ((rc = flow_next(s->flow, &s->filling, err)) != PLI_OK)
			return rc;
		rc = source_read(input, s->filling->buf, s->filling->cap, &got, err);
		ring_touch(s->filling, rc == PLI_OK ? got : s->filling->cap);
		if (rc != PLI_OK)
			return rc;
		if (got > PLI_CONTENT_MAX - s->taken)
			return too_long(err);
		s->taken += got;
		s->filling->len = got;
		if (got < s->filling->cap)
			return PLI_OK; /* finish submits it */
		if ((rc = submit(s, err)) != PLI_OK)
			return rc;
	}
}

enum pli_status
sealing_run(struct pli_sealer *s, struct source *input, struct pli_sealed *result, struct pli_error *err)
{
	enum pli_status rc;
	struct view first;

	if (source_positional(input)) {
		if ((rc = source_peek(input, MESSAGE_FIRST, &first, err)) != PLI_OK)
			return rc;
		first.len = first.len < MESSAGE_FIRST ? first.len : MESSAGE_FIRST;
		if (!s->options.allow_nested && message_looks_sealed(first))
			return nested(err);
		/* The last byte of a file that grew is not sealed, and a file that changed is not sealed at all. */
		if ((rc = begin(s, err)) != PLI_OK || (rc = feed_extents(s, err)) != PLI_OK ||
		    (rc = flow_finish(s->flow, err)) != PLI_OK || (rc = source_unchanged(input, err)) != PLI_OK)
			return rc;
	} else if ((rc = feed_stream(s, input, err)) != PLI_OK) {
		return rc;
	} else if (s->filling->len == 0) {
		s->filling = NULL;
	}
	return finish(s, result, err);
}

enum pli_status
pli_seal(struct pli *pli, const struct pli_certs *certs, const struct pli_input *in, const struct pli_output *out,
    const struct pli_seal_options *options, struct pli_sealed *result, struct pli_error *err)
{
	struct pli_sealer *sealer = NULL;
	struct source *input = NULL;
	struct wrap wrap = { 0 };
	uint64_t length;
	enum pli_status rc;

	if ((rc = pli_certs_check(certs, &options->policy, err)) != PLI_OK ||
	    (rc = source_open(&input, in, &options->hooks, err)) != PLI_OK)
		goto out;
	length = source_positional(input) ? source_size(input) : PLI_LENGTH_UNKNOWN;
	if (length != PLI_LENGTH_UNKNOWN && length > PLI_CONTENT_MAX) {
		rc = too_long(err);
		goto out;
	}
	if ((rc = wrap_init(&wrap, pli, certs, options->profile, err)) != PLI_OK ||
	    (rc = sealing_new(&sealer, pli, &wrap, length, out, input, options, err)) != PLI_OK)
		goto out;
	rc = sealing_run(sealer, input, result, err);
out:
	wrap_clear(&wrap);
	pli_sealer_free(sealer);
	source_close(input);
	return rc;
}

uint64_t
pli_seal_bound(const struct pli_certs *certs, uint64_t content_len)
{
	/* 1,024 bytes are more than all the rest, padding included. */
	uint64_t extra = content_len / LAYOUT_CHUNK * 5 + 5 + recipients_bound(certs) + 1024;

	return content_len > UINT64_MAX - extra ? UINT64_MAX : content_len + extra;
}
