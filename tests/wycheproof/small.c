/* small.c - the parts of a small message, from the inside out. */
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "oids.h"
#include "reader.h"
#include "wycheproof.h"

#define CONTENT_MAX 65536

enum { CONTEXT_0 = TAG_CONTEXT | TAG_CONSTRUCTED };

_Noreturn void
wycheproof_fail(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: %s\n", file, line, what);
	exit(99);
}

static void
add(struct buf *b, struct view v)
{
	must(buf_add(b, v, NULL) == PLI_OK);
}

/* Makes what is in b the body of an item. */
static void
enclose(struct buf *b, uint8_t tag)
{
	struct buf whole = { 0 };

	must(build_item(&whole, tag, buf_view(b), NULL) == PLI_OK);
	buf_clear(b);
	*b = whole;
}

static void
item(struct buf *b, uint8_t tag, const void *p, size_t len)
{
	must(build_item(b, tag, view_of(p, len), NULL) == PLI_OK);
}

void
target_init(struct target *t, const char *key_pem)
{
	BIO *in = BIO_new_mem_buf(key_pem, -1), *out = BIO_new(BIO_s_mem());
	struct pli_error err = { 0 };
	char *text;
	long len;

	must(in != NULL && out != NULL && (t->pkey = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL)) != NULL);
	must((t->cert = X509_new()) != NULL && X509_set_version(t->cert, 2) == 1 &&
	     ASN1_INTEGER_set(X509_get_serialNumber(t->cert), 77) == 1 &&
	     X509_gmtime_adj(X509_getm_notBefore(t->cert), -3600) != NULL &&
	     X509_gmtime_adj(X509_getm_notAfter(t->cert), 86400) != NULL &&
	     X509_NAME_add_entry_by_txt(X509_get_subject_name(t->cert), "CN", MBSTRING_UTF8,
		 (const unsigned char *)"key of a test vector", -1, -1, 0) == 1 &&
	     X509_set_issuer_name(t->cert, X509_get_subject_name(t->cert)) == 1 &&
	     X509_set_pubkey(t->cert, t->pkey) == 1 && X509_sign(t->cert, t->pkey, EVP_sha256()) > 0 &&
	     PEM_write_bio_X509(out, t->cert) == 1 && BIO_puts(out, key_pem) > 0);
	len = BIO_get_mem_data(out, &text);
	if (pli_key_new(&t->key, support_pli(), text, (size_t)len, "test vector", NULL, NULL, NULL, &err) != PLI_OK)
		wycheproof_fail(err.message, __FILE__, __LINE__);
	BIO_free(in);
	BIO_free(out);
}

void
target_clear(struct target *t)
{
	pli_key_free(t->key);
	X509_free(t->cert);
	EVP_PKEY_free(t->pkey);
	*t = (struct target){ 0 };
}

/* AlgorithmIdentifier of a hash, with NULL. */
static void
add_hash(struct buf *b, const char *name)
{
	struct buf body = { 0 };
	ASN1_OBJECT *oid = OBJ_txt2obj(name, 0);

	must(oid != NULL);
	item(&body, TAG_OID, OBJ_get0_data(oid), OBJ_length(oid));
	item(&body, TAG_NULL, NULL, 0);
	enclose(&body, TAG_SEQUENCE);
	add(b, buf_view(&body));
	buf_clear(&body);
	ASN1_OBJECT_free(oid);
}

/* Hashes as libcrypto calls them. */
static const EVP_MD *
hash_of(const char *name)
{
	char plain[16] = "SHA";

	must(strncmp(name, "SHA-", 4) == 0 && strlen(name) < sizeof(plain));
	(void)strcat(plain, name + 4);
	return EVP_get_digestbyname(plain);
}

/* RSAES-OAEP-params, RFC 4055 4.1; what is the default is left out. */
static void
add_oaep(struct buf *b, const struct oaep *oaep)
{
	struct buf params = { 0 }, field = { 0 };

	if (strcmp(oaep->hash, "SHA-1") != 0) {
		add_hash(&field, EVP_MD_get0_name(hash_of(oaep->hash)));
		enclose(&field, CONTEXT_0);
		add(&params, buf_view(&field));
		buf_clear(&field);
	}
	if (strcmp(oaep->mgf, "SHA-1") != 0) {
		item(&field, TAG_OID, oid_mgf1.p, oid_mgf1.len);
		add_hash(&field, EVP_MD_get0_name(hash_of(oaep->mgf)));
		enclose(&field, TAG_SEQUENCE);
		enclose(&field, CONTEXT_0 | 1);
		add(&params, buf_view(&field));
		buf_clear(&field);
	}
	if (oaep->label.len > 0) {
		item(&field, TAG_OID, oid_p_specified.p, oid_p_specified.len);
		item(&field, TAG_OCTETS, oaep->label.p, oaep->label.len);
		enclose(&field, TAG_SEQUENCE);
		enclose(&field, CONTEXT_0 | 2);
		add(&params, buf_view(&field));
		buf_clear(&field);
	}
	enclose(&params, TAG_SEQUENCE);
	add(b, buf_view(&params));
	buf_clear(&params);
}

void
message_ktri(struct buf *out, const struct target *t, const struct oaep *oaep, struct view encrypted)
{
	struct buf id = { 0 }, algorithm = { 0 }, body = { 0 };
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_get_issuer_name(t->cert), &der);

	must(len > 0);
	add(&id, view_of(der, (size_t)len));
	must(build_small(&id, 77, NULL) == PLI_OK);
	enclose(&id, TAG_SEQUENCE);
	if (oaep != NULL) {
		item(&algorithm, TAG_OID, oid_oaep.p, oid_oaep.len);
		add_oaep(&algorithm, oaep);
	} else {
		item(&algorithm, TAG_OID, oid_rsa.p, oid_rsa.len);
		item(&algorithm, TAG_NULL, NULL, 0);
	}
	enclose(&algorithm, TAG_SEQUENCE);
	must(build_small(&body, 0, NULL) == PLI_OK);
	add(&body, buf_view(&id));
	add(&body, buf_view(&algorithm));
	item(&body, TAG_OCTETS, encrypted.p, encrypted.len);
	enclose(&body, TAG_SEQUENCE);
	add(out, buf_view(&body));
	buf_clear(&id);
	buf_clear(&algorithm);
	buf_clear(&body);
	OPENSSL_free(der);
}

void
message_wrap(struct buf *encrypted, const struct target *t, const struct oaep *oaep, struct view key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(t->pkey, NULL);
	size_t len = (size_t)EVP_PKEY_get_size(t->pkey);
	void *label;

	must(ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 && buf_reserve(encrypted, len, NULL) == PLI_OK);
	if (oaep != NULL) {
		must(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
		     EVP_PKEY_CTX_set_rsa_oaep_md(ctx, hash_of(oaep->hash)) == 1 &&
		     EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, hash_of(oaep->mgf)) == 1);
		if (oaep->label.len > 0) {
			must((label = OPENSSL_memdup(oaep->label.p, oaep->label.len)) != NULL &&
			     EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, label, (int)oaep->label.len) == 1);
		}
	}
	must(EVP_PKEY_encrypt(ctx, encrypted->p, &len, key.p, key.len) == 1);
	encrypted->len = len;
	EVP_PKEY_CTX_free(ctx);
}

void
message_gcm(
    struct buf *out, struct view ktri, size_t key_len, struct view nonce, struct view ciphertext, struct view tag)
{
	uint8_t oid[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x06 };
	struct buf params = { 0 }, encrypted = { 0 }, data = { 0 }, all = { 0 };

	oid[8] = key_len == 16 ? 0x06 : key_len == 24 ? 0x1a : 0x2e;
	item(&params, TAG_OCTETS, nonce.p, nonce.len);
	must(build_small(&params, 16, NULL) == PLI_OK);
	enclose(&params, TAG_SEQUENCE);
	item(&data, TAG_OID, oid, sizeof(oid));
	add(&data, buf_view(&params));
	enclose(&data, TAG_SEQUENCE);
	item(&encrypted, TAG_OID, oid_data.p, oid_data.len);
	add(&encrypted, buf_view(&data));
	item(&encrypted, TAG_CONTEXT, ciphertext.p, ciphertext.len);
	enclose(&encrypted, TAG_SEQUENCE);
	buf_clear(&data);
	must(build_small(&data, 0, NULL) == PLI_OK);
	item(&data, TAG_SET, ktri.p, ktri.len);
	add(&data, buf_view(&encrypted));
	item(&data, TAG_OCTETS, tag.p, tag.len);
	enclose(&data, TAG_SEQUENCE);
	enclose(&data, CONTEXT_0);
	item(&all, TAG_OID, oid_auth_enveloped.p, oid_auth_enveloped.len);
	add(&all, buf_view(&data));
	enclose(&all, TAG_SEQUENCE);
	buf_clear(out);
	*out = all;
	buf_clear(&params);
	buf_clear(&encrypted);
	buf_clear(&data);
}

void
message_cbc(struct buf *out, struct view ktri, size_t key_len, struct view iv, struct view ciphertext)
{
	static const uint8_t enveloped[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03 };
	uint8_t oid[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02 };
	struct buf encrypted = { 0 }, data = { 0 }, all = { 0 };

	oid[8] = key_len == 16 ? 0x02 : key_len == 24 ? 0x16 : 0x2a;
	item(&data, TAG_OID, oid, sizeof(oid));
	item(&data, TAG_OCTETS, iv.p, iv.len);
	enclose(&data, TAG_SEQUENCE);
	item(&encrypted, TAG_OID, oid_data.p, oid_data.len);
	add(&encrypted, buf_view(&data));
	item(&encrypted, TAG_CONTEXT, ciphertext.p, ciphertext.len);
	enclose(&encrypted, TAG_SEQUENCE);
	buf_clear(&data);
	must(build_small(&data, 0, NULL) == PLI_OK);
	item(&data, TAG_SET, ktri.p, ktri.len);
	add(&data, buf_view(&encrypted));
	enclose(&data, TAG_SEQUENCE);
	enclose(&data, CONTEXT_0);
	item(&all, TAG_OID, enveloped, sizeof(enveloped));
	add(&all, buf_view(&data));
	enclose(&all, TAG_SEQUENCE);
	buf_clear(out);
	*out = all;
	buf_clear(&encrypted);
	buf_clear(&data);
}

void
message_seal(struct buf *out, struct view ktri, struct view key, struct view plain)
{
	static const uint8_t nonce[12];
	const EVP_CIPHER *cipher = key.len == 16   ? EVP_aes_128_gcm()
				   : key.len == 24 ? EVP_aes_192_gcm()
						   : EVP_aes_256_gcm();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct buf ciphertext = { 0 };
	uint8_t tag[16];
	int n = 0;

	must(ctx != NULL && plain.len > 0 && plain.len <= CONTENT_MAX &&
	     buf_reserve(&ciphertext, plain.len, NULL) == PLI_OK);
	must(EVP_EncryptInit_ex(ctx, cipher, NULL, key.p, nonce) == 1 &&
	     EVP_EncryptUpdate(ctx, ciphertext.p, &n, plain.p, (int)plain.len) == 1 && (size_t)n == plain.len &&
	     EVP_EncryptFinal_ex(ctx, ciphertext.p + n, &n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
	ciphertext.len = plain.len;
	message_gcm(out, ktri, key.len, view_of(nonce, 12), buf_view(&ciphertext), view_of(tag, 16));
	buf_clear(&ciphertext);
	EVP_CIPHER_CTX_free(ctx);
}

enum pli_status
message_open(struct view message, const struct target *t, struct buf *out)
{
	const struct pli_key *key = t->key;
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(message.p, message.len, "test vector");
	struct pli_output to;
	struct pli_opened opened;
	struct pli_error err = { 0 };
	enum pli_status rc;
	size_t i;

	buf_clear(out);
	must(buf_reserve(out, CONTENT_MAX, NULL) == PLI_OK);
	memset(out->p, 0, CONTENT_MAX);
	to = pli_output_memory(out->p, CONTENT_MAX, "memory");
	options.threads = 0;
	options.accept_legacy = options.accept_unauthenticated = true;
	rc = pli_open(support_pli(), &key, 1, &in, &to, &options, &opened, &err);
	if (rc == PLI_OK)
		out->len = (size_t)opened.content_bytes;
	for (i = 0; rc != PLI_OK && i < CONTENT_MAX; i++)
		must(out->p[i] == 0); /* nothing was released */
	return rc;
}
