/*
 * key.c - private keys in every usual wrapping. What the bytes are is decided by their form, never by trying a
 * passphrase on everything: a wrong passphrase (12) and a file that is no key (14) must not be confused.
 *
 *      text with "-----BEGIN"        PEM: plain, encrypted PKCS#8, traditional with or without encryption
 *      SEQUENCE { INTEGER 3          PKCS#12
 *      SEQUENCE { SEQUENCE           PKCS#8, encrypted
 *      SEQUENCE { INTEGER 0 or 1     PKCS#8, or the traditional RSA and EC forms
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "context.h"
#include "kem.h"
#include "pbe.h"
#include "pkcs12_read.h"
#include "pli/pair.h"

#define PASSPHRASE_MAX 1024
#define ATTEMPTS_MAX 16

enum use { TO_OPEN, TO_SIGN };

struct reading {
	struct pli *pli;
	const char *name;
	struct view data;
	pli_ask *ask;
	void *ask_arg;
	char passphrase[PASSPHRASE_MAX + 1];
	size_t passphrase_len;
	unsigned attempt;
	bool unreadable;         /* decrypted, and still no key */
	bool legacy;             /* read with the legacy provider */
	bool asked;              /* the passphrase was used in this attempt */
	struct pli_error asking; /* why there is none, or none was asked for */
	EVP_PKEY *pkey;
	STACK_OF(X509) * found; /* certificates beside the key */
};

static enum pli_status
ask(struct reading *r, struct pli_error *err)
{
	enum pli_status rc;

	wipe(r->passphrase, sizeof(r->passphrase));
	r->passphrase_len = 0;
	if (r->ask == NULL)
		return fail(err, PLI_ERR_PASSPHRASE, "%s is encrypted and there is no passphrase", r->name);
	if (r->attempt == ATTEMPTS_MAX)
		return fail(err, PLI_ERR_PASSPHRASE, "%d wrong passphrases for %s", ATTEMPTS_MAX, r->name);
	rc = r->ask(r->ask_arg, r->name, r->attempt++, r->passphrase, PASSPHRASE_MAX, &r->passphrase_len, err);
	if (rc != PLI_OK)
		return fail(err, rc, "no passphrase for %s", r->name); /* unless the callback said more */
	r->asked = true;
	if (r->passphrase_len > PASSPHRASE_MAX)
		return fail(err, PLI_ERR_USAGE, "the passphrase callback overran its buffer");
	return PLI_OK;
}

/* libcrypto's callback: the passphrase, or -1. */
static int
give(char *buf, int cap, int writing, void *arg)
{
	struct reading *r = arg;

	(void)writing;
	/* It may be called again after it failed. */
	if (r->asking.status != PLI_OK || ask(r, &r->asking) != PLI_OK || r->passphrase_len > (size_t)cap)
		return -1;
	memcpy(buf, r->passphrase, r->passphrase_len);
	return (int)r->passphrase_len;
}

/* PEM that is not PKCS#8 asks for nothing. */
static int
give_nothing(char *buf, int cap, int writing, void *arg)
{
	(void)buf, (void)cap, (void)writing, (void)arg;
	return -1;
}

/*
 * Which kind of ML-KEM a key in PKCS#8 is that libcrypto did not read, because it does not know it, or NULL. A passphrase for
 * it was given, if it was asked for.
 */
static const char *
unread_kem(struct reading *r)
{
	BIO *bio = certs_is_der(r->data) ? NULL : BIO_new_mem_buf(r->data.p, (int)r->data.len);
	const unsigned char *p = r->data.p;
	PKCS8_PRIV_KEY_INFO *info;
	X509_SIG *sealed = NULL;
	const char *kind = NULL;

	info = bio != NULL ? PEM_read_bio_PKCS8_PRIV_KEY_INFO(bio, NULL, give_nothing, NULL)
			   : d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)r->data.len);
	p = r->data.p;
	if (info == NULL && r->asked) {
		if (bio != NULL && BIO_reset(bio) == 1)
			sealed = PEM_read_bio_PKCS8(bio, NULL, give_nothing, NULL);
		else
			sealed = d2i_X509_SIG(NULL, &p, (long)r->data.len);
		if (sealed != NULL)
			info = PKCS8_decrypt_ex(sealed, r->passphrase, (int)r->passphrase_len, r->pli->lib, NULL);
	}
	if (info != NULL)
		kind = kem_unread(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sealed);
	BIO_free(bio);
	context_forget();
	return kind;
}

static enum pli_status
not_a_key(struct reading *r, struct pli_error *err)
{
	enum pli_status rc = context_fail(
	    err, PLI_ERR_CERTIFICATE, "%s is not a private key that can be read, or a damaged one", r->name);

	if (rc == PLI_ERR_CERTIFICATE)
		fail_hint(err, "a key file is PKCS#12, or a private key in PEM or DER");
	return rc;
}

/* Runs read until it gives a key, or fails for another reason than a wrong passphrase. */
static enum pli_status
read_encrypted(struct reading *r, EVP_PKEY *(*read)(struct reading *r), struct pli_error *err)
{
	struct pli_error why = { 0 };
	const char *kind;

	for (;;) {
		r->asked = false;
		context_forget();
		if ((r->pkey = read(r)) != NULL)
			return PLI_OK;
		if (r->asking.status != PLI_OK) {
			context_forget();
			return fail_copy(err, &r->asking);
		}
		/* A right passphrase for what cannot be read is no wrong passphrase. */
		if (!r->asked || r->unreadable || ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_UNSUPPORTED)
			(void)not_a_key(r, &why);
		/* libcrypto's PEM reader does not say which it was */
		if (!kem_available() && why.status != PLI_ERR && (kind = unread_kem(r)) != NULL)
			return kem_refuse(r->name, kind, err);
		if (why.status != PLI_OK)
			return fail_copy(err, &why);
	}
}

static EVP_PKEY *
read_pem(struct reading *r)
{
	BIO *bio = BIO_new_mem_buf(r->data.p, (int)r->data.len);
	EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PrivateKey_ex(bio, NULL, give, r, r->pli->lib, NULL);

	BIO_free(bio);
	return pkey;
}

static EVP_PKEY *
read_pkcs8(struct reading *r)
{
	const unsigned char *p = r->data.p;
	X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)r->data.len);
	PKCS8_PRIV_KEY_INFO *info = NULL;
	const X509_ALGOR *algorithm;
	EVP_PKEY *pkey = NULL;
	uint64_t spent = 0;

	if (sealed != NULL)
		X509_SIG_get0(sealed, &algorithm, NULL);
	if (sealed != NULL && pbe_check(algorithm, r->name, &spent, &r->asking) == PLI_OK &&
	    ask(r, &r->asking) == PLI_OK &&
	    (info = PKCS8_decrypt_ex(sealed, r->passphrase, (int)r->passphrase_len, r->pli->lib, NULL)) != NULL)
		r->unreadable = (pkey = EVP_PKCS82PKEY_ex(info, r->pli->lib, NULL)) == NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sealed);
	return pkey;
}

static EVP_PKEY *
read_plain(struct reading *r)
{
	const unsigned char *p = r->data.p;

	return d2i_AutoPrivateKey_ex(NULL, &p, (long)r->data.len, r->pli->lib, NULL);
}

/*
 * OpenSSL before 1.1.0 took each byte of a passphrase in UTF-8 for a character. Files that it made with accents in the
 * passphrase open only so.
 */
static bool
unlock_as_latin(struct reading *r, PKCS12 *p12)
{
	char utf8[2 * PASSPHRASE_MAX + 1];
	size_t i, n = 0;
	bool right;

	for (i = 0; i < r->passphrase_len; i++) {
		unsigned char c = (unsigned char)r->passphrase[i];

		if (c >= 0x80)
			utf8[n++] = (char)(0xc0 | c >> 6);
		utf8[n++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3f));
	}
	utf8[n] = '\0';
	right = n > r->passphrase_len && n <= PASSPHRASE_MAX && PKCS12_verify_mac(p12, utf8, (int)n) == 1;
	if (right) {
		memcpy(r->passphrase, utf8, n + 1);
		r->passphrase_len = n;
	}
	wipe(utf8, sizeof(utf8));
	return right;
}

/* The MAC says whether the passphrase is right, before anything is decrypted. An empty one is tried unasked. */
static enum pli_status
unlock_pkcs12(struct reading *r, PKCS12 *p12, struct pli_error *err)
{
	enum pli_status rc;

	if (PKCS12_mac_present(p12) != 1)
		return fail(err, PLI_ERR_CERTIFICATE,
		    "%s has nothing that tells a right passphrase from a wrong one (no MAC)", r->name);
	if ((rc = pbe_check_mac(p12, r->name, err)) != PLI_OK)
		return rc;
	if (PKCS12_verify_mac(p12, NULL, 0) == 1 || PKCS12_verify_mac(p12, "", 0) == 1)
		return PLI_OK;
	for (;;) {
		if ((rc = ask(r, err)) != PLI_OK)
			return rc;
		context_forget();
		if (PKCS12_verify_mac(p12, r->passphrase, (int)r->passphrase_len) == 1 || unlock_as_latin(r, p12))
			return PLI_OK;
		/* A mere mismatch is no error of libcrypto's; a MAC that it cannot compute is. */
		if (ERR_peek_error() != 0)
			return not_a_key(r, err);
	}
}

static enum pli_status
read_pkcs12(struct reading *r, struct pli_error *err)
{
	PKCS12 *p12 = pkcs12_read_form(r->pli->lib, r->data);
	struct pkcs12_read contents;
	enum pli_status rc;

	if (p12 == NULL)
		return not_a_key(r, err);
	if ((rc = unlock_pkcs12(r, p12, err)) != PLI_OK)
		goto out;
	if ((rc = pkcs12_read(r->pli, r->data, r->name, r->passphrase, &contents, err)) == PLI_OK) {
		r->pkey = contents.pkey;
		r->found = contents.certs;
		r->legacy = contents.legacy;
	}
out:
	context_forget();
	PKCS12_free(p12);
	return rc;
}

static enum pli_status
keep(void *arg, X509 *x509, struct pli_error *err)
{
	struct reading *r = arg;

	if (r->found == NULL)
		r->found = sk_X509_new_null();
	if (r->found == NULL || sk_X509_push(r->found, x509) == 0) {
		X509_free(x509);
		return fail_memory(err);
	}
	return PLI_OK;
}

static enum pli_status
only_certificate(const struct reading *r, struct pli_error *err)
{
	enum pli_status rc = fail(err, PLI_ERR_CERTIFICATE, "%s holds a certificate and no private key", r->name);

	fail_hint(err, "-k takes the file with the private key, often .p12 or .key; --cert takes this one");
	return rc;
}

static enum pli_status
read_key(struct reading *r, struct pli_error *err)
{
	static const char begin[] = "-----BEGIN ";
	struct view d = r->data;
	enum pli_status rc;
	size_t at;

	if (d.len == 0 || d.len > INT32_MAX)
		return fail(err, PLI_ERR_CERTIFICATE, "%s is not a private key: it holds %zu bytes", r->name, d.len);
	if (!certs_is_der(d) && memmem(d.p, d.len, begin, sizeof(begin) - 1) != NULL) {
		/* A damaged certificate beside the key is no reason to refuse the key. */
		if (certs_each(r->pli, d, r->name, keep, r, NULL) != PLI_OK)
			context_forget();
		if (r->found != NULL && !certs_has_private_key(d))
			return only_certificate(r, err);
		if ((rc = pbe_check_pem(d, r->name, err)) != PLI_OK)
			return rc;
		return read_encrypted(r, read_pem, err);
	}
	if (d.p[0] != 0x30)
		return not_a_key(r, err); /* nor has libcrypto anything to say of it */
	at = d.len < 2 ? d.len : d.p[1] > 0x80 ? 2 + (size_t)(d.p[1] & 0x7f) : 2;
	if (at + 3 <= d.len && memcmp(d.p + at, "\x02\x01\x03", 3) == 0)
		return read_pkcs12(r, err);
	if (at < d.len && d.p[at] == 0x30) {
		if (certs_each(r->pli, d, r->name, keep, r, NULL) == PLI_OK)
			return only_certificate(r, err);
		context_forget();
		return read_encrypted(r, read_pkcs8, err);
	}
	return read_encrypted(r, read_plain, err);
}

/* Adds x509 to own if it is of the key; false without memory. */
static bool
take_own(const struct reading *r, STACK_OF(X509) * own, X509 *x509)
{
	if (X509_check_private_key(x509, r->pkey) != 1)
		return true;
	return X509_up_ref(x509) == 1 && (sk_X509_push(own, x509) > 0 || (X509_free(x509), false));
}

/*
 * The certificates of the key, of which an authority may have made several: first those that were given, which is to say
 * named, then what lies beside the key. An authority's that was named is that one, or none. NULL without memory.
 */
static STACK_OF(X509) * find_certificates(const struct reading *r, enum use use, const struct pli_certs *extra)
{
	STACK_OF(X509) *own = sk_X509_new_null();
	bool ok = own != NULL, named = use == TO_SIGN && extra != NULL && extra->count > 0;
	size_t i;
	int n;

	for (i = 0; ok && extra != NULL && i < extra->count; i++)
		ok = take_own(r, own, extra->list[i].x509);
	for (n = 0; ok && !named && n < sk_X509_num(r->found); n++)
		ok = take_own(r, own, sk_X509_value(r->found, n));
	if (ok)
		return own;
	sk_X509_pop_free(own, X509_free);
	return NULL;
}

/* Kinds of keys that open envelopes, and those that only sign certificates. */
static bool
is_for(const EVP_PKEY *pkey, enum use use)
{
	static const char *const signing[] = { "RSA-PSS", "ED25519", "ED448" };
	size_t i;

	if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "EC"))
		return true;
	if (use == TO_OPEN && kem_is(pkey) && kem_available())
		return true;
	for (i = 0; use == TO_SIGN && i < sizeof(signing) / sizeof(signing[0]); i++)
		if (EVP_PKEY_is_a(pkey, signing[i]))
			return true;
	return false;
}

static enum pli_status
finish(struct reading *r, enum use use, struct pli_key *key, const struct pli_certs *extra, struct pli_error *err)
{
	enum pli_status rc;

	if (use == TO_OPEN && kem_is(r->pkey) && !kem_available())
		return kem_refuse(r->name, EVP_PKEY_get0_type_name(r->pkey), err);
	if (!is_for(r->pkey, use))
		return fail(err, PLI_ERR_CERTIFICATE, "the key in %s (%s) is of a kind that cannot %s", r->name,
		    EVP_PKEY_get0_type_name(r->pkey), use == TO_OPEN ? "open envelopes" : "sign certificates");
	key->others = find_certificates(r, use, extra);
	context_forget();
	if (key->others == NULL)
		return fail_memory(err);
	if (sk_X509_num(key->others) == 0) {
		if (sk_X509_num(r->found) > 0 || (extra != NULL && extra->count > 0))
			rc = fail(err, PLI_ERR_CERTIFICATE,
			    "none of the certificates given belongs to the private key in %s", r->name);
		else
			rc = fail(
			    err, PLI_ERR_CERTIFICATE, "the private key in %s comes without its certificate", r->name);
		fail_hint(err, use == TO_OPEN ? "give the certificate to which the bids were sealed, with --cert"
					      : "give the certificate of the authority");
		return rc;
	}
	if ((rc = certs_init(&key->cert, sk_X509_shift(key->others), r->name, err)) != PLI_OK)
		return rc;
	key->legacy = r->legacy;
	key->pkey = r->pkey;
	r->pkey = NULL;
	return PLI_OK;
}

static enum pli_status
load(struct pli_key **out, struct pli *pli, struct view data, const char *name, enum use use,
    const struct pli_certs *extra, pli_ask *ask_for, void *ask_arg, struct pli_error *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct pli_key *key = calloc(1, sizeof(*key));
	enum pli_status rc;

	*out = NULL;
	if (r == NULL || key == NULL) {
		rc = fail_memory(err);
	} else {
		r->pli = pli;
		r->name = name;
		r->data = data;
		r->ask = ask_for;
		r->ask_arg = ask_arg;
		if ((rc = read_key(r, err)) == PLI_OK)
			rc = finish(r, use, key, extra, err);
		EVP_PKEY_free(r->pkey);
		sk_X509_pop_free(r->found, X509_free);
		wipe(r, sizeof(*r));
		wipe_stack(); /* libcrypto's decoders */
	}
	free(r);
	if (rc != PLI_OK) {
		pli_key_free(key);
		return rc;
	}
	*out = key;
	return PLI_OK;
}

enum pli_status
pli_key_new(struct pli_key **out, struct pli *pli, const void *data, size_t len, const char *name,
    const struct pli_certs *extra, pli_ask *ask_for, void *ask_arg, struct pli_error *err)
{
	return load(out, pli, view_of(data, len), name, TO_OPEN, extra, ask_for, ask_arg, err);
}

enum pli_status
pli_authority_new(struct pli_key **out, struct pli *pli, const void *data, size_t len, const char *name,
    const struct pli_certs *extra, pli_ask *ask_for, void *ask_arg, struct pli_error *err)
{
	return load(out, pli, view_of(data, len), name, TO_SIGN, extra, ask_for, ask_arg, err);
}

bool
pli_key_legacy(const struct pli_key *key)
{
	return key->legacy;
}

void
pli_key_info(const struct pli_key *key, struct pli_cert_info *out)
{
	certs_info(&key->cert, out);
}

void
pli_key_free(struct pli_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	certs_clear(&key->cert);
	sk_X509_pop_free(key->others, X509_free);
	free(key);
}
