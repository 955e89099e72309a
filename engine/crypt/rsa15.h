#ifndef PLI_RSA15_H
#define PLI_RSA15_H

/*
 * rsa15.h - unwraps a content key with RSA PKCS#1 v1.5 (RFC 8017 7.2.2), without telling whether it did.
 *
 * What tells right padding from wrong, by an answer or by time, decrypts everything that was ever sealed to the key
 * (Bleichenbacher 1998; RFC 3218). So there is always a key: where the padding is wrong, one that depends on the private
 * key and the ciphertext alone, and is the same each time.
 */

#include "bytes.h"
#include "pli/keys.h"

/*
 * rsa15_unwrap makes a content key of len bytes (16 to 32) out of what is encrypted. Fails with PLI_ERR only for want of
 * memory or because libcrypto fails for a reason that is not in encrypted.
 */
enum pli_status rsa15_unwrap(struct pli *pli, const struct pli_key *key, struct view encrypted, size_t len,
    struct secret *out, struct pli_error *err) PLI_MUST_CHECK;

#endif
