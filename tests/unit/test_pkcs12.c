/* PKCS#12: what is written, part by part; and what old systems wrote, read with and without the legacy provider. */
#include "certs.h"
#include "context.h"
#include "maker.h"
#include "pkcs12_write.h"
#include "suite.h"
#include "wiped.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <stdio.h>

#define PASSPHRASE "correct horse"
#define KEY_NAME "Cl\xc3\xa9 \xf0\x9f\x94\x91"

static const struct pli_key *
pair(enum pli_pair_type type)
{
	static struct pli_key *made[PLI_PAIR_P_384 + 1];
	struct pli_pair_options options = { .type = type, .cn = "test" };
	struct pli_error err = { 0 };

	if (made[type] == NULL)
		check_ok(pli_pair_new(&made[type], support_pli(), &options, &err), err);
	return made[type];
}

static struct view
written(enum pli_pair_type type, enum pli_pair_profile profile, const char *name)
{
	struct pli_pair_file file = { .name = name,
		.profile = profile,
		.passphrase = PASSPHRASE "behind",
		.passphrase_len = strlen(PASSPHRASE) };
	struct pli_error err = { 0 };
	struct buf der = { 0 };
	struct view v;

	check_ok(pkcs12_write(support_pli(), pair(type), &file, &der, &err), err);
	v = JOIN(buf_view(&der));
	buf_clear(&der);
	return v;
}

/* What a scheme says of itself: PBES2 with PBKDF2, or one of PKCS#12. */
struct scheme {
	int cipher, prf;
	long rounds;
	struct view salt;
};

static struct scheme
scheme_of(const X509_ALGOR *algorithm)
{
	struct scheme s = { 0 };
	PBE2PARAM *pbes2;
	PBKDF2PARAM *kdf;
	PBEPARAM *pbe;

	if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2) {
		check((pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter)) != NULL);
		check(OBJ_obj2nid(pbes2->keyfunc->algorithm) == NID_id_pbkdf2);
		check(
		    (kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbes2->keyfunc->parameter)) != NULL);
		s.cipher = OBJ_obj2nid(pbes2->encryption->algorithm);
		s.prf = OBJ_obj2nid(kdf->prf->algorithm);
		s.rounds = ASN1_INTEGER_get(kdf->iter);
		s.salt =
		    JOIN(view_of(kdf->salt->value.octet_string->data, (size_t)kdf->salt->value.octet_string->length));
		PBKDF2PARAM_free(kdf);
		PBE2PARAM_free(pbes2);
	} else {
		check((pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter)) != NULL);
		s.cipher = OBJ_obj2nid(algorithm->algorithm);
		s.rounds = ASN1_INTEGER_get(pbe->iter);
		s.salt = JOIN(view_of(pbe->salt->data, (size_t)pbe->salt->length));
		PBEPARAM_free(pbe);
	}
	return s;
}

static void
check_bag(const PKCS12_SAFEBAG *bag, const struct pli_key *key, const char *name)
{
	const ASN1_TYPE *id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
	char *friendly = PKCS12_get_friendlyname((PKCS12_SAFEBAG *)(uintptr_t)bag);
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len;

	check(X509_digest(key->cert.x509, EVP_sha1(), hash, &len) == 1);
	check(id != NULL && view_equal(view_of(id->value.octet_string->data, (size_t)id->value.octet_string->length),
				view_of(hash, len)));
	check((name == NULL) == (friendly == NULL) && (name == NULL || strcmp(name, friendly) == 0));
	OPENSSL_free(friendly);
}

static void
check_file(enum pli_pair_type type, enum pli_pair_profile profile, const struct scheme *want, int mac_hash)
{
	struct view der = written(type, profile, KEY_NAME);
	const unsigned char *p = der.p;
	PKCS12 *p12 = d2i_PKCS12(NULL, &p, (long)der.len);
	const ASN1_OCTET_STRING *mac, *mac_salt;
	const ASN1_INTEGER *rounds;
	const X509_ALGOR *hash;
	STACK_OF(PKCS7) * safes;
	STACK_OF(PKCS12_SAFEBAG) * bags;
	const X509_SIG *shrouded;
	const X509_ALGOR *algorithm;
	const ASN1_OCTET_STRING *ignored;
	struct scheme key_scheme, cert_scheme;
	X509 *x;

	check(p12 != NULL && p == der.p + der.len);
	PKCS12_get0_mac(&mac, &hash, &mac_salt, &rounds, p12);
	check(OBJ_obj2nid(hash->algorithm) == mac_hash && ASN1_INTEGER_get(rounds) == want->rounds);
	check(ASN1_STRING_length(mac_salt) == 16 && PKCS12_verify_mac(p12, PASSPHRASE, -1) == 1);
	check((safes = PKCS12_unpack_authsafes(p12)) != NULL && sk_PKCS7_num(safes) == 2);

	cert_scheme = scheme_of(sk_PKCS7_value(safes, 0)->d.encrypted->enc_data->algorithm);
	check((bags = PKCS12_unpack_p7encdata(sk_PKCS7_value(safes, 0), PASSPHRASE, -1)) != NULL);
	check(sk_PKCS12_SAFEBAG_num(bags) == 1);
	check((x = PKCS12_SAFEBAG_get1_cert(sk_PKCS12_SAFEBAG_value(bags, 0))) != NULL);
	check(X509_cmp(x, pair(type)->cert.x509) == 0);
	check_bag(sk_PKCS12_SAFEBAG_value(bags, 0), pair(type), KEY_NAME);
	X509_free(x);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);

	check((bags = PKCS12_unpack_p7data(sk_PKCS7_value(safes, 1))) != NULL && sk_PKCS12_SAFEBAG_num(bags) == 1);
	check(PKCS12_SAFEBAG_get_nid(sk_PKCS12_SAFEBAG_value(bags, 0)) == NID_pkcs8ShroudedKeyBag);
	check((shrouded = PKCS12_SAFEBAG_get0_pkcs8(sk_PKCS12_SAFEBAG_value(bags, 0))) != NULL);
	X509_SIG_get0(shrouded, &algorithm, &ignored);
	key_scheme = scheme_of(algorithm);
	check_bag(sk_PKCS12_SAFEBAG_value(bags, 0), pair(type), KEY_NAME);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);

	check(key_scheme.cipher == want->cipher && key_scheme.prf == want->prf && key_scheme.rounds == want->rounds);
	check(cert_scheme.cipher == want->cipher && cert_scheme.prf == want->prf && cert_scheme.rounds == want->rounds);
	check(key_scheme.salt.len == 16 && cert_scheme.salt.len == 16);
	check(!view_equal(key_scheme.salt, cert_scheme.salt));
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(p12);
}

static void
parts(void)
{
	const struct scheme modern = { .cipher = NID_aes_256_cbc, .prf = NID_hmacWithSHA256, .rounds = 100000 };
	const struct scheme compatible = { .cipher = NID_pbe_WithSHA1And3_Key_TripleDES_CBC, .rounds = 2048 };

	check_file(PLI_PAIR_RSA_3072, PLI_PAIR_MODERN, &modern, NID_sha256);
	check_file(PLI_PAIR_P_256, PLI_PAIR_MODERN, &modern, NID_sha256);
	check_file(PLI_PAIR_RSA_3072, PLI_PAIR_COMPATIBLE, &compatible, NID_sha1);
	/* nothing is the same twice */
	check(!view_equal(
	    written(PLI_PAIR_P_256, PLI_PAIR_MODERN, NULL), written(PLI_PAIR_P_256, PLI_PAIR_MODERN, NULL)));
}

static void
no_name(void)
{
	struct view der = written(PLI_PAIR_P_256, PLI_PAIR_MODERN, NULL);
	const unsigned char *p = der.p;
	PKCS12 *p12 = d2i_PKCS12(NULL, &p, (long)der.len);
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	STACK_OF(PKCS12_SAFEBAG) *bags = PKCS12_unpack_p7data(sk_PKCS7_value(safes, 1));

	check_bag(sk_PKCS12_SAFEBAG_value(bags, 0), pair(PLI_PAIR_P_256), NULL);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(p12);
}

/* Was a block of this many bytes wiped? */
static bool
wiped_len(size_t len)
{
	size_t i;

	for (i = 0; i < 256 && i < wiped_count; i++)
		if (wiped[i].len == len)
			return true;
	return false;
}

/* The copy of the passphrase goes, and so do the random bits of a generated one. What fails writes nothing. */
static void
wiped_copies(void)
{
	struct pli_pair_file file = { .profile = PLI_PAIR_COMPATIBLE, .passphrase = PASSPHRASE, .passphrase_len = 4 };
	char passphrase[PLI_PAIR_PASSPHRASE_CAP];
	struct buf der = { 0 };
	size_t len;

	wiped_forget();
	(void)written(PLI_PAIR_P_256, PLI_PAIR_MODERN, NULL);
	check(wiped_len(1025));
	check(pkcs12_write(support_pli(), pair(PLI_PAIR_P_256), &file, &der, NULL) == PLI_ERR_CERTIFICATE);
	check(der.len == 0);
	wiped_forget();
	check(pli_pair_passphrase(support_pli(), passphrase, &len, NULL) == PLI_OK && wiped_len(14));
	buf_clear(&der);
}

/* The passphrases to give, in turn. */
struct answers {
	const char *text[3];
};

static enum pli_status
answer(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	const struct answers *a = arg;

	(void)name;
	(void)err;
	if (attempt > 2 || a->text[attempt] == NULL)
		return PLI_ERR_PASSPHRASE;
	check(strlen(a->text[attempt]) <= cap);
	memcpy(buf, a->text[attempt], strlen(a->text[attempt]));
	*len = strlen(a->text[attempt]);
	return PLI_OK;
}

static struct pli_key *
load(struct view der, struct answers a, enum pli_status want, struct pli_error *err)
{
	struct pli_key *key;
	enum pli_status rc;

	*err = (struct pli_error){ 0 };
	rc = pli_key_new(&key, support_pli(), der.p, der.len, "old.p12", NULL, answer, &a, err);
	check(rc == want && err->status == want && (rc == PLI_OK) == (key != NULL));
	check(ERR_peek_error() == 0);
	return key;
}

/* As old systems make it; nothing if libcrypto cannot do that here. */
static struct view
old_file(const char *passphrase, int key_cipher, int cert_cipher)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(lib, "legacy"), *plain = OSSL_PROVIDER_load(lib, "default");
	const struct pli_key *key = pair(PLI_PAIR_RSA_3072);
	struct view der = { 0 };
	PKCS12 *p12 = NULL;
	BIO *bio;

	if (legacy != NULL && plain != NULL) {
		p12 = PKCS12_create_ex(passphrase, "old", key->pkey, key->cert.x509, NULL, key_cipher, cert_cipher,
		    2048, -1, 0, lib, NULL);
		check(p12 != NULL && PKCS12_set_mac(p12, passphrase, -1, NULL, 0, 2048, EVP_sha1()) == 1);
		check((bio = BIO_new(BIO_s_mem())) != NULL && i2d_PKCS12_bio(bio, p12) == 1);
		der = maker_bytes(bio);
	}
	PKCS12_free(p12);
	if (plain != NULL)
		OSSL_PROVIDER_unload(plain);
	if (legacy != NULL)
		OSSL_PROVIDER_unload(legacy);
	OPENSSL_thread_stop_ex(lib);
	OSSL_LIB_CTX_free(lib);
	return der;
}

static void
check_works(struct pli_key *key)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;

	check(X509_cmp(key->cert.x509, pair(PLI_PAIR_RSA_3072)->cert.x509) == 0);
	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check_ok(pli_certs_add_key(certs, pair(PLI_PAIR_RSA_3072), &err), err);
	check_ok(pli_pair_challenge(support_pli(), certs, 0, key, NULL, &err), err);
	pli_certs_free(certs);
}

static const struct {
	int key_cipher, cert_cipher;
	bool legacy;
} old_kinds[] = { { NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And40BitRC2_CBC, true },
	{ NID_pbe_WithSHA1And40BitRC2_CBC, NID_pbe_WithSHA1And40BitRC2_CBC, true },
	{ NID_pbe_WithSHA1And128BitRC2_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, true },
	{ NID_pbe_WithSHA1And128BitRC4, NID_pbe_WithSHA1And40BitRC4, true },
	{ NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, false } };

static void
old_files(void)
{
	struct pli_error err;
	struct pli_key *key;
	struct view der;
	EVP_CIPHER *rc2;
	size_t i;

	for (i = 0; i < sizeof(old_kinds) / sizeof(old_kinds[0]); i++) {
		der = old_file(PASSPHRASE, old_kinds[i].key_cipher, old_kinds[i].cert_cipher);
		if (der.len == 0)
			return;
		key = load(der, (struct answers){ { PASSPHRASE } }, PLI_OK, &err);
		check(pli_key_legacy(key) == old_kinds[i].legacy);
		check_works(key);
		pli_key_free(key);
		key = load(der, (struct answers){ { "wrong", PASSPHRASE } }, PLI_OK, &err);
		pli_key_free(key);
		load(der, (struct answers){ { "wrong" } }, PLI_ERR_PASSPHRASE, &err);
	}
	/* what was needed for the file is not there for anything else */
	rc2 = EVP_CIPHER_fetch(support_pli()->lib, "RC2-40-CBC", NULL);
	check(rc2 == NULL);
	context_forget();
}

/* Without the provider what can be read is, and the rest is 14 with a way out; a wrong passphrase stays 12. */
static void
old_files_without_the_provider(void)
{
	struct pli_error err;
	struct pli_key *key;
	struct view ders[sizeof(old_kinds) / sizeof(old_kinds[0])];
	size_t i;

	for (i = 0; i < sizeof(old_kinds) / sizeof(old_kinds[0]); i++)
		if ((ders[i] = old_file(PASSPHRASE, old_kinds[i].key_cipher, old_kinds[i].cert_cipher)).len == 0)
			return;
	check(setenv("OPENSSL_MODULES", "/nonexistent", 1) == 0);
	for (i = 0; i < sizeof(old_kinds) / sizeof(old_kinds[0]); i++) {
		load(ders[i], (struct answers){ { "wrong" } }, PLI_ERR_PASSPHRASE, &err);
		if (!old_kinds[i].legacy) {
			key = load(ders[i], (struct answers){ { PASSPHRASE } }, PLI_OK, &err);
			pli_key_free(key);
			continue;
		}
		load(ders[i], (struct answers){ { PASSPHRASE } }, PLI_ERR_CERTIFICATE, &err);
		check(strstr(err.message, "old.p12") != NULL && strstr(err.hint, "legacy provider") != NULL);
		check(strstr(err.hint, "pli keys convert") != NULL);
	}
	check(unsetenv("OPENSSL_MODULES") == 0);
}

/* OpenSSL before 1.1.0 took the bytes of UTF-8 for characters. */
static void
accents(void)
{
	const char *right = "cl\xc3\xa9", *as_bytes = "cl\xc3\x83\xc2\xa9";
	const int des = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
	struct view proper = old_file(right, des, des), broken = old_file(as_bytes, des, des);
	struct pli_error err;
	struct pli_key *key;

	if (proper.len == 0)
		return;
	key = load(proper, (struct answers){ { right } }, PLI_OK, &err);
	check_works(key);
	pli_key_free(key);
	key = load(broken, (struct answers){ { "cle", right } }, PLI_OK, &err);
	check_works(key);
	pli_key_free(key);
	load(broken, (struct answers){ { "cle", "cl\xe9" } }, PLI_ERR_PASSPHRASE, &err);
}

/* The MAC is right and nothing behind it is a key. */
static void
no_key(void)
{
	struct pli_error err;
	const struct pli_key *key = pair(PLI_PAIR_RSA_3072);
	PKCS12 *p12 = PKCS12_create(PASSPHRASE, "x", NULL, key->cert.x509, NULL, 0, NID_aes_256_cbc, 2048, 2048, 0);
	BIO *bio = BIO_new(BIO_s_mem());
	struct view der;

	check(p12 != NULL && i2d_PKCS12_bio(bio, p12) == 1);
	der = maker_bytes(bio);
	PKCS12_free(p12);
	load(der, (struct answers){ { PASSPHRASE } }, PLI_ERR_CERTIFICATE, &err);
	check(strstr(err.hint, "no private key") != NULL);
}

#define TESTS(T, S)                                                                                                    \
	T(S, parts)                                                                                                    \
	T(S, no_name)                                                                                                  \
	T(S, wiped_copies) T(S, old_files) T(S, old_files_without_the_provider) T(S, accents) T(S, no_key)
SUITE(pkcs12, TESTS)
