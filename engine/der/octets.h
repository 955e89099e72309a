#ifndef PLI_OCTETS_H
#define PLI_OCTETS_H

/*
 * octets.h - a push parser for an OCTET STRING of any length in any encoding (X.690 8.7): primitive, or constructed of
 * pieces, definite or indefinite, nested or not.
 *
 *      octets_init -> octets_push until OCTETS_END
 *
 *      OCTETS_MORE      a header is cut; push the bytes that were not used again, with more behind them
 *      OCTETS_PAYLOAD   the next *payload bytes of the stream, behind the used ones, are contents; the caller takes them
 *                        (or steps over them) and pushes what follows
 *      OCTETS_END       the string is complete; the bytes behind the used ones are not part of it
 *
 * RULES
 *   - Fixed memory; OCTETS_DEPTH levels; at most OCTETS_EMPTY pieces without contents in a row.
 *   - A piece never reaches beyond a definite length around it.
 */

#include "bytes.h"

#define OCTETS_DEPTH 16
#define OCTETS_EMPTY 65536

enum octets_event { OCTETS_MORE, OCTETS_PAYLOAD, OCTETS_END };

struct octets {
	uint64_t at; /* stream offset of the next byte to be pushed */
	struct {
		bool indefinite;
		uint64_t limit; /* where it ends, or must have ended */
	} level[OCTETS_DEPTH];
	unsigned depth;
	unsigned empty; /* pieces without contents, in a row */
	bool primitive; /* the payload of a primitive string is still to come */
};

/*
 * octets_init starts behind the header of the string: at is the stream offset of its first contents byte. A definite
 * string has len bytes of contents. limit is the stream offset that nothing may pass (UINT64_MAX: none).
 */
void octets_init(struct octets *s, bool constructed, bool indefinite, uint64_t at, uint64_t len, uint64_t limit);

/* octets_push looks at the bytes of in and says how many it used. Fails with PLI_ERR_MALFORMED. */
enum pli_status octets_push(struct octets *s, struct view in, size_t *used, uint64_t *payload, enum octets_event *event,
    struct pli_error *err) PLI_MUST_CHECK;

#endif
