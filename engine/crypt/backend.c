/*
 * backend.c - which back end, and which path. Each candidate has to give the known answers; of several the one is taken
 * that seals a short piece of memory in the least time, the best of some turns each, side by side because machines are
 * noisy. libcrypto stays unless another one is faster by more than noise. Setting up the others costs more than a short
 * message takes, so nobody looks before the first long one.
 */
#include "backend.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "context.h"
#include "gcm.h"

#define PROBE_BYTES (64 << 10)
#define PROBE_TURNS 5
#define BETTER 1.1
#define LONG_MESSAGE (UINT64_C(8) << 20)

static const struct backend *const all[] = {
	&backend_evp,
#ifdef PLI_GCRYPT
	&backend_gcrypt,
#endif
};

#define COUNT (sizeof(all) / sizeof(all[0]))

static bool
ready(const struct backend *backend)
{
	return backend->ready == NULL || backend->ready();
}

/* Does the back end give the known answers? With pli as it is otherwise. */
static bool
passes(const struct pli *pli, const struct backend *backend, enum gcm_path path)
{
	struct pli trial = *pli;

	trial.backend = backend;
	trial.fastest = NULL;
	trial.gcm_path = path;
	return gcm_self_test(&trial);
}

static double
seconds(void)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The seconds that a probe takes, or 0 when it fails. */
static double
probe(const struct backend *backend, void *handle, uint8_t *memory)
{
	static const uint8_t iv[16] = { 1 };
	double begun = seconds();
	uint8_t tag[16];

	return backend->segment(handle, iv, memory, memory, PROBE_BYTES, tag) ? seconds() - begun : 0;
}

/* The key is no secret here. */
static const struct backend *
find_fastest(const struct pli *pli)
{
	static const uint8_t key[32];
	uint8_t *memory = calloc(1, PROBE_BYTES), *handle[COUNT];
	double best[COUNT] = { 0 }, took;
	size_t i, turn, choice = 0;

	for (i = 0; i < COUNT; i++) {
		handle[i] = calloc(1, all[i]->size);
		if (memory == NULL || handle[i] == NULL || !ready(all[i]) || !passes(pli, all[i], GCM_SEGMENTS) ||
		    !all[i]->init(handle[i], pli, view_of(key, sizeof(key)), true))
			best[i] = -1;
	}
	for (turn = 0; turn < PROBE_TURNS; turn++)
		for (i = 0; i < COUNT; i++)
			if (best[i] >= 0 && (took = probe(all[i], handle[i], memory)) > 0)
				best[i] = best[i] > 0 && best[i] < took ? best[i] : took;
	for (i = 1; i < COUNT; i++)
		if (best[i] > 0 && best[choice] > best[i] * BETTER)
			choice = i;
	for (i = 0; i < COUNT; i++) {
		if (handle[i] != NULL)
			all[i]->clear(handle[i]);
		free(handle[i]);
	}
	free(memory);
	context_forget();
	return all[choice];
}

const struct backend *
backend_for(const struct pli *pli, uint64_t bytes)
{
	const struct backend *found, *none = NULL;

	if (pli->fastest == NULL || bytes < LONG_MESSAGE)
		return pli->backend;
	if ((found = atomic_load(&pli->fastest->is)) == NULL) {
		found = find_fastest(pli);
		if (!atomic_compare_exchange_strong(&pli->fastest->is, &none, found))
			found = none; /* somebody else looked too */
	}
	return found;
}

static enum pli_status
no_such(const char *name, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_USAGE, "there is no cipher back end \"%s\" in this pli", name);

	fail_hint(err, COUNT > 1 ? "there are evp and gcrypt" : "there is evp only");
	return rc;
}

enum pli_status
backend_choose(struct pli *pli, const char *name, struct pli_error *err)
{
	size_t chosen = 0;
	int path, last;

	while (name != NULL && strcmp(name, all[chosen]->name) != 0)
		if (++chosen == COUNT)
			return no_such(name, err);
	last = all[chosen] == &backend_evp ? GCM_SERIAL : GCM_SEGMENTS;
	for (path = ready(all[chosen]) ? GCM_SEGMENTS : last + 1; path <= last; path++)
		if (passes(pli, all[chosen], (enum gcm_path)path))
			break;
	if (path > last)
		return fail(
		    err, PLI_ERR, "the self-test of AES-GCM failed: this %s cannot be trusted", all[chosen]->library);
	pli->backend = all[chosen];
	pli->gcm_path = (enum gcm_path)path;
	if (name == NULL && COUNT > 1 && path == GCM_SEGMENTS &&
	    (pli->fastest = calloc(1, sizeof(*pli->fastest))) == NULL)
		return fail_memory(err);
	return PLI_OK;
}
