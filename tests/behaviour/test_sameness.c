/*
 * For one content key and nonce there is one envelope, whatever the threads, segments, ends, write sizes and way of
 * computing AES-GCM. What it must be is built here, byte by byte, with one EVP context and the DER builder (craft.h).
 */
#include "craft.h"
#include "jobs.h"
#include "sealing.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"

enum { MIB = 1 << 20, LONGEST = 3 * MIB + 77 };

static const int threads[] = { 0, 1, 2, 4, 16 };
static const size_t segments[] = { 80, 4096, 65536, MIB, MIB + 16, 4 * MIB };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t *bytes;

/* The envelope that a content of len bytes must become. */
static void
expect(struct craft *c, size_t len, bool definite, struct buf *out)
{
	buf_clear(&c->ciphertext);
	craft_cipher(c, view_of(bytes, len));
	c->indefinite = !definite;
	if (definite)
		craft_primitive(c);
	else
		craft_chunks(c, MIB);
	craft_message(c, out);
}

static void
begin(struct craft *c)
{
	craft_init(c);
	check((bytes = malloc(LONGEST)) != NULL);
	support_bytes(bytes, LONGEST, 4);
}

static void
end(struct craft *c)
{
	craft_clear(c);
	free(bytes);
}

/* Seals len bytes from a kind of end to another. A pipe does not know its length. */
static void
seal(struct pli *pli, const struct craft *c, size_t len, enum jobs_kind from, enum jobs_kind to,
    const struct pli_seal_options *options, struct buf *got)
{
	struct pli_error err = { 0 };
	struct pli_sealed sealed = { 0 };
	struct pli_sealer *sealer;
	struct source *source;
	struct jobs_from in;
	struct jobs_to out;

	jobs_from(&in, from, view_of(bytes, len));
	jobs_to(&out, to, len + 4096);
	check_ok(source_open(&source, &in.input, &options->hooks, &err), err);
	check_ok(sealing_new(&sealer, pli, &c->wrap, from == ENDS_PIPE ? PLI_LENGTH_UNKNOWN : len, &out.output, source,
		     options, &err),
	    err);
	check_ok(sealing_run(sealer, source, &sealed, &err), err);
	pli_sealer_free(sealer);
	source_close(source);
	jobs_to_close(&out, PLI_OK, sealed.bytes, got);
	jobs_from_close(&in);
}

/* The same, pushed in pieces: all of one size, or (0) of odd ones. */
static void
push(struct pli *pli, const struct craft *c, size_t len, uint64_t length, enum jobs_kind to, size_t piece,
    const struct pli_seal_options *options, struct buf *got)
{
	struct pli_error err = { 0 };
	struct pli_sealed sealed = { 0 };
	struct pli_sealer *sealer;
	struct jobs_to out;
	size_t at, n;
	unsigned i;

	jobs_to(&out, to, len + 4096);
	check_ok(sealing_new(&sealer, pli, &c->wrap, length, &out.output, NULL, options, &err), err);
	for (i = 0, at = 0; at < len; i++, at += n) {
		n = piece == 0 ? jobs_piece(i) : piece;
		n = len - at < n ? len - at : n;
		check_ok(pli_sealer_write(sealer, bytes + at, n, &err), err);
		check_ok(pli_sealer_write(sealer, NULL, 0, &err), err);
	}
	check_ok(pli_sealer_commit(sealer, &sealed, &err), err);
	pli_sealer_free(sealer);
	jobs_to_close(&out, PLI_OK, sealed.bytes, got);
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static void
threads_and_segments(void)
{
	struct buf definite = { 0 }, indefinite = { 0 }, got = { 0 };
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	enum jobs_kind from, to;
	struct craft c;
	size_t t, s;

	begin(&c);
	expect(&c, LONGEST, true, &definite);
	expect(&c, LONGEST, false, &indefinite);
	for (t = 0; t < COUNT(threads); t++)
		for (s = 0; s < COUNT(segments); s++) {
			options.threads = threads[t];
			options.segment = segments[s];
			/* small segments go one way only */
			for (from = s == 0 ? ENDS_MEMORY : 0; from < ENDS_KINDS; from++)
				for (to = s == 0 ? ENDS_MEMORY : 0; to < ENDS_KINDS; to++) {
					seal(support_pli(), &c, LONGEST, from, to, &options, &got);
					check(same(&got, from == ENDS_PIPE ? &indefinite : &definite));
				}
		}
	end(&c);
	buf_clear(&definite);
	buf_clear(&indefinite);
	buf_clear(&got);
}

/* Every length at which DER's length octets, AES blocks or chunks begin anew. */
static void
lengths(void)
{
	static const size_t lens[] = { 0, 1, 15, 16, 17, 100, 127, 128, 129, 255, 256, 257, 4095, 4096, 4097, 65535,
		65536, 65537, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, LONGEST };
	struct buf definite = { 0 }, indefinite = { 0 }, got = { 0 };
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct craft c;
	size_t i, t;

	begin(&c);
	for (i = 0; i < COUNT(lens); i++) {
		expect(&c, lens[i], true, &definite);
		expect(&c, lens[i], false, &indefinite);
		for (t = 0; t < 2; t++) {
			options.threads = t == 0 ? 0 : 2;
			options.segment = t == 0 ? 0 : 65552;
			seal(support_pli(), &c, lens[i], ENDS_MEMORY, ENDS_MEMORY, &options, &got);
			check(same(&got, &definite));
			seal(support_pli(), &c, lens[i], ENDS_FILE, ENDS_PIPE, &options, &got);
			check(same(&got, &definite));
			seal(support_pli(), &c, lens[i], ENDS_PIPE, ENDS_FILE, &options, &got);
			check(same(&got, &indefinite));
		}
	}
	end(&c);
	buf_clear(&definite);
	buf_clear(&indefinite);
	buf_clear(&got);
}

static void
write_patterns(void)
{
	static const size_t pieces[] = { 0, 7, 4096, MIB - 1, MIB, MIB + 1, LONGEST };
	struct buf definite = { 0 }, indefinite = { 0 }, got = { 0 };
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct craft c;
	size_t i, s, len;

	begin(&c);
	for (i = 0; i < COUNT(pieces); i++) {
		len = pieces[i] == 7 ? MIB + 100 : LONGEST;
		expect(&c, len, true, &definite);
		expect(&c, len, false, &indefinite);
		for (s = 1; s < COUNT(segments); s++) {
			options.threads = threads[s % COUNT(threads)];
			options.segment = segments[s];
			push(support_pli(), &c, len, PLI_LENGTH_UNKNOWN, ENDS_MEMORY, pieces[i], &options, &got);
			check(same(&got, &indefinite));
			push(support_pli(), &c, len, PLI_LENGTH_UNKNOWN, ENDS_PIPE, pieces[i], &options, &got);
			check(same(&got, &indefinite));
			push(support_pli(), &c, len, len, ENDS_MEMORY, pieces[i], &options, &got);
			check(same(&got, &definite));
			push(support_pli(), &c, len, len, ENDS_PIPE, pieces[i], &options, &got);
			check(same(&got, &definite));
		}
	}
	end(&c);
	buf_clear(&definite);
	buf_clear(&indefinite);
	buf_clear(&got);
}

/* Seals and opens with pli as it is, over all ends and threads. */
static void
seals_and_opens(struct pli *pli, struct craft *c, const struct pli_key *key, const struct buf *definite,
    const struct buf *indefinite)
{
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	struct pli_error err = { 0 };
	struct buf got = { 0 };
	struct pli_input in;
	struct jobs_to out;
	enum jobs_kind to;
	size_t t;

	for (t = 0; t < COUNT(threads); t++) {
		sealing.threads = opening.threads = threads[t];
		sealing.segment = opening.segment = 65552;
		for (to = 0; to < ENDS_KINDS; to++) {
			seal(pli, c, LONGEST, ENDS_FILE, to, &sealing, &got);
			check(same(&got, definite));
			seal(pli, c, LONGEST, ENDS_PIPE, to, &sealing, &got);
			check(same(&got, indefinite));
			in = pli_input_memory(indefinite->p, indefinite->len, "memory");
			jobs_to(&out, to, indefinite->len);
			check_ok(pli_open(pli, &key, 1, &in, &out.output, &opening, NULL, &err), err);
			jobs_to_close(&out, PLI_OK, LONGEST, &got);
			check(got.len == LONGEST && memcmp(got.p, bytes, LONGEST) == 0);
		}
	}
	buf_clear(&got);
}

/*
 * The ways of computing AES-GCM, libcrypto's and others': sealing gives the same bytes, and each opens what the others
 * sealed.
 */
static void
gcm_paths(void)
{
	static const char *const backends[] = {
		"evp",
#ifdef PLI_GCRYPT
		"gcrypt",
#endif
	};
	struct buf definite = { 0 }, indefinite = { 0 };
	enum support_kind kind = SUPPORT_P256;
	const char *pem = support_key_pem(kind);
	struct pli_error err = { 0 };
	struct pli_build build;
	struct pli_certs *certs;
	struct pli_key *key;
	struct pli *pli;
	struct craft c;
	size_t i;
	int path;

	begin(&c);
	expect(&c, LONGEST, true, &definite);
	expect(&c, LONGEST, false, &indefinite);
	certs = support_certs(&kind, 1);
	for (i = 0; i < COUNT(backends); i++) {
		check_ok(pli_new_with(&pli, backends[i], &err), err);
		pli_describe(pli, &build);
		check(strcmp(build.backend, backends[i]) == 0);
		check(strcmp(build.gcm, "segments") == 0); /* the fast one, with the libraries of this platform */
		check_ok(pli_key_new(&key, pli, pem, strlen(pem), "test key", certs, NULL, NULL, &err), err);
		for (path = GCM_SEGMENTS; path <= (i == 0 ? GCM_SERIAL : GCM_SEGMENTS); path++) {
			pli->gcm_path = (enum gcm_path)path;
			seals_and_opens(pli, &c, key, &definite, &indefinite);
		}
		pli_key_free(key);
		pli_free(pli);
	}
	pli_certs_free(certs);
	end(&c);
	buf_clear(&definite);
	buf_clear(&indefinite);
}

/* Two envelopes of the same content share no key and no nonce: nothing but their form is equal. */
static void
fresh_keys(void)
{
	struct craft a, b;

	craft_init(&a);
	craft_init(&b);
	check(!view_equal(secret_view(&a.wrap.key), secret_view(&b.wrap.key)));
	check(!view_equal(secret_view(&a.wrap.nonce), secret_view(&b.wrap.nonce)));
	check(!view_equal(buf_view(&a.wrap.recipients), buf_view(&b.wrap.recipients)));
	craft_clear(&a);
	craft_clear(&b);
}

#define TESTS(T, S) T(S, threads_and_segments) T(S, lengths) T(S, write_patterns) T(S, gcm_paths) T(S, fresh_keys)
SUITE(sameness, TESTS)
