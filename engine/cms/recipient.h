#ifndef PLI_RECIPIENT_H
#define PLI_RECIPIENT_H

/*
 * recipient.h - reads the RecipientInfos of a message (RFC 5652 6.2), one recipient at a time.
 *
 *      recipient_start -> recipient_next until it says that there is none
 *
 * A KeyAgreeRecipientInfo for several recipients yields each of them. Views point into the message's head.
 */

#include "bytes.h"

enum recipient_type {
	RECIPIENT_KTRI,
	RECIPIENT_KARI,
	RECIPIENT_KEMRI,
	RECIPIENT_KEKRI,
	RECIPIENT_PWRI,
	RECIPIENT_OTHER
};

struct recipient {
	enum recipient_type type;
	struct view whole;     /* the RecipientInfo */
	struct view issuer;    /* DER of a Name, or empty */
	struct view serial;    /* contents octets, or empty */
	struct view ski;       /* subject key identifier (kekri: key identifier), or empty */
	struct view algorithm; /* keyEncryptionAlgorithm, whole; empty for "other" */
	struct view encrypted; /* EncryptedKey, contents octets */
	/* key agreement only */
	struct view originator; /* whole */
	struct view own;        /* the RecipientEncryptedKey, whole */
	/* key agreement and encapsulation */
	struct view ukm; /* whole, or empty */
	/* key encapsulation only */
	unsigned version, kek_len;
	struct view ciphertext; /* contents octets */
	struct view kdf, wrap;  /* AlgorithmIdentifiers, whole */
};

struct recipients {
	struct view rest;        /* RecipientInfos to come */
	struct view keys;        /* RecipientEncryptedKeys to come in the current KeyAgreeRecipientInfo */
	struct recipient shared; /* its other fields */
};

/* recipient_start begins at the contents octets of the SET. */
void recipient_start(struct recipients *all, struct view set);

/* recipient_next reads the next one; *found is false at the end. Fails with PLI_ERR_MALFORMED. */
enum pli_status recipient_next(
    struct recipients *all, struct recipient *r, bool *found, struct pli_error *err) PLI_MUST_CHECK;

/* What pli does with a way of wrapping a content key. */
enum recipient_use {
	RECIPIENT_REFUSED,
	RECIPIENT_LEGACY, /* unwraps where that is asked for: RSA PKCS#1 v1.5, triple DES key wrap */
	RECIPIENT_KEM,    /* unwraps where this build has KEM recipients: kem.h */
	RECIPIENT_ACCEPTED
};

/* recipient_type_name is "ktri", "kari", ... */
const char *recipient_type_name(enum recipient_type type);

/*
 * recipient_algorithm reads the key encryption algorithm strictly. name (cap bytes) becomes "rsaOaep-sha256",
 * "ecdh-sha256", "ml-kem-768", ..., or empty if it has no name here. Fails with PLI_ERR_MALFORMED where parameters are damaged
 * (they are never guessed: libcrypto would fall back to PKCS#1 v1.5).
 */
enum pli_status recipient_algorithm(
    const struct recipient *r, char *name, size_t cap, enum recipient_use *use, struct pli_error *err) PLI_MUST_CHECK;

/*
 * recipient_kem_as_written: is this KEM recipient, accepted by recipient_algorithm, one with HKDF with SHA-256, AES-256 key
 * wrap and no ukm, as pli writes them?
 */
bool recipient_kem_as_written(const struct recipient *r);

/* recipient_oid is the OID of the key encryption algorithm (contents octets), empty if there is none. */
struct view recipient_oid(const struct recipient *r);

#endif
