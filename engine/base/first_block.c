/*
 * first_block.c - libarchive can neither write such a header nor shows one, so the bytes stand here, as they are in the
 * file. Their SHA-256 is 1be6ab5f7bd207d6781b7b3d467397c94cc7ca25e12805163014cf4c54428073.
 */
#include "first_block.h"

#include <string.h>

void
first_block(uint8_t out[FIRST_BLOCK_LEN])
{
	static const struct {
		size_t at;
		const char *text;
	} fields[] = {
		{ 0, "pax_global_header" },
		{ 100, "0000644" },     /* mode */
		{ 108, "0000000" },     /* uid */
		{ 116, "0000000" },     /* gid */
		{ 124, "00000000044" }, /* size: 36 */
		{ 136, "00000000000" }, /* mtime */
		{ 148, "011375" },      /* checksum; a NUL, then a space */
		{ 155, " " },
		{ 156, "g" },
		{ 257, "ustar" },
		{ 263, "00" },
		{ 512, "36 comment=pli sealed bid, format 1\n" },
	};
	size_t i;

	memset(out, 0, FIRST_BLOCK_LEN);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		memcpy(out + fields[i].at, fields[i].text, strlen(fields[i].text));
}
