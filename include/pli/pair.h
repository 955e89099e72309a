#ifndef PLI_PAIR_H
#define PLI_PAIR_H

/*
 * pair.h - makes key pairs ("bi-clés") and writes them down.
 *
 *      pli_pair_new -> pli_pair_save -> pli_key_free
 *      pli_authority_new -> pli_pair_new ... -> pli_key_free
 *
 * A key pair is a struct pli_key: the private key with its certificate. The private key leaves the process in one form
 * only, an encrypted PKCS#12 file.
 *
 * RULES
 *   - A file that pli_pair_save wrote has been read back from the disk, and has opened a challenge, when the call returns.
 *   - Passphrases are borrowed, and never stored.
 *   - Keys, authorities and certificates that meet in a call come from the same context.
 */

#include "keys.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

enum pli_pair_type { PLI_PAIR_RSA_3072, PLI_PAIR_RSA_4096, PLI_PAIR_P_256, PLI_PAIR_P_384 };

/* Three years, leap day included. */
#define PLI_PAIR_DAYS 1096

struct pli_pair_options {
	enum pli_pair_type type;
	const char *cn;                  /* common name of the subject, UTF-8, 1 to 64 characters (RFC 5280, A.1) */
	unsigned days;                   /* of validity from now on; 0: PLI_PAIR_DAYS; at most 36,525 */
	int64_t now;                     /* seconds since 1970; 0: the clock */
	const struct pli_key *authority; /* who issues the certificate; NULL: the key itself */
	struct pli_hooks hooks;          /* cancelled is asked many times while an RSA key is made; no progress */
};

/*
 * pli_pair_new makes a key pair whose certificate is for encryption only: keyEncipherment (RSA) or keyAgreement (EC),
 * critical (RFC 5280 4.2.1.3); no CA (4.2.1.9); subject and authority key identifiers (4.2.1.1, 4.2.1.2); a random
 * serial number of 128 bits. It is valid from five minutes ago, so that machines whose clocks are behind can seal at once,
 * and may outlive its authority: nobody who seals or opens looks at chains (the command line warns of it). Fails with
 * PLI_ERR_USAGE (a name that a certificate cannot hold, or with characters that make it look like another; days out of range),
 * PLI_ERR_CERTIFICATE (an authority that may not issue, or is not valid now), PLI_ERR_CANCELLED, PLI_ERR.
 */
PLI_API enum pli_status pli_pair_new(struct pli_key **out, struct pli *pli, const struct pli_pair_options *options,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_authority_new reads the key of an authority, as pli_key_new does: RSA, RSA-PSS, EC, Ed25519 or Ed448, which is for
 * pli_pair_new, and not for opening. Where extra is not empty its certificate is one of those, whatever lies beside the key.
 * An authority is a CA by its basic constraints (whose key usage, if it says any, has keyCertSign), or has a self-signed
 * certificate of version 1, which cannot say so; that is for pli_pair_new to see.
 */
PLI_API enum pli_status pli_authority_new(struct pli_key **out, struct pli *pli, const void *data, size_t len,
    const char *name, const struct pli_certs *extra, pli_ask *ask, void *ask_arg, struct pli_error *err) PLI_MUST_CHECK;

enum pli_pair_profile {
	PLI_PAIR_MODERN,    /* PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256, MAC HMAC-SHA-256, 100,000 iterations */
	PLI_PAIR_COMPATIBLE /* 3DES and SHA-1, 2,048 iterations, for gpgsm 2.2, old Windows and macOS; RSA keys only */
};

struct pli_pair_file {
	const char *path; /* made with mode 0600; what exists is never replaced */
	const char
	    *cert_path; /* where the certificate goes, too, in PEM, mode 0644 at most; never replaced; NULL: nowhere */
	const char *name; /* the friendly name (RFC 2985 5.5.1), UTF-8, 1 to 128 characters; NULL: none */
	enum pli_pair_profile profile;
	const char *passphrase; /* printable ASCII, 1 to 1,024 bytes: what every store accepts */
	size_t passphrase_len;
	bool no_sync;
	struct pli_hooks hooks; /* cancelled is asked between the steps, until the file has its name; no progress */
};

/*
 * pli_pair_save writes key and its certificate as a PKCS#12 file, reads it back from the disk, and opens a challenge that
 * was sealed to the certificate with what it read. Only then the file (and that of the certificate) has its name. Fails with
 * PLI_ERR_EXISTS, PLI_ERR_IO (also when what was read back is not what was written, or does not open),
 * PLI_ERR_PASSPHRASE (one that
 * stores would not accept), PLI_ERR_USAGE (its name), PLI_ERR_CERTIFICATE (a key that the profile cannot hold),
 * PLI_ERR_CANCELLED; nothing is left behind then.
 */
PLI_API enum pli_status pli_pair_save(
    struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_pair_check says whether pli_pair_new and pli_pair_save would refuse what is asked, without making anything: names, days,
 * authority, and whether the profile can hold such a key. It does not look at the disk.
 */
PLI_API enum pli_status pli_pair_check(
    const struct pli_pair_options *options, const struct pli_pair_file *file, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_pair_challenge seals random bytes to certificate i of certs with the profile that bids use, and opens them with key.
 * Whether bids may be sealed to the certificate (pli_certs_check: it may have expired) is not asked here. *result (may be
 * NULL) says with what. Fails with PLI_ERR_NO_RECIPIENT when key does not belong to the certificate, PLI_ERR_AUTH when it
 * does not open.
 */
struct pli_opened;
PLI_API enum pli_status pli_pair_challenge(struct pli *pli, const struct pli_certs *certs, size_t i,
    const struct pli_key *key, struct pli_opened *result, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_pair_passphrase writes a random passphrase of 112 bits that every store accepts: seven words of five lower-case
 * letters that can be spoken ("lusab"), joined by "-". Its length, without the NUL that ends it, goes into *len. The
 * caller wipes it.
 */
#define PLI_PAIR_PASSPHRASE_CAP 128
PLI_API enum pli_status pli_pair_passphrase(
    struct pli *pli, char out[PLI_PAIR_PASSPHRASE_CAP], size_t *len, struct pli_error *err) PLI_MUST_CHECK;

/* pli_certs_add_key appends the certificate of key. */
PLI_API enum pli_status pli_certs_add_key(
    struct pli_certs *certs, const struct pli_key *key, struct pli_error *err) PLI_MUST_CHECK;

/* pli_certs_add_cert appends certificate i of other. */
PLI_API enum pli_status pli_certs_add_cert(
    struct pli_certs *certs, const struct pli_certs *other, size_t i, struct pli_error *err) PLI_MUST_CHECK;

/* pli_certs_der gives certificate i in DER: *len bytes, borrowed from certs until it is freed. */
PLI_API enum pli_status pli_certs_der(
    const struct pli_certs *certs, size_t i, const void **der, size_t *len, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_certs_save writes what pli_certs_pem makes to out: complete, or not at all; a file that others than its owner cannot
 * change, whatever the umask. Fails with PLI_ERR_EXISTS, PLI_ERR_IO.
 */
PLI_API enum pli_status pli_certs_save(
    const struct pli_certs *certs, const struct pli_output *out, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_certs_pem writes all certificates as PEM text (RFC 7468), each under a line that names it, for pli_certs_add. *out
 * is NUL-terminated and freed with free().
 */
PLI_API enum pli_status pli_certs_pem(const struct pli_certs *certs, char **out, struct pli_error *err) PLI_MUST_CHECK;

#ifdef __cplusplus
}
#endif

#endif
