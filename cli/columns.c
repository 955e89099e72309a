/*
 * columns.c - widths are counted as the terminal shows them, escapes and wide characters included.
 */
#include "columns.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

void
columns_row(struct columns *table, const char *const *cells)
{
	size_t i, n = table->rows * table->count;
	char **grown = realloc(table->cells, (n + table->count) * sizeof(*grown));

	if (grown == NULL) {
		table->incomplete = true;
		return;
	}
	table->cells = grown;
	for (i = 0; i < table->count; i++) {
		grown[n + i] = strdup(cells[i] != NULL ? cells[i] : "");
		if (grown[n + i] == NULL)
			table->incomplete = true;
	}
	table->rows++;
}

static const char *
cell(const struct columns *table, size_t row, size_t column)
{
	const char *text = table->cells[row * table->count + column];

	return text != NULL ? text : "";
}

/* Appends a cell to a line, and what fills its column unless it is the last one. */
static char *
append(char *line, const char *text, size_t width)
{
	char *longer = NULL;
	size_t has = text_width(text);
	int fill = width > has ? (int)(width - has) : 0;

	if (line == NULL || asprintf(&longer, "%s%s%*s", line, text, fill, "") < 0)
		longer = NULL;
	free(line);
	return longer;
}

static void
print_row(struct say *say, const struct columns *table, size_t row, const size_t *widths)
{
	char *line = strdup("");
	size_t i;

	for (i = 0; i < table->count; i++)
		line = append(line, cell(table, row, i), i + 1 < table->count ? widths[i] + 2 : 0);
	for (i = line != NULL ? strlen(line) : 0; i > 0 && line[i - 1] == ' '; i--)
		line[i - 1] = '\0';
	say_report(say, "%s", line != NULL ? line : "out of memory");
	free(line);
}

void
columns_print(struct say *say, const struct columns *table)
{
	size_t *widths = calloc(table->count, sizeof(*widths));
	size_t row, i;

	if (widths == NULL || table->incomplete) {
		free(widths);
		say_incomplete(say);
		return;
	}
	for (row = 0; row < table->rows; row++)
		for (i = 0; i < table->count; i++)
			if (text_width(cell(table, row, i)) > widths[i])
				widths[i] = text_width(cell(table, row, i));
	for (row = 0; row < table->rows; row++)
		print_row(say, table, row, widths);
	free(widths);
}

static void
print_csv_cell(FILE *out, const char *text)
{
	char *escaped = text_escape(text);
	const char *p = escaped != NULL ? escaped : "out of memory";
	bool quoted = strpbrk(p, "\",") != NULL;

	if (quoted)
		(void)fputc('"', out);
	if (*p != '\0' && strchr("=+-@", *p) != NULL)
		(void)fputc('\'', out);
	for (; *p != '\0'; p++) {
		if (*p == '"')
			(void)fputc('"', out);
		(void)fputc(*p, out);
	}
	if (quoted)
		(void)fputc('"', out);
	free(escaped);
}

void
columns_csv(struct say *say, const struct columns *table)
{
	size_t row, i;

	for (row = 0; row < table->rows && !table->incomplete; row++) {
		for (i = 0; i < table->count; i++) {
			if (i > 0)
				(void)fputc(',', stdout);
			print_csv_cell(stdout, cell(table, row, i));
		}
		(void)fputs("\r\n", stdout);
	}
	if (table->incomplete)
		say_incomplete(say);
}

void
columns_clear(struct columns *table)
{
	size_t i;

	for (i = 0; i < table->rows * table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->rows = 0;
}
