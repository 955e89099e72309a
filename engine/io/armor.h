#ifndef PLI_ARMOR_H
#define PLI_ARMOR_H

/*
 * armor.h - an envelope inside text, PEM (RFC 7468) or S/MIME (RFC 8551 3.3): found by its content, decoded as it is read.
 *
 *      armor_find -> armor_read ... until it gives nothing -> armor_free
 *      armor_restart, armor_drop in between
 *
 * RULES
 *   - PEM: text, a BEGIN line of the label CMS or PKCS7, base64 (base64.h), its END line, white space.
 *   - S/MIME: a header with the type application/pkcs7-mime (or x-pkcs7-mime, or octet-stream) and no other Content-Type, an
 *     empty line, and the message: base64, or binary as it is. What smime-type says is not looked at: the message says it.
 *   - What stands before the message is at most ARMOR_HEAD_MAX bytes, and has no control characters.
 *   - The end of the text is looked at when the message is read to its end, and not before.
 */

#include "bytes.h"

#define ARMOR_HEAD_MAX 65536u

enum armor_kind { ARMOR_NONE, ARMOR_PEM, ARMOR_SMIME };

struct armor;
struct source;

/*
 * armor_find looks at the begin of raw. If there is an armor, *out is made, which owns raw until armor_free; else it is
 * NULL, and nothing was consumed. Fails as source_peek does, and with PLI_ERR_MALFORMED for a text of another kind: it is named.
 */
enum pli_status armor_find(struct armor **out, struct source *raw, struct pli_error *err) PLI_MUST_CHECK;

/* armor_free closes what is below, too. NULL is fine. */
void armor_free(struct armor *a);

enum armor_kind armor_kind(const struct armor *a);

/* armor_raw is what is below. */
struct source *armor_raw(const struct armor *a);

/* armor_read gives the next *got bytes of the message, up to len; none at its end. Fails with PLI_ERR_MALFORMED, PLI_ERR_IO. */
enum pli_status armor_read(struct armor *a, uint8_t *p, size_t len, size_t *got, struct pli_error *err) PLI_MUST_CHECK;

/* armor_drop makes armor_read leave out the next n bytes. */
void armor_drop(struct armor *a, uint64_t n);

/* armor_restart goes back to the begin of the message, where raw can. */
void armor_restart(struct armor *a);

/*
 * armor_peel gives the first bytes of the message inside first, which are the first bytes of some text: their number, up to
 * cap, or 0 if there is no armor.
 */
size_t armor_peel(struct view first, uint8_t *out, size_t cap);

#endif
