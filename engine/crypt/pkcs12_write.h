#ifndef PLI_PKCS12_WRITE_H
#define PLI_PKCS12_WRITE_H

/*
 * pkcs12_write.h - a private key and its certificate as an encrypted PKCS#12 file (RFC 7292).
 */

#include "bytes.h"
#include "pli/pair.h"

/* Of the friendly name. */
#define PKCS12_NAME_MAX 128

/* pkcs12_write_check fails with PLI_ERR_PASSPHRASE for a passphrase that not every store accepts, and says why. */
enum pli_status pkcs12_write_check(const char *passphrase, size_t len, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pkcs12_write appends the file that file describes to der. Fails as pkcs12_write_check does, and with PLI_ERR_CERTIFICATE
 * (a key that the profile cannot hold), PLI_ERR_USAGE (a friendly name that is not UTF-8).
 */
enum pli_status pkcs12_write(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file,
    struct buf *der, struct pli_error *err) PLI_MUST_CHECK;

#endif
