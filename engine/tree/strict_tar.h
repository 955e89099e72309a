#ifndef PLI_STRICT_TAR_H
#define PLI_STRICT_TAR_H

/*
 * strict_tar.h - the one form of an archive that begins with the fixed first block (FORMAT.md, "Archives").
 *
 *      strict_tar_init -> strict_tar_feed, with all bytes in their order -> strict_tar_end
 *
 * tar programs differ where an archive is odd: in what a pax global header is for, in which of two names counts, in what
 * stands behind the end. libarchive reads one of these archives, and GNU tar the content of the same envelope that went to a pipe:
 * who makes an odd one shows two bids. So nothing odd is let through. This reads for others: what comes out is libarchive's.
 * Archives without the block, other programs', are of any form.
 */

#include "bytes.h"
#include "pli/status.h"

#define STRICT_TAR_BLOCK 512
#define STRICT_TAR_PAX (16u << 10) /* the longest pax header: a path of 4,095 bytes, a size and a time are shorter */

struct strict_tar {
	enum {
		STRICT_TAR_BEGIN,  /* in what may be the first block */
		STRICT_TAR_FREE,   /* it is not: of any form */
		STRICT_TAR_HEADER, /* of an entry, or the end */
		STRICT_TAR_RECORDS /* of a pax header */
	} state;
	uint8_t held[STRICT_TAR_PAX];
	size_t have, want; /* bytes in held, and for what is read next */
	uint64_t skip;     /* bytes of content, and its padding */
	unsigned zeroes;   /* blocks of them: 2 are the end */
	/* what a pax header says of the entry whose header comes next */
	bool described, sized;
	enum strict_tar_name { STRICT_TAR_UNNAMED, STRICT_TAR_PLAIN, STRICT_TAR_SLASH } name;
	size_t records; /* bytes of it, without padding */
	uint64_t size;
};

void strict_tar_init(struct strict_tar *s);

/* strict_tar_feed fails with PLI_ERR_MALFORMED, and says what is odd. */
enum pli_status strict_tar_feed(struct strict_tar *s, struct view bytes, struct pli_error *err) PLI_MUST_CHECK;

/* strict_tar_end: was that the whole of an archive? Fails as strict_tar_feed does. */
enum pli_status strict_tar_end(const struct strict_tar *s, struct pli_error *err) PLI_MUST_CHECK;

/* strict_tar_applies: does the archive begin with the fixed first block? */
bool strict_tar_applies(const struct strict_tar *s);

#endif
