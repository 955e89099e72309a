/* The fixed first block is what FORMAT.md says, and the digest is SHA-256. */
#include "first_block.h"

#include <string.h>

#include "pli/digest.h"
#include "suite.h"

static void
digest(struct pli_digest *d, struct view v, size_t piece, uint8_t out[32])
{
	struct pli_error err = { 0 };
	size_t at, n;

	for (at = 0; at < v.len; at += n) {
		n = v.len - at < piece ? v.len - at : piece;
		check_ok(pli_digest_add(d, v.p + at, n, &err), err);
	}
	check_ok(pli_digest_end(d, out, &err), err);
}

static void
block(void)
{
	static const uint8_t expected[32] = { 0x1b, 0xe6, 0xab, 0x5f, 0x7b, 0xd2, 0x07, 0xd6, 0x78, 0x1b, 0x7b, 0x3d,
		0x46, 0x73, 0x97, 0xc9, 0x4c, 0xc7, 0xca, 0x25, 0xe1, 0x28, 0x05, 0x16, 0x30, 0x14, 0xcf, 0x4c, 0x54,
		0x42, 0x80, 0x73 };
	struct pli_error err = { 0 };
	uint8_t p[FIRST_BLOCK_LEN], out[32];
	struct pli_digest *d;
	unsigned sum = 0, i;

	memset(p, 0xaa, sizeof(p));
	first_block(p);
	check_ok(pli_digest_new(&d, support_pli(), &err), err);
	digest(d, view_of(p, sizeof(p)), sizeof(p), out);
	check(memcmp(out, expected, 32) == 0);
	for (i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : p[i];
	check(sum == 011375);
	pli_digest_free(d);
}

/* FIPS 180-4, examples; the same object again and again. */
static void
known_answers(void)
{
	static const uint8_t empty[4] = { 0xe3, 0xb0, 0xc4, 0x42 }, abc[4] = { 0xba, 0x78, 0x16, 0xbf },
			     million[4] = { 0xcd, 0xc7, 0x6e, 0x5c };
	static uint8_t as[1000000];
	struct pli_error err = { 0 };
	struct pli_digest *d;
	uint8_t out[32];
	size_t piece;

	memset(as, 'a', sizeof(as));
	check_ok(pli_digest_new(&d, support_pli(), &err), err);
	for (piece = 1; piece < sizeof(as); piece = piece * 100 + 1) {
		digest(d, view_of("", 0), piece, out);
		check(memcmp(out, empty, 4) == 0);
		digest(d, view_of("abc", 3), piece, out);
		check(memcmp(out, abc, 4) == 0);
		digest(d, view_of(as, sizeof(as)), piece, out);
		check(memcmp(out, million, 4) == 0);
	}
	pli_digest_free(d);
	pli_digest_free(NULL);
}

#define TESTS(T, S) T(S, block) T(S, known_answers)
SUITE(first_block, TESTS)
