/*
 * sealed.c - keeps what was said of the files until it is reported.
 */
#include "sealed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counts the warning that is the next to be kept; it says the same of a path of that length as others may do of theirs. */
static bool
is_one_more(struct sealed *s, size_t path_len, const char *warning)
{
	size_t i;

	for (i = 0; i < s->kind_count; i++)
		if (strcmp(s->warnings[s->kinds[i].first].text + s->kinds[i].at, warning) == 0)
			return ++s->kinds[i].count > SEALED_OF_A_KIND;
	if (i < SEALED_KINDS) {
		s->kinds[i].first = s->warning_count;
		s->kinds[i].at = path_len + 2;
		s->kinds[i].count = 1;
		s->kind_count++;
	}
	return false;
}

const struct sealed_warning *
sealed_warn(struct sealed *s, const char *path, const char *warning)
{
	struct sealed_warning *warnings = realloc(s->warnings, (s->warning_count + 1) * sizeof(*warnings)), *w;

	if (warnings == NULL)
		return NULL;
	s->warnings = warnings;
	w = &warnings[s->warning_count];
	if (asprintf(&w->text, "%s: %s", path, warning) < 0)
		return NULL;
	w->more = is_one_more(s, strlen(path), warning);
	s->warning_count++;
	s->more_count += w->more;
	return w;
}

void
sealed_clear(void *sealed)
{
	struct sealed *s = sealed;

	while (s->warning_count > 0)
		free(s->warnings[--s->warning_count].text);
	free(s->warnings);
	free(s->output);
}
