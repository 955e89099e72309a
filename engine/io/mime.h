#ifndef PLI_MIME_H
#define PLI_MIME_H

/*
 * mime.h - the header of a message (RFC 5322 2.2, RFC 2045), as far as an envelope needs it.
 */

#include "bytes.h"

struct mime {
	char type[80];     /* "application/pkcs7-mime", in lower case, without parameters; longer ones are cut */
	char encoding[32]; /* Content-Transfer-Encoding, the same; empty: not said */
	bool twice;        /* one of the two is there more than once */
	size_t body;       /* length of the header, its empty line included */
};

/*
 *      MIME_NONE     no header, or one without Content-Type
 *      MIME_MORE     the header goes on past the bytes
 *      MIME_FOUND    *m is set
 */
enum mime_result { MIME_NONE, MIME_MORE, MIME_FOUND };

/* mime_parse reads the header at the begin of a message. whole: in is all there is. */
enum mime_result mime_parse(struct mime *m, struct view in, bool whole) PLI_MUST_CHECK;

#endif
