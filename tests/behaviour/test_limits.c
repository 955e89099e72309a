/*
 * Where pli stops: lengths, numbers of recipients, short tags, other containers. What is refused is refused before
 * anything is written, and before a private key is used: that is counted.
 */
#include "craft.h"
#include "jobs.h"
#include "key_uses.h"
#include "suite.h"

#include <fcntl.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder.h"
#include "head.h"
#include "oids.h"
#include "pli/inspect.h"
#include "reader.h"

enum { LEN = 100, CONTEXT_0 = TAG_CONTEXT | TAG_CONSTRUCTED, WATCHDOG = 240 };

static uint8_t bytes[LEN];

/* What opens, or has a wrong tag, takes a key. What is refused takes none, but where the end is not as the head says. */
static bool
used_rightly(enum pli_status rc)
{
	if (rc == PLI_OK || rc == PLI_ERR_AUTH)
		return key_uses > 0;
	return key_uses == 0 || rc == PLI_ERR_MALFORMED;
}

/* Opens v in every way; the status, which is the same for all. Nothing is released unless it is PLI_OK: then bytes are. */
static enum pli_status
opens(struct view v, bool accept_short_tag)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	enum pli_status rc, first;
	struct pli_error err = { 0 };
	struct buf got = { 0 };
	enum jobs_kind to;

	options.accept_short_tag = accept_short_tag;
	key_uses = 0;
	first = jobs_verify(key, v, ENDS_FILE, &options, NULL, &err);
	check(first == err.status);
	check(used_rightly(first));
	for (to = 0; to < ENDS_KINDS; to++) {
		key_uses = 0;
		rc = jobs_open(key, v, (enum jobs_kind)((to + 1) % ENDS_KINDS), to, &options, &got, NULL, NULL);
		check(rc == first);
		check(used_rightly(rc));
		check(rc == PLI_OK ? view_equal(buf_view(&got), view_of(bytes, LEN)) : got.len == 0);
	}
	buf_clear(&got);
	return first;
}

/* Inspects v: whether pli would take it; *rc is how reading it ended. */
static bool
inspected(struct view v, enum pli_status *rc)
{
	struct pli_input in = pli_input_memory(v.p, v.len, "memory");
	struct pli_envelope *envelope;
	bool accepted;

	*rc = pli_inspect(&envelope, support_pli(), &in, NULL, NULL);
	accepted = *rc == PLI_OK && envelope->accepted;
	check(*rc != PLI_OK || envelope->accepted || envelope->problem_count > 0);
	pli_envelope_free(envelope);
	return accepted;
}

static void
begin(struct craft *c)
{
	(void)alarm(PATIENCE * WATCHDOG);
	support_bytes(bytes, LEN, 11);
	craft_init(c);
	craft_cipher(c, view_of(bytes, LEN));
	craft_primitive(c);
}

static void
sparse_file(const char *path, struct view first, off_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd >= 0 && write(fd, first.p, first.len) == (ssize_t)first.len && ftruncate(fd, len) == 0);
	(void)close(fd);
}

/* Sealing more than one message of AES-GCM can hold. */
static void
content_too_long(void)
{
	const char *path = support_path("sparse"), *to = support_path("envelope");
	const struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct pli_input in = pli_input_path(path);
	struct pli_output out = pli_output_path(to);
	struct pli_sealer *s;

	(void)alarm(PATIENCE * WATCHDOG);
	sparse_file(path, view_of("", 0), (off_t)65 << 30);
	check(pli_seal(support_pli(), certs, &in, &out, &options, NULL, NULL) == PLI_ERR_LIMIT);
	check(!support_exists(to) && support_entries() == 1);
	sparse_file(path, view_of("", 0), (off_t)PLI_CONTENT_MAX + 1);
	check(pli_seal(support_pli(), certs, &in, &out, &options, NULL, NULL) == PLI_ERR_LIMIT);
	check(!support_exists(to) && support_entries() == 1);
	(void)unlink(path);
	check(pli_sealer_new(&s, support_pli(), certs, PLI_CONTENT_MAX + 1, &out, &options, NULL) == PLI_ERR_LIMIT);
	check(s == NULL);
	/* the longest is begun, and one write that would pass the limit is refused, whatever its bytes are */
	check(pli_sealer_new(&s, support_pli(), certs, PLI_CONTENT_MAX, &out, &options, NULL) == PLI_OK);
	check(pli_sealer_write(s, bytes, 1, NULL) == PLI_OK);
	check(pli_sealer_write(s, bytes, (size_t)PLI_CONTENT_MAX, NULL) == PLI_ERR_LIMIT);
	check(pli_sealer_write(s, bytes, 1, NULL) == PLI_ERR_LIMIT);
	pli_sealer_free(s);
	check(pli_sealer_new(&s, support_pli(), certs, PLI_LENGTH_UNKNOWN, &out, &options, NULL) == PLI_OK);
	check(pli_sealer_write(s, bytes, (size_t)PLI_CONTENT_MAX + 1, NULL) == PLI_ERR_LIMIT);
	pli_sealer_free(s);
	check(support_entries() == 0);
	pli_certs_free(certs);
}

/* Opening what says that it holds more than that; the file is as long as it says, but empty. */
static void
envelope_too_long(void)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	const char *path = support_path("sparse"), *to = support_path("content");
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_input in = pli_input_path(path);
	struct pli_output out = pli_output_path(to);
	struct buf whole = { 0 };
	struct craft c;
	size_t i;

	begin(&c);
	c.indefinite = true;
	key_uses = 0;
	for (i = 0; i < 2; i++) {
		buf_clear(&c.content);
		check(build_open(&c.content, TAG_CONTEXT, PLI_CONTENT_MAX + (i == 0 ? 1 : 1 << 30), NULL) == PLI_OK);
		craft_message(&c, &whole);
		/* up to the content, and then zeroes */
		sparse_file(path, view_of(whole.p, whole.len - 26), (off_t)PLI_CONTENT_MAX + (i == 0 ? 4096 : 2 << 29));
		check(pli_open(support_pli(), &key, 1, &in, &out, &options, NULL, NULL) == PLI_ERR_LIMIT);
		check(pli_verify(support_pli(), &key, 1, &in, &options, NULL, NULL) == PLI_ERR_LIMIT);
		check(!support_exists(to) && key_uses == 0);
	}
	(void)unlink(path);
	craft_clear(&c);
	buf_clear(&whole);
}

/* PEM of count certificates for one P-256 key, with different serial numbers. */
static void
many_certs(size_t count, struct buf *pem)
{
	BIO *in = BIO_new_mem_buf(support_cert_pem(SUPPORT_P256), -1), *out = BIO_new(BIO_s_mem());
	BIO *key_in = BIO_new_mem_buf(support_key_pem(SUPPORT_P256), -1);
	X509 *x = PEM_read_bio_X509(in, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_in, NULL, NULL, NULL);
	char *text;
	long len;
	size_t i;

	check(x != NULL && key != NULL);
	for (i = 0; i < count; i++)
		check(ASN1_INTEGER_set(X509_get_serialNumber(x), (long)(100000 + i)) == 1 &&
		      X509_sign(x, key, EVP_sha256()) > 0 && PEM_write_bio_X509(out, x) == 1);
	len = BIO_get_mem_data(out, &text);
	check(buf_add(pem, view_of(text, (size_t)len), NULL) == PLI_OK);
	X509_free(x);
	EVP_PKEY_free(key);
	BIO_free(in);
	BIO_free(key_in);
	BIO_free(out);
}

/* A thousand recipients are sealed to, and the first, the last and any other opens. */
static void
thousand_recipients(void)
{
	static const size_t openers[] = { 0, 1, 499, 999 };
	const struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	const struct pli_open_options opening = PLI_OPEN_DEFAULTS;
	const char *pem = support_key_pem(SUPPORT_P256);
	struct buf text = { 0 }, envelope = { 0 }, got = { 0 };
	struct pli_error err = { 0 };
	struct pli_certs *certs, *one;
	struct pli_envelope *seen;
	struct pli_key *key;
	struct pli_input in;
	size_t i, each;

	(void)alarm(PATIENCE * WATCHDOG);
	support_bytes(bytes, LEN, 11);
	many_certs(1001, &text);
	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	/* 1,001 are refused, and the list is as it was */
	check(pli_certs_add(certs, text.p, text.len, "many", NULL) == PLI_ERR_LIMIT && pli_certs_count(certs) == 0);
	buf_clear(&text);
	many_certs(1000, &text);
	check_ok(pli_certs_add(certs, text.p, text.len, "many", &err), err);
	check(pli_certs_count(certs) == 1000);
	check(pli_certs_add(certs, support_cert_pem(SUPPORT_P256), strlen(support_cert_pem(SUPPORT_P256)), "one more",
		  NULL) == PLI_ERR_LIMIT);
	check(pli_certs_count(certs) == 1000);
	check_ok(jobs_seal(certs, view_of(bytes, LEN), ENDS_MEMORY, ENDS_MEMORY, &sealing, &envelope, NULL, &err), err);
	in = pli_input_memory(envelope.p, envelope.len, "memory");
	check_ok(pli_inspect(&seen, support_pli(), &in, NULL, &err), err);
	check(seen->recipient_count == 1000 && seen->accepted);
	pli_envelope_free(seen);
	each = text.len / 1000; /* all certificates are about as long as the other */
	for (i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		const uint8_t *at = text.p + openers[i] * each;

		while (at > text.p && memcmp(at, "-----BEGIN", 10) != 0)
			at--;
		check_ok(pli_certs_new(&one, support_pli(), &err), err);
		check_ok(pli_certs_add(one, at, (size_t)(strstr((const char *)at, "-----END") - (const char *)at) + 26,
			     "one", &err),
		    err);
		check_ok(pli_key_new(&key, support_pli(), pem, strlen(pem), "key", one, NULL, NULL, &err), err);
		check_ok(jobs_open(key, buf_view(&envelope), ENDS_PIPE, ENDS_FILE, &opening, &got, NULL, &err), err);
		check(view_equal(buf_view(&got), view_of(bytes, LEN)));
		pli_key_free(key);
		pli_certs_free(one);
	}
	/* a key that is none of them: matched by no certificate, not used, and said so in bounded words */
	key_uses = 0;
	check(jobs_open(support_key(SUPPORT_P384), buf_view(&envelope), ENDS_MEMORY, ENDS_MEMORY, &opening, &got, NULL,
		  &err) == PLI_ERR_NO_RECIPIENT);
	check(got.len == 0 && strlen(err.message) < 1000 && key_uses == 0);
	pli_certs_free(certs);
	buf_clear(&text);
	buf_clear(&envelope);
	buf_clear(&got);
}

/* A recipient that nobody is, with an encrypted key of len bytes: KEKRecipientInfo. */
static void
filler(struct buf *out, size_t len)
{
	static const uint8_t wrap[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2d };
	struct buf id = { 0 }, algorithm = { 0 }, body = { 0 }, key = { 0 };

	check(buf_reserve(&key, len, NULL) == PLI_OK);
	memset(key.p, 0x55, len);
	check(build_item(&id, TAG_OCTETS, view_of("nobody", 6), NULL) == PLI_OK);
	check(build_item(&algorithm, TAG_OID, view_of(wrap, sizeof(wrap)), NULL) == PLI_OK);
	check(build_small(&body, 4, NULL) == PLI_OK && build_item(&body, TAG_SEQUENCE, buf_view(&id), NULL) == PLI_OK);
	check(build_item(&body, TAG_SEQUENCE, buf_view(&algorithm), NULL) == PLI_OK);
	check(build_item(&body, TAG_OCTETS, view_of(key.p, len), NULL) == PLI_OK);
	check(build_item(out, CONTEXT_0 | 2, buf_view(&body), NULL) == PLI_OK);
	buf_clear(&id);
	buf_clear(&algorithm);
	buf_clear(&body);
	buf_clear(&key);
}

/* The status of opening, and of inspecting, an envelope with count fillers of len bytes before its real recipient. */
static enum pli_status
with_fillers(size_t count, size_t len)
{
	struct buf whole = { 0 };
	enum pli_status rc, seen;
	struct craft c;
	size_t i;

	begin(&c);
	c.recipients.len = 0;
	for (i = 0; i < count; i++)
		filler(&c.recipients, len);
	check(buf_add(&c.recipients, buf_view(&c.wrap.recipients), NULL) == PLI_OK);
	craft_message(&c, &whole);
	rc = opens(buf_view(&whole), false);
	check(inspected(buf_view(&whole), &seen) == (rc == PLI_OK) && seen == rc);
	craft_clear(&c);
	buf_clear(&whole);
	return rc;
}

static void
head_limits(void)
{
	check(with_fillers(0, 8) == PLI_OK);
	check(with_fillers(1999, 8) == PLI_OK);
	check(with_fillers(2000, 8) == PLI_ERR_LIMIT);
	check(with_fillers(20000, 8) == PLI_ERR_LIMIT);
	/* long heads: of one long recipient, of many */
	check(with_fillers(1, (2 << 20) - 4096) == PLI_OK);
	check(with_fillers(1, 2 << 20) == PLI_ERR_LIMIT);
	check(with_fillers(1, 10 << 20) == PLI_ERR_LIMIT);
	check(with_fillers(1000, 2000) == PLI_OK);
	check(with_fillers(1000, 2100) == PLI_ERR_LIMIT);
}

/* A head that says it is long, and is not: that is truncated, or too long, but no gigabyte is waited for or reserved. */
static void
head_that_lies(void)
{
	static const uint64_t lens[] = { 3 << 20, UINT64_C(1) << 31, UINT64_C(1) << 40, (UINT64_C(1) << 63) - 100 };
	struct buf whole = { 0 };
	enum pli_status rc;
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		buf_clear(&whole);
		check(build_open_indefinite(&whole, TAG_SEQUENCE, NULL) == PLI_OK);
		check(build_item(&whole, TAG_OID, oid_auth_enveloped, NULL) == PLI_OK);
		check(build_open_indefinite(&whole, CONTEXT_0, NULL) == PLI_OK);
		check(build_open_indefinite(&whole, TAG_SEQUENCE, NULL) == PLI_OK);
		check(build_small(&whole, 0, NULL) == PLI_OK);
		check(build_open(&whole, TAG_SET, lens[i], NULL) == PLI_OK);
		check(buf_add(&whole, view_of(bytes, LEN), NULL) == PLI_OK);
		rc = opens(buf_view(&whole), false);
		check((rc == PLI_ERR_LIMIT || rc == PLI_ERR_MALFORMED) && key_uses == 0);
	}
	buf_clear(&whole);
}

/* The envelope with its tag cut to len bytes, and an ICVlen (-1: none) in front that says icv. */
static enum pli_status
with_tag(int icv, size_t len, bool accept_short_tag)
{
	struct buf whole = { 0 };
	enum pli_status rc, seen;
	struct craft c;

	begin(&c);
	craft_icv(&c, icv);
	c.tag_len = len;
	craft_message(&c, &whole);
	rc = opens(buf_view(&whole), accept_short_tag);
	(void)inspected(buf_view(&whole), &seen);
	check(seen == PLI_OK);
	/* a short tag is still a tag: a wrong one is not taken, in any bit of it */
	if (rc == PLI_OK) {
		whole.p[whole.len - 1] ^= 1;
		check(opens(buf_view(&whole), accept_short_tag) == PLI_ERR_AUTH);
		whole.p[whole.len - 1] ^= 1;
		whole.p[whole.len - len] ^= 0x80;
		check(opens(buf_view(&whole), accept_short_tag) == PLI_ERR_AUTH);
	}
	craft_clear(&c);
	buf_clear(&whole);
	return rc;
}

static void
tags(void)
{
	static const int never[] = { 0, 1, 4, 8, 11, 17, 32, 127 };
	size_t i;
	int len;

	check(with_tag(16, 16, false) == PLI_OK && with_tag(16, 16, true) == PLI_OK);
	for (len = 12; len < 16; len++) {
		check(with_tag(len, (size_t)len, false) == PLI_ERR_UNSUPPORTED);
		check(with_tag(len, (size_t)len, true) == PLI_OK);
		/* another length than was announced */
		check(with_tag(len, (size_t)len + 1, true) == PLI_ERR_MALFORMED);
		check(with_tag(len, (size_t)len - 1, true) == PLI_ERR_MALFORMED);
		check(with_tag(16, (size_t)len, true) == PLI_ERR_MALFORMED);
	}
	check(with_tag(-1, 12, false) == PLI_ERR_UNSUPPORTED); /* 12 is the default, RFC 5084 3.2 */
	check(with_tag(-1, 12, true) == PLI_OK);
	check(with_tag(-1, 16, true) == PLI_ERR_MALFORMED);
	check(with_tag(16, 0, true) == PLI_ERR_MALFORMED);
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		len = never[i] < 32 ? never[i] : 32;
		check(with_tag(never[i], (size_t)len, false) == PLI_ERR_UNSUPPORTED);
		check(with_tag(never[i], (size_t)len, true) == PLI_ERR_UNSUPPORTED);
		check(with_tag(16, (size_t)len, true) == PLI_ERR_MALFORMED);
	}
}

#define OID(text) view_of(text, sizeof(text) - 1)
#define PKCS7 "\x2a\x86\x48\x86\xf7\x0d\x01\x07"
#define SMIME_CT "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01"

/* The same message under other names. */
static void
containers(void)
{
	const struct view named[] = { OID(PKCS7 "\x01"), OID(PKCS7 "\x02"), OID(PKCS7 "\x03"), OID(PKCS7 "\x05"),
		OID(PKCS7 "\x06"), OID(SMIME_CT "\x02"), OID(SMIME_CT "\x09") };
	const struct view unknown[] = { OID(PKCS7 "\x07"), OID("\x2a\x03\x04") };
	struct buf whole = { 0 };
	enum pli_status rc;
	struct craft c;
	size_t i;

	begin(&c);
	c.tag_len = 16;
	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		c.container = named[i];
		craft_message(&c, &whole);
		/* an EnvelopedData has no tag, so this one is not even well-formed; its container is looked at first */
		check(opens(buf_view(&whole), true) == PLI_ERR_UNSUPPORTED);
		check(!inspected(buf_view(&whole), &rc));
		check(rc == (i == 2 ? PLI_ERR_MALFORMED : PLI_OK));
	}
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		c.container = unknown[i];
		craft_message(&c, &whole);
		check(opens(buf_view(&whole), true) == PLI_ERR_MALFORMED && key_uses == 0);
	}
	c.container = oid_auth_enveloped;
	c.inner_type = named[1];
	craft_message(&c, &whole);
	check(opens(buf_view(&whole), true) == PLI_ERR_UNSUPPORTED && !inspected(buf_view(&whole), &rc));
	c.inner_type = oid_data;
	buf_clear(&c.content);
	craft_message(&c, &whole); /* content that is elsewhere */
	check(opens(buf_view(&whole), true) == PLI_ERR_MALFORMED && key_uses == 0);
	check(!inspected(buf_view(&whole), &rc));
	craft_clear(&c);
	buf_clear(&whole);
}

/* What libcrypto writes with other ciphers. */
static void
ciphers(void)
{
	const EVP_CIPHER *const others[] = { EVP_aes_256_cbc(), EVP_aes_128_cbc(), EVP_des_ede3_cbc(),
		EVP_aes_256_ofb(), EVP_aes_256_cfb() };
	BIO *pem = BIO_new_mem_buf(support_cert_pem(SUPPORT_P256), -1), *in;
	X509 *x = PEM_read_bio_X509(pem, NULL, NULL, NULL);
	STACK_OF(X509) *certs = sk_X509_new_null();
	unsigned char *der;
	CMS_ContentInfo *cms;
	enum pli_status rc;
	size_t i;
	int len;

	check(x != NULL && sk_X509_push(certs, x) == 1);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		der = NULL;
		in = BIO_new_mem_buf(bytes, LEN);
		cms = CMS_encrypt(certs, in, others[i], CMS_BINARY);
		check(cms != NULL && (len = i2d_CMS_ContentInfo(cms, &der)) > 0);
		check(opens(view_of(der, (size_t)len), true) == PLI_ERR_UNSUPPORTED);
		check(!inspected(view_of(der, (size_t)len), &rc) && rc == PLI_OK);
		CMS_ContentInfo_free(cms);
		OPENSSL_free(der);
		BIO_free(in);
	}
	sk_X509_free(certs);
	X509_free(x);
	BIO_free(pem);
}

/* A GCM message under the name of another cipher is not decrypted: it would give the plaintext away (OpenSSL does). */
static void
renamed_ciphers(void)
{
	/* the last octets of the names of AES-256: ECB, CBC, OFB, CFB, wrap, CCM */
	static const uint8_t modes[] = { 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2f };
	struct buf whole = { 0 };
	struct craft c;
	size_t i, at;

	begin(&c);
	for (at = 0; at < c.algorithm.len && c.algorithm.p[at] != 0x2e; at++)
		;
	check(at == 12); /* SEQUENCE, OID of 9 octets */
	for (i = 0; i < sizeof(modes); i++) {
		c.algorithm.p[at] = modes[i];
		c.container = oid_auth_enveloped;
		craft_message(&c, &whole);
		check(opens(buf_view(&whole), true) == PLI_ERR_UNSUPPORTED);
		c.container = OID(PKCS7 "\x03");
		craft_message(&c, &whole);
		check(opens(buf_view(&whole), true) == PLI_ERR_UNSUPPORTED);
	}
	craft_clear(&c);
	buf_clear(&whole);
}

/* Authenticated attributes are: RFC 5083 2.2. Others are not, and are left alone. */
static void
attributes(void)
{
	struct buf whole = { 0 };
	struct craft c;
	size_t at;
	int bit;

	begin(&c);
	craft_attributes(&c);
	craft_cipher(&c, view_of(bytes, LEN));
	craft_message(&c, &whole);
	check(opens(buf_view(&whole), false) == PLI_OK);
	/* a bit of the contents of an attribute, behind the headers of both */
	for (at = whole.len - 18 - c.attributes.len + 4; at < whole.len - 18; at++)
		for (bit = 0; bit < 8; bit++) {
			whole.p[at] ^= (uint8_t)(1 << bit);
			check(opens(buf_view(&whole), false) == PLI_ERR_AUTH);
			whole.p[at] ^= (uint8_t)(1 << bit);
		}
	/* left out, or put in where the tag is of a message without */
	buf_clear(&c.attributes);
	craft_message(&c, &whole);
	check(opens(buf_view(&whole), false) == PLI_ERR_AUTH);
	craft_cipher(&c, view_of(bytes, LEN));
	craft_attributes(&c);
	craft_message(&c, &whole);
	check(opens(buf_view(&whole), false) == PLI_ERR_AUTH);
	/* unauthenticated ones, beside the others and alone */
	craft_cipher(&c, view_of(bytes, LEN));
	check(buf_add(&c.unattributes, buf_view(&c.attributes), NULL) == PLI_OK);
	c.unattributes.p[0] = CONTEXT_0 | 2;
	craft_message(&c, &whole);
	check(opens(buf_view(&whole), false) == PLI_OK);
	whole.p[whole.len - 1] ^= 1;
	check(opens(buf_view(&whole), false) == PLI_OK);
	c.indefinite = true;
	craft_message(&c, &whole);
	check(opens(buf_view(&whole), false) == PLI_OK);
	craft_clear(&c);
	buf_clear(&whole);
}

/* An envelope inside an envelope only if that is asked for. */
static void
nested(void)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct buf whole = { 0 }, got = { 0 };
	enum jobs_kind from, to;
	struct craft c;
	int indefinite;

	begin(&c);
	for (indefinite = 0; indefinite < 2; indefinite++) {
		c.indefinite = indefinite != 0;
		craft_message(&c, &whole);
		for (from = 0; from < ENDS_KINDS; from++)
			for (to = 0; to < ENDS_KINDS; to++) {
				options.allow_nested = false;
				check(jobs_seal(certs, buf_view(&whole), from, to, &options, &got, NULL, NULL) ==
				      PLI_ERR_UNSUPPORTED);
				check(to == ENDS_PIPE || got.len == 0);
				options.allow_nested = true;
				check(
				    jobs_seal(certs, buf_view(&whole), from, to, &options, &got, NULL, NULL) == PLI_OK);
			}
		options.allow_nested = false;
		check(jobs_push(certs, buf_view(&whole), PLI_LENGTH_UNKNOWN, ENDS_FILE, &options, &got, NULL, NULL) ==
		      PLI_ERR_UNSUPPORTED);
		check(jobs_push(certs, buf_view(&whole), whole.len, ENDS_FILE, &options, &got, NULL, NULL) ==
		      PLI_ERR_UNSUPPORTED);
	}
	craft_clear(&c);
	buf_clear(&whole);
	buf_clear(&got);
	pli_certs_free(certs);
}

/* Memory that is too small by one byte, and just large enough. */
static void
small_memory(void)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct buf whole = { 0 };
	uint8_t memory[LEN + 1];
	struct pli_output out;
	struct pli_input in;
	struct craft c;
	size_t cap, i;

	begin(&c);
	craft_message(&c, &whole);
	in = pli_input_memory(whole.p, whole.len, "memory");
	for (cap = 0; cap <= LEN; cap++) {
		memset(memory, 1, sizeof(memory));
		out = pli_output_memory(memory, cap, "memory");
		check(pli_open(support_pli(), &key, 1, &in, &out, &options, NULL, NULL) ==
		      (cap < LEN ? PLI_ERR_LIMIT : PLI_OK));
		for (i = 0; i < cap; i++)
			check(memory[i] == (cap < LEN ? 0 : bytes[i]));
		check(memory[cap] == 1);
	}
	craft_clear(&c);
	buf_clear(&whole);
}

#define TESTS(T, S)                                                                                                    \
	T(S, content_too_long)                                                                                         \
	T(S, envelope_too_long)                                                                                        \
	T(S, thousand_recipients)                                                                                      \
	T(S, head_limits)                                                                                              \
	T(S, head_that_lies)                                                                                           \
	T(S, tags)                                                                                                     \
	T(S, containers)                                                                                               \
	T(S, ciphers)                                                                                                  \
	T(S, renamed_ciphers)                                                                                          \
	T(S, attributes)                                                                                               \
	T(S, nested)                                                                                                   \
	T(S, small_memory)
SUITE(limits, TESTS)
