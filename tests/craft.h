#ifndef PLI_CRAFT_H
#define PLI_CRAFT_H

/*
 * craft.h - AuthEnvelopedData, and EnvelopedData, made by hand, right or wrong, for a content key that the test knows.
 *
 *      craft_init -> change fields -> craft_cipher, craft_content ... -> craft_message -> craft_clear
 *
 * Ciphertext and tag come from one EVP context, so that nothing of what is under test is in them.
 */

#include "bytes.h"
#include "wrap.h"

struct craft {
	struct wrap wrap;
	bool indefinite;         /* the levels around the content */
	bool cbc;                /* by craft_cbc: no tag, and the ciphertext is padded */
	struct view container;   /* OID, contents octets */
	struct view inner_type;  /* OID, contents octets */
	struct buf originator;   /* originatorInfo, whole, or empty */
	struct buf recipients;   /* contents octets of the SET */
	struct buf algorithm;    /* whole */
	struct buf ciphertext;   /* by craft_cipher */
	struct buf content;      /* the element that holds the ciphertext, whole; empty: none */
	struct buf attributes;   /* authAttrs, whole, or empty */
	struct buf unattributes; /* unauthAttrs, whole, or empty */
	uint8_t tag[32];         /* by craft_cipher: 16 bytes, and zeroes */
	size_t tag_len;          /* of it, that the message holds */
};

/* craft_cbc makes an EnvelopedData in AES-256-CBC for the same recipient instead. */
void craft_cbc(struct craft *c);

/* craft_init makes what pli itself would write, but for the content: for one recipient, support's P-256 key. */
void craft_init(struct craft *c);
void craft_clear(struct craft *c);

/* craft_icv rewrites the algorithm with that ICVlen, or without one if it is negative, and cuts the tag to match. */
void craft_icv(struct craft *c, int icv_len);

/* craft_nonce gives it another nonce, of len bytes (at most SECRET_MAX), before craft_cipher. */
void craft_nonce(struct craft *c, size_t len);

/* craft_attributes sets authAttrs to one attribute (content type: data), before craft_cipher. */
void craft_attributes(struct craft *c);

/* craft_cipher encrypts plain under the wrap's key and nonce, with the attributes as additional data (RFC 5083 2.2). */
void craft_cipher(struct craft *c, struct view plain);

/* craft_primitive makes the content one definite string, as DER has it. */
void craft_primitive(struct craft *c);

/* craft_chunks makes it indefinite and constructed of pieces of that many bytes. */
void craft_chunks(struct craft *c, size_t piece);

/*
 * craft_agree wraps the content key for support's P-256 key with what a reader agrees upon with an ephemeral point, uncompressed, if
 * it does not look whether the point is on the curve: d times the point, on the curve with the b that the point is on. Who may
 * ask with such points learns d, a few bits each time.
 */
void craft_agree(const struct craft *c, const uint8_t point[65], uint8_t wrapped[40]);

/* craft_message writes all of it to out, from its begin. */
void craft_message(const struct craft *c, struct buf *out);

#endif
