/* What an archive may take besides its content: memory for what describes an entry, and time for what is not there. */
#include "suite.h"
#include "tars.h"
#include "trees.h"

/* Lists what is sealed as it is, and clears it. */
static enum pli_status
list(struct buf *content, const struct pli_tree_open_options *o, struct pli_error *err)
{
	struct buf envelope = { 0 };
	struct pli_tree_opened opened;
	struct pli_input in;
	enum pli_status rc;

	trees_seal_raw(buf_view(content), &envelope);
	in = pli_input_memory(envelope.p, envelope.len, "envelope");
	rc = trees_list(&in, o, &opened, err);
	buf_clear(&envelope);
	buf_clear(content);
	return rc;
}

/* A sparse file whose map is at the begin of its content: what stands before the last line, so many times, and size. */
static void
add_sparse(struct buf *to, const char *map, size_t times, const char *last, const char *size)
{
	size_t len = strlen(map);
	struct buf body = { 0 };
	char count_line[32], records[256];

	(void)snprintf(count_line, sizeof(count_line), "%zu\n", times + 1);
	check(buf_add(&body, view_of(count_line, strlen(count_line)), NULL) == PLI_OK);
	while (times-- > 0)
		check(buf_add(&body, view_of(map, len), NULL) == PLI_OK);
	check(buf_add(&body, view_of(last, strlen(last)), NULL) == PLI_OK);
	(void)snprintf(records, sizeof(records),
	    "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n21 GNU.sparse.name=f\n%zu GNU.sparse.realsize=%s\n",
	    24 + strlen(size), size);
	(void)add_header(to, "PaxHeader/x", 'x', NULL, strlen(records), 0644);
	add_bytes(to, records, strlen(records));
	(void)add_header(to, "f", '0', NULL, (body.len + BLOCK - 1) / BLOCK * BLOCK, 0644);
	add_bytes(to, body.p, body.len);
	add_end(to);
	buf_clear(&body);
}

/* What describes entries takes memory, and is read only up to a bound. */
static void
long_descriptions(void)
{
	struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;
	static const uint8_t local[46] = "PK\3\4", central[46] = "PK\1\2";
	struct pli_error err = { 0 };
	uint8_t end[22] = "PK\5\6";
	struct buf a = { 0 };
	size_t i;

	o.open.threads = 0;
	add_sparse(&a, "0\n0\n", 2000000, "8\n0\n", "8");
	check(list(&a, &o, &err) == PLI_ERR_LIMIT && strstr(err.message, "4 MiB") != NULL);

	check(buf_add(&a, view_of(local, 31), NULL) == PLI_OK);
	for (i = 0; i < 60000; i++)
		check(buf_add(&a, view_of(central, sizeof(central)), NULL) == PLI_OK);
	memcpy(end + 8, "\x60\xea\x60\xea", 4);
	memcpy(end + 12, "\x40\x1d\x2a\x00\x1f", 5);
	check(buf_add(&a, view_of(end, sizeof(end)), NULL) == PLI_OK);
	o.unzip = true;
	o.limits.max_files = 1;
	check(list(&a, &o, &err) == PLI_ERR_LIMIT && strstr(err.message, "directory") != NULL);
}

static bool
later(void *arg)
{
	return ++*(unsigned *)arg > 1000;
}

/* A hole takes no bytes, but time: it does not make deaf. */
static void
cancelled_in_a_hole(void)
{
	struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;
	struct pli_error err = { 0 };
	struct buf a = { 0 };
	unsigned asked = 0;

	o.open.threads = 0;
	o.digests = true;
	o.open.hooks.cancelled = later;
	o.open.hooks.arg = &asked;
	add_sparse(&a, "", 0, "1000000000\n0\n", "1000000000");
	check(list(&a, &o, &err) == PLI_ERR_CANCELLED);
}

#define TESTS(T, S) T(S, long_descriptions) T(S, cancelled_in_a_hole)
SUITE(bounds, TESTS)
