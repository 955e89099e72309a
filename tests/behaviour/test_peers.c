/*
 * What others write is opened: content in pieces of any size, nested, empty or definite where pli would not be, from every
 * kind of end, with every number of threads and size of segment. The ciphertext is the same each time.
 */
#include "craft.h"
#include "jobs.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "pli/inspect.h"
#include "reader.h"

enum { LEN = 150001, DEPTH_MAX = 16, EMPTY_MAX = 65536, CONTEXT_0 = TAG_CONTEXT | TAG_CONSTRUCTED };

static uint8_t *bytes;

static void
begin(struct craft *c)
{
	check((bytes = malloc(LEN)) != NULL);
	support_bytes(bytes, LEN, 12);
	craft_init(c);
	c->indefinite = true;
	craft_cipher(c, view_of(bytes, LEN));
}

static void
end(struct craft *c)
{
	craft_clear(c);
	free(bytes);
}

/* Opens the message in many ways (few: in one of each kind); each must end with want, and with the content if that is OK. */
static void
open_all(const struct craft *c, bool few, size_t len, enum pli_status want)
{
	static const int threads[] = { 0, 1, 4 };
	static const size_t segments[] = { 4096, 1 << 20, 240 };
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct buf whole = { 0 }, got = { 0 };
	struct pli_envelope *seen;
	struct pli_opened opened;
	struct pli_input in;
	enum jobs_kind from, to;
	size_t t, s;

	craft_message(c, &whole);
	options.accept_short_tag = c->tag_len != 16;
	for (t = few ? 2 : 0; t < 3; t++)
		for (s = 0; s < (few ? 1 : 3); s++) {
			options.threads = threads[t];
			options.segment = segments[s];
			for (from = 0; from < ENDS_KINDS; from++) {
				for (to = 0; to < ENDS_KINDS; to++) {
					check(jobs_open(key, buf_view(&whole), from, to, &options, &got, &opened,
						  NULL) == want);
					check(want == PLI_OK ? view_equal(buf_view(&got), view_of(bytes, len))
							     : got.len == 0);
					check(want != PLI_OK || opened.content_bytes == len);
				}
				check(jobs_verify(key, buf_view(&whole), from, &options, NULL, NULL) == want);
			}
		}
	in = pli_input_memory(whole.p, whole.len, "memory");
	check(pli_inspect(&seen, support_pli(), &in, NULL, NULL) == (want == PLI_ERR_AUTH ? PLI_OK : want));
	if (want == PLI_OK)
		check(seen->content_known && seen->content_bytes == len && seen->file_bytes == whole.len);
	pli_envelope_free(seen);
	buf_clear(&whole);
	buf_clear(&got);
}

static void
pieces(void)
{
	static const size_t sizes[] = { 1, 15, 16, 127, 128, 1000, 4096, 65535, 65536, 65537, 100000, LEN };
	struct craft c;
	size_t i;

	begin(&c);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		craft_chunks(&c, sizes[i]);
		open_all(&c, sizes[i] < 1000, LEN, PLI_OK);
	}
	end(&c);
}

/* Pieces of sizes that follow no rule. */
static void
odd_pieces(void)
{
	struct craft c;
	size_t at, n;
	unsigned i;

	begin(&c);
	c.content.len = 0;
	check(build_open_indefinite(&c.content, CONTEXT_0, NULL) == PLI_OK);
	for (i = 0, at = 0; at < LEN; i++, at += n) {
		n = LEN - at < jobs_piece(i) ? LEN - at : jobs_piece(i);
		check(build_item(&c.content, TAG_OCTETS, view_of(c.ciphertext.p + at, n), NULL) == PLI_OK);
		if (i % 3 == 0)
			check(build_item(&c.content, TAG_OCTETS, view_of(NULL, 0), NULL) == PLI_OK);
	}
	check(buf_add(&c.content, view_of("\0", 2), NULL) == PLI_OK);
	open_all(&c, false, LEN, PLI_OK);
	end(&c);
}

/* Definite lengths around pieces; a definite content in an indefinite message, and the other way round. */
static void
definite_pieces(void)
{
	struct buf body = { 0 };
	struct craft c;
	size_t at, n;
	int way;

	begin(&c);
	for (at = 0; at < LEN; at += n) {
		n = LEN - at < 3000 ? LEN - at : 3000;
		check(build_item(&body, TAG_OCTETS, view_of(c.ciphertext.p + at, n), NULL) == PLI_OK);
	}
	for (way = 0; way < 4; way++) {
		c.indefinite = way % 2 == 0;
		if (way < 2) {
			buf_clear(&c.content);
			check(build_item(&c.content, CONTEXT_0, buf_view(&body), NULL) == PLI_OK);
		} else {
			craft_primitive(&c);
		}
		open_all(&c, true, LEN, PLI_OK);
	}
	c.indefinite = false;
	craft_chunks(&c, 4096);
	open_all(&c, false, LEN, PLI_OK);
	buf_clear(&body);
	end(&c);
}

/* Lengths in more octets than they need: BER allows that. */
static void
long_lengths(void)
{
	static const uint8_t header[] = { TAG_OCTETS, 0x88, 0, 0, 0, 0, 0, 0, 0x03, 0xe8 }; /* 1000 */
	struct craft c;
	size_t at;

	begin(&c);
	c.content.len = 0;
	check(build_open_indefinite(&c.content, CONTEXT_0, NULL) == PLI_OK);
	for (at = 0; at + 1000 < LEN; at += 1000)
		check(buf_add(&c.content, view_of(header, sizeof(header)), NULL) == PLI_OK &&
		      buf_add(&c.content, view_of(c.ciphertext.p + at, 1000), NULL) == PLI_OK);
	check(build_item(&c.content, TAG_OCTETS, view_of(c.ciphertext.p + at, LEN - at), NULL) == PLI_OK);
	check(buf_add(&c.content, view_of("\0", 2), NULL) == PLI_OK);
	open_all(&c, true, LEN, PLI_OK);
	end(&c);
}

/* Strings in strings: depth of them, the outermost counted, with some ciphertext on each level. */
static void
nest(struct craft *c, int depth, bool definite)
{
	struct buf inner = { 0 }, outer;
	size_t each = LEN / (size_t)depth, at = LEN - each;
	int level;

	check(build_item(&inner, TAG_OCTETS, view_of(c->ciphertext.p + at, each), NULL) == PLI_OK);
	for (level = depth; level >= 1; level--) {
		size_t n = level == 2 ? at : level == 1 ? 0 : each; /* what division leaves is on the second level */

		outer = (struct buf){ 0 };
		at -= n;
		if (definite) {
			struct buf body = { 0 };

			check(build_item(&body, TAG_OCTETS, view_of(c->ciphertext.p + at, n), NULL) == PLI_OK &&
			      buf_add(&body, buf_view(&inner), NULL) == PLI_OK);
			check(build_item(&outer, level == 1 ? CONTEXT_0 : TAG_OCTETS | TAG_CONSTRUCTED, buf_view(&body),
				  NULL) == PLI_OK);
			buf_clear(&body);
		} else {
			check(build_open_indefinite(
				  &outer, level == 1 ? CONTEXT_0 : TAG_OCTETS | TAG_CONSTRUCTED, NULL) == PLI_OK);
			check(build_item(&outer, TAG_OCTETS, view_of(c->ciphertext.p + at, n), NULL) == PLI_OK &&
			      buf_add(&outer, buf_view(&inner), NULL) == PLI_OK &&
			      buf_add(&outer, view_of("\0", 2), NULL) == PLI_OK);
		}
		buf_clear(&inner);
		inner = outer;
	}
	check(at == 0);
	buf_clear(&c->content);
	c->content = inner;
}

static void
nested(void)
{
	struct craft c;
	int depth;

	begin(&c);
	for (depth = 2; depth <= DEPTH_MAX; depth++) {
		nest(&c, depth, false);
		open_all(&c, depth != DEPTH_MAX, LEN, PLI_OK);
		nest(&c, depth, true);
		open_all(&c, true, LEN, PLI_OK);
	}
	nest(&c, DEPTH_MAX + 1, false);
	open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	nest(&c, DEPTH_MAX + 1, true);
	open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	nest(&c, 200, false);
	open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	end(&c);
}

/* count pieces without content, in one piece of content or (split) on both sides of one. */
static void
empties(struct craft *c, size_t count, bool split)
{
	static const uint8_t empty[] = { TAG_OCTETS, 0 };
	size_t i;

	c->content.len = 0;
	check(build_open_indefinite(&c->content, CONTEXT_0, NULL) == PLI_OK);
	for (i = 0; i < count; i++)
		check(buf_add(&c->content, view_of(empty, 2), NULL) == PLI_OK);
	check(build_item(&c->content, TAG_OCTETS, buf_view(&c->ciphertext), NULL) == PLI_OK);
	for (i = 0; split && i < count; i++)
		check(buf_add(&c->content, view_of(empty, 2), NULL) == PLI_OK);
	check(buf_add(&c->content, view_of("\0", 2), NULL) == PLI_OK);
}

static void
empty_pieces(void)
{
	struct craft c;

	begin(&c);
	empties(&c, 1, true);
	open_all(&c, true, LEN, PLI_OK);
	empties(&c, EMPTY_MAX, true);
	open_all(&c, true, LEN, PLI_OK);
	empties(&c, EMPTY_MAX + 1, false);
	open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	empties(&c, 10 * EMPTY_MAX, false);
	open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	end(&c);
}

/* No content at all, in every form. */
static void
nothing(void)
{
	static const uint8_t nested_nothing[] = { CONTEXT_0, 0x80, TAG_OCTETS | TAG_CONSTRUCTED, 0x80,
		TAG_OCTETS | TAG_CONSTRUCTED, 0x00, 0x00, 0x00, TAG_OCTETS, 0x00, 0x00, 0x00 };
	struct craft c;

	begin(&c);
	c.ciphertext.len = 0;
	craft_cipher(&c, view_of(NULL, 0));
	craft_primitive(&c);
	open_all(&c, false, 0, PLI_OK);
	craft_chunks(&c, 1000);
	open_all(&c, false, 0, PLI_OK);
	c.content.len = 0;
	check(buf_add(&c.content, view_of(nested_nothing, sizeof(nested_nothing)), NULL) == PLI_OK);
	open_all(&c, false, 0, PLI_OK);
	end(&c);
}

/* Things that stand where a piece should. */
static void
no_pieces(void)
{
	static const uint8_t wrong[] = { 0x02, 0x05, 0x30, 0x84, 0xa0, 0x14, 0x1f };
	uint8_t element[3] = { 0, 1, 0 };
	struct craft c;
	size_t i;

	begin(&c);
	for (i = 0; i < sizeof(wrong); i++) {
		element[0] = wrong[i];
		craft_chunks(&c, 50000);
		c.content.len -= 2;
		check(buf_add(&c.content, view_of(element, 3), NULL) == PLI_OK);
		check(buf_add(&c.content, view_of("\0", 2), NULL) == PLI_OK);
		open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	}
	/* a piece that is longer than the string around it */
	c.indefinite = false;
	craft_primitive(&c);
	c.content.p[0] = CONTEXT_0;
	c.content.p[c.content.len - LEN] = TAG_OCTETS;
	c.content.p[c.content.len - LEN + 1] = 0x83;
	memset(c.content.p + c.content.len - LEN + 2, 0x7f, 3);
	open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	end(&c);
}

/* Nonces that are no 96 bits are hashed to the first counter block; tags may be short. */
static void
nonces_and_tags(void)
{
	static const size_t lengths[] = { 1, 7, 13, 16, 64 };
	struct craft c;
	size_t i;

	begin(&c);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		craft_nonce(&c, lengths[i]);
		craft_cipher(&c, view_of(bytes, LEN));
		craft_chunks(&c, 4096);
		open_all(&c, i > 1, LEN, PLI_OK);
		/* 12 is what an absent ICVlen means, RFC 5084 3.2 */
		craft_icv(&c, i == 0 ? -1 : 11 + (int)i);
		open_all(&c, true, LEN, PLI_OK);
		c.tag[0] ^= 1;
		open_all(&c, true, LEN, PLI_ERR_AUTH);
	}
	end(&c);
}

/* What may stand around the content: an originator and attributes that nobody reads, and those that are authenticated. */
static void
surroundings(void)
{
	static const char originator[] = "\xa0\x06\xa1\x04\xa1\x02\x05\x00";
	struct craft c;
	int with;

	begin(&c);
	for (with = 0; with < 16; with++) {
		c.indefinite = with % 2 == 1;
		buf_clear(&c.originator);
		buf_clear(&c.attributes);
		buf_clear(&c.unattributes);
		craft_nonce(&c, with % 3 == 0 ? 17 : 12);
		if ((with & 2) != 0)
			check(buf_add(&c.originator, view_of(originator, sizeof(originator) - 1), NULL) == PLI_OK);
		craft_attributes(&c);
		if ((with & 4) != 0) {
			check(buf_add(&c.unattributes, buf_view(&c.attributes), NULL) == PLI_OK);
			c.unattributes.p[0] = CONTEXT_0 | 2;
		}
		if ((with & 8) == 0)
			buf_clear(&c.attributes);
		craft_cipher(&c, view_of(bytes, LEN));
		craft_chunks(&c, 100000);
		open_all(&c, true, LEN, PLI_OK);
		if (c.attributes.len > 0) {
			c.attributes.p[c.attributes.len - 1] ^= 1;
			open_all(&c, true, LEN, PLI_ERR_AUTH);
		}
	}
	/* one that goes on into the recipients */
	c.originator.p[1] = 0x7f;
	open_all(&c, true, LEN, PLI_ERR_MALFORMED);
	end(&c);
}

#define TESTS(T, S)                                                                                                    \
	T(S, pieces)                                                                                                   \
	T(S, odd_pieces)                                                                                               \
	T(S, definite_pieces)                                                                                          \
	T(S, long_lengths)                                                                                             \
	T(S, nested)                                                                                                   \
	T(S, empty_pieces)                                                                                             \
	T(S, nothing)                                                                                                  \
	T(S, no_pieces) T(S, nonces_and_tags) T(S, surroundings)
SUITE(peers, TESTS)
