/*
 * refuse.c - the command line's own errors. What does not fit is cut; a
 * character cut in two is printed as U+FFFD.
 */
#include "refuse.h"

#include <stdarg.h>
#include <stdio.h>

enum pli_status
refuse(struct pli_error *err, enum pli_status status, const char *hint, const char *format, ...)
{
	va_list ap;

	if (err->status != PLI_OK)
		return err->status;
	err->status = status;
	va_start(ap, format);
	(void)vsnprintf(err->message, sizeof(err->message), format, ap);
	va_end(ap);
	(void)snprintf(err->hint, sizeof(err->hint), "%s", hint != NULL ? hint : "");
	return status;
}

enum pli_status
refuse_memory(struct pli_error *err)
{
	return refuse(err, PLI_ERR, NULL, "out of memory");
}

enum pli_status
refuse_interrupted(struct pli_error *err)
{
	return refuse(err, PLI_ERR_CANCELLED, NULL, "interrupted");
}
