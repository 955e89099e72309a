#ifndef PLI_WRAP_H
#define PLI_WRAP_H

/*
 * wrap.h - the content key of an envelope: made and wrapped for recipients, or found and unwrapped with a key.
 */

#include "bytes.h"
#include "head.h"
#include "pli/open.h"

/* A new content key, and the parts of an envelope's head that carry it. */
struct wrap {
	struct buf recipients; /* contents octets of the SET of RecipientInfos */
	struct buf algorithm;  /* contentEncryptionAlgorithm, whole: AES-256-GCM with nonce and a tag of 16 bytes */
	struct secret key;
	struct secret nonce;
};

/* wrap_init makes a random content key and nonce and wraps the key for each of certs. */
enum pli_status wrap_init(
    struct wrap *w, struct pli *pli, const struct pli_certs *certs, struct pli_error *err) PLI_MUST_CHECK;

void wrap_clear(struct wrap *w);

/*
 * wrap_open finds the first of the count keys that is a recipient of the message with head h, and unwraps the content key
 * with it; *which is its index; options has the namer for errors. Fails with PLI_ERR_NO_RECIPIENT or PLI_ERR_UNSUPPORTED (how the key is wrapped) before any
 * private-key operation. Where the key does not unwrap, the content key is
 * random: what is wrong shows at the tag, in the same words as anything else (RFC 3218).
 */
enum pli_status wrap_open(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct head *h,
    const struct pli_open_options *options, size_t *which, struct secret *key, struct pli_error *err) PLI_MUST_CHECK;

#endif
