/*
 * The same as in test_memory_faults.c, for folders: every allocation of the engine fails, alone or with all that follow. A
 * job then fails and leaves nothing, or does all of it.
 */
#include "shortage.h"
#include "suite.h"
#include "trees.h"

#include <stdatomic.h>

#include "pli/batch.h"
#include "pli/digest.h"

/* A folder with more entries than any list begins with room for. */
enum { LEN = 5000, MANY = 70, ENTRIES = MANY + 5 };

static struct pli_certs *certs;
static uint8_t content[LEN];
static long allocations; /* of the last job */

static void
set_up(void)
{
	const struct pli_tree_seal_options options = PLI_TREE_SEAL_DEFAULTS;
	const enum support_kind kind = SUPPORT_P256;
	struct pli_error err = { 0 };
	struct buf raw = { 0 };
	const char *path;
	int i;

	certs = support_certs(&kind, 1);
	support_bytes(content, LEN, 9);
	trees_begin();
	trees_folder(trees_at("bid"));
	trees_folder(trees_at("bid/empty"));
	for (i = 0; i < MANY; i++)
		trees_file(trees_at("bid/%d", i), (size_t)i);
	support_write(trees_at("bid/large"), view_of(content, LEN));
	trees_file(trees_at("bid/prix"), 3);
	trees_file(trees_at("bid/PRIX"), 4);
	path = trees_at("bid");
	check_ok(trees_seal(&path, 1, trees_at("bid.pli"), &options, NULL, &err), err);
	trees_seal_raw(view_of(content, LEN), &raw);
	support_write(trees_at("raw.pli"), buf_view(&raw));
	buf_clear(&raw);
}

/* A job runs once with the faults that are set, and ends them before it looks at what it did. */
typedef enum pli_status job(struct pli_error *err);

static void
count_warning(void *arg, const char *path, const char *warning)
{
	check(path != NULL && warning[0] != '\0');
	*(int *)arg += 1;
}

static void
count_entry(void *arg, const struct pli_tree_entry *entry)
{
	check(strncmp(entry->path, "bid", 3) == 0 && (entry->folder || entry->sha256 != NULL));
	*(int *)arg += 1;
}

static struct pli_tree_open_options
opening(int *entries)
{
	struct pli_tree_open_options options = PLI_TREE_OPEN_DEFAULTS;

	*entries = 0;
	options.open.threads = 0;
	options.open.segment = 1024;
	options.digests = options.no_sync = true;
	options.entry = count_entry;
	options.arg = entries;
	return options;
}

/* The folder has an empty file, and two names that are one where case does not count. */
static enum pli_status
seal(struct pli_error *err)
{
	const struct pli_input in = pli_input_path(trees_at("out.pli"));
	struct pli_output out = pli_output_path(in.name);
	const char *path = trees_at("bid");
	struct pli_tree_seal_options options = PLI_TREE_SEAL_DEFAULTS;
	struct pli_tree_sealed sealed;
	struct pli_tree_opened opened;
	int warnings = 0, entries;
	const struct pli_tree_open_options list = opening(&entries);
	struct pli_error ignored;
	enum pli_status rc;

	options.seal.threads = 2;
	options.seal.segment = 1024;
	options.warn = count_warning;
	options.arg = &warnings;
	out.no_sync = true;
	rc = pli_tree_seal(support_pli(), certs, &path, 1, &out, &options, &sealed, err);
	allocations = shortage_end();
	check(support_exists(in.name) == (rc == PLI_OK));
	if (rc != PLI_OK)
		return rc;
	check(warnings == 2 && sealed.warnings == 2 && sealed.files == MANY + 3);
	check_ok(trees_list(&in, &list, &opened, &ignored), ignored);
	check(entries == ENTRIES && opened.archive && unlink(in.name) == 0);
	return rc;
}

static enum pli_status
open_folder(struct pli_error *err)
{
	const struct pli_input in = pli_input_path(trees_at("bid.pli"));
	struct pli_tree_opened opened;
	char command[1000];
	int entries;
	const struct pli_tree_open_options options = opening(&entries);
	enum pli_status rc = trees_open(&in, trees_at("opened"), "x", &options, &opened, err);

	allocations = shortage_end();
	check(support_exists(trees_at("opened")) == (rc == PLI_OK) && entries == (rc == PLI_OK ? ENTRIES : 0));
	if (rc != PLI_OK)
		return rc;
	(void)snprintf(command, sizeof(command), "cd '%s' && diff -r bid opened/x/bid", trees_root);
	check(system(command) == 0); /* NOLINT: a path of our own making */
	trees_remove(trees_at("opened"));
	return rc;
}

static enum pli_status
list(struct pli_error *err)
{
	const struct pli_input in = pli_input_path(trees_at("bid.pli"));
	struct pli_tree_opened opened;
	int entries;
	const struct pli_tree_open_options options = opening(&entries);
	enum pli_status rc = trees_list(&in, &options, &opened, err);

	allocations = shortage_end();
	check(entries == (rc == PLI_OK ? ENTRIES : 0));
	return rc;
}

/* Content that is no archive becomes a file. */
static enum pli_status
open_raw(struct pli_error *err)
{
	const struct pli_input in = pli_input_path(trees_at("raw.pli"));
	struct pli_tree_open_options options = PLI_TREE_OPEN_DEFAULTS;
	struct pli_tree_opened opened;
	struct buf got = { 0 };
	enum pli_status rc;

	options.open.threads = 0;
	options.no_sync = true;
	rc = trees_open(&in, trees_at("opened"), "x", &options, &opened, err);
	allocations = shortage_end();
	check(support_exists(trees_at("opened")) == (rc == PLI_OK));
	if (rc != PLI_OK)
		return rc;
	support_read(trees_at("opened/x"), &got);
	check(!opened.archive && view_equal(buf_view(&got), view_of(content, LEN)));
	buf_clear(&got);
	trees_remove(trees_at("opened"));
	return rc;
}

/* "abc" (FIPS 180-4, examples). */
static enum pli_status
digest(struct pli_error *err)
{
	static const uint8_t want[4] = { 0xba, 0x78, 0x16, 0xbf };
	struct pli_digest *d;
	uint8_t got[32] = { 0 };
	enum pli_status rc;

	if ((rc = pli_digest_new(&d, support_pli(), err)) == PLI_OK &&
	    (rc = pli_digest_add(d, "abc", 3, err)) == PLI_OK)
		rc = pli_digest_end(d, got, err);
	allocations = shortage_end();
	check(rc != PLI_OK || memcmp(got, want, sizeof(want)) == 0);
	pli_digest_free(d);
	return rc;
}

static void
count_job(void *arg, size_t i)
{
	(void)i;
	atomic_fetch_add((atomic_int *)arg, 1);
}

/* All of them are done, or none. */
static enum pli_status
batch(struct pli_error *err)
{
	atomic_int done = 0;
	enum pli_status rc = pli_batch_run(support_pli(), 2, 9, count_job, &done, err);

	allocations = shortage_end();
	check(atomic_load(&done) == (rc == PLI_OK ? 9 : 0));
	return rc;
}

/* Runs the job with each allocation failing, until there are no more. */
static void
fault(job *run, enum shortage of, bool all_after)
{
	struct pli_error err;
	enum pli_status rc;
	long n;

	for (n = 0;; n++) {
		err = (struct pli_error){ 0 };
		shortage_begin(of, n, all_after ? SHORTAGE_FOREVER : n);
		rc = run(&err);
		check(rc == err.status && (rc == PLI_OK || err.message[0] != '\0'));
		if (allocations <= n)
			break;
		check(rc == PLI_ERR && (of != SHORTAGE_OURS || strcmp(err.message, "out of memory") == 0));
	}
	check(rc == PLI_OK && n > 0);
}

static void
each_twice(job *const *jobs, size_t count, enum shortage of)
{
	struct pli_error err = { 0 };
	size_t i;

	set_up();
	for (i = 0; i < count; i++) {
		check_ok(jobs[i](&err), err); /* what is made once is made */
		fault(jobs[i], of, false);
		fault(jobs[i], of, true);
	}
	trees_end();
	pli_certs_free(certs);
}

static void
ours(void)
{
	static job *const jobs[] = { seal, open_folder, list, open_raw, digest, batch };

	each_twice(jobs, sizeof(jobs) / sizeof(jobs[0]), SHORTAGE_OURS);
}

static void
libcryptos(void)
{
	static job *const jobs[] = { digest };

	each_twice(jobs, sizeof(jobs) / sizeof(jobs[0]), SHORTAGE_LIBCRYPTOS);
}

#define TESTS(T, S)                                                                                                    \
	T(S, ours)                                                                                                     \
	T(S, libcryptos)
SUITE(tree_faults, TESTS)
