/*
 * table.c - the names come last: they are as long as they like.
 */
#include "table.h"

#include <inttypes.h>

#include "text.h"

static void
print_row(struct say *say, const char *done, const struct row *row, const char *name)
{
	char size[TEXT_SIZE_MAX];

	if (row->state == ROW_DONE)
		say_news(say, "%-18s  %8" PRIu64 "  %12s  %-9s  %s", row->unauthenticated ? "NOT authenticated" : done,
		    row->files, text_size(size, row->bytes),
		    row->unauthenticated ? "-"
		    : row->committed     ? "yes"
					 : "no",
		    name);
	else if (row->state == ROW_FAILED)
		say_news(say, "%2d %-15s  %8s  %12s  %-9s  %s", (int)row->status, pli_status_id(row->status), "-", "-",
		    "-", name);
}

void
table_print(struct say *say, const char *done, const struct row *rows, const struct list *names)
{
	size_t i, uncommitted = 0, unauthenticated = 0;

	say_news(say, "%-18s  %8s  %12s  %-9s  %s", "result", "files", "size", "committed", "name");
	for (i = 0; i < names->count; i++) {
		print_row(say, done, &rows[i], names->items[i]);
		uncommitted += rows[i].state == ROW_DONE && !rows[i].committed && !rows[i].unauthenticated;
		unauthenticated += rows[i].state == ROW_DONE && rows[i].unauthenticated;
	}
	if (unauthenticated > 0)
		say_news(say, "%zu %s, but NOT authenticated: anybody could have changed the content", unauthenticated,
		    done);
	if (uncommitted > 0)
		say_news(say, "%zu not committed: other recipients may see other content", uncommitted);
}
