/*
 * sealed.c - keeps what was said of the files until it is reported.
 */
#include "sealed.h"

#include <stdio.h>
#include <stdlib.h>

void
sealed_warn(struct sealed *s, const char *path, const char *warning)
{
	char **warnings = realloc(s->warnings, (s->warning_count + 1) * sizeof(*warnings));

	if (warnings == NULL)
		return;
	s->warnings = warnings;
	if (asprintf(&warnings[s->warning_count], "%s: %s", path, warning) >= 0)
		s->warning_count++;
}

void
sealed_clear(void *sealed)
{
	struct sealed *s = sealed;

	while (s->warning_count > 0)
		free(s->warnings[--s->warning_count]);
	free(s->warnings);
	free(s->output);
}
