#ifndef PLI_LOAD_H
#define PLI_LOAD_H

/*
 * load.h - certificates and private keys from the files of the command line.
 *
 *      load_recipients -> pli_certs_free
 *      load_keys -> use ring.keys -> load_clear
 *
 * Files are read with a cap and fail with PLI_ERR_IO when they cannot be read,
 * PLI_ERR_CERTIFICATE when what is in them cannot be used.
 */

#include "pli/keys.h"
#include "command.h"

struct keyring {
	struct pli_key **keys; /* in the order of -k */
	size_t count;
};

/* load_recipients makes *certs of every -r and -R. */
enum pli_status load_recipients(struct pli_certs **certs, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/*
 * load_keys unlocks every -k into *ring, with the certificates of --cert. From
 * here on the process writes no core file and cannot be traced.
 */
enum pli_status load_keys(struct keyring *ring, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/* load_clear frees the keys. All-zero is fine. */
void load_clear(struct keyring *ring);

#endif
