/* titles.c - labels are shown to people who decide by them: nothing that hides, turns or breaks a line may stand in one. */
#include "titles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

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

/* The name in NFKC and without case; for free(). What is not UTF-8 has the case of its ASCII letters taken away alone. */
static char *
fold(const char *label, size_t *len)
{
	size_t i, size = strlen(label);
	char *form;

	for (i = 0; i < size && (unsigned char)label[i] < 0x80; i++)
		continue;
	if (i < size) {
		form = (char *)u8_casefold((const uint8_t *)label, size, NULL, UNINORM_NFKC, NULL, len);
		if (form != NULL || errno != EILSEQ)
			return form;
	}
	form = malloc(size + 1);
	for (i = 0; i < size && form != NULL; i++)
		form[i] = (char)(label[i] >= 'A' && label[i] <= 'Z' ? label[i] + ('a' - 'A') : label[i]);
	*len = size;
	return form;
}

char *
title_plain(const char *label)
{
	size_t len, i, n = 0;
	char *form = fold(label, &len), *out = form != NULL ? malloc(len + 1) : NULL;

	if (out != NULL) {
		for (i = 0; i < len; i++)
			if (form[i] != ' ' || (n > 0 && out[n - 1] != ' '))
				out[n++] = form[i];
		out[n > 0 && out[n - 1] == ' ' ? n - 1 : n] = '\0';
	}
	free(form);
	return out;
}

enum pli_status
title_same(const char *a, const char *b, bool *same, struct pli_error *err)
{
	char *plain_a = title_plain(a), *plain_b = title_plain(b);
	enum pli_status rc = PLI_OK;

	if (plain_a == NULL || plain_b == NULL)
		rc = fail_memory(err);
	else
		*same = strcmp(plain_a, plain_b) == 0;
	free(plain_a);
	free(plain_b);
	return rc;
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
