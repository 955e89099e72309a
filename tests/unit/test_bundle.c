/* Certificates out of PKCS#7 bundles, and back into text. */
#include "certs.h"
#include "maker.h"
#include "suite.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <stdio.h>

#include "pli/pair.h"

static EVP_PKEY *
p256(void)
{
	static EVP_PKEY *pkey;

	if (pkey == NULL)
		pkey = maker_ec("P-256");
	return pkey;
}

static struct pli_certs *
new_certs(void)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	return certs;
}

/* SignedData with the certificates of the serial numbers 1 to count, and then what makes it a message, or nothing. */
enum behind { CERTS_ONLY, CONTENT, SIGNATURE };

static struct view
bundle(int64_t count, enum behind behind)
{
	BIO *bio = BIO_new(BIO_s_mem()), *content = BIO_new_mem_buf("x", 1);
	struct maker_cert want = { .pkey = p256() };
	PKCS7 *p7 = PKCS7_new();
	X509 *x = NULL;

	check(PKCS7_set_type(p7, NID_pkcs7_signed) == 1);
	if (behind == CONTENT)
		check(PKCS7_content_new(p7, NID_pkcs7_data) == 1 &&
		      ASN1_OCTET_STRING_set(p7->d.sign->contents->d.data, (const unsigned char *)"x", 1) == 1);
	else
		p7->d.sign->contents->type = OBJ_nid2obj(NID_pkcs7_data);
	for (want.serial = 1; want.serial <= count; want.serial++) {
		X509_free(x);
		x = maker_x509(&want);
		check(PKCS7_add_certificate(p7, x) == 1);
	}
	if (behind == SIGNATURE) {
		PKCS7_free(p7);
		p7 = PKCS7_sign(x, p256(), NULL, content, PKCS7_BINARY | PKCS7_DETACHED);
	}
	check(p7 != NULL && i2d_PKCS7_bio(bio, p7) == 1);
	X509_free(x);
	PKCS7_free(p7);
	BIO_free(content);
	return maker_bytes(bio);
}

/* How many certificates bytes add to a list; on failure it is unchanged. */
static size_t
adds(struct view bytes, enum pli_status want)
{
	struct pli_certs *certs = new_certs();
	struct pli_error err = { 0 };
	enum pli_status rc = pli_certs_add(certs, bytes.p, bytes.len, "given", &err);
	size_t n = pli_certs_count(certs);

	check(rc == want && err.status == want && ERR_peek_error() == 0);
	check(rc == PLI_OK || (n == 0 && strstr(err.message, "given") != NULL));
	pli_certs_free(certs);
	return n;
}

static void
bundles(void)
{
	struct maker_cert want = { .pkey = p256() };
	struct view three = bundle(3, CERTS_ONLY), pem = maker_pem("PKCS7", three);
	struct view other = maker_pem("CERTIFICATE", maker_der(&want));

	check(adds(three, PLI_OK) == 3);
	check(adds(pem, PLI_OK) == 3);
	check(adds(maker_pem("CMS", bundle(1, CERTS_ONLY)), PLI_OK) == 1);
	check(adds(JOIN(other, TEXT("subject=x\n"), pem, other), PLI_OK) == 5);
	/* lengths that are not told in advance, as other programs write them */
	check(adds(JOIN(TEXT("\x30\x80"), view_behind(three, 4), TEXT("\0\0")), PLI_OK) == 3);
}

static void
no_bundles(void)
{
	struct view three = bundle(3, CERTS_ONLY), bad;
	struct maker_cert want = { .pkey = p256() };
	struct view other = maker_pem("CERTIFICATE", maker_der(&want));
	size_t n;

	check(adds(bundle(0, CERTS_ONLY), PLI_ERR_CERTIFICATE) == 0);
	check(adds(bundle(1, CONTENT), PLI_ERR_CERTIFICATE) == 0);
	check(adds(bundle(1, SIGNATURE), PLI_ERR_CERTIFICATE) == 0);
	check(adds(JOIN(three, TEXT("x")), PLI_ERR_CERTIFICATE) == 0);
	check(adds(JOIN(three, three), PLI_ERR_CERTIFICATE) == 0);
	check(adds(JOIN(other, maker_pem("PKCS7", JOIN(three, TEXT("x")))), PLI_ERR_CERTIFICATE) == 0);
	/* a ContentInfo of another type: data, and an envelope's begin */
	check(adds(TEXT("\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x02\x04\x00"), PLI_ERR_CERTIFICATE) ==
	      0);
	check(adds(TEXT("\x30\x05\x06\x03\x2a\x03\x04"), PLI_ERR_CERTIFICATE) == 0);
	for (n = 1; n < three.len; n += 7)
		check(adds(JOIN(view_of(three.p, n)), PLI_ERR_CERTIFICATE) == 0);
	/* damage anywhere is an error or another certificate, never a crash */
	for (n = 0; n < three.len; n += 3) {
		struct pli_certs *certs = new_certs();
		enum pli_status rc;

		bad = JOIN(three);
		((uint8_t *)(uintptr_t)bad.p)[n] ^= 0x15;
		rc = pli_certs_add(certs, bad.p, bad.len, "bad", NULL);
		check(rc == PLI_OK || (rc == PLI_ERR_CERTIFICATE && pli_certs_count(certs) == 0));
		check(ERR_peek_error() == 0);
		pli_certs_free(certs);
	}
}

/* The text of a certificate with another line in the place of its first, or its last; NULL: with none. */
static struct view
marked(struct view pem, bool last, const char *line)
{
	static const char first_line[] = "-----BEGIN CERTIFICATE-----\n", last_line[] = "-----END CERTIFICATE-----\n";
	struct view new = line == NULL ? view_of("", 0) : JOIN(view_of(line, strlen(line)), TEXT("\n"));

	return last ? JOIN(view_of(pem.p, pem.len - (sizeof(last_line) - 1)), new)
		    : JOIN(new, view_behind(pem, sizeof(first_line) - 1));
}

/* A certificate whose first line is damaged is not taken for words between the others: its owner could not open the bid. */
static void
damaged_marks(void)
{
	static const char *const begins[] = { "----BEGIN CERTIFICATE-----", "-BEGIN CERTIFICATE-----",
		"BEGIN CERTIFICATE", "-----begin certificate-----", "-----Begin Certificate-----",
		"-----BEGINCERTIFICATE-----",
		"\xe2\x80\x93\xe2\x80\x93"
		"BEGIN CERTIFICATE\xe2\x80\x93\xe2\x80\x93",
		"\xe2\x80\x94"
		"BEGIN CERTIFICATE\xe2\x80\x94",
		"BEGIN TRUSTED CERTIFICATE\r", "# BEGIN CERTIFICATE", "-----BEGNI CERTIFICATE-----", NULL };
	static const char *const ends[] = { "----END CERTIFICATE-----", "-----END CERTIFICATE----", "END CERTIFICATE",
		"-----end certificate-----", NULL };
	static const char *const words[] = { "subject=CN = Somebody, O = The end of it",
		"issuer=/CN=A certificate authority", "Bag Attributes", "    friendlyName: my certificate",
		"    localKeyID: 01 02 ", "Key Attributes: <No Attributes>", "Certificate:", "        Version: 3 (0x2)",
		"Valid from the beginning of May", "The front-end certificate", "-----", "----- of the backup -----",
		"" };
	struct maker_cert want = { .pkey = p256() };
	struct view pem = maker_pem("CERTIFICATE", maker_der(&want));
	size_t i, count = sizeof(begins) / sizeof(begins[0]);

	for (i = 0; i < count; i++) {
		struct view bad = marked(pem, false, begins[i]);

		check(adds(JOIN(pem, bad, pem), PLI_ERR_CERTIFICATE) == 0);
		check(adds(JOIN(bad, pem), PLI_ERR_CERTIFICATE) == 0 && adds(JOIN(pem, bad), PLI_ERR_CERTIFICATE) == 0);
		check(adds(bad, PLI_ERR_CERTIFICATE) == 0);
		/* with an end that is damaged, too, the begin alone gives it away */
		check(begins[i] == NULL || i == count - 2 ||
		      adds(JOIN(pem, marked(bad, true, "END")), PLI_ERR_CERTIFICATE) == 0);
	}
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		check(adds(JOIN(pem, marked(pem, true, ends[i]), pem), PLI_ERR_CERTIFICATE) == 0);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct view line = JOIN(view_of(words[i], strlen(words[i])), TEXT("\n"));

		check(adds(JOIN(line, pem, line, line, pem, line), PLI_OK) == 2);
		check(adds(JOIN(pem, view_of(words[i], strlen(words[i]))), PLI_OK) == 1);
	}
}

/* A bundle of more than a list holds is refused whole. */
static void
too_many(void)
{
	struct pli_certs *certs = new_certs();
	struct view hundred = bundle(100, CERTS_ONLY);
	int i;

	for (i = 0; i < 10; i++)
		check(pli_certs_add(certs, hundred.p, hundred.len, "hundred", NULL) == PLI_OK);
	check(pli_certs_add(certs, hundred.p, hundred.len, "hundred", NULL) == PLI_ERR_LIMIT);
	check(pli_certs_count(certs) == 1000);
	pli_certs_free(certs);
}

/* Text is read again, whatever the names in it look like. */
static void
text(void)
{
	static const char *const names[] = { "plain", "-----BEGIN CERTIFICATE-----", "a\n-----BEGIN X-----\nb",
		"-----END CERTIFICATE-----", "Begin with a certificate", "\xc3\xa9--------", "0" };
	struct pli_certs *certs = new_certs(), *again = new_certs();
	struct pli_error err = { 0 };
	struct pli_cert_info a, b;
	const void *der_a, *der_b;
	size_t i, len_a, len_b;
	char *pem, long_name[65] = "";

	check_ok(pli_certs_pem(certs, &pem, &err), err);
	check(pem[0] == '\0');
	free(pem);
	memset(long_name, '-', sizeof(long_name) - 1);
	for (i = 0; i <= sizeof(names) / sizeof(names[0]); i++) {
		struct maker_cert want = {
			.pkey = p256(), .serial = 7 + (int64_t)i, .cn = i == 0 ? long_name : names[i - 1]
		};
		struct view der = maker_der(&want);

		check_ok(pli_certs_add(certs, der.p, der.len, "x", &err), err);
		check_ok(pli_certs_der(certs, i, &der_a, &len_a, &err), err);
		check(view_equal(der, view_of(der_a, len_a)));
	}
	check_ok(pli_certs_pem(certs, &pem, &err), err);
	check(
	    strstr(pem, "CN=plain") != NULL && strstr(pem, "serial 08, P-256\n-----BEGIN CERTIFICATE-----\n") != NULL);
	check_ok(pli_certs_add(again, pem, strlen(pem), "again", &err), err);
	check(pli_certs_count(again) == pli_certs_count(certs));
	for (i = 0; i < pli_certs_count(certs); i++) {
		pli_certs_info(certs, i, &a);
		pli_certs_info(again, i, &b);
		check(strcmp(a.serial, b.serial) == 0 && strcmp(a.subject, b.subject) == 0);
		check(pli_certs_der(certs, i, &der_a, &len_a, NULL) == PLI_OK);
		check(pli_certs_der(again, i, &der_b, &len_b, NULL) == PLI_OK);
		check(view_equal(view_of(der_a, len_a), view_of(der_b, len_b)));
	}
	check(pli_certs_der(certs, i, &der_a, &len_a, &err) == PLI_ERR_USAGE);
	free(pem);
	pli_certs_free(certs);
	pli_certs_free(again);
}

/* Certificates that are passed on outlive the list and the key they came from. */
static void
passed_on(void)
{
	enum support_kind kinds[] = { SUPPORT_P256, SUPPORT_RSA2048 };
	struct pli_certs *from = support_certs(kinds, 2), *to = new_certs();
	struct pli_pair_options options = { .type = PLI_PAIR_P_256, .cn = "generated" };
	struct pli_error err = { 0 };
	struct pli_cert_info info;
	struct pli_key *key;

	check_ok(pli_pair_new(&key, support_pli(), &options, &err), err);
	check_ok(pli_certs_add_cert(to, from, 1, &err), err);
	check_ok(pli_certs_add_key(to, key, &err), err);
	check(pli_certs_add_cert(to, from, 2, NULL) == PLI_ERR_USAGE && pli_certs_count(to) == 2);
	pli_certs_free(from);
	pli_key_free(key);
	pli_certs_info(to, 0, &info);
	check(strcmp(info.algorithm, "rsa-2048") == 0 && strcmp(info.name, "test certificate") == 0);
	pli_certs_info(to, 1, &info);
	check(strcmp(info.cn, "generated") == 0 && strcmp(info.name, "generated") == 0);
	pli_certs_free(to);
}

#define TESTS(T, S) T(S, bundles) T(S, no_bundles) T(S, damaged_marks) T(S, too_many) T(S, text) T(S, passed_on)
SUITE(bundle, TESTS)
