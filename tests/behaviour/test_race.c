/*
 * The file changes while it is read. An envelope that is opened to a pipe is read twice: whatever is different the second
 * time, only bytes that were authenticated the first time come out, and the end is PLI_ERR_IO. A file that changes while
 * it is sealed is not sealed. The changes are made by the progress callback, so they come at a known moment.
 */
#include "craft.h"
#include "jobs.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEGMENT = 4096, SEGMENTS = 60, LEN = SEGMENTS * SEGMENT + 17 };

/* One change to a file. */
struct change {
	const char *path;
	unsigned pass; /* when: at the end of this pass (0: now is never), */
	uint64_t done; /* or as soon as this much of it is done */
	off_t at;      /* what: these bytes, there */
	const void *p;
	size_t len;
	off_t size; /* or, unless negative, this length */
	bool made;
};

static uint8_t *bytes;

static void
make(struct change *c)
{
	int fd = open(c->path, O_WRONLY | O_CLOEXEC);

	check(fd >= 0);
	if (c->len > 0)
		check(pwrite(fd, c->p, c->len, c->at) == (ssize_t)c->len);
	if (c->size >= 0)
		check(ftruncate(fd, c->size) == 0);
	(void)close(fd);
	c->made = true;
}

static void
progress(void *arg, const struct pli_progress *p)
{
	struct change *c = arg;

	if (!c->made && p->pass == c->pass && p->done >= c->done)
		make(c);
}

/* A file whose times are long past, so that a change of them is seen however coarse the clock is. */
static const char *
old_file(const char *name, struct view v)
{
	static char path[256];
	const struct timespec times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	(void)snprintf(path, sizeof(path), "%s", support_path(name));
	support_write(path, v);
	check(utimensat(AT_FDCWD, path, times, 0) == 0);
	return path;
}

/* An envelope of len bytes, and where in it the content is. */
static size_t
envelope(bool definite, size_t len, size_t piece, struct buf *out)
{
	struct craft c;
	size_t head;

	craft_init(&c);
	c.indefinite = !definite;
	craft_cipher(&c, view_of(bytes, len));
	if (definite)
		craft_primitive(&c);
	else
		craft_chunks(&c, piece);
	craft_message(&c, out);
	for (head = 0; head + 16 < out->len; head++)
		if (memcmp(out->p + head, c.ciphertext.p, 16) == 0)
			break;
	craft_clear(&c);
	return head;
}

/* Opens the file at path to a pipe, while change is made to it. */
static enum pli_status
open_changing(const char *path, struct change *change, int threads, size_t segment, struct buf *got)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_path(path);
	struct jobs_to out;
	enum pli_status rc;

	options.threads = threads;
	options.segment = segment;
	options.hooks = (struct pli_hooks){ progress, NULL, change };
	change->path = path;
	jobs_to(&out, ENDS_PIPE, 0);
	rc = pli_open(support_pli(), &key, 1, &in, &out.output, &options, NULL, NULL);
	jobs_to_close(&out, rc, 0, got);
	check(change->made);
	return rc;
}

static void
begin(void)
{
	(void)alarm(PATIENCE * 240);
	check((bytes = malloc(LEN)) != NULL);
	support_bytes(bytes, LEN, 13);
}

static void
end(void)
{
	(void)unlink(support_path("envelope"));
	(void)unlink(support_path("content"));
	check(support_entries() == 0);
	free(bytes);
}

/* One bit of each segment in its turn, at the end of the first pass; then later in the second. */
static void
bit_between_passes(void)
{
	static const int threads[] = { 0, 1, 4 };
	struct buf whole = { 0 }, got = { 0 };
	struct change change;
	size_t head, segment;
	const char *path;
	uint8_t flipped;
	int form;

	begin();
	for (form = 0; form < 2; form++) {
		head = envelope(form == 0, LEN, 1 << 20, &whole);
		for (segment = 0; segment <= SEGMENTS; segment++) {
			size_t at = head + segment * SEGMENT + segment % 17;

			path = old_file("envelope", buf_view(&whole));
			flipped = whole.p[at] ^ 4;
			change = (struct change){
				.pass = 1, .done = LEN, .at = (off_t)at, .p = &flipped, .len = 1, .size = -1
			};
			check(open_changing(path, &change, threads[segment % 3], SEGMENT, &got) == PLI_ERR_IO);
			/* all before the segment, and nothing of it */
			check(got.len == segment * SEGMENT && (got.len == 0 || memcmp(got.p, bytes, got.len) == 0));
			buf_clear(&got);
		}
	}
	/* in the middle of the second pass, far enough behind what workers may have read */
	path = old_file("envelope", buf_view(&whole));
	change = (struct change){
		.pass = 2, .done = 5 * SEGMENT, .at = (off_t)(head + 50 * SEGMENT), .p = "changed", .len = 7, .size = -1
	};
	check(open_changing(path, &change, 4, SEGMENT, &got) == PLI_ERR_IO);
	check(got.len == 50 * SEGMENT && memcmp(got.p, bytes, got.len) == 0);
	buf_clear(&got);
	buf_clear(&whole);
	end();
}

static bool
is_prefix(const struct buf *got, size_t len)
{
	return got->len <= len && (got->len == 0 || memcmp(got->p, bytes, got->len) == 0);
}

/* Cut, or emptied, between the passes and during the second. */
static void
shorter(void)
{
	static const off_t lens[] = { 0, 1, 100, 20 * SEGMENT, LEN - 5, LEN };
	struct buf whole = { 0 }, got = { 0 };
	struct change change;
	const char *path;
	size_t i;
	int form;

	begin();
	for (form = 0; form < 3; form++) {
		(void)envelope(form == 0, LEN, form == 1 ? 1 << 20 : 1000, &whole);
		for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
			path = old_file("envelope", buf_view(&whole));
			change = (struct change){ .pass = 1, .done = LEN, .size = lens[i] };
			/* so early that the tag has not been read yet: then the envelope is a truncated one, to us */
			check(open_changing(path, &change, (int)i % 3, SEGMENT, &got) != PLI_OK);
			check(is_prefix(&got, LEN));
			buf_clear(&got);
			path = old_file("envelope", buf_view(&whole));
			change = (struct change){ .pass = 2, .done = 1, .size = lens[i] };
			if (lens[i] < LEN - 5) {
				check(open_changing(path, &change, (int)i % 3, SEGMENT, &got) == PLI_ERR_IO);
				check(got.len < LEN);
			} else {
				(void)open_changing(path, &change, (int)i % 3, SEGMENT, &got);
			}
			check(is_prefix(&got, LEN));
			buf_clear(&got);
		}
	}
	buf_clear(&whole);
	end();
}

/* Another envelope for the same key in its place, right in itself. */
static void
replaced(void)
{
	struct buf one = { 0 }, other = { 0 }, got = { 0 };
	struct change change;
	const char *path;
	int form;

	begin();
	for (form = 0; form < 3; form++) {
		(void)envelope(form != 1, LEN, 1 << 20, &one);
		(void)envelope(form != 2, LEN, 4096, &other);
		path = old_file("envelope", buf_view(&one));
		change = (struct change){
			.pass = 2, .done = SEGMENT, .p = other.p, .len = other.len, .size = (off_t)other.len
		};
		check(open_changing(path, &change, 0, SEGMENT, &got) == PLI_ERR_IO);
		check(got.len < LEN && is_prefix(&got, LEN));
		buf_clear(&got);
	}
	buf_clear(&one);
	buf_clear(&other);
	end();
}

/*
 * GHASH pads the last block with zeroes, so it does not see zeroes that are added to the ciphertext there, or taken away.
 * The length has to be looked at, too.
 */
static void
zeroes_at_the_end(void)
{
	/* segments that are not read ahead of, and a little more */
	enum { LARGE = 65536, SHORT = 3 * LARGE + 17 };
	static const uint8_t zeroes[15];
	struct buf whole = { 0 }, changed = { 0 }, got = { 0 };
	struct change change;
	const char *path;
	struct craft c;
	int way;

	begin();
	craft_init(&c);
	c.indefinite = true;
	craft_cipher(&c, view_of(bytes, SHORT));
	/* content whose ciphertext ends in a zero */
	bytes[SHORT - 1] ^= c.ciphertext.p[SHORT - 1];
	buf_clear(&c.ciphertext);
	craft_cipher(&c, view_of(bytes, SHORT));
	check(c.ciphertext.p[SHORT - 1] == 0);
	check(buf_add(&c.ciphertext, view_of(zeroes, 15), NULL) == PLI_OK);
	c.ciphertext.len = SHORT;
	craft_chunks(&c, 3 * LARGE);
	craft_message(&c, &whole);
	for (way = 0; way < 3; way++) {
		/* the last piece is longer, or shorter, or one more follows it */
		c.ciphertext.len = way == 0 ? SHORT + 15 : way == 1 ? SHORT - 1 : SHORT;
		craft_chunks(&c, 3 * LARGE);
		c.ciphertext.len = SHORT;
		if (way == 2) {
			c.content.len -= 2;
			check(buf_add(&c.content, view_of("\x04\x0f", 2), NULL) == PLI_OK &&
			      buf_add(&c.content, view_of(zeroes, 15), NULL) == PLI_OK &&
			      buf_add(&c.content, view_of("\0", 2), NULL) == PLI_OK);
		}
		craft_message(&c, &changed);
		path = old_file("envelope", buf_view(&whole));
		change = (struct change){
			.pass = 2, .done = LARGE, .p = changed.p, .len = changed.len, .size = (off_t)changed.len
		};
		check(open_changing(path, &change, 0, LARGE, &got) == PLI_ERR_IO);
		check(is_prefix(&got, SHORT) && got.len >= 3 * LARGE);
		buf_clear(&got);
	}
	craft_clear(&c);
	buf_clear(&whole);
	buf_clear(&changed);
	end();
}

/* What happens to the file behind its name is nobody's business: the descriptor is what was opened. */
static void
renamed(void)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct buf whole = { 0 }, got = { 0 };
	struct pli_input in;
	struct jobs_to out;
	enum pli_status rc;
	const char *path;
	int fd;

	begin();
	(void)envelope(true, LEN, 0, &whole);
	path = old_file("envelope", buf_view(&whole));
	check((fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0 && unlink(path) == 0);
	in = pli_input_fd(fd, "without a name");
	jobs_to(&out, ENDS_PIPE, 0);
	rc = pli_open(support_pli(), &key, 1, &in, &out.output, &options, NULL, NULL);
	jobs_to_close(&out, rc, 0, &got);
	check(rc == PLI_OK && view_equal(buf_view(&got), view_of(bytes, LEN)));
	(void)close(fd);
	buf_clear(&got);
	buf_clear(&whole);
	end();
}

/* A file is opened to a file in one pass; what came out is what was authenticated, or nothing. */
static void
opened_to_a_file(void)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct buf whole = { 0 }, got = { 0 };
	struct change change;
	struct pli_input in;
	struct jobs_to out;
	enum pli_status rc;
	size_t head;

	begin();
	head = envelope(true, LEN, 0, &whole);
	change = (struct change){ .path = old_file("envelope", buf_view(&whole)),
		.pass = 1,
		.done = 5 * SEGMENT,
		.at = (off_t)(head + 50 * SEGMENT),
		.p = "changed",
		.len = 7,
		.size = -1 };
	options.threads = 4;
	options.segment = SEGMENT;
	options.hooks = (struct pli_hooks){ progress, NULL, &change };
	in = pli_input_path(change.path);
	jobs_to(&out, ENDS_FILE, 0);
	rc = pli_open(support_pli(), &key, 1, &in, &out.output, &options, NULL, NULL);
	jobs_to_close(&out, rc, 0, &got);
	check(change.made && rc == PLI_ERR_AUTH && got.len == 0);
	buf_clear(&whole);
	end();
}

/* A file that grows, shrinks or is rewritten while it is sealed. */
static void
sealed_while_changing(void)
{
	static const int threads[] = { 0, 1, 4 };
	const struct change changes[] = {
		{ .at = LEN, .p = "more", .len = 4, .size = -1 },          /* appended to */
		{ .size = LEN + 1 },                                       /* one byte longer */
		{ .size = LEN - 1 },                                       /* one shorter */
		{ .size = 0 },                                             /* emptied */
		{ .at = 0, .p = "rewritten", .len = 9, .size = -1 },       /* in what was sealed already */
		{ .at = LEN - 9, .p = "rewritten", .len = 9, .size = -1 }, /* in what was not */
	};
	const uint64_t moments[] = { 1, LEN / 2, LEN };
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct buf got = { 0 };
	struct change change;
	struct pli_input in;
	struct jobs_to out;
	enum jobs_kind to;
	enum pli_status rc;
	size_t i, m;

	begin();
	options.segment = SEGMENT;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		for (m = 0; m < 3; m++)
			for (to = 0; to < ENDS_KINDS; to++) {
				change = changes[i];
				change.path = old_file("content", view_of(bytes, LEN));
				change.pass = 1;
				change.done = moments[m];
				options.threads = threads[(i + m) % 3];
				options.hooks = (struct pli_hooks){ progress, NULL, &change };
				in = pli_input_path(change.path);
				jobs_to(&out, to, 2 * LEN);
				rc = pli_seal(support_pli(), certs, &in, &out.output, &options, NULL, NULL);
				jobs_to_close(&out, rc, 0, &got);
				check(change.made && rc == PLI_ERR_IO);
				/* a pipe has got something, but no whole envelope: its tag is missing */
				check(to == ENDS_PIPE ? got.len < LEN + 330 : got.len == 0);
				buf_clear(&got);
				check(support_entries() == 1);
			}
	pli_certs_free(certs);
	end();
}

#define TESTS(T, S)                                                                                                    \
	T(S, bit_between_passes)                                                                                       \
	T(S, shorter)                                                                                                  \
	T(S, replaced)                                                                                                 \
	T(S, zeroes_at_the_end)                                                                                        \
	T(S, renamed)                                                                                                  \
	T(S, opened_to_a_file)                                                                                         \
	T(S, sealed_while_changing)
SUITE(race, TESTS)
