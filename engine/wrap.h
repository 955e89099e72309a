#ifndef PLI_WRAP_H
#define PLI_WRAP_H

/*
 * wrap.h - the content key of an envelope: made and wrapped for recipients, or found and unwrapped with a key.
 */

#include "bytes.h"
#include "head.h"
#include "pli/open.h"
#include "pli/seal.h"

/* A new content key, and the parts of an envelope's head that carry it. */
struct wrap {
	struct buf recipients; /* contents octets of the SET of RecipientInfos */
	struct buf algorithm;  /* contentEncryptionAlgorithm, whole, with the nonce */
	struct secret key;
	struct secret nonce; /* CBC: the initialization vector */
};

/* wrap_init makes a random content key and nonce as the profile wants them, and wraps the key for each of certs. */
enum pli_status wrap_init(struct wrap *w, struct pli *pli, const struct pli_certs *certs, enum pli_profile profile,
    struct pli_error *err) PLI_MUST_CHECK;

void wrap_clear(struct wrap *w);

/* What an envelope was opened with. */
struct wrap_found {
	size_t which;      /* index of the key that is a recipient */
	struct secret key; /* the content key, or a random one */
	bool lost;         /* it is a random one, and that is known */
	bool legacy;       /* it was wrapped in a way that only accept_legacy lets pass */
};

/*
 * wrap_open finds the first of the count keys that is a recipient of the message with head h, and unwraps the content key
 * with it; options has the namer for errors. Fails with PLI_ERR_NO_RECIPIENT or PLI_ERR_UNSUPPORTED (how the key is wrapped; unless accept_legacy, that includes
 * RSA PKCS#1 v1.5 and triple DES) before any private-key operation. Where the key does not unwrap, the content key is
 * random: what is wrong shows at the end, in the same words as anything else (RFC 3218). lost says so where it can be
 * known, for messages without a tag: with PKCS#1 v1.5 it must not be.
 */
enum pli_status wrap_open(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct head *h,
    const struct pli_open_options *options, struct wrap_found *found, struct pli_error *err) PLI_MUST_CHECK;

#endif
