/*
 * text.c - one strict UTF-8 decoder, and what is done with what it finds.
 *
 * A byte that does not begin a well-formed sequence stands alone as U+FFFD, so
 * every input decodes, and to the same text on the terminal and in JSON.
 */
#include "text.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define REPLACEMENT 0xfffdu

/*
 * Decodes the character at *s, which is not at the end, and moves *s behind it.
 * Returns false, with *cp the replacement, where the byte at *s is not UTF-8.
 */
static bool
decode(const char **s, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)*s;
	size_t i, len;
	uint32_t c;

	*s += 1;
	*cp = REPLACEMENT;
	if (p[0] < 0x80) {
		*cp = p[0];
		return true;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return false;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	c = p[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	*s += len - 1;
	*cp = c;
	return true;
}

/* Whether a terminal would obey the character instead of showing it, or show nothing. */
static bool
is_steering(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x2028, 0x2029 }, /* line and paragraph separators */
		/* Default_Ignorable_Code_Point (Unicode 15), those that turn the direction of writing among them */
		{ 0xad, 0xad }, { 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfff8 }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff }, { 0x2800, 0x2800 }, /* the Braille blank */
		{ 0xfff9, 0xfffb },                                             /* interlinear annotation */
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* On an 8-bit terminal the bytes of a harmless character can be control characters. */
static bool
speaks_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void
print(FILE *out, const char *s, bool utf8)
{
	while (*s != '\0') {
		const char *from = s;
		uint32_t c;

		if (!decode(&s, &c))
			(void)fputs(utf8 ? "\xef\xbf\xbd" : "?", out);
		else if (is_steering(c) || (!utf8 && c >= 0x80))
			(void)fprintf(out, "\\u{%x}", (unsigned)c);
		else
			(void)fwrite(from, 1, (size_t)(s - from), out);
	}
}

void
text_print(FILE *out, const char *s)
{
	print(out, s, speaks_utf8());
}

char *
text_escape(const char *s)
{
	char *escaped = NULL;
	size_t len;
	FILE *out = open_memstream(&escaped, &len);

	if (out == NULL)
		return NULL;
	print(out, s, true);
	if (fclose(out) == 0)
		return escaped;
	free(escaped);
	return NULL;
}

size_t
text_width(const char *s)
{
	bool utf8 = speaks_utf8();
	size_t width = 0;

	while (*s != '\0') {
		uint32_t c;
		int columns;

		if (!decode(&s, &c)) {
			width++;
		} else if (is_steering(c) || (!utf8 && c >= 0x80)) {
			width += (size_t)snprintf(NULL, 0, "\\u{%x}", (unsigned)c);
		} else {
			columns = wcwidth((wchar_t)c);
			width += columns > 0 ? (size_t)columns : 0;
		}
	}
	return width;
}

bool
text_is_utf8(const char *s)
{
	uint32_t c;

	while (*s != '\0')
		if (!decode(&s, &c))
			return false;
	return true;
}

char *
text_clean(const char *s)
{
	size_t len = strlen(s);
	char *clean = malloc(len * 3 + 1);
	char *at = clean;

	if (clean == NULL)
		return NULL;
	while (*s != '\0') {
		const char *from = s;
		uint32_t c;

		if (decode(&s, &c)) {
			memcpy(at, from, (size_t)(s - from));
			at += s - from;
		} else {
			memcpy(at, "\xef\xbf\xbd", 3);
			at += 3;
		}
	}
	*at = '\0';
	return clean;
}

char *
text_hex(const char *s)
{
	static const char digits[] = "0123456789abcdef";
	size_t i, len = strlen(s);
	char *hex = malloc(len * 2 + 1);

	if (hex == NULL)
		return NULL;
	for (i = 0; i < len; i++) {
		hex[2 * i] = digits[(unsigned char)s[i] >> 4];
		hex[2 * i + 1] = digits[(unsigned char)s[i] & 15];
	}
	hex[2 * len] = '\0';
	return hex;
}

const char *
text_size(char buf[TEXT_SIZE_MAX], uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double v = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		(void)snprintf(buf, TEXT_SIZE_MAX, bytes == 1 ? "%u byte" : "%u bytes", (unsigned)bytes);
		return buf;
	}
	for (; v >= 1023.95 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		v /= 1024;
	(void)snprintf(buf, TEXT_SIZE_MAX, "%.1f %s", v, units[i]);
	return buf;
}
