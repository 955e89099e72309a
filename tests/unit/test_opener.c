/* Openers give content as it comes, and only their end says that it was the sealed one. */
#include "jobs.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { LEN = 300000, SEGMENT = 4096 };

struct told {
	int progress, calls, cancel_at;
};

static void
progress(void *arg, const struct pli_progress *p)
{
	struct told *t = arg;

	check(p->done <= LEN && p->pass == 1);
	t->progress++;
}

static bool
cancelled(void *arg)
{
	struct told *t = arg;

	return t->cancel_at > 0 && ++t->calls >= t->cancel_at;
}

static uint8_t content[LEN];

static void
seal(struct buf *envelope)
{
	const enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_error err = { 0 };

	support_bytes(content, LEN, 3);
	check_ok(
	    jobs_seal(certs, view_of(content, LEN), ENDS_MEMORY, ENDS_MEMORY, &options, envelope, NULL, &err), err);
	pli_certs_free(certs);
}

static enum pli_status
begin(struct pli_opener **o, struct pli_input *in, struct view envelope, int threads, struct told *told)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_error err = { 0 };

	*in = pli_input_memory(envelope.p, envelope.len, "envelope");
	options.threads = threads;
	options.segment = SEGMENT;
	if (told != NULL)
		options.hooks = (struct pli_hooks){ progress, cancelled, told };
	return pli_opener_new(o, support_pli(), &key, 1, in, &options, &err);
}

/* Reads up to most bytes, all of them as they were sealed. Returns how many. */
static size_t
take(struct pli_opener *o, size_t most, enum pli_status *rc)
{
	struct pli_error err = { 0 };
	const void *data;
	size_t len, got = 0;

	*rc = PLI_OK;
	while (got < most && (*rc = pli_opener_read(o, &data, &len, &err)) == PLI_OK && len > 0) {
		check(len <= LEN - got && memcmp((const uint8_t *)data, content + got, len) == 0);
		got += len;
	}
	return got;
}

static void
whole(void)
{
	static const int threads[] = { 0, 1, 4 };
	struct buf envelope = { 0 };
	struct pli_error err = { 0 };
	struct pli_opened opened;
	struct pli_opener *o;
	struct pli_input in;
	enum pli_status rc;
	const void *data;
	size_t i, j, len;

	seal(&envelope);
	for (i = 0; i < 3; i++) {
		for (j = 0; j <= LEN + SEGMENT; j += 75000) { /* finished early, and at the end */
			struct told told = { 0, 0, 0 };

			check(begin(&o, &in, buf_view(&envelope), threads[i], &told) == PLI_OK);
			len = take(o, j, &rc);
			check(rc == PLI_OK && len >= (j < LEN ? j : LEN));
			check_ok(pli_opener_finish(o, &opened, &err), err);
			check(opened.authenticated && opened.content_bytes == LEN && opened.key == 0);
			check(told.progress > 0);
			check_ok(pli_opener_read(o, &data, &len, &err), err);
			check(len == 0);
			pli_opener_free(o);
		}
	}
	buf_clear(&envelope);
	pli_opener_free(NULL);
}

/* A bad tag is found at the end, a missing one where it should be; both stay. */
static void
damaged(void)
{
	static const int threads[] = { 0, 1, 4 };
	struct buf envelope = { 0 };
	struct pli_error err = { 0 };
	struct pli_opener *o;
	struct pli_input in;
	enum pli_status rc;
	const void *data;
	size_t i, len;

	seal(&envelope);
	for (i = 0; i < 3; i++) {
		envelope.p[envelope.len - 1] ^= 1;
		check(begin(&o, &in, buf_view(&envelope), threads[i], NULL) == PLI_OK);
		check(take(o, LEN + 1, &rc) == LEN && rc == PLI_OK);
		check(pli_opener_finish(o, NULL, NULL) == PLI_ERR_AUTH);
		check(pli_opener_finish(o, NULL, NULL) == PLI_ERR_AUTH);
		check(pli_opener_read(o, &data, &len, NULL) == PLI_ERR_AUTH && data == NULL && len == 0);
		pli_opener_free(o);
		envelope.p[envelope.len - 1] ^= 1;
		rc = begin(&o, &in, view_of(envelope.p, envelope.len / 2), threads[i], NULL);
		if (rc == PLI_OK) {
			(void)take(o, LEN + 1, &rc);
			check(rc == PLI_ERR_MALFORMED);
			check(pli_opener_finish(o, NULL, &err) == PLI_ERR_MALFORMED);
			pli_opener_free(o);
		} else {
			check(rc == PLI_ERR_MALFORMED && o == NULL);
		}
	}
	check(begin(&o, &in, view_of("no envelope", 11), 0, NULL) == PLI_ERR_MALFORMED && o == NULL);
	buf_clear(&envelope);
}

static void
freed_anywhere(void)
{
	struct buf envelope = { 0 };
	struct pli_opener *o;
	struct pli_input in;
	enum pli_status rc;
	size_t i;
	int threads;

	seal(&envelope);
	for (threads = 0; threads < 5; threads += 2) {
		for (i = 0; i < 8; i++) {
			check(begin(&o, &in, buf_view(&envelope), threads, NULL) == PLI_OK);
			(void)take(o, i * SEGMENT, &rc);
			check(rc == PLI_OK);
			pli_opener_free(o);
		}
	}
	buf_clear(&envelope);
}

static void
cancelling(void)
{
	struct buf envelope = { 0 };
	struct pli_opener *o;
	struct pli_input in;
	enum pli_status rc;
	int threads, at;

	seal(&envelope);
	for (threads = 0; threads < 5; threads += 2) {
		for (at = 1; at < 20; at += 3) {
			struct told told = { 0, 0, at };

			if ((rc = begin(&o, &in, buf_view(&envelope), threads, &told)) == PLI_OK) {
				check(take(o, LEN, &rc) < LEN && rc == PLI_ERR_CANCELLED);
				told.cancel_at = 0;
				check(pli_opener_finish(o, NULL, NULL) == PLI_ERR_CANCELLED);
				pli_opener_free(o);
			} else {
				check(rc == PLI_ERR_CANCELLED && o == NULL);
			}
		}
	}
	buf_clear(&envelope);
}

#define TESTS(T, S) T(S, whole) T(S, damaged) T(S, freed_anywhere) T(S, cancelling)
SUITE(opener, TESTS)
