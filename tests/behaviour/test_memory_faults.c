/*
 * Every allocation fails, each in its turn: alone, or with all that follow (see shortage.h). A job
 * then succeeds all the same, with the right content, or fails and leaves nothing; AddressSanitizer sees
 * whether something leaks.
 */
#include "jobs.h"
#include "shortage.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pli/inspect.h"
#include "pli/pair.h"

/* TSan, which takes minutes, looks at what threads do: for that it does not matter which of libcrypto's allocations fails. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define LIBCRYPTO_THIN 8
#endif
#endif
#ifndef LIBCRYPTO_THIN
#define LIBCRYPTO_THIN 1
#endif

enum { LEN = 5000 };

/* What the jobs work on; made before anything fails. */
static struct {
	struct pli *pli;
	struct pli_certs *certs;
	struct pli_key *key;
	enum support_kind kind;
	uint8_t content[LEN];
	struct buf envelope;
	char in[256], sealed[256], out[256];
	uint8_t memory[2 * LEN];
} world;

/*
 * A new key for each job that opens: where libcrypto lacks memory in BN_BLINDING_update, an RSA key's blinding is left half-updated, and
 * what is unwrapped with that key is wrong for up to 32 operations, until the blinding is made anew.
 */
static void
new_key(void)
{
	const char *pem = support_key_pem(world.kind);
	struct pli_error err = { 0 };

	pli_key_free(world.key);
	check_ok(pli_key_new(&world.key, world.pli, pem, strlen(pem), "test key", world.certs, NULL, NULL, &err), err);
}

static void
set_up(enum support_kind kind)
{
	const struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_error err = { 0 };
	struct pli_build build;

	world.pli = support_pli();
	pli_describe(world.pli, &build); /* the search for the fastest back end, which copes without memory */
	world.certs = support_certs(&kind, 1);
	world.kind = kind;
	new_key();
	(void)support_cert_pem(SUPPORT_P256);
	support_bytes(world.content, LEN, 9);
	check_ok(jobs_seal(world.certs, view_of(world.content, LEN), ENDS_MEMORY, ENDS_MEMORY, &options,
		     &world.envelope, NULL, &err),
	    err);
	(void)snprintf(world.in, sizeof(world.in), "%s", support_path("content"));
	(void)snprintf(world.sealed, sizeof(world.sealed), "%s", support_path("envelope"));
	(void)snprintf(world.out, sizeof(world.out), "%s", support_path("out"));
	support_write(world.in, view_of(world.content, LEN));
	support_write(world.sealed, buf_view(&world.envelope));
}

static void
tear_down(void)
{
	pli_key_free(world.key);
	world.key = NULL;
	pli_certs_free(world.certs);
	buf_clear(&world.envelope);
	(void)unlink(world.in);
	(void)unlink(world.sealed);
	check(support_entries() == 0);
}

/* A job runs once with the faults that are set; it puts the length of what came out into *len. */
typedef enum pli_status job(uint64_t *len, struct pli_error *err);

static struct pli_seal_options
sealing(int threads)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;

	options.threads = threads;
	options.segment = 1024;
	return options;
}

static struct pli_open_options
opening(int threads)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;

	options.threads = threads;
	options.segment = 1024;
	return options;
}

static enum pli_status
seal_files(uint64_t *len, struct pli_error *err)
{
	const struct pli_seal_options options = sealing(2);
	struct pli_input in = pli_input_path(world.in);
	struct pli_output out = pli_output_path(world.out);
	struct pli_sealed result = { 0 };
	enum pli_status rc = pli_seal(world.pli, world.certs, &in, &out, &options, &result, err);

	*len = result.bytes;
	return rc;
}

static enum pli_status
seal_memory(uint64_t *len, struct pli_error *err)
{
	const struct pli_seal_options options = sealing(0);
	struct pli_input in = pli_input_memory(world.content, LEN, "content");
	struct pli_output out = pli_output_memory(world.memory, sizeof(world.memory), "memory");
	struct pli_sealed result = { 0 };
	enum pli_status rc = pli_seal(world.pli, world.certs, &in, &out, &options, &result, err);

	*len = result.bytes;
	return rc;
}

static enum pli_status
seal_pushed(uint64_t *len, struct pli_error *err)
{
	const struct pli_seal_options options = sealing(1);
	struct pli_output out = pli_output_memory(world.memory, sizeof(world.memory), "memory");
	struct pli_sealed result = { 0 };
	struct pli_sealer *s;
	enum pli_status rc;

	if ((rc = pli_sealer_new(&s, world.pli, world.certs, PLI_LENGTH_UNKNOWN, &out, &options, err)) == PLI_OK &&
	    (rc = pli_sealer_write(s, world.content, LEN, err)) == PLI_OK)
		rc = pli_sealer_commit(s, &result, err);
	pli_sealer_free(s);
	*len = result.bytes;
	return rc;
}

static enum pli_status
open_files(uint64_t *len, struct pli_error *err)
{
	const struct pli_open_options options = opening(2);
	struct pli_input in = pli_input_path(world.sealed);
	struct pli_output out = pli_output_path(world.out);
	struct pli_opened result = { 0 };
	enum pli_status rc =
	    pli_open(world.pli, (const struct pli_key *const *)&world.key, 1, &in, &out, &options, &result, err);

	*len = result.content_bytes;
	return rc;
}

static enum pli_status
open_memory(uint64_t *len, struct pli_error *err)
{
	const struct pli_open_options options = opening(0);
	struct pli_input in = pli_input_memory(world.envelope.p, world.envelope.len, "envelope");
	struct pli_output out = pli_output_memory(world.memory, sizeof(world.memory), "memory");
	struct pli_opened result = { 0 };
	enum pli_status rc =
	    pli_open(world.pli, (const struct pli_key *const *)&world.key, 1, &in, &out, &options, &result, err);

	*len = result.content_bytes;
	return rc;
}

/* Two passes and a spool: from a pipe to a pipe, both of which hold all of it. */
static enum pli_status
open_pipes(uint64_t *len, struct pli_error *err)
{
	const struct pli_open_options options = opening(1);
	struct pli_opened result = { 0 };
	struct pli_input in;
	struct pli_output out;
	enum pli_status rc;
	int from[2], to[2];
	ssize_t n;

	check(pipe(from) == 0 && pipe(to) == 0);
	check(write(from[1], world.envelope.p, world.envelope.len) == (ssize_t)world.envelope.len);
	(void)close(from[1]);
	in = pli_input_fd(from[0], "in");
	out = pli_output_fd(to[1], "out");
	rc = pli_open(world.pli, (const struct pli_key *const *)&world.key, 1, &in, &out, &options, &result, err);
	(void)close(from[0]);
	(void)close(to[1]);
	memset(world.memory, 0, sizeof(world.memory));
	n = read(to[0], world.memory, sizeof(world.memory));
	/* what was released before the failure was authenticated: a prefix of the content */
	check(n >= 0 && memcmp(world.memory, world.content, (size_t)n) == 0);
	if (rc != PLI_OK)
		memset(world.memory, 0, sizeof(world.memory));
	(void)close(to[0]);
	*len = result.content_bytes;
	return rc;
}

static enum pli_status
verify_file(uint64_t *len, struct pli_error *err)
{
	const struct pli_open_options options = opening(0);
	struct pli_input in = pli_input_path(world.sealed);

	*len = 0;
	return pli_verify(world.pli, (const struct pli_key *const *)&world.key, 1, &in, &options, NULL, err);
}

static enum pli_status
inspect_file(uint64_t *len, struct pli_error *err)
{
	struct pli_input in = pli_input_path(world.sealed);
	struct pli_envelope *envelope;
	enum pli_status rc = pli_inspect(&envelope, world.pli, &in, NULL, err);

	check((rc == PLI_OK) == (envelope != NULL));
	check(rc != PLI_OK || (envelope->content_bytes == LEN && envelope->accepted));
	pli_envelope_free(envelope);
	*len = 0;
	return rc;
}

/* Certificates and a key are loaded. */
static enum pli_status
load_key(uint64_t *len, struct pli_error *err)
{
	const char *cert = support_cert_pem(SUPPORT_P256), *pem = support_key_pem(SUPPORT_P256);
	struct pli_certs *certs;
	struct pli_key *key = NULL;
	enum pli_status rc;

	if ((rc = pli_certs_new(&certs, world.pli, err)) == PLI_OK &&
	    (rc = pli_certs_add(certs, cert, strlen(cert), "test certificate", err)) == PLI_OK)
		rc = pli_key_new(&key, world.pli, pem, strlen(pem), "test key", certs, NULL, NULL, err);
	check((rc == PLI_OK) == (key != NULL));
	pli_key_free(key);
	pli_certs_free(certs);
	*len = 0;
	return rc;
}

/* A pair is made; a key is saved, proved and gone again, in the profile that costs the least time. */
static enum pli_status
make_pair(uint64_t *len, struct pli_error *err)
{
	const struct pli_pair_options options = { .type = PLI_PAIR_P_256, .cn = "test" };
	const struct pli_pair_file file = { .path = world.out,
		.name = "test",
		.profile = PLI_PAIR_COMPATIBLE,
		.passphrase = "test",
		.passphrase_len = 4,
		.no_sync = true };
	struct pli_key *key;
	enum pli_status rc = pli_pair_new(&key, world.pli, &options, err);

	check((rc == PLI_OK) == (key != NULL));
	pli_key_free(key);
	if (rc == PLI_OK && world.kind == SUPPORT_RSA2048 &&
	    (rc = pli_pair_save(world.pli, world.key, &file, err)) == PLI_OK)
		check(unlink(world.out) == 0);
	*len = 0;
	return rc;
}

static enum pli_status
new_context(uint64_t *len, struct pli_error *err)
{
	struct pli_build build;
	struct pli *pli;
	enum pli_status rc = pli_new(&pli, err);

	check((rc == PLI_OK) == (pli != NULL));
	if (rc == PLI_OK)
		pli_describe(pli, &build);
	pli_free(pli);
	*len = 0;
	return rc;
}

/* What a job left: nothing after a failure; after success what opens to the content, or is it. */
static void
check_left(enum pli_status rc, uint64_t len, bool sealed)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct buf left = { 0 }, content = { 0 };
	struct pli_error err = { 0 };
	size_t i;

	check(support_exists(world.out) ? rc == PLI_OK : true);
	if (rc != PLI_OK) {
		for (i = 0; i < sizeof(world.memory); i++)
			check(world.memory[i] == 0);
		check(support_entries() == 2);
	} else if (len > 0) {
		if (support_exists(world.out))
			support_read(world.out, &left);
		else
			check(buf_add(&left, view_of(world.memory, (size_t)len), NULL) == PLI_OK);
		if (sealed)
			check_ok(jobs_open(support_key(world.kind), buf_view(&left), ENDS_MEMORY, ENDS_MEMORY, &options,
				     &content, NULL, &err),
			    err);
		check(view_equal(buf_view(sealed ? &content : &left), view_of(world.content, LEN)));
		(void)unlink(world.out);
	}
	buf_clear(&left);
	buf_clear(&content);
}

/*
 * Runs job with every stride-th allocation failing, until there are no more. What the engine asks for it needs, and it
 * says what was missing, unless the job copes without some of it.
 */
static void
fault(job *run, enum shortage of, bool all_after, long stride, bool sealed, bool copes)
{
	struct pli_error err;
	enum pli_status rc;
	uint64_t len;
	long n, allocations;

	for (n = 0;; n += stride) {
		err = (struct pli_error){ 0 };
		memset(world.memory, 0, sizeof(world.memory));
		if (of == SHORTAGE_LIBCRYPTOS && world.kind == SUPPORT_RSA2048 && !sealed && !copes)
			new_key();
		shortage_begin(of, n, all_after ? SHORTAGE_FOREVER : n);
		rc = run(&len, &err);
		allocations = shortage_end();
		check(rc == err.status && (rc == PLI_OK || err.message[0] != '\0'));
		check_left(rc, len, sealed);
		if (allocations <= n)
			break;
		check(of != SHORTAGE_OURS || copes || (rc == PLI_ERR && strcmp(err.message, "out of memory") == 0));
	}
	check(rc == PLI_OK && n > 0);
}

static const struct {
	job *run;
	bool sealed;
	bool copes; /* a name that cannot be told is left out */
	long thin;  /* of what libcrypto asks for, only one in so many */
} jobs[] = { { seal_files, true, false, 1 }, { seal_memory, true, false, 1 }, { seal_pushed, true, false, 1 },
	{ open_files, false, false, 1 }, { open_memory, false, false, 1 }, { open_pipes, false, false, 1 },
	{ verify_file, false, false, 1 }, { inspect_file, false, true, 1 }, { load_key, false, true, 1 },
	{ make_pair, false, false, 23 } };

/*
 * Each job runs well first: where libcrypto lacks memory while it looks for an algorithm for the first time, it remembers for
 * good that there is none.
 */
static void
fault_jobs(enum support_kind kind, enum shortage of, bool all_after, long stride)
{
	struct pli_error err = { 0 };
	uint64_t len;
	size_t i;

	set_up(kind);
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		check_ok(jobs[i].run(&len, &err), err);
		check_left(PLI_OK, len, jobs[i].sealed);
		fault(jobs[i].run, of, all_after, of == SHORTAGE_OURS ? stride : stride * jobs[i].thin * LIBCRYPTO_THIN,
		    jobs[i].sealed, jobs[i].copes);
	}
	tear_down();
}

static void
ours_once(void)
{
	fault_jobs(SUPPORT_P256, SHORTAGE_OURS, false, 1);
}

static void
ours_from_then_on(void)
{
	fault_jobs(SUPPORT_RSA2048, SHORTAGE_OURS, true, 1);
}

/* A context whose self-test lacks memory takes the next way of computing AES-GCM, and in the end none. */
static void
in_a_context(void)
{
	set_up(SUPPORT_P256);
	fault(new_context, SHORTAGE_OURS, false, 1, false, true);
	fault(new_context, SHORTAGE_OURS, true, 1, false, true);
	shortage_leaky(true);
	fault(new_context, SHORTAGE_LIBCRYPTOS, false, 7, false, true);
	fault(new_context, SHORTAGE_LIBCRYPTOS, true, 7, false, true);
	shortage_leaky(false);
	tear_down();
}

static void
libcryptos_once_rsa(void)
{
	fault_jobs(SUPPORT_RSA2048, SHORTAGE_LIBCRYPTOS, false, 2);
}

static void
libcryptos_once_ec(void)
{
	shortage_leaky(true);
	fault_jobs(SUPPORT_P256, SHORTAGE_LIBCRYPTOS, false, 1);
	shortage_leaky(false);
}

static void
libcryptos_from_then_on(void)
{
	fault_jobs(SUPPORT_RSA2048, SHORTAGE_LIBCRYPTOS, true, 2);
}

#define TESTS(T, S)                                                                                                    \
	T(S, ours_once)                                                                                                \
	T(S, ours_from_then_on)                                                                                        \
	T(S, in_a_context)                                                                                             \
	T(S, libcryptos_once_rsa)                                                                                      \
	T(S, libcryptos_once_ec)                                                                                       \
	T(S, libcryptos_from_then_on)
SUITE(memory_faults, TESTS)
