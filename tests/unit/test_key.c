/* Private keys in every wrapping, passphrases right, wrong and missing, and what is no key. */
#include "maker.h"
#include "suite.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#define PASSPHRASE "correct horse"

/* A callback with answers to give, in turn; then it fails. */
struct answers {
	const char *text[4];
	unsigned asked;
	bool fail_otherwise; /* with an error of its own */
	bool for_ever;       /* the first answer again and again */
	bool overrun;
};

static enum pli_status
answer(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	struct answers *a = arg;
	const char *text = a->for_ever ? a->text[0] : attempt < 4 ? a->text[attempt] : NULL;

	check(strcmp(name, "k") == 0 && attempt == a->asked && cap >= 1024);
	a->asked++;
	if (a->fail_otherwise)
		return fail(err, PLI_ERR_CANCELLED, "the user went away");
	if (text == NULL)
		return PLI_ERR_PASSPHRASE;
	memcpy(buf, text, strlen(text));
	*len = a->overrun ? cap + 1 : strlen(text);
	return PLI_OK;
}

/* A pair, and its certificate in a list. */
static EVP_PKEY *rsa, *ec;
static X509 *rsa_x509, *ec_x509;
static struct pli_certs *rsa_certs, *ec_certs, *both;

static void
clean_up(void)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	X509_free(rsa_x509);
	X509_free(ec_x509);
	pli_certs_free(rsa_certs);
	pli_certs_free(ec_certs);
	pli_certs_free(both);
}

static void
set_up(void)
{
	enum support_kind kinds[2] = { SUPPORT_RSA2048, SUPPORT_P256 };
	BIO *bio;

	if (rsa != NULL)
		return;
	rsa_certs = support_certs(kinds, 1);
	ec_certs = support_certs(kinds + 1, 1);
	both = support_certs(kinds, 2);
	bio = BIO_new_mem_buf(support_key_pem(SUPPORT_RSA2048), -1);
	rsa = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(support_key_pem(SUPPORT_P256), -1);
	ec = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(support_cert_pem(SUPPORT_RSA2048), -1);
	rsa_x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(support_cert_pem(SUPPORT_P256), -1);
	ec_x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	check(rsa != NULL && ec != NULL && rsa_x509 != NULL && ec_x509 != NULL && atexit(clean_up) == 0);
}

/* What pli_key_new says of bytes; the algorithm must be the one given when it succeeds. */
static enum pli_status
load(struct view bytes, const struct pli_certs *extra, struct answers *a, const char *algorithm)
{
	struct pli_error err = { 0 };
	struct pli_cert_info info;
	struct pli_key *key;
	enum pli_status rc;

	rc = pli_key_new(&key, support_pli(), bytes.p, bytes.len, "k", extra, a == NULL ? NULL : answer, a, &err);
	check(rc == err.status && (rc == PLI_OK) == (key != NULL));
	if (rc == PLI_OK) {
		pli_key_info(key, &info);
		check(strcmp(info.algorithm, algorithm) == 0 && strcmp(info.name, "k") == 0);
	} else {
		check(err.message[0] != '\0');
	}
	pli_key_free(key);
	check(ERR_peek_error() == 0);
	return rc;
}

static struct view
pkcs12(const char *passphrase, EVP_PKEY *pkey, X509 *x509, STACK_OF(X509) * others, int mac)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int cipher = passphrase == NULL ? -1 : NID_aes_256_cbc;
	PKCS12 *p12 = PKCS12_create(passphrase, "name", pkey, x509, others, cipher, cipher, 2, mac, 0);

	check(p12 != NULL && i2d_PKCS12_bio(bio, p12) == 1);
	PKCS12_free(p12);
	return maker_bytes(bio);
}

enum form { PLAIN_PEM, PLAIN_DER, TRADITIONAL_DER, SEALED_PEM, SEALED_DER, TRADITIONAL_SEALED };

static struct view
written(EVP_PKEY *pkey, enum form form)
{
	const EVP_CIPHER *aes = EVP_aes_256_cbc();
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	int ok = 0;

	switch (form) {
	case PLAIN_PEM:
		ok = PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
		break;
	case PLAIN_DER:
		ok = i2d_PKCS8_PRIV_KEY_INFO_bio(bio, info);
		break;
	case TRADITIONAL_DER:
		ok = i2d_PrivateKey_bio(bio, pkey);
		break;
	case SEALED_PEM:
		ok = PEM_write_bio_PKCS8PrivateKey(bio, pkey, aes, PASSPHRASE, sizeof(PASSPHRASE) - 1, NULL, NULL);
		break;
	case SEALED_DER:
		ok = i2d_PKCS8PrivateKey_bio(bio, pkey, aes, PASSPHRASE, sizeof(PASSPHRASE) - 1, NULL, NULL);
		break;
	case TRADITIONAL_SEALED:
		ok = PEM_write_bio_PrivateKey_traditional(
		    bio, pkey, aes, (unsigned char *)(uintptr_t)PASSPHRASE, sizeof(PASSPHRASE) - 1, NULL, NULL);
		break;
	}
	check(ok == 1);
	PKCS8_PRIV_KEY_INFO_free(info);
	return maker_bytes(bio);
}

static void
plain_forms(void)
{
	static const enum form forms[] = { PLAIN_PEM, PLAIN_DER, TRADITIONAL_DER };
	size_t i;

	set_up();
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		check(load(written(rsa, forms[i]), rsa_certs, NULL, "rsa-2048") == PLI_OK);
		check(load(written(ec, forms[i]), ec_certs, NULL, "P-256") == PLI_OK);
	}
	check(load(view_of(support_key_pem(SUPPORT_P256), strlen(support_key_pem(SUPPORT_P256))), both, NULL,
		  "P-256") == PLI_OK);
}

static void
pem_bundles(void)
{
	const char *text;
	struct view cert, other, key;

	set_up();
	text = support_cert_pem(SUPPORT_P256);
	cert = view_of(text, strlen(text));
	text = support_cert_pem(SUPPORT_RSA2048);
	other = view_of(text, strlen(text));
	key = written(ec, PLAIN_PEM);
	check(load(JOIN(key, cert), NULL, NULL, "P-256") == PLI_OK);
	check(load(JOIN(cert, key), NULL, NULL, "P-256") == PLI_OK);
	check(load(JOIN(TEXT("friendlyName: x\n"), other, cert, key), NULL, NULL, "P-256") == PLI_OK);
	/* the certificate beside the key is another's: the extra ones are looked through too */
	check(load(JOIN(other, key), ec_certs, NULL, "P-256") == PLI_OK);
	check(load(JOIN(other, key), NULL, NULL, "") == PLI_ERR_CERTIFICATE);
	/* as "openssl ecparam -genkey" writes it */
	check(load(JOIN(maker_pem("EC PARAMETERS", TEXT("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")),
		       maker_pem("EC PRIVATE KEY", written(ec, TRADITIONAL_DER)), cert),
		  NULL, NULL, "P-256") == PLI_OK);
	/* a damaged certificate is no reason to refuse the key */
	check(load(JOIN(key, maker_pem("CERTIFICATE", TEXT("x"))), ec_certs, NULL, "P-256") == PLI_OK);
}

static void
passphrases(void)
{
	static const enum form forms[] = { SEALED_PEM, SEALED_DER, TRADITIONAL_SEALED };
	struct view wrapped[4];
	size_t i, count = 0;

	set_up();
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		wrapped[count++] = written(ec, forms[i]);
	wrapped[count++] = pkcs12(PASSPHRASE, ec, ec_x509, NULL, 2);
	for (i = 0; i < count; i++) {
		struct answers right = { .text = { PASSPHRASE } }, second = { .text = { "wrong", PASSPHRASE } };
		struct answers none = { .text = { NULL } }, wrong = { .text = { "wrong", "", "wrong" } };
		struct answers away = { .fail_otherwise = true }, stubborn = { .text = { "wrong" }, .for_ever = true };
		struct answers overrun = { .text = { PASSPHRASE }, .overrun = true };

		check(load(wrapped[i], ec_certs, &right, "P-256") == PLI_OK && right.asked == 1);
		check(load(wrapped[i], ec_certs, &second, "P-256") == PLI_OK && second.asked == 2);
		check(load(wrapped[i], ec_certs, NULL, "") == PLI_ERR_PASSPHRASE);
		check(load(wrapped[i], ec_certs, &none, "") == PLI_ERR_PASSPHRASE && none.asked == 1);
		check(load(wrapped[i], ec_certs, &wrong, "") == PLI_ERR_PASSPHRASE && wrong.asked == 4);
		check(load(wrapped[i], ec_certs, &away, "") == PLI_ERR_CANCELLED && away.asked == 1);
		check(load(wrapped[i], ec_certs, &stubborn, "") == PLI_ERR_PASSPHRASE && stubborn.asked < 100);
		check(load(wrapped[i], ec_certs, &overrun, "") == PLI_ERR_USAGE);
	}
}

/* Nothing says whether the passphrase is right. libcrypto 3.0 does not open that at all. */
static void
pkcs12_without_mac(void)
{
	struct answers right = { .text = { PASSPHRASE } }, wrong = { .text = { "wrong" } };
	struct view p12;
	enum pli_status rc;

	set_up();
	p12 = pkcs12(PASSPHRASE, ec, ec_x509, NULL, -1);
	rc = load(p12, NULL, &right, "P-256");
	check(rc == PLI_OK || rc == PLI_ERR_CERTIFICATE);
	rc = load(p12, NULL, &wrong, "");
	check(rc == PLI_ERR_PASSPHRASE || rc == PLI_ERR_CERTIFICATE);
}

/* Not encrypted: nobody is asked. */
static void
no_passphrase(void)
{
	struct answers none = { .text = { NULL } };

	set_up();
	check(load(pkcs12("", ec, ec_x509, NULL, 2), NULL, &none, "P-256") == PLI_OK);
	check(load(pkcs12(NULL, ec, ec_x509, NULL, 2), NULL, &none, "P-256") == PLI_OK);
	check(load(pkcs12("", rsa, rsa_x509, NULL, 2), NULL, NULL, "rsa-2048") == PLI_OK);
	check(load(written(ec, PLAIN_PEM), ec_certs, &none, "P-256") == PLI_OK);
	check(none.asked == 0);
}

static void
the_right_certificate_of_several(void)
{
	struct answers right = { .text = { PASSPHRASE } }, again = { .text = { PASSPHRASE } };
	STACK_OF(X509) *others = sk_X509_new_null();

	set_up();
	check(sk_X509_push(others, rsa_x509) > 0);
	check(load(pkcs12(PASSPHRASE, ec, ec_x509, others, 2), NULL, &right, "P-256") == PLI_OK);
	/* the file has only another's */
	check(load(pkcs12(PASSPHRASE, ec, NULL, others, 2), NULL, &again, "") == PLI_ERR_CERTIFICATE);
	again.asked = 0;
	check(load(pkcs12(PASSPHRASE, ec, NULL, others, 2), ec_certs, &again, "P-256") == PLI_OK);
	sk_X509_free(others);
}

static void
no_certificate(void)
{
	struct answers right = { .text = { PASSPHRASE } };

	set_up();
	check(load(written(ec, PLAIN_PEM), NULL, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(written(ec, PLAIN_PEM), rsa_certs, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(written(rsa, PLAIN_DER), ec_certs, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(pkcs12(PASSPHRASE, ec, NULL, NULL, 2), NULL, &right, "") == PLI_ERR_CERTIFICATE);
}

static void
other_kinds(void)
{
	static const char *const kinds[] = { "ED25519", "X25519" };
	struct answers right = { .text = { PASSPHRASE } };
	EVP_PKEY *pkey;
	size_t i;

	set_up();
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pkey = maker_other(kinds[i]);
		check(load(written(pkey, PLAIN_PEM), both, NULL, "") == PLI_ERR_CERTIFICATE);
		check(load(written(pkey, PLAIN_DER), both, NULL, "") == PLI_ERR_CERTIFICATE);
		right.asked = 0;
		check(load(written(pkey, SEALED_DER), both, &right, "") == PLI_ERR_CERTIFICATE);
		EVP_PKEY_free(pkey);
	}
}

static void
no_keys(void)
{
	struct maker_cert want = { 0 };
	struct answers right = { .text = { PASSPHRASE } };

	set_up();
	want.pkey = ec;
	check(load(view_of("", 0), both, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(TEXT("0"), both, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(TEXT("\x30\x80\x02\x01\x03"), both, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(TEXT("\x30\x80\x30"), both, &right, "") == PLI_ERR_CERTIFICATE && right.asked == 0);
	check(load(TEXT("\x30\xff"), both, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(TEXT("no key at all"), both, NULL, "") == PLI_ERR_CERTIFICATE);
	check(load(maker_der(&want), both, &right, "") == PLI_ERR_CERTIFICATE);
	check(load(maker_pem("CERTIFICATE", maker_der(&want)), both, &right, "") == PLI_ERR_CERTIFICATE);
	check(load(maker_pem("PRIVATE KEY", TEXT("x")), both, &right, "") == PLI_ERR_CERTIFICATE);
	check(right.asked == 0);
	pli_key_free(NULL);
}

/* Cut anywhere (RSA, which is long: at every 13th byte) a key is refused, and nothing is read that is not there. */
static void
truncated(void)
{
	struct view wholes[5];
	size_t i, n, count = 0;

	set_up();
	wholes[count++] = pkcs12(PASSPHRASE, ec, ec_x509, NULL, 2);
	wholes[count++] = written(ec, PLAIN_DER);
	wholes[count++] = written(ec, TRADITIONAL_DER);
	wholes[count++] = written(ec, SEALED_DER);
	wholes[count++] = written(rsa, TRADITIONAL_DER);
	for (i = 0; i < count; i++)
		for (n = 0; n<wholes[i].len; n += wholes[i].len> 1100 ? 13 : 1) {
			struct answers right = { .text = { PASSPHRASE } };

			check(load(JOIN(view_of(wholes[i].p, n)), both, &right, "") == PLI_ERR_CERTIFICATE);
		}
}

#define TESTS(T, S)                                                                                                    \
	T(S, plain_forms)                                                                                              \
	T(S, pem_bundles)                                                                                              \
	T(S, passphrases)                                                                                              \
	T(S, pkcs12_without_mac)                                                                                       \
	T(S, no_passphrase)                                                                                            \
	T(S, the_right_certificate_of_several) T(S, no_certificate) T(S, other_kinds) T(S, no_keys) T(S, truncated)
SUITE(key, TESTS)
