/*
 * gf.c - schoolbook multiplication, bit by bit, with masks in place of branches. Squares are linear, and so much cheaper: bits
 * are spread, and what passes x^127 is folded back. The inverse is a^(2^128 - 2), by the chain of Itoh and Tsujii (1988):
 * 12 products and 127 squares.
 */
#include "gf.h"

#include "bytes.h"

struct gf
gf_load(const uint8_t block[16])
{
	return (struct gf){ load_be64(block), load_be64(block + 8) };
}

void
gf_store(struct gf a, uint8_t block[16])
{
	store_be64(block, a.h);
	store_be64(block + 8, a.l);
}

struct gf
gf_mul(struct gf a, struct gf b)
{
	struct gf z = { 0, 0 };
	uint64_t bit, mask, low;
	int i;

	for (i = 0; i < 128; i++) {
		bit = i < 64 ? a.h >> (63 - i) : a.l >> (127 - i);
		mask = UINT64_C(0) - (bit & 1);
		z.h ^= b.h & mask;
		z.l ^= b.l & mask;
		low = UINT64_C(0) - (b.l & 1);
		b.l = b.l >> 1 | b.h << 63;
		b.h = b.h >> 1 ^ (low & UINT64_C(0xe100000000000000));
	}
	return z;
}

/* The 32 bits of v with a zero behind each. */
static uint64_t
spread(uint64_t v)
{
	v = (v | v << 16) & UINT64_C(0x0000ffff0000ffff);
	v = (v | v << 8) & UINT64_C(0x00ff00ff00ff00ff);
	v = (v | v << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	v = (v | v << 2) & UINT64_C(0x3333333333333333);
	v = (v | v << 1) & UINT64_C(0x5555555555555555);
	return v << 1;
}

/* v times 1 + x + x^2 + x^7, to which x^128 reduces; what passes the word is lost. */
static uint64_t
fold(uint64_t v)
{
	return v ^ v >> 1 ^ v >> 2 ^ v >> 7;
}

/* What fold loses, at the top of the next word. */
static uint64_t
lost(uint64_t v)
{
	return v << 63 ^ v << 62 ^ v << 57;
}

static struct gf
square(struct gf a)
{
	uint64_t high = spread(a.l >> 32), low = spread(a.l & UINT32_MAX); /* from x^128, from x^192 */
	struct gf z = { spread(a.h >> 32), spread(a.h & UINT32_MAX) };

	z.h ^= fold(high) ^ fold(lost(low));
	z.l ^= fold(low) ^ lost(high);
	return z;
}

struct gf
gf_pow(struct gf a, uint64_t e)
{
	struct gf r = { UINT64_C(1) << 63, 0 };

	for (; e > 0; e >>= 1, a = square(a))
		if (e & 1)
			r = gf_mul(r, a);
	return r;
}

struct gf
gf_inverse(struct gf a)
{
	struct gf r = a, s; /* r is a^(2^k - 1), k = 1, 3, 7 ... 127 */
	int i, k;

	for (k = 1; k < 127; k = 2 * k + 1) {
		for (i = 0, s = r; i < k; i++)
			s = square(s);
		r = gf_mul(square(gf_mul(r, s)), a);
	}
	return square(r);
}
