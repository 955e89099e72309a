/*
 * pkcs12_read.c - bag by bag, decrypted in the context of pli. Old systems encrypt the certificates with RC2 of 40 bits and
 * call the file protected; that, RC4 and DES are in libcrypto's legacy provider. A file that the first try cannot read is
 * decrypted once more in a context that has that provider, too, and is freed at once, so that nothing else ever can
 * use those ciphers. Keys and certificates are the context's of pli either way.
 */
#include "pkcs12_read.h"

#include <openssl/crypto.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "certs.h"
#include "context.h"
#include "kem.h"
#include "pbe.h"
#include "pli/keys.h"

PKCS12 *
pkcs12_read_form(OSSL_LIB_CTX *lib, struct view der)
{
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, lib, NULL);
	BIO *bio = BIO_new_mem_buf(der.p, (int)der.len);

	/* Of the d2i calls only that for a BIO keeps the context. A failed one has freed p12, or left it as it was. */
	if (bio == NULL || p12 == NULL || d2i_PKCS12_bio(bio, &p12) == NULL) {
		PKCS12_free(p12);
		p12 = NULL;
	}
	BIO_free(bio);
	return p12;
}

/* What the bags are read with, and for. */
struct reading {
	OSSL_LIB_CTX *ciphers; /* decrypts */
	OSSL_LIB_CTX *lib;     /* what is found belongs to it */
	const char *name, *passphrase;
	uint64_t spent; /* as pbe.h counts */
	struct pkcs12_read *out;
	struct pli_error *refused;
};

/* A copy: the certificates that libcrypto takes out of bags are the default context's. */
static bool
take_cert(const struct reading *r, const PKCS12_SAFEBAG *bag)
{
	X509 *from = PKCS12_SAFEBAG_get1_cert(bag);
	X509 *cert = from == NULL ? NULL : certs_copy(r->lib, from);
	bool taken = cert != NULL && sk_X509_push(r->out->certs, cert) > 0;

	if (!taken)
		X509_free(cert);
	X509_free(from);
	return taken;
}

/* May libcrypto decrypt this? What lies in an encrypted bag is seen only once that was decrypted, so each is asked alone. */
static bool
affordable(struct reading *r, const X509_ALGOR *algorithm)
{
	return pbe_check(algorithm, r->name, &r->spent, r->refused) == PLI_OK;
}

static PKCS8_PRIV_KEY_INFO *
unshroud(struct reading *r, const PKCS12_SAFEBAG *bag)
{
	const X509_SIG *shrouded = PKCS12_SAFEBAG_get0_pkcs8(bag);
	const X509_ALGOR *algorithm;

	if (shrouded == NULL)
		return NULL;
	X509_SIG_get0(shrouded, &algorithm, NULL);
	return affordable(r, algorithm) ? PKCS12_decrypt_skey_ex(bag, r->passphrase, -1, r->ciphers, NULL) : NULL;
}

static STACK_OF(PKCS12_SAFEBAG) * unpack(struct reading *r, PKCS7 *safe)
{
	if (PKCS7_type_is_data(safe))
		return PKCS12_unpack_p7data(safe);
	if (safe->d.encrypted == NULL || !affordable(r, safe->d.encrypted->enc_data->algorithm))
		return NULL;
	return PKCS12_unpack_p7encdata(safe, r->passphrase, -1);
}

/* The first key counts. libcrypto wipes a private key's encoding when it frees it. */
static bool
take_key(struct reading *r, const PKCS12_SAFEBAG *bag)
{
	const PKCS8_PRIV_KEY_INFO *info;
	PKCS8_PRIV_KEY_INFO *own = NULL;
	const char *kind;

	if (r->out->pkey != NULL)
		return true;
	if (PKCS12_SAFEBAG_get_nid(bag) == NID_keyBag)
		info = PKCS12_SAFEBAG_get0_p8inf(bag);
	else
		info = own = unshroud(r, bag);
	if (info != NULL && (r->out->pkey = EVP_PKCS82PKEY_ex(info, r->lib, NULL)) == NULL &&
	    (kind = kem_unread(info)) != NULL)
		(void)kem_refuse(r->name, kind, r->refused);
	PKCS8_PRIV_KEY_INFO_free(own);
	return r->out->pkey != NULL;
}

/* Bags of other kinds (revocation lists, secrets, bags in bags, which nobody writes) are passed over. */
static bool
take_bags(struct reading *r, const STACK_OF(PKCS12_SAFEBAG) * bags)
{
	const PKCS12_SAFEBAG *bag;
	bool taken = true;
	int i, nid;

	for (i = 0; taken && i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		bag = sk_PKCS12_SAFEBAG_value(bags, i);
		nid = PKCS12_SAFEBAG_get_nid(bag);
		if (nid == NID_keyBag || nid == NID_pkcs8ShroudedKeyBag)
			taken = take_key(r, bag);
		else if (nid == NID_certBag && PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
			taken = take_cert(r, bag);
	}
	return taken;
}

/*
 * What PKCS12_parse does; that one decrypts keys in libcrypto's default context, whatever context the file was given,
 * where the ciphers may be missing or the host program's. *refused is why, if it is not read for a reason of ours.
 */
static bool
parse(struct pli *pli, OSSL_LIB_CTX *ciphers, struct view der, const char *name, const char *passphrase,
    struct pkcs12_read *out, struct pli_error *refused)
{
	struct reading r = { .ciphers = ciphers,
		.lib = pli->lib,
		.name = name,
		.passphrase = passphrase,
		.out = out,
		.refused = refused };
	PKCS12 *p12 = pkcs12_read_form(ciphers, der);
	STACK_OF(PKCS7) *safes = p12 == NULL ? NULL : PKCS12_unpack_authsafes(p12);
	STACK_OF(PKCS12_SAFEBAG) * bags;
	bool success = safes != NULL && (out->certs = sk_X509_new_null()) != NULL;
	PKCS7 *safe;
	int i;

	/* No passphrase is one of two things: none, or one of no characters. */
	if (success && passphrase[0] == '\0' && PKCS12_verify_mac(p12, NULL, 0) == 1)
		r.passphrase = NULL;
	for (i = 0; success && i < sk_PKCS7_num(safes); i++) {
		safe = sk_PKCS7_value(safes, i);
		if (!PKCS7_type_is_data(safe) && !PKCS7_type_is_encrypted(safe))
			continue;
		bags = unpack(&r, safe);
		success = bags != NULL && take_bags(&r, bags);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	}
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(p12);
	if (success && out->pkey != NULL)
		return true;
	pkcs12_read_clear(out);
	return false;
}

/* A context with the old ciphers beside the others, for as long as one file is read. */
struct old_ciphers {
	OSSL_LIB_CTX *lib;
	OSSL_PROVIDER *legacy, *plain;
};

/* Are they there? old_unload follows either way. */
static bool
old_load(struct old_ciphers *old)
{
	*old = (struct old_ciphers){ .lib = OSSL_LIB_CTX_new() };
	if (old->lib != NULL)
		old->legacy = OSSL_PROVIDER_load(old->lib, "legacy");
	if (old->legacy != NULL)
		old->plain = OSSL_PROVIDER_load(old->lib, "default");
	return old->plain != NULL;
}

static void
old_unload(struct old_ciphers *old)
{
	if (old->plain != NULL)
		(void)OSSL_PROVIDER_unload(old->plain);
	if (old->legacy != NULL)
		(void)OSSL_PROVIDER_unload(old->legacy);
	if (old->lib != NULL) {
		OPENSSL_thread_stop_ex(old->lib);
		OSSL_LIB_CTX_free(old->lib);
	}
}

/* parse with the legacy provider. *there is whether there is one. */
static bool
parse_legacy(struct pli *pli, struct view der, const char *name, const char *passphrase, struct pkcs12_read *out,
    struct pli_error *refused, bool *there)
{
	struct old_ciphers old;

	*there = old_load(&old);
	out->legacy = *there && parse(pli, old.lib, der, name, passphrase, out, refused);
	old_unload(&old);
	return out->legacy;
}

enum pli_status
pkcs12_read(struct pli *pli, struct view der, const char *name, const char *passphrase, struct pkcs12_read *out,
    struct pli_error *err)
{
	static const char unknown[] =
	    "the file is damaged, holds no private key, or is encrypted in a way that nothing here knows";
	static const char missing[] =
	    "old systems encrypt with RC2, which needs libcrypto's legacy provider, and that is not installed: convert "
	    "the file where it is, with \"pli keys convert\"";
	struct pli_error refused = { 0 };
	enum pli_status rc = PLI_OK;
	bool there = true;

	*out = (struct pkcs12_read){ 0 };
	if (!parse(pli, pli->lib, der, name, passphrase, out, &refused)) {
		if (refused.status == PLI_OK && context_out_of_memory()) {
			rc = fail_memory(err);
		} else if (refused.status == PLI_OK &&
			   parse_legacy(pli, der, name, passphrase, out, &refused, &there)) {
			rc = PLI_OK;
		} else if (refused.status != PLI_OK) {
			rc = fail_copy(err, &refused);
		} else {
			rc = context_fail(
			    err, PLI_ERR_CERTIFICATE, "%s opens with its passphrase, but its key cannot be read", name);
			if (rc == PLI_ERR_CERTIFICATE)
				fail_hint(err, "%s", there ? unknown : missing);
		}
	}
	context_forget();
	return rc;
}

void
pkcs12_read_clear(struct pkcs12_read *p)
{
	EVP_PKEY_free(p->pkey);
	sk_X509_pop_free(p->certs, X509_free);
	*p = (struct pkcs12_read){ 0 };
}

bool
pli_legacy_provider(void)
{
	struct old_ciphers old;
	bool there = old_load(&old);

	old_unload(&old);
	context_forget();
	return there;
}
