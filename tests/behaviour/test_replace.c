/* Content that is no archive may replace a file, if asked to: only then, only a file, never the envelope, never early. */
#include "pli/tree.h"

#include "suite.h"
#include "trees.h"

static struct pli_tree_open_options
opening(bool replace)
{
	struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;

	o.open.threads = 0;
	o.no_sync = true;
	o.replace = replace;
	return o;
}

static bool
file_is(const char *path, struct view expected)
{
	struct buf got = { 0 };
	bool same;

	support_read(path, &got);
	same = got.len == expected.len && memcmp(got.p, expected.p, expected.len) == 0;
	buf_clear(&got);
	return same;
}

static enum pli_status
open_into(struct pli_input in, bool replace, struct pli_error *err)
{
	const struct pli_tree_open_options o = opening(replace);
	struct pli_tree_opened opened;

	return trees_open(&in, trees_root, "bid", &o, &opened, err);
}

static const struct view old = { (const uint8_t *)"old", 3 }, new = { (const uint8_t *)"new content", 11 };

static void
a_file(void)
{
	struct pli_error err = { 0 };
	struct buf envelope = { 0 };
	struct pli_input in;

	trees_begin();
	trees_seal_raw(new, &envelope);
	in = pli_input_memory(envelope.p, envelope.len, "envelope");
	support_write(trees_at("bid"), old);
	check(open_into(in, false, &err) == PLI_ERR_EXISTS && file_is(trees_at("bid"), old));
	envelope.p[envelope.len - 1] ^= 1; /* the tag: the file is as it was until all is good */
	check(open_into(in, true, &err) == PLI_ERR_AUTH && file_is(trees_at("bid"), old));
	envelope.p[envelope.len - 1] ^= 1;
	check_ok(open_into(in, true, &err), err);
	check(file_is(trees_at("bid"), new) && trees_entries(trees_root) == 1);
	check(unlink(trees_at("bid")) == 0);
	check_ok(open_into(in, true, &err), err);
	check(file_is(trees_at("bid"), new) && unlink(trees_at("bid")) == 0);
	trees_folder(trees_at("bid"));
	check(open_into(in, true, &err) == PLI_ERR_EXISTS && trees_entries(trees_root) == 1);
	buf_clear(&envelope);
	trees_end();
}

static void
an_archive(void)
{
	struct pli_tree_seal_options s = PLI_TREE_SEAL_DEFAULTS;
	struct pli_error err = { 0 };
	struct pli_input in;

	trees_begin();
	s.seal.threads = 0;
	trees_file(trees_at("a"), 10);
	check_ok(trees_seal((const char *[]){ trees_at("a") }, 1, trees_at("bid.pli"), &s, NULL, &err), err);
	support_write(trees_at("bid"), old);
	in = pli_input_path(trees_at("bid.pli"));
	check(open_into(in, true, &err) == PLI_ERR_EXISTS && file_is(trees_at("bid"), old));
	check(trees_entries(trees_root) == 3);
	trees_end();
}

/* The envelope itself, by its name, by another, by a descriptor. */
static void
the_input(void)
{
	struct pli_error err = { 0 };
	struct buf envelope = { 0 };
	int fd;

	trees_begin();
	trees_seal_raw(new, &envelope);
	support_write(trees_at("bid"), buf_view(&envelope));
	check(link(trees_at("bid"), trees_at("other")) == 0);
	check(open_into(pli_input_path(trees_at("bid")), true, &err) == PLI_ERR_EXISTS);
	check(open_into(pli_input_path(trees_at("other")), true, &err) == PLI_ERR_EXISTS);
	check((fd = open(trees_at("bid"), O_RDONLY | O_CLOEXEC)) >= 0);
	check(open_into(pli_input_fd(fd, "standard input"), true, &err) == PLI_ERR_EXISTS && close(fd) == 0);
	check(file_is(trees_at("bid"), buf_view(&envelope)) && trees_entries(trees_root) == 2);
	buf_clear(&envelope);
	trees_end();
}

#define TESTS(T, S) T(S, a_file) T(S, an_archive) T(S, the_input)
SUITE(replace, TESTS)
