/* gf.c - schoolbook multiplication, bit by bit, with masks in place of branches. The inverse is a^(2^128 - 2). */
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

struct gf
gf_pow(struct gf a, uint64_t e)
{
	struct gf r = { UINT64_C(1) << 63, 0 };

	for (; e > 0; e >>= 1, a = gf_mul(a, a))
		if (e & 1)
			r = gf_mul(r, a);
	return r;
}

struct gf
gf_inverse(struct gf a)
{
	struct gf r = { UINT64_C(1) << 63, 0 };
	int i;

	for (i = 1; i < 128; i++) {
		a = gf_mul(a, a);
		r = gf_mul(r, a);
	}
	return r;
}
