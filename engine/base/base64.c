/*
 * base64.c - whole groups of four characters go through a table, eight at a time; whatever stops them (the end of a line, of
 * the input or of the room, padding, garbage) is looked at one by one.
 */
#include "base64.h"

#define VALID 0x40 /* so that what is no character of base64, 0, stands out in an AND of several */
#define V(n) (VALID | (n))

static const uint8_t values[256] = { ['A'] = V(0),
	['B'] = V(1),
	['C'] = V(2),
	['D'] = V(3),
	['E'] = V(4),
	['F'] = V(5),
	['G'] = V(6),
	['H'] = V(7),
	['I'] = V(8),
	['J'] = V(9),
	['K'] = V(10),
	['L'] = V(11),
	['M'] = V(12),
	['N'] = V(13),
	['O'] = V(14),
	['P'] = V(15),
	['Q'] = V(16),
	['R'] = V(17),
	['S'] = V(18),
	['T'] = V(19),
	['U'] = V(20),
	['V'] = V(21),
	['W'] = V(22),
	['X'] = V(23),
	['Y'] = V(24),
	['Z'] = V(25),
	['a'] = V(26),
	['b'] = V(27),
	['c'] = V(28),
	['d'] = V(29),
	['e'] = V(30),
	['f'] = V(31),
	['g'] = V(32),
	['h'] = V(33),
	['i'] = V(34),
	['j'] = V(35),
	['k'] = V(36),
	['l'] = V(37),
	['m'] = V(38),
	['n'] = V(39),
	['o'] = V(40),
	['p'] = V(41),
	['q'] = V(42),
	['r'] = V(43),
	['s'] = V(44),
	['t'] = V(45),
	['u'] = V(46),
	['v'] = V(47),
	['w'] = V(48),
	['x'] = V(49),
	['y'] = V(50),
	['z'] = V(51),
	['0'] = V(52),
	['1'] = V(53),
	['2'] = V(54),
	['3'] = V(55),
	['4'] = V(56),
	['5'] = V(57),
	['6'] = V(58),
	['7'] = V(59),
	['8'] = V(60),
	['9'] = V(61),
	['+'] = V(62),
	['/'] = V(63) };

/* Decodes groups as long as they are whole; returns the number of characters, a multiple of 4. */
static size_t
groups(const uint8_t *in, size_t len, uint8_t *out, size_t cap)
{
	size_t count = len / 4 < cap / 3 ? len / 4 : cap / 3, i = 0;

	/* Two at a time: four bytes are stored where three are meant, so one group more has to have room. */
	for (; i + 3 <= count; i += 2, in += 8, out += 6) {
		uint8_t a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];
		uint8_t e = values[in[4]], f = values[in[5]], g = values[in[6]], h = values[in[7]];

		if ((a & b & c & d & e & f & g & h & VALID) == 0)
			break;
		/* The marks fall out at the top, or are where the next value's lowest bit is: turned over again. */
		store_be32(out, ((uint32_t)a << 26 ^ (uint32_t)b << 20 ^ (uint32_t)c << 14 ^ (uint32_t)d << 8) ^
				    (VALID << 20 ^ VALID << 14 ^ VALID << 8));
		store_be32(out + 3, ((uint32_t)e << 26 ^ (uint32_t)f << 20 ^ (uint32_t)g << 14 ^ (uint32_t)h << 8) ^
					(VALID << 20 ^ VALID << 14 ^ VALID << 8));
	}
	for (; i < count; i++, in += 4, out += 3) {
		uint8_t a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];

		if ((a & b & c & d & VALID) == 0)
			break;
		out[0] = (uint8_t)((a << 2 & 0xfc) | (b >> 4 & 3));
		out[1] = (uint8_t)((b << 4 & 0xf0) | (c >> 2 & 15));
		out[2] = (uint8_t)((c << 6 & 0xc0) | (d & 63));
	}
	return 4 * i;
}

/* The group that is held: 3 bytes, or fewer where it is padded. */
static bool
flush(struct base64 *d, uint8_t *out, size_t *made)
{
	size_t padding = (size_t)(d->held[3] == '=') + (d->held[2] == '=');
	uint8_t a = values[d->held[0]], b = values[d->held[1]], c = values[d->held[2]], e = values[d->held[3]];
	uint32_t v = (uint32_t)(a & 63) << 18 | (uint32_t)(b & 63) << 12 | (uint32_t)(c & 63) << 6 | (e & 63);

	d->count = 0;
	if ((v & ((1u << 8 * padding) - 1)) != 0)
		return false; /* RFC 4648 3.5 */
	d->ended = padding > 0;
	if (padding < 2)
		out[1] = (uint8_t)(v >> 8);
	if (padding == 0)
		out[2] = (uint8_t)v;
	out[0] = (uint8_t)(v >> 16);
	*made += 3 - padding;
	return true;
}

/* White space and ends of lines. */
static bool
blank(struct base64 *d, uint8_t c)
{
	if (c == '\n') {
		d->ended = d->ended || (d->begun && !d->text);
		d->text = d->space = d->cr = false;
		return true;
	}
	if (d->cr)
		return false;
	d->cr = c == '\r';
	d->space = true;
	return true;
}

enum base64_result
base64_push(struct base64 *d, struct view in, size_t *used, uint8_t *out, size_t cap, size_t *made)
{
	size_t n;
	uint8_t c;

	*made = 0;
	for (*used = 0; *used < in.len; ++*used) {
		if (d->count == 0 && !d->ended && !d->space) {
			n = groups(in.p + *used, in.len - *used, out + *made, cap - *made);
			*used += n;
			*made += n / 4 * 3;
			if (n > 0)
				d->begun = d->text = true;
			if (*used == in.len)
				break;
		}
		c = in.p[*used];
		if (c == '\n' || c == '\r' || c == ' ' || c == '\t') {
			if (!blank(d, c))
				return BASE64_BAD;
			continue;
		}
		if (values[c] == 0 && c != '=')
			return d->text || d->space ? BASE64_BAD : BASE64_STOP;
		if (d->space || d->ended || (c == '=' ? d->count < 2 : d->count == 3 && d->held[2] == '='))
			return BASE64_BAD;
		if (d->count == 3 && cap - *made < 3)
			return BASE64_MORE;
		d->held[d->count++] = c;
		d->begun = d->text = true;
		if (d->count == 4 && !flush(d, out + *made, made))
			return BASE64_BAD;
	}
	return BASE64_MORE;
}

bool
base64_complete(const struct base64 *d)
{
	return d->count == 0;
}
