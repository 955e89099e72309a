/*
 * Progress never goes back and ends at the total; a cancel ends a job at any moment, leaves nothing, and is heard while the
 * job waits for a pipe that nothing comes out of, or that nobody empties. What hangs is ended by a watchdog, not by a clock
 * that a slow machine would break.
 */
#include "jobs.h"
#include "suite.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pli/inspect.h"

enum { SEGMENT = 4096, LEN = 20 * SEGMENT + 5, WATCHDOG = 120 };

struct watch {
	uint64_t total;         /* to be said; 0: not known */
	unsigned passes;        /* to be said */
	struct pli_progress at; /* as said last */
	long calls;             /* of progress */
	long asked;             /* of cancelled */
	long cancel_at;         /* the call that says yes; -1: none */
	pthread_t thread;
};

static uint8_t bytes[LEN];

static void
progress(void *arg, const struct pli_progress *p)
{
	struct watch *w = arg;

	check(pthread_equal(w->thread, pthread_self()));
	check(p->total == w->total && p->passes == w->passes && p->pass >= 1 && p->pass <= p->passes);
	if (w->calls++ > 0 && p->pass == w->at.pass)
		check(p->done > w->at.done);
	else
		check(p->pass == w->at.pass + 1);
	check(p->done <= LEN && p->done > 0);
	if (p->pass > 1)
		check(w->at.pass > 1 || w->at.done == LEN);
	w->at = *p;
}

static bool
cancelled(void *arg)
{
	struct watch *w = arg;

	check(pthread_equal(w->thread, pthread_self()));
	return w->asked++ == w->cancel_at;
}

static struct pli_hooks
watching(struct watch *w, uint64_t total, unsigned passes, long cancel_at)
{
	*w = (struct watch){ .total = total, .passes = passes, .cancel_at = cancel_at, .thread = pthread_self() };
	return (struct pli_hooks){ progress, cancelled, w };
}

static struct pli_certs *
one_cert(void)
{
	enum support_kind kind = SUPPORT_P256;

	(void)alarm(PATIENCE * WATCHDOG);
	support_bytes(bytes, LEN, 10);
	return support_certs(&kind, 1);
}

/* A descriptor gets content in two passes, all else in one; a length that is not known is said to be 0. */
static void
monotonic(void)
{
	static const int threads[] = { 0, 1, 4 };
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_certs *certs = one_cert();
	struct buf envelope = { 0 }, got = { 0 };
	struct pli_error err = { 0 };
	enum jobs_kind from, to;
	uint64_t total;
	struct watch w;
	size_t t;

	sealing.segment = opening.segment = SEGMENT;
	for (t = 0; t < 3; t++)
		for (from = 0; from < ENDS_KINDS; from++)
			for (to = 0; to < ENDS_KINDS; to++) {
				sealing.threads = opening.threads = threads[t];
				total = from == ENDS_PIPE ? 0 : LEN;
				sealing.hooks = watching(&w, total, 1, -1);
				check_ok(
				    jobs_seal(certs, view_of(bytes, LEN), from, to, &sealing, &envelope, NULL, &err),
				    err);
				check(w.at.done == LEN && w.at.pass == 1 && w.calls == 21 && w.asked >= 21);
				opening.hooks = watching(&w, total, to == ENDS_PIPE ? 2 : 1, -1);
				check_ok(
				    jobs_open(key, buf_view(&envelope), from, to, &opening, &got, NULL, &err), err);
				check(w.at.done == LEN && w.at.pass == w.passes && w.calls == 21 * w.passes);
				opening.hooks = watching(&w, total, 1, -1);
				check_ok(jobs_verify(key, buf_view(&envelope), to, &opening, NULL, &err), err);
				check(w.at.done == LEN && w.calls == 21);
			}
	buf_clear(&envelope);
	buf_clear(&got);
	pli_certs_free(certs);
}

/* Cancels at the first question, the second, and so on, until the job ends before it is asked that often. */
static void
cancel_everywhere(int threads, enum jobs_kind from, enum jobs_kind to)
{
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	uint64_t total = from == ENDS_PIPE ? 0 : LEN;
	struct pli_certs *certs = one_cert();
	struct buf envelope = { 0 }, got = { 0 };
	struct pli_error err = { 0 };
	enum pli_status rc;
	struct watch w;
	long n;

	sealing.segment = opening.segment = SEGMENT;
	sealing.threads = opening.threads = threads;
	check_ok(jobs_seal(certs, view_of(bytes, LEN), from, ENDS_MEMORY, &sealing, &envelope, NULL, &err), err);
	for (n = 0;; n++) {
		sealing.hooks = watching(&w, total, 1, n);
		rc = jobs_seal(certs, view_of(bytes, LEN), from, to, &sealing, &got, NULL, NULL);
		check(rc == (w.asked > n ? PLI_ERR_CANCELLED : PLI_OK));
		if (rc == PLI_OK)
			break;
		check(to == ENDS_PIPE || got.len == 0);
	}
	check(n >= 21);
	for (n = 0;; n++) {
		opening.hooks = watching(&w, total, to == ENDS_PIPE ? 2 : 1, n);
		rc = jobs_open(key, buf_view(&envelope), from, to, &opening, &got, NULL, NULL);
		check(rc == (w.asked > n ? PLI_ERR_CANCELLED : PLI_OK));
		if (rc == PLI_OK)
			break;
		check(to == ENDS_PIPE || got.len == 0);
		check(got.len <= LEN && (got.len == 0 || memcmp(got.p, bytes, got.len) == 0));
		check(w.at.pass > 1 || got.len <= SEGMENT); /* to a pipe nothing comes before it is authentic */
	}
	check(n >= (to == ENDS_PIPE ? 42 : 21));
	for (n = 0;; n++) {
		opening.hooks = watching(&w, total, 1, n);
		rc = jobs_verify(key, buf_view(&envelope), from, &opening, NULL, NULL);
		check(rc == (w.asked > n ? PLI_ERR_CANCELLED : PLI_OK));
		if (rc == PLI_OK)
			break;
	}
	check(n >= 21 && support_entries() == 0);
	buf_clear(&envelope);
	buf_clear(&got);
	pli_certs_free(certs);
}

static void
cancel_inline(void)
{
	cancel_everywhere(0, ENDS_FILE, ENDS_FILE);
	cancel_everywhere(0, ENDS_PIPE, ENDS_MEMORY);
	cancel_everywhere(0, ENDS_MEMORY, ENDS_PIPE);
}

static void
cancel_threads(void)
{
	cancel_everywhere(4, ENDS_FILE, ENDS_PIPE);
	cancel_everywhere(2, ENDS_MEMORY, ENDS_FILE);
	cancel_everywhere(4, ENDS_PIPE, ENDS_PIPE);
}

/* Says yes once it was asked often enough. */
static bool
impatient(void *arg)
{
	return atomic_fetch_sub((atomic_long *)arg, 1) <= 0;
}

/* A pipe with these bytes in it, that stays open for more. */
static struct pli_input
idle_pipe(int fd[2], struct view v)
{
	check(pipe(fd) == 0 && write(fd[1], v.p, v.len) == (ssize_t)v.len);
	return pli_input_fd(fd[0], "an idle pipe");
}

static void
close_pipe(const int fd[2])
{
	(void)close(fd[0]);
	(void)close(fd[1]);
}

/* A pipe that some bytes came out of, and then nothing. */
static void
idle_input(void)
{
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_certs *certs = one_cert();
	struct buf envelope = { 0 }, got = { 0 };
	struct pli_error err = { 0 };
	struct pli_envelope *seen;
	struct pli_input in;
	struct jobs_to out;
	atomic_long patience;
	enum jobs_kind to;
	enum pli_status rc;
	size_t some;
	int fd[2];

	check_ok(jobs_seal(certs, view_of(bytes, LEN), ENDS_PIPE, ENDS_MEMORY, &sealing, &envelope, NULL, &err), err);
	sealing.hooks = opening.hooks = (struct pli_hooks){ NULL, impatient, &patience };
	sealing.allow_nested = true;
	for (some = 0; some <= 20000; some += 20000) {
		for (to = 0; to < ENDS_KINDS; to++) {
			in = idle_pipe(fd, view_of(envelope.p, some));
			jobs_to(&out, to, 2 * LEN);
			atomic_store(&patience, 0);
			rc = pli_seal(support_pli(), certs, &in, &out.output, &sealing, NULL, NULL);
			jobs_to_close(&out, rc, 0, &got);
			check(rc == PLI_ERR_CANCELLED && (to == ENDS_PIPE || got.len == 0));
			buf_clear(&got);
			close_pipe(fd);

			in = idle_pipe(fd, view_of(envelope.p, some));
			jobs_to(&out, to, 2 * LEN);
			atomic_store(&patience, to == ENDS_PIPE && some > 0 ? 2 : 0); /* a spool asks as it goes */
			rc = pli_open(support_pli(), &key, 1, &in, &out.output, &opening, NULL, NULL);
			jobs_to_close(&out, rc, 0, &got);
			check(rc == PLI_ERR_CANCELLED && got.len == 0);
			close_pipe(fd);
		}
		in = idle_pipe(fd, view_of(envelope.p, some));
		atomic_store(&patience, 0);
		check(pli_inspect(&seen, support_pli(), &in, &opening.hooks, NULL) == PLI_ERR_CANCELLED);
		close_pipe(fd);
	}
	buf_clear(&envelope);
	pli_certs_free(certs);
}

/* A named pipe that nobody writes to: opening it does not block either. */
static void
idle_fifo(void)
{
	const char *path = support_path("fifo");
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_input in = pli_input_path(path);
	struct pli_certs *certs = one_cert();
	uint8_t memory[1000];
	struct pli_output out = pli_output_memory(memory, sizeof(memory), "memory");
	atomic_long patience = 0;

	options.hooks = (struct pli_hooks){ NULL, impatient, &patience };
	check(mkfifo(path, 0600) == 0);
	check(pli_seal(support_pli(), certs, &in, &out, &options, NULL, NULL) == PLI_ERR_CANCELLED);
	(void)unlink(path);
	pli_certs_free(certs);
}

/* A pipe that nobody empties: it is full after a few pages, and segments are larger than that. */
static void
full_output(void)
{
	static const size_t segments[] = { SEGMENT, 65536, 1 << 20 };
	enum { MANY = 3 << 20 };
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_certs *certs = one_cert();
	struct pli_error err = { 0 };
	struct buf envelope = { 0 };
	uint8_t *many = calloc(1, MANY), *got = malloc(MANY);
	struct pli_output out;
	struct pli_input in;
	atomic_long patience;
	ssize_t n;
	size_t i;
	int fd[2], threads;

	check(many != NULL && got != NULL);
	check_ok(jobs_seal(certs, view_of(many, MANY), ENDS_MEMORY, ENDS_MEMORY, &sealing, &envelope, NULL, &err), err);
	sealing.hooks = opening.hooks = (struct pli_hooks){ NULL, impatient, &patience };
	for (threads = 0; threads < 3; threads++)
		for (i = 0; i < 3; i++) {
			sealing.threads = opening.threads = threads;
			sealing.segment = opening.segment = segments[i];
			check(pipe(fd) == 0);
			out = pli_output_fd(fd[1], "a full pipe");
			in = pli_input_memory(many, MANY, "memory");
			/* not before the pipe is full: a segment of 4096 bytes is asked for often */
			atomic_store(&patience, segments[i] == SEGMENT ? 17 : 0);
			check(pli_seal(support_pli(), certs, &in, &out, &sealing, NULL, NULL) == PLI_ERR_CANCELLED);
			check(fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0);
			while (read(fd[0], got, MANY) > 0)
				;
			in = pli_input_memory(envelope.p, envelope.len, "memory");
			/* the first pass asks once a segment, too */
			atomic_store(&patience, (long)(MANY / segments[i]) + (segments[i] == SEGMENT ? 17 : 0));
			check(pli_open(support_pli(), &key, 1, &in, &out, &opening, NULL, NULL) == PLI_ERR_CANCELLED);
			n = read(fd[0], got, MANY);
			check(n < 0 || memcmp(got, many, (size_t)n) == 0);
			close_pipe(fd);
		}
	buf_clear(&envelope);
	pli_certs_free(certs);
	free(many);
	free(got);
}

#define TESTS(T, S)                                                                                                    \
	T(S, monotonic)                                                                                                \
	T(S, cancel_inline)                                                                                            \
	T(S, cancel_threads)                                                                                           \
	T(S, idle_input)                                                                                               \
	T(S, idle_fifo)                                                                                                \
	T(S, full_output)
SUITE(hooks, TESTS)
