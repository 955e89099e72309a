#ifndef PLI_KEY_USES_H
#define PLI_KEY_USES_H

/*
 * key_uses.h - how often a private key was used: what is refused for what it is, is refused before.
 *
 * Those are the functions of libcrypto that the engine opens envelopes with. A suite that includes this, once, is listed in
 * CMakeLists.txt, which leads them here.
 */

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>

static atomic_int key_uses;

int __real_CMS_decrypt_set1_pkey(CMS_ContentInfo *cms, EVP_PKEY *pkey, X509 *cert);
int __wrap_CMS_decrypt_set1_pkey(CMS_ContentInfo *cms, EVP_PKEY *pkey, X509 *cert);
int __real_EVP_PKEY_decrypt(
    EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len, const unsigned char *in, size_t len);
int __wrap_EVP_PKEY_decrypt(
    EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len, const unsigned char *in, size_t len);
int __real_EVP_PKEY_get_bn_param(const EVP_PKEY *pkey, const char *name, BIGNUM **bn);
int __wrap_EVP_PKEY_get_bn_param(const EVP_PKEY *pkey, const char *name, BIGNUM **bn);

int
__wrap_CMS_decrypt_set1_pkey(CMS_ContentInfo *cms, EVP_PKEY *pkey, X509 *cert)
{
	key_uses++;
	return __real_CMS_decrypt_set1_pkey(cms, pkey, cert);
}

int
__wrap_EVP_PKEY_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *out_len, const unsigned char *in, size_t len)
{
	key_uses++;
	return __real_EVP_PKEY_decrypt(ctx, out, out_len, in, len);
}

/* The private exponent: what stands in for a content key depends on it. */
int
__wrap_EVP_PKEY_get_bn_param(const EVP_PKEY *pkey, const char *name, BIGNUM **bn)
{
	key_uses += strcmp(name, OSSL_PKEY_PARAM_RSA_D) == 0;
	return __real_EVP_PKEY_get_bn_param(pkey, name, bn);
}

#endif
