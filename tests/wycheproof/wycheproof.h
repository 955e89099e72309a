#ifndef PLI_WYCHEPROOF_H
#define PLI_WYCHEPROOF_H

/*
 * wycheproof.h - test vectors of Project Wycheproof, as messages that pli_open gets.
 *
 *      recipient_init -> message_wrap, message_make, message_open ... -> recipient_clear
 *
 * A message is made by hand, with the ciphertext and the encrypted key of a vector in it. Functions end the process with a word
 * where something that is not under test fails.
 */
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "support.h"

/* What became of the vectors of one file. */
struct tally {
	unsigned opened;   /* as a message, to the content that the vector says */
	unsigned refused;  /* as a message, with the code that is right */
	unsigned function; /* by the functions below pli_open */
	unsigned twins;    /* messages of our own with the key and the parameters of a vector */
	unsigned beyond;   /* that no CMS and no function of ours can carry */
	unsigned failed;
};

/* A private key, and a certificate for it. */
struct target {
	EVP_PKEY *pkey;
	X509 *cert;
	struct pli_key *key;
};

/* OAEP as a vector has it; all-zero is SHA-1 and no label. */
struct oaep {
	const char *hash, *mgf; /* "SHA-256" */
	struct view label;
};

#define must(done) ((done) ? (void)0 : wycheproof_fail(#done, __FILE__, __LINE__))
_Noreturn void wycheproof_fail(const char *what, const char *file, int line);

/* target_init makes a certificate for a private key in PEM. */
void target_init(struct target *t, const char *key_pem);
void target_clear(struct target *t);

/* message_ktri appends a KeyTransRecipientInfo. oaep NULL: PKCS#1 v1.5. */
void message_ktri(struct buf *out, const struct target *t, const struct oaep *oaep, struct view encrypted);

/* message_wrap encrypts a content key for t. */
void message_wrap(struct buf *encrypted, const struct target *t, const struct oaep *oaep, struct view key);

/* message_gcm makes an AuthEnvelopedData for a content key of that length. */
void message_gcm(
    struct buf *out, struct view ktri, size_t key_len, struct view nonce, struct view ciphertext, struct view tag);

/* message_cbc makes an EnvelopedData, AES-CBC, for a content key of that length. */
void message_cbc(struct buf *out, struct view ktri, size_t key_len, struct view iv, struct view ciphertext);

/* message_seal is message_gcm for a plaintext that is encrypted under key by EVP, with a nonce of 12 zeroes. */
void message_seal(struct buf *out, struct view ktri, struct view key, struct view plain);

/* message_open opens it into out, accepting what is old and what is not authenticated. */
enum pli_status message_open(struct view message, const struct target *t, struct buf *out);

/* The kinds of vectors. */
void vectors_gcm(const json_t *groups, struct tally *tally);
void vectors_cbc(const json_t *groups, struct tally *tally);
void vectors_rsa(const json_t *groups, struct tally *tally);
void vectors_wrap(const json_t *groups, struct tally *tally);

/* The fields of a vector: text, bytes from hex (the caller clears), and what has to come of it. */
const char *field_text(const json_t *object, const char *name);
void field_bytes(struct buf *out, const json_t *object, const char *name);
bool field_valid(const json_t *vector);
bool field_acceptable(const json_t *vector);

/* complain says that a vector did not go as it has to, and counts it. */
void complain(struct tally *tally, const json_t *vector, const char *why);

#endif
