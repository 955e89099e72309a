#ifndef PLI_READER_H
#define PLI_READER_H

/*
 * reader.h - reads BER elements (X.690 clause 8) from bytes that may be cut anywhere.
 *
 * RULES
 *   - Nothing is allocated, nothing recurses, and no byte outside the view is looked at.
 *   - READ_SHORT: all is well so far, but the element goes on past the view.
 *   - READ_BAD: no more bytes can make it right.
 *   - Accepted: tag numbers up to 30; lengths below 2^63 in at most 8 octets, minimal or not;
 *     the indefinite form for constructed elements, up to READ_DEPTH of them inside each other.
 */

#include "bytes.h"

#define READ_DEPTH 32

enum read_result { READ_OK, READ_SHORT, READ_BAD };

enum {
	TAG_INTEGER = 0x02,
	TAG_OCTETS = 0x04,
	TAG_NULL = 0x05,
	TAG_OID = 0x06,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	TAG_CONSTRUCTED = 0x20,
	TAG_CONTEXT = 0x80, /* + the number */
	TAG_EXPLICIT = 0xa0 /* + the number: constructed, context-specific */
};

struct read_header {
	uint8_t tag; /* the identifier octet */
	bool indefinite;
	size_t header_len;
	uint64_t len; /* of the contents; 0 if indefinite */
};

struct read_item {
	uint8_t tag;
	struct view whole; /* header, contents and, if indefinite, end-of-contents */
	struct view body;  /* contents alone */
};

/* read_header reads the identifier and length octets at the start of in. */
enum read_result read_header(struct view in, struct read_header *h) PLI_MUST_CHECK;

/* read_item reads the element at the start of *in and moves *in behind it (unchanged unless READ_OK). */
enum read_result read_item(struct view *in, struct read_item *item) PLI_MUST_CHECK;

/*
 * read_tagged is read_item for complete bytes: true if the next element is there, is whole and has the tag. Otherwise
 * *in is unchanged.
 */
bool read_tagged(struct view *in, uint8_t tag, struct read_item *item) PLI_MUST_CHECK;

/* read_small reads an INTEGER of 0 to 65,535 from complete bytes, as read_tagged does. */
bool read_small(struct view *in, unsigned *value) PLI_MUST_CHECK;

/* read_peek returns the next identifier octet, or 0 at the end. */
static inline uint8_t
read_peek(struct view in)
{
	return in.len > 0 ? in.p[0] : 0;
}

#endif
