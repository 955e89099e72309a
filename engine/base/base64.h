#ifndef PLI_BASE64_H
#define PLI_BASE64_H

/*
 * base64.h - decodes base64 in lines of text (RFC 4648 4), strictly, however the text is cut.
 *
 *      base64_push ... until BASE64_STOP or the end of the text -> base64_complete
 *
 * RULES
 *   - All-zero is the state before the first character.
 *   - A line has any length and ends with LF or CRLF; spaces and tabs before that do not count. Empty lines may stand before
 *     the first one and behind the last one. Nothing else may be there: no other character, no padding but at the end, no
 *     bits in the last character that stand for nothing.
 */

#include "bytes.h"

struct base64 {
	uint8_t held[4]; /* characters of a group of four that is not complete */
	unsigned count;  /* of those */
	bool begun;      /* there was a character */
	bool ended;      /* nothing but empty lines may follow */
	bool text;       /* this line has a character */
	bool space, cr;  /* and then a space, a carriage return */
};

/*
 *      BASE64_MORE    all of the text was used, or there is room for less than three bytes
 *      BASE64_STOP    the next line begins with something else: that it does is the caller's to judge
 *      BASE64_BAD     the next character may not stand there
 */
enum base64_result { BASE64_MORE, BASE64_STOP, BASE64_BAD };

/* base64_push decodes *used characters of in to *made bytes at out, where there is room for cap. */
enum base64_result base64_push(
    struct base64 *d, struct view in, size_t *used, uint8_t *out, size_t cap, size_t *made) PLI_MUST_CHECK;

/* base64_complete: may the text end here? */
bool base64_complete(const struct base64 *d);

#endif
