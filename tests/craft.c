/* craft.c - the parts of a message in their order; whoever wants a wrong one changes a part before. */
#include "craft.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "oids.h"
#include "reader.h"
#include "support.h"

enum { CONTEXT_0 = TAG_CONTEXT | TAG_CONSTRUCTED };

static void
must(bool done)
{
	if (!done) {
		(void)fprintf(stderr, "craft: out of memory, or libcrypto failed\n");
		exit(99);
	}
}

static void
add(struct buf *b, struct view v)
{
	must(buf_add(b, v, NULL) == PLI_OK);
}

static void
item(struct buf *b, uint8_t tag, struct view body)
{
	must(build_item(b, tag, body, NULL) == PLI_OK);
}

static void
begin(struct craft *c, enum pli_profile profile)
{
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);

	must(wrap_init(&c->wrap, support_pli(), certs, profile, NULL) == PLI_OK);
	add(&c->recipients, buf_view(&c->wrap.recipients));
	add(&c->algorithm, buf_view(&c->wrap.algorithm));
	pli_certs_free(certs);
}

void
craft_init(struct craft *c)
{
	*c = (struct craft){ .container = oid_auth_enveloped, .inner_type = oid_data, .tag_len = 16 };
	begin(c, PLI_PROFILE_GCM);
}

void
craft_cbc(struct craft *c)
{
	*c = (struct craft){ .container = oid_enveloped, .inner_type = oid_data, .cbc = true };
	begin(c, PLI_PROFILE_CBC);
}

void
craft_clear(struct craft *c)
{
	wrap_clear(&c->wrap);
	buf_clear(&c->originator);
	buf_clear(&c->recipients);
	buf_clear(&c->algorithm);
	buf_clear(&c->ciphertext);
	buf_clear(&c->content);
	buf_clear(&c->attributes);
	buf_clear(&c->unattributes);
}

void
craft_icv(struct craft *c, int icv_len)
{
	static const uint8_t aes256_gcm[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e };
	struct buf parameters = { 0 }, body = { 0 };

	item(&parameters, TAG_OCTETS, secret_view(&c->wrap.nonce));
	if (icv_len >= 0)
		must(build_small(&parameters, (unsigned)icv_len, NULL) == PLI_OK);
	item(&body, TAG_OID, view_of(aes256_gcm, sizeof(aes256_gcm)));
	item(&body, TAG_SEQUENCE, buf_view(&parameters));
	buf_clear(&c->algorithm);
	item(&c->algorithm, TAG_SEQUENCE, buf_view(&body));
	buf_clear(&parameters);
	buf_clear(&body);
	c->tag_len = icv_len < 0 ? 12 : (size_t)icv_len < sizeof(c->tag) ? (size_t)icv_len : sizeof(c->tag);
}

void
craft_nonce(struct craft *c, size_t len)
{
	c->wrap.nonce.len = len;
	support_bytes(c->wrap.nonce.p, len, (uint32_t)len);
	craft_icv(c, 16);
}

void
craft_attributes(struct craft *c)
{
	static const uint8_t content_type[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03 };
	struct buf value = { 0 }, attribute = { 0 }, set = { 0 };

	item(&value, TAG_OID, oid_data);
	item(&attribute, TAG_OID, view_of(content_type, sizeof(content_type)));
	item(&attribute, TAG_SET, buf_view(&value));
	item(&set, TAG_SEQUENCE, buf_view(&attribute));
	buf_clear(&c->attributes);
	item(&c->attributes, CONTEXT_0 | 1, buf_view(&set));
	buf_clear(&value);
	buf_clear(&attribute);
	buf_clear(&set);
}

void
craft_cipher(struct craft *c, struct view plain)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct buf aad = { 0 };
	int n = 0;

	must(ctx != NULL && plain.len <= INT32_MAX && buf_reserve(&c->ciphertext, plain.len + 16, NULL) == PLI_OK);
	if (c->cbc) {
		must(EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, c->wrap.key.p, c->wrap.nonce.p) == 1 &&
		     EVP_EncryptUpdate(ctx, c->ciphertext.p, &n, plain.p, (int)plain.len) == 1);
		c->ciphertext.len = (size_t)n;
		must(EVP_EncryptFinal_ex(ctx, c->ciphertext.p + n, &n) == 1);
		c->ciphertext.len += (size_t)n;
		EVP_CIPHER_CTX_free(ctx);
		return;
	}
	must(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, NULL, NULL) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)c->wrap.nonce.len, NULL) == 1 &&
	     EVP_EncryptInit_ex(ctx, NULL, NULL, c->wrap.key.p, c->wrap.nonce.p) == 1);
	add(&aad, buf_view(&c->attributes));
	if (aad.len > 0) {
		aad.p[0] = TAG_SET;
		must(EVP_EncryptUpdate(ctx, NULL, &n, aad.p, (int)aad.len) == 1);
	}
	c->ciphertext.len = plain.len;
	if (plain.len > 0)
		must(EVP_EncryptUpdate(ctx, c->ciphertext.p, &n, plain.p, (int)plain.len) == 1);
	must(EVP_EncryptFinal_ex(ctx, c->ciphertext.p + plain.len, &n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, c->tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	buf_clear(&aad);
}

void
craft_primitive(struct craft *c)
{
	buf_clear(&c->content);
	item(&c->content, TAG_CONTEXT, buf_view(&c->ciphertext));
}

void
craft_chunks(struct craft *c, size_t piece)
{
	size_t at, n;

	buf_clear(&c->content);
	must(build_open_indefinite(&c->content, CONTEXT_0, NULL) == PLI_OK);
	for (at = 0; at < c->ciphertext.len; at += n) {
		n = c->ciphertext.len - at < piece ? c->ciphertext.len - at : piece;
		item(&c->content, TAG_OCTETS, view_of(c->ciphertext.p + at, n));
	}
	add(&c->content, view_of("\0", 2));
}

/* Wraps what is in b: definite, or with an end of its own. */
static void
enclose(const struct craft *c, struct buf *b, uint8_t tag)
{
	struct buf whole = { 0 };

	if (c->indefinite) {
		must(build_open_indefinite(&whole, tag, NULL) == PLI_OK);
		add(&whole, buf_view(b));
		add(&whole, view_of("\0", 2));
	} else {
		item(&whole, tag, buf_view(b));
	}
	buf_clear(b);
	*b = whole;
}

void
craft_message(const struct craft *c, struct buf *out)
{
	struct buf encrypted = { 0 }, data = { 0 }, all = { 0 };

	item(&encrypted, TAG_OID, c->inner_type);
	add(&encrypted, buf_view(&c->algorithm));
	add(&encrypted, buf_view(&c->content));
	enclose(c, &encrypted, TAG_SEQUENCE);
	must(build_small(&data, 0, NULL) == PLI_OK);
	add(&data, buf_view(&c->originator));
	item(&data, TAG_SET, buf_view(&c->recipients));
	add(&data, buf_view(&encrypted));
	add(&data, buf_view(&c->attributes));
	if (!c->cbc)
		item(&data, TAG_OCTETS, view_of(c->tag, c->tag_len));
	add(&data, buf_view(&c->unattributes));
	enclose(c, &data, TAG_SEQUENCE);
	enclose(c, &data, CONTEXT_0);
	item(&all, TAG_OID, c->container);
	add(&all, buf_view(&data));
	enclose(c, &all, TAG_SEQUENCE);
	buf_clear(out);
	*out = all;
	buf_clear(&encrypted);
	buf_clear(&data);
}

/* X9.63 with SHA-256 and RFC 5753's ECC-CMS-SharedInfo for AES-256 key wrap, then that. */
static void
wrap_agreed(uint8_t z[32], struct view key, uint8_t wrapped[40])
{
	static uint8_t info[] = { 0x30, 0x15, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01,
		0x2d, 0xa2, 0x06, 0x04, 0x04, 0x00, 0x00, 0x01, 0x00 };
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, z, 32),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(info)),
		OSSL_PARAM_construct_end() };
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_X963KDF, NULL);
	EVP_KDF_CTX *derivation = EVP_KDF_CTX_new(kdf);
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t kek[32];
	int n;

	must(EVP_KDF_derive(derivation, kek, sizeof(kek), params) == 1 && key.len == 32);
	EVP_CIPHER_CTX_set_flags(cipher, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	must(EVP_EncryptInit_ex(cipher, EVP_aes_256_wrap(), NULL, kek, NULL) == 1 &&
	     EVP_EncryptUpdate(cipher, wrapped, &n, key.p, (int)key.len) == 1 && n == 40);
	EVP_CIPHER_CTX_free(cipher);
	EVP_KDF_CTX_free(derivation);
	EVP_KDF_free(kdf);
}

void
craft_agree(const struct craft *c, const uint8_t point[65], uint8_t wrapped[40])
{
	BIO *bio = BIO_new_mem_buf(support_key_pem(SUPPORT_P256), -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EC_GROUP *p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), *other;
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = BN_new(), *a = BN_new(), *b = BN_new(), *t = BN_new(), *d = NULL;
	BIGNUM *x = BN_bin2bn(point + 1, 32, NULL), *y = BN_bin2bn(point + 33, 32, NULL);
	EC_POINT *q = NULL;
	uint8_t z[32];

	must(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1);
	must(EC_GROUP_get_curve(p256, p, a, NULL, ctx) == 1);
	/* b = y^2 - (x^2 + a) x */
	must(BN_mod_sqr(b, y, p, ctx) == 1 && BN_mod_sqr(t, x, p, ctx) == 1 && BN_mod_add(t, t, a, p, ctx) == 1 &&
	     BN_mod_mul(t, t, x, p, ctx) == 1 && BN_mod_sub(b, b, t, p, ctx) == 1);
	must((other = EC_GROUP_new_curve_GFp(p, a, b, ctx)) != NULL && (q = EC_POINT_new(other)) != NULL);
	must(EC_POINT_set_affine_coordinates(other, q, x, y, ctx) == 1 &&
	     EC_POINT_mul(other, q, NULL, q, d, ctx) == 1 &&
	     EC_POINT_get_affine_coordinates(other, q, x, y, ctx) == 1 && BN_bn2binpad(x, z, sizeof(z)) == 32);
	wrap_agreed(z, secret_view(&c->wrap.key), wrapped);
	EC_POINT_free(q);
	EC_GROUP_free(other);
	EC_GROUP_free(p256);
	BN_free(p);
	BN_free(a);
	BN_free(b);
	BN_free(t);
	BN_free(d);
	BN_free(x);
	BN_free(y);
	BN_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
}
