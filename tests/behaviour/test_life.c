/*
 * Objects in every state they can be in: freed half-built, used after a failure, committed twice; calls that are wrong in
 * themselves; nothing at all where a pointer may be NULL; several contexts, and one context on several threads.
 */
#include "jobs.h"
#include "suite.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pli/inspect.h"

enum { LEN = 300000, THREADS = 4 };

static uint8_t bytes[LEN];

static struct pli_certs *
one_cert(void)
{
	enum support_kind kind = SUPPORT_P256;

	support_bytes(bytes, LEN, 8);
	return support_certs(&kind, 1);
}

/* How far a sealer gets before it is freed. */
enum stage { NEW, WRITTEN_LITTLE, WRITTEN, WRITTEN_ALL, FAILED, FAILED_TWICE, COMMITTED, COMMITTED_TWICE, STAGES };

static enum pli_status
write_bytes(struct pli_sealer *s, size_t len)
{
	return pli_sealer_write(s, bytes, len, NULL);
}

static void
live(struct pli_sealer *s, enum stage until)
{
	struct pli_sealed sealed = { 0 };

	if (until >= WRITTEN_LITTLE)
		check(write_bytes(s, 1) == PLI_OK);
	if (until >= WRITTEN)
		check(write_bytes(s, LEN / 2) == PLI_OK);
	if (until >= WRITTEN_ALL)
		check(write_bytes(s, LEN - LEN / 2 - 1) == PLI_OK);
	if (until == FAILED || until == FAILED_TWICE)
		check(write_bytes(s, 1) == PLI_ERR_USAGE); /* one more than was said */
	if (until == FAILED_TWICE) {
		check(write_bytes(s, 1) == PLI_ERR_USAGE);
		check(pli_sealer_commit(s, &sealed, NULL) == PLI_ERR_USAGE && sealed.bytes == 0);
	}
	if (until >= COMMITTED)
		check(pli_sealer_commit(s, &sealed, NULL) == PLI_OK && sealed.content_bytes == LEN);
	if (until >= COMMITTED_TWICE) {
		check(pli_sealer_commit(s, NULL, NULL) == PLI_ERR_USAGE);
		check(write_bytes(s, 1) == PLI_ERR_USAGE);
		check(pli_sealer_commit(s, NULL, NULL) == PLI_ERR_USAGE);
	}
}

/* Whatever its state, a sealer is freed, and only what was committed is there. */
static void
sealers_freed(void)
{
	static const int threads[] = { 0, 1, 3 };
	static const size_t segments[] = { 0, 4096 };
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_certs *certs = one_cert();
	struct buf got = { 0 };
	struct pli_error err = { 0 };
	struct pli_sealer *s;
	struct jobs_to out;
	enum jobs_kind to;
	unsigned until;
	size_t i;

	for (i = 0; i < 6; i++) {
		options.threads = threads[i % 3];
		options.segment = segments[i / 3];
		for (to = 0; to < ENDS_KINDS; to++)
			for (until = NEW; until < STAGES; until++) {
				jobs_to(&out, to, (size_t)pli_seal_bound(certs, LEN));
				check_ok(
				    pli_sealer_new(&s, support_pli(), certs, LEN, &out.output, &options, &err), err);
				live(s, until);
				pli_sealer_free(s);
				jobs_to_close(&out, until < COMMITTED ? PLI_ERR : PLI_OK, LEN, &got);
				check(to == ENDS_PIPE || (got.len == 0) == (until < COMMITTED));
				buf_clear(&got);
			}
	}
	check(support_entries() == 0);
	pli_certs_free(certs);
}

/* After a failure every further call fails the same way, with the same words. */
static void
failure_sticks(void)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_certs *certs = one_cert();
	uint8_t memory[LEN + 2000];
	struct pli_output small = pli_output_memory(memory, 60000, "memory");
	struct pli_error first = { 0 }, again;
	struct pli_sealer *s;
	int i;

	options.threads = 2;
	options.segment = 4096;
	memset(memory, 1, sizeof(memory));
	check_ok(pli_sealer_new(&s, support_pli(), certs, LEN, &small, &options, &first), first);
	while (pli_sealer_write(s, bytes, 4096, &first) == PLI_OK)
		;
	check(first.status == PLI_ERR_LIMIT); /* the memory is too small */
	for (i = 0; i < 3; i++) {
		again = (struct pli_error){ 0 };
		check(pli_sealer_write(s, bytes, i == 0 ? 0 : 1, &again) == PLI_ERR_LIMIT);
		check(again.status == first.status && strcmp(again.message, first.message) == 0);
		again = (struct pli_error){ 0 };
		check(pli_sealer_commit(s, NULL, &again) == PLI_ERR_LIMIT);
		check(again.status == first.status && strcmp(again.message, first.message) == 0);
	}
	pli_sealer_free(s);
	for (i = 0; i < 60000; i++)
		check(memory[i] == 0);
	check(memory[60000] == 1);
	pli_certs_free(certs);
}

/* The first error of a story stays, whatever fails later. */
static void
first_error_stays(void)
{
	const struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_certs *certs = one_cert();
	struct pli_output nowhere = pli_output_path("/nonexistent/folder/file");
	struct pli_input in = pli_input_memory(bytes, 10, "memory");
	struct pli_error err = { 0 }, first;
	struct pli_key *key;

	check(pli_key_new(&key, support_pli(), "no key", 6, "a word", NULL, NULL, NULL, &err) == PLI_ERR_CERTIFICATE);
	check(key == NULL && strstr(err.message, "a word") != NULL);
	first = err;
	check(pli_seal(support_pli(), certs, &in, &nowhere, &options, NULL, &err) == PLI_ERR_IO ||
	      err.status == PLI_ERR_CERTIFICATE);
	check(memcmp(&first, &err, sizeof(err)) == 0);
	pli_error_clear(&err);
	check(err.status == PLI_OK && err.message[0] == '\0' && err.hint[0] == '\0');
	check(pli_seal(support_pli(), certs, &in, &nowhere, &options, NULL, &err) == PLI_ERR_IO);
	check(strstr(err.message, "/nonexistent/folder/file") != NULL);
	pli_certs_free(certs);
}

/* The length that was said is the length that must come. */
static void
said_length(void)
{
	static const uint64_t wrong[] = { LEN - 1, LEN + 1, 0, 2 * LEN, PLI_CONTENT_MAX };
	const struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_certs *certs = one_cert();
	struct buf got = { 0 };
	enum jobs_kind to;
	size_t i;

	for (to = 0; to < ENDS_KINDS; to++) {
		for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
			check(jobs_push(certs, view_of(bytes, LEN), wrong[i], to, &options, &got, NULL, NULL) ==
			      PLI_ERR_USAGE);
			check(to == ENDS_PIPE || got.len == 0);
		}
		check(jobs_push(certs, view_of(bytes, LEN), PLI_CONTENT_MAX + 1, to, &options, &got, NULL, NULL) ==
		      PLI_ERR_LIMIT);
		check(got.len == 0);
	}
	buf_clear(&got);
	pli_certs_free(certs);
}

/* Calls that are wrong in themselves. */
static void
wrong_options(void)
{
	static const size_t segments[] = { 1, 15, 16, 17, 48, 1000, (16 << 20) + 16, SIZE_MAX, SIZE_MAX - 15 };
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	struct pli_certs *certs = one_cert(), *none;
	struct pli_input no_input = { 0 }, in = pli_input_memory(bytes, LEN, "memory");
	struct pli_output no_output = { 0 }, out;
	struct buf envelope = { 0 }, got = { 0 };
	struct pli_error err = { 0 };
	struct pli_sealer *s;
	uint8_t memory[1000];
	enum jobs_kind to;
	size_t i;

	check_ok(jobs_seal(certs, view_of(bytes, 100), ENDS_MEMORY, ENDS_MEMORY, &sealing, &envelope, NULL, &err), err);
	for (i = 0; i < sizeof(segments) / sizeof(segments[0]); i++)
		for (to = 0; to < ENDS_KINDS; to++) {
			sealing.segment = opening.segment = segments[i];
			check(jobs_push(certs, view_of(bytes, 100), 100, to, &sealing, &got, NULL, NULL) ==
			      PLI_ERR_USAGE);
			check(
			    jobs_seal(certs, view_of(bytes, 100), to, to, &sealing, &got, NULL, NULL) == PLI_ERR_USAGE);
			check(jobs_open(key, buf_view(&envelope), to, to, &opening, &got, NULL, NULL) == PLI_ERR_USAGE);
			check(jobs_verify(key, buf_view(&envelope), to, &opening, NULL, NULL) == PLI_ERR_USAGE);
		}
	sealing.segment = opening.segment = 16 << 20;
	sealing.threads = opening.threads = 1000000; /* as many as there are segments, at most */
	check_ok(jobs_seal(certs, view_of(bytes, 100), ENDS_FILE, ENDS_FILE, &sealing, &got, NULL, &err), err);
	check_ok(jobs_open(key, buf_view(&envelope), ENDS_FILE, ENDS_FILE, &opening, &got, NULL, &err), err);
	sealing.segment = opening.segment = 0;
	sealing.threads = opening.threads = -77; /* as PLI_THREADS_AUTO */
	check_ok(jobs_seal(certs, view_of(bytes, 100), ENDS_FILE, ENDS_FILE, &sealing, &got, NULL, &err), err);
	check_ok(jobs_open(key, buf_view(&envelope), ENDS_FILE, ENDS_FILE, &opening, &got, NULL, &err), err);

	out = pli_output_memory(memory, sizeof(memory), "memory");
	check(pli_seal(support_pli(), certs, &no_input, &out, &sealing, NULL, NULL) == PLI_ERR_USAGE);
	check(pli_seal(support_pli(), certs, &in, &no_output, &sealing, NULL, NULL) == PLI_ERR_USAGE);
	check(pli_sealer_new(&s, support_pli(), certs, 10, &no_output, &sealing, NULL) == PLI_ERR_USAGE && s == NULL);
	check(pli_open(support_pli(), &key, 1, &no_input, &out, &opening, NULL, NULL) == PLI_ERR_USAGE);
	check(pli_verify(support_pli(), &key, 1, &no_input, &opening, NULL, NULL) == PLI_ERR_USAGE);
	in = pli_input_memory(envelope.p, envelope.len, "memory");
	check(pli_open(support_pli(), &key, 1, &in, &no_output, &opening, NULL, NULL) == PLI_ERR_USAGE);
	check(pli_open(support_pli(), NULL, 0, &in, &out, &opening, NULL, NULL) == PLI_ERR_NO_RECIPIENT);
	in = pli_input_fd(-1, "nothing");
	check(pli_seal(support_pli(), certs, &in, &out, &sealing, NULL, NULL) == PLI_ERR_IO);
	in = pli_input_path("/nonexistent");
	check(pli_seal(support_pli(), certs, &in, &out, &sealing, NULL, NULL) == PLI_ERR_IO);
	in = pli_input_path("/tmp");
	check(pli_seal(support_pli(), certs, &in, &out, &sealing, NULL, NULL) == PLI_ERR_IO);
	check_ok(pli_certs_new(&none, support_pli(), &err), err);
	in = pli_input_memory(bytes, LEN, "memory");
	check(pli_seal(support_pli(), none, &in, &out, &sealing, NULL, NULL) == PLI_ERR_CERTIFICATE);
	pli_certs_free(none);
	buf_clear(&envelope);
	buf_clear(&got);
	pli_certs_free(certs);
}

static void
not_a_key(void)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;
	struct pli_key *key;

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check(pli_certs_add(certs, "", 0, "nothing", NULL) == PLI_ERR_CERTIFICATE);
	check(pli_certs_add(certs, "0\x03", 2, "rubbish", NULL) == PLI_ERR_CERTIFICATE);
	check(pli_certs_count(certs) == 0);
	check(pli_key_new(&key, support_pli(), "", 0, "nothing", NULL, NULL, NULL, NULL) == PLI_ERR_CERTIFICATE);
	check(key == NULL);
	pli_certs_free(certs);
}

static void
nothing_freed(void)
{
	pli_free(NULL);
	pli_certs_free(NULL);
	pli_key_free(NULL);
	pli_sealer_free(NULL);
	pli_envelope_free(NULL);
	pli_error_clear(NULL);
}

/* All that one user of the library does, with a context: make it or be given one. */
static bool
whole_story(struct pli *pli, uint32_t seed, int threads)
{
	enum { CONTENT = 200000 };
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	const char *cert = support_cert_pem(SUPPORT_P256), *pem = support_key_pem(SUPPORT_P256);
	uint8_t *content = malloc(CONTENT), *envelope = malloc(CONTENT + 4000), *opened = malloc(CONTENT);
	struct pli_input in = pli_input_memory(content, CONTENT, "content");
	struct pli_output out = pli_output_memory(envelope, CONTENT + 4000, "envelope");
	struct pli_sealed sealed = { 0 };
	struct pli_certs *certs = NULL;
	struct pli_key *key = NULL;
	bool ok;

	sealing.threads = opening.threads = threads;
	sealing.segment = opening.segment = 16384;
	if (content != NULL)
		support_bytes(content, CONTENT, seed);
	ok = content != NULL && envelope != NULL && opened != NULL && pli_certs_new(&certs, pli, NULL) == PLI_OK &&
	     pli_certs_add(certs, cert, strlen(cert), "test certificate", NULL) == PLI_OK &&
	     pli_key_new(&key, pli, pem, strlen(pem), "test key", certs, NULL, NULL, NULL) == PLI_OK &&
	     pli_seal(pli, certs, &in, &out, &sealing, &sealed, NULL) == PLI_OK;
	in = pli_input_memory(envelope, (size_t)sealed.bytes, "envelope");
	out = pli_output_memory(opened, CONTENT, "opened");
	ok = ok && pli_verify(pli, (const struct pli_key *const *)&key, 1, &in, &opening, NULL, NULL) == PLI_OK &&
	     pli_open(pli, (const struct pli_key *const *)&key, 1, &in, &out, &opening, NULL, NULL) == PLI_OK &&
	     memcmp(content, opened, CONTENT) == 0;
	pli_certs_free(certs);
	pli_key_free(key);
	free(content);
	free(envelope);
	free(opened);
	return ok;
}

static void
two_contexts(void)
{
	struct pli_error err = { 0 };
	struct pli *a, *b;

	check_ok(pli_new(&a, &err), err);
	check_ok(pli_new(&b, &err), err);
	check(whole_story(a, 1, 0) && whole_story(b, 2, 2));
	pli_free(a);
	check(whole_story(b, 3, 0));
	check_ok(pli_new(&a, &err), err);
	check(whole_story(a, 4, 2));
	pli_free(b);
	check(whole_story(a, 5, 0));
	pli_free(a);
}

struct user {
	struct pli *pli;
	uint32_t seed;
	pthread_t thread;
	bool ok;
};

static void *
use(void *arg)
{
	struct user *u = arg;
	uint32_t i;

	u->ok = true;
	for (i = 0; i < 5; i++)
		u->ok = whole_story(u->pli, u->seed + i, (int)i % 3) && u->ok;
	pli_thread_stop(u->pli);
	return NULL;
}

/* Threads that share a context, each with jobs of its own, and end before the context does. */
static void
shared_context(void)
{
	struct user users[THREADS];
	struct pli_error err = { 0 };
	struct pli *pli;
	uint32_t i;

	(void)support_cert_pem(SUPPORT_P256); /* made before there are threads */
	check_ok(pli_new(&pli, &err), err);
	for (i = 0; i < THREADS; i++) {
		users[i] = (struct user){ .pli = pli, .seed = 100 * i };
		check(pthread_create(&users[i].thread, NULL, use, &users[i]) == 0);
	}
	check(whole_story(pli, 7, 1));
	for (i = 0; i < THREADS; i++) {
		check(pthread_join(users[i].thread, NULL) == 0);
		check(users[i].ok);
	}
	pli_free(pli);
}

/* A thread that outlives the context it has used: it has stopped, so nothing is left to go wrong when it ends. */
static void *
outlive(void *arg)
{
	pthread_barrier_t *barrier = ((void **)arg)[1];
	struct pli *pli = ((void **)arg)[0];
	bool ok = whole_story(pli, 9, 2);

	pli_thread_stop(pli);
	(void)pthread_barrier_wait(barrier); /* now the context is freed */
	(void)pthread_barrier_wait(barrier);
	return ok ? arg : NULL;
}

static void
context_freed_first(void)
{
	struct pli_error err = { 0 };
	pthread_barrier_t barrier;
	pthread_t thread;
	struct pli *pli;
	void *args[2], *result;

	(void)support_cert_pem(SUPPORT_P256);
	check_ok(pli_new(&pli, &err), err);
	args[0] = pli;
	args[1] = &barrier;
	check(pthread_barrier_init(&barrier, NULL, 2) == 0 && pthread_create(&thread, NULL, outlive, args) == 0);
	(void)pthread_barrier_wait(&barrier);
	pli_free(pli);
	(void)pthread_barrier_wait(&barrier);
	check(pthread_join(thread, &result) == 0 && result == args);
	(void)pthread_barrier_destroy(&barrier);
}

/* What is there already is never touched, unless asked; a folder and the input itself never. */
static void
taken_names(void)
{
	const struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_certs *certs = one_cert();
	const char *in_path = support_path("input"), *out_path = support_path("taken");
	struct pli_input in = pli_input_path(in_path);
	struct pli_output out = pli_output_path(out_path);
	struct pli_error err = { 0 };
	struct buf got = { 0 };

	support_write(in_path, view_of(bytes, 1000));
	support_write(out_path, view_of("old", 3));
	check(pli_seal(support_pli(), certs, &in, &out, &options, NULL, NULL) == PLI_ERR_EXISTS);
	support_read(out_path, &got);
	check(got.len == 3);
	out.replace = true;
	check_ok(pli_seal(support_pli(), certs, &in, &out, &options, NULL, &err), err);
	support_read(out_path, &got);
	check(got.len > 1000);
	out = pli_output_path(in_path);
	out.replace = true;
	check(pli_seal(support_pli(), certs, &in, &out, &options, NULL, NULL) == PLI_ERR_EXISTS);
	support_read(in_path, &got);
	check(got.len == 1000);
	out = pli_output_path("/tmp");
	out.replace = true;
	check(pli_seal(support_pli(), certs, &in, &out, &options, NULL, NULL) == PLI_ERR_EXISTS);
	check(support_entries() == 2);
	buf_clear(&got);
	pli_certs_free(certs);
}

/* An envelope at the front of memory, of which the last byte would get the first byte of the content. */
static void
open_over_itself(struct pli_certs *certs, uint8_t *memory, size_t len, size_t cap)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_input in = pli_input_memory(memory + cap, len, "content");
	struct pli_output out = pli_output_memory(memory, cap, "envelope");
	struct pli_seal_options seal = PLI_SEAL_DEFAULTS;
	struct pli_open_options open = PLI_OPEN_DEFAULTS;
	struct pli_error err = { 0 };
	struct pli_sealed sealed;

	check_ok(pli_seal(support_pli(), certs, &in, &out, &seal, &sealed, &err), err);
	in = pli_input_memory(memory, (size_t)sealed.bytes, "envelope");
	out = pli_output_memory(memory + sealed.bytes - 1, len, "content");
	check(pli_open(support_pli(), &key, 1, &in, &out, &open, NULL, &err) == PLI_ERR_EXISTS);
	out = pli_output_memory(memory + sealed.bytes, len, "content");
	pli_error_clear(&err);
	check_ok(pli_open(support_pli(), &key, 1, &in, &out, &open, NULL, &err), err);
}

/* In one piece of memory, at every distance that matters: refused wherever a byte is both, and then nothing is written. */
static void
memory_that_overlaps(void)
{
	enum { SMALL = 1000, CAP = 4000 };
	static const struct {
		size_t in, out, cap;
		bool overlap;
	} all[] = { { 0, 0, CAP, true }, { 0, SMALL - 1, CAP, true }, { 0, SMALL, CAP, false },
		{ CAP - 1, 0, CAP, true }, { CAP, 0, CAP, false }, { 1000, 0, CAP, true }, { 0, 500, 1, true },
		{ CAP, CAP - 1, 1, false }, { CAP, CAP + SMALL, 1, false } };
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_certs *certs = one_cert();
	uint8_t *memory = malloc(3 * CAP), *before = malloc(3 * CAP);
	size_t i;

	check(memory != NULL && before != NULL && pli_seal_bound(certs, SMALL) <= CAP);
	options.threads = 0;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct pli_input in = pli_input_memory(memory + all[i].in, SMALL, "in");
		struct pli_output out = pli_output_memory(memory + all[i].out, all[i].cap, "out");
		struct pli_error err = { 0 };
		enum pli_status rc;

		support_bytes(memory, 3 * CAP, (uint32_t)i);
		memcpy(before, memory, 3 * CAP);
		rc = pli_seal(support_pli(), certs, &in, &out, &options, NULL, &err);
		check((rc == PLI_ERR_EXISTS) == all[i].overlap);
		check(all[i].overlap || rc == (all[i].cap == CAP ? PLI_OK : PLI_ERR_LIMIT));
		check(memcmp(memory + all[i].in, before + all[i].in, SMALL) == 0);
		check(!all[i].overlap || memcmp(memory, before, 3 * CAP) == 0);
	}
	open_over_itself(certs, memory, SMALL, CAP);
	free(memory);
	free(before);
	pli_certs_free(certs);
}

#define TESTS(T, S)                                                                                                    \
	T(S, sealers_freed)                                                                                            \
	T(S, failure_sticks)                                                                                           \
	T(S, first_error_stays)                                                                                        \
	T(S, said_length)                                                                                              \
	T(S, wrong_options)                                                                                            \
	T(S, not_a_key)                                                                                                \
	T(S, nothing_freed)                                                                                            \
	T(S, two_contexts)                                                                                             \
	T(S, shared_context)                                                                                           \
	T(S, context_freed_first)                                                                                      \
	T(S, taken_names)                                                                                              \
	T(S, memory_that_overlaps)
SUITE(life, TESTS)
