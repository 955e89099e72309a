#ifndef PLI_FIRST_BLOCK_H
#define PLI_FIRST_BLOCK_H

/*
 * first_block.h - the fixed first block of every archive that pli seals (FORMAT.md, "The fixed first block").
 *
 * AES-GCM does not commit to its key: a message can be made that opens to two different contents under two keys. With
 * 1,024 known bytes at the begin that means finding two keys that agree on 64 AES blocks.
 */

#include <stdint.h>

#define FIRST_BLOCK_LEN 1024

/* first_block writes it: a pax global header (POSIX.1-2008, pax) with one comment, which tar programs pass over. */
void first_block(uint8_t out[FIRST_BLOCK_LEN]);

#endif
