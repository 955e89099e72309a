/*
 * Content through the cipher on any number of threads: the same bytes however they come in and go out, the error of the
 * lowest segment, progress, and a cancel at any moment.
 */
#include "flow.h"
#include "pieces.h"
#include "suite.h"
#include "wiped.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define LEN 100007

static const struct pli_hooks no_hooks;
static uint8_t plain[LEN], want[LEN], sealed[LEN], want_tag[16];
static uint8_t key[32], nonce[12];

/* One call of EVP. */
static void
set_up(void)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	support_bytes(plain, LEN, 1);
	support_bytes(key, sizeof(key), 2);
	support_bytes(nonce, sizeof(nonce), 3);
	check(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) == 1);
	check(EVP_EncryptUpdate(ctx, want, &n, plain, LEN) == 1 && EVP_EncryptFinal_ex(ctx, want_tag, &n) == 1);
	check(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, want_tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	memset(sealed, 0, LEN);
}

static struct gcm *
new_gcm(int threads, bool sealing)
{
	struct pli_error err = { 0 };
	struct gcm *g;

	check_ok(gcm_new(&g, support_pli(), view_of(key, 32), view_of(nonce, 12), threads == 0 ? 1 : (unsigned)threads,
		     LEN, sealing, &err),
	    err);
	return g;
}

static struct flow *
new_flow(const struct flow_plan *plan)
{
	struct pli_error err = { 0 };
	struct flow *f;

	check_ok(flow_new(&f, plan, &err), err);
	return f;
}

/* What the output side of a test does and counts. */
struct side {
	uint64_t next; /* offset that drained expects */
	atomic_uint puts;
	uint64_t fail_at; /* segments from this offset on fail */
	bool windowed;
};

static uint8_t *
window(void *arg, const struct segment *s)
{
	const struct side *side = arg;

	return side->windowed ? sealed + s->off : NULL;
}

static enum pli_status
put(void *arg, const struct segment *s, struct pli_error *err)
{
	struct side *side = arg;

	atomic_fetch_add(&side->puts, 1);
	check(side->windowed == (s->out == sealed + s->off));
	if (s->off >= side->fail_at)
		return fail(err, PLI_ERR_IO, "at %u", (unsigned)s->off);
	if (!side->windowed)
		memcpy(sealed + s->off, s->out, s->len);
	return PLI_OK;
}

static enum pli_status
drained(void *arg, const struct segment *s, struct pli_error *err)
{
	struct side *side = arg;

	check(s->off == side->next);
	side->next += s->len;
	if (s->off >= side->fail_at)
		return fail(err, PLI_ERR_IO, "at %u", (unsigned)s->off);
	memcpy(sealed + s->off, s->out, s->len);
	return PLI_OK;
}

/* Where segments had their bytes, and how many at most; the content must not stay there. */
static struct {
	const uint8_t *p;
	size_t len;
} places[32];

static void
remember(const struct segment *s)
{
	size_t i;

	for (i = 0; places[i].p != NULL && places[i].p != s->buf; i++)
		check(i < 31);
	places[i].p = s->buf;
	places[i].len = s->len > places[i].len ? s->len : places[i].len;
}

static enum pli_status
remembered(void *arg, const struct segment *s, struct pli_error *err)
{
	if (s->out == s->buf)
		remember(s);
	return drained(arg, s, err);
}

enum way { COPIED, EXTENT, EXTENTS, WAYS };

/* Fills a segment with what comes at its offset: copied, as one extent, or as several with copies between. */
static void
fill(struct segment *s, enum way way)
{
	size_t at, n;

	s->len = LEN - s->off < s->cap ? (size_t)(LEN - s->off) : s->cap;
	if (way == COPIED) {
		memcpy(s->buf, plain + s->off, s->len);
		ring_touch(s, s->len);
		return;
	}
	if (way == EXTENT) {
		s->extents[s->extent_count++] = (struct extent){ s->off, 0, s->len };
		return;
	}
	for (at = 0; at < s->len; at += n) {
		n = s->len - at < 1000 ? s->len - at : 1000;
		if (at % 3000 == 1000 && s->extent_count < SEGMENT_EXTENTS)
			s->extents[s->extent_count++] = (struct extent){ s->off + at, at, n };
		else
			memcpy(s->buf + at, plain + s->off + at, n);
		ring_touch(s, at + n);
	}
}

static enum pli_status
feed(struct flow *f, enum way way, struct pli_error *err)
{
	struct segment *s;
	enum pli_status rc;

	do {
		if ((rc = flow_next(f, &s, err)) != PLI_OK)
			return rc;
		fill(s, way);
		if (s->len == 0)
			break;
		flow_submit(f);
	} while (s->off + s->len < LEN);
	return flow_finish(f, err);
}

static void
seals_the_same(struct source *source, int threads, size_t segment, enum way way, bool in_order, bool windowed)
{
	struct side side = { .fail_at = UINT64_MAX, .windowed = windowed };
	struct gcm *g = new_gcm(threads, true);
	const struct flow_plan plan = { .gcm = g,
		.op = GCM_SEAL,
		.source = source,
		.threads = threads,
		.segment = segment,
		.hooks = &no_hooks,
		.window = in_order ? NULL : window,
		.put = in_order ? NULL : put,
		.drained = in_order ? drained : NULL,
		.arg = &side };
	struct flow *f = new_flow(&plan);
	struct pli_error err = { 0 };
	uint8_t tag[16];

	memset(sealed, 0, LEN);
	check_ok(feed(f, way, &err), err);
	check(gcm_tag(g, tag, NULL) == PLI_OK);
	check(memcmp(sealed, want, LEN) == 0 && memcmp(tag, want_tag, 16) == 0);
	check(in_order ? side.next == LEN : atomic_load(&side.puts) == (LEN + segment - 1) / segment);
	flow_free(f);
	gcm_free(g);
}

static void
the_same_bytes(void)
{
	static const int threads[] = { 0, 1, 2, 4 };
	static const size_t segments[] = { 16, 4096, 20000, 1 << 20 };
	struct pli_input inputs[2];
	struct source *source;
	enum way way;
	size_t t, s, i;

	set_up();
	support_write(support_path("flow"), view_of(plain, LEN));
	inputs[0] = pli_input_memory(plain, LEN, "m");
	inputs[1] = pli_input_path(support_path("flow"));
	for (i = 0; i < 2; i++) {
		check(source_open(&source, &inputs[i], &no_hooks, NULL) == PLI_OK);
		for (t = 0; t < 4; t++)
			for (s = t == 0 ? 0 : 1; s < 4; s++)
				for (way = 0; way < WAYS; way++) {
					seals_the_same(source, threads[t], segments[s], way, true, false);
					seals_the_same(source, threads[t], segments[s], way, false, false);
					seals_the_same(source, threads[t], segments[s], way, false, true);
				}
		source_close(source);
	}
}

static void
content_is_wiped(void)
{
	struct pli_input in;
	struct source *source;
	enum way way;
	size_t i;
	int threads;

	set_up();
	support_write(support_path("wiped"), view_of(plain, LEN));
	in = pli_input_path(support_path("wiped"));
	check(source_open(&source, &in, &no_hooks, NULL) == PLI_OK);
	for (threads = 0; threads <= 2; threads += 2)
		for (way = 0; way < WAYS; way++) {
			struct side side = { .fail_at = UINT64_MAX };
			struct gcm *g = new_gcm(threads, true);
			const struct flow_plan plan = { .gcm = g,
				.op = GCM_SEAL,
				.source = source,
				.threads = threads,
				.segment = 20000,
				.hooks = &no_hooks,
				.drained = remembered,
				.arg = &side };
			struct flow *f = new_flow(&plan);

			memset(places, 0, sizeof(places));
			check(feed(f, way, NULL) == PLI_OK && places[0].p != NULL);
			wiped_forget();
			flow_free(f);
			for (i = 0; places[i].p != NULL; i++)
				check(wiped_all(places[i].p, places[i].len));
			gcm_free(g);
		}
	source_close(source);
}

static void
opens_and_hashes(void)
{
	struct pli_input in;
	struct source *source;
	int threads;

	set_up();
	in = pli_input_memory(want, LEN, "m");
	check(source_open(&source, &in, &no_hooks, NULL) == PLI_OK);
	for (threads = 0; threads <= 2; threads++) {
		struct side side = { .fail_at = UINT64_MAX };
		struct gcm *g = new_gcm(threads, false);
		struct flow_plan plan = { .gcm = g,
			.op = GCM_HASH,
			.source = source,
			.threads = threads,
			.segment = 4096,
			.hooks = &no_hooks,
			.arg = &side };
		struct flow *f = new_flow(&plan);

		check(feed(f, EXTENT, NULL) == PLI_OK);
		flow_free(f);
		check(gcm_check(g, NOTHING, view_of(want_tag, 16), NULL) == PLI_OK && gcm_restart(g, NULL) == PLI_OK);
		plan.op = GCM_OPEN;
		plan.drained = drained;
		f = new_flow(&plan);
		check(feed(f, EXTENT, NULL) == PLI_OK);
		check(gcm_check(g, NOTHING, view_of(want_tag, 16), NULL) == PLI_OK);
		check(memcmp(sealed, plain, LEN) == 0);
		/* the input is as it was, though the cipher works in place */
		check(want[0] != plain[0] || want[1] != plain[1]);
		flow_free(f);
		gcm_free(g);
	}
	source_close(source);
}

static void
nothing_at_all(void)
{
	struct gcm *g;
	struct flow_plan plan = { .op = GCM_SEAL, .segment = 4096, .hooks = &no_hooks };
	struct segment *s;
	struct flow *f;

	set_up();
	plan.gcm = g = new_gcm(0, true);
	f = new_flow(&plan);
	check(flow_next(f, &s, NULL) == PLI_OK && s->off == 0 && flow_finish(f, NULL) == PLI_OK);
	flow_free(f);
	flow_free(NULL);
	gcm_free(g);
}

/* The lowest segment that failed is the one that is reported, whoever was first. */
static void
lowest_error(void)
{
	int threads, in_order;

	set_up();
	for (threads = 0; threads <= 4; threads += 2)
		for (in_order = 0; in_order < 2; in_order++) {
			struct side side = { .fail_at = 40960 };
			struct gcm *g = new_gcm(threads, true);
			const struct flow_plan plan = { .gcm = g,
				.op = GCM_SEAL,
				.threads = threads,
				.segment = 4096,
				.hooks = &no_hooks,
				.put = in_order ? NULL : put,
				.drained = in_order ? drained : NULL,
				.arg = &side };
			struct flow *f = new_flow(&plan);
			struct pli_error err = { 0 };

			check(feed(f, COPIED, &err) == PLI_ERR_IO);
			check(strcmp(err.message, "at 40960") == 0);
			flow_free(f);
			gcm_free(g);
		}
}

/* A source that became shorter. */
static void
read_errors(void)
{
	const char *path = support_path("short");
	struct pli_input in = pli_input_path(path);
	struct source *source;
	int threads;

	set_up();
	for (threads = 0; threads <= 2; threads += 2) {
		struct side side = { .fail_at = UINT64_MAX };
		struct gcm *g = new_gcm(threads, true);
		const struct flow_plan *plan;
		struct pli_error err = { 0 };
		struct flow *f;

		support_write(path, view_of(plain, 50000));
		check(source_open(&source, &in, &no_hooks, NULL) == PLI_OK);
		plan = &(const struct flow_plan){ .gcm = g,
			.op = GCM_SEAL,
			.source = source,
			.threads = threads,
			.segment = 4096,
			.hooks = &no_hooks,
			.drained = drained,
			.arg = &side };
		f = new_flow(plan);
		check(feed(f, EXTENT, &err) == PLI_ERR_IO && strstr(err.message, "shorter") != NULL);
		check(side.next == 50000 / 4096 * 4096); /* what came before was fine */
		flow_free(f);
		gcm_free(g);
		source_close(source);
	}
}

struct watch {
	unsigned calls;
	uint64_t done;
	unsigned cancel_at;
};

static void
progress(void *arg, const struct pli_progress *p)
{
	struct watch *w = arg;

	check(p->done > w->done && p->done <= LEN && p->total == LEN && p->pass == 2 && p->passes == 3);
	w->done = p->done;
	w->calls++;
}

static bool
cancelled(void *arg)
{
	const struct watch *w = arg;

	return w->cancel_at != 0 && w->calls >= w->cancel_at;
}

static void
watched(void)
{
	unsigned cancel;
	int threads;

	set_up();
	for (threads = 0; threads <= 2; threads += 2)
		for (cancel = 0; cancel <= 25; cancel += 5) {
			struct watch w = { .cancel_at = cancel };
			const struct pli_hooks hooks = { progress, cancelled, &w };
			struct gcm *g = new_gcm(threads, true);
			const struct flow_plan plan = { .gcm = g,
				.op = GCM_SEAL,
				.threads = threads,
				.segment = 4096,
				.hooks = &hooks,
				.progress = { .total = LEN, .pass = 2, .passes = 3 } };
			struct flow *f = new_flow(&plan);
			struct pli_error err = { 0 };

			check(feed(f, COPIED, &err) == (cancel == 0 ? PLI_OK : PLI_ERR_CANCELLED));
			check(cancel == 0 ? w.done == LEN && w.calls == 25 : w.calls == cancel);
			flow_free(f);
			gcm_free(g);
		}
}

static void
left_in_the_middle(void)
{
	unsigned submitted;
	int threads;

	set_up();
	for (threads = 0; threads <= 4; threads++)
		for (submitted = 0; submitted < 6; submitted++) {
			struct gcm *g = new_gcm(threads, true);
			const struct flow_plan plan = {
				.gcm = g, .op = GCM_SEAL, .threads = threads, .segment = 4096, .hooks = &no_hooks
			};
			struct flow *f = new_flow(&plan);
			struct segment *s;
			unsigned n;

			for (n = 0; n < submitted; n++) {
				check(flow_next(f, &s, NULL) == PLI_OK && s->off == n * 4096);
				fill(s, COPIED);
				flow_submit(f);
			}
			if (submitted % 2 == 0)
				check(flow_next(f, &s, NULL) == PLI_OK);
			flow_free(f);
			gcm_free(g);
		}
}

static void
options(void)
{
	size_t segment;

	for (segment = 64; segment <= FLOW_SEGMENT_MAX; segment *= 2)
		check(flow_segment(&segment, NULL) == PLI_OK);
	segment = 0;
	check(flow_segment(&segment, NULL) == PLI_OK && segment == 1 << 20);
	segment = 15;
	check(flow_segment(&segment, NULL) == PLI_ERR_USAGE);
	segment = FLOW_SEGMENT_MAX + 16;
	check(flow_segment(&segment, NULL) == PLI_ERR_USAGE);
	segment = SIZE_MAX;
	check(flow_segment(&segment, NULL) == PLI_ERR_USAGE);

	check(flow_threads(4, 4096, 0) == 0 && flow_threads(4, 4096, 4095) == 0);
	check(flow_threads(4, 4096, 4096) == 0 && flow_threads(4, 4096, 4097) == 2 && flow_threads(4, 4096, 8192) == 2);
	check(flow_threads(0, 4096, UINT64_MAX) == 0);
	check(flow_threads(8, 4096, 4 * 4096 - 1) == 4 && flow_threads(2, 4096, 1 << 20) == 2);
	check(flow_threads(PLI_THREADS_AUTO, 4096, UINT64_MAX) >= 1);
	check(flow_threads(1000000, 16, UINT64_MAX) > 0 && flow_threads(1000000, 16, UINT64_MAX) <= 1024);
}

static pthread_t worked;

static uint8_t *
worked_by(void *arg, const struct segment *s)
{
	(void)arg;
	(void)s;
	worked = pthread_self();
	return NULL;
}

/* A single worker is another thread where the caller reads or writes meanwhile, and only there. */
static void
one_worker(void)
{
	const struct {
		enum gcm_op op;
		enum way way;
		bool in_order, gathers, piped, here;
	} cases[] = {
		{ GCM_SEAL, EXTENT, false, false, false, true },
		{ GCM_SEAL, COPIED, false, false, false, false },
		{ GCM_SEAL, COPIED, false, false, true, false },
		{ GCM_SEAL, EXTENT, true, false, false, false },
		{ GCM_SEAL, EXTENT, false, true, false, false },
		{ GCM_HASH, EXTENT, false, false, false, true },
		{ GCM_HASH, COPIED, false, false, false, false },
		{ GCM_HASH, EXTENT, false, true, false, false },
	};
	struct pli_input input = pli_input_memory(plain, LEN, "plain");
	struct pli_error err = { 0 };
	struct source *source, *piped;
	int ends[2];
	size_t i;

	set_up();
	check_ok(source_open(&source, &input, &no_hooks, &err), err);
	check(pipe(ends) == 0);
	input = pli_input_fd(ends[0], "pipe");
	check_ok(source_open(&piped, &input, &no_hooks, &err), err);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool hashes = cases[i].op == GCM_HASH;
		struct side side = { .fail_at = UINT64_MAX };
		struct gcm *g = new_gcm(1, !hashes);
		const struct flow_plan plan = { .gcm = g,
			.op = cases[i].op,
			.source = cases[i].piped           ? piped
				  : cases[i].way == COPIED ? NULL
							   : source,
			.threads = 1,
			.gathers = cases[i].gathers,
			.segment = 4096,
			.hooks = &no_hooks,
			.window = worked_by,
			.put = hashes || cases[i].in_order ? NULL : put,
			.drained = cases[i].in_order ? drained : NULL,
			.arg = &side };
		struct flow *f = new_flow(&plan);

		check_ok(feed(f, cases[i].way, &err), err);
		check((pthread_equal(worked, pthread_self()) != 0) == cases[i].here);
		flow_free(f);
		gcm_free(g);
	}
	source_close(source);
	source_close(piped);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

#define TESTS(T, S)                                                                                                    \
	T(S, one_worker)                                                                                               \
	T(S, the_same_bytes)                                                                                           \
	T(S, content_is_wiped)                                                                                         \
	T(S, opens_and_hashes)                                                                                         \
	T(S, nothing_at_all) T(S, lowest_error) T(S, read_errors) T(S, watched) T(S, left_in_the_middle) T(S, options)
SUITE(flow, TESTS)
