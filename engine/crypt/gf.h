#ifndef PLI_GF_H
#define PLI_GF_H

/*
 * gf.h - the field GF(2^128) of GHASH (NIST SP 800-38D, 6.3).
 *
 * No branch and no memory address depends on a value: elements are made from keys. A product takes about 0.3
 * microseconds, and a segment needs a few.
 */

#include <stdint.h>

/* An element. The coefficient of x^0 is the top bit of h, that of x^127 the low bit of l. */
struct gf {
	uint64_t h, l;
};

struct gf gf_load(const uint8_t block[16]);
void gf_store(struct gf a, uint8_t block[16]);

static inline struct gf
gf_add(struct gf a, struct gf b)
{
	return (struct gf){ a.h ^ b.h, a.l ^ b.l };
}

struct gf gf_mul(struct gf a, struct gf b);

/* gf_pow is a to the power of e; e is not secret. */
struct gf gf_pow(struct gf a, uint64_t e);

/* gf_inverse is 1/a, or 0 for a = 0. */
struct gf gf_inverse(struct gf a);

#endif
