/* To whom nobody may seal: each reason for a refusal, alone, beside a certificate that is fine. */
#include "maker.h"
#include "suite.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#define NOW INT64_C(1800000000)

/* Checks a good certificate and then those of der; the message must hold text. */
static enum pli_status
verdict(const struct view *ders, size_t count, const struct pli_cert_policy *policy, const char *text)
{
	enum support_kind good = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&good, policy->now == 0 ? 1 : 0);
	struct pli_error err = { 0 };
	enum pli_status rc;
	size_t i;

	for (i = 0; i < count; i++)
		check_ok(pli_certs_add(certs, ders[i].p, ders[i].len, "bad.pem", &err), err);
	rc = pli_certs_check(certs, policy, &err);
	check(rc == err.status);
	if (rc != PLI_OK)
		check(strstr(err.message, text) != NULL && strstr(err.message, "bad.pem") != NULL);
	pli_certs_free(certs);
	return rc;
}

static bool
refused(const struct maker_cert *want, const struct pli_cert_policy *policy, const char *text)
{
	struct view der = maker_der(want);
	enum pli_status rc = verdict(&der, 1, policy, text);

	check(rc == PLI_OK || rc == PLI_ERR_CERTIFICATE);
	return rc == PLI_ERR_CERTIFICATE;
}

static const struct pli_cert_policy any = { 0 };

static void
nobody(void)
{
	struct pli_certs *certs = support_certs(NULL, 0);
	struct pli_error err = { 0 };

	check(pli_certs_check(certs, &any, &err) == PLI_ERR_CERTIFICATE);
	check(strstr(err.message, "no recipient") != NULL);
	pli_certs_free(certs);
}

static void
everybody_that_is_written(void)
{
	static const enum support_kind kinds[] = { SUPPORT_RSA2048, SUPPORT_P256, SUPPORT_P384, SUPPORT_P521 };
	struct pli_certs *certs = support_certs(kinds, 4);
	struct pli_error err = { 0 };

	check_ok(pli_certs_check(certs, &any, &err), err);
	pli_certs_free(certs);
}

static void
dates(void)
{
	struct maker_cert want = { .pkey = maker_ec("P-256"), .not_before = NOW - 10, .not_after = NOW + 10 };
	struct pli_cert_policy policy = { .now = NOW };

	check(!refused(&want, &policy, ""));
	policy.now = NOW - 10;
	check(!refused(&want, &policy, ""));
	policy.now = NOW + 10;
	check(!refused(&want, &policy, ""));
	policy.now = NOW - 11;
	check(refused(&want, &policy, "not yet valid: it begins at 2027-01-15T07:59:50Z"));
	policy.now = NOW + 11;
	check(refused(&want, &policy, "expired at 2027-01-15T08:00:10Z"));
	policy.allow_expiring = true; /* which is about the opening, not about now */
	check(refused(&want, &policy, "expired"));
	/* by the clock */
	want.not_after = (int64_t)time(NULL) - 100;
	want.not_before = want.not_after - 100;
	check(refused(&want, &any, "expired"));
	want.not_before = want.not_after = (int64_t)time(NULL) + 1000;
	check(refused(&want, &any, "not yet valid"));
	EVP_PKEY_free(want.pkey);
}

static void
the_opening(void)
{
	struct maker_cert want = { .pkey = maker_ec("P-256"), .not_before = NOW - 10, .not_after = NOW + 100 };
	struct pli_cert_policy policy = { .now = NOW, .opening = NOW + 100 };

	check(!refused(&want, &policy, ""));
	policy.opening = NOW + 101;
	check(refused(&want, &policy, "before the opening"));
	policy.allow_expiring = true;
	check(!refused(&want, &policy, ""));
	EVP_PKEY_free(want.pkey);
}

static void
key_usage(void)
{
	struct maker_cert rsa = { .pkey = maker_rsa(2048) }, ec = { .pkey = maker_ec("P-384") };
	static const struct {
		const char *usage;
		bool rsa, ec;
	} cases[] = {
		{ NULL, true, true },
		{ "keyEncipherment", true, false },
		{ "keyAgreement", false, true },
		{ "keyEncipherment,keyAgreement", true, true },
		{ "digitalSignature,nonRepudiation", false, false },
		{ "dataEncipherment", false, false },
		{ "digitalSignature,keyEncipherment", true, false },
		{ "critical,keyAgreement,decipherOnly", false, true },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rsa.usage = ec.usage = cases[i].usage;
		check(refused(&rsa, &any, "keyEncipherment") == !cases[i].rsa);
		check(refused(&ec, &any, "keyAgreement") == !cases[i].ec);
	}
	EVP_PKEY_free(rsa.pkey);
	EVP_PKEY_free(ec.pkey);
}

/* A public key that nobody has to have made: modulus of bits bits, 2 to the power of bits - 1, and 1; exponent e and, unless 0, 2^high. */
static EVP_PKEY *
odd_rsa(int bits, unsigned long e, int high)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_new(), *exponent = BN_new();
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	check(BN_set_word(exponent, e) == 1 && (high == 0 || BN_set_bit(exponent, high) == 1));
	check(BN_set_bit(n, bits - 1) == 1 && BN_set_bit(n, 0) == 1);
	check(OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	      OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, exponent) == 1);
	params = OSSL_PARAM_BLD_to_param(bld);
	check(EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(exponent);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static void
rsa_strength(void)
{
	static const struct {
		int bits;
		unsigned long e;
		int high;
		const char *why; /* NULL: fine */
	} cases[] = {
		{ 1024, 65537, 0, "too weak" },
		{ 2047, 65537, 0, "too weak" },
		{ 2048, 65537, 0, NULL },
		{ 2048, 3, 0, NULL },
		{ 16384, 65537, 0, NULL },
		{ 16385, 65537, 0, "too long" },
		{ 2048, 1, 0, "exponent" },
		{ 2048, 65536, 0, "exponent" },
		{ 2048, 2, 0, "exponent" },
		/* one that is as large as the modulus, or larger; and those that libcrypto takes no more */
		{ 2048, 65537, 2046, NULL },
		{ 2048, 1, 2047, "exponent" },
		{ 2048, 3, 2047, "exponent" },
		{ 2048, 3, 2100, "exponent" },
		{ 3072, 3, 64, NULL },
		{ 4096, 3, 63, NULL },
		{ 4096, 3, 64, "exponent" },
	};
	struct maker_cert want = { .signer = maker_ec("P-256") };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		want.pkey = odd_rsa(cases[i].bits, cases[i].e, cases[i].high);
		check(refused(&want, &any, cases[i].why != NULL ? cases[i].why : "") == (cases[i].why != NULL));
		EVP_PKEY_free(want.pkey);
	}
	EVP_PKEY_free(want.signer);
}

/* Numbers with a sign, which libcrypto reads without it. */
static void
negative_rsa(void)
{
	static const struct {
		const char *before; /* the last octets before the first of the number */
		size_t len;
	} numbers[] = { { "\x02\x82\x01\x01", 4 }, { "\x02\x03", 2 } };
	struct maker_cert want = { .pkey = maker_rsa(2048) };
	struct view der, key;
	uint8_t *first;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		der = maker_der(&want);
		check(verdict(&der, 1, &any, "") == PLI_OK);
		/* the exponent stands behind the modulus */
		key = view_behind(der, (size_t)((uint8_t *)memmem(der.p, der.len, "\x02\x82\x01\x01", 4) - der.p));
		if (i == 1)
			key = view_behind(key, 4 + 257);
		first = (uint8_t *)memmem(key.p, key.len, numbers[i].before, numbers[i].len) + numbers[i].len;
		check(first == key.p + numbers[i].len);
		*first |= 0x80;
		check(verdict(&der, 1, &any, "exponent or modulus") == PLI_ERR_CERTIFICATE);
	}
	EVP_PKEY_free(want.pkey);
}

/* The one point of every curve that protects nothing, in the one octet that it has. */
static void
infinity(void)
{
	static const int on[] = { NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1 };
	struct maker_cert want = { .pkey = maker_ec("P-256") };
	struct view der;
	size_t i;

	for (i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
		X509 *x = maker_x509(&want);
		BIO *bio = BIO_new(BIO_s_mem());

		check(X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(x), OBJ_nid2obj(NID_X9_62_id_ecPublicKey),
			  V_ASN1_OBJECT, OBJ_nid2obj(on[i]), OPENSSL_zalloc(1), 1) == 1);
		check(X509_sign(x, want.pkey, EVP_sha256()) > 0 && i2d_X509_bio(bio, x) == 1);
		der = maker_bytes(bio);
		X509_free(x);
		check(verdict(&der, 1, &any, "point at infinity") == PLI_ERR_CERTIFICATE);
	}
	EVP_PKEY_free(want.pkey);
}

static void
curves(void)
{
	static const char *const other[] = { "P-224", "P-192", "secp256k1", "brainpoolP256r1" };
	struct maker_cert want = { 0 };
	size_t i;

	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		want.pkey = maker_ec(other[i]);
		check(refused(&want, &any, "curve that is not accepted"));
		EVP_PKEY_free(want.pkey);
	}
	/* the right curve, spelt out */
	want.pkey = maker_ec("P-256");
	check(EVP_PKEY_set_utf8_string_param(want.pkey, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT) ==
	      1);
	check(maker_der(&want).len > 400);
	check(refused(&want, &any, "spells out"));
	EVP_PKEY_free(want.pkey);
}

static void
other_kinds(void)
{
	static const char *const kinds[] = { "ED25519", "X25519" };
	struct maker_cert want = { .signer = maker_ec("P-256") };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		want.pkey = maker_other(kinds[i]);
		check(refused(&want, &any, "cannot receive a content key"));
		EVP_PKEY_free(want.pkey);
	}
	EVP_PKEY_free(want.signer);
}

static void
twice(void)
{
	struct maker_cert want = { .pkey = maker_ec("P-256"), .cn = "one", .serial = 5 };
	struct view ders[2] = { maker_der(&want), maker_der(&want) };

	check(verdict(ders, 2, &any, "given twice") == PLI_ERR_CERTIFICATE);
	want.serial = 6;
	ders[1] = maker_der(&want);
	check(verdict(ders, 2, &any, "") == PLI_OK);
	want.serial = 5;
	want.cn = "another";
	ders[1] = maker_der(&want);
	check(verdict(ders, 2, &any, "") == PLI_OK);
	want.serial = -5;
	want.cn = "one";
	ders[1] = maker_der(&want);
	check(verdict(ders, 2, &any, "") == PLI_OK);
	/* the same name to RFC 5280 7.1 */
	want.serial = 5;
	want.cn = "ONE ";
	ders[1] = maker_der(&want);
	check(verdict(ders, 2, &any, "given twice") == PLI_ERR_CERTIFICATE);
	EVP_PKEY_free(want.pkey);
}

/* A certificate that has one more extension, and is signed once more. */
static struct view
with_extension(const struct maker_cert *want, const char *oid, int critical, struct view bytes)
{
	X509 *x = maker_x509(want);
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;
	BIO *bio = BIO_new(BIO_s_mem());

	check(object != NULL && ASN1_OCTET_STRING_set(value, bytes.p, (int)bytes.len) == 1);
	check((ext = X509_EXTENSION_create_by_OBJ(NULL, object, critical, value)) != NULL);
	check(X509_add_ext(x, ext, -1) == 1 && X509_sign(x, want->pkey, EVP_sha256()) > 0 && i2d_X509_bio(bio, x) == 1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
	X509_free(x);
	return maker_bytes(bio);
}

/* A key usage extension that is not one. */
static void
damaged_extensions(void)
{
	struct maker_cert want = { .pkey = maker_ec("P-256") };
	struct view der = with_extension(&want, "2.5.29.15", 1, TEXT("\x30\x00"));

	check(verdict(&der, 1, &any, "") == PLI_ERR_CERTIFICATE);
	EVP_PKEY_free(want.pkey);
}

/* What nobody knows may say that the key is for something else: critical, it keeps the certificate from being used. */
static void
unknown_extensions(void)
{
	struct maker_cert want = { .pkey = maker_ec("P-256") };
	struct view der = with_extension(&want, "1.2.3.4", 0, TEXT("\x05\x00"));

	check(verdict(&der, 1, &any, "") == PLI_OK);
	der = with_extension(&want, "1.2.3.4", 1, TEXT("\x05\x00"));
	check(verdict(&der, 1, &any, "critical extension that is not understood") == PLI_ERR_CERTIFICATE);
	EVP_PKEY_free(want.pkey);
}

/* Wherever it stands. */
static void
one_bad_refuses_all(void)
{
	struct maker_cert want = { .pkey = maker_ec("P-256"), .serial = 5 };
	const struct pli_cert_policy now = { .now = (int64_t)time(NULL) };
	struct view good[3], ders[3];
	size_t at;

	for (at = 0; at < 3; at++, want.serial++)
		good[at] = maker_der(&want);
	check(verdict(good, 3, &now, "") == PLI_OK);
	want.usage = "digitalSignature";
	for (at = 0; at < 3; at++) {
		memcpy(ders, good, sizeof(ders));
		ders[at] = maker_der(&want);
		check(verdict(ders, 3, &now, "keyAgreement") == PLI_ERR_CERTIFICATE);
	}
	EVP_PKEY_free(want.pkey);
}

#define TESTS(T, S)                                                                                                    \
	T(S, nobody)                                                                                                   \
	T(S, everybody_that_is_written)                                                                                \
	T(S, dates)                                                                                                    \
	T(S, the_opening)                                                                                              \
	T(S, key_usage)                                                                                                \
	T(S, rsa_strength)                                                                                             \
	T(S, negative_rsa)                                                                                             \
	T(S, infinity)                                                                                                 \
	T(S, curves)                                                                                                   \
	T(S, other_kinds) T(S, twice) T(S, damaged_extensions) T(S, unknown_extensions) T(S, one_bad_refuses_all)
SUITE(policy, TESTS)
