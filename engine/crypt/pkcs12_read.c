/*
 * pkcs12_read.c - parsed in the context of pli, with libcrypto's default provider. Old systems encrypt the certificates
 * with RC2 of 40 bits and call the file protected; that, RC4 and DES are in libcrypto's legacy provider. A file that the
 * first try cannot read is parsed once more in a context of its own that has that provider, too, so that nothing else
 * ever can use those ciphers. Keys and certificates then move over in memory, and that context goes.
 */
#include "pkcs12_read.h"

#include <openssl/crypto.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "context.h"

/* What PKCS12_parse gives, in one list. */
static bool
parse(OSSL_LIB_CTX *lib, struct view der, const char *passphrase, struct pkcs12_read *out)
{
	const unsigned char *p = der.p;
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, lib, NULL);
	X509 *own = NULL;
	bool success;

	/* d2i frees what it was given when it fails */
	if (p12 == NULL || d2i_PKCS12(&p12, &p, (long)der.len) == NULL)
		return false;
	success = PKCS12_parse(p12, passphrase, &out->pkey, &own, &out->certs) == 1 && out->pkey != NULL;
	if (success && own != NULL) {
		if (out->certs == NULL)
			out->certs = sk_X509_new_null();
		success = out->certs != NULL && sk_X509_push(out->certs, own) > 0;
		if (success)
			own = NULL;
	}
	X509_free(own);
	PKCS12_free(p12);
	if (!success)
		pkcs12_read_clear(out);
	return success;
}

static X509 *
move_cert(OSSL_LIB_CTX *lib, X509 *from)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	int len = i2d_X509(from, &der);
	X509 *to = len > 0 ? X509_new_ex(lib, NULL) : NULL;

	p = der;
	if (to != NULL && d2i_X509(&to, &p, len) == NULL)
		to = NULL; /* d2i has freed it */
	OPENSSL_free(der);
	return to;
}

/* The same in the context lib. The encoded private key is wiped by libcrypto when it is freed. */
static bool
move(OSSL_LIB_CTX *lib, const struct pkcs12_read *from, struct pkcs12_read *to)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(from->pkey);
	X509 *cert;
	int i;

	if (info != NULL)
		to->pkey = EVP_PKCS82PKEY_ex(info, lib, NULL);
	PKCS8_PRIV_KEY_INFO_free(info);
	if (to->pkey == NULL || (to->certs = sk_X509_new_null()) == NULL)
		return false;
	for (i = 0; i < sk_X509_num(from->certs); i++) {
		if ((cert = move_cert(lib, sk_X509_value(from->certs, i))) == NULL)
			return false;
		if (sk_X509_push(to->certs, cert) <= 0) {
			X509_free(cert);
			return false;
		}
	}
	return true;
}

/* parse and move, with the legacy provider. *there is whether there is such a provider. */
static bool
parse_legacy(struct pli *pli, struct view der, const char *passphrase, struct pkcs12_read *out, bool *there)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *legacy = lib == NULL ? NULL : OSSL_PROVIDER_load(lib, "legacy");
	OSSL_PROVIDER *plain = legacy == NULL ? NULL : OSSL_PROVIDER_load(lib, "default");
	struct pkcs12_read found = { 0 };
	bool success;

	*there = legacy != NULL && plain != NULL;
	success = *there && parse(lib, der, passphrase, &found) && move(pli->lib, &found, out);
	if (success)
		out->legacy = true;
	else
		pkcs12_read_clear(out);
	pkcs12_read_clear(&found);
	if (plain != NULL)
		(void)OSSL_PROVIDER_unload(plain);
	if (legacy != NULL)
		(void)OSSL_PROVIDER_unload(legacy);
	if (lib != NULL) {
		OPENSSL_thread_stop_ex(lib);
		OSSL_LIB_CTX_free(lib);
	}
	return success;
}

enum pli_status
pkcs12_read(struct pli *pli, struct view der, const char *name, const char *passphrase, struct pkcs12_read *out,
    struct pli_error *err)
{
	struct pkcs12_read found = { 0 };
	enum pli_status rc = PLI_OK;
	bool there = true;

	*out = (struct pkcs12_read){ 0 };
	if (parse(pli->lib, der, passphrase, &found)) {
		/* The certificates that libcrypto parsed are the default context's: they come over, too. */
		if (!move(pli->lib, &found, out))
			rc = context_fail(err, PLI_ERR_CERTIFICATE, "the key in %s cannot be used", name);
	} else if (context_out_of_memory()) {
		rc = fail_memory(err);
	} else if (!parse_legacy(pli, der, passphrase, out, &there)) {
		rc = context_fail(
		    err, PLI_ERR_CERTIFICATE, "%s opens with its passphrase, but its key cannot be read", name);
		if (rc == PLI_ERR_CERTIFICATE)
			fail_hint(err, "%s",
			    there ? "the file is damaged, holds no private key, or is encrypted in a way that nothing "
				    "here knows"
				  : "old systems encrypt with RC2, which needs libcrypto's legacy provider, and that "
				    "is not "
				    "installed: convert the file where it is, with \"pli keys convert\"");
	}
	context_forget();
	pkcs12_read_clear(&found);
	if (rc != PLI_OK)
		pkcs12_read_clear(out);
	return rc;
}

void
pkcs12_read_clear(struct pkcs12_read *p)
{
	EVP_PKEY_free(p->pkey);
	sk_X509_pop_free(p->certs, X509_free);
	*p = (struct pkcs12_read){ 0 };
}
