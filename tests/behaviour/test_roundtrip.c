/*
 * What is sealed is what is opened: threads x segments x recipients x sizes x ways through files, pipes and memory. The
 * full product would take an hour, so a combination is run only if two of its values have not met before; in the end every
 * value of an axis has met every value of every other axis, and that is checked.
 */
#include "jobs.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KIB = 1 << 10, MIB = 1 << 20 };

static const int threads[] = { 0, 1, 2, 4, 16 };
static const size_t segments[] = { 64, 4096, 64 * KIB, MIB, MIB + 16, 4 * MIB };

/* One kind alone, or all of them in one envelope, which each of the keys opens in its turn. */
enum { ALL_KINDS = SUPPORT_KINDS, RECIPIENTS };

/* Sizes: fixed ones, then those that follow from the segment, s, as times * s + plus. */
static const struct {
	size_t times, plus;
} sizes[] = {
	{ 0, 0 },
	{ 0, 1 },
	{ 0, 15 },
	{ 0, 16 },
	{ 0, 17 },
	{ 0, MIB - 1 },
	{ 0, MIB },
	{ 0, MIB + 1 },
	{ 0, 2 * MIB },
	{ 1, (size_t)-1 },
	{ 1, 0 },
	{ 1, 1 },
	{ 3, 5 },
};

/* Ways: how content gets to the envelope, and how it gets out again. */
static const struct {
	enum { SEAL, PUSH_KNOWN, PUSH_UNKNOWN } how;
	enum jobs_kind content, sealed, envelope, opened;
} ways[] = {
	{ SEAL, ENDS_FILE, ENDS_FILE, ENDS_FILE, ENDS_FILE },
	{ SEAL, ENDS_PIPE, ENDS_PIPE, ENDS_PIPE, ENDS_PIPE },
	{ SEAL, ENDS_MEMORY, ENDS_MEMORY, ENDS_MEMORY, ENDS_MEMORY },
	{ SEAL, ENDS_FILE, ENDS_PIPE, ENDS_FILE, ENDS_PIPE },
	{ SEAL, ENDS_PIPE, ENDS_FILE, ENDS_PIPE, ENDS_FILE },
	{ PUSH_KNOWN, ENDS_MEMORY, ENDS_MEMORY, ENDS_MEMORY, ENDS_PIPE },
	{ PUSH_KNOWN, ENDS_MEMORY, ENDS_PIPE, ENDS_PIPE, ENDS_MEMORY },
	{ PUSH_UNKNOWN, ENDS_MEMORY, ENDS_FILE, ENDS_FILE, ENDS_MEMORY },
	{ PUSH_UNKNOWN, ENDS_MEMORY, ENDS_MEMORY, ENDS_MEMORY, ENDS_FILE },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { AXES = 5, VALUES = 16 };

static const unsigned counts[AXES] = { COUNT(threads), COUNT(segments), RECIPIENTS, COUNT(sizes), COUNT(ways) };
static bool met[AXES][VALUES][AXES][VALUES];
static uint8_t *content;

static struct pli_certs *
recipients(unsigned who)
{
	enum support_kind kinds[SUPPORT_KINDS];
	unsigned i;

	for (i = 0; i < SUPPORT_KINDS; i++)
		kinds[i] = (enum support_kind)(who == ALL_KINDS ? i : who);
	return support_certs(kinds, who == ALL_KINDS ? SUPPORT_KINDS : 1);
}

static void
check_opened(const struct pli_opened *opened, const char *encoding, size_t len)
{
	check(opened->authenticated && !opened->committed && opened->key == 0);
	check(strcmp(opened->container, "AuthEnvelopedData") == 0 && strcmp(opened->cipher, "aes-256-gcm") == 0);
	check(strcmp(opened->encoding, encoding) == 0);
	check(opened->tag_bits == 128 && opened->content_bytes == len);
}

static void
round_trip(const unsigned at[AXES])
{
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	size_t segment = segments[at[1]], len = sizes[at[3]].times * segment + sizes[at[3]].plus;
	struct pli_certs *certs = recipients(at[2]);
	struct buf envelope = { 0 }, got = { 0 };
	struct pli_error err = { 0 };
	struct pli_sealed sealed;
	struct pli_opened opened;
	const struct pli_key *key;
	const char *encoding;
	static unsigned turn;

	sealing.threads = opening.threads = threads[at[0]];
	sealing.segment = opening.segment = segment;
	key = support_key((enum support_kind)(at[2] == ALL_KINDS ? turn++ % SUPPORT_KINDS : at[2]));
	if (ways[at[4]].how == SEAL)
		check_ok(jobs_seal(certs, view_of(content, len), ways[at[4]].content, ways[at[4]].sealed, &sealing,
			     &envelope, &sealed, &err),
		    err);
	else
		check_ok(
		    jobs_push(certs, view_of(content, len), ways[at[4]].how == PUSH_KNOWN ? len : PLI_LENGTH_UNKNOWN,
			ways[at[4]].sealed, &sealing, &envelope, &sealed, &err),
		    err);
	encoding = ways[at[4]].how == PUSH_UNKNOWN || ways[at[4]].content == ENDS_PIPE ? "indefinite" : "definite";
	check(sealed.bytes == envelope.len && sealed.content_bytes == len);
	check(envelope.len <= pli_seal_bound(certs, len));
	check(strcmp(sealed.container, "AuthEnvelopedData") == 0 && strcmp(sealed.cipher, "aes-256-gcm") == 0);
	check(strcmp(sealed.encoding, encoding) == 0);

	check_ok(jobs_open(
		     key, buf_view(&envelope), ways[at[4]].envelope, ways[at[4]].opened, &opening, &got, &opened, &err),
	    err);
	check_opened(&opened, encoding, len);
	check(got.len == len && (len == 0 || memcmp(got.p, content, len) == 0));
	check_ok(jobs_verify(key, buf_view(&envelope), ways[at[4]].envelope, &opening, &opened, &err), err);
	check_opened(&opened, encoding, len);
	pli_certs_free(certs);
	buf_clear(&envelope);
	buf_clear(&got);
}

/* Marks the pairs of a combination as met; returns how many had not. */
static unsigned
meet(const unsigned at[AXES], bool mark)
{
	unsigned a, b, fresh = 0;

	for (a = 0; a < AXES; a++)
		for (b = a + 1; b < AXES; b++) {
			fresh += !met[a][at[a]][b][at[b]];
			met[a][at[a]][b][at[b]] |= mark;
		}
	return fresh;
}

/* Runs all combinations that bring at least least new pairs together. */
static unsigned
sweep(unsigned least)
{
	unsigned at[AXES], n, i, a, all = 1, ran = 0;

	for (a = 0; a < AXES; a++)
		all *= counts[a];
	for (n = 0; n < all; n++) {
		/* 7919 is prime and no factor of all: each combination comes once, neighbours differ in all axes */
		for (i = n * 7919 % all, a = 0; a < AXES; i /= counts[a++])
			at[a] = i % counts[a];
		if (meet(at, false) >= least) {
			round_trip(at);
			(void)meet(at, true);
			ran++;
		}
	}
	return ran;
}

static void
every_pair(void)
{
	unsigned least, a, b, i, j, ran = 0;

	check((content = malloc(3 * segments[COUNT(segments) - 1] + 5)) != NULL);
	support_bytes(content, 3 * segments[COUNT(segments) - 1] + 5, 1);
	for (least = AXES * (AXES - 1) / 2; least >= 1; least--)
		ran += sweep(least);
	for (a = 0; a < AXES; a++)
		for (b = a + 1; b < AXES; b++)
			for (i = 0; i < counts[a]; i++)
				for (j = 0; j < counts[b]; j++)
					check(met[a][i][b][j]);
	check(ran >= COUNT(sizes) * COUNT(ways));
	check(support_entries() == 0);
	free(content);
}

/* One worker per CPU and segments of 1 MiB: what everybody uses. */
static void
defaults(void)
{
	const struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	const struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	const size_t len = 5 * MIB + 3;
	struct buf envelope = { 0 }, got = { 0 };
	enum support_kind kind = SUPPORT_P256;
	struct pli_error err = { 0 };
	struct pli_certs *certs = support_certs(&kind, 1);
	enum jobs_kind from, to;
	uint8_t *bytes = malloc(len);

	check(bytes != NULL);
	support_bytes(bytes, len, 2);
	for (from = 0; from < ENDS_KINDS; from++)
		for (to = 0; to < ENDS_KINDS; to++) {
			check_ok(jobs_seal(certs, view_of(bytes, len), from, to, &sealing, &envelope, NULL, &err), err);
			check_ok(
			    jobs_open(support_key(kind), buf_view(&envelope), from, to, &opening, &got, NULL, &err),
			    err);
			check(view_equal(buf_view(&got), view_of(bytes, len)));
		}
	buf_clear(&envelope);
	buf_clear(&got);
	pli_certs_free(certs);
	free(bytes);
}

/* A file that is read from, and written to, in its middle: the offset of the descriptor counts. */
static void
offsets(void)
{
	const struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	const struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	const struct pli_key *key = support_key(kind);
	struct pli_error err = { 0 };
	struct pli_sealed sealed;
	struct pli_input in;
	struct pli_output out;
	struct buf got = { 0 };
	uint8_t bytes[1000];
	FILE *f, *g;

	support_bytes(bytes, sizeof(bytes), 3);
	check((f = tmpfile()) != NULL && (g = tmpfile()) != NULL);
	check(fwrite(bytes, 1, sizeof(bytes), f) == sizeof(bytes) && fflush(f) == 0);
	check(fwrite("before", 1, 6, g) == 6 && fflush(g) == 0);
	check(lseek(fileno(f), 100, SEEK_SET) == 100);
	in = pli_input_fd(fileno(f), "f");
	out = pli_output_fd(fileno(g), "g");
	check_ok(pli_seal(support_pli(), certs, &in, &out, &sealing, &sealed, &err), err);
	check(sealed.content_bytes == sizeof(bytes) - 100);
	check(lseek(fileno(g), 0, SEEK_CUR) == (off_t)(6 + sealed.bytes));
	check(lseek(fileno(g), 6, SEEK_SET) == 6 && lseek(fileno(f), 0, SEEK_SET) == 0 && ftruncate(fileno(f), 0) == 0);
	in = pli_input_fd(fileno(g), "g");
	out = pli_output_fd(fileno(f), "f");
	check_ok(pli_open(support_pli(), &key, 1, &in, &out, &opening, NULL, &err), err);
	check(lseek(fileno(f), 0, SEEK_SET) == 0 && buf_reserve(&got, sizeof(bytes), &err) == PLI_OK);
	check(read(fileno(f), got.p, sizeof(bytes)) == (ssize_t)sizeof(bytes) - 100);
	check(memcmp(got.p, bytes + 100, sizeof(bytes) - 100) == 0);
	(void)fclose(f);
	(void)fclose(g);
	buf_clear(&got);
	pli_certs_free(certs);
}

#define TESTS(T, S) T(S, every_pair) T(S, defaults) T(S, offsets)
SUITE(roundtrip, TESTS)
