#ifndef PLI_BENCH_SETUP_H
#define PLI_BENCH_SETUP_H

/*
 * bench_setup.h - what the rows work on: a context, P-256 keys made in this process, bytes.
 *
 * All is made when first asked for, borrowed, and kept until the process ends. What cannot be made ends the process:
 * there is nothing to measure then.
 */

#include "bench.h"
#include "pli/keys.h"
#include "pli/seal.h"

#define BENCH_SETUP_MAX ((size_t)1 << 30)

/* Three pieces of memory, of BENCH_SETUP_MAX bytes and some room for what an envelope adds. */
enum bench_setup_buffer { BENCH_SETUP_PLAIN, BENCH_SETUP_SEALED, BENCH_SETUP_RESULT, BENCH_SETUP_BUFFERS };

struct pli *bench_setup_pli(void);

/*
 * bench_setup_use makes a back end of the cipher the one of all that is asked for from now on; NULL, at the beginning: the
 * one of PLI_BACKEND, or what pli chooses. false: this pli does not have it.
 */
bool bench_setup_use(const char *backend);

/* bench_setup_backends are the names of all back ends that there may be, NULL at the end. */
extern const char *const bench_setup_backends[];

/* bench_setup_certs is a list of count certificates, 1 to 100, all different. */
const struct pli_certs *bench_setup_certs(size_t count);

/* bench_setup_key is the private key of the first certificate. */
const struct pli_key *bench_setup_key(void);

/*
 * bench_setup_fits says whether the machine has memory for size bytes in each buffer and the same in a memory file system;
 * if not, the row is skipped.
 */
bool bench_setup_fits(struct bench *b, size_t size);

/* bench_setup_memory is a buffer with its first size bytes mapped; those of the plain one do not compress or repeat. */
uint8_t *bench_setup_memory(enum bench_setup_buffer which, size_t size);

/* bench_setup_cap is the size of each buffer. */
size_t bench_setup_cap(void);

/* bench_setup_spoilt: the sealed buffer was written to. */
void bench_setup_spoilt(void);

/* bench_setup_seal seals the first size bytes of the plain buffer into the sealed one; returns how many it has then. */
size_t bench_setup_seal(size_t size, enum pli_profile profile);

#endif
