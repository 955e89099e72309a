/* titles.c - labels are shown to people who decide by them: nothing that hides, turns or breaks a line may stand in one. */
#include "titles.h"

#include <stdio.h>
#include <string.h>

#include "label.h"

#define CHARACTERS_MAX 128
#define ROOM_FOR_END 32

static enum pli_status
refuse(const char *what, const char *label, const char *why, struct pli_error *err)
{
	enum pli_status rc;
	char shown[200];

	(void)snprintf(shown, sizeof(shown), "%s", label);
	fail_trim(shown);
	rc = fail(err, PLI_ERR_USAGE, "\"%s\" cannot be the name of %s: it %s", shown, what, why);
	fail_hint(
	    err, "1 to %d characters, without control characters, line breaks or blanks at the ends", CHARACTERS_MAX);
	return rc;
}

enum pli_status
title_check(const char *what, const char *label, struct pli_error *err)
{
	const char *why;
	size_t len;

	if (label == NULL)
		return fail(err, PLI_ERR_USAGE, "the name of %s is missing", what);
	if ((why = label_flaw(label, CHARACTERS_MAX)) != NULL)
		return refuse(what, label, why, err);
	len = strlen(label);
	if (label[0] == ' ' || label[len - 1] == ' ')
		return refuse(what, label, "begins or ends with a blank", err);
	return PLI_OK;
}

void
title_list_add(struct title_list *list, const char *name)
{
	size_t room = sizeof(list->text) - list->len - ROOM_FOR_END;
	int n = snprintf(list->text + list->len, room, "%s\"%s\"", list->len > 0 ? ", " : "", name);

	if (n < 0 || (size_t)n >= room) {
		list->text[list->len] = '\0';
		list->left_out++;
		return;
	}
	list->len += (size_t)n;
}

const char *
title_list_end(struct title_list *list)
{
	size_t room = sizeof(list->text) - list->len;

	if (list->left_out > 0)
		(void)snprintf(list->text + list->len, room, list->len > 0 ? " and %zu more" : "%zu with long names",
		    list->left_out);
	return list->text;
}
