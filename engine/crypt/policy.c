/*
 * policy.c - to which certificates a bid may be sealed. A key that is weak, of the wrong kind or about to expire is
 * refused here, before anything is written: at the opening, months later, it is too late.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certs.h"
#include "context.h"
#include "kem.h"

static const char no_kem[] = "is of a kind that this build of pli has no use for";

/* libcrypto seals to no exponent of more bits where the modulus has more than these. */
#define SMALL_MODULUS_BITS 3072
#define LARGE_MODULUS_EXPONENT_BITS 64

/* The key as it stands in the certificate: contents octets of the BIT STRING. */
static bool
encoded_key(const X509 *x509, const unsigned char **p, int *len)
{
	return X509_PUBKEY_get0_param(NULL, p, len, NULL, X509_get_X509_PUBKEY(x509)) == 1;
}

/* Is the number at *p negative? libcrypto reads those of an RSAPublicKey (RFC 8017 A.1.1) as if they had no sign. */
static bool
is_negative(const unsigned char **p, const unsigned char *end)
{
	int tag, class;
	bool negative;
	long len;

	if ((ASN1_get_object(p, &len, &tag, &class, end - *p) & 0x80) != 0 || tag != V_ASN1_INTEGER || len == 0)
		return true;
	negative = (**p & 0x80) != 0;
	*p += len;
	return negative;
}

static bool
has_negative(const X509 *x509)
{
	const unsigned char *p, *end;
	int len, tag, class;
	long body;

	if (!encoded_key(x509, &p, &len))
		return true;
	end = p + len;
	return (ASN1_get_object(&p, &body, &tag, &class, len) & 0x80) != 0 || tag != V_ASN1_SEQUENCE ||
	       is_negative(&p, end) || is_negative(&p, end);
}

/* Explicit checks: libcrypto's own look for the factors of the modulus, tens of milliseconds for each certificate. */
static const char *
rsa_weakness(const X509 *x509, EVP_PKEY *pkey)
{
	BIGNUM *e = NULL, *n = NULL;
	bool bad;

	if (EVP_PKEY_get_bits(pkey) < 2048)
		return "is too weak: RSA keys need at least 2048 bits";
	if (EVP_PKEY_get_bits(pkey) > 16384)
		return "is too long: RSA keys of more than 16384 bits are not accepted";
	bad = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1 ||
	      EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 || !BN_is_odd(e) || BN_is_one(e) ||
	      !BN_is_odd(n) || has_negative(x509) || BN_cmp(e, n) >= 0 ||
	      (BN_num_bits(n) > SMALL_MODULUS_BITS && BN_num_bits(e) > LARGE_MODULUS_EXPONENT_BITS);
	BN_free(e);
	BN_free(n);
	return bad ? "has an RSA exponent or modulus that does not protect anything" : NULL;
}

/* That a point is on its curve is seen when it is read; the one at infinity (SEC 1 2.3.3) is on all. */
static const char *
ec_weakness(const X509 *x509, EVP_PKEY *pkey)
{
	static const char *const curves[] = { "prime256v1", "secp384r1", "secp521r1" };
	const unsigned char *point;
	int len;
	char group[64] = "", encoding[32] = "";
	size_t i;

	if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof(encoding), NULL) == 1 &&
	    strcmp(encoding, OSSL_PKEY_EC_ENCODING_EXPLICIT) == 0)
		return "spells out the parameters of its curve instead of naming it";
	if (!encoded_key(x509, &point, &len) || len <= 1 || point[0] == 0)
		return "is the point at infinity, which protects nothing";
	if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1)
		for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
			if (strcmp(group, curves[i]) == 0)
				return NULL;
	return "is on a curve that is not accepted: P-256, P-384 and P-521 are";
}

const char *
cert_weakness(const X509 *x509)
{
	EVP_PKEY *pkey = X509_get0_pubkey(x509);
	const char *why;

	if (pkey == NULL)
		why = "is of a kind that libcrypto cannot read";
	else if (EVP_PKEY_is_a(pkey, "RSA"))
		why = rsa_weakness(x509, pkey);
	else if (EVP_PKEY_is_a(pkey, "EC"))
		why = ec_weakness(x509, pkey);
	else if (kem_is(pkey))
		why = kem_available() ? NULL : no_kem;
	else
		why = kem_available() ? "is of a kind that cannot receive a content key: RSA, EC and ML-KEM can"
				      : "is of a kind that cannot receive a content key: RSA and EC can";
	context_forget();
	return why;
}

static void
date_text(int64_t t, char out[32])
{
	time_t seconds = (time_t)t;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(out, 32, "%lld", (long long)t);
}

static enum pli_status
refuse(struct pli_error *err, const struct cert *c, const char *why, const char *hint)
{
	enum pli_status rc = fail(err, PLI_ERR_CERTIFICATE, "the certificate of \"%s\" (serial %s, in %s) %s", c->cn,
	    c->serial, c->name, why);

	fail_hint(err, "%s", hint);
	return rc;
}

static enum pli_status
check_dates(const struct cert *c, const struct pli_cert_policy *policy, int64_t now, struct pli_error *err)
{
	char why[128], date[32];

	if (now < c->not_before) {
		date_text(c->not_before, date);
		(void)snprintf(why, sizeof(why), "is not yet valid: it begins at %s", date);
		return refuse(err, c, why, "seal to a certificate that is valid now; or is the clock here wrong?");
	}
	date_text(c->not_after, date);
	if (now > c->not_after) {
		(void)snprintf(why, sizeof(why), "expired at %s", date);
		return refuse(err, c, why,
		    "seal to the recipient's renewed certificate; expiry never keeps anybody from opening");
	}
	if (policy->opening != 0 && policy->opening > c->not_after && !policy->allow_expiring) {
		(void)snprintf(why, sizeof(why), "expires at %s, before the opening", date);
		return refuse(
		    err, c, why, "renew the key, or go on with --allow-expiring: it still opens what was sealed to it");
	}
	return PLI_OK;
}

/* RFC 5280 4.2: what is critical and not understood is a reason to refuse */
static enum pli_status
check_extensions(const struct cert *c, struct pli_error *err)
{
	static const char hint[] = "ask the recipient for another certificate";
	uint32_t flags = X509_get_extension_flags(c->x509);

	if ((flags & EXFLAG_CRITICAL) != 0)
		return refuse(err, c, "has a critical extension that is not understood", hint);
	if ((flags & EXFLAG_INVALID) != 0) {
		context_forget();
		return refuse(err, c, "has damaged extensions", hint);
	}
	return PLI_OK;
}

static enum pli_status
check_use(const struct cert *c, struct pli_error *err)
{
	EVP_PKEY *pkey = X509_get0_pubkey(c->x509);
	uint32_t usage = X509_get_key_usage(c->x509), wanted;
	const char *why = certs_kem(c->x509) != NULL && !kem_available() ? no_kem : cert_weakness(c->x509);
	enum pli_status rc;
	char text[160];

	if ((rc = check_extensions(c, err)) != PLI_OK)
		return rc;
	if (why != NULL) {
		(void)snprintf(text, sizeof(text), "cannot be used: the key (%s) %s", c->algorithm, why);
		return refuse(err, c, text,
		    why == no_kem ? "seal to a certificate with an RSA or EC key; " KEM_HINT
				  : "ask the recipient for a certificate with an RSA key of 3072 bits, or an EC key on "
				    "P-256 or P-384");
	}
	wanted = EVP_PKEY_is_a(pkey, "RSA") || kem_is(pkey) ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT;
	if (usage != UINT32_MAX && (usage & wanted) == 0) {
		(void)snprintf(text, sizeof(text), "is not for encryption: its key usage does not include %s",
		    wanted == KU_KEY_ENCIPHERMENT ? "keyEncipherment" : "keyAgreement");
		return refuse(
		    err, c, text, "ask the recipient for the certificate for encryption; this one is for signing");
	}
	return PLI_OK;
}

bool
pli_certs_authority(const struct pli_certs *certs, size_t i)
{
	bool is = i < certs->count && X509_check_ca(certs->list[i].x509) == 1;

	context_forget();
	return is;
}

static bool
same_recipient(const struct cert *a, const struct cert *b)
{
	return strcmp(a->serial, b->serial) == 0 &&
	       X509_NAME_cmp(X509_get_issuer_name(a->x509), X509_get_issuer_name(b->x509)) == 0;
}

bool
pli_certs_same_recipient(const struct pli_certs *a, size_t i, const struct pli_certs *b, size_t j)
{
	bool same = i < a->count && j < b->count && same_recipient(&a->list[i], &b->list[j]);

	context_forget();
	return same;
}

enum pli_status
pli_certs_check(const struct pli_certs *certs, const struct pli_cert_policy *policy, struct pli_error *err)
{
	int64_t now = policy->now != 0 ? policy->now : (int64_t)time(NULL);
	enum pli_status rc;
	size_t i, j;

	if (certs->count == 0)
		return fail(err, PLI_ERR_CERTIFICATE, "no recipient: nobody could open the envelope");
	for (i = 0; i < certs->count; i++) {
		if ((rc = check_dates(&certs->list[i], policy, now, err)) != PLI_OK ||
		    (rc = check_use(&certs->list[i], err)) != PLI_OK)
			return rc;
		for (j = 0; j < i; j++)
			if (same_recipient(&certs->list[i], &certs->list[j]))
				return refuse(err, &certs->list[i], "was given twice",
				    "name each certificate once; it may stand in a file of several, too");
	}
	return PLI_OK;
}
