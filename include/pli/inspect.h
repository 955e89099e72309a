#ifndef PLI_INSPECT_H
#define PLI_INSPECT_H

/*
 * inspect.h - says what an envelope is, without a key.
 *
 *      pli_inspect -> read the fields -> pli_envelope_free
 *
 * Everything said here is unauthenticated: it is what the bytes claim.
 */

#include "pli.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One recipient, as RFC 5652 6.2 names it. Strings are UTF-8 as found; NULL where there is none. */
struct pli_recipient {
	const char *type;   /* "ktri" "kari" "kemri" "kekri" "pwri" "other" */
	const char *issuer; /* RFC 2253 text */
	const char *serial; /* lower-case hex */
	const char *ski;    /* lower-case hex */
	const char *
	    key_algorithm; /* "rsaOaep-sha256" "rsa-pkcs1" "ecdh-sha256" ..., or libcrypto's name of it, or a dotted OID */
};

struct pli_envelope {
	const char *container;  /* "AuthEnvelopedData" "EnvelopedData", or what else it is */
	const char *cipher;     /* "aes-256-gcm" ..., or libcrypto's name of it, or a dotted OID */
	const char *encoding;   /* "definite" or "indefinite" */
	const char *armor;      /* the text that it stands in: "pem" or "smime"; "none" */
	unsigned tag_bits;      /* 0: none */
	bool content_known;     /* content_bytes is right */
	uint64_t content_bytes; /* of ciphertext */
	uint64_t file_bytes;    /* bytes read in all */
	bool accepted;          /* pli_open takes it as it is */
	size_t recipient_count;
	const struct pli_recipient *recipients;
	size_t problem_count; /* why it is not accepted, or only with an option, or not by all recipients */
	const char *const *problems;
};

/*
 * pli_inspect reads the whole of in and makes *out. Succeeds for every
 * well-formed CMS message, accepted or not; fails with PLI_ERR_MALFORMED,
 * PLI_ERR_LIMIT or PLI_ERR_IO otherwise. A recipient whose key encryption algorithm is damaged is a problem of its own, and
 * PLI_ERR_MALFORMED only where there is no other.
 */
PLI_API enum pli_status pli_inspect(struct pli_envelope **out, struct pli *pli, const struct pli_input *in,
    const struct pli_hooks *hooks, struct pli_error *err) PLI_MUST_CHECK;

PLI_API void pli_envelope_free(struct pli_envelope *envelope);

/*
 * pli_looks_sealed tells whether the first len bytes of some content are those of an enveloped CMS message, in BER, PEM or
 * S/MIME. 64 bytes are enough for the first two, 4096 for nearly all of the others.
 */
PLI_API bool pli_looks_sealed(const void *data, size_t len);

#ifdef __cplusplus
}
#endif

#endif
