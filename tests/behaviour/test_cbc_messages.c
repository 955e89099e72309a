/* EnvelopedData in CBC mode over threads, segments, ends and pieces: what opens, what is said of it, and what is not released. */
#include "craft.h"
#include "jobs.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int threads[] = { 0, 1, 4 };
static const size_t segments[] = { 64, 4096, 65536, 0 };
static const size_t lengths[] = { 0, 1, 15, 16, 17, 63, 64, 65, 4080, 4095, 4096, 4097, 65536, 300000 };
static uint8_t content[300000];

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct pli_open_options
accepting(int t, size_t segment)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;

	options.threads = t;
	options.segment = segment;
	options.accept_unauthenticated = true;
	return options;
}

/* A message with len bytes of content; piece 0: one primitive string. */
static void
crafted(struct craft *c, size_t len, size_t piece, struct buf *out)
{
	craft_cbc(c);
	c->indefinite = piece > 0;
	craft_cipher(c, view_of(content, len));
	if (piece > 0)
		craft_chunks(c, piece);
	else
		craft_primitive(c);
	craft_message(c, out);
}

static void
opens(const struct buf *envelope, size_t len, enum jobs_kind from, enum jobs_kind to, int t, size_t segment)
{
	const struct pli_open_options options = accepting(t, segment);
	struct pli_opened opened = { 0 };
	struct pli_error err = { 0 };
	struct buf got = { 0 };

	check_ok(
	    jobs_open(support_key(SUPPORT_P256), buf_view(envelope), from, to, &options, &got, &opened, &err), err);
	check(view_equal(buf_view(&got), view_of(content, len)) && opened.content_bytes == len);
	check(!opened.authenticated && opened.tag_bits == 0 && strcmp(opened.container, "EnvelopedData") == 0);
	check(strcmp(opened.cipher, "aes-256-cbc") == 0);
	buf_clear(&got);
}

static void
every_way(void)
{
	static const size_t pieces[] = { 0, 1, 16, 1000, 4096, 70000 };
	struct buf envelope = { 0 };
	struct craft c;
	size_t i, p, n = 0;

	support_bytes(content, sizeof(content), 5);
	for (i = 0; i < COUNT(lengths); i++)
		for (p = 0; p < COUNT(pieces); p++) {
			if (pieces[p] == 1 && lengths[i] > 5000)
				continue;
			crafted(&c, lengths[i], pieces[p], &envelope);
			/* each threads with each segment, the ends in turn */
			for (n++; n % 12 != 11; n++)
				opens(&envelope, lengths[i], (enum jobs_kind)(n % ENDS_KINDS),
				    (enum jobs_kind)(n / ENDS_KINDS % ENDS_KINDS), threads[n % COUNT(threads)],
				    lengths[i] > 70000 && n % COUNT(segments) == 0 ? 4096
										   : segments[n / 3 % COUNT(segments)]);
			craft_clear(&c);
		}
	buf_clear(&envelope);
}

static void
sealed_and_opened(void)
{
	static const enum support_kind kinds[] = { SUPPORT_P256, SUPPORT_RSA2048 };
	struct pli_certs *certs = support_certs(kinds, 2);
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_open_options opening = accepting(1, 0);
	struct pli_sealed sealed;
	struct pli_error err = { 0 };
	struct buf envelope = { 0 }, got = { 0 };
	size_t i, t, s;
	unsigned from = 0;

	support_bytes(content, sizeof(content), 5);
	options.profile = PLI_PROFILE_CBC;
	opening.accept_legacy = true;
	for (i = 0; i < COUNT(lengths); i++)
		for (t = 0; t < COUNT(threads); t++)
			for (s = 1; s < COUNT(segments); s++, from++) {
				options.threads = threads[t];
				options.segment = segments[s];
				if (from % 4 == 3)
					check_ok(jobs_push(certs, view_of(content, lengths[i]), lengths[i],
						     from / 4 % ENDS_KINDS, &options, &envelope, &sealed, &err),
					    err);
				else
					check_ok(jobs_seal(certs, view_of(content, lengths[i]), from % ENDS_KINDS,
						     from / 4 % ENDS_KINDS, &options, &envelope, &sealed, &err),
					    err);
				check(sealed.bytes == envelope.len && sealed.content_bytes == lengths[i]);
				check(strcmp(sealed.container, "EnvelopedData") == 0);
				check(strcmp(sealed.cipher, "aes-256-cbc") == 0);
				opens(&envelope, lengths[i], ENDS_MEMORY, ENDS_FILE, 0, 0);
				check_ok(jobs_open(support_key(SUPPORT_RSA2048), buf_view(&envelope), ENDS_FILE,
					     ENDS_MEMORY, &opening, &got, NULL, &err),
				    err);
				check(view_equal(buf_view(&got), view_of(content, lengths[i])));
			}
	buf_clear(&envelope);
	buf_clear(&got);
	pli_certs_free(certs);
}

static enum pli_status
fails(const struct buf *envelope, enum support_kind kind, enum jobs_kind from, enum jobs_kind to,
    const struct pli_open_options *options, struct pli_error *err)
{
	struct buf got = { 0 };
	enum pli_status rc = jobs_open(support_key(kind), buf_view(envelope), from, to, options, &got, NULL, err);

	check(rc != PLI_OK && got.len == 0);
	buf_clear(&got);
	return rc;
}

static void
only_where_asked_for(void)
{
	static const enum support_kind rsa = SUPPORT_RSA2048;
	struct pli_certs *certs = support_certs(&rsa, 1);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_error err = { 0 };
	struct buf envelope = { 0 };

	sealing.profile = PLI_PROFILE_CBC;
	check_ok(
	    jobs_seal(certs, view_of(content, 100), ENDS_MEMORY, ENDS_MEMORY, &sealing, &envelope, NULL, &err), err);
	check(fails(&envelope, rsa, ENDS_FILE, ENDS_FILE, &options, &err) == PLI_ERR_UNSUPPORTED);
	check(strstr(err.hint, "--accept-unauthenticated") != NULL && strstr(err.hint, "--accept-legacy") != NULL);
	pli_error_clear(&err);
	options.accept_legacy = true;
	check(fails(&envelope, rsa, ENDS_FILE, ENDS_PIPE, &options, &err) == PLI_ERR_UNSUPPORTED);
	pli_error_clear(&err);
	options.accept_legacy = false;
	options.accept_unauthenticated = true;
	check(fails(&envelope, rsa, ENDS_PIPE, ENDS_FILE, &options, &err) == PLI_ERR_UNSUPPORTED);
	check(strstr(err.message, "rsa-pkcs1") != NULL && strstr(err.hint, "--accept-legacy") != NULL);
	buf_clear(&envelope);
	pli_certs_free(certs);
}

/* One text for a wrong padding, wherever it goes and whatever was read; and none of it comes out. */
static void
wrong_padding(void)
{
	struct pli_error err = { 0 }, first = { 0 };
	struct buf envelope = { 0 };
	struct craft c;
	size_t i, t, n;

	for (i = 0; i < COUNT(lengths); i++)
		for (t = 0; t < COUNT(threads); t++) {
			const struct pli_open_options options = accepting(threads[t], 4096);

			crafted(&c, lengths[i], t == 1 ? 1000 : 0, &envelope);
			/* the last block: any change of the padding's length byte in the block before it is seen */
			n = c.ciphertext.len >= 32 ? c.ciphertext.len - 17 : 0;
			if (n > 0) {
				c.ciphertext.p[n] ^= 0x80;
				if (t == 1)
					craft_chunks(&c, 1000);
				else
					craft_primitive(&c);
				craft_message(&c, &envelope);
				for (n = 0; n < (size_t)ENDS_KINDS * ENDS_KINDS; n++) {
					check(fails(&envelope, SUPPORT_P256, (enum jobs_kind)(n % ENDS_KINDS),
						  (enum jobs_kind)(n / ENDS_KINDS), &options, &err) == PLI_ERR_AUTH);
					if (first.message[0] == '\0')
						first = err;
					check(strcmp(err.message, first.message) == 0 &&
					      strcmp(err.hint, first.hint) == 0);
					pli_error_clear(&err);
				}
				check(jobs_verify(support_key(SUPPORT_P256), buf_view(&envelope), ENDS_FILE, &options,
					  NULL, NULL) == PLI_ERR_AUTH);
			}
			craft_clear(&c);
		}
	check(first.message[0] != '\0');
	buf_clear(&envelope);
}

/* A content key that does not unwrap is never content, even where the padding of the garbage is right one time in 256. */
static void
no_key_no_content(void)
{
	const struct pli_open_options options = accepting(0, 0);
	struct buf envelope = { 0 };
	struct craft c;
	size_t i;

	craft_cbc(&c);
	c.recipients.p[c.recipients.len - 1] ^= 1; /* of the wrapped key */
	craft_cipher(&c, view_of(content, 10));
	for (i = 0; i < 1000; i++) {
		c.ciphertext.p[15] = (uint8_t)i;
		c.ciphertext.p[14] = (uint8_t)(i >> 8);
		craft_primitive(&c);
		craft_message(&c, &envelope);
		check(fails(&envelope, SUPPORT_P256, ENDS_MEMORY, ENDS_MEMORY, &options, NULL) == PLI_ERR_AUTH);
	}
	craft_clear(&c);
	buf_clear(&envelope);
}

/* The content and key of c, wrapped for another recipient. */
static void
addressed(struct craft *c, enum support_kind kind, enum pli_profile profile)
{
	struct pli_certs *certs = support_certs(&kind, 1);
	struct wrap wrap = { 0 };

	check(wrap_init(&wrap, support_pli(), certs, profile, NULL) == PLI_OK);
	buf_clear(&c->recipients);
	check(buf_add(&c->recipients, buf_view(&wrap.recipients), NULL) == PLI_OK);
	c->wrap.key = wrap.key;
	wrap_clear(&wrap);
	pli_certs_free(certs);
}

/*
 * Of 20 messages whose tag or last byte of ciphertext are others those that fail do so in the words of first, which the first of all
 * sets. In CBC some open, with right padding or with one that is right by chance.
 */
static void
check_words(struct craft *c, enum support_kind kind, struct pli_error *first)
{
	struct pli_open_options options = accepting(0, 0);
	struct pli_error err = { 0 };
	struct buf envelope = { 0 }, got = { 0 };
	size_t i, failed = 0;

	options.accept_legacy = true;
	for (i = 0; i < 20; i++) {
		++*(!c->cbc && i % 2 == 0 ? &c->tag[15] : &c->ciphertext.p[c->ciphertext.len - 1]);
		craft_primitive(c);
		craft_message(c, &envelope);
		if (jobs_open(support_key(kind), buf_view(&envelope), ENDS_MEMORY, ENDS_MEMORY, &options, &got, NULL,
			&err) == PLI_OK)
			continue;
		failed++;
		if (first->message[0] == '\0')
			*first = err;
		check(err.status == PLI_ERR_AUTH && got.len == 0);
		check(strcmp(err.message, first->message) == 0 && strcmp(err.hint, first->hint) == 0);
		pli_error_clear(&err);
	}
	check(failed > 0);
	buf_clear(&envelope);
	buf_clear(&got);
}

/* What a recipient of each kind is told of a damaged tag, wrong padding, another's content key, and a wrapped key that is damaged. */
static void
one_text_for_all(void)
{
	static const struct {
		enum support_kind kind;
		enum pli_profile profile;
	} ways[] = { { SUPPORT_P256, PLI_PROFILE_CBC }, { SUPPORT_P384, PLI_PROFILE_CBC },
		{ SUPPORT_P521, PLI_PROFILE_CBC }, { SUPPORT_RSA2048, PLI_PROFILE_CBC },
		{ SUPPORT_RSA2048, PLI_PROFILE_GCM } };
	struct pli_error first = { 0 };
	struct craft c;
	size_t i, cbc;

	for (i = 0; i < COUNT(ways); i++)
		for (cbc = 0; cbc < 2; cbc++) {
			enum support_kind kind = ways[i].kind;

			if (cbc == 1)
				craft_cbc(&c);
			else
				craft_init(&c);
			addressed(&c, kind, ways[i].profile);
			craft_cipher(&c, view_of(content, 100));
			check_words(&c, kind, &first);
			c.recipients.p[c.recipients.len - 1] ^= 1;
			check_words(&c, kind, &first);
			addressed(&c, kind, ways[i].profile);
			check_words(&c, kind, &first);
			craft_clear(&c);
		}
}

/* No whole number of blocks, or none. */
static void
broken_lengths(void)
{
	static const size_t cut[] = { 0, 1, 15, 17, 4097, 8191 };
	const struct pli_open_options options = accepting(1, 4096);
	struct buf envelope = { 0 };
	struct craft c;
	size_t i, to;

	for (i = 0; i < COUNT(cut); i++) {
		craft_cbc(&c);
		craft_cipher(&c, view_of(content, 10000));
		c.ciphertext.len = cut[i];
		craft_primitive(&c);
		craft_message(&c, &envelope);
		for (to = 0; to < ENDS_KINDS; to++)
			check(fails(&envelope, SUPPORT_P256, ENDS_FILE, (enum jobs_kind)to, &options, NULL) ==
			      PLI_ERR_MALFORMED);
		craft_clear(&c);
	}
	buf_clear(&envelope);
}

/* Any bit of a message: it opens, changed or not, or fails; nothing else happens. */
static void
bit_flips(void)
{
	const struct pli_open_options options = accepting(0, 64);
	struct buf envelope = { 0 }, got = { 0 };
	struct craft c;
	size_t i, opened = 0;
	enum pli_status rc;

	crafted(&c, 200, 50, &envelope);
	for (i = 0; i < 8 * envelope.len; i++) {
		envelope.p[i / 8] ^= (uint8_t)(1 << i % 8);
		rc = jobs_open(support_key(SUPPORT_P256), buf_view(&envelope), ENDS_MEMORY,
		    i % 2 == 0 ? ENDS_MEMORY : ENDS_PIPE, &options, &got, NULL, NULL);
		check(rc == PLI_OK || got.len == 0);
		check(rc == PLI_OK || rc == PLI_ERR_AUTH || rc == PLI_ERR_MALFORMED || rc == PLI_ERR_UNSUPPORTED ||
		      rc == PLI_ERR_NO_RECIPIENT || rc == PLI_ERR_LIMIT);
		opened += rc == PLI_OK;
		envelope.p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	/* most of the content's bits are not missed: nothing authenticates them */
	check(opened > 1000);
	craft_clear(&c);
	buf_clear(&envelope);
	buf_clear(&got);
}

/* Nothing is committed that nothing authenticates. (With the fixed first block: tests/cli/cbc.sh) */
static void
commitment(void)
{
	struct pli_open_options options = accepting(0, 64);
	struct pli_error err = { 0 };
	struct buf envelope = { 0 };
	struct craft c;

	crafted(&c, 5000, 0, &envelope);
	options.require_committed = true;
	check(fails(&envelope, SUPPORT_P256, ENDS_FILE, ENDS_PIPE, &options, &err) == PLI_ERR_AUTH);
	check(strstr(err.message, "is not authenticated") != NULL);
	craft_clear(&c);
	buf_clear(&envelope);
}

/* Changes the file under the job between its two passes. */
struct spoiler {
	const char *path;
	off_t at;
	bool done;
};

static void
spoil(void *arg, const struct pli_progress *p)
{
	struct spoiler *s = arg;
	uint8_t byte;
	int fd;

	if (s->done || p->pass != 2)
		return;
	s->done = true;
	fd = open(s->path, O_RDWR);
	check(fd >= 0 && pread(fd, &byte, 1, s->at) == 1);
	byte ^= 1;
	check(pwrite(fd, &byte, 1, s->at) == 1 && close(fd) == 0);
}

static void
changed_between_passes(void)
{
	struct pli_open_options options = accepting(0, 4096);
	struct spoiler spoiler = { .path = "/proc/self/cwd" };
	struct pli_error err = { 0 };
	struct buf envelope = { 0 }, got = { 0 };
	struct pli_input in;
	struct jobs_to out;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct craft c;
	char path[256];
	enum pli_status rc;

	crafted(&c, sizeof(content), 0, &envelope);
	(void)snprintf(path, sizeof(path), "%s", support_path("changing"));
	support_write(path, buf_view(&envelope));
	spoiler.path = path;
	spoiler.at = (off_t)envelope.len - 100000;
	options.hooks.progress = spoil;
	options.hooks.arg = &spoiler;
	in = pli_input_path(path);
	jobs_to(&out, ENDS_PIPE, 0);
	rc = pli_open(support_pli(), &key, 1, &in, &out.output, &options, NULL, &err);
	jobs_to_close(&out, rc, 0, &got);
	check(rc == PLI_ERR_IO && strstr(err.message, "changed") != NULL && spoiler.done);
	/* what came out is what was there in the first pass */
	check(got.len < sizeof(content) - 90000 && memcmp(got.p, content, got.len) == 0);
	(void)unlink(path);
	craft_clear(&c);
	buf_clear(&envelope);
	buf_clear(&got);
}

#define TESTS(T, S)                                                                                                    \
	T(S, every_way)                                                                                                \
	T(S, sealed_and_opened)                                                                                        \
	T(S, only_where_asked_for)                                                                                     \
	T(S, wrong_padding)                                                                                            \
	T(S, no_key_no_content)                                                                                        \
	T(S, one_text_for_all)                                                                                         \
	T(S, broken_lengths)                                                                                           \
	T(S, bit_flips)                                                                                                \
	T(S, commitment)                                                                                               \
	T(S, changed_between_passes)
SUITE(cbc_messages, TESTS)
