#ifndef PLI_CONTEXT_H
#define PLI_CONTEXT_H

/*
 * context.h - what is inside a struct pli, for the files of this folder.
 */

#include <openssl/evp.h>
#include <openssl/types.h>

#include "bytes.h"
#include "pli/pli.h"

/* How the segments of a GCM message are computed; each is bit-exact, the first that passes the self-test is used. */
enum gcm_path {
	GCM_SEGMENTS, /* a back end's GCM with 16-byte IVs */
	GCM_CTR_HASH, /* EVP's CTR for the bytes, EVP's GCM fed the ciphertext as AAD for the hash */
	GCM_SERIAL    /* one EVP GCM context, one thread */
};

/* AES of one key length, fetched once. */
struct context_aes {
	EVP_CIPHER *gcm, *ctr, *ecb, *cbc;
};

/* The fastest back end, once it was asked for; all who ask find the same. */
struct backend_fastest {
	_Atomic(const struct backend *) is;
};

struct pli {
	OSSL_LIB_CTX *lib;
	struct context_aes aes128, aes192, aes256;
	EVP_CIPHER *des3; /* triple DES in CBC mode; NULL where libcrypto no longer has it */
	EVP_CIPHER *wrap; /* AES-256 key wrap, RFC 3394 */
	EVP_MD *sha256;
	const struct backend *backend;   /* that was named, or for short messages */
	struct backend_fastest *fastest; /* NULL: one was named, or there is no choice */
	enum gcm_path gcm_path;
};

/* context_aes returns the ciphers for a key of key_len bytes (16, 24 or 32). */
const struct context_aes *context_aes(const struct pli *pli, size_t key_len);

/*
 * context_keyed returns a new context for cipher with the key set and no padding; iv_len bytes of IV where that is not 0
 * (GCM). NULL when libcrypto fails.
 */
EVP_CIPHER_CTX *context_keyed(const EVP_CIPHER *cipher, struct view key, int iv_len, bool encrypts);

/* context_random fills out with random bytes for keys, from the private generator. */
enum pli_status context_random(struct pli *pli, uint8_t *out, size_t len, struct pli_error *err) PLI_MUST_CHECK;

/*
 * context_fail is fail with what libcrypto says of its newest error added (if it says anything), and empties its queue.
 */
enum pli_status context_fail(struct pli_error *err, enum pli_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* context_out_of_memory empties the queue, and tells whether memory was what was missing. */
bool context_out_of_memory(void);

/* context_forget empties libcrypto's error queue where a failure is expected. */
void context_forget(void);

#endif
