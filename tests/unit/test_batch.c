/* Each number once, whatever the threads. */
#include "pli/batch.h"

#include <stdatomic.h>
#include <string.h>

#include "suite.h"

enum { MOST = 3000 };

struct runs {
	atomic_uint times[MOST];
	atomic_uint next;
	atomic_bool in_order;
};

static void
job(void *arg, size_t i)
{
	struct runs *r = arg;

	check(i < MOST);
	if (atomic_fetch_add(&r->next, 1) != i)
		r->in_order = false;
	atomic_fetch_add(&r->times[i], 1);
}

static void
each_once(void)
{
	static const int threads[] = { 0, 1, 2, 4, 16, PLI_THREADS_AUTO };
	static const size_t counts[] = { 0, 1, 2, 3, 10, MOST };
	struct pli_error err = { 0 };
	static struct runs r;
	size_t i, j, n;

	for (i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		for (j = 0; j < sizeof(counts) / sizeof(counts[0]); j++) {
			memset(&r, 0, sizeof(r));
			check_ok(pli_batch_run(support_pli(), threads[i], counts[j], job, &r, &err), err);
			for (n = 0; n < MOST; n++)
				check(r.times[n] == (n < counts[j]));
		}
	}
}

static void
in_order_inline(void)
{
	struct pli_error err = { 0 };
	static struct runs r;

	memset(&r, 0, sizeof(r));
	r.in_order = true;
	check_ok(pli_batch_run(support_pli(), 0, MOST, job, &r, &err), err);
	check(r.in_order && r.next == MOST);
}

#define TESTS(T, S) T(S, each_once) T(S, in_order_inline)
SUITE(batch, TESTS)
