/*
 * bench_encodings.c - one message, encoded as others do it, opened from memory to memory (encoding_*), or from file to file
 * in a folder of $PLI_BENCH_DIR, not synced (encoding_file_*):
 *
 *      der          definite lengths, the content one OCTET STRING
 *      4096, 1000   indefinite lengths, the content in strings of that many bytes, as libcrypto and Bouncy Castle stream it
 *      pem          the first inside PEM: base64 has to be decoded by one thread, in order
 *      cbc_*        the same with AES-256-CBC
 *
 * pli makes the first; the others are made of its bytes, so that all have the same ciphertext and the same key.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "bench_folder.h"
#include "bench_setup.h"
#include "builder.h"
#include "layout.h"
#include "pli/open.h"
#include "sealing.h"

#define TAG 16
#define BLOCK 16     /* of AES: CBC adds one as padding to content of whole blocks */
#define PEM_LINE 48u /* bytes of a line of 64 characters */

struct encoding {
	const char *name;
	enum pli_profile profile;
	size_t piece; /* bytes; 0: definite */
	bool pem, files;
};

/* The buffer that the envelope is put together in: there is room for all of it. */
struct text {
	uint8_t *p;
	size_t len;
};

static void
put(struct text *t, struct view v)
{
	memcpy(t->p + t->len, v.p, v.len);
	t->len += v.len;
}

static void
put_pem(struct text *t, struct view der)
{
	static const char begin[] = "-----BEGIN CMS-----\n", end[] = "-----END CMS-----\n";
	size_t at, n;

	put(t, view_of(begin, sizeof(begin) - 1));
	for (at = 0; at < der.len; at += n) {
		n = der.len - at < PEM_LINE ? der.len - at : PEM_LINE;
		t->len += (size_t)EVP_EncodeBlock(t->p + t->len, der.p + at, (int)n);
		t->p[t->len++] = '\n';
	}
	put(t, view_of(end, sizeof(end) - 1));
}

/* The same message with its ciphertext in strings of piece bytes. */
static enum pli_status
put_pieces(struct text *t, const struct wrap *wrap, enum oids_container container, struct view cipher, struct view tag,
    size_t piece, struct pli_error *err)
{
	struct layout layout = { 0 };
	struct buf tail = { 0 };
	enum pli_status rc;
	uint8_t header[10];
	size_t at, n;

	rc = layout_init(
	    &layout, container, buf_view(&wrap->recipients), buf_view(&wrap->algorithm), LAYOUT_UNKNOWN, err);
	if (rc == PLI_OK && (rc = layout_tail(&layout, tag, &tail, err)) == PLI_OK) {
		put(t, buf_view(&layout.head));
		for (at = 0; at < cipher.len; at += n) {
			n = cipher.len - at < piece ? cipher.len - at : piece;
			put(t, view_of(header, build_header(header, 0x04, n)));
			put(t, view_of(cipher.p + at, n));
		}
		put(t, buf_view(&tail));
	}
	buf_clear(&tail);
	layout_clear(&layout);
	return rc;
}

/* Seals size bytes with this content key into the result buffer; *der is the envelope. */
static enum pli_status
seal(const struct wrap *wrap, enum pli_profile profile, size_t size, struct view *der, struct pli_error *err)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	uint8_t *result = bench_setup_memory(BENCH_SETUP_RESULT, size);
	struct pli_output out = pli_output_memory(result, bench_setup_cap(), "the envelope");
	struct pli_sealer *sealer;
	struct pli_sealed sealed;
	enum pli_status rc;

	options.profile = profile;
	rc = sealing_new(&sealer, bench_setup_pli(), wrap, size, &out, NULL, &options, err);
	if (rc == PLI_OK)
		rc = pli_sealer_write(sealer, bench_setup_memory(BENCH_SETUP_PLAIN, size), size, err);
	if (rc == PLI_OK && (rc = pli_sealer_commit(sealer, &sealed, err)) == PLI_OK)
		*der = view_of(result, (size_t)sealed.bytes);
	pli_sealer_free(sealer);
	return rc;
}

/* Leaves the envelope in the sealed buffer. */
static enum pli_status
make(const struct encoding *e, size_t size, struct text *t, struct pli_error *err)
{
	enum oids_container container = e->profile == PLI_PROFILE_CBC ? CONTAINER_ENVELOPED : CONTAINER_AUTH_ENVELOPED;
	size_t len = size + (e->profile == PLI_PROFILE_CBC ? BLOCK : 0);
	struct wrap wrap = { 0 };
	struct layout layout = { 0 };
	struct view der = { 0 };
	enum pli_status rc;

	*t = (struct text){ bench_setup_memory(BENCH_SETUP_SEALED, size + size / 2), 0 };
	bench_setup_spoilt();
	if ((rc = wrap_init(&wrap, bench_setup_pli(), bench_setup_certs(1), e->profile, err)) == PLI_OK &&
	    (rc = layout_init(&layout, container, buf_view(&wrap.recipients), buf_view(&wrap.algorithm), len, err)) ==
		PLI_OK &&
	    (rc = seal(&wrap, e->profile, size, &der, err)) == PLI_OK) {
		if (e->piece > 0)
			rc = put_pieces(t, &wrap, container, view_of(der.p + layout.head.len, len),
			    view_of(der.p + der.len - TAG, TAG), e->piece, err);
		else if (e->pem)
			put_pem(t, der);
		else
			put(t, der);
	}
	layout_clear(&layout);
	wrap_clear(&wrap);
	return rc;
}

/* Where an envelope is, and where what is opened goes. */
struct ends {
	struct pli_input in;
	struct pli_output out;
	char sealed[544], result[544];
};

static bool
set_ends(struct bench *b, const struct encoding *e, size_t size, const struct text *t, struct ends *ends)
{
	const char *folder;
	bool ok = false;
	FILE *f;

	if (!e->files) {
		ends->in = pli_input_memory(t->p, t->len, "the envelope");
		ends->out =
		    pli_output_memory(bench_setup_memory(BENCH_SETUP_RESULT, size), bench_setup_cap(), "the content");
		return true;
	}
	if ((folder = bench_folder_path(b, 4 * (uint64_t)size)) == NULL)
		return false;
	(void)snprintf(ends->sealed, sizeof(ends->sealed), "%s/encoding", folder);
	(void)snprintf(ends->result, sizeof(ends->result), "%s/encoding.opened", folder);
	ends->in = pli_input_path(ends->sealed);
	ends->out = pli_output_path(ends->result);
	ends->out.no_sync = true;
	if ((f = fopen(ends->sealed, "wb")) != NULL) {
		ok = fwrite(t->p, 1, t->len, f) == t->len;
		ok = fclose(f) == 0 && ok;
	}
	if (!ok)
		bench_fail(b, "cannot write the envelope");
	return ok;
}

/* Is what was opened what was sealed? The files are removed. */
static bool
ends_same(const struct encoding *e, size_t size, const struct ends *ends)
{
	uint8_t *opened = bench_setup_memory(BENCH_SETUP_RESULT, size);
	bool ok = true;
	FILE *f;

	if (e->files) {
		ok = (f = fopen(ends->result, "rb")) != NULL && fread(opened, 1, size, f) == size;
		if (f != NULL)
			(void)fclose(f);
		(void)unlink(ends->sealed);
		(void)unlink(ends->result);
	}
	return ok && memcmp(opened, bench_setup_memory(BENCH_SETUP_PLAIN, size), size) == 0;
}

static void
open_encoding(struct bench *b, const void *what)
{
	const struct encoding *e = what;
	size_t size = (size_t)bench_arg(b, 0);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = bench_setup_key();
	struct pli_error err = { 0 };
	struct ends ends;
	struct text t;

	if (!bench_setup_fits(b, 2 * size))
		return;
	options.threads = (int)bench_arg(b, 1);
	options.accept_unauthenticated = e->profile == PLI_PROFILE_CBC;
	if (make(e, size, &t, &err) != PLI_OK) {
		bench_fail(b, err.message);
		return;
	}
	if (!set_ends(b, e, size, &t, &ends))
		return;
	while (bench_next(b)) {
		if (e->files) {
			bench_pause(b);
			(void)unlink(ends.result);
			bench_resume(b);
		}
		if (pli_open(bench_setup_pli(), &key, 1, &ends.in, &ends.out, &options, NULL, &err) != PLI_OK)
			break;
	}
	bench_bytes(b, size);
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
	else if (!ends_same(e, size, &ends))
		bench_fail(b, "something else was opened than was sealed");
}

void
bench_encodings_add(void)
{
	static const struct encoding encodings[] = {
		{ "encoding_der", PLI_PROFILE_GCM, 0, false, false },
		{ "encoding_4096", PLI_PROFILE_GCM, 4096, false, false },
		{ "encoding_1000", PLI_PROFILE_GCM, 1000, false, false },
		{ "encoding_pem", PLI_PROFILE_GCM, 0, true, false },
		{ "encoding_cbc_der", PLI_PROFILE_CBC, 0, false, false },
		{ "encoding_cbc_4096", PLI_PROFILE_CBC, 4096, false, false },
		{ "encoding_cbc_1000", PLI_PROFILE_CBC, 1000, false, false },
		{ "encoding_cbc_pem", PLI_PROFILE_CBC, 0, true, false },
		{ "encoding_file_der", PLI_PROFILE_GCM, 0, false, true },
		{ "encoding_file_4096", PLI_PROFILE_GCM, 4096, false, true },
		{ "encoding_file_1000", PLI_PROFILE_GCM, 1000, false, true },
		{ "encoding_file_pem", PLI_PROFILE_GCM, 0, true, true },
		{ "encoding_file_cbc_der", PLI_PROFILE_CBC, 0, false, true },
		{ "encoding_file_cbc_4096", PLI_PROFILE_CBC, 4096, false, true },
		{ "encoding_file_cbc_1000", PLI_PROFILE_CBC, 1000, false, true },
		{ "encoding_file_cbc_pem", PLI_PROFILE_CBC, 0, true, true },
	};
	const struct bench_axis axes[] = { BENCH_AXIS("size", 64 << 20), BENCH_AXIS("threads", 2) };
	size_t i;

	for (i = 0; i < sizeof(encodings) / sizeof(*encodings); i++)
		bench_add(encodings[i].name, open_encoding, &encodings[i], axes, 2);
}
