#ifndef PLI_REPORT_H
#define PLI_REPORT_H

/*
 * report.h - what a command found or did, for people or as one JSON object.
 */

#include "pli/inspect.h"
#include "pli/open.h"
#include "pli/seal.h"
#include "command.h"

/* report_sealed: the envelope at run's output is complete. */
void report_sealed(const struct run *run, const struct pli_certs *certs, const struct pli_sealed *sealed);

/* report_opened: the envelope in file was opened with the key that info describes, or only verified when run has no output. */
void report_opened(
    const struct run *run, const char *file, const struct pli_opened *opened, const struct pli_cert_info *key);

/* report_envelope: what the envelope in file says of itself. */
void report_envelope(const struct run *run, const char *file, const struct pli_envelope *envelope);

#endif
