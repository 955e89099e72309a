#ifndef PLI_OIDS_H
#define PLI_OIDS_H

/*
 * oids.h - the object identifiers that pli knows, and what they mean to it.
 */

#include "bytes.h"

/* What a ContentInfo (RFC 5652 3) can hold. */
enum oids_container {
	CONTAINER_AUTH_ENVELOPED, /* RFC 5083 */
	CONTAINER_ENVELOPED,      /* RFC 5652 6.1 */
	CONTAINER_OTHER           /* named, never opened */
};

struct oids_content_type {
	const char *name;
	struct view oid; /* contents octets */
	enum oids_container container;
};

enum oids_mode { MODE_GCM, MODE_CBC };

/* A content encryption algorithm. */
struct oids_cipher {
	const char *name;
	struct view oid;
	enum oids_mode mode;
	size_t key_len;
	size_t block;
	bool legacy; /* only where that is asked for */
};

/* oids_content_type and oids_cipher return the entry for an OID's contents octets, or NULL. */
const struct oids_content_type *oids_content_type(struct view oid);
const struct oids_cipher *oids_cipher(struct view oid);

bool oids_same(struct view a, struct view b);

extern const struct view oid_data;           /* RFC 5652 4 */
extern const struct view oid_signed;         /* RFC 5652 5.1 */
extern const struct view oid_enveloped;      /* RFC 5652 6.1 */
extern const struct view oid_auth_enveloped; /* RFC 5083 2.1 */
extern const struct view oid_rsa;            /* rsaEncryption, RFC 8017 */
extern const struct view oid_oaep;           /* id-RSAES-OAEP, RFC 4055 */
extern const struct view oid_mgf1;           /* RFC 4055 */
extern const struct view oid_p_specified;    /* RFC 4055 */
extern const struct view oid_kem_recipient;  /* RFC 9629 */

/* oids_hash, oids_ecdh and oids_wrap return "sha256", "ecdh-sha256", "aes-256-wrap" or "3des-wrap" and the like, or NULL. */
const char *oids_hash(struct view oid);

/* oids_hash_other is the name of a hash that oids_hash does not know, since it is not accepted, or NULL. */
const char *oids_hash_other(struct view oid);
const char *oids_ecdh(struct view oid);
const char *oids_wrap(struct view oid);

/* oids_wrap_legacy: is this name of oids_wrap one that is only for who asks for it? */
bool oids_wrap_legacy(const char *name);

/* oids_wrap_len is the length in bytes of the key that a name of oids_wrap wraps with. */
size_t oids_wrap_len(const char *name);

/* oids_kem returns "ml-kem-768" and the like (RFC 9936), oids_hkdf "hkdf-sha256" and the like (RFC 8619), or NULL. */
const char *oids_kem(struct view oid);
const char *oids_hkdf(struct view oid);

/* oids_kem_len is the length in bytes of the ciphertext of a name of oids_kem. */
size_t oids_kem_len(const char *name);

#endif
