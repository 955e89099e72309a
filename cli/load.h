#ifndef PLI_LOAD_H
#define PLI_LOAD_H

/*
 * load.h - certificates and private keys from the files of the command line.
 *
 *      load_recipients -> pli_certs_free
 *      load_keys -> use ring.keys -> load_clear
 *      load_file -> load_is_key, load_unlock ... -> load_wipe
 *
 * Files are read with a cap and fail with PLI_ERR_IO when they cannot be read,
 * PLI_ERR_CERTIFICATE when what is in them cannot be used. Before a file is read that
 * may hold a private key, the process writes no core file any more and cannot be traced.
 */

#include "pli/keys.h"
#include "command.h"

struct keyring {
	struct pli_key **keys; /* in the order of -k */
	size_t count;
};

/* load_recipients makes *certs of every -r and -R. */
enum pli_status load_recipients(struct pli_certs **certs, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/* load_certs adds the certificates of the file at path. */
enum pli_status load_certs(struct pli_certs *certs, const char *path, struct pli_error *err) PLI_MUST_CHECK;

/* load_extra makes *certs of every --cert; NULL where there is none. */
enum pli_status load_extra(struct pli_certs **certs, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/* load_keys unlocks every -k into *ring, with the certificates of --cert. */
enum pli_status load_keys(struct keyring *ring, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/* load_key unlocks the key in the file at path with the passphrase from source (NULL: the terminal). */
enum pli_status load_key(struct pli_key **key, const struct run *run, const char *path, const char *source,
    const struct pli_certs *extra, struct pli_error *err) PLI_MUST_CHECK;

/* load_authority unlocks --ca-key, with the certificate of --ca-cert if there is one. */
enum pli_status load_authority(struct pli_key **key, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/* What is in a file. All-zero is nothing. */
struct load_contents {
	char *data;
	size_t len;
};

/* load_forbid_looking: from here on the process writes no core file and cannot be traced. What loads a key calls
 * it before it reads anything. */
void load_forbid_looking(void);

/* load_has: is the certificate of key one of certs? Bit for bit: a name and a serial number can be copied. */
enum pli_status load_has(bool *has, const struct run *run, const struct pli_certs *certs, const struct pli_key *key,
    struct pli_error *err) PLI_MUST_CHECK;

/* load_file reads a key or certificate file into *c, which load_wipe frees whatever happened. */
enum pli_status load_file(struct load_contents *c, const char *path, struct pli_error *err) PLI_MUST_CHECK;

/* load_is_key tells whether c holds a private key (PKCS#12, PKCS#8 and others), and not only certificates. */
bool load_is_key(const struct load_contents *c);

/* load_unlock is load_key for a file that was read. */
enum pli_status load_unlock(struct pli_key **key, const struct run *run, const struct load_contents *c,
    const char *path, const char *source, const struct pli_certs *extra, struct pli_error *err) PLI_MUST_CHECK;

/* load_wipe wipes and frees what was read. */
void load_wipe(struct load_contents *c);

/* load_clear frees the keys. All-zero is fine. */
void load_clear(struct keyring *ring);

#endif
