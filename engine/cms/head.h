#ifndef PLI_HEAD_H
#define PLI_HEAD_H

/*
 * head.h - reads what stands before and behind the content of a CMS message (RFC 5652, RFC 5083).
 *
 *      head_parse -> (the content, with octets.h) -> head_parse_tail
 *
 *      ContentInfo ::= SEQUENCE { OID, [0] {                                 level 0, 1
 *        AuthEnvelopedData ::= SEQUENCE { version, [0] originatorInfo?,      level 2
 *          recipientInfos SET,
 *          EncryptedContentInfo ::= SEQUENCE { OID, algorithm, [0] content } level 3
 *          [1] authAttrs?, mac OCTET STRING, [2] unauthAttrs? } } }
 *
 * An EnvelopedData is the same but for what follows the content: only [1] unprotectedAttrs?.
 *
 * RULES
 *   - Views point into the bytes given; the caller keeps those.
 *   - What is well-formed is not yet accepted: that is the opener's to decide.
 *   - Every length is held against the one around it, and nothing may follow the message.
 */

#include "bytes.h"
#include "oids.h"
#include "recipient.h"

#define HEAD_MAX (2u << 20) /* bytes */
#define TAIL_MAX (1u << 20) /* bytes */
#define RECIPIENTS_MAX 2000

struct head_level {
	bool indefinite;
	uint64_t end; /* offset behind the contents; UINT64_MAX if indefinite */
};

struct head {
	const struct oids_content_type *type; /* NULL: not known */
	struct view type_oid;
	bool definite; /* all lengths, that of the content included */
	struct head_level level[4];
	/* the rest is set for enveloped types only */
	struct view recipients; /* contents octets of the SET */
	size_t recipient_count;
	struct view inner_type; /* OID, contents octets */
	struct view cipher_oid;
	struct view algorithm;            /* contentEncryptionAlgorithm, whole */
	const struct oids_cipher *cipher; /* NULL: not known */
	struct view nonce;                /* GCM; CBC: the initialization vector, empty if it is none */
	size_t tag_len;                   /* GCM: ICVlen, 12 if absent */
	bool has_content;                 /* false: it is elsewhere (detached) */
	bool content_constructed, content_indefinite;
	uint64_t content_at;  /* offset of its first contents octet: the length of the head */
	uint64_t content_len; /* if definite */
};

struct head_tail {
	struct view attributes; /* authAttrs, whole, or empty */
	struct view mac;        /* contents octets, or empty */
};

/*
 * head_parse reads a head from the first bytes of a message. *more is true if it goes on past them: then nothing else is
 * said, and the caller comes back with more bytes. For other than enveloped types only type, type_oid and definite are
 * set. Fails with PLI_ERR_MALFORMED, or PLI_ERR_LIMIT past HEAD_MAX or RECIPIENTS_MAX.
 */
enum pli_status head_parse(struct head *h, struct view in, bool *more, struct pli_error *err) PLI_MUST_CHECK;

/*
 * head_parse_tail reads what stands behind the content, which ends at offset at. rest is all that follows, or its first
 * bytes if longer than TAIL_MAX. Fails with PLI_ERR_MALFORMED or, past TAIL_MAX, PLI_ERR_LIMIT.
 */
enum pli_status head_parse_tail(
    const struct head *h, uint64_t at, struct view rest, struct head_tail *tail, struct pli_error *err) PLI_MUST_CHECK;

/*
 * head_single appends to out a message like h's with the one recipient r, no content and, in an AuthEnvelopedData, a
 * placeholder for a tag.
 */
enum pli_status head_single(
    const struct head *h, const struct recipient *r, struct buf *out, struct pli_error *err) PLI_MUST_CHECK;

/*
 * head_looks_like tells whether the first bytes of some content are those of an enveloped CMS message.
 * 64 bytes are enough.
 */
bool head_looks_like(struct view first);

#endif
