#ifndef PLI_TABLE_H
#define PLI_TABLE_H

/*
 * table.h - what became of each of several, a line each, when all are done.
 */

#include "say.h"

enum row_state { ROW_NOT_DONE, ROW_DONE, ROW_FAILED };

struct row {
	enum row_state state;
	enum pli_status status; /* why it failed */
	uint64_t files, bytes;  /* the rest: of one that is done */
	bool committed;
	bool unauthenticated; /* said instead of the word for it, and of whether it is committed */
};

/* table_print prints the rows, news each, with the names beside them; done is the word for one that succeeded. */
void table_print(struct say *say, const char *done, const struct row *rows, const struct list *names);

#endif
