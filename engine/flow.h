#ifndef PLI_FLOW_H
#define PLI_FLOW_H

/*
 * flow.h - moves content through the cipher, segment by segment, on as many threads as asked: what sealing and opening
 * have in common.
 *
 *      flow_new -> flow_next, fill it, flow_submit ... -> flow_finish -> flow_free
 *
 * What a worker does with a segment: read the extents that were not filled in by the caller, cipher in place (or straight
 * into the sink's memory), and put the result, if the flow has a put. What the caller's thread does, in order: fold the
 * segment into the message's hash, and hand it to drained, if the flow has one.
 *
 * RULES
 *   - put runs on workers and depends on nothing that changes; drained runs on the caller's thread.
 *   - Any failure ends the flow: the error of the lowest segment is the one reported.
 */

#include "bytes.h"
#include "cbc.h"
#include "gcm.h"
#include "pli/stream.h"
#include "ring.h"
#include "sink.h"
#include "source.h"

#define FLOW_SEGMENT_MIN 64u /* what it takes to see that content is an envelope */
#define FLOW_SEGMENT_MAX (16u << 20)

struct flow_plan {
	struct gcm *gcm; /* the cipher is this, or */
	struct cbc *cbc; /* this */
	enum gcm_op op;
	uint64_t shown; /* GCM_HASH: the segments that begin below this offset are decrypted all the same */
	const struct source *source; /* for extents; may be NULL */
	int threads;                 /* resolved by flow_threads; 1: a thread only where the caller is not idle */
	bool gathers;                /* the caller brings pieces together, also of a positional source */
	size_t segment;              /* bytes */
	const struct pli_hooks *hooks;
	struct pli_progress progress; /* total, pass, passes */
	/* where the result may be written directly, or NULL */
	uint8_t *(*window)(void *arg, const struct segment *s);
	enum pli_status (*put)(void *arg, const struct segment *s, struct pli_error *err);
	enum pli_status (*drained)(void *arg, const struct segment *s, struct pli_error *err);
	void *arg;
};

struct flow;

/* flow_threads is the number of workers for a thread option: fewer than asked where the content is short. */
int flow_threads(int threads, size_t segment, uint64_t content_len);

/* flow_segment checks a segment option; 0 becomes the default. Fails with PLI_ERR_USAGE. */
enum pli_status flow_segment(size_t *segment, struct pli_error *err) PLI_MUST_CHECK;

enum pli_status flow_new(struct flow **out, const struct flow_plan *plan, struct pli_error *err) PLI_MUST_CHECK;

/* flow_free stops the workers, wipes and frees. NULL is fine. */
void flow_free(struct flow *f);

/*
 * flow_next gives the segment to fill next, the same until flow_submit; its off is set. It waits for an older one if the
 * window is full. Fails as a segment did, or with PLI_ERR_CANCELLED.
 */
enum pli_status flow_next(struct flow *f, struct segment **s, struct pli_error *err) PLI_MUST_CHECK;

/* flow_submit hands the segment from flow_next, with its len set, to the workers. Only the last may be short. */
void flow_submit(struct flow *f);

/* flow_room: can another segment be filled without waiting? */
bool flow_room(const struct flow *f);

/*
 * flow_take waits for the oldest segment that was submitted, folds it and shows it, or gives NULL if there is none. It is
 * not handed to drained, and stays until flow_release. Fails as flow_next does.
 */
enum pli_status flow_take(struct flow *f, const struct segment **shown, struct pli_error *err) PLI_MUST_CHECK;

void flow_release(struct flow *f);

/* flow_finish waits for all segments. */
enum pli_status flow_finish(struct flow *f, struct pli_error *err) PLI_MUST_CHECK;

#endif
