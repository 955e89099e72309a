/* Certificates that are made: every field, by every kind of authority, and who may not be one. */
#include "certs.h"
#include "maker.h"
#include "suite.h"

#include <openssl/rsa.h>

#include "pli/pair.h"

#define NOW INT64_C(1900000000) /* in 2030 */
#define DAY 86400

static struct pli_key *
new_pair(struct pli_pair_options options, enum pli_status want)
{
	struct pli_error err = { 0 };
	struct pli_key *key;
	enum pli_status rc;

	if (options.cn == NULL)
		options.cn = "Service des achats";
	rc = pli_pair_new(&key, support_pli(), &options, &err);
	check(rc == want && err.status == want && (rc == PLI_OK) == (key != NULL));
	check(rc == PLI_OK || err.message[0] != '\0');
	return key;
}

/* The certificate as any program reads it. */
static X509 *
decoded(const struct pli_key *key)
{
	const unsigned char *p = key->cert.der;
	X509 *x = d2i_X509(NULL, &p, (long)key->cert.der_len);

	check(x != NULL && p == key->cert.der + key->cert.der_len);
	return x;
}

static bool
critical(const X509 *x, int nid)
{
	int at = X509_get_ext_by_NID(x, nid, -1);

	check(at >= 0);
	return X509_EXTENSION_get_critical(X509_get_ext(x, at)) == 1;
}

static struct view
octets(const ASN1_OCTET_STRING *s)
{
	check(s != NULL);
	return view_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

static void
check_fields(const struct pli_key *key, uint32_t usage, int signature)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	X509 *x = decoded(key);
	X509_NAME *subject = X509_get_subject_name(x);
	const ASN1_STRING *cn = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, 0));
	unsigned len;

	check(X509_get_version(x) == X509_VERSION_3 && X509_get_ext_count(x) == 4);
	check(X509_NAME_entry_count(subject) == 1 && ASN1_STRING_type(cn) == V_ASN1_UTF8STRING);
	check(
	    view_equal(view_of(ASN1_STRING_get0_data(cn), (size_t)ASN1_STRING_length(cn)), TEXT("Service des achats")));
	check(X509_get_key_usage(x) == usage && critical(x, NID_key_usage));
	check(X509_check_ca(x) == 0 && critical(x, NID_basic_constraints));
	check(X509_pubkey_digest(x, EVP_sha1(), hash, &len) == 1 && len == 20);
	check(view_equal(octets(X509_get0_subject_key_id(x)), view_of(hash, len)));
	check(!critical(x, NID_subject_key_identifier) && !critical(x, NID_authority_key_identifier));
	check(X509_get_signature_nid(x) == signature);
	check(X509_get_extension_flags(x) != 0 && (X509_get_extension_flags(x) & EXFLAG_INVALID) == 0);
	X509_free(x);
}

static void
self_signed(void)
{
	static const struct {
		enum pli_pair_type type;
		int bits, signature;
		uint32_t usage;
	} cases[] = { { PLI_PAIR_RSA_3072, 3072, NID_sha256WithRSAEncryption, KU_KEY_ENCIPHERMENT },
		{ PLI_PAIR_RSA_4096, 4096, NID_sha256WithRSAEncryption, KU_KEY_ENCIPHERMENT },
		{ PLI_PAIR_P_256, 256, NID_ecdsa_with_SHA256, KU_KEY_AGREEMENT },
		{ PLI_PAIR_P_384, 384, NID_ecdsa_with_SHA384, KU_KEY_AGREEMENT } };
	struct pli_cert_policy policy = { .now = NOW, .opening = NOW + 1095 * DAY };
	struct pli_key *key;
	struct pli_certs *certs;
	BIGNUM *e;
	size_t i;
	X509 *x;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		key = new_pair((struct pli_pair_options){ .type = cases[i].type, .now = NOW }, PLI_OK);
		check(EVP_PKEY_get_bits(key->pkey) == cases[i].bits);
		check_fields(key, cases[i].usage, cases[i].signature);
		x = decoded(key);
		check(X509_verify(x, X509_get0_pubkey(x)) == 1 && X509_self_signed(x, 1) == 1);
		check(view_equal(octets(X509_get0_authority_key_id(x)), octets(X509_get0_subject_key_id(x))));
		if (cases[i].usage == KU_KEY_ENCIPHERMENT) {
			e = NULL;
			check(EVP_PKEY_get_bn_param(X509_get0_pubkey(x), "e", &e) == 1 && BN_is_word(e, 65537));
			BN_free(e);
		}
		X509_free(x);
		/* bids may be sealed to it */
		check(pli_certs_new(&certs, support_pli(), NULL) == PLI_OK);
		check(pli_certs_add_key(certs, key, NULL) == PLI_OK);
		check(pli_certs_check(certs, &policy, NULL) == PLI_OK);
		pli_certs_free(certs);
		pli_key_free(key);
	}
}

static void
check_dates(struct pli_pair_options options, int64_t from, int64_t to, int type)
{
	struct pli_key *key = new_pair(options, PLI_OK);
	X509 *x = decoded(key);

	check(key->cert.not_before == from && key->cert.not_after == to);
	check(ASN1_STRING_type(X509_get0_notAfter(x)) == type);
	check(ASN1_STRING_type(X509_get0_notBefore(x)) == V_ASN1_UTCTIME);
	X509_free(x);
	pli_key_free(key);
}

/* RFC 5280 4.1.2.5: UTCTime to the end of 2049, then GeneralizedTime. */
static void
dates(void)
{
	const int64_t end_2049 = INT64_C(2524607999), now = (int64_t)time(NULL);
	struct pli_pair_options options = { .type = PLI_PAIR_P_256, .now = NOW };
	struct pli_key *key;

	check_dates(options, NOW - 300, NOW + 1096 * DAY, V_ASN1_UTCTIME);
	options.days = 1;
	check_dates(options, NOW - 300, NOW + DAY, V_ASN1_UTCTIME);
	options.now = end_2049 - DAY;
	check_dates(options, options.now - 300, end_2049, V_ASN1_UTCTIME);
	options.now++;
	check_dates(options, options.now - 300, end_2049 + 1, V_ASN1_GENERALIZEDTIME);
	options.days = 36525;
	options.now = NOW;
	check_dates(options, NOW - 300, NOW + INT64_C(36525) * DAY, V_ASN1_GENERALIZEDTIME);
	key = new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256 }, PLI_OK);
	check(key->cert.not_before >= now - 300 && key->cert.not_before <= now - 300 + 60);
	pli_key_free(key);
}

/* 128 bits, positive, never the same. The two top bits are seen set and clear. */
static void
serials(void)
{
	char last[40] = "";
	struct pli_key *key;
	unsigned top[2] = { 0 };
	X509 *x;
	int i;

	for (i = 0; i < 40; i++) {
		key = new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256 }, PLI_OK);
		x = decoded(key);
		check(ASN1_STRING_type(X509_get0_serialNumber(x)) == V_ASN1_INTEGER);
		check(strlen(key->cert.serial) <= 32 && strlen(key->cert.serial) >= 24 && key->cert.serial[0] != '-');
		check(strcmp(key->cert.serial, last) != 0);
		(void)snprintf(last, sizeof(last), "%s", key->cert.serial);
		top[strlen(last) == 32 && strchr("89abcdef", last[0]) != NULL]++;
		X509_free(x);
		pli_key_free(key);
	}
	check(top[0] > 0 && top[1] > 0);
}

static void
options(void)
{
	static const char *const names[] = { "", "a\nb", "\xc3", "\xe2\x80\xae" };
	struct pli_pair_options wrong = { .type = PLI_PAIR_P_256, .cn = NULL };
	char cn[2 * 65 + 1] = "";
	struct pli_key *key;
	size_t i;

	check(pli_pair_new(&key, support_pli(), &wrong, NULL) == PLI_ERR_USAGE && key == NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .cn = names[i] }, PLI_ERR_USAGE);
	for (i = 0; i < 65; i++)
		(void)strcat(cn, "\xc3\xa9");
	new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .cn = cn }, PLI_ERR_USAGE);
	cn[2 * 64] = '\0';
	key = new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .cn = cn }, PLI_OK);
	check(strcmp(key->cert.cn, cn) == 0);
	pli_key_free(key);
	new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .days = 36526 }, PLI_ERR_USAGE);
	new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .days = UINT32_MAX }, PLI_ERR_USAGE);
	new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .now = -5 }, PLI_ERR_USAGE);
	new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .now = INT64_C(253402300799) }, PLI_ERR_USAGE);
	new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .now = INT64_MAX }, PLI_ERR_USAGE);
	new_pair((struct pli_pair_options){ .type = (enum pli_pair_type)9 }, PLI_ERR_USAGE);
}

/* An authority to be. */
struct wanted {
	EVP_PKEY *pkey;
	const char *constraints, *usage, *ski;
	const EVP_MD *md;
	int version;
	int64_t not_before, not_after;
};

static struct pli_key *
authority(struct wanted want)
{
	struct maker_cert cert = { .pkey = want.pkey,
		.signer = maker_ec("P-256"),
		.cn = "test authority",
		.usage = want.usage,
		.ski = want.ski,
		.not_before = want.not_before,
		.not_after = want.not_after };
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x = maker_x509(&cert);
	struct pli_error err = { 0 };
	struct pli_key *key;
	struct view pem;

	maker_extension(x, NID_basic_constraints, want.constraints);
	if (want.version == 1)
		check(X509_set_version(x, X509_VERSION_1) == 1);
	check(X509_sign(x, want.pkey, want.md) > 0);
	check(PEM_write_bio_X509(bio, x) == 1);
	check(PEM_write_bio_PKCS8PrivateKey(bio, want.pkey, NULL, NULL, 0, NULL, NULL) == 1);
	pem = maker_bytes(bio);
	check_ok(pli_authority_new(&key, support_pli(), pem.p, pem.len, "ca", NULL, NULL, NULL, &err), err);
	X509_free(x);
	EVP_PKEY_free(cert.signer);
	return key;
}

static void
issues(struct wanted want, enum pli_pair_type type, int signature)
{
	struct pli_key *ca = authority(want), *key;
	X509 *x, *issuer = decoded(ca);
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len;

	key = new_pair((struct pli_pair_options){ .type = type, .authority = ca }, PLI_OK);
	check_fields(key, type < PLI_PAIR_P_256 ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT, signature);
	x = decoded(key);
	check(X509_verify(x, want.pkey) == 1 && X509_check_issued(issuer, x) == X509_V_OK);
	check(X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(issuer)) == 0);
	check(X509_pubkey_digest(issuer, EVP_sha1(), hash, &len) == 1);
	check(view_equal(octets(X509_get0_authority_key_id(x)),
	    X509_get0_subject_key_id(issuer) != NULL ? octets(X509_get0_subject_key_id(issuer)) : view_of(hash, len)));
	X509_free(x);
	X509_free(issuer);
	pli_key_free(key);
	pli_key_free(ca);
	EVP_PKEY_free(want.pkey);
}

static EVP_PKEY *
maker_pss(const EVP_MD *md)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *pkey = NULL;

	check(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048) == 1);
	check(md == NULL || (EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, md) == 1 &&
				EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(ctx, md) == 1));
	check(EVP_PKEY_generate(ctx, &pkey) == 1);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static void
authorities(void)
{
	static const char ca[] = "critical,CA:TRUE", signs[] = "critical,keyCertSign,cRLSign";
	const EVP_MD *sha256 = EVP_sha256();

	issues(
	    (struct wanted){ .pkey = maker_rsa(2048), .constraints = ca, .usage = signs, .ski = "hash", .md = sha256 },
	    PLI_PAIR_RSA_3072, NID_sha256WithRSAEncryption);
	issues((struct wanted){ .pkey = maker_rsa(3072), .constraints = "CA:TRUE,pathlen:0", .md = sha256 },
	    PLI_PAIR_P_256, NID_sha256WithRSAEncryption);
	issues((struct wanted){ .pkey = maker_ec("P-256"), .constraints = ca, .ski = "0102030405", .md = sha256 },
	    PLI_PAIR_P_384, NID_ecdsa_with_SHA256);
	issues((struct wanted){ .pkey = maker_ec("P-384"), .constraints = ca, .usage = signs, .md = sha256 },
	    PLI_PAIR_P_256, NID_ecdsa_with_SHA384);
	issues((struct wanted){ .pkey = maker_ec("P-521"), .constraints = ca, .ski = "hash", .md = sha256 },
	    PLI_PAIR_P_256, NID_ecdsa_with_SHA512);
	issues((struct wanted){ .pkey = maker_other("ED25519"), .constraints = ca, .ski = "hash" }, PLI_PAIR_P_256,
	    NID_ED25519);
	issues((struct wanted){ .pkey = maker_other("ED448"), .constraints = ca, .ski = "hash" }, PLI_PAIR_P_256,
	    NID_ED448);
	issues(
	    (struct wanted){ .pkey = maker_pss(NULL), .constraints = ca, .md = sha256 }, PLI_PAIR_P_256, NID_rsassaPss);
	issues((struct wanted){ .pkey = maker_pss(EVP_sha384()), .constraints = ca, .md = EVP_sha384() },
	    PLI_PAIR_P_256, NID_rsassaPss);
	/* a root of version 1 has no way to say that it is one */
	issues((struct wanted){ .pkey = maker_ec("P-256"), .md = sha256, .version = 1 }, PLI_PAIR_P_256,
	    NID_ecdsa_with_SHA256);
}

static void
refused_for(struct wanted want, const char *word)
{
	struct pli_pair_options asked = { .type = PLI_PAIR_P_256, .cn = "x" };
	struct pli_error err = { 0 };
	struct pli_key *key;

	want.pkey = maker_ec("P-256");
	want.md = EVP_sha256();
	asked.authority = authority(want);
	check(pli_pair_new(&key, support_pli(), &asked, &err) == PLI_ERR_CERTIFICATE && key == NULL);
	check(strstr(err.message, word) != NULL && strstr(err.message, "test authority") != NULL);
	check(err.hint[0] != '\0');
	pli_key_free((struct pli_key *)(uintptr_t)asked.authority);
	EVP_PKEY_free(want.pkey);
}

static void
no_authorities(void)
{
	const int64_t now = (int64_t)time(NULL);

	refused_for((struct wanted){ 0 }, "no certification authority");
	refused_for((struct wanted){ .constraints = "critical,CA:FALSE" }, "no certification authority");
	refused_for((struct wanted){ .usage = "keyCertSign" }, "no certification authority");
	refused_for((struct wanted){ .constraints = "CA:TRUE", .usage = "digitalSignature" }, "no certification");
	refused_for((struct wanted){ .constraints = "CA:TRUE", .not_after = now - 10 }, "expired");
	refused_for((struct wanted){ .constraints = "CA:TRUE", .not_before = now + 600, .not_after = now + 900 },
	    "not yet valid");
}

/* The certificate may be valid for longer than its authority, and what the authority was to sign is asked of its dates. */
static void
authority_and_time(void)
{
	const int64_t now = (int64_t)time(NULL);
	struct wanted want = { .pkey = maker_ec("P-256"), .constraints = "CA:TRUE", .md = EVP_sha256() };
	struct pli_key *ca, *key;

	want.not_after = now + DAY;
	ca = authority(want);
	key = new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .authority = ca }, PLI_OK);
	check(key->cert.not_after > ca->cert.not_after);
	pli_key_free(key);
	new_pair((struct pli_pair_options){ .type = PLI_PAIR_P_256, .authority = ca, .now = now + 2 * DAY },
	    PLI_ERR_CERTIFICATE);
	pli_key_free(ca);
	EVP_PKEY_free(want.pkey);
}

/* A key that only signs is none to open with. */
static void
signing_keys(void)
{
	struct maker_cert cert = { .pkey = maker_other("ED25519") };
	EVP_PKEY *agrees = maker_other("X25519");
	struct pli_error err = { 0 };
	struct view pem, der = maker_der(&cert);
	struct pli_certs *certs;
	struct pli_key *key;
	BIO *bio = BIO_new(BIO_s_mem());

	check(pli_certs_new(&certs, support_pli(), NULL) == PLI_OK);
	check(pli_certs_add(certs, der.p, der.len, "ca.pem", NULL) == PLI_OK);
	check(PEM_write_bio_PKCS8PrivateKey(bio, cert.pkey, NULL, NULL, 0, NULL, NULL) == 1);
	pem = maker_bytes(bio);
	check(pli_key_new(&key, support_pli(), pem.p, pem.len, "ca", certs, NULL, NULL, &err) == PLI_ERR_CERTIFICATE);
	check(key == NULL && strstr(err.message, "cannot open") != NULL);
	check(pli_authority_new(&key, support_pli(), pem.p, pem.len, "ca", certs, NULL, NULL, NULL) == PLI_OK);
	pli_key_free(key);
	err = (struct pli_error){ 0 };
	check(pli_authority_new(&key, support_pli(), pem.p, pem.len, "ca", NULL, NULL, NULL, &err) ==
	      PLI_ERR_CERTIFICATE);
	check(key == NULL && strstr(err.hint, "authority") != NULL);
	bio = BIO_new(BIO_s_mem());
	check(PEM_write_bio_PKCS8PrivateKey(bio, agrees, NULL, NULL, 0, NULL, NULL) == 1);
	pem = maker_bytes(bio);
	err = (struct pli_error){ 0 };
	check(pli_authority_new(&key, support_pli(), pem.p, pem.len, "ca", NULL, NULL, NULL, &err) ==
	      PLI_ERR_CERTIFICATE);
	check(key == NULL && strstr(err.message, "cannot sign") != NULL);
	EVP_PKEY_free(agrees);
	EVP_PKEY_free(cert.pkey);
	pli_certs_free(certs);
}

/* Says yes when it is asked for the last time; arg is how often it was not asked yet. */
static bool
cancel_later(void *arg)
{
	long *left = arg;

	check(*left > 0);
	return --*left == 0;
}

/* The search for primes asks again and again, and ends at the first yes. */
static void
cancelled(void)
{
	static const struct {
		enum pli_pair_type type;
		long asked;
	} cases[] = { { PLI_PAIR_P_256, 1 }, { PLI_PAIR_P_384, 1 }, { PLI_PAIR_RSA_3072, 1 }, { PLI_PAIR_RSA_3072, 2 },
		{ PLI_PAIR_RSA_3072, 3 }, { PLI_PAIR_RSA_4096, 20 }, { PLI_PAIR_RSA_4096, 21 } };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long left = cases[i].asked;
		struct pli_pair_options options = { .type = cases[i].type,
			.hooks = { .cancelled = cancel_later, .arg = &left } };

		check(new_pair(options, PLI_ERR_CANCELLED) == NULL && left == 0);
	}
}

#define TESTS(T, S)                                                                                                    \
	T(S, self_signed)                                                                                              \
	T(S, dates)                                                                                                    \
	T(S, serials)                                                                                                  \
	T(S, options)                                                                                                  \
	T(S, authorities)                                                                                              \
	T(S, no_authorities)                                                                                           \
	T(S, authority_and_time)                                                                                       \
	T(S, signing_keys)                                                                                             \
	T(S, cancelled)
SUITE(issue, TESTS)
