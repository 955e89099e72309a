#ifndef PLI_CBC_H
#define PLI_CBC_H

/*
 * cbc.h - one message in CBC mode (NIST SP 800-38A 6.2), padded as RFC 5652 6.3 says, in segments.
 *
 *      cbc_new -> cbc_segment ... -> cbc_fold ... (in order) -> cbc_check -> cbc_free
 *      cbc_restart begins a second pass over the same message
 *
 * Decrypting, a block needs only the ciphertext block before it: segments are independent. Encrypting, it needs the
 * result: one worker, in order.
 *
 * RULES
 *   - A segment is whole blocks.
 *   - cbc_segment may be called by several threads at once when opening, each with its own worker number. The other
 *     functions belong to one thread, and to no moment when a segment is being worked on.
 *   - Nothing authenticates such a message. The padding being right means next to nothing.
 */

#include "bytes.h"
#include "gcm.h"

#define CBC_BLOCK_MAX 16

struct cbc;

/*
 * cbc_new prepares the message for workers (at least 1; 1 when sealing). block is 16 for AES, with a key of 16, 24 or 32
 * bytes, or 8 for triple DES, with a key of 24; iv is one block. Fails with PLI_ERR_UNSUPPORTED where libcrypto does not
 * have the cipher.
 */
enum pli_status cbc_new(struct cbc **out, const struct pli *pli, size_t block, struct view key, struct view iv,
    unsigned workers, bool sealing, struct pli_error *err) PLI_MUST_CHECK;

/* cbc_free wipes and frees. NULL is fine. */
void cbc_free(struct cbc *c);

/* cbc_bind: from now on cbc_segment sets digests. Two passes over the same message have to be compared. */
void cbc_bind(struct cbc *c);

/*
 * cbc_segment works on len bytes; before is the block of ciphertext before them, the iv for the first (opening only). out
 * may be in, or not overlap it; it is not used by GCM_HASH. digest is what cbc_bind asks for, of the ciphertext, or zero.
 * Fails with PLI_ERR if libcrypto does; out is undefined then.
 */
enum pli_status cbc_segment(struct cbc *c, unsigned worker, enum gcm_op op, const uint8_t *before, const uint8_t *in,
    uint8_t *out, size_t len, uint8_t digest[16], struct pli_error *err) PLI_MUST_CHECK;

/*
 * cbc_padding is the length of the padding at the end of the len bytes of plaintext at p, or 0 if there is none that is
 * right. Its time depends on len alone.
 */
size_t cbc_padding(const struct cbc *c, const uint8_t *p, size_t len);

/* cbc_fold keeps the padding of the next segment, of which only the last counts. */
void cbc_fold(struct cbc *c, size_t padding);

/* cbc_folded is the length of the padding that was folded last. */
size_t cbc_folded(const struct cbc *c);

/* cbc_check fails with PLI_ERR_AUTH, in the words of gcm_fail, unless the last segment ended in right padding. */
enum pli_status cbc_check(const struct cbc *c, struct pli_error *err) PLI_MUST_CHECK;

/* cbc_restart forgets what was folded. */
void cbc_restart(struct cbc *c);

#endif
