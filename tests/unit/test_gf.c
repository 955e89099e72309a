/* The field GF(2^128): laws that hold for any elements, and the one product that the GCM specification spells out. */
#include "gf.h"
#include "suite.h"

static struct gf
element(uint32_t seed)
{
	uint8_t block[16];

	support_bytes(block, sizeof(block), seed);
	return gf_load(block);
}

static bool
same(struct gf a, struct gf b)
{
	return a.h == b.h && a.l == b.l;
}

static void
load_and_store(void)
{
	uint8_t in[16], out[16];

	support_bytes(in, sizeof(in), 1);
	gf_store(gf_load(in), out);
	check(view_equal(view_of(in, 16), view_of(out, 16)));
}

/* GCM specification, test case 2: GHASH of one block is the block times H. */
static void
known_product(void)
{
	static const uint8_t h[16] = { 0x66, 0xe9, 0x4b, 0xd4, 0xef, 0x8a, 0x2c, 0x3b, 0x88, 0x4c, 0xfa, 0x59, 0xca,
		0x34, 0x2b, 0x2e };
	static const uint8_t x[16] = { 0x03, 0x88, 0xda, 0xce, 0x60, 0xb6, 0xa3, 0x92, 0xf3, 0x28, 0xc2, 0xb9, 0x71,
		0xb2, 0xfe, 0x78 };
	static const uint8_t want[16] = { 0x5e, 0x2e, 0xc7, 0x46, 0x91, 0x70, 0x62, 0x88, 0x2c, 0x85, 0xb0, 0x68, 0x53,
		0x53, 0xde, 0xb7 };
	uint8_t got[16];

	gf_store(gf_mul(gf_load(x), gf_load(h)), got);
	check(view_equal(view_of(got, 16), view_of(want, 16)));
}

static void
laws(void)
{
	const struct gf one = { UINT64_C(1) << 63, 0 }, zero = { 0, 0 };
	uint32_t i;

	for (i = 1; i < 50; i++) {
		struct gf a = element(3 * i), b = element(3 * i + 1), c = element(3 * i + 2);

		check(same(gf_mul(a, b), gf_mul(b, a)));
		check(same(gf_mul(a, gf_mul(b, c)), gf_mul(gf_mul(a, b), c)));
		check(same(gf_mul(a, gf_add(b, c)), gf_add(gf_mul(a, b), gf_mul(a, c))));
		check(same(gf_mul(a, one), a));
		check(same(gf_mul(a, zero), zero));
		check(same(gf_mul(a, gf_inverse(a)), one));
		check(same(gf_pow(a, 5), gf_mul(gf_mul(gf_mul(gf_mul(a, a), a), a), a)));
		check(same(gf_pow(a, 0), one));
	}
	check(same(gf_inverse(zero), zero));
}

/* Squares have code of their own: of every power of x, and so, being linear, of everything. */
static void
squares(void)
{
	unsigned i, k;

	for (i = 0; i < 128; i++) {
		struct gf a =
		    i < 64 ? (struct gf){ UINT64_C(1) << (63 - i), 0 } : (struct gf){ 0, UINT64_C(1) << (127 - i) };

		check(same(gf_pow(a, 2), gf_mul(a, a)));
		for (k = 1; k < 20; k++) {
			struct gf b = gf_add(a, element(k));

			check(same(gf_pow(b, 2), gf_mul(b, b)));
		}
	}
}

#define TESTS(T, S) T(S, squares) T(S, load_and_store) T(S, known_product) T(S, laws)
SUITE(gf, TESTS)
