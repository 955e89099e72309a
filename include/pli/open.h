#ifndef PLI_OPEN_H
#define PLI_OPEN_H

/*
 * open.h - decrypts an envelope with a private key, and releases nothing that
 * is not authenticated, unless the options accept that.
 *
 *      pli_open        input to output
 *      pli_verify      the same checks, no output
 *
 * To a path: decrypted into an unnamed or hidden file, named after the tag is
 * good. To memory: decrypted there, and zeroed if the tag is not good. To a
 * descriptor: verified first, then decrypted, each segment compared with what
 * was verified before it is released; input that cannot be read twice is
 * spooled (still encrypted) to a file without a name.
 */

#include "keys.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A pli_namer writes who a recipient is, as people know them, into buf (cap bytes, the NUL included), and returns true if it
 * knows. Recipients are named by issuer and serial, or by ski, as in struct pli_cert_info; what is not known is NULL.
 */
typedef bool pli_namer(void *arg, const char *issuer, const char *serial, const char *ski, char *buf, size_t cap);

struct pli_open_options {
	int threads;    /* workers, the calling thread among them where it would be idle; 0: inline; PLI_THREADS_AUTO */
	size_t segment; /* as in struct pli_seal_options */
	bool accept_short_tag;  /* GCM tags of 12 to 15 bytes (RFC 5084 3.2) */
	bool require_committed; /* content must be authenticated, and begin with the fixed first block */
	/*
	 * EnvelopedData in CBC mode (RFC 5652 6): nothing authenticates it, and what is released may have been changed, or be
	 * garbage. pli_opened says so. Only the padding is checked, before anything is released.
	 */
	bool accept_unauthenticated;
	bool accept_legacy; /* triple DES, and content keys wrapped with RSA PKCS#1 v1.5 */
	pli_namer *namer;   /* for errors that name recipients; NULL: by issuer and serial */
	void *namer_arg;
	struct pli_hooks hooks;
};

#define PLI_OPEN_DEFAULTS                                                                                              \
	{                                                                                                              \
		.threads = PLI_THREADS_AUTO                                                                            \
	}

struct pli_opened {
	bool authenticated;    /* false: accept_unauthenticated let it pass */
	bool committed;        /* authenticated, and content begins with the fixed first block */
	bool legacy;           /* accept_legacy let the cipher, or how the content key was wrapped, pass */
	const char *container; /* "AuthEnvelopedData" or "EnvelopedData" */
	const char *cipher;    /* "aes-256-gcm", "aes-128-cbc", ... */
	const char *encoding;  /* "definite" or "indefinite" */
	unsigned tag_bits;     /* 0: none */
	uint64_t content_bytes;
	size_t key; /* index into keys: the one that opened */
};

/*
 * pli_open opens the envelope in with the first of the count keys that is one
 * of its recipients, into out. *result (may be NULL) is set on success.
 *
 * Fails with PLI_ERR_MALFORMED, PLI_ERR_UNSUPPORTED, PLI_ERR_LIMIT (head over
 * 2 MiB or 2,000 recipients, content over the limit of GCM, memory too small)
 * or PLI_ERR_NO_RECIPIENT before any private-key operation; PLI_ERR_AUTH with
 * one text whatever check failed; PLI_ERR_EXISTS, PLI_ERR_IO.
 */
PLI_API enum pli_status pli_open(struct pli *pli, const struct pli_key *const *keys, size_t count,
    const struct pli_input *in, const struct pli_output *out, const struct pli_open_options *options,
    struct pli_opened *result, struct pli_error *err) PLI_MUST_CHECK;

/* pli_verify does all that pli_open does, but for the output. */
PLI_API enum pli_status pli_verify(struct pli *pli, const struct pli_key *const *keys, size_t count,
    const struct pli_input *in, const struct pli_open_options *options, struct pli_opened *result,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * A pli_opener gives content as it comes, before it is authenticated: for those who can take back all that they made of
 * it, and do unless pli_opener_finish succeeds.
 *
 *      pli_opener_new -> pli_opener_read ... -> pli_opener_finish -> pli_opener_free
 */
struct pli_opener;

/* pli_opener_new fails as pli_open does. in is borrowed until pli_opener_free. */
PLI_API enum pli_status pli_opener_new(struct pli_opener **out, struct pli *pli, const struct pli_key *const *keys,
    size_t count, const struct pli_input *in, const struct pli_open_options *options,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_opener_read gives the next content: *len bytes, not authenticated, until the next call; *len is 0 at the end. After
 * a failure every further call fails the same way.
 */
PLI_API enum pli_status pli_opener_read(
    struct pli_opener *opener, const void **data, size_t *len, struct pli_error *err) PLI_MUST_CHECK;

/* pli_opener_finish reads what is left, and authenticates all of it. Fails as pli_open does. */
PLI_API enum pli_status pli_opener_finish(
    struct pli_opener *opener, struct pli_opened *result, struct pli_error *err) PLI_MUST_CHECK;

/* pli_opener_free: NULL is fine. */
PLI_API void pli_opener_free(struct pli_opener *opener);

#ifdef __cplusplus
}
#endif

#endif
