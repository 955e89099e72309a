#ifndef PLI_NAMES_H
#define PLI_NAMES_H

/*
 * names.h - names, numbers and object identifiers as text.
 *
 * Texts are allocated with malloc and the caller's to free; NULL means that memory is short or the bytes are no name.
 * They are UTF-8 with control characters escaped by a backslash (RFC 2253, RFC 4514); nothing else is escaped.
 */

#include <openssl/x509.h>

#include "bytes.h"

/* names_text is the RFC 2253 text of a Name. */
char *names_text(const X509_NAME *name);

/* names_text_der is names_text of the DER of a Name. */
char *names_text_der(struct view der);

/* names_oid is the usual name of an OBJECT IDENTIFIER (contents octets) where libcrypto knows it, else dotted. */
char *names_oid(struct view contents);

/* names_hex is lower-case hex of bytes. */
char *names_hex(struct view bytes);

/* names_serial is an INTEGER (contents octets) as hex without leading zeroes, "-" before a negative one. */
char *names_serial(struct view contents);

#endif
