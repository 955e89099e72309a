/* Each number once, whatever the threads. */
#include "pli/batch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

#include "suite.h"

enum { MOST = 3000 };

typedef void *thread_main(void *arg);

static unsigned threads_made;

int __real_pthread_create(pthread_t *out, const pthread_attr_t *how, thread_main *run, void *arg);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *how, thread_main *run, void *arg);

int
__wrap_pthread_create(pthread_t *out, const pthread_attr_t *how, thread_main *run, void *arg)
{
	threads_made++;
	return __real_pthread_create(out, how, run, arg);
}

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

/* Eight descriptors for each worker, whatever was asked for; one there always is. Of several, the caller is one. */
static void
few_descriptors(void)
{
	static const struct {
		rlim_t descriptors;
		unsigned made;
	} limits[] = { { 64, 3 }, { 20, 1 }, { 32 + 8 * 9, 8 }, { 1024, 15 } };
	struct pli_error err = { 0 };
	struct rlimit old, limit;
	static struct runs r;
	size_t i;

	check(getrlimit(RLIMIT_NOFILE, &old) == 0);
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		limit = old;
		limit.rlim_cur = limits[i].descriptors;
		check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		memset(&r, 0, sizeof(r));
		threads_made = 0;
		check_ok(pli_batch_run(support_pli(), 16, 100, job, &r, &err), err);
		check(setrlimit(RLIMIT_NOFILE, &old) == 0);
		check(threads_made == limits[i].made && r.next == 100);
	}
}

#define TESTS(T, S) T(S, each_once) T(S, in_order_inline) T(S, few_descriptors)
SUITE(batch, TESTS)
