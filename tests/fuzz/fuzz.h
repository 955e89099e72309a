#ifndef PLI_FUZZ_H
#define PLI_FUZZ_H

/*
 * fuzz.h - what the fuzz targets share: a context and the test key of fixtures/keys, made once, kept until the end.
 */

#include <stddef.h>
#include <stdint.h>

#include "pli/open.h"
#include "pli/seal.h"

struct pli *fuzz_pli(void);
const struct pli_certs *fuzz_certs(void);
const struct pli_key *fuzz_key(void);

/* fuzz_check ends the process, as a finding, when what must hold does not. */
#define fuzz_check(what) ((what) ? (void)0 : fuzz_found(#what, __FILE__, __LINE__))
_Noreturn void fuzz_found(const char *what, const char *file, int line);

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
