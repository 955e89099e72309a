/* The tables of object identifiers, held against libcrypto's own. */
#include "oids.h"
#include "pieces.h"
#include "suite.h"

#include <openssl/objects.h>

static struct view
oid_of(const char *dotted)
{
	ASN1_OBJECT *o = OBJ_txt2obj(dotted, 1);
	struct view v;

	check(o != NULL);
	v = JOIN(view_of(OBJ_get0_data(o), OBJ_length(o)));
	ASN1_OBJECT_free(o);
	return v;
}

static void
content_types(void)
{
	static const struct {
		const char *oid, *name;
		enum oids_container container;
	} all[] = {
		{ "1.2.840.113549.1.9.16.1.23", "AuthEnvelopedData", CONTAINER_AUTH_ENVELOPED },
		{ "1.2.840.113549.1.7.3", "EnvelopedData", CONTAINER_ENVELOPED },
		{ "1.2.840.113549.1.7.1", "Data", CONTAINER_OTHER },
		{ "1.2.840.113549.1.7.2", "SignedData", CONTAINER_OTHER },
		{ "1.2.840.113549.1.7.4", "SignedAndEnvelopedData", CONTAINER_OTHER },
		{ "1.2.840.113549.1.7.5", "DigestedData", CONTAINER_OTHER },
		{ "1.2.840.113549.1.7.6", "EncryptedData", CONTAINER_OTHER },
		{ "1.2.840.113549.1.9.16.1.2", "AuthenticatedData", CONTAINER_OTHER },
		{ "1.2.840.113549.1.9.16.1.9", "CompressedData", CONTAINER_OTHER },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct oids_content_type *type = oids_content_type(oid_of(all[i].oid));

		check(type != NULL && strcmp(type->name, all[i].name) == 0 && type->container == all[i].container);
	}
	check(oids_content_type(oid_of("1.2.840.113549.1.7.7")) == NULL);
	check(oids_content_type(oid_of("1.2.840.113549.1.7")) == NULL);
	check(oids_content_type(oid_of("1.2.840.113549.1.7.3.1")) == NULL);
	check(oids_content_type(NOTHING) == NULL);
}

static void
ciphers(void)
{
	static const struct {
		const char *oid, *name;
		enum oids_mode mode;
		size_t key_len, block;
		bool legacy;
	} all[] = {
		{ "2.16.840.1.101.3.4.1.6", "aes-128-gcm", MODE_GCM, 16, 16, false },
		{ "2.16.840.1.101.3.4.1.26", "aes-192-gcm", MODE_GCM, 24, 16, false },
		{ "2.16.840.1.101.3.4.1.46", "aes-256-gcm", MODE_GCM, 32, 16, false },
		{ "2.16.840.1.101.3.4.1.2", "aes-128-cbc", MODE_CBC, 16, 16, false },
		{ "2.16.840.1.101.3.4.1.22", "aes-192-cbc", MODE_CBC, 24, 16, false },
		{ "2.16.840.1.101.3.4.1.42", "aes-256-cbc", MODE_CBC, 32, 16, false },
		{ "1.2.840.113549.3.7", "des-ede3-cbc", MODE_CBC, 24, 8, true },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct oids_cipher *cipher = oids_cipher(oid_of(all[i].oid));

		check(cipher != NULL && strcmp(cipher->name, all[i].name) == 0);
		check(cipher->mode == all[i].mode && cipher->key_len == all[i].key_len);
		check(cipher->block == all[i].block && cipher->legacy == all[i].legacy);
	}
	check(oids_cipher(oid_of("2.16.840.1.101.3.4.1.44")) == NULL); /* AES-256 in CFB */
	check(oids_cipher(oid_of("2.16.840.1.101.3.4.1.47")) == NULL); /* CCM */
	check(oids_cipher(NOTHING) == NULL);
}

static void
names(void)
{
	static const struct {
		const char *(*find)(struct view oid);
		const char *oid, *name;
	} all[] = {
		{ oids_hash, "1.3.14.3.2.26", "sha1" }, { oids_hash, "2.16.840.1.101.3.4.2.4", "sha224" },
		{ oids_hash, "2.16.840.1.101.3.4.2.1", "sha256" }, { oids_hash, "2.16.840.1.101.3.4.2.2", "sha384" },
		{ oids_hash, "2.16.840.1.101.3.4.2.3", "sha512" }, { oids_ecdh, "1.3.133.16.840.63.0.2", "ecdh-sha1" },
		{ oids_ecdh, "1.3.132.1.11.0", "ecdh-sha224" }, { oids_ecdh, "1.3.132.1.11.1", "ecdh-sha256" },
		{ oids_ecdh, "1.3.132.1.11.2", "ecdh-sha384" }, { oids_ecdh, "1.3.132.1.11.3", "ecdh-sha512" },
		{ oids_wrap, "2.16.840.1.101.3.4.1.5", "aes-128-wrap" },
		{ oids_wrap, "2.16.840.1.101.3.4.1.25", "aes-192-wrap" },
		{ oids_wrap, "2.16.840.1.101.3.4.1.45", "aes-256-wrap" }, { oids_hash, "1.2.840.113549.2.5", NULL },
		{ oids_hash_other, "1.2.840.113549.2.5", "md5" },
		{ oids_hash_other, "2.16.840.1.101.3.4.2.5", "sha512-224" },
		{ oids_hash_other, "2.16.840.1.101.3.4.2.6", "sha512-256" },
		{ oids_hash_other, "2.16.840.1.101.3.4.2.7", "sha3-224" },
		{ oids_hash_other, "2.16.840.1.101.3.4.2.8", "sha3-256" },
		{ oids_hash_other, "2.16.840.1.101.3.4.2.9", "sha3-384" },
		{ oids_hash_other, "2.16.840.1.101.3.4.2.10", "sha3-512" },
		{ oids_hash_other, "2.16.840.1.101.3.4.2.1", NULL },
		{ oids_ecdh, "1.3.133.16.840.63.0.3", "ecdh-cofactor-sha1" },
		{ oids_ecdh, "1.3.132.1.14.0", "ecdh-cofactor-sha224" },
		{ oids_ecdh, "1.3.132.1.14.1", "ecdh-cofactor-sha256" },
		{ oids_ecdh, "1.3.132.1.14.2", "ecdh-cofactor-sha384" },
		{ oids_ecdh, "1.3.132.1.14.3", "ecdh-cofactor-sha512" },
		{ oids_wrap, "1.2.840.113549.1.9.16.3.6", "3des-wrap" },
		{ oids_kem, "2.16.840.1.101.3.4.4.1", "ml-kem-512" },
		{ oids_kem, "2.16.840.1.101.3.4.4.2", "ml-kem-768" },
		{ oids_kem, "2.16.840.1.101.3.4.4.3", "ml-kem-1024" }, { oids_kem, "2.16.840.1.101.3.4.4.4", NULL },
		{ oids_hkdf, "1.2.840.113549.1.9.16.3.28", "hkdf-sha256" },
		{ oids_hkdf, "1.2.840.113549.1.9.16.3.29", "hkdf-sha384" },
		{ oids_hkdf, "1.2.840.113549.1.9.16.3.30", "hkdf-sha512" },
		{ oids_hkdf, "1.2.840.113549.1.9.16.3.31", NULL }, { oids_ecdh, "1.3.132.1.15.1", NULL }, /* MQV */
		{ oids_wrap, "2.16.840.1.101.3.4.1.48", NULL }, /* with padding */
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *name = all[i].find(oid_of(all[i].oid));

		check(all[i].name == NULL ? name == NULL : name != NULL && strcmp(name, all[i].name) == 0);
	}
}

static void
single_ones(void)
{
	check(oids_same(oid_data, oid_of("1.2.840.113549.1.7.1")));
	check(oids_same(oid_signed, oid_of("1.2.840.113549.1.7.2")));
	check(oids_same(oid_enveloped, oid_of("1.2.840.113549.1.7.3")));
	check(oids_same(oid_auth_enveloped, oid_of("1.2.840.113549.1.9.16.1.23")));
	check(oids_same(oid_rsa, oid_of("1.2.840.113549.1.1.1")));
	check(oids_same(oid_oaep, oid_of("1.2.840.113549.1.1.7")));
	check(oids_same(oid_mgf1, oid_of("1.2.840.113549.1.1.8")));
	check(oids_same(oid_p_specified, oid_of("1.2.840.113549.1.1.9")));
	check(oids_same(oid_kem_recipient, oid_of("1.2.840.113549.1.9.16.13.3")));
	check(!oids_same(oid_rsa, oid_oaep));
	check(!oids_same(oid_rsa, view_of(oid_rsa.p, oid_rsa.len - 1)));
}

#define TESTS(T, S) T(S, content_types) T(S, ciphers) T(S, names) T(S, single_ones)
SUITE(oids, TESTS)
