/*
 * bench_ring.c - what a segment costs when there is nothing to do with it: fill, submit, wake a worker, drain, release.
 * A segment of 1 MiB takes the cipher some hundred microseconds; the ring's share of that is what is looked at here.
 * Making and ending a ring is measured too: it is most of what a small envelope costs.
 */
#include "bench.h"
#include "ring.h"

#define CAP ((size_t)1 << 20)

static void
nothing(struct segment *s, unsigned worker, void *arg)
{
	(void)worker;
	(void)arg;
	s->out = s->buf;
}

static size_t
depth_for(unsigned threads)
{
	return threads == 0 ? 1 : 2 * (size_t)threads + 2;
}

static void
turn(struct bench *b, const void *what)
{
	unsigned threads = (unsigned)bench_arg(b, 0);
	struct pli_error err = { 0 };
	struct segment *s;
	struct ring *r;

	(void)what;
	if (ring_new(&r, depth_for(threads), CAP, threads, nothing, NULL, &err) != PLI_OK) {
		bench_fail(b, err.message);
		return;
	}
	while (bench_next(b)) {
		while ((s = ring_fill(r)) == NULL) {
			(void)ring_drain(r);
			ring_release(r);
		}
		s->len = 1;
		ring_submit(r);
	}
	while (ring_drain(r) != NULL)
		ring_release(r);
	bench_items(b, 1);
	ring_free(r);
}

static void
life(struct bench *b, const void *what)
{
	unsigned threads = (unsigned)bench_arg(b, 0);
	struct pli_error err = { 0 };
	struct ring *r;

	(void)what;
	while (bench_next(b)) {
		if (ring_new(&r, depth_for(threads), CAP, threads, nothing, NULL, &err) != PLI_OK) {
			bench_fail(b, err.message);
			return;
		}
		if (ring_fill(r) != NULL) {
			ring_submit(r);
			(void)ring_drain(r);
			ring_release(r);
		}
		ring_free(r);
	}
	bench_items(b, 1);
}

void
bench_ring_add(void)
{
	const struct bench_axis threads[] = { BENCH_AXIS("threads", 0, 1, 2, 4) };

	bench_add("ring_turn", turn, NULL, threads, 1);
	bench_add("ring_life", life, NULL, threads, 1);
}
