/* A committed archive that other programs would read in another way is refused, when it is opened and when it is only looked at. */
#include "suite.h"
#include "tars.h"
#include "trees.h"

static const size_t segments[] = { 0, BLOCK, 2 * BLOCK, 1040 };

/* Opens it and looks at it, and says how that ended: the same way in segments of any size, with nothing left of a failure. */
static enum pli_status
tried(const struct buf *a, struct pli_tree_opened *opened, struct pli_error *err)
{
	struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;
	enum pli_status rc = PLI_OK, before = PLI_OK;
	struct buf envelope = { 0 };
	struct pli_input in;
	size_t i;

	trees_begin();
	trees_seal_raw(buf_view(a), &envelope);
	o.no_sync = true;
	for (i = 0; i < sizeof(segments) / sizeof(segments[0]); i++, before = rc) {
		o.open.segment = segments[i];
		trees_folder(trees_at("in"));
		in = pli_input_memory(envelope.p, envelope.len, "envelope");
		rc = trees_open(&in, trees_at("in"), "bid", &o, opened, err);
		check((trees_entries(trees_at("in")) > 0) == (rc == PLI_OK) && (i == 0 || rc == before));
		in = pli_input_memory(envelope.p, envelope.len, "envelope");
		check(trees_list(&in, &o, opened, err) == rc);
		trees_remove(trees_at("in"));
	}
	buf_clear(&envelope);
	trees_end();
	return rc;
}

static void
opens(struct buf *a)
{
	struct pli_tree_opened opened;
	struct pli_error err;

	add_end(a);
	check_ok(tried(a, &opened, &err), err);
	check(opened.opened.committed && opened.archive);
	buf_clear(a);
}

static void
refused(struct buf *a)
{
	struct pli_tree_opened opened;
	struct pli_error err;

	add_end(a);
	check(tried(a, &opened, &err) == PLI_ERR_MALFORMED);
	check(strstr(err.message, "not the same to every program") != NULL);
	buf_clear(a);
}

/* GNU tar goes by what a global header says of all entries, libarchive does not. */
static void
global_headers(void)
{
	struct buf a = { 0 };

	begin_committed(&a);
	add_file(&a, "price");
	opens(&a);
	begin_committed(&a);
	(void)add_header(&a, "pax_global_header", 'g', NULL, 9, 0644);
	add_bytes(&a, "9 size=3\n", 9);
	add_file(&a, "price");
	refused(&a);
	begin_committed(&a);
	add_file(&a, "price");
	(void)add_header(&a, "pax_global_header", 'g', NULL, 13, 0644);
	add_bytes(&a, "13 path=none\n", 13);
	add_file(&a, "offer");
	refused(&a);
}

/* Of two names for one entry they do not choose the same. */
static void
two_names(void)
{
	struct buf a = { 0 };

	begin_committed(&a);
	(void)add_header(&a, "././@LongLink", 'L', NULL, 5, 0644);
	add_bytes(&a, "long\0", 5);
	add_pax(&a, "path", "pax", 3);
	add_file(&a, "own");
	refused(&a);
	begin_committed(&a);
	add_pax(&a, "path", "one", 3);
	add_pax(&a, "path", "two", 3);
	add_file(&a, "own");
	refused(&a);
	begin_committed(&a);
	add_pax(&a, "path", "one", 3);
	add_file(&a, "own");
	opens(&a);
}

/*
 * What stands behind the end, near or far, some programs read on to. The blocks of the end and what stands behind it are cut from
 * each other by segments in every way.
 */
static void
hidden_behind_the_end(void)
{
	static const uint8_t zeroes[3 << 20];
	static const size_t far[] = { 0, BLOCK, 10240, 1 << 20, sizeof(zeroes) };
	struct buf a = { 0 };
	size_t i, shift;

	for (i = 0; i < 3 * sizeof(far) / sizeof(far[0]); i++)
		for (shift = 0; shift < 3; shift++) {
			size_t n;

			begin_committed(&a);
			for (n = 0; n < shift; n++)
				add_folder(&a, n == 0 ? "a" : "b");
			add_file(&a, "price");
			add_end(&a);
			check(buf_add(&a, view_of(zeroes, far[i / 3]), NULL) == PLI_OK);
			if (i % 3 == 0) {
				opens(&a);
				continue;
			}
			if (i % 3 == 1)
				add_file(&a, "hidden");
			else
				add_folder(&a, "hidden");
			refused(&a);
		}
}

/* The archives of other programs, which are not committed, are read as ever. */
static void
not_committed(void)
{
	struct pli_tree_opened opened;
	struct pli_error err;
	struct buf a = { 0 };

	(void)add_header(&a, "././@LongLink", 'L', NULL, 5, 0644);
	add_bytes(&a, "long\0", 5);
	add_file(&a, "own");
	add_end(&a);
	add_bytes(&a, "more", 4);
	check_ok(tried(&a, &opened, &err), err);
	check(!opened.opened.committed && opened.archive);
	buf_clear(&a);
}

#define TESTS(T, S) T(S, global_headers) T(S, two_names) T(S, hidden_behind_the_end) T(S, not_committed)
SUITE(one_reading, TESTS)
