/* Pieces of memory: growth, comparison, and that what held a secret is wiped. */
#include "suite.h"
#include "wiped.h"

#include <string.h>

#define TEXT_OF(literal) view_of((literal), sizeof(literal) - 1)

static void
compares(void)
{
	uint8_t a[33], b[33];
	size_t i;

	support_bytes(a, sizeof(a), 7);
	memcpy(b, a, sizeof(a));
	check(view_equal(view_of(a, sizeof(a)), view_of(b, sizeof(b))));
	check(!view_equal(view_of(a, 32), view_of(b, 33)));
	for (i = 0; i < sizeof(a); i++) {
		b[i] ^= 1;
		check(!view_equal(view_of(a, sizeof(a)), view_of(b, sizeof(b))));
		b[i] ^= 0x81;
		check(!view_equal(view_of(a, sizeof(a)), view_of(b, sizeof(b))));
		b[i] ^= 0x80;
	}
	/* two differences do not cancel out */
	b[0] ^= 1;
	b[1] ^= 1;
	check(!view_equal(view_of(a, sizeof(a)), view_of(b, sizeof(b))));
	check(view_equal(view_of(NULL, 0), view_of(a, 0)));
}

static void
zeroes(void)
{
	uint8_t a[9] = { 0 };
	size_t i;

	check(view_zero(view_of(NULL, 0)) && view_zero(view_of(a, 1)) && view_zero(view_of(a, sizeof(a))));
	for (i = 0; i < sizeof(a); i++) {
		a[i] = 0x80;
		check(!view_zero(view_of(a, sizeof(a))) && view_zero(view_of(a, i)));
		a[i] = 0;
	}
}

/* What a copy left in vector registers, those that no other copy would use among them. */
static void
registers(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
	uint8_t mark[64], left[3][64];

	memset(mark, 0x5a, sizeof(mark));
	memset(left, 0x5a, sizeof(left));
	if (__builtin_cpu_supports("avx512f")) {
		__asm__ volatile(
		    "vmovdqu64 (%0), %%zmm15\n\tvmovdqu64 (%0), %%zmm16\n\tvmovdqu64 (%0), %%zmm31" ::"r"(mark)
		    : "memory", "xmm15");
		wipe_stack();
		__asm__ volatile(
		    "vmovdqu64 %%zmm15, (%0)\n\tvmovdqu64 %%zmm16, 64(%0)\n\tvmovdqu64 %%zmm31, 128(%0)" ::"r"(left)
		    : "memory");
	} else if (__builtin_cpu_supports("avx")) {
		__asm__ volatile("vmovdqu (%0), %%ymm9\n\tvmovdqu (%0), %%ymm14\n\tvmovdqu (%0), %%ymm15" ::"r"(mark)
				 : "memory", "xmm9", "xmm14", "xmm15");
		wipe_stack();
		__asm__ volatile(
		    "vmovdqu %%ymm9, (%0)\n\tvmovdqu %%ymm14, 64(%0)\n\tvmovdqu %%ymm15, 128(%0)" ::"r"(left)
		    : "memory");
		memset(left[0] + 32, 0, 32);
		memset(left[1] + 32, 0, 32);
		memset(left[2] + 32, 0, 32);
	} else {
		return;
	}
	check(memchr(left, 0x5a, sizeof(left)) == NULL);
#endif
}

static void
grows(void)
{
	struct buf b = { 0 };
	uint8_t block[300];
	size_t i, total = 0;

	for (i = 0; i < 300; i++) {
		support_bytes(block, i, (uint32_t)i);
		check(buf_add(&b, view_of(block, i), NULL) == PLI_OK);
		total += i;
		check(b.len == total && b.cap >= b.len);
	}
	for (total = i = 0; i < 300; i++) {
		support_bytes(block, i, (uint32_t)i);
		check(i == 0 || memcmp(b.p + total, block, i) == 0);
		total += i;
	}
	buf_clear(&b);
	check(b.p == NULL && b.len == 0 && b.cap == 0);
	buf_clear(&b);
}

/* A buf may have held a key: what it leaves behind when it grows, or is cleared, is wiped to its full capacity. */
static void
leaves_nothing_behind(void)
{
	struct buf b = { 0 };
	const uint8_t *old;
	size_t cap;

	check(buf_add(&b, TEXT_OF("secret"), NULL) == PLI_OK);
	old = b.p;
	cap = b.cap;
	wiped_forget();
	check(buf_reserve(&b, cap, NULL) == PLI_OK && wiped_all(old, cap));
	old = b.p;
	cap = b.cap;
	b.len = 0;
	wiped_forget();
	buf_clear(&b);
	check(wiped_all(old, cap));
}

static void
views_move_on(void)
{
	const struct view v = TEXT_OF("secret");

	check(view_behind(v, 0).p == v.p && view_behind(v, 0).len == 6);
	check(view_behind(v, 2).p == v.p + 2 && view_behind(v, 2).len == 4);
	check(view_behind(v, 6).len == 0 && view_behind(view_of(NULL, 0), 0).p == NULL);
}

static void
adds_nothing(void)
{
	struct buf b = { 0 };

	check(buf_add(&b, view_of(NULL, 0), NULL) == PLI_OK);
	check(b.p == NULL && b.len == 0);
}

static void
reserves_exactly_what_is_asked(void)
{
	struct buf b = { 0 };

	check(buf_reserve(&b, 1000, NULL) == PLI_OK);
	check(b.len == 0 && b.cap >= 1000);
	memset(b.p, 1, 1000);
	b.len = 1000;
	check(buf_reserve(&b, b.cap - b.len, NULL) == PLI_OK);
	check(buf_reserve(&b, b.cap - b.len + 1, NULL) == PLI_OK);
	check(b.len == 1000 && b.p[0] == 1 && b.p[999] == 1);
	buf_clear(&b);
}

static void
refuses_what_no_memory_holds(void)
{
	struct pli_error err = { 0 };
	struct buf b = { 0 };

	check(buf_add(&b, view_of("abc", 3), NULL) == PLI_OK);
	check(buf_reserve(&b, SIZE_MAX, &err) == PLI_ERR);
	check(strcmp(err.message, "out of memory") == 0);
	check(buf_reserve(&b, SIZE_MAX - 2, NULL) == PLI_ERR);
	check(buf_reserve(&b, SIZE_MAX / 2, NULL) == PLI_ERR);
	check(b.len == 3 && memcmp(b.p, "abc", 3) == 0);
	buf_clear(&b);
}

static void
secrets_have_a_limit(void)
{
	uint8_t bytes[SECRET_MAX + 1];
	struct pli_error err = { 0 };
	struct secret s = { 0 };

	support_bytes(bytes, sizeof(bytes), 3);
	check(secret_set(&s, view_of(bytes, SECRET_MAX), NULL) == PLI_OK);
	check(view_equal(secret_view(&s), view_of(bytes, SECRET_MAX)));
	check(secret_set(&s, view_of(bytes, SECRET_MAX + 1), &err) == PLI_ERR);
	check(secret_set(&s, view_of(bytes, 5), NULL) == PLI_OK);
	check(s.len == 5);
}

static void
wipes(void)
{
	struct secret s = { 0 };
	uint8_t bytes[64];

	memset(bytes, 0xee, sizeof(bytes));
	wipe(bytes, 0);
	check(bytes[0] == 0xee);
	wipe(bytes + 1, 62);
	check(bytes[0] == 0xee && bytes[63] == 0xee && view_zero(view_of(bytes + 1, 62)));
	wipe(NULL, 0);
	memset(&s, 0xee, sizeof(s));
	secret_clear(&s);
	check(view_zero(view_of((const uint8_t *)&s, sizeof(s))));
}

static void
most_significant_byte_first(void)
{
	static const uint8_t want[8] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };
	uint8_t got[8];

	store_be64(got, UINT64_C(0x0123456789abcdef));
	check(memcmp(got, want, 8) == 0);
	store_be32(got, 0x89abcdef);
	check(memcmp(got, want + 4, 4) == 0);
	check(load_be64(want) == UINT64_C(0x0123456789abcdef));
	check(load_be32(want + 4) == 0x89abcdef);
}

#define TESTS(T, S)                                                                                                    \
	T(S, compares)                                                                                                 \
	T(S, zeroes)                                                                                                   \
	T(S, registers)                                                                                                \
	T(S, grows)                                                                                                    \
	T(S, leaves_nothing_behind)                                                                                    \
	T(S, views_move_on)                                                                                            \
	T(S, adds_nothing)                                                                                             \
	T(S, reserves_exactly_what_is_asked)                                                                           \
	T(S, refuses_what_no_memory_holds) T(S, secrets_have_a_limit) T(S, wipes) T(S, most_significant_byte_first)
SUITE(bytes, TESTS)
