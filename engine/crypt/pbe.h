#ifndef PLI_PBE_H
#define PLI_PBE_H

/*
 * pbe.h - how much work a key file asks for before its passphrase is even known to be right.
 *
 *      spent = 0 -> pbe_check for every algorithm, before libcrypto runs it
 *
 * RULES. Nothing here derives a key. Nothing is left in libcrypto's error queue that was not there.
 */

#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "bytes.h"
#include "pli/pli.h"

/* Some seconds at most. What programs write today is 2,048 to 1,000,000; scrypt counts N * r * p, usually 131,072. */
#define PBE_ITERATIONS_MAX 10000000

/*
 * pbe_check adds what algorithm (RFC 7292 C, RFC 8018 6.1 and 6.2, RFC 7914 7, RFC 9579) asks for to *spent, which counts for
 * one file: many small ones are one large one. Fails with PLI_ERR_LIMIT above PBE_ITERATIONS_MAX; name is how the error
 * speaks of the file. An algorithm that is none, or damaged, asks for nothing: libcrypto refuses it before any work.
 */
enum pli_status pbe_check(
    const X509_ALGOR *algorithm, const char *name, uint64_t *spent, struct pli_error *err) PLI_MUST_CHECK;

/* pbe_check_mac does the same for the MAC of a PKCS#12 file, which counts alone. */
enum pli_status pbe_check_mac(const PKCS12 *p12, const char *name, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pbe_check_pem does the same for every encrypted key among the PEM blocks in data, of at most INT32_MAX bytes. Fails with
 * PLI_ERR_CERTIFICATE, too: for an encrypted key that is encrypted once more, as RFC 1421 does it.
 */
enum pli_status pbe_check_pem(struct view data, const char *name, struct pli_error *err) PLI_MUST_CHECK;

#endif
