/* Recipient certificates: every form they come in, what is said of them, and that a list is unchanged by a failure. */
#include "maker.h"
#include "suite.h"

#include <stdio.h>

static struct pli_certs *
new_certs(void)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	return certs;
}

static struct view
test_cert(enum support_kind kind)
{
	const char *pem = support_cert_pem(kind);

	return view_of(pem, strlen(pem));
}

static EVP_PKEY *
p256(void)
{
	BIO *bio = BIO_new_mem_buf(support_key_pem(SUPPORT_P256), -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return pkey;
}

static struct view
small_cert(int64_t serial, const char *cn)
{
	struct maker_cert want = { .pkey = p256(), .serial = serial, .cn = cn };
	struct view der = maker_der(&want);

	EVP_PKEY_free(want.pkey);
	return der;
}

/* How many certificates bytes add to a list of one; 0 if they are refused, and with which status. */
static size_t
adds(struct view bytes, enum pli_status want)
{
	struct pli_certs *certs = new_certs();
	struct pli_error err = { 0 };
	struct view first = test_cert(SUPPORT_P384);
	struct pli_cert_info info;
	enum pli_status rc;
	size_t n;

	check(pli_certs_add(certs, first.p, first.len, "first", NULL) == PLI_OK);
	rc = pli_certs_add(certs, bytes.p, bytes.len, "given", &err);
	check(rc == want && err.status == want);
	n = pli_certs_count(certs) - 1;
	check(rc == PLI_OK || (n == 0 && strstr(err.message, "given") != NULL));
	pli_certs_info(certs, 0, &info);
	check(strcmp(info.name, "first") == 0);
	pli_certs_free(certs);
	return n;
}

static void
pem_and_der(void)
{
	struct view der = small_cert(5, NULL), pem = maker_pem("CERTIFICATE", der);

	check(adds(der, PLI_OK) == 1);
	check(adds(pem, PLI_OK) == 1);
	check(adds(maker_pem("X509 CERTIFICATE", der), PLI_OK) == 1);
	check(adds(JOIN(TEXT("Bag Attributes\n  name: x\n"), pem, TEXT("\nthe end\n")), PLI_OK) == 1);
	check(adds(JOIN(pem, test_cert(SUPPORT_P521), pem), PLI_OK) == 3);
	/* other things in between are stepped over */
	check(adds(JOIN(maker_pem("PUBLIC KEY", TEXT("x")), pem), PLI_OK) == 1);
	/* as "openssl storeutl" prints it: the text begins with the digit that is also the tag of DER */
	check(adds(JOIN(TEXT("0: Certificate\n"), pem), PLI_OK) == 1);
}

static void
trusted_certificates(void)
{
	struct maker_cert want = { .pkey = p256(), .cn = "trusted" };
	X509 *x = maker_x509(&want);
	BIO *bio = BIO_new(BIO_s_mem());
	struct view pem;

	check(X509_alias_set1(x, (const unsigned char *)"alias", -1) == 1);
	check(PEM_write_bio_X509_AUX(bio, x) == 1);
	X509_free(x);
	EVP_PKEY_free(want.pkey);
	pem = maker_bytes(bio);
	check(memmem(pem.p, pem.len, "TRUSTED", 7) != NULL);
	check(adds(pem, PLI_OK) == 1);
	check(adds(JOIN(pem, pem), PLI_OK) == 2);
}

static void
refused(void)
{
	struct view der = small_cert(5, NULL), pem = maker_pem("CERTIFICATE", der), bad;
	size_t n;

	check(adds(view_of("", 0), PLI_ERR_CERTIFICATE) == 0);
	check(adds(TEXT("nothing to see here"), PLI_ERR_CERTIFICATE) == 0);
	check(adds(TEXT("0"), PLI_ERR_CERTIFICATE) == 0);
	check(adds(JOIN(der, TEXT("x")), PLI_ERR_CERTIFICATE) == 0);
	check(adds(JOIN(der, der), PLI_ERR_CERTIFICATE) == 0);
	check(adds(maker_pem("CERTIFICATE", JOIN(der, TEXT("x"))), PLI_ERR_CERTIFICATE) == 0);
	check(adds(maker_pem("CERTIFICATE", TEXT("not one")), PLI_ERR_CERTIFICATE) == 0);
	check(adds(maker_pem("PUBLIC KEY", der), PLI_ERR_CERTIFICATE) == 0);
	for (n = 1; n < der.len; n += der.len / 16)
		check(adds(JOIN(view_of(der.p, n)), PLI_ERR_CERTIFICATE) == 0);
	/* one bad certificate refuses all */
	check(adds(JOIN(pem, maker_pem("CERTIFICATE", TEXT("bad")), pem), PLI_ERR_CERTIFICATE) == 0);
	bad = JOIN(pem);
	check(adds(view_of(bad.p, bad.len - 10), PLI_ERR_CERTIFICATE) == 0); /* the end line is cut */
	check(adds(JOIN(pem, view_of(bad.p, bad.len / 2)), PLI_ERR_CERTIFICATE) == 0);
}

static void
at_most_a_thousand(void)
{
	struct view der = small_cert(5, NULL), pem = maker_pem("CERTIFICATE", der), ten, hundred;
	struct pli_certs *certs = new_certs();
	struct pli_error err = { 0 };
	int i;

	ten = JOIN(pem, pem, pem, pem, pem, pem, pem, pem, pem, pem);
	hundred = JOIN(ten, ten, ten, ten, ten, ten, ten, ten, ten, ten);
	for (i = 0; i < 9; i++)
		check(pli_certs_add(certs, hundred.p, hundred.len, "x", NULL) == PLI_OK);
	check(pli_certs_count(certs) == 900);
	ten = JOIN(hundred, pem);
	check(pli_certs_add(certs, ten.p, ten.len, "x", &err) == PLI_ERR_LIMIT);
	check(pli_certs_count(certs) == 900);
	check(pli_certs_add(certs, hundred.p, hundred.len, "x", NULL) == PLI_OK);
	check(pli_certs_add(certs, der.p, der.len, "x", NULL) == PLI_ERR_LIMIT);
	check(pli_certs_count(certs) == 1000);
	pli_certs_free(certs);
}

/* Adds one certificate to a list of its own. */
static struct pli_certs *
one(struct view der, struct pli_cert_info *info)
{
	struct pli_certs *certs = new_certs();
	struct pli_error err = { 0 };

	check_ok(pli_certs_add(certs, der.p, der.len, "a file", &err), err);
	pli_certs_info(certs, 0, info);
	return certs;
}

static void
what_it_says(void)
{
	struct maker_cert want = { .pkey = p256(),
		.cn = "Acheteur \xc3\xa9tat",
		.serial = 0x12ab,
		.ski = "hash",
		.not_before = 1700000000,
		.not_after = 1800000000 };
	struct pli_cert_info info;
	struct pli_certs *certs = one(maker_der(&want), &info);

	check(strcmp(info.name, "a file") == 0);
	check(strcmp(info.subject, "CN=Acheteur \xc3\xa9tat") == 0 && strcmp(info.issuer, info.subject) == 0);
	check(strcmp(info.cn, "Acheteur \xc3\xa9tat") == 0);
	check(strcmp(info.serial, "12ab") == 0);
	check(info.ski != NULL && strlen(info.ski) == 40);
	check(strcmp(info.algorithm, "P-256") == 0);
	check(info.not_before == 1700000000 && info.not_after == 1800000000);
	pli_certs_free(certs);

	want.ski = NULL;
	want.not_after = INT64_C(4102444800); /* 2100, which needs four digits for the year */
	certs = one(maker_der(&want), &info);
	check(info.ski == NULL && info.not_after == INT64_C(4102444800));
	pli_certs_free(certs);
	EVP_PKEY_free(want.pkey);
}

static void
serial_numbers(void)
{
	static const struct {
		int64_t serial;
		const char *text;
	} cases[] = { { 1, "01" }, { 0x7f, "7f" }, { 0x80, "80" }, { 0xff, "ff" }, { 0x8000, "8000" },
		{ 0x1234567890, "1234567890" }, { -1, "-01" }, { -0x80, "-80" }, { -0x1234, "-1234" } };
	struct pli_cert_info info;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pli_certs *certs = one(small_cert(cases[i].serial, NULL), &info);

		check(strcmp(info.serial, cases[i].text) == 0);
		pli_certs_free(certs);
	}
}

static void
algorithms(void)
{
	static const struct {
		const char *curve, *text;
	} curves[] = { { "P-224", "secp224r1" }, { "P-384", "P-384" }, { "P-521", "P-521" },
		{ "secp256k1", "secp256k1" } };
	struct maker_cert want = { 0 };
	struct pli_cert_info info;
	struct pli_certs *certs;
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		want.pkey = maker_ec(curves[i].curve);
		certs = one(maker_der(&want), &info);
		check(strcmp(info.algorithm, curves[i].text) == 0);
		pli_certs_free(certs);
		EVP_PKEY_free(want.pkey);
	}
	want.pkey = maker_other("ED25519");
	certs = one(maker_der(&want), &info);
	check(strcmp(info.algorithm, "ED25519") == 0);
	pli_certs_free(certs);
	EVP_PKEY_free(want.pkey);
	certs = one(test_cert(SUPPORT_RSA2048), &info);
	check(strcmp(info.algorithm, "rsa-2048") == 0);
	pli_certs_free(certs);
}

static void
in_the_order_given(void)
{
	struct pli_certs *certs = new_certs();
	struct view pem =
	    JOIN(maker_pem("CERTIFICATE", small_cert(3, "c")), maker_pem("CERTIFICATE", small_cert(1, "a")));
	struct view der = small_cert(2, "b");
	struct pli_cert_info info;
	size_t i;

	check(pli_certs_add(certs, pem.p, pem.len, "x", NULL) == PLI_OK);
	check(pli_certs_add(certs, der.p, der.len, "y", NULL) == PLI_OK);
	check(pli_certs_count(certs) == 3);
	for (i = 0; i < 3; i++) {
		pli_certs_info(certs, i, &info);
		check(info.cn[0] == "cab"[i]);
	}
	pli_certs_free(certs);
	pli_certs_free(NULL);
}

/* There is none at count, nor behind it. */
static void
no_such_certificate(void)
{
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	char cert[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP];
	struct pli_cert_info info;
	size_t i;

	for (i = 1; i < SIZE_MAX - 1; i = i == 1 ? 1000 : SIZE_MAX - 1) {
		memset(&info, 0xff, sizeof(info));
		pli_certs_info(certs, i, &info);
		check(info.subject == NULL && info.not_after == 0);
		check(pli_certs_fingerprint(certs, i, cert, public_key, NULL) == PLI_ERR_USAGE);
		check(!pli_certs_authority(certs, i));
	}
	pli_certs_free(certs);
}

#define TESTS(T, S)                                                                                                    \
	T(S, pem_and_der)                                                                                              \
	T(S, trusted_certificates)                                                                                     \
	T(S, refused)                                                                                                  \
	T(S, at_most_a_thousand)                                                                                       \
	T(S, what_it_says) T(S, serial_numbers) T(S, algorithms) T(S, in_the_order_given) T(S, no_such_certificate)
SUITE(certs, TESTS)
