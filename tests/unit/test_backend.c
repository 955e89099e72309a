/*
 * Which back end computes: the one that was named, libcrypto for what is short, the same one for all that is long; and the
 * self-test that keeps one that cannot be trusted from being taken.
 */
#include "backend.h"
#include "context.h"
#include "gcm.h"
#include "jobs.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define LONG UINT64_MAX
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
named(void)
{
	struct pli_error err = { 0 };
	struct pli_build build;
	struct pli *pli;

	check_ok(pli_new_with(&pli, "evp", &err), err);
	check(backend_for(pli, 0) == &backend_evp && backend_for(pli, LONG) == &backend_evp);
	pli_describe(pli, &build);
	check(strcmp(build.backend, "evp") == 0);
	pli_free(pli);
#ifdef PLI_GCRYPT
	check_ok(pli_new_with(&pli, "gcrypt", &err), err);
	check(backend_for(pli, 0) == &backend_gcrypt && backend_for(pli, LONG) == &backend_gcrypt);
	pli_describe(pli, &build);
	check(strcmp(build.backend, "gcrypt") == 0 && strcmp(build.gcm, "segments") == 0);
	pli_free(pli);
#endif
	check(pli_new_with(&pli, "openssl", &err) == PLI_ERR_USAGE && pli == NULL);
	check(strstr(err.message, "openssl") != NULL && strstr(err.hint, "evp") != NULL);
}

static void
chosen(void)
{
	struct pli_error err = { 0 };
	const struct backend *first;
	struct pli *pli;
	int i;

	check_ok(pli_new(&pli, &err), err);
	check(backend_for(pli, 0) == &backend_evp && backend_for(pli, 1 << 20) == &backend_evp);
	first = backend_for(pli, LONG);
	for (i = 0; i < 3; i++)
		check(backend_for(pli, LONG) == first && backend_for(pli, UINT64_C(1) << 30) == first);
	pli_free(pli);
}

/* A back end whose tags are wrong in one direction only: the case that the self-test is for. */
static const struct backend *honest;

static bool
spoilt_segment(void *handle, const uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[16])
{
	bool ok = honest->segment(handle, iv, in, out, len, tag);

	tag[15] ^= 1;
	return ok;
}

static bool
spoilt_hash(void *handle, const uint8_t *in, size_t len, uint8_t tag[16])
{
	bool ok = honest->hash(handle, in, len, tag);

	tag[0] ^= 0x80;
	return ok;
}

static bool
no_init(void *handle, const struct pli *pli, struct view key, bool sealing)
{
	(void)handle;
	(void)pli;
	(void)key;
	(void)sealing;
	return false;
}

static bool
no_segment(void *handle, const uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[16])
{
	(void)handle;
	(void)iv;
	(void)in;
	(void)out;
	(void)len;
	(void)tag;
	return false;
}

static void
self_test_tells(void)
{
	struct backend spoilt[4];
	struct pli_error err = { 0 };
	struct pli *pli;
	size_t i;

	check_ok(pli_new_with(&pli, "evp", &err), err);
	honest = pli->backend;
	for (i = 0; i < COUNT(spoilt); i++)
		spoilt[i] = *honest;
	spoilt[0].segment = spoilt_segment;
	spoilt[1].hash = spoilt_hash;
	spoilt[2].init = no_init;
	spoilt[3].segment = no_segment;
	check(gcm_self_test(pli));
	for (i = 0; i < COUNT(spoilt); i++) {
		pli->backend = &spoilt[i];
		check(!gcm_self_test(pli));
	}
	pli_free(pli);
}

#define TESTS(T, S) T(S, named) T(S, chosen) T(S, self_test_tells)
SUITE(backend, TESTS)
