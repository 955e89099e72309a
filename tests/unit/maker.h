#ifndef PLI_MAKER_H
#define PLI_MAKER_H

/*
 * maker.h - certificates and keys of every kind, good and bad, for tests. All of them are test keys.
 *
 *      struct maker_cert want = { .pkey = key, .cn = "somebody", .usage = "keyEncipherment" };
 *      struct view der = maker_der(&want);
 *
 * What is returned lives until the process ends; keys are the caller's to free.
 */

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "pieces.h"

struct maker_cert {
	EVP_PKEY *pkey;
	EVP_PKEY *signer;              /* NULL: pkey */
	const char *cn;                /* NULL: "test" */
	const char *usage;             /* NULL: no such extension */
	const char *ski;               /* "hash", or NULL: none */
	int64_t serial;                /* 0: 1 */
	int64_t not_before, not_after; /* 0: an hour ago, in a year */
};

static inline EVP_PKEY *
maker_rsa(size_t bits)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

static inline EVP_PKEY *
maker_ec(const char *curve)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
}

static inline EVP_PKEY *
maker_other(const char *type)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

static inline void
maker_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	if (value == NULL)
		return;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	if ((ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value)) == NULL || X509_add_ext(x, ext, -1) != 1)
		abort();
	X509_EXTENSION_free(ext);
}

static inline X509 *
maker_x509(const struct maker_cert *want)
{
	EVP_PKEY *signer = want->signer != NULL ? want->signer : want->pkey;
	const char *cn = want->cn != NULL ? want->cn : "test";
	int64_t now = (int64_t)time(NULL);
	X509 *x = X509_new();

	if (x == NULL || X509_set_version(x, 2) != 1 ||
	    ASN1_INTEGER_set_int64(X509_get_serialNumber(x), want->serial != 0 ? want->serial : 1) != 1 ||
	    ASN1_TIME_set(X509_getm_notBefore(x), want->not_before != 0 ? want->not_before : now - 3600) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(x), want->not_after != 0 ? want->not_after : now + 365 * 86400) == NULL ||
	    X509_NAME_add_entry_by_txt(
		X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(x, X509_get_subject_name(x)) != 1 || X509_set_pubkey(x, want->pkey) != 1)
		abort();
	maker_extension(x, NID_key_usage, want->usage);
	maker_extension(x, NID_subject_key_identifier, want->ski);
	if (X509_sign(x, signer, EVP_PKEY_is_a(signer, "ED25519") ? NULL : EVP_sha256()) <= 0)
		abort();
	return x;
}

/* What a memory BIO holds; frees it. */
static inline struct view
maker_bytes(BIO *bio)
{
	const uint8_t *data;
	long len = BIO_get_mem_data(bio, &data);
	struct view v;

	if (len <= 0)
		abort();
	v = JOIN(view_of(data, (size_t)len));
	BIO_free(bio);
	return v;
}

static inline struct view
maker_der(const struct maker_cert *want)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x = maker_x509(want);

	if (i2d_X509_bio(bio, x) != 1)
		abort();
	X509_free(x);
	return maker_bytes(bio);
}

static inline struct view
maker_pem(const char *label, struct view der)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (PEM_write_bio(bio, label, "", der.p, (long)der.len) <= 0)
		abort();
	return maker_bytes(bio);
}

#endif
