#ifndef PLI_LAYOUT_H
#define PLI_LAYOUT_H

/*
 * layout.h - where every byte of an envelope that pli writes stands.
 *
 *      layout_init -> head; layout_piece for the content; layout_tail -> layout_clear
 *
 * Below 2^31 bytes in all: DER, the content one primitive OCTET STRING. From there on, and for content of unknown length:
 * indefinite lengths, the content in OCTET STRINGs of LAYOUT_CHUNK bytes, the last shorter (X.690 8.1.3.6, 8.7.3).
 */

#include "bytes.h"
#include "head.h"

#define LAYOUT_CHUNK (1u << 20)
#define LAYOUT_UNKNOWN UINT64_MAX

struct layout {
	struct buf head; /* up to the contents octets of the content */
	bool definite, authenticated;
	uint64_t content_len; /* or LAYOUT_UNKNOWN */
};

/* A run of content with what stands before it. */
struct layout_piece {
	uint64_t place; /* in the file, of the header or, without one, the content */
	uint8_t header[10];
	size_t header_len;
	size_t len; /* of content */
};

/*
 * layout_init builds the head of an enveloped container from the contents octets of recipientInfos and the whole
 * contentEncryptionAlgorithm, for content_len bytes of ciphertext.
 */
enum pli_status layout_init(struct layout *l, enum oids_container container, struct view recipients,
    struct view algorithm, uint64_t content_len, struct pli_error *err) PLI_MUST_CHECK;

void layout_clear(struct layout *l);

/*
 * layout_piece says what stands at content byte off, of which left bytes are at hand. If the length is unknown, off is
 * the begin of an OCTET STRING and left is all of it (or more).
 */
struct layout_piece layout_piece(const struct layout *l, uint64_t off, size_t left);

/* layout_place is the place in the file of content byte off, or, for off = length, of the first byte behind the content. */
uint64_t layout_place(const struct layout *l, uint64_t off);

/* layout_tail appends what stands behind content: the end of it, and in an AuthEnvelopedData the tag (16 bytes). */
enum pli_status layout_tail(
    const struct layout *l, struct view tag, struct buf *out, struct pli_error *err) PLI_MUST_CHECK;

#endif
