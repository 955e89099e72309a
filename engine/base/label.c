/* label.c - UTF-8 is decoded by the table of RFC 3629, section 4: no overlong forms, no surrogates, nothing past U+10FFFF. */
#include "label.h"

#include <stdbool.h>
#include <stdint.h>

/* The bytes that the character at p takes, and the character, or 0. The string ends with a NUL, which continues nothing. */
static size_t
decode(const unsigned char *p, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf8 ? 4 : 0, i;
	uint32_t c = len == 1 ? p[0] : p[0] & (0x7fU >> len);

	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	*out = c;
	return len == 0 || c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : len;
}

static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Unicode Standard Annex 9, 2.1 to 2.7. */
static bool
turns(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Default_Ignorable_Code_Point (Unicode 15, DerivedCoreProperties), annotations and the Braille blank: nothing is shown. */
static bool
is_unseen(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{ 0x00ad, 0x00ad },
		{ 0x034f, 0x034f },
		{ 0x061c, 0x061c },
		{ 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },
		{ 0x200b, 0x200f },
		{ 0x202a, 0x202e },
		{ 0x2060, 0x206f },
		{ 0x2800, 0x2800 },
		{ 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

const char *
label_flaw(const char *s, size_t max)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t count, len;
	uint32_t c;

	if (*p == '\0')
		return "is empty";
	for (count = 0; *p != '\0'; p += len, count++) {
		if ((len = decode(p, &c)) == 0)
			return "is not UTF-8";
		if (is_control(c))
			return "has a control character in it";
		if (turns(c))
			return "has a character in it that turns the direction of writing";
		if (is_unseen(c))
			return "has a character in it that nobody sees";
	}
	return count > max ? "is too long" : NULL;
}

size_t
label_utf8(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t at = 0, len;
	uint32_t c;

	for (; p[at] != '\0'; at += len)
		if ((len = decode(p + at, &c)) == 0)
			break;
	return at;
}
