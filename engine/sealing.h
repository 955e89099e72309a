#ifndef PLI_SEALING_H
#define PLI_SEALING_H

/*
 * sealing.h - a sealer for a content key that exists already: what pli_seal and pli_sealer_new begin with, and what tests
 * use to see that the bytes do not depend on threads and segments.
 */

#include "pli/seal.h"
#include "source.h"
#include "wrap.h"

/*
 * sealing_new is pli_sealer_new without checks of certificates. input (may be NULL) is where content will come from; wrap
 * is borrowed for the call.
 */
enum pli_status sealing_new(struct pli_sealer **out, struct pli *pli, const struct wrap *wrap, uint64_t length,
    const struct pli_output *output, const struct source *input, const struct pli_seal_options *options,
    struct pli_error *err) PLI_MUST_CHECK;

/* sealing_run seals all of input and commits. */
enum pli_status sealing_run(
    struct pli_sealer *sealer, struct source *input, struct pli_sealed *result, struct pli_error *err) PLI_MUST_CHECK;

#endif
