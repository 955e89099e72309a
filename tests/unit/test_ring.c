/* The ring: order, any number of threads, whose error counts, and that it can be freed at any moment. */
#include "ring.h"
#include "suite.h"
#include "wiped.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CAP 100

struct job {
	atomic_uint calls;
	atomic_uint by_worker[8];
	unsigned threads;
	unsigned fails_from; /* segments from this number on fail */
	bool uneven;         /* some take longer */
};

static void
pause_us(long us)
{
	const struct timespec t = { 0, us * 1000 };

	(void)nanosleep(&t, NULL);
}

static void
work(struct segment *s, unsigned worker, void *arg)
{
	struct job *job = arg;
	size_t i;

	atomic_fetch_add(&job->calls, 1);
	atomic_fetch_add(&job->by_worker[worker], 1);
	if (job->uneven && s->off % 3 == 0)
		pause_us(200);
	for (i = 0; i < s->len; i++)
		s->buf[i] ^= 0x5a;
	s->out = s->buf;
	s->digest[0] = (uint8_t)s->off;
	if (s->off >= job->fails_from)
		(void)fail(&s->err, PLI_ERR_IO, "segment %u", (unsigned)s->off);
}

static struct ring *
new_ring(struct job *job, size_t depth, unsigned threads)
{
	struct pli_error err = { 0 };
	struct ring *r;

	atomic_init(&job->calls, 0);
	for (unsigned i = 0; i < 8; i++)
		atomic_init(&job->by_worker[i], 0);
	job->threads = threads;
	check_ok(ring_new(&r, depth, CAP, threads, work, job, &err), err);
	return r;
}

static void
submit(struct ring *r, unsigned n)
{
	struct segment *s = ring_fill(r);

	check(s != NULL && s->len == 0 && s->cap == CAP && s->extent_count == 0 && s->err.status == PLI_OK);
	check(ring_fill(r) == s);
	s->off = n;
	s->len = n % (CAP + 1);
	s->extent_count = 3;
	support_bytes(s->buf, s->len, n);
	ring_touch(s, s->len);
	ring_submit(r);
}

static void
take_back(struct ring *r, unsigned n)
{
	struct segment *s = ring_drain(r);
	uint8_t want[CAP];
	size_t i;

	check(s != NULL && ring_drain(r) == s);
	check(s->off == n && s->len == n % (CAP + 1) && s->digest[0] == (uint8_t)n);
	support_bytes(want, s->len, n);
	for (i = 0; i < s->len; i++)
		check(s->out[i] == (want[i] ^ 0x5a));
	ring_release(r);
}

/* Sends count segments through, with as many in flight as there is room for, or fewer. */
static void
run(size_t depth, unsigned threads, unsigned count, size_t most)
{
	struct job job = { .fails_from = UINT32_MAX, .uneven = true };
	struct ring *r = new_ring(&job, depth, threads);
	unsigned in = 0, out = 0, i;

	while (out < count) {
		while (in < count && in - out < most && ring_fill(r) != NULL)
			submit(r, in++);
		if (in - out == depth)
			check(ring_fill(r) == NULL);
		take_back(r, out++);
	}
	check(ring_drain(r) == NULL);
	check(atomic_load(&job.calls) == count);
	for (i = threads > 0 ? threads : 1; i < 8; i++)
		check(atomic_load(&job.by_worker[i]) == 0);
	ring_free(r);
}

static void
in_order(void)
{
	unsigned threads;

	for (threads = 0; threads <= 4; threads++) {
		run(1, threads, 30, 1);
		run(2, threads, 50, 2);
		run(3, threads, 100, 2);
		run(10, threads, 300, 10);
	}
}

static void
inline_work_is_done_when_drained(void)
{
	struct job job = { .fails_from = UINT32_MAX };
	struct ring *r = new_ring(&job, 4, 0);

	submit(r, 0);
	submit(r, 1);
	check(atomic_load(&job.calls) == 0);
	check(ring_drain(r) != NULL && ring_drain(r) != NULL);
	check(atomic_load(&job.calls) == 1);
	take_back(r, 0);
	take_back(r, 1);
	check(atomic_load(&job.calls) == 2);
	ring_free(r);
}

static void
lowest_error_first(void)
{
	unsigned threads, round, n;

	for (threads = 0; threads <= 4; threads += 2)
		for (round = 0; round < 20; round++) {
			struct job job = { .fails_from = 5, .uneven = true };
			struct ring *r = new_ring(&job, 12, threads);
			const struct segment *s;

			for (n = 0; n < 12; n++)
				submit(r, n);
			for (n = 0; n < 5; n++)
				take_back(r, n);
			s = ring_drain(r);
			check(s->err.status == PLI_ERR_IO && strcmp(s->err.message, "segment 5") == 0);
			/* gone on with: the place is clean when it is used again */
			ring_release(r);
			s = ring_drain(r);
			check(s->err.status == PLI_ERR_IO && strcmp(s->err.message, "segment 6") == 0);
			ring_free(r);
		}
}

static void
an_error_does_not_stay(void)
{
	struct job job = { .fails_from = 0 };
	struct ring *r = new_ring(&job, 1, 0);

	submit(r, 0);
	check(ring_drain(r)->err.status == PLI_ERR_IO);
	ring_release(r);
	job.fails_from = 2;
	submit(r, 1);
	check(ring_drain(r)->err.status == PLI_OK);
	ring_release(r);
	ring_free(r);
}

/* Freed with segments filled, queued, worked on and drained. */
static void
free_in_any_state(void)
{
	unsigned threads, submitted, drained;

	ring_free(NULL);
	for (threads = 0; threads <= 4; threads++)
		for (submitted = 0; submitted <= 6; submitted++)
			for (drained = 0; drained <= submitted; drained++) {
				struct job job = { .fails_from = UINT32_MAX, .uneven = true };
				struct ring *r = new_ring(&job, 6, threads);
				struct segment *s;
				unsigned n;

				for (n = 0; n < submitted; n++)
					submit(r, n);
				for (n = 0; n < drained; n++)
					take_back(r, n);
				/* half the time something is being filled, too, and something being drained */
				if (drained % 2 == 0 && (s = ring_fill(r)) != NULL)
					memset(s->buf, 1, s->cap);
				if (submitted % 2 == 0)
					(void)ring_drain(r);
				ring_free(r);
			}
}

/* Every byte that was written is wiped, of segments in every state; what was not touched is left alone. */
static void
what_was_written_is_wiped(void)
{
	static const size_t lengths[] = { 100, 7, 0, 50 };
	struct job job = { .fails_from = UINT32_MAX };
	struct ring *r = new_ring(&job, 5, 1);
	const uint8_t *bufs[5];
	unsigned n;

	for (n = 0; n < 4; n++) {
		bufs[n] = ring_fill(r)->buf;
		submit(r, (unsigned)lengths[n]);
	}
	bufs[4] = ring_fill(r)->buf;
	take_back(r, 100);
	take_back(r, 7);
	/* the first again, with fewer bytes: those of before are still there */
	submit(r, 3);
	check(ring_fill(r)->buf == bufs[0]);
	submit(r, 2);
	wiped_forget();
	ring_free(r);
	for (n = 0; n < 4; n++)
		check(wiped_all(bufs[n], lengths[n]));
	check(wiped_all(bufs[4], 3) && !wiped_all(bufs[4], CAP + 1) && !wiped_all(bufs[1], 8));
}

static void
segments_are_whole_pages(void)
{
	struct job job = { .fails_from = UINT32_MAX };
	struct ring *r = new_ring(&job, 3, 0);
	const uint8_t *first = ring_fill(r)->buf;

	check((uintptr_t)first % 4096 == 0);
	submit(r, 1);
	check((uintptr_t)ring_fill(r)->buf % 4096 == 0);
	check(ring_fill(r)->buf >= first + CAP || ring_fill(r)->buf + CAP <= first);
	ring_free(r);
}

static void
impossible_sizes(void)
{
	struct pli_error err = { 0 };
	struct ring *r = (struct ring *)&err;

	check(ring_new(&r, 0, 1, 0, work, NULL, &err) == PLI_ERR_USAGE && r == NULL);
	check(ring_new(&r, 1, 0, 0, work, NULL, NULL) == PLI_ERR_USAGE);
	check(ring_new(&r, 4, SIZE_MAX / 4, 0, work, NULL, NULL) == PLI_ERR_USAGE);
}

static void
ended(void *arg)
{
	atomic_fetch_add((atomic_uint *)arg, 1);
}

/* What a thread keeps it can give up at its own end: each does so once, and when nobody works any more. */
static void
ends(void)
{
	struct job job = { .fails_from = 1000 };
	unsigned threads;
	atomic_uint calls;
	struct ring *r;
	size_t i;

	for (threads = 0; threads <= 4; threads++) {
		atomic_init(&calls, 0);
		r = new_ring(&job, 8, threads);
		ring_at_end(r, ended, &calls);
		for (i = 0; i < 8; i++) {
			ring_fill(r)->off = i;
			ring_submit(r);
		}
		while (ring_drain(r) != NULL)
			ring_release(r);
		check(job.calls == 8 && calls == 0);
		ring_free(r);
		/* of several workers the caller is one, which does not end */
		check(calls == (threads > 1 ? threads - 1 : threads));
	}
}

/* Works on one segment until another has been begun. */
static void
work_until_joined(struct segment *s, unsigned worker, void *arg)
{
	struct job *job = arg;

	(void)s;
	atomic_fetch_add(&job->by_worker[worker], 1);
	atomic_fetch_add(&job->calls, 1);
	while (atomic_load(&job->calls) < job->threads)
		pause_us(20);
}

/* Who waits for a segment works on another meanwhile: as many are worked on at once as there are workers, the caller included. */
static void
who_waits_works(void)
{
	struct pli_error err = { 0 };
	unsigned threads, i;
	struct ring *r;

	for (threads = 1; threads <= 4; threads++) {
		struct job job = { .threads = threads };

		check_ok(ring_new(&r, threads, CAP, threads, work_until_joined, &job, &err), err);
		for (i = 0; i < threads; i++)
			ring_submit(r);
		for (i = 0; i < threads; i++) {
			check(ring_drain(r) != NULL);
			ring_release(r);
		}
		for (i = 0; i < threads; i++)
			check(atomic_load(&job.by_worker[i]) == 1);
		ring_free(r);
	}
}

#define TESTS(T, S)                                                                                                    \
	T(S, in_order)                                                                                                 \
	T(S, inline_work_is_done_when_drained)                                                                         \
	T(S, lowest_error_first)                                                                                       \
	T(S, an_error_does_not_stay)                                                                                   \
	T(S, free_in_any_state)                                                                                        \
	T(S, what_was_written_is_wiped)                                                                                \
	T(S, segments_are_whole_pages) T(S, impossible_sizes) T(S, ends) T(S, who_waits_works)
SUITE(ring, TESTS)
