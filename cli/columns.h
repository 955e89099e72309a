#ifndef PLI_COLUMNS_H
#define PLI_COLUMNS_H

/*
 * columns.h - a table whose columns are as wide as what is in them.
 *
 *      columns_row, columns_row ... -> columns_print, or columns_csv -> columns_clear
 *
 * The first row is the heading. All-zero but for count is an empty table.
 */

#include "say.h"

struct columns {
	size_t count; /* of columns */
	char **cells; /* row by row */
	size_t rows;
	bool incomplete; /* memory was short */
};

/* columns_row appends a row: count cells, NULL for an empty one. They are copied. */
void columns_row(struct columns *table, const char *const *cells);

/* columns_print prints the rows as lines of a report, columns two spaces apart. */
void columns_print(struct say *say, const struct columns *table);

/*
 * columns_csv prints the rows as RFC 4180 has it: UTF-8, CRLF, quotes where they are needed. Control characters are escaped,
 * and a cell that a spreadsheet would take for a formula (it begins with = + - @) begins with a quote.
 */
void columns_csv(struct say *say, const struct columns *table);

void columns_clear(struct columns *table);

#endif
