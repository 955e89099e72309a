#ifndef PLI_RING_H
#define PLI_RING_H

/*
 * ring.h - a bounded, ordered window of segments worked on in parallel.
 *
 * One thread, the caller, fills segments and takes them back in the order in
 * which it filled them. Workers transform whatever lies between; the caller is
 * one of them, if there are several, while it would wait for the others. All memory is
 * allocated by ring_new; nothing is allocated per segment.
 *
 *      fill -> submit -> (worker) -> drain -> release
 *
 * Owner of a segment at each step:
 *
 *      free      nobody       waiting in the ring
 *      filling   the caller   from ring_fill to ring_submit
 *      queued    nobody       readable, not yet claimed
 *      working   one worker   may write any field
 *      draining  the caller   from ring_drain to ring_release
 *
 * RULES
 *   - No field of struct segment needs a lock: it has one owner at a time, and
 *     ownership moves only inside ring_submit, the worker loop and ring_drain,
 *     which hold the ring's lock.
 *   - A worker reports failure in s->err. The caller drains in order, so the
 *     error of the lowest segment is the one that counts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/* Bytes of a segment that the worker still has to read: len bytes at off of the source belong at buf + at. */
struct extent {
	uint64_t off;
	size_t at, len;
};

#define SEGMENT_EXTENTS 16

struct segment {
	uint64_t off; /* of its first content byte; set by the filler */
	size_t len;   /* content bytes; set by the filler */
	uint8_t *buf; /* cap bytes, owned by the ring: input, worked on in place */
	size_t cap;
	size_t dirty; /* first bytes of buf that were ever written, and are wiped at the end; see ring_touch */
	struct extent extents[SEGMENT_EXTENTS];
	size_t extent_count;
	bool last;          /* nothing follows; set by the filler where that matters */
	uint8_t before[16]; /* CBC: the ciphertext before off; set by the filler */
	const uint8_t *out; /* len bytes of result; set by the worker */
	size_t padding;     /* CBC: bytes that the worker took off the end, from len; 0 where there was none to take */
	uint8_t digest[16]; /* what authentication needs of this segment; secret; set by the worker */
	struct pli_error err;
};

/* ring_touch is called by whoever writes to the first len bytes of s->buf. */
static inline void
ring_touch(struct segment *s, size_t len)
{
	if (len > s->dirty)
		s->dirty = len;
}

/*
 * A ring_work works on s. It must depend on nothing but *s, its own state for
 * worker (0 to threads - 1; 0 when inline) and what was constant when ring_new
 * was called.
 */
typedef void ring_work(struct segment *s, unsigned worker, void *arg);

struct ring;

/*
 * ring_new makes a ring of depth segments of cap bytes, for as many workers as
 * threads says. With 0 no thread is started and ring_drain does the work itself, in
 * order; with 1 one is started, so that the caller can read and write meanwhile; with
 * more ring_drain is one of them. Results are identical.
 */
enum pli_status ring_new(struct ring **out, size_t depth, size_t cap, unsigned threads, ring_work *work, void *arg,
    struct pli_error *err) PLI_MUST_CHECK;

/* ring_at_end has each thread that was started call end(arg) before it ends. It comes before the first ring_submit. */
void ring_at_end(struct ring *r, void (*end)(void *arg), void *arg);

/* ring_free stops the workers, waits for them, wipes and frees. NULL is fine. */
void ring_free(struct ring *r);

/* ring_fill returns an empty segment, the same until ring_submit, or NULL if the window is full. */
struct segment *ring_fill(struct ring *r);

/* ring_submit hands the segment from ring_fill to the workers. */
void ring_submit(struct ring *r);

/*
 * ring_drain waits for the oldest submitted segment and returns it, or NULL if none is in flight. Meanwhile it works on
 * others.
 */
struct segment *ring_drain(struct ring *r);

/* ring_release returns the segment from ring_drain to the ring. */
void ring_release(struct ring *r);

#endif
