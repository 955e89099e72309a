/* recipients.c - a small message goes into libcrypto, a small message comes out; content never does. */
#include "recipients.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "certs.h"
#include "context.h"
#include "kem.h"

static enum pli_status
cms_failed(struct pli_error *err)
{
	return context_fail(err, PLI_ERR, "libcrypto's CMS failed");
}

static enum pli_status
add_certificate(CMS_ContentInfo *cms, enum recipients_profile profile, const struct cert *cert, struct pli_error *err)
{
	CMS_RecipientInfo *ri = CMS_add1_recipient_cert(cms, cert->x509, CMS_KEY_PARAM);
	EVP_PKEY_CTX *ctx = ri == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(ri);
	bool ok;

	if (ctx != NULL && kem_is(X509_get0_pubkey(cert->x509)))
		ok =
		    true; /* HKDF with SHA-256, and a key wrap as strong as the cipher: the caller checks what is written */
	else if (ctx != NULL && EVP_PKEY_is_a(X509_get0_pubkey(cert->x509), "RSA"))
		ok = profile == RECIPIENTS_CBC ? EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0
					       : EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
						     EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) > 0 &&
						     EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) > 0;
	else
		ok = ctx != NULL && EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) > 0;
	/* The certificate was found fit (policy.c): what fails now is libcrypto, its random generator for instance. */
	return ok ? PLI_OK : context_fail(err, PLI_ERR, "libcrypto failed to wrap a content key for \"%s\"", cert->cn);
}

/* Adds our own recipient; libcrypto takes what it is given. */
static CMS_RecipientInfo *
add_kek(struct pli *pli, CMS_ContentInfo *cms, struct recipients_kek *kek, struct pli_error *err)
{
	unsigned char *key = OPENSSL_malloc(32), *id = OPENSSL_malloc(sizeof(kek->id));
	CMS_RecipientInfo *ri = NULL;

	if (key != NULL && id != NULL && context_random(pli, kek->key.p, 32, err) == PLI_OK &&
	    context_random(pli, kek->id, sizeof(kek->id), err) == PLI_OK) {
		kek->key.len = 32;
		memcpy(key, kek->key.p, 32);
		memcpy(id, kek->id, sizeof(kek->id));
		ri = CMS_add0_recipient_key(cms, NID_undef, key, 32, id, sizeof(kek->id), NULL, NULL, NULL);
	}
	if (ri == NULL) {
		OPENSSL_clear_free(key, key == NULL ? 0 : 32);
		OPENSSL_free(id);
	}
	return ri;
}

static enum pli_status
encode(CMS_ContentInfo *cms, struct buf *out, struct pli_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);
	enum pli_status rc = len > 0 ? buf_add(out, view_of(der, (size_t)len), err) : cms_failed(err);

	OPENSSL_free(der);
	return rc;
}

enum pli_status
recipients_seal(struct pli *pli, enum recipients_profile profile, const struct pli_certs *certs, struct buf *der,
    struct recipients_kek *kek, struct pli_error *err)
{
	CMS_ContentInfo *cms = profile == RECIPIENTS_CBC
				   ? CMS_EnvelopedData_create_ex(pli->aes256.cbc, pli->lib, NULL)
				   : CMS_AuthEnvelopedData_create_ex(pli->aes256.gcm, pli->lib, NULL);
	BIO *null = BIO_new(BIO_s_null()), *chain = NULL;
	enum pli_status rc = PLI_OK;
	size_t i;

	if (cms == NULL || null == NULL)
		rc = cms_failed(err);
	for (i = 0; rc == PLI_OK && i < certs->count; i++)
		rc = add_certificate(cms, profile, &certs->list[i], err);
	if (rc == PLI_OK && (add_kek(pli, cms, kek, err) == NULL || (chain = CMS_dataInit(cms, null)) == NULL))
		rc = cms_failed(err);
	if (rc == PLI_OK)
		rc = encode(cms, der, err);
	BIO_free_all(chain != NULL ? chain : null);
	CMS_ContentInfo_free(cms);
	context_forget();
	return rc;
}

/* One of the certificates of a key, or NULL: there are no more. */
static X509 *
certificate(const struct pli_key *key, int which)
{
	return which == 0 ? key->cert.x509 : sk_X509_value(key->others, which - 1);
}

enum pli_status
recipients_open(struct pli *pli, const struct pli_key *key, int which, struct view in, struct buf *out,
    struct recipients_kek *kek, struct pli_error *err)
{
	CMS_ContentInfo *cms = CMS_ContentInfo_new_ex(pli->lib, NULL);
	const unsigned char *p = in.p;
	CMS_RecipientInfo *ri;
	enum pli_status rc = PLI_ERR_AUTH;

	if (cms == NULL)
		return fail_memory(err);
	if (d2i_CMS_ContentInfo(&cms, &p, (long)in.len) == NULL) /* frees cms */
		cms = NULL;
	else if (CMS_decrypt_set1_pkey(cms, key->pkey, certificate(key, which)) == 1 &&
		 (ri = add_kek(pli, cms, kek, err)) != NULL && CMS_RecipientInfo_encrypt(cms, ri) == 1)
		rc = encode(cms, out, err);
	CMS_ContentInfo_free(cms);
	if (rc == PLI_ERR_AUTH && context_out_of_memory())
		rc = PLI_ERR;
	context_forget();
	return rc == PLI_OK ? PLI_OK : fail(err, rc, "the content key cannot be unwrapped");
}

enum pli_status
recipients_unwrap(const struct pli *pli, const struct recipients_kek *kek, struct view wrapped, struct secret *key,
    struct pli_error *err)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, more = 0;
	bool ok;

	if (ctx == NULL)
		return fail_memory(err);
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ok = wrapped.len >= 24 && wrapped.len <= SECRET_MAX &&
	     EVP_DecryptInit_ex(ctx, pli->wrap, NULL, kek->key.p, NULL) == 1 &&
	     EVP_DecryptUpdate(ctx, key->p, &n, wrapped.p, (int)wrapped.len) == 1 &&
	     EVP_DecryptFinal_ex(ctx, key->p + n, &more) == 1;
	EVP_CIPHER_CTX_free(ctx);
	context_forget();
	if (!ok) {
		secret_clear(key);
		return fail(err, PLI_ERR_AUTH, "the content key cannot be unwrapped");
	}
	key->len = (size_t)n + (size_t)more;
	return PLI_OK;
}

enum pli_status
recipients_random(struct pli *pli, size_t len, struct secret *key, struct pli_error *err)
{
	key->len = len;
	return context_random(pli, key->p, len, err);
}

static bool
has_serial(const X509 *x509, struct view serial)
{
	unsigned char *der = NULL;
	const unsigned char *contents;
	int tag, class, len = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &der);
	long own_len;
	bool same;

	/* of any length: RFC 5280 allows 20 octets, and certificates have what they have */
	contents = der;
	same = len > 0 && (ASN1_get_object(&contents, &own_len, &tag, &class, len) & 0x80) == 0 &&
	       (size_t)own_len == serial.len && memcmp(contents, serial.p, serial.len) == 0;
	OPENSSL_free(der);
	return same;
}

static bool
has_issuer(const X509 *x509, struct view issuer)
{
	const unsigned char *p = issuer.p;
	X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)issuer.len);
	bool same = name != NULL && p == issuer.p + issuer.len && X509_NAME_cmp(name, X509_get_issuer_name(x509)) == 0;

	X509_NAME_free(name);
	context_forget();
	return same;
}

bool
recipients_match_name(const struct pli_key *key, struct view issuer, struct view serial, int *which)
{
	const X509 *own;
	int i;

	for (i = 0; (own = certificate(key, i)) != NULL; i++)
		if (has_serial(own, serial) && has_issuer(own, issuer)) {
			*which = i;
			return true;
		}
	return false;
}

static bool
has_ski(X509 *x509, struct view ski)
{
	const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(x509);

	return own != NULL && (size_t)ASN1_STRING_length(own) == ski.len &&
	       memcmp(ASN1_STRING_get0_data(own), ski.p, ski.len) == 0;
}

bool
recipients_match_ski(const struct pli_key *key, struct view ski, int *which)
{
	X509 *own;
	int i;

	for (i = 0; (own = certificate(key, i)) != NULL; i++)
		if (has_ski(own, ski)) {
			*which = i;
			return true;
		}
	return false;
}

size_t
recipients_bound(const struct pli_certs *certs)
{
	size_t i, bound = 0;
	int len;

	for (i = 0; i < certs->count; i++) {
		len = i2d_X509(certs->list[i].x509, NULL);
		bound += 512 + (size_t)(len > 0 ? len : 0);
	}
	return bound;
}
