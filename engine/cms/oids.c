/* oids.c - tables; a look-up walks them, since they are short. */
#include "oids.h"

#include <string.h>

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}
#define PKCS7 "\x2a\x86\x48\x86\xf7\x0d\x01\x07"
#define SMIME_CT "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01"
#define SMIME_ALG "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03"
#define PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define AES "\x60\x86\x48\x01\x65\x03\x04\x01"
#define SHA2 "\x60\x86\x48\x01\x65\x03\x04\x02"
#define KEM "\x60\x86\x48\x01\x65\x03\x04\x04"
#define ECDH "\x2b\x81\x04\x01\x0b"
#define ECDH_COFACTOR "\x2b\x81\x04\x01\x0e"

const struct view oid_data = OID(PKCS7 "\x01");
const struct view oid_signed = OID(PKCS7 "\x02");
const struct view oid_enveloped = OID(PKCS7 "\x03");
const struct view oid_auth_enveloped = OID(SMIME_CT "\x17");
const struct view oid_rsa = OID(PKCS1 "\x01");
const struct view oid_oaep = OID(PKCS1 "\x07");
const struct view oid_mgf1 = OID(PKCS1 "\x08");
const struct view oid_p_specified = OID(PKCS1 "\x09");
const struct view oid_kem_recipient = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x0d\x03");

static const struct oids_content_type content_types[] = {
	{ "AuthEnvelopedData", OID(SMIME_CT "\x17"), CONTAINER_AUTH_ENVELOPED },
	{ "EnvelopedData", OID(PKCS7 "\x03"), CONTAINER_ENVELOPED },
	{ "Data", OID(PKCS7 "\x01"), CONTAINER_OTHER },
	{ "SignedData", OID(PKCS7 "\x02"), CONTAINER_OTHER },
	{ "SignedAndEnvelopedData", OID(PKCS7 "\x04"), CONTAINER_OTHER },
	{ "DigestedData", OID(PKCS7 "\x05"), CONTAINER_OTHER },
	{ "EncryptedData", OID(PKCS7 "\x06"), CONTAINER_OTHER },
	{ "AuthenticatedData", OID(SMIME_CT "\x02"), CONTAINER_OTHER },
	{ "CompressedData", OID(SMIME_CT "\x09"), CONTAINER_OTHER },
};

static const struct oids_cipher ciphers[] = {
	{ "aes-256-gcm", OID(AES "\x2e"), MODE_GCM, 32, 16, false },
	{ "aes-192-gcm", OID(AES "\x1a"), MODE_GCM, 24, 16, false },
	{ "aes-128-gcm", OID(AES "\x06"), MODE_GCM, 16, 16, false },
	{ "aes-256-cbc", OID(AES "\x2a"), MODE_CBC, 32, 16, false },
	{ "aes-192-cbc", OID(AES "\x16"), MODE_CBC, 24, 16, false },
	{ "aes-128-cbc", OID(AES "\x02"), MODE_CBC, 16, 16, false },
	{ "des-ede3-cbc", OID("\x2a\x86\x48\x86\xf7\x0d\x03\x07"), MODE_CBC, 24, 8, true },
};

struct named {
	const char *name;
	struct view oid;
};

static const struct named hashes[] = {
	{ "sha1", OID("\x2b\x0e\x03\x02\x1a") },
	{ "sha224", OID(SHA2 "\x04") },
	{ "sha256", OID(SHA2 "\x01") },
	{ "sha384", OID(SHA2 "\x02") },
	{ "sha512", OID(SHA2 "\x03") },
};

/* Not accepted: RFC 1321, FIPS 180-4, FIPS 202. */
static const struct named other_hashes[] = {
	{ "md5", OID("\x2a\x86\x48\x86\xf7\x0d\x02\x05") },
	{ "sha512-224", OID(SHA2 "\x05") },
	{ "sha512-256", OID(SHA2 "\x06") },
	{ "sha3-224", OID(SHA2 "\x07") },
	{ "sha3-256", OID(SHA2 "\x08") },
	{ "sha3-384", OID(SHA2 "\x09") },
	{ "sha3-512", OID(SHA2 "\x0a") },
};

/* RFC 5753 7.1.4: dhSinglePass-stdDH, and -cofactorDH, which is the same on curves whose cofactor is 1. */
static const struct named agreements[] = {
	{ "ecdh-sha1", OID("\x2b\x81\x05\x10\x86\x48\x3f\x00\x02") },
	{ "ecdh-sha224", OID(ECDH "\x00") },
	{ "ecdh-sha256", OID(ECDH "\x01") },
	{ "ecdh-sha384", OID(ECDH "\x02") },
	{ "ecdh-sha512", OID(ECDH "\x03") },
	{ "ecdh-cofactor-sha1", OID("\x2b\x81\x05\x10\x86\x48\x3f\x00\x03") },
	{ "ecdh-cofactor-sha224", OID(ECDH_COFACTOR "\x00") },
	{ "ecdh-cofactor-sha256", OID(ECDH_COFACTOR "\x01") },
	{ "ecdh-cofactor-sha384", OID(ECDH_COFACTOR "\x02") },
	{ "ecdh-cofactor-sha512", OID(ECDH_COFACTOR "\x03") },
};

static const struct named wraps[] = {
	{ "aes-128-wrap", OID(AES "\x05") }, { "aes-192-wrap", OID(AES "\x19") }, { "aes-256-wrap", OID(AES "\x2d") },
	{ "3des-wrap", OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x06") }, /* RFC 3370 4.3.1 */
};

/* NIST's arc for them, as RFC 9936 2 has it; their ciphertexts, in bytes, are those of FIPS 203, table 3. */
static const struct named kems[] = {
	{ "ml-kem-512", OID(KEM "\x01") },
	{ "ml-kem-768", OID(KEM "\x02") },
	{ "ml-kem-1024", OID(KEM "\x03") },
};
static const size_t kem_lens[] = { 768, 1088, 1568 };

/* RFC 8619 2. */
static const struct named derivations[] = {
	{ "hkdf-sha256", OID(SMIME_ALG "\x1c") },
	{ "hkdf-sha384", OID(SMIME_ALG "\x1d") },
	{ "hkdf-sha512", OID(SMIME_ALG "\x1e") },
};

bool
oids_same(struct view a, struct view b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

const struct oids_content_type *
oids_content_type(struct view oid)
{
	size_t i;

	for (i = 0; i < sizeof(content_types) / sizeof(content_types[0]); i++)
		if (oids_same(oid, content_types[i].oid))
			return &content_types[i];
	return NULL;
}

const struct oids_cipher *
oids_cipher(struct view oid)
{
	size_t i;

	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (oids_same(oid, ciphers[i].oid))
			return &ciphers[i];
	return NULL;
}

static const char *
find(const struct named *table, size_t count, struct view oid)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (oids_same(oid, table[i].oid))
			return table[i].name;
	return NULL;
}

const char *
oids_hash(struct view oid)
{
	return find(hashes, sizeof(hashes) / sizeof(hashes[0]), oid);
}

const char *
oids_hash_other(struct view oid)
{
	return find(other_hashes, sizeof(other_hashes) / sizeof(other_hashes[0]), oid);
}

const char *
oids_ecdh(struct view oid)
{
	return find(agreements, sizeof(agreements) / sizeof(agreements[0]), oid);
}

const char *
oids_wrap(struct view oid)
{
	return find(wraps, sizeof(wraps) / sizeof(wraps[0]), oid);
}

bool
oids_wrap_legacy(const char *name)
{
	return strcmp(name, "3des-wrap") == 0;
}

size_t
oids_wrap_len(const char *name)
{
	return strcmp(name, "aes-128-wrap") == 0 ? 16 : strcmp(name, "aes-256-wrap") == 0 ? 32 : 24;
}

const char *
oids_hkdf(struct view oid)
{
	return find(derivations, sizeof(derivations) / sizeof(derivations[0]), oid);
}

size_t
oids_kem_len(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kems) / sizeof(kems[0]); i++)
		if (strcmp(kems[i].name, name) == 0)
			return kem_lens[i];
	return 0;
}

const char *
oids_kem(struct view oid)
{
	return find(kems, sizeof(kems) / sizeof(kems[0]), oid);
}
