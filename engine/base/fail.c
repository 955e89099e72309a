/*
 * fail.c - messages for errors. Writing never fails: what does not fit is cut,
 * at a character border, so that a cut message is still UTF-8.
 */
#include "fail.h"

#undef fail
#undef fail_errno
#undef fail_memory

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	enum pli_status status;
	const char *id;
} ids[] = {
	{ PLI_OK, "ok" },
	{ PLI_ERR, "error" },
	{ PLI_ERR_USAGE, "usage" },
	{ PLI_ERR_PARTIAL, "partial" },
	{ PLI_ERR_MALFORMED, "malformed" },
	{ PLI_ERR_AUTH, "authentication" },
	{ PLI_ERR_PASSPHRASE, "passphrase" },
	{ PLI_ERR_NO_RECIPIENT, "no-recipient" },
	{ PLI_ERR_CERTIFICATE, "certificate" },
	{ PLI_ERR_EXISTS, "exists" },
	{ PLI_ERR_IO, "io" },
	{ PLI_ERR_LIMIT, "limit" },
	{ PLI_ERR_TOKEN, "token" },
	{ PLI_ERR_UNSUPPORTED, "unsupported" },
	{ PLI_ERR_CANCELLED, "interrupted" },
};

const char *
pli_status_id(enum pli_status status)
{
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (ids[i].status == status)
			return ids[i].id;
	return "error";
}

void
pli_error_clear(struct pli_error *err)
{
	if (err != NULL)
		memset(err, 0, sizeof(*err));
}

void
fail_trim(char *text)
{
	size_t len = strlen(text), at = len, need;

	while (at > 0 && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0 || (unsigned char)text[at - 1] < 0xc0)
		return;
	need = (unsigned char)text[at - 1] >= 0xf0 ? 4 : (unsigned char)text[at - 1] >= 0xe0 ? 3 : 2;
	if (len - (at - 1) < need)
		text[at - 1] = '\0';
}

/* Appends to the string in text; cuts before a character that would not fit. */
static void __attribute__((format(printf, 3, 0))) append(char *text, size_t cap, const char *format, va_list ap)
{
	size_t at = strlen(text);
	int n = vsnprintf(text + at, cap - at, format, ap);

	if (n < 0) {
		text[at] = '\0';
		return;
	}
	if ((size_t)n >= cap - at)
		fail_trim(text);
}

static void __attribute__((format(printf, 3, 4))) append_text(char *text, size_t cap, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	append(text, cap, format, ap);
	va_end(ap);
}

enum pli_status
fail(struct pli_error *err, enum pli_status status, const char *format, ...)
{
	va_list ap;

	if (err == NULL)
		return status;
	if (err->status != PLI_OK)
		return err->status;
	err->status = status;
	err->message[0] = err->hint[0] = '\0';
	va_start(ap, format);
	append(err->message, sizeof(err->message), format, ap);
	va_end(ap);
	return status;
}

enum pli_status
fail_errno(struct pli_error *err, enum pli_status status, int errnum, const char *format, ...)
{
	char why[128];
	va_list ap;

	if (err == NULL)
		return status;
	if (err->status != PLI_OK)
		return err->status;
	err->status = status;
	err->message[0] = err->hint[0] = '\0';
	va_start(ap, format);
	append(err->message, sizeof(err->message), format, ap);
	va_end(ap);
	append_text(err->message, sizeof(err->message), ": %s", strerror_r(errnum, why, sizeof(why)));
	if (errnum == ENOSPC || errnum == EDQUOT)
		fail_hint(err, "make room there, or choose another place");
	return status;
}

enum pli_status
fail_memory(struct pli_error *err)
{
	return fail(err, PLI_ERR, "out of memory");
}

void
fail_hint(struct pli_error *err, const char *format, ...)
{
	va_list ap;

	if (err == NULL || err->hint[0] != '\0')
		return;
	va_start(ap, format);
	append(err->hint, sizeof(err->hint), format, ap);
	va_end(ap);
}

enum pli_status
fail_copy(struct pli_error *err, const struct pli_error *from)
{
	if (err == NULL)
		return from->status;
	if (err->status == PLI_OK)
		*err = *from;
	return err->status;
}
