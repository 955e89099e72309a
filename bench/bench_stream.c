/*
 * bench_stream.c - whole jobs in memory, one P-256 recipient. stream_raw_* is libcrypto's AES-256-GCM over the same bytes
 * in one call, without CMS and keys: what one thread could reach at best; with more threads, as many calls on a part
 * each: what these could. stream_raw_ctr is GCM without its hash, stream_raw_copy a memcpy. threads:0 is the caller's thread alone;
 * threads:1 is the same, unless it has to read or write. stream_seal@NAME is stream_seal with that back end of the cipher.
 */
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "bench.h"
#include "bench_setup.h"
#include "pli/open.h"
#include "pli/seal.h"

#define RAW_THREADS 4
#define PUSH ((size_t)64 << 10)

/* What a raw row does; CBC only ever decrypts here, since it encrypts on one thread by nature. */
struct raw {
	const char *cipher; /* NULL: a memcpy */
	bool sealing, tagged;
};

/* One thread's part of a raw row: a message of its own. */
struct part {
	const struct raw *raw;
	const uint8_t *in;
	uint8_t *out;
	size_t len;
	bool ok;
};

static void *
raw_part(void *arg)
{
	static const uint8_t key[32] = { 1, 2, 3 }, nonce[16] = { 4, 5, 6 };
	struct part *p = arg;
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
	uint8_t tag[16];
	int n;

	if (p->raw->cipher == NULL) {
		memcpy(p->out, p->in, p->len);
		p->ok = true;
		return NULL;
	}
	cipher = EVP_CIPHER_fetch(NULL, p->raw->cipher, NULL);
	ctx = EVP_CIPHER_CTX_new();
	/* As in bench_gcm.c, the wrong tag of what is decrypted costs what a right one does; it is not looked at. */
	p->ok = ctx != NULL && cipher != NULL &&
		EVP_CipherInit_ex(ctx, cipher, NULL, key, nonce, p->raw->sealing) == 1 &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && EVP_CipherUpdate(ctx, p->out, &n, p->in, (int)p->len) == 1;
	if (p->raw->sealing && p->raw->tagged)
		p->ok = p->ok && EVP_CipherFinal_ex(ctx, tag, &n) == 1 &&
			EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1;
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return NULL;
}

/* With more threads, as many messages side by side: what the machine gives, whatever pli does. */
static void
raw(struct bench *b, const void *what)
{
	const struct raw *kind = what;
	size_t size = (size_t)bench_arg(b, 0), threads = (size_t)bench_arg(b, 1), len = size / threads, i, started;
	const uint8_t *in = bench_setup_memory(kind->sealing ? BENCH_SETUP_PLAIN : BENCH_SETUP_SEALED, size);
	uint8_t *out = bench_setup_memory(kind->sealing ? BENCH_SETUP_SEALED : BENCH_SETUP_RESULT, size);
	struct part parts[RAW_THREADS];
	pthread_t ids[RAW_THREADS];
	bool ok = true;

	while (bench_next(b)) {
		for (i = 0; i < threads; i++)
			parts[i] = (struct part){ kind, in + i * len, out + i * len, len, false };
		for (started = 1; started < threads; started++)
			if (pthread_create(&ids[started], NULL, raw_part, &parts[started]) != 0)
				break;
		(void)raw_part(&parts[0]);
		for (i = 1; i < started; i++)
			(void)pthread_join(ids[i], NULL);
		for (i = 0; i < threads; i++)
			ok = ok && parts[i].ok;
	}
	bench_bytes(b, size);
	if (kind->sealing)
		bench_setup_spoilt();
	if (!ok)
		bench_fail(b, "libcrypto, or no threads");
}

static void
finish(struct bench *b, size_t bytes, const struct pli_error *err)
{
	bench_bytes(b, bytes);
	if (err->status != PLI_OK)
		bench_fail(b, err->message);
}

static void
seal(struct bench *b, const void *what)
{
	size_t size = (size_t)bench_arg(b, 0);
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_input in = pli_input_memory(bench_setup_memory(BENCH_SETUP_PLAIN, size), size, "the content");
	struct pli_output out =
	    pli_output_memory(bench_setup_memory(BENCH_SETUP_SEALED, size), bench_setup_cap(), "the envelope");
	const struct pli_certs *certs = bench_setup_certs(1);
	struct pli_error err = { 0 };

	(void)what;
	options.threads = (int)bench_arg(b, 1);
	while (bench_next(b))
		if (pli_seal(bench_setup_pli(), certs, &in, &out, &options, NULL, &err) != PLI_OK)
			break;
	bench_setup_spoilt();
	finish(b, size, &err);
}

/* The caller pushes, and does not say how much will come. */
static enum pli_status
push_all(const uint8_t *p, size_t size, const struct pli_output *out, const struct pli_seal_options *options,
    struct pli_error *err)
{
	struct pli_sealer *sealer;
	enum pli_status rc;
	size_t at, n;

	rc = pli_sealer_new(&sealer, bench_setup_pli(), bench_setup_certs(1), PLI_LENGTH_UNKNOWN, out, options, err);
	for (at = 0; rc == PLI_OK && at < size; at += n) {
		n = size - at < PUSH ? size - at : PUSH;
		rc = pli_sealer_write(sealer, p + at, n, err);
	}
	if (rc == PLI_OK)
		rc = pli_sealer_commit(sealer, NULL, err);
	pli_sealer_free(sealer);
	return rc;
}

static void
push(struct bench *b, const void *what)
{
	size_t size = (size_t)bench_arg(b, 0);
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	const uint8_t *plain = bench_setup_memory(BENCH_SETUP_PLAIN, size);
	struct pli_output out =
	    pli_output_memory(bench_setup_memory(BENCH_SETUP_SEALED, size), bench_setup_cap(), "the envelope");
	struct pli_error err = { 0 };

	(void)what;
	options.threads = (int)bench_arg(b, 1);
	while (bench_next(b))
		if (push_all(plain, size, &out, &options, &err) != PLI_OK)
			break;
	bench_setup_spoilt();
	finish(b, size, &err);
}

/* What is opened, and whether into memory or into nothing. */
struct opens {
	enum pli_profile profile;
	bool verify;
};

static void
open_or_verify(struct bench *b, const void *what)
{
	const struct opens *kind = what;
	size_t size = (size_t)bench_arg(b, 0), len = bench_setup_seal(size, kind->profile);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(bench_setup_memory(BENCH_SETUP_SEALED, size), len, "the envelope");
	struct pli_output out =
	    pli_output_memory(bench_setup_memory(BENCH_SETUP_RESULT, size), bench_setup_cap(), "the content");
	const struct pli_key *key = bench_setup_key();
	struct pli_error err = { 0 };
	enum pli_status rc = PLI_OK;

	options.threads = (int)bench_arg(b, 1);
	options.accept_unauthenticated = kind->profile == PLI_PROFILE_CBC;
	while (rc == PLI_OK && bench_next(b)) {
		if (kind->verify)
			rc = pli_verify(bench_setup_pli(), &key, 1, &in, &options, NULL, &err);
		else
			rc = pli_open(bench_setup_pli(), &key, 1, &in, &out, &options, NULL, &err);
	}
	finish(b, size, &err);
}

/* A row with the back end of the cipher that it is about, or NULL. */
struct row {
	const char *name;
	bench_body *body;
	const void *what;
	const char *backend;
};

static void
where_it_fits(struct bench *b, const void *what)
{
	const struct row *row = what;

	if (!bench_setup_fits(b, (size_t)bench_arg(b, 0)))
		return;
	if (bench_setup_use(row->backend))
		row->body(b, row->what);
	else
		bench_skip(b, "pli was built without this back end");
	(void)bench_setup_use(NULL);
}

static void
add(const struct row *row, const struct bench_axis *axes)
{
	bench_add(row->name, where_it_fits, row, axes, 2);
}

void
bench_stream_add(void)
{
	static const struct raw gcm_encrypt = { "AES-256-GCM", true, true };
	static const struct raw gcm_decrypt = { "AES-256-GCM", false, true };
	static const struct raw ctr = { "AES-256-CTR", true, false }, copy = { NULL, true, false };
	static const struct raw cbc_decrypt = { "AES-256-CBC", false, false };
	static const struct opens open = { PLI_PROFILE_GCM, false }, verify = { PLI_PROFILE_GCM, true },
				  open_cbc = { PLI_PROFILE_CBC, false };
	static const struct row raws[] = {
		{ "stream_raw_encrypt", raw, &gcm_encrypt, NULL },
		{ "stream_raw_decrypt", raw, &gcm_decrypt, NULL },
		{ "stream_raw_cbc_decrypt", raw, &cbc_decrypt, NULL },
	};
	static const struct row large_raws[] = {
		{ "stream_raw_ctr", raw, &ctr, NULL },
		{ "stream_raw_copy", raw, &copy, NULL },
	};
	static const struct row jobs[] = {
		{ "stream_seal", seal, NULL, NULL },
		{ "stream_open", open_or_verify, &open, NULL },
		{ "stream_verify", open_or_verify, &verify, NULL },
		{ "stream_open_cbc", open_or_verify, &open_cbc, NULL },
	};
	static const struct row backends[] = {
		{ "stream_seal@evp", seal, NULL, "evp" },
		{ "stream_open@evp", open_or_verify, &open, "evp" },
		{ "stream_verify@evp", open_or_verify, &verify, "evp" },
		{ "stream_seal@gcrypt", seal, NULL, "gcrypt" },
		{ "stream_open@gcrypt", open_or_verify, &open, "gcrypt" },
		{ "stream_verify@gcrypt", open_or_verify, &verify, "gcrypt" },
	};
	static const struct row pushes = { "stream_push", push, NULL, NULL };
	const struct bench_axis axes[] = {
		BENCH_AXIS("size", 1 << 10, 64 << 10, 1 << 20, 16 << 20, 256 << 20, 1 << 30),
		BENCH_AXIS("threads", 0, 1, 2, 4),
	};
	const struct bench_axis ceiling[] = { axes[0], BENCH_AXIS("threads", 1, 2, RAW_THREADS) };
	const struct bench_axis few[] = { BENCH_AXIS("size", 16 << 20), BENCH_AXIS("threads", 0, 1, 2) };

	const struct bench_axis large[] = { BENCH_AXIS("size", 256 << 20), BENCH_AXIS("threads", 1, 2) };
	size_t i;

	for (i = 0; i < sizeof(raws) / sizeof(*raws); i++)
		add(&raws[i], ceiling);
	for (i = 0; i < sizeof(large_raws) / sizeof(*large_raws); i++)
		add(&large_raws[i], large);
	for (i = 0; i < sizeof(jobs) / sizeof(*jobs); i++)
		add(&jobs[i], axes);
	for (i = 0; i < sizeof(backends) / sizeof(*backends); i++)
		add(&backends[i], large);
	add(&pushes, few);
}
