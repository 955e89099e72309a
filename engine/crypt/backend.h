#ifndef PLI_BACKEND_H
#define PLI_BACKEND_H

/*
 * backend.h - whose AES-GCM computes the segments. A back end changes the speed, never a byte.
 *
 *      backend_choose, once for a context; backend_for, for every message
 *      init -> segment, hash ... -> clear, for every worker of a message
 *
 * RULES
 *   - A handle is the caller's memory, belongs to one thread at a time and holds the key; clear wipes it, and is fine with
 *     one that is all-zero.
 *   - Failing leaves nothing in libcrypto's error queue that the caller must not find there.
 */

#include "bytes.h"
#include "pli/pli.h"

struct backend {
	const char *name;    /* as the command line and pli_describe say it */
	const char *library; /* whose it is, in errors */

	/* ready makes the library ready, before its first use in a context; false where it cannot be used. May be NULL. */
	bool (*ready)(void);

	size_t size; /* of a handle */

	/* init sets a handle up, all-zero before; false when it cannot. sealing: segment encrypts; otherwise it decrypts. */
	bool (*init)(void *handle, const struct pli *pli, struct view key, bool sealing);

	/* segment runs the len bytes at in into out (the same, or not overlapping) under a 16-byte IV; tag is their GCM tag. */
	bool (*segment)(
	    void *handle, const uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[16]);

	/* hash: tag is the GCM tag of in as additional data of an empty message, under the IV of 12 zero bytes. */
	bool (*hash)(void *handle, const uint8_t *in, size_t len, uint8_t tag[16]);

	void (*clear)(void *handle);
};

extern const struct backend backend_evp;
#ifdef PLI_GCRYPT
extern const struct backend backend_gcrypt;
#endif

/*
 * backend_choose gives pli the back end of that name or, with NULL, libcrypto, and the first path (context.h) that passes the
 * self-test with it. Fails with PLI_ERR_USAGE for a name that is none here, PLI_ERR when nothing passes.
 */
enum pli_status backend_choose(struct pli *pli, const char *name, struct pli_error *err) PLI_MUST_CHECK;

/*
 * backend_for returns the back end for a message of that many bytes (UINT64_MAX: not known): the one that was named, or
 * libcrypto for a short message, or the fastest on this CPU of those that pass the self-test. The last takes a probe of less
 * than a millisecond, once for a context; several threads may ask at once.
 */
const struct backend *backend_for(const struct pli *pli, uint64_t bytes);

#endif
