#ifndef PLI_DIGEST_H
#define PLI_DIGEST_H

/*
 * digest.h - SHA-256 (FIPS 180-4), for who names files by what is in them.
 *
 *      pli_digest_new -> (pli_digest_add ... -> pli_digest_end) ... -> pli_digest_free
 */

#include <stddef.h>
#include <stdint.h>

#include "pli.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pli_digest;

PLI_API enum pli_status pli_digest_new(
    struct pli_digest **out, const struct pli *pli, struct pli_error *err) PLI_MUST_CHECK;

PLI_API enum pli_status pli_digest_add(
    struct pli_digest *d, const void *data, size_t len, struct pli_error *err) PLI_MUST_CHECK;

/* pli_digest_end writes the digest of what was added, and begins anew. */
PLI_API enum pli_status pli_digest_end(struct pli_digest *d, uint8_t out[32], struct pli_error *err) PLI_MUST_CHECK;

/* pli_digest_free: NULL is fine. */
PLI_API void pli_digest_free(struct pli_digest *d);

#ifdef __cplusplus
}
#endif

#endif
