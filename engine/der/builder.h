#ifndef PLI_BUILDER_H
#define PLI_BUILDER_H

/*
 * builder.h - writes DER (X.690 clause 10) at the end of a buf.
 *
 * Lengths are known before contents are written: the inner parts are built first, then wrapped.
 */

#include "bytes.h"

/* The longest header: an identifier octet, a length octet, 8 octets of length. */
#define HEADER_MAX 10

/* build_header writes a header for len bytes of contents to out; returns its length, 2 to HEADER_MAX. */
size_t build_header(uint8_t out[HEADER_MAX], uint8_t tag, uint64_t len);

/* build_header_len is the length of the header that build_header would write. */
size_t build_header_len(uint64_t len);

/* build_open appends a header for len bytes of contents, which the caller appends next. */
enum pli_status build_open(struct buf *b, uint8_t tag, uint64_t len, struct pli_error *err) PLI_MUST_CHECK;

/* build_open_indefinite appends a header of indefinite length. */
enum pli_status build_open_indefinite(struct buf *b, uint8_t tag, struct pli_error *err) PLI_MUST_CHECK;

/* build_item appends a header and body. */
enum pli_status build_item(struct buf *b, uint8_t tag, struct view body, struct pli_error *err) PLI_MUST_CHECK;

/* build_small appends an INTEGER of 0 to 127. */
enum pli_status build_small(struct buf *b, unsigned value, struct pli_error *err) PLI_MUST_CHECK;

#endif
