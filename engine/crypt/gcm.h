#ifndef PLI_GCM_H
#define PLI_GCM_H

/*
 * gcm.h - one AES-GCM message (NIST SP 800-38D) in segments that know nothing of each other.
 *
 *      gcm_new -> gcm_segment ... (any order, any thread)
 *              -> gcm_fold ... (in order) -> gcm_tag or gcm_check -> gcm_free
 *      gcm_restart begins a second pass over the same message
 *
 * RULES
 *   - A segment begins at a multiple of 16 bytes; only the last may have a length that is none.
 *   - gcm_segment may be called by several threads at once, each with its own worker number. The other functions belong
 *     to one thread, and to no moment when a segment is being worked on.
 *   - If gcm_serial, there is one worker, and segments come in order.
 *   - A digest binds a segment's ciphertext under this message's key; it is secret, as is all that is in here.
 */

#include "bytes.h"
#include "pli/pli.h"

#define GCM_TAG 16
#define GCM_CONTENT_MAX ((UINT64_C(1) << 36) - 32) /* bytes: SP 800-38D, 5.2.1.1 */

enum gcm_op {
	GCM_SEAL, /* encrypt */
	GCM_OPEN, /* decrypt */
	GCM_HASH  /* digest the ciphertext; nothing is written */
};

struct gcm;

/*
 * gcm_new prepares the message with the content key (16, 24 or 32 bytes) and nonce (not empty) for workers (at
 * least 1) that call gcm_segment. bytes is the length of the content, or UINT64_MAX. sealing: all segments are
 * sealed; otherwise they are opened or hashed.
 */
enum pli_status gcm_new(struct gcm **out, const struct pli *pli, struct view key, struct view nonce, unsigned workers,
    uint64_t bytes, bool sealing, struct pli_error *err) PLI_MUST_CHECK;

/* gcm_free wipes and frees. NULL is fine. */
void gcm_free(struct gcm *g);

/* gcm_serial: segments cannot be worked on independently. */
bool gcm_serial(const struct gcm *g);

/*
 * gcm_segment works on the len bytes (1 to 16 MiB) at byte off of the content. out may be in, or not overlap it; it is
 * not used by GCM_HASH. digest is set. Fails with PLI_ERR if libcrypto does; out is undefined then.
 */
enum pli_status gcm_segment(struct gcm *g, unsigned worker, enum gcm_op op, uint64_t off, const uint8_t *in,
    uint8_t *out, size_t len, uint8_t digest[16], struct pli_error *err) PLI_MUST_CHECK;

/* gcm_fold adds the next segment, of len bytes, to the message's hash. */
void gcm_fold(struct gcm *g, const uint8_t digest[16], size_t len);

/* gcm_tag ends a sealed message. */
enum pli_status gcm_tag(struct gcm *g, uint8_t tag[GCM_TAG], struct pli_error *err) PLI_MUST_CHECK;

/*
 * gcm_check compares, in constant time, the tag of what was folded, with the additional authenticated data aad, with the
 * 12 to 16 bytes of tag. Fails with PLI_ERR_AUTH.
 */
enum pli_status gcm_check(struct gcm *g, struct view aad, struct view tag, struct pli_error *err) PLI_MUST_CHECK;

/* gcm_restart forgets what was folded. */
enum pli_status gcm_restart(struct gcm *g, struct pli_error *err) PLI_MUST_CHECK;

/* gcm_self_test: do known answers come out, both ways, on the path that pli says, short content? Leaves no error behind. */
bool gcm_self_test(const struct pli *pli);

/* gcm_fail is the one text for a wrong key, a damaged tag, damaged content: which of them it was is nobody's business. */
enum pli_status gcm_fail(struct pli_error *err);

#endif
