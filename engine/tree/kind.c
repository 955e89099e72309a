/* kind.c - a few comparisons, because every file that is sealed passes here. */
#include "kind.h"

#include <string.h>

#include "pli/inspect.h"

#define MAGIC(text, kind)                                                                                              \
	{                                                                                                              \
		text, sizeof(text) - 1, kind                                                                           \
	}

static const struct {
	const char *text;
	size_t len;
	enum kind kind;
} magics[] = {
	MAGIC("PK\003\004", KIND_ZIP),
	MAGIC("PK\005\006", KIND_ZIP), /* nothing in it */
	MAGIC("%PDF-", KIND_PDF),
	MAGIC("\320\317\021\340\241\261\032\341", KIND_OLE), /* MS-CFB 2.2 */
	MAGIC("-----BEGIN ", KIND_ENVELOPE),
	MAGIC("MIME-Version:", KIND_ENVELOPE),
	MAGIC("Content-Type:", KIND_ENVELOPE),
};

enum kind
kind_of(const void *first, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (len >= magics[i].len && memcmp(first, magics[i].text, magics[i].len) == 0)
			return magics[i].kind;
	/* The tag of a SEQUENCE, which is the figure 0 in a text. */
	return len > 0 && *(const char *)first == '0' && pli_looks_sealed(first, len) ? KIND_ENVELOPE : KIND_OTHER;
}
