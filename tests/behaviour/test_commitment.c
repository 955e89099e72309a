/*
 * Content is committed when all 1,024 bytes of the fixed first block stand before it, and never else: with any byte of the block
 * changed, or its last one missing, through every kind of end, in segments that cut the block anywhere, and as a folder.
 */
#include "first_block.h"
#include "jobs.h"
#include "trees.h"

static const int threads[] = { 0, 1, 4 };
static const size_t segments[] = { 64, 336, 1008, 1040, 4096, 0 };
static uint8_t content[5000];

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WHOLE SIZE_MAX

/* What is made of the content: a byte of it changed, and all behind len bytes cut off. */
static const struct change {
	size_t at, len;
} changes[] = { { WHOLE, 5000 }, { WHOLE, 1025 }, { WHOLE, 1024 }, { WHOLE, 1023 }, { WHOLE, 16 }, { WHOLE, 0 },
	{ 0, 5000 }, { 1, 5000 }, { 15, 5000 }, { 16, 5000 }, { 511, 5000 }, { 512, 5000 }, { 1007, 5000 },
	{ 1008, 5000 }, { 1023, 5000 }, { 1023, 1024 }, { 1024, 5000 } };

static bool
is_committed(const struct change *c)
{
	return c->len >= FIRST_BLOCK_LEN && (c->at == WHOLE || c->at >= FIRST_BLOCK_LEN);
}

static struct view
changed(const struct change *c)
{
	static uint8_t bytes[sizeof(content)];

	memcpy(bytes, content, sizeof(bytes));
	if (c->at != WHOLE)
		bytes[c->at] ^= 1;
	return view_of(bytes, c->len);
}

static void
check_refused(enum pli_status rc, const struct pli_error *err)
{
	check(rc == PLI_ERR_AUTH && strstr(err->message, "other recipients may see other content") != NULL);
}

/* One envelope, opened and verified, as it is and only if it is committed: what nothing authenticates never is. */
static void
one_way(struct view envelope, const struct change *c, bool committed, struct pli_open_options *options, unsigned way)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	const enum jobs_kind from = way % ENDS_KINDS, to = way / ENDS_KINDS % ENDS_KINDS;
	struct pli_error err = { 0 };
	struct pli_opened opened;
	struct buf got = { 0 };
	enum pli_status rc;

	options->require_committed = false;
	check_ok(jobs_open(key, envelope, from, to, options, &got, &opened, &err), err);
	check(opened.committed == committed && view_equal(buf_view(&got), changed(c)));
	check_ok(jobs_verify(key, envelope, from, options, &opened, &err), err);
	check(opened.committed == committed);
	buf_clear(&got);

	options->require_committed = true;
	rc = jobs_open(key, envelope, from, to, options, &got, &opened, &err);
	if (committed) {
		check_ok(rc, err);
		check_ok(jobs_verify(key, envelope, from, options, &opened, &err), err);
		check(opened.committed && view_equal(buf_view(&got), changed(c)));
	} else {
		check_refused(rc, &err);
		check(got.len == 0);
		pli_error_clear(&err);
		check_refused(jobs_verify(key, envelope, from, options, NULL, &err), &err);
	}
	buf_clear(&got);
}

static void
every_byte_counts(void)
{
	static const enum support_kind kind = SUPPORT_P256;
	static const enum pli_profile profiles[] = { PLI_PROFILE_GCM, PLI_PROFILE_CBC };
	struct pli_certs *certs = support_certs(&kind, 1);
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_error err = { 0 };
	struct buf envelope = { 0 };
	size_t p, i, s;
	unsigned way = 0;

	support_bytes(content, sizeof(content), 9);
	first_block(content);
	options.accept_unauthenticated = true;
	for (p = 0; p < COUNT(profiles); p++)
		for (i = 0; i < COUNT(changes); i++) {
			sealing.profile = profiles[p];
			check_ok(jobs_seal(certs, changed(&changes[i]), ENDS_MEMORY, ENDS_MEMORY, &sealing, &envelope,
				     NULL, &err),
			    err);
			/* each number of threads with each segment; the ends in turn */
			for (s = 0; s < COUNT(segments) * COUNT(threads); s++, way++) {
				options.segment = segments[s / COUNT(threads)];
				options.threads = threads[s % COUNT(threads)];
				one_way(buf_view(&envelope), &changes[i],
				    profiles[p] == PLI_PROFILE_GCM && is_committed(&changes[i]), &options, way);
			}
		}
	buf_clear(&envelope);
	pli_certs_free(certs);
}

/* Begins content with a folder as pli seals it, which is longer than 5,000 bytes. */
static void
begin_with_a_folder(void)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_tree_seal_options s = PLI_TREE_SEAL_DEFAULTS;
	struct buf envelope = { 0 }, archive = { 0 };
	const char *paths[] = { trees_at("bid") };
	struct pli_error err = { 0 };

	trees_folder(paths[0]);
	trees_file(trees_at("bid/a"), 300);
	check_ok(trees_seal(paths, 1, trees_at("bid.pli"), &s, NULL, &err), err);
	support_read(trees_at("bid.pli"), &envelope);
	check_ok(jobs_open(support_key(SUPPORT_P256), buf_view(&envelope), ENDS_MEMORY, ENDS_MEMORY, &options, &archive,
		     NULL, &err),
	    err);
	check(archive.len <= sizeof(content));
	memset(content, 0, sizeof(content)); /* which may stand behind an archive */
	memcpy(content, archive.p, archive.len);
	buf_clear(&archive);
	buf_clear(&envelope);
	trees_remove(paths[0]);
}

/* What is refused makes no folder, whatever the archive is without its first block: one, none, or a broken one. */
static void
folders(void)
{
	struct buf envelope = { 0 };
	struct pli_tree_opened opened;
	struct pli_error err = { 0 };
	size_t i, s, archives = 0;

	trees_begin();
	begin_with_a_folder();
	for (i = 0; i < COUNT(changes); i++) {
		struct pli_input in;

		trees_seal_raw(changed(&changes[i]), &envelope);
		in = pli_input_memory(envelope.p, envelope.len, "envelope");
		for (s = 0; s < COUNT(segments); s++) {
			struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;

			o.no_sync = true;
			o.open.segment = segments[s];
			o.open.threads = threads[s % COUNT(threads)];
			if (trees_open(&in, trees_at("out"), "bid", &o, &opened, &err) == PLI_OK) {
				check(opened.opened.committed == is_committed(&changes[i]));
				archives += !opened.opened.committed && opened.archive;
				trees_remove(trees_at("out"));
			}
			o.open.require_committed = true;
			if (is_committed(&changes[i]))
				continue;
			check_refused(trees_open(&in, trees_at("out"), "bid", &o, &opened, &err), &err);
			check_refused(trees_list(&in, &o, &opened, &err), &err);
			check(!support_exists(trees_at("out")) && trees_entries(trees_root) == 1);
		}
	}
	check(archives > 0);
	buf_clear(&envelope);
	trees_end();
}

#define TESTS(T, S) T(S, every_byte_counts) T(S, folders)
SUITE(commitment, TESTS)
