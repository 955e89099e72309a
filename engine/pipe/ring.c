/*
 * ring.c - three counters say everything:  tail <= next <= head <= tail + depth.
 *
 *      [tail, next)   claimed by a worker, or done
 *      [next, head)   queued
 *
 * Slot i of the array holds segment number n when n % depth == i. Who works moves
 * next; only the caller moves head and tail. Memory for a slot's bytes is
 * one page-aligned block, so that the kernel copies whole pages.
 */
#include "ring.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct worker {
	struct ring *ring;
	unsigned number;
	pthread_t id;
};

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t queued;     /* next < head, or stop */
	pthread_cond_t done;       /* some segment was finished */
	uint64_t head, next, tail; /* under lock; head and tail written by the caller only */
	bool *finished;            /* per slot, under lock */
	bool stop;                 /* under lock */
	size_t depth, cap;
	struct segment *slots;
	uint8_t *memory; /* backs every slot's buf */
	ring_work *work;
	void *arg;
	void (*end)(void *end_arg); /* or NULL; under lock, as is its argument */
	void *end_arg;
	unsigned threads; /* started */
	bool helps;       /* the caller works too, while it would wait */
	struct worker *workers;
};

static struct segment *
slot(struct ring *r, uint64_t n)
{
	return &r->slots[n % r->depth];
}

/* Works on the next segment that is queued. Called with the lock held, and returns with it. */
static void
work_next(struct ring *r, unsigned worker)
{
	uint64_t n = r->next++;

	(void)pthread_mutex_unlock(&r->lock);
	r->work(slot(r, n), worker, r->arg);
	(void)pthread_mutex_lock(&r->lock);
	r->finished[n % r->depth] = true;
	if (n == r->tail)
		(void)pthread_cond_signal(&r->done);
}

static void *
worker_main(void *opaque)
{
	const struct worker *me = opaque;
	struct ring *r = me->ring;

	(void)pthread_mutex_lock(&r->lock);
	for (;;) {
		while (r->next == r->head && !r->stop)
			(void)pthread_cond_wait(&r->queued, &r->lock);
		if (r->stop)
			break;
		work_next(r, me->number);
	}
	(void)pthread_mutex_unlock(&r->lock);
	if (r->end != NULL) /* nobody writes it any more */
		r->end(r->end_arg);
	wipe_stack(); /* libc keeps stacks for other threads */
	return NULL;
}

/*
 * Signals belong to the host program's threads: workers start with all of them blocked, but for those that a thread sends itself
 * by a defect or a full disk under a mapping: blocked, these end the process without the host's handler.
 */
static int
start(struct worker *w)
{
	static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
	sigset_t all, before;
	size_t i;
	int rc;

	(void)sigfillset(&all);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		(void)sigdelset(&all, own[i]);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&w->id, NULL, worker_main, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

enum pli_status
ring_new(
    struct ring **out, size_t depth, size_t cap, unsigned threads, ring_work *work, void *arg, struct pli_error *err)
{
	struct ring *r;
	size_t i;
	int rc;

	*out = NULL;
	if (depth == 0 || cap == 0 || cap > SIZE_MAX / 2 / depth)
		return fail(err, PLI_ERR_USAGE, "a ring of %zu x %zu bytes", depth, cap);
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return fail_memory(err);
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->queued, NULL);
	(void)pthread_cond_init(&r->done, NULL);
	r->depth = depth;
	r->cap = (cap + 4095) / 4096 * 4096;
	r->work = work;
	r->arg = arg;
	r->slots = calloc(depth, sizeof(*r->slots));
	r->finished = calloc(depth, sizeof(*r->finished));
	r->workers = calloc((size_t)threads + 1, sizeof(*r->workers));
	r->memory = aligned_alloc(4096, depth * r->cap);
	if (r->slots == NULL || r->finished == NULL || r->memory == NULL || r->workers == NULL) {
		ring_free(r);
		return fail_memory(err);
	}
	for (i = 0; i < depth; i++) {
		r->slots[i].cap = cap;
		r->slots[i].buf = r->memory + i * r->cap;
	}
	/* The caller is one of several: one thread more than there are CPUs for would now and then be in the others' way. */
	r->helps = threads > 1;
	if (r->helps)
		threads--;
	while (r->threads < threads) {
		r->workers[r->threads].ring = r;
		r->workers[r->threads].number = r->threads;
		if ((rc = start(&r->workers[r->threads])) != 0) {
			ring_free(r);
			return fail_errno(err, PLI_ERR, rc, "cannot start a worker thread");
		}
		r->threads++;
	}
	*out = r;
	return PLI_OK;
}

void
ring_free(struct ring *r)
{
	size_t i;

	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->stop = true;
	(void)pthread_cond_broadcast(&r->queued);
	(void)pthread_mutex_unlock(&r->lock);
	for (i = 0; i < r->threads; i++)
		(void)pthread_join(r->workers[i].id, NULL);
	(void)pthread_cond_destroy(&r->done);
	(void)pthread_cond_destroy(&r->queued);
	(void)pthread_mutex_destroy(&r->lock);
	if (r->threads == 0 || r->helps) /* the caller worked, too */
		wipe_stack();
	/* Memory that nobody wrote to is not touched now, either: often that is all of it. */
	for (i = 0; r->slots != NULL && r->memory != NULL && i < r->depth; i++)
		wipe(r->memory + i * r->cap, r->slots[i].dirty);
	if (r->slots != NULL)
		wipe(r->slots, r->depth * sizeof(*r->slots));
	free(r->memory);
	free(r->workers);
	free(r->finished);
	free(r->slots);
	free(r);
}

void
ring_at_end(struct ring *r, void (*end)(void *arg), void *arg)
{
	(void)pthread_mutex_lock(&r->lock);
	r->end = end;
	r->end_arg = arg;
	(void)pthread_mutex_unlock(&r->lock);
}

struct segment *
ring_fill(struct ring *r)
{
	/* head and tail move only on this thread, so no lock to read them. */
	return r->head - r->tail == r->depth ? NULL : slot(r, r->head);
}

void
ring_submit(struct ring *r)
{
	(void)pthread_mutex_lock(&r->lock);
	assert(r->head - r->tail < r->depth);
	r->finished[r->head % r->depth] = false;
	r->head++;
	(void)pthread_cond_signal(&r->queued);
	(void)pthread_mutex_unlock(&r->lock);
}

struct segment *
ring_drain(struct ring *r)
{
	if (r->tail == r->head)
		return NULL;
	if (r->threads == 0) {
		if (r->next == r->tail) {
			r->work(slot(r, r->tail), 0, r->arg);
			r->next++;
		}
		return slot(r, r->tail);
	}
	(void)pthread_mutex_lock(&r->lock);
	while (!r->finished[r->tail % r->depth]) {
		if (r->helps && r->next < r->head)
			work_next(r, r->threads);
		else
			(void)pthread_cond_wait(&r->done, &r->lock);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return slot(r, r->tail);
}

void
ring_release(struct ring *r)
{
	struct segment *s;

	assert(r->tail < r->head);
	s = slot(r, r->tail);
	s->off = 0;
	s->len = s->extent_count = s->padding = 0;
	s->last = false;
	s->out = NULL;
	s->err.status = PLI_OK;
	(void)pthread_mutex_lock(&r->lock);
	r->tail++;
	(void)pthread_mutex_unlock(&r->lock);
}
