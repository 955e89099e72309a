/*
 * pkcs12_write.c - the file, part by part, so that each cipher, count and salt is ours and not a default of the libcrypto
 * that happens to be there:
 *
 *      PFX
 *        authSafe
 *          encryptedData  { certBag              friendlyName, localKeyID }
 *          data           { pkcs8ShroudedKeyBag  friendlyName, localKeyID }
 *        macData
 *
 * The same localKeyID on both is how stores know which certificate belongs to the key.
 */
#include "pkcs12_write.h"

#include <openssl/crypto.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "certs.h"
#include "context.h"
#include "label.h"

#define PASSPHRASE_MAX 1024
#define SALT_LEN 16

struct profile {
	int pbe;    /* the NID of a cipher (PBES2 then, RFC 8018 6.2) or of a scheme of RFC 7292, appendix C */
	int rounds; /* of the key derivations, that of the MAC included */
	const char *mac;
};

static const struct profile profiles[] = {
	[PLI_PAIR_MODERN] = { NID_aes_256_cbc, 100000, "SHA256" },
	[PLI_PAIR_COMPATIBLE] = { NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048, "SHA1" },
};

enum pli_status
pkcs12_write_check(const char *passphrase, size_t len, struct pli_error *err)
{
	enum pli_status rc;
	size_t i;

	if (len == 0 || len > PASSPHRASE_MAX)
		return fail(err, PLI_ERR_PASSPHRASE, "a passphrase of %zu characters: 1 to %d are possible", len,
		    PASSPHRASE_MAX);
	for (i = 0; i < len; i++)
		if (passphrase[i] < 0x20 || passphrase[i] > 0x7e)
			break;
	if (i == len)
		return PLI_OK;
	rc = fail(err, PLI_ERR_PASSPHRASE,
	    "character %zu of the passphrase is an accent, a control character or another one outside ASCII: stores "
	    "disagree on how to read it, and some would refuse the file",
	    i + 1);
	fail_hint(err, "take letters without accents, digits, spaces and punctuation, or a generated passphrase");
	return rc;
}

/* A BMPString, in which characters past U+FFFF stand as UTF-16 has them; libcrypto's call for UTF-8 refuses those. */
static bool
add_name(PKCS12_SAFEBAG *bag, const char *name)
{
	unsigned char *utf16 = NULL;
	int len = 0;
	bool added;

	/* with two bytes of NUL behind */
	added = OPENSSL_utf82uni(name, -1, &utf16, &len) != NULL && len > 2 &&
		PKCS12_add_friendlyname_uni(bag, utf16, len - 2) == 1;
	OPENSSL_free(utf16);
	return added;
}

/* The attributes that every bag has (RFC 7292 4.2). */
static bool
describe(PKCS12_SAFEBAG *bag, const char *name, const unsigned char *id, unsigned id_len)
{
	return (name == NULL || add_name(bag, name)) &&
	       PKCS12_add_localkeyid(bag, (unsigned char *)(uintptr_t)id, (int)id_len) == 1;
}

/* A list with the one bag, which it **takes**. */
static STACK_OF(PKCS12_SAFEBAG) * only(PKCS12_SAFEBAG *bag)
{
	STACK_OF(PKCS12_SAFEBAG) *list = sk_PKCS12_SAFEBAG_new_null();

	if (bag != NULL && list != NULL && sk_PKCS12_SAFEBAG_push(list, bag) > 0)
		return list;
	PKCS12_SAFEBAG_free(bag);
	sk_PKCS12_SAFEBAG_free(list);
	return NULL;
}

static void
free_bags(STACK_OF(PKCS12_SAFEBAG) * bags)
{
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

/* What is made on the way. */
struct writing {
	struct pli *pli;
	const struct pli_key *key;
	const struct pli_pair_file *file;
	const struct profile *profile;
	char passphrase[PASSPHRASE_MAX + 1]; /* libcrypto wants a string here and there */
	unsigned char id[EVP_MAX_MD_SIZE];
	unsigned id_len;
	STACK_OF(PKCS7) * safes;
	PKCS12 *p12;
};

/* **Takes** safe. */
static bool
add_safe(struct writing *w, PKCS7 *safe)
{
	if (safe != NULL && sk_PKCS7_push(w->safes, safe) > 0)
		return true;
	PKCS7_free(safe);
	return false;
}

static bool
add_key(struct writing *w, uint8_t with[SALT_LEN])
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(w->key->pkey);
	PKCS12_SAFEBAG *bag = NULL;
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	bool added;

	if (info != NULL &&
	    (bag = PKCS12_SAFEBAG_create_pkcs8_encrypt_ex(w->profile->pbe, w->passphrase, (int)w->file->passphrase_len,
		 with, SALT_LEN, w->profile->rounds, info, w->pli->lib, NULL)) != NULL &&
	    !describe(bag, w->file->name, w->id, w->id_len)) {
		PKCS12_SAFEBAG_free(bag);
		bag = NULL;
	}
	PKCS8_PRIV_KEY_INFO_free(info);
	added = (bags = only(bag)) != NULL && add_safe(w, PKCS12_pack_p7data(bags));
	free_bags(bags);
	return added;
}

static bool
add_cert(struct writing *w, uint8_t with[SALT_LEN])
{
	PKCS12_SAFEBAG *bag = PKCS12_SAFEBAG_create_cert(w->key->cert.x509);
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	bool added;

	if (bag != NULL && !describe(bag, w->file->name, w->id, w->id_len)) {
		PKCS12_SAFEBAG_free(bag);
		bag = NULL;
	}
	added = (bags = only(bag)) != NULL &&
		add_safe(w, PKCS12_pack_p7encdata_ex(w->profile->pbe, w->passphrase, (int)w->file->passphrase_len, with,
				SALT_LEN, w->profile->rounds, bags, w->pli->lib, NULL));
	free_bags(bags);
	return added;
}

static bool
add_mac(struct writing *w, uint8_t with[SALT_LEN])
{
	EVP_MD *md = EVP_MD_fetch(w->pli->lib, w->profile->mac, NULL);
	bool added = md != NULL && PKCS12_set_mac(w->p12, w->passphrase, (int)w->file->passphrase_len, with, SALT_LEN,
				       w->profile->rounds, md) == 1;

	EVP_MD_free(md);
	return added;
}

static bool
identify(struct writing *w)
{
	EVP_MD *sha1 = EVP_MD_fetch(w->pli->lib, "SHA1", NULL);
	bool success = sha1 != NULL && X509_digest(w->key->cert.x509, sha1, w->id, &w->id_len) == 1;

	EVP_MD_free(sha1);
	return success;
}

static enum pli_status
build(struct writing *w, struct buf *der, struct pli_error *err)
{
	uint8_t salts[3][SALT_LEN];
	unsigned char *bytes = NULL;
	enum pli_status rc;
	size_t i;
	int len;

	for (i = 0; i < 3; i++)
		if ((rc = context_random(w->pli, salts[i], SALT_LEN, err)) != PLI_OK)
			return rc;
	if (!identify(w) || (w->safes = sk_PKCS7_new_null()) == NULL || !add_cert(w, salts[0]) ||
	    !add_key(w, salts[1]) ||
	    (w->p12 = PKCS12_add_safes_ex(w->safes, NID_pkcs7_data, w->pli->lib, NULL)) == NULL ||
	    !add_mac(w, salts[2]) || (len = i2d_PKCS12(w->p12, &bytes)) <= 0)
		return context_fail(err, PLI_ERR, "the key cannot be written as PKCS#12");
	rc = buf_add(der, view_of(bytes, (size_t)len), err);
	OPENSSL_free(bytes);
	return rc;
}

enum pli_status
pkcs12_write(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file, struct buf *der,
    struct pli_error *err)
{
	struct writing w = { .pli = pli, .key = key, .file = file };
	enum pli_status rc;

	if ((rc = pkcs12_write_check(file->passphrase, file->passphrase_len, err)) != PLI_OK)
		return rc;
	if (file->name != NULL && label_flaw(file->name, PKCS12_NAME_MAX) != NULL)
		return fail(err, PLI_ERR_USAGE, "the name of the key %s: 1 to %d characters are possible",
		    label_flaw(file->name, PKCS12_NAME_MAX), PKCS12_NAME_MAX);
	if (file->profile != PLI_PAIR_MODERN && file->profile != PLI_PAIR_COMPATIBLE)
		return fail(err, PLI_ERR_USAGE, "there is no PKCS#12 profile %d", (int)file->profile);
	if (file->profile == PLI_PAIR_COMPATIBLE && !EVP_PKEY_is_a(key->pkey, "RSA")) {
		rc = fail(err, PLI_ERR_CERTIFICATE,
		    "the compatible PKCS#12 profile is for RSA keys, and this is %s: programs that need it cannot "
		    "use such a key",
		    key->cert.algorithm);
		fail_hint(err, "take the modern profile, or an RSA key");
		return rc;
	}
	w.profile = &profiles[file->profile];
	memcpy(w.passphrase, file->passphrase, file->passphrase_len);
	rc = build(&w, der, err);
	context_forget();
	wipe(w.passphrase, sizeof(w.passphrase));
	PKCS12_free(w.p12);
	sk_PKCS7_pop_free(w.safes, PKCS7_free);
	return rc;
}
