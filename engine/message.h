#ifndef PLI_MESSAGE_H
#define PLI_MESSAGE_H

/*
 * message.h - reads one envelope from a source, in a text (armor.h) or not: head, content, tail. The bytes stay where they are
 * as long as they can.
 *
 *      message_begin -> message_fill or message_skip until the end -> message_end -> message_clear
 *      message_rewind begins the content anew (repeatable sources)
 */

#include "bytes.h"
#include "head.h"
#include "octets.h"
#include "ring.h"
#include "source.h"

struct message {
	struct source *source;
	struct buf bytes; /* backs head */
	struct head head;
	struct octets octets;
	uint64_t payload;      /* bytes of the current piece of content still to come */
	bool ended;            /* no more content */
	uint64_t content;      /* content bytes so far */
	struct buf tail_bytes; /* backs tail */
	struct head_tail tail;
};

/* message_begin reads the head, inside an armor or not. Fails as head_parse does, as armor_find does, and with PLI_ERR_IO. */
enum pli_status message_begin(struct message *m, struct source *source, struct pli_error *err) PLI_MUST_CHECK;

/* message_total is the length of the content where the head says it, else 0. */
uint64_t message_total(const struct message *m);

/*
 * message_fill fills s with the next bytes of content, up to its cap: len and extents are set. len is less than cap only
 * at the end of the content, and 0 behind it. Fails with PLI_ERR_MALFORMED, PLI_ERR_IO, PLI_ERR_CANCELLED.
 */
enum pli_status message_fill(struct message *m, struct segment *s, struct pli_error *err) PLI_MUST_CHECK;

/* message_more: does content follow what was filled? Reads the headers up to it, and fails as message_fill does. */
enum pli_status message_more(struct message *m, bool *more, struct pli_error *err) PLI_MUST_CHECK;

/* message_last copies the last n bytes (at most s->len) of what message_fill put into s. Fails with PLI_ERR_IO. */
enum pli_status message_last(
    const struct message *m, const struct segment *s, uint8_t *out, size_t n, struct pli_error *err) PLI_MUST_CHECK;

/* message_skip steps over all the content that is left. */
enum pli_status message_skip(struct message *m, struct pli_error *err) PLI_MUST_CHECK;

/* message_end reads what stands behind the content, and the end of the source. Fails as head_parse_tail does. */
enum pli_status message_end(struct message *m, struct pli_error *err) PLI_MUST_CHECK;

/* message_rewind goes back to the first byte of the content. */
void message_rewind(struct message *m);

/* message_armor is what the envelope stood in: "none", "pem", "smime". */
const char *message_armor(const struct message *m);

void message_clear(struct message *m);

/* The first bytes of content that message_looks_sealed wants: 64 would do, but for S/MIME's header. */
#define MESSAGE_FIRST 4096u

/* message_looks_sealed tells whether the first bytes of some content are those of an envelope, in a text or not. */
bool message_looks_sealed(struct view first);

#endif
