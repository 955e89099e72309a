/* kem.c - a libcrypto that cannot read such keys does not know their OIDs either: those are compared as numbers. */
#include "kem.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#include "certs.h"

static const struct kind {
	const char *name, *oid;
} kinds[] = {
	{ "ML-KEM-512", "2.16.840.1.101.3.4.4.1" },
	{ "ML-KEM-768", "2.16.840.1.101.3.4.4.2" },
	{ "ML-KEM-1024", "2.16.840.1.101.3.4.4.3" },
};

bool
kem_available(void)
{
#ifdef PLI_KEM
	return true;
#else
	return false;
#endif
}

bool
kem_is(const EVP_PKEY *pkey)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (EVP_PKEY_is_a(pkey, kinds[i].name))
			return true;
	return false;
}

bool
kem_opens(const struct pli_key *key)
{
	return kem_available() && kem_is(key->pkey);
}

const char *
kem_unread(const PKCS8_PRIV_KEY_INFO *info)
{
	const ASN1_OBJECT *oid;

	return !kem_available() && PKCS8_pkey_get0(&oid, NULL, NULL, NULL, info) == 1 ? kem_name(oid) : NULL;
}

enum pli_status
kem_refuse(const char *file, const char *kind, struct pli_error *err)
{
	(void)fail(err, PLI_ERR_CERTIFICATE,
	    "the key in %s (%s) cannot open envelopes here: this build of pli has no ML-KEM", file, kind);
	fail_hint(err, "open with the RSA or EC key of another recipient; " KEM_HINT);
	return PLI_ERR_CERTIFICATE;
}

const char *
kem_name(const ASN1_OBJECT *oid)
{
	char text[64];
	size_t i;

	if (OBJ_obj2txt(text, sizeof(text), oid, 1) <= 0)
		return NULL;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(text, kinds[i].oid) == 0)
			return kinds[i].name;
	return NULL;
}
