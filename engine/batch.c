/* batch.c - the ring again: a segment without bytes is a number, and its offset is which. */
#include "pli/batch.h"

#include <sys/resource.h>

#include "flow.h"

/* Descriptors: of a job, in and out with folders and spools; and of the process besides. */
#define DESCRIPTORS_EACH 8
#define DESCRIPTORS_OTHERS 32

struct batch {
	pli_batch_job *job;
	void *arg;
};

static void
work(struct segment *s, unsigned worker, void *arg)
{
	const struct batch *b = arg;

	(void)worker;
	b->job(b->arg, (size_t)s->off);
}

/* libcrypto keeps a random generator for each thread that sealed, and the context may not outlive it. */
static void
end(void *arg)
{
	pli_thread_stop(arg);
}

/* So many workers that none of them lacks descriptors: a job that does fails, though there is nothing wrong with it. */
static int
fed(int threads)
{
	struct rlimit limit;
	rlim_t most = 1;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return threads;
	if (limit.rlim_cur > DESCRIPTORS_OTHERS + DESCRIPTORS_EACH)
		most = (limit.rlim_cur - DESCRIPTORS_OTHERS) / DESCRIPTORS_EACH;
	return threads > 0 && (rlim_t)threads > most ? (int)most : threads;
}

enum pli_status
pli_batch_run(struct pli *pli, int threads, size_t count, pli_batch_job *job, void *arg, struct pli_error *err)
{
	struct batch b = { job, arg };
	struct ring *ring;
	struct segment *s;
	enum pli_status rc;
	size_t i;

	if (count == 0)
		return PLI_OK;
	threads = fed(flow_threads(threads, 1, count));
	rc = ring_new(&ring, 2 * (size_t)threads + 1, 1, (unsigned)threads, work, &b, err);
	if (rc != PLI_OK)
		return rc;
	ring_at_end(ring, end, pli);
	for (i = 0; i < count; i++) {
		while ((s = ring_fill(ring)) == NULL) {
			(void)ring_drain(ring);
			ring_release(ring);
		}
		s->off = i;
		ring_submit(ring);
	}
	while (ring_drain(ring) != NULL)
		ring_release(ring);
	ring_free(ring);
	return PLI_OK;
}
