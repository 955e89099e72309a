/*
 * issue.c - makes a key pair and its certificate:
 *
 *      what is asked, checked -> key -> certificate, signed by the authority or by the key -> read back
 *
 * What libcrypto wrote is decoded again and checked before anything is sealed to it: key usage, identifiers, signature,
 * and that it belongs to the key.
 */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certs.h"
#include "context.h"
#include "pli/pair.h"
#include "label.h"
#include "pkcs12_write.h"

#define DAY 86400
#define DAYS_MAX 36525
#define SKEW 300
#define LAST_SECOND INT64_C(253402300799) /* of the year 9999, RFC 5280 4.1.2.5 */
#define CN_MAX 64                         /* ub-common-name, RFC 5280, A.1 */

struct issue {
	struct pli *pli;
	const struct pli_pair_options *options;
	bool cancelled; /* once said, it stays so */
	int64_t now;
	unsigned days;
	EVP_PKEY *pkey, *signer;             /* the signer is borrowed */
	X509 *x509, *copy;                   /* as made, and as decoded again */
	const X509 *authority;               /* NULL: the key itself */
	unsigned char id[SHA_DIGEST_LENGTH]; /* of the key */
};

static enum pli_status
check_authority(const struct issue *j, struct pli_error *err)
{
	const struct cert *c = &j->options->authority->cert;
	int kind = X509_check_ca(c->x509);
	enum pli_status rc;

	context_forget();
	if (kind != 1 && kind != 3) {
		rc = fail(err, PLI_ERR_CERTIFICATE,
		    "\"%s\" (in %s) is no certification authority: its certificate does not allow it to issue others",
		    c->cn, c->name);
		fail_hint(err, "give the certificate and key of an authority, or let the key sign its own certificate");
		return rc;
	}
	if (j->now < c->not_before || j->now > c->not_after) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "the authority \"%s\" (in %s) %s", c->cn, c->name,
		    j->now < c->not_before ? "is not yet valid" : "has expired");
		fail_hint(err, "give the authority's present certificate");
		return rc;
	}
	return PLI_OK;
}

static enum pli_status
check_options(struct issue *j, struct pli_error *err)
{
	const struct pli_pair_options *o = j->options;
	const char *flaw = o->cn == NULL ? "is empty" : label_flaw(o->cn, CN_MAX);

	if (flaw != NULL)
		return fail(
		    err, PLI_ERR_USAGE, "the common name %s: a certificate holds 1 to %d characters", flaw, CN_MAX);
	if ((unsigned)o->type > PLI_PAIR_P_384)
		return fail(err, PLI_ERR_USAGE, "there is no type of key pairs %d", (int)o->type);
	j->days = o->days != 0 ? o->days : PLI_PAIR_DAYS;
	if (j->days > DAYS_MAX)
		return fail(err, PLI_ERR_USAGE, "%u days: a certificate is valid for 1 to %d", j->days, DAYS_MAX);
	if (j->now < SKEW || j->now > LAST_SECOND - (int64_t)j->days * DAY)
		return fail(err, PLI_ERR_USAGE, "a certificate cannot hold these dates: is the clock right?");
	return o->authority != NULL ? check_authority(j, err) : PLI_OK;
}

static bool
is_cancelled(struct issue *j)
{
	const struct pli_hooks *hooks = &j->options->hooks;

	j->cancelled = j->cancelled || (hooks->cancelled != NULL && hooks->cancelled(hooks->arg));
	return j->cancelled;
}

/* Asked by libcrypto for every number that may be a prime: 0 ends the search, which takes seconds. */
static int
go_on(EVP_PKEY_CTX *ctx)
{
	return !is_cancelled(EVP_PKEY_CTX_get_app_data(ctx));
}

/* How a kind of key is told to libcrypto. */
static int
choose_type(EVP_PKEY_CTX *ctx, enum pli_pair_type type)
{
	switch (type) {
	case PLI_PAIR_RSA_3072:
		return EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 3072); /* with the exponent 65537 */
	case PLI_PAIR_RSA_4096:
		return EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 4096);
	case PLI_PAIR_P_256:
		return EVP_PKEY_CTX_set_group_name(ctx, "P-256");
	case PLI_PAIR_P_384:
		return EVP_PKEY_CTX_set_group_name(ctx, "P-384");
	}
	return 0;
}

static enum pli_status
make_key(struct issue *j, struct pli_error *err)
{
	enum pli_pair_type type = j->options->type;
	const char *name = type == PLI_PAIR_RSA_3072 || type == PLI_PAIR_RSA_4096 ? "RSA" : "EC";
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(j->pli->lib, name, NULL);
	bool made = false;

	if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 && choose_type(ctx, type) == 1) {
		EVP_PKEY_CTX_set_app_data(ctx, j);
		EVP_PKEY_CTX_set_cb(ctx, go_on);
		made = !is_cancelled(j) && EVP_PKEY_generate(ctx, &j->pkey) == 1;
	}
	EVP_PKEY_CTX_free(ctx);
	if (j->cancelled)
		return fail(err, PLI_ERR_CANCELLED, "interrupted; nothing is left behind");
	return made ? PLI_OK : context_fail(err, PLI_ERR, "the key could not be made");
}

/* The hash to sign with: one as strong as the key. *md NULL: the key has its own (Ed25519). */
static bool
choose_hash(const struct issue *j, EVP_MD **md)
{
	int bits = EVP_PKEY_get_bits(j->signer);
	const char *name = "SHA256";
	char own[64];

	*md = NULL;
	if (EVP_PKEY_is_a(j->signer, "ED25519") || EVP_PKEY_is_a(j->signer, "ED448"))
		return true;
	if (EVP_PKEY_is_a(j->signer, "EC")) {
		name = bits <= 256 ? "SHA256" : bits <= 384 ? "SHA384" : "SHA512";
	} else if (EVP_PKEY_is_a(j->signer, "RSA-PSS")) {
		if (EVP_PKEY_get_default_digest_name(j->signer, own, sizeof(own)) <= 0)
			return false;
		name = own;
	}
	return (*md = EVP_MD_fetch(j->pli->lib, name, NULL)) != NULL;
}

static bool
add_serial(X509 *x, const uint8_t random[16])
{
	BIGNUM *n = BN_bin2bn(random, 16, NULL);
	bool added = n != NULL && !BN_is_zero(n) && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;

	BN_free(n);
	return added;
}

/* UTCTime until 2049, GeneralizedTime from then on: ASN1_TIME_set does as RFC 5280 4.1.2.5 says. */
static bool
add_dates(X509 *x, int64_t now, unsigned days)
{
	return ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(now - SKEW)) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(now + (int64_t)days * DAY)) != NULL;
}

static bool
add_names(const struct issue *j)
{
	X509_NAME *subject = X509_get_subject_name(j->x509);
	const char *cn = j->options->cn;

	/* The type is given, not chosen: which ones may be is a setting of the whole process. */
	return X509_NAME_add_entry_by_NID(subject, NID_commonName, V_ASN1_UTF8STRING, (const unsigned char *)cn,
		   (int)strlen(cn), -1, 0) == 1 &&
	       X509_set_issuer_name(j->x509, j->authority != NULL ? X509_get_subject_name(j->authority) : subject) == 1;
}

static bool
add_usage(X509 *x, EVP_PKEY *pkey)
{
	BASIC_CONSTRAINTS *none = BASIC_CONSTRAINTS_new(); /* no CA */
	ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
	bool added = none != NULL && usage != NULL &&
		     ASN1_BIT_STRING_set_bit(usage, EVP_PKEY_is_a(pkey, "RSA") ? 2 : 4, 1) == 1 &&
		     X509_add1_ext_i2d(x, NID_basic_constraints, none, 1, X509V3_ADD_DEFAULT) == 1 &&
		     X509_add1_ext_i2d(x, NID_key_usage, usage, 1, X509V3_ADD_DEFAULT) == 1;

	BASIC_CONSTRAINTS_free(none);
	ASN1_BIT_STRING_free(usage);
	return added;
}

static bool
add_id(X509 *x, const unsigned char *id, size_t len, bool of_authority)
{
	AUTHORITY_KEYID *akid = AUTHORITY_KEYID_new();
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	bool added = akid != NULL && octets != NULL && ASN1_OCTET_STRING_set(octets, id, (int)len) == 1;

	if (added && of_authority) {
		akid->keyid = octets;
		octets = NULL;
		added = X509_add1_ext_i2d(x, NID_authority_key_identifier, akid, 0, X509V3_ADD_DEFAULT) == 1;
	} else if (added) {
		added = X509_add1_ext_i2d(x, NID_subject_key_identifier, octets, 0, X509V3_ADD_DEFAULT) == 1;
	}
	AUTHORITY_KEYID_free(akid);
	ASN1_OCTET_STRING_free(octets);
	return added;
}

/* SHA-1 of the public key: RFC 5280 4.2.1.2, method 1. Nothing depends on its strength. */
static bool
add_ids(struct issue *j)
{
	EVP_MD *sha1 = EVP_MD_fetch(j->pli->lib, "SHA1", NULL);
	const ASN1_OCTET_STRING *theirs = NULL;
	unsigned char id[EVP_MAX_MD_SIZE];
	const unsigned char *p = j->id;
	unsigned len;
	size_t p_len = sizeof(j->id);
	bool added;

	added = sha1 != NULL && X509_pubkey_digest(j->x509, sha1, id, &len) == 1 && len == sizeof(j->id);
	if (added)
		memcpy(j->id, id, sizeof(j->id));
	if (added && j->authority != NULL) {
		if ((theirs = X509_get0_subject_key_id((X509 *)(uintptr_t)j->authority)) != NULL) {
			p = ASN1_STRING_get0_data(theirs);
			p_len = (size_t)ASN1_STRING_length(theirs);
		} else {
			added = X509_pubkey_digest(j->authority, sha1, id, &len) == 1;
			p = id;
			p_len = len;
		}
	}
	EVP_MD_free(sha1);
	return added && add_id(j->x509, j->id, sizeof(j->id), false) && add_id(j->x509, p, p_len, true);
}

static bool
sign(const struct issue *j)
{
	EVP_MD *md;
	bool is_signed = choose_hash(j, &md) && X509_sign(j->x509, j->signer, md) > 0;

	EVP_MD_free(md);
	return is_signed;
}

/* The certificate as its bytes say it is. */
static bool
read_back(struct issue *j)
{
	const ASN1_OCTET_STRING *ski;

	return (j->copy = certs_copy(j->pli->lib, j->x509)) != NULL && X509_check_private_key(j->copy, j->pkey) == 1 &&
	       X509_verify(j->copy, j->signer) == 1 && cert_weakness(j->copy) == NULL && X509_check_ca(j->copy) == 0 &&
	       X509_get_key_usage(j->copy) ==
		   (EVP_PKEY_is_a(j->pkey, "RSA") ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT) &&
	       (ski = X509_get0_subject_key_id(j->copy)) != NULL &&
	       view_equal(
		   view_of(ASN1_STRING_get0_data(ski), (size_t)ASN1_STRING_length(ski)), view_of(j->id, sizeof(j->id)));
}

static enum pli_status
make(struct issue *j, struct pli_key *key, struct pli_error *err)
{
	uint8_t serial[16];
	enum pli_status rc;

	if ((rc = check_options(j, err)) != PLI_OK ||
	    (rc = context_random(j->pli, serial, sizeof(serial), err)) != PLI_OK || (rc = make_key(j, err)) != PLI_OK)
		return rc;
	j->signer = j->options->authority != NULL ? j->options->authority->pkey : j->pkey;
	j->authority = j->options->authority != NULL ? j->options->authority->cert.x509 : NULL;
	if ((j->x509 = X509_new_ex(j->pli->lib, NULL)) == NULL || X509_set_version(j->x509, X509_VERSION_3) != 1 ||
	    X509_set_pubkey(j->x509, j->pkey) != 1 || !add_serial(j->x509, serial) ||
	    !add_dates(j->x509, j->now, j->days) || !add_names(j) || !add_usage(j->x509, j->pkey) || !add_ids(j) ||
	    !sign(j))
		return context_fail(err, PLI_ERR, "the certificate could not be made");
	if (!read_back(j))
		return context_fail(err, PLI_ERR, "the certificate that was made is not the one that was meant");
	/* **takes** the copy */
	rc = certs_init(&key->cert, j->copy, j->options->cn, err);
	j->copy = NULL;
	if (rc != PLI_OK)
		return rc;
	key->pkey = j->pkey;
	j->pkey = NULL;
	return PLI_OK;
}

enum pli_status
pli_pair_new(struct pli_key **out, struct pli *pli, const struct pli_pair_options *options, struct pli_error *err)
{
	struct issue j = { .pli = pli, .options = options };
	struct pli_key *key = calloc(1, sizeof(*key));
	enum pli_status rc;

	*out = NULL;
	if (key == NULL)
		return fail_memory(err);
	j.now = options->now != 0 ? options->now : (int64_t)time(NULL);
	rc = make(&j, key, err);
	context_forget();
	EVP_PKEY_free(j.pkey);
	X509_free(j.x509);
	X509_free(j.copy);
	if (rc != PLI_OK) {
		pli_key_free(key);
		return rc;
	}
	*out = key;
	return PLI_OK;
}

enum pli_status
pli_pair_check(const struct pli_pair_options *options, const struct pli_pair_file *file, struct pli_error *err)
{
	struct issue j = { .options = options, .now = options->now != 0 ? options->now : (int64_t)time(NULL) };
	const char *flaw = file->name == NULL ? NULL : label_flaw(file->name, PKCS12_NAME_MAX);

	if (flaw != NULL)
		return fail(err, PLI_ERR_USAGE, "the name of the key %s: 1 to %d characters are possible", flaw,
		    PKCS12_NAME_MAX);
	if (file->profile == PLI_PAIR_COMPATIBLE && options->type != PLI_PAIR_RSA_3072 &&
	    options->type != PLI_PAIR_RSA_4096) {
		enum pli_status rc = fail(err, PLI_ERR_CERTIFICATE,
		    "the compatible PKCS#12 profile is for RSA keys: programs that need it cannot use others");

		fail_hint(err, "take the modern profile, or an RSA key");
		return rc;
	}
	return check_options(&j, err);
}
