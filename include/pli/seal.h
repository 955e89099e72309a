#ifndef PLI_SEAL_H
#define PLI_SEAL_H

/*
 * seal.h - encrypts content to recipient certificates, as one CMS envelope.
 *
 *      pli_seal                                            input to output
 *      pli_sealer_new -> pli_sealer_write ... ->
 *              pli_sealer_commit -> pli_sealer_free        pushed by the caller
 *
 * The envelope is an AuthEnvelopedData (RFC 5083) with AES-256-GCM (RFC 5084)
 * that any CMS implementation opens, unless the options ask for the older
 * profile; FORMAT.md has both.
 *
 * RULES
 *   - Nothing is under the output's name before the job is complete. A failed
 *     or freed job leaves nothing behind.
 *   - The bytes depend on the content key and nonce, not on threads or segment.
 *   - One sealer belongs to one thread at a time.
 */

#include "keys.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How an envelope is built. FORMAT.md has both. */
enum pli_profile {
	PLI_PROFILE_GCM, /* AuthEnvelopedData, AES-256-GCM, RSA-OAEP or ECDH */
	/*
	 * EnvelopedData, AES-256-CBC, RSA PKCS#1 v1.5 or ECDH: for readers that know nothing newer. Nothing authenticates the
	 * content, and one envelope is encrypted by one thread.
	 */
	PLI_PROFILE_CBC
};

struct pli_seal_options {
	int threads;    /* workers, the calling thread among them where it would be idle; 0: inline; PLI_THREADS_AUTO */
	size_t segment; /* bytes a worker takes at a time; 0: 1 MiB; otherwise a multiple of 16, 64 bytes to 16 MiB */
	bool allow_nested; /* seal content that is itself an envelope */
	enum pli_profile profile;
	struct pli_cert_policy policy;
	struct pli_hooks hooks;
};

#define PLI_SEAL_DEFAULTS                                                                                              \
	{                                                                                                              \
		PLI_THREADS_AUTO, 0, false, PLI_PROFILE_GCM, { 0, 0, false },                                          \
		{                                                                                                      \
			NULL, NULL, NULL                                                                               \
		}                                                                                                      \
	}

struct pli_sealed {
	uint64_t bytes;         /* of the envelope */
	uint64_t content_bytes; /* of the content */
	const char *container;  /* "AuthEnvelopedData" or "EnvelopedData" */
	const char *cipher;     /* "aes-256-gcm" or "aes-256-cbc" */
	const char *encoding;   /* "definite" (DER) or "indefinite" */
};

/* The longest content: NIST SP 800-38D, 5.2.1.1. */
#define PLI_CONTENT_MAX ((UINT64_C(1) << 36) - 32)

/* The length of the content is not known in advance. */
#define PLI_LENGTH_UNKNOWN UINT64_MAX

/*
 * pli_seal seals all of in, to every certificate of certs, into out. The
 * certificates are checked first (pli_certs_check). *result (may be NULL) is
 * set on success.
 *
 * Fails with PLI_ERR_CERTIFICATE, PLI_ERR_EXISTS (the output exists, or is the
 * input), PLI_ERR_IO (also when the input changed while it was read),
 * PLI_ERR_LIMIT (content longer than PLI_CONTENT_MAX: before anything is
 * written when the length is known; or out's memory too small),
 * PLI_ERR_UNSUPPORTED (the content is already an envelope).
 */
PLI_API enum pli_status pli_seal(struct pli *pli, const struct pli_certs *certs, const struct pli_input *in,
    const struct pli_output *out, const struct pli_seal_options *options, struct pli_sealed *result,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_seal_bound returns how many bytes of memory an envelope of content_len
 * bytes to certs takes at most.
 */
PLI_API uint64_t pli_seal_bound(const struct pli_certs *certs, uint64_t content_len);

struct pli_sealer;

/*
 * pli_sealer_new begins an envelope. length is the exact length of the content
 * in bytes, or PLI_LENGTH_UNKNOWN; with the first of it room for all of it may
 * be taken on the disk. Fails as pli_seal does.
 */
PLI_API enum pli_status pli_sealer_new(struct pli_sealer **out, struct pli *pli, const struct pli_certs *certs,
    uint64_t length, const struct pli_output *output, const struct pli_seal_options *options,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_sealer_write seals len more bytes from data. It may block on the output.
 * Bytes reach the output in order, but up to the whole window may still be in
 * memory when it returns. Fails with PLI_ERR_LIMIT once the content would pass
 * PLI_CONTENT_MAX, PLI_ERR_USAGE once it would pass the length that was said;
 * nothing has been written for this call then. After a failure every further
 * call fails the same way.
 */
PLI_API enum pli_status pli_sealer_write(
    struct pli_sealer *sealer, const void *data, size_t len, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_sealer_commit finishes the envelope, syncs it and gives it its name.
 * Fails with PLI_ERR_USAGE when less was written than the length that was said.
 */
PLI_API enum pli_status pli_sealer_commit(
    struct pli_sealer *sealer, struct pli_sealed *result, struct pli_error *err) PLI_MUST_CHECK;

/* pli_sealer_free frees the sealer; what was not committed is gone. NULL is fine. */
PLI_API void pli_sealer_free(struct pli_sealer *sealer);

#ifdef __cplusplus
}
#endif

#endif
