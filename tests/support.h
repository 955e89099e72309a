#ifndef PLI_SUPPORT_H
#define PLI_SUPPORT_H

/*
 * support.h - what several test files need: bytes, test keys, files that go away.
 *
 * Keys and certificates are made in the process, once each, with names that say what they are. Functions end the process
 * with a word where something that is not under test fails.
 */

#include "bytes.h"
#include "pli/keys.h"
#include "pli/open.h"
#include "pli/seal.h"

/* The kinds of recipients that pli writes. */
enum support_kind { SUPPORT_RSA2048, SUPPORT_RSA3072, SUPPORT_P256, SUPPORT_P384, SUPPORT_P521, SUPPORT_KINDS };

/* support_pli is one context for the process. */
struct pli *support_pli(void);

/* support_cert_pem and support_key_pem are a self-signed test certificate of a kind, and its private key, as PEM text. */
const char *support_cert_pem(enum support_kind kind);
const char *support_key_pem(enum support_kind kind);

/* support_certs is a list of certificates, one for each of the count kinds; the caller frees it. */
struct pli_certs *support_certs(const enum support_kind *kinds, size_t count);

/* support_key is the private key of a kind, with its certificate; made once, never freed by the caller. */
const struct pli_key *support_key(enum support_kind kind);

/* support_bytes fills p with bytes that depend on seed alone, and on len not at all. */
void support_bytes(uint8_t *p, size_t len, uint32_t seed);

/* support_place is where temporary files go: TMPDIR, or /tmp. */
const char *support_place(void);

/* support_path is a path for a name in a folder that is made for the process and removed when it ends. Four at a time. */
const char *support_path(const char *name);

/* support_write makes a file; support_read reads one whole (the caller clears buf); support_exists: is there one? */
void support_write(const char *path, struct view bytes);
void support_read(const char *path, struct buf *out);
bool support_exists(const char *path);

/* support_leave ends a child of the process at once, without what belongs to the process; only what it reached is written down. */
_Noreturn void support_leave(int code);

/* support_entries is the number of entries in the process's folder, hidden ones included. */
size_t support_entries(void);

#endif
