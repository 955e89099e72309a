/* Key files that ask for years of work: refused before anything is derived, and before a passphrase is asked for. */
#include "pbe.h"
#include "maker.h"
#include "suite.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#define PASSPHRASE "correct horse"
#define MANY INT32_MAX

static unsigned asked;

static enum pli_status
answer(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	(void)arg;
	(void)name;
	asked++;
	if (attempt > 0)
		return fail(err, PLI_ERR_PASSPHRASE, "only one");
	check(cap >= sizeof(PASSPHRASE));
	memcpy(buf, PASSPHRASE, sizeof(PASSPHRASE) - 1);
	*len = sizeof(PASSPHRASE) - 1;
	return PLI_OK;
}

static enum pli_status
load(struct view bytes, struct pli_error *err)
{
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct pli_key *key;
	enum pli_status rc;

	*err = (struct pli_error){ 0 };
	asked = 0;
	rc = pli_key_new(&key, support_pli(), bytes.p, bytes.len, "huge.key", certs, answer, NULL, err);
	check(rc == err->status && (rc == PLI_OK) == (key != NULL) && ERR_peek_error() == 0);
	pli_key_free(key);
	pli_certs_free(certs);
	return rc;
}

/* Refused, with its name, the number, the bound and a way out. */
static void
check_refused(struct view bytes, const char *number, unsigned want_asked)
{
	struct pli_error err;

	check(load(bytes, &err) == PLI_ERR_LIMIT && asked == want_asked);
	check(strstr(err.message, "huge.key") != NULL && strstr(err.message, number) != NULL);
	check(strstr(err.message, "10000000") != NULL && strstr(err.hint, "fewer iterations") != NULL);
}

static EVP_PKEY *
own_key(void)
{
	BIO *bio = BIO_new_mem_buf(support_key_pem(SUPPORT_P256), -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	check(pkey != NULL);
	return pkey;
}

static X509 *
own_cert(void)
{
	BIO *bio = BIO_new_mem_buf(support_cert_pem(SUPPORT_P256), -1);
	X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	check(x509 != NULL);
	return x509;
}

enum scheme { PBES1, PBES_PKCS12, PBES2_PBKDF2, PBES2_SCRYPT };

/* n is N * r * p for scrypt, with as much memory as libcrypto allows. */
static X509_ALGOR *
algorithm(enum scheme scheme, int n)
{
	X509_ALGOR *made = NULL;

	switch (scheme) {
	case PBES1:
		made = PKCS5_pbe_set(NID_pbeWithMD5AndDES_CBC, n, NULL, 0);
		break;
	case PBES_PKCS12:
		made = PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, n, NULL, 0);
		break;
	case PBES2_PBKDF2:
		made = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), n, NULL, 0, NULL, NID_hmacWithSHA256);
		break;
	case PBES2_SCRYPT:
		check(n % (16384 * 8) == 0);
		made = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, 16384, 8, (uint64_t)n / 16384 / 8);
		break;
	}
	check(made != NULL);
	return made;
}

/* What would be encrypted so, if anyone had the time. */
static void
claim(X509_SIG *sealed, enum scheme scheme, int n)
{
	X509_ALGOR *made = algorithm(scheme, n), *own;
	ASN1_OCTET_STRING *data;

	X509_SIG_getm(sealed, &own, &data);
	check(X509_ALGOR_copy(own, made) == 1);
	X509_ALGOR_free(made);
}

enum form { DER, PEM, PEM_AFTER_DAMAGE, PEM_OTHER_LABEL };

static struct view
claimed_pkcs8(enum scheme scheme, int n, enum form form)
{
	X509_SIG *sealed = X509_SIG_new();
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char bytes[64] = { 1 }, *der = NULL;
	const X509_ALGOR *ignored;
	X509_ALGOR *own;
	ASN1_OCTET_STRING *data;
	int len;

	claim(sealed, scheme, n);
	X509_SIG_getm(sealed, &own, &data);
	X509_SIG_get0(sealed, &ignored, NULL);
	check(own == ignored && ASN1_OCTET_STRING_set(data, bytes, sizeof(bytes)) == 1);
	check((len = i2d_X509_SIG(sealed, &der)) > 0);
	if (form == PEM_AFTER_DAMAGE)
		check(BIO_puts(bio, "-----BEGIN FOO-----\n!!!!\n-----END FOO-----\n") > 0);
	if (form == DER)
		check(BIO_write(bio, der, len) == len);
	else
		check(PEM_write_bio(bio, form == PEM_OTHER_LABEL ? "PRIVATE KEY" : PEM_STRING_PKCS8, "", der, len) > 0);
	OPENSSL_free(der);
	X509_SIG_free(sealed);
	return maker_bytes(bio);
}

static void
pkcs8(void)
{
	enum form form;

	for (form = DER; form <= PEM_OTHER_LABEL; form++) {
		check_refused(claimed_pkcs8(PBES1, MANY, form), "2147483647", 0);
		check_refused(claimed_pkcs8(PBES_PKCS12, MANY, form), "2147483647", 0);
		check_refused(claimed_pkcs8(PBES2_PBKDF2, MANY, form), "2147483647", 0);
		check_refused(claimed_pkcs8(PBES2_SCRYPT, 1 << 30, form), "1073741824", 0);
		check_refused(claimed_pkcs8(PBES2_PBKDF2, PBE_ITERATIONS_MAX + 1, form), "10000001", 0);
	}
}

/* What asks for the work is itself encrypted, so that it cannot be seen before. */
static void
pkcs8_hidden(void)
{
	struct view inner = claimed_pkcs8(PBES2_PBKDF2, MANY, DER);
	const unsigned char *p = inner.p;
	X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)inner.len);
	BIO *bio = BIO_new(BIO_s_mem());
	struct pli_error err;

	check(sealed != NULL);
	check(PEM_ASN1_write_bio((i2d_of_void *)i2d_X509_SIG, PEM_STRING_PKCS8, bio, sealed, EVP_aes_128_cbc(),
		  (unsigned char *)(uintptr_t)PASSPHRASE, sizeof(PASSPHRASE) - 1, NULL, NULL) == 1);
	X509_SIG_free(sealed);
	check(load(maker_bytes(bio), &err) == PLI_ERR_CERTIFICATE && asked == 0);
	check(strstr(err.message, "twice over") != NULL);
}

static struct view
encoded(PKCS12 *p12)
{
	BIO *bio = BIO_new(BIO_s_mem());

	check(i2d_PKCS12_bio(bio, p12) == 1);
	PKCS12_free(p12);
	return maker_bytes(bio);
}

/* Encrypted, and the MAC made, with this many iterations. */
static PKCS12 *
own_pkcs12(int iterations)
{
	EVP_PKEY *pkey = own_key();
	X509 *x509 = own_cert();
	PKCS12 *p12 = PKCS12_create(
	    PASSPHRASE, "x", pkey, x509, NULL, NID_aes_256_cbc, NID_aes_256_cbc, iterations, iterations, 0);

	check(p12 != NULL);
	EVP_PKEY_free(pkey);
	X509_free(x509);
	return p12;
}

static void
mac(void)
{
	const ASN1_INTEGER *iterations;
	PKCS12 *p12 = own_pkcs12(2);

	PKCS12_get0_mac(NULL, NULL, NULL, &iterations, p12);
	check(ASN1_INTEGER_set_int64((ASN1_INTEGER *)(uintptr_t)iterations, MANY) == 1);
	check_refused(encoded(p12), "2147483647", 0);
}

enum where { CERTIFICATE, KEY, KEY_IN_ENCRYPTED };

/* The MAC is right, and what it covers asks for the work. */
static struct view
claimed_bag(enum where where, enum scheme scheme, int n)
{
	PKCS12 *p12 = own_pkcs12(2);
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	STACK_OF(PKCS12_SAFEBAG) *bags = PKCS12_unpack_p7data(sk_PKCS7_value(safes, 1));
	const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(sk_PKCS12_SAFEBAG_value(bags, 0));
	X509_ALGOR *made = algorithm(scheme, n);

	check(sealed != NULL);
	if (where == CERTIFICATE) {
		check(X509_ALGOR_copy(sk_PKCS7_value(safes, 0)->d.encrypted->enc_data->algorithm, made) == 1);
	} else {
		claim((X509_SIG *)(uintptr_t)sealed, scheme, n);
		PKCS7_free(sk_PKCS7_pop(safes));
		check(sk_PKCS7_push(safes, where == KEY ? PKCS12_pack_p7data(bags)
							: PKCS12_pack_p7encdata(NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
							      PASSPHRASE, -1, NULL, 0, 2, bags)) == 2);
	}
	check(PKCS12_pack_authsafes(p12, safes) == 1);
	check(PKCS12_set_mac(p12, PASSPHRASE, -1, NULL, 0, 2, EVP_sha256()) == 1);
	X509_ALGOR_free(made);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	return encoded(p12);
}

static void
bags(void)
{
	enum where where;

	for (where = CERTIFICATE; where <= KEY_IN_ENCRYPTED; where++) {
		check_refused(claimed_bag(where, PBES_PKCS12, MANY), "21474836", 1);
		check_refused(claimed_bag(where, PBES2_PBKDF2, MANY), "21474836", 1);
		check_refused(claimed_bag(where, PBES2_SCRYPT, 1 << 30), "10737418", 1);
	}
}

/* What careful programs write today. */
static void
accepted(void)
{
	EVP_PKEY *pkey = own_key();
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	const enum scheme schemes[] = { PBES_PKCS12, PBES2_PBKDF2, PBES2_SCRYPT };
	struct pli_error err;
	X509_SIG *sealed;
	BIO *bio;
	size_t i;

	for (i = 0; i < 3; i++) {
		sealed = PKCS8_set0_pbe(PASSPHRASE, sizeof(PASSPHRASE) - 1, info,
		    algorithm(schemes[i], schemes[i] == PBES2_SCRYPT ? 8 * 16384 * 8 : 600000));
		bio = BIO_new(BIO_s_mem());
		check(sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1);
		check_ok(load(maker_bytes(bio), &err), err);
		bio = BIO_new(BIO_s_mem());
		check(i2d_PKCS8_bio(bio, sealed) == 1);
		check_ok(load(maker_bytes(bio), &err), err);
		X509_SIG_free(sealed);
	}
	check_ok(load(encoded(own_pkcs12(600000)), &err), err);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(pkey);
}

/* To the bound and not one further, in all; and numbers that are no int, or below zero. */
static void
bound(void)
{
	static const char *const absurd[] = { "-1", "-80000001", "ffffffff", "ffffffffffffffff", "10000000000000001" };
	X509_ALGOR *made = algorithm(PBES2_PBKDF2, PBE_ITERATIONS_MAX - 1), *one = algorithm(PBES1, 1);
	struct pli_error err = { 0 };
	PBEPARAM *pbe;
	ASN1_TYPE *packed = NULL;
	uint64_t spent = 0;
	BIGNUM *n = NULL;
	size_t i;

	check_ok(pbe_check(made, "f", &spent, &err), err);
	check_ok(pbe_check(one, "f", &spent, &err), err);
	check(spent == PBE_ITERATIONS_MAX);
	check(pbe_check(one, "f", &spent, NULL) == PLI_ERR_LIMIT);
	check(pbe_check(made, "f", &spent, NULL) == PLI_ERR_LIMIT);
	check((pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), one->parameter)) != NULL);
	for (i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		check(BN_hex2bn(&n, absurd[i]) > 0 && BN_to_ASN1_INTEGER(n, pbe->iter) != NULL);
		check(ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBEPARAM), pbe, &packed) != NULL);
		check(X509_ALGOR_set0(one, OBJ_nid2obj(NID_pbeWithMD5AndDES_CBC), V_ASN1_SEQUENCE,
			  ASN1_STRING_dup(packed->value.sequence)) == 1);
		spent = 0;
		check(pbe_check(one, "f", &spent, NULL) == PLI_ERR_LIMIT);
	}
	/* no parameters, no work: that is for libcrypto to refuse */
	check(X509_ALGOR_set0(one, OBJ_nid2obj(NID_pbes2), V_ASN1_NULL, NULL) == 1);
	spent = 0;
	check_ok(pbe_check(one, "f", &spent, &err), err);
	check(spent == 0 && ERR_peek_error() == 0);
	BN_free(n);
	ASN1_TYPE_free(packed);
	PBEPARAM_free(pbe);
	X509_ALGOR_free(made);
	X509_ALGOR_free(one);
}

#define TESTS(T, S) T(S, pkcs8) T(S, pkcs8_hidden) T(S, mac) T(S, bags) T(S, accepted) T(S, bound)
SUITE(pbe, TESTS)
