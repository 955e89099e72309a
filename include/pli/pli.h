#ifndef PLI_PLI_H
#define PLI_PLI_H

/*
 * pli.h - the context that everything else is made from.
 *
 *      pli_new -> pli_certs_new, pli_key_new, pli_seal, pli_open ... -> pli_free
 *
 * It holds a private OSSL_LIB_CTX, the result of the cipher self-test and the
 * back end chosen from it. There is no other state: no globals.
 *
 * RULES
 *   - After pli_new a context is constant and may be shared by threads.
 *   - Free everything made from it first, then the context.
 *   - A thread other than the one that calls pli_free, and that called pli,
 *     calls pli_thread_stop before it ends or before the context is freed:
 *     libcrypto keeps random generators per thread and per context.
 *   - Structures of options are passed by pointer, without their size: only
 *     use them with the version of the library that they were compiled for
 *     (its SOVERSION).
 *   - The library never prints, exits, or touches signals, locale, umask or
 *     the working directory.
 */

#include <stdbool.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLI_VERSION "0.1.0"

struct pli;

/*
 * pli_new makes a context and runs the cipher self-test (known answers, both
 * directions; under a millisecond). Fails with PLI_ERR when libcrypto does not
 * give the known answers in any way that pli can use, or memory is short.
 */
PLI_API enum pli_status pli_new(struct pli **out, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_new_with is pli_new with the back end of that name, "evp" (libcrypto) or "gcrypt" (libgcrypt, where pli was built with
 * it), or, with NULL, the faster of them on this CPU, as pli_new does. The bytes are the same. Fails with PLI_ERR_USAGE for
 * a name that this pli does not have.
 */
PLI_API enum pli_status pli_new_with(struct pli **out, const char *backend, struct pli_error *err) PLI_MUST_CHECK;

/* pli_free frees the context and stops libcrypto's state of this thread. NULL is fine. */
PLI_API void pli_free(struct pli *pli);

/* pli_thread_stop releases what libcrypto keeps for the calling thread. */
PLI_API void pli_thread_stop(struct pli *pli);

/*
 * pli_wipe_freed has libcrypto wipe all that it frees, in the whole process and from then on: left alone it gives back the
 * buffers that a private key was read into as they are. For a program, as the first thing that it does, and never for a
 * library. Returns false, and nothing is changed, when libcrypto has been used before.
 */
PLI_API bool pli_wipe_freed(void);

/* What pli runs on, for diagnosis. The strings are borrowed until pli_free. */
struct pli_build {
	const char *version;   /* of pli */
	const char *libcrypto; /* version text of the linked libcrypto */
	const char *backend;   /* "evp" or "gcrypt" */
	const char *gcm;       /* "segments", "ctr+hash" or "serial": design of FORMAT.md does not depend on it */
	unsigned cpus;         /* that this process may run on */
	bool kem;              /* ML-KEM recipients: libcrypto's CMS has them (OpenSSL 3.6 and later) */
};

/* pli_describe fills *out. */
PLI_API void pli_describe(const struct pli *pli, struct pli_build *out);

#ifdef __cplusplus
}
#endif

#endif
