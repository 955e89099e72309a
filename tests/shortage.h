#ifndef PLI_SHORTAGE_H
#define PLI_SHORTAGE_H

/*
 * shortage.h - makes allocations fail.
 *
 *      shortage_begin -> a job -> shortage_end, again and again
 *
 * A suite that uses it is listed in CMakeLists.txt, which leads its allocations here.
 */

#include <stdbool.h>

/* Whose allocations fail: the engine's own, or those of libcrypto. */
enum shortage { SHORTAGE_OURS = 1, SHORTAGE_LIBCRYPTOS = 2 };

#define SHORTAGE_FOREVER (1L << 40)

/* shortage_begin: of the allocations from now on those from number from to number to fail, counted from 0. */
void shortage_begin(enum shortage of, long from, long to);

/* shortage_end: none fails any more. Returns how many there were since shortage_begin. */
long shortage_end(void);

/*
 * shortage_leaky(true): from now on it is not looked at whether libcrypto frees what it allocates. OpenSSL 3.0.22 leaks where it
 * lacks memory itself: in EVP_CIPHER_fetch (names of algorithms, while a provider is loaded) and in CMS_dataInit (an ASN1_STRING of
 * an ECDH recipient).
 */
void shortage_leaky(bool yes);

#endif
