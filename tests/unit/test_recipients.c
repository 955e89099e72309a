/*
 * Content keys through libcrypto's CMS and back, for each kind of recipient, and with the wrong key. What comes out is
 * taken apart with our own reader of CMS, as the caller does.
 */
#include "maker.h"

#include <openssl/rand.h>
#include <string.h>

#include "context.h"
#include "head.h"
#include "recipients.h"
#include "suite.h"

/* The encrypted key for kek in the message der, and (if one is wanted) the recipient that key matches. */
static struct view
find(const struct buf *der, const struct recipients_kek *kek, const struct pli_key *key, struct head *h,
    struct recipient *mine)
{
	struct view wrapped = NOTHING;
	struct recipients all;
	struct recipient r;
	bool more, found;
	int which;

	check(head_parse(h, buf_view(der), &more, NULL) == PLI_OK && !more);
	recipient_start(&all, h->recipients);
	for (;;) {
		check(recipient_next(&all, &r, &found, NULL) == PLI_OK);
		if (!found)
			return wrapped;
		if (r.type == RECIPIENT_KEKRI && view_equal(r.ski, view_of(kek->id, sizeof(kek->id))))
			wrapped = r.encrypted;
		else if (key != NULL && recipients_match_name(key, r.issuer, r.serial, &which))
			*mine = r;
	}
}

/* Seals to kinds and gives the content key. */
static void
seal(const enum support_kind *kinds, size_t count, struct buf *der, struct secret *key)
{
	struct pli_certs *certs = support_certs(kinds, count);
	struct recipients_kek kek = { 0 };
	struct pli_error err = { 0 };
	struct view wrapped;
	struct head h;

	check_ok(recipients_seal(support_pli(), RECIPIENTS_GCM, certs, der, &kek, &err), err);
	wrapped = find(der, &kek, NULL, &h, NULL);
	check(h.recipient_count == count + 1 && strcmp(h.cipher->name, "aes-256-gcm") == 0 && h.tag_len == 16);
	check(h.nonce.len == 12 && der->len < recipients_bound(certs) + 1024);
	check_ok(recipients_unwrap(support_pli(), &kek, wrapped, key, &err), err);
	check(key->len == 32);
	pli_certs_free(certs);
}

/* Opens the recipient of key in der. */
static enum pli_status
open_with(const struct buf *der, const struct pli_key *match, const struct pli_key *key, struct secret *out)
{
	struct recipients_kek kek = { 0 };
	struct pli_error err = { 0 };
	struct buf single = { 0 }, with_kek = { 0 };
	struct recipient mine = { 0 };
	struct head h, back;
	struct view wrapped;
	enum pli_status rc;

	(void)find(der, &kek, match, &h, &mine);
	check(mine.whole.len > 0);
	check_ok(head_single(&h, &mine, &single, &err), err);
	rc = recipients_open(support_pli(), key, 0, buf_view(&single), &with_kek, &kek, &err);
	if (rc == PLI_OK) {
		wrapped = find(&with_kek, &kek, NULL, &back, NULL);
		check(back.recipient_count == 2);
		rc = recipients_unwrap(support_pli(), &kek, wrapped, out, &err);
	}
	buf_clear(&single);
	buf_clear(&with_kek);
	return rc;
}

static void
every_kind_alone(void)
{
	struct secret key = { 0 }, opened = { 0 };
	struct buf der = { 0 };
	enum support_kind kind;

	for (kind = 0; kind < SUPPORT_KINDS; kind++) {
		if (kind == SUPPORT_RSA3072)
			continue; /* slow to make, and nothing new after RSA-2048 */
		der.len = 0;
		seal(&kind, 1, &der, &key);
		check(open_with(&der, support_key(kind), support_key(kind), &opened) == PLI_OK);
		check(view_equal(secret_view(&opened), secret_view(&key)));
	}
	buf_clear(&der);
}

static void
all_together(void)
{
	static const enum support_kind kinds[] = { SUPPORT_P521, SUPPORT_RSA2048, SUPPORT_P256, SUPPORT_P384 };
	struct secret key = { 0 }, opened = { 0 };
	struct buf der = { 0 };
	size_t i;

	seal(kinds, 4, &der, &key);
	for (i = 0; i < 4; i++) {
		secret_clear(&opened);
		check(open_with(&der, support_key(kinds[i]), support_key(kinds[i]), &opened) == PLI_OK);
		check(view_equal(secret_view(&opened), secret_view(&key)));
	}
	buf_clear(&der);
}

static void
keys_are_random(void)
{
	enum support_kind kind = SUPPORT_P256;
	struct secret first = { 0 }, second = { 0 };
	struct buf der = { 0 };

	seal(&kind, 1, &der, &first);
	der.len = 0;
	seal(&kind, 1, &der, &second);
	check(!view_equal(secret_view(&first), secret_view(&second)));
	check(recipients_random(support_pli(), 16, &first, NULL) == PLI_OK && first.len == 16);
	check(recipients_random(support_pli(), 16, &second, NULL) == PLI_OK);
	check(!view_equal(secret_view(&first), secret_view(&second)));
	buf_clear(&der);
}

/* That says nothing of the certificates. */
static void
no_random_bytes(void)
{
	static const enum support_kind kinds[] = { SUPPORT_RSA2048, SUPPORT_P256 };
	struct pli_error err = { 0 };
	struct pli *pli;
	size_t i;

	check_ok(pli_new(&pli, &err), err);
	check(RAND_set_DRBG_type(pli->lib, "NONE", NULL, NULL, NULL) == 1);
	for (i = 0; i < 2; i++) {
		struct pli_certs *certs = support_certs(&kinds[i], 1);
		struct recipients_kek kek = { 0 };
		struct buf der = { 0 };

		err = (struct pli_error){ 0 };
		check(recipients_seal(pli, RECIPIENTS_GCM, certs, &der, &kek, &err) == PLI_ERR && der.len == 0);
		check(strstr(err.message, "certificate") == NULL && strstr(err.message, "drbg") != NULL);
		pli_certs_free(certs);
	}
	pli_free(pli);
}

/* What is written is what FORMAT.md says: the algorithm of each recipient. */
static void
algorithms_written(void)
{
	static const enum support_kind kinds[] = { SUPPORT_RSA2048, SUPPORT_P256, SUPPORT_P384, SUPPORT_P521 };
	struct secret key = { 0 };
	struct buf der = { 0 };
	struct recipients all;
	struct recipient r;
	struct head h;
	char name[64];
	enum recipient_use use;
	bool more, found;
	size_t i;

	seal(kinds, 4, &der, &key);
	check(head_parse(&h, buf_view(&der), &more, NULL) == PLI_OK);
	recipient_start(&all, h.recipients);
	for (i = 0; i < 5; i++) {
		check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found);
		if (r.type == RECIPIENT_KEKRI)
			continue;
		check(recipient_algorithm(&r, name, sizeof(name), &use, NULL) == PLI_OK && use == RECIPIENT_ACCEPTED);
		check(strcmp(name, r.type == RECIPIENT_KTRI ? "rsaOaep-sha256" : "ecdh-sha256") == 0);
		/* AES-256 wrap, whose OID ends in 45, at the end of the algorithm or before a NULL */
		check(r.type == RECIPIENT_KTRI ||
		      memmem(r.algorithm.p, r.algorithm.len, "\x60\x86\x48\x01\x65\x03\x04\x01\x2d", 9) != NULL);
	}
	buf_clear(&der);
}

/* Two keys under one name and serial number: the message is for the first. */
static void
wrong_key(bool use_rsa)
{
	struct maker_cert want[2] = { { .serial = 9 }, { .serial = 9 } };
	struct pli_key *keys[2];
	struct pli_certs *certs[2];
	struct recipients_kek kek = { 0 };
	struct secret sealed = { 0 }, opened = { 0 };
	struct pli_error err = { 0 };
	struct buf der = { 0 };
	enum pli_status rc;
	struct view v;
	struct head h;
	int i;

	for (i = 0; i < 2; i++) {
		BIO *bio = BIO_new(BIO_s_mem());

		want[i].pkey = use_rsa ? maker_rsa(2048) : maker_ec("P-256");
		check_ok(pli_certs_new(&certs[i], support_pli(), &err), err);
		v = maker_der(&want[i]);
		check_ok(pli_certs_add(certs[i], v.p, v.len, "c", &err), err);
		check(i2d_PrivateKey_bio(bio, want[i].pkey) == 1);
		v = maker_bytes(bio);
		check_ok(pli_key_new(&keys[i], support_pli(), v.p, v.len, "k", certs[i], NULL, NULL, &err), err);
		EVP_PKEY_free(want[i].pkey);
	}
	check_ok(recipients_seal(support_pli(), RECIPIENTS_GCM, certs[0], &der, &kek, &err), err);
	check_ok(recipients_unwrap(support_pli(), &kek, find(&der, &kek, NULL, &h, NULL), &sealed, &err), err);
	check(open_with(&der, keys[0], keys[0], &opened) == PLI_OK);
	check(view_equal(secret_view(&opened), secret_view(&sealed)));
	secret_clear(&opened);
	rc = open_with(&der, keys[0], keys[1], &opened);
	check(rc == PLI_ERR_AUTH || (use_rsa && rc == PLI_OK));
	check(!view_equal(secret_view(&opened), secret_view(&sealed)));
	for (i = 0; i < 2; i++) {
		pli_key_free(keys[i]);
		pli_certs_free(certs[i]);
	}
	buf_clear(&der);
}

static void
wrong_rsa_key(void)
{
	wrong_key(true);
}

static void
wrong_ec_key(void)
{
	wrong_key(false);
}

static void
damaged_wrapping(void)
{
	struct recipients_kek kek = { .key = { .len = 32 } };
	struct secret key = { 0 };
	uint8_t wrapped[SECRET_MAX + 8] = { 0 };
	size_t len;

	for (len = 0; len <= sizeof(wrapped); len++) {
		struct pli_error err = { 0 };

		check(recipients_unwrap(support_pli(), &kek, view_of(wrapped, len), &key, &err) == PLI_ERR_AUTH);
		check(key.len == 0);
	}
}

/* Bytes that are no message at all are not taken for one. */
static void
damaged_messages(void)
{
	static const struct view bad[] = { { NULL, 0 }, { (const uint8_t *)"\x30\x00", 2 },
		{ (const uint8_t *)"\x30\x80\x00", 3 }, { (const uint8_t *)"text", 4 } };
	struct recipients_kek kek = { 0 };
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(recipients_open(support_pli(), support_key(SUPPORT_P256), 0, bad[i], &out, &kek, NULL) ==
		      PLI_ERR_AUTH);
	check(out.len == 0);
	buf_clear(&out);
}

static void
matching(void)
{
	struct maker_cert want = { .serial = 0x80, .cn = "Who", .ski = "hash", .pkey = maker_ec("P-256") };
	struct view der = maker_der(&want), name, other;
	const uint8_t *id;
	struct pli_error err = { 0 };
	struct pli_certs *certs;
	struct pli_key *key;
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x = maker_x509(&want);
	int which = -1;

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check_ok(pli_certs_add(certs, der.p, der.len, "c", &err), err);
	check(i2d_PrivateKey_bio(bio, want.pkey) == 1);
	other = maker_bytes(bio);
	check_ok(pli_key_new(&key, support_pli(), other.p, other.len, "k", certs, NULL, NULL, &err), err);
	name = ITEM(0x30, ITEM(0x31, ITEM(0x30, TEXT("\x06\x03\x55\x04\x03"), ITEM(0x0c, TEXT("Who")))));
	other = ITEM(0x30, ITEM(0x31, ITEM(0x30, TEXT("\x06\x03\x55\x04\x03"), ITEM(0x13, TEXT(" WHO ")))));
	check(recipients_match_name(key, name, OCTETS(0x00, 0x80), &which));
	check(recipients_match_name(key, other, OCTETS(0x00, 0x80), &which)); /* RFC 5280 7.1 */
	check(!recipients_match_name(key, name, OCTETS(0x80), &which));       /* that is -128 */
	check(!recipients_match_name(key, name, OCTETS(0x00, 0x81), &which));
	check(!recipients_match_name(key, name, NOTHING, &which));
	check(!recipients_match_name(key, NOTHING, OCTETS(0x00, 0x80), &which));
	check(!recipients_match_name(key, JOIN(name, OCTETS(0)), OCTETS(0x00, 0x80), &which));
	other = ITEM(0x30, ITEM(0x31, ITEM(0x30, TEXT("\x06\x03\x55\x04\x03"), ITEM(0x0c, TEXT("Whom")))));
	check(!recipients_match_name(key, other, OCTETS(0x00, 0x80), &which));

	id = ASN1_STRING_get0_data(X509_get0_subject_key_id(x));
	check(recipients_match_ski(key, view_of(id, 20), &which));
	check(!recipients_match_ski(key, view_of(id, 19), &which));
	check(!recipients_match_ski(key, view_of("", 0), &which));
	pli_key_free(key);
	pli_certs_free(certs);
	X509_free(x);
	EVP_PKEY_free(want.pkey);
}

/* An authority made three for one key. Those that are given come first; the key opens what is sealed to any of them. */
static void
several_certificates(void)
{
	struct maker_cert want = { .serial = 5, .cn = "Who", .pkey = maker_rsa(2048) };
	struct view one = maker_der(&want), two, name, text;
	struct pli_certs *certs;
	struct pli_cert_info info;
	struct pli_error err = { 0 };
	struct pli_key *key;
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *third;
	int which;

	want.serial = 6;
	want.ski = "hash";
	two = maker_der(&want);
	want.serial = 7;
	third = maker_x509(&want);
	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check_ok(pli_certs_add(certs, one.p, one.len, "c", &err), err);
	check_ok(pli_certs_add(certs, two.p, two.len, "c", &err), err);
	check(PEM_write_bio_X509(bio, third) == 1 &&
	      PEM_write_bio_PrivateKey(bio, want.pkey, NULL, NULL, 0, NULL, NULL) == 1);
	text = maker_bytes(bio);
	check_ok(pli_key_new(&key, support_pli(), text.p, text.len, "k", certs, NULL, NULL, &err), err);
	pli_key_info(key, &info);
	check(strcmp(info.serial, "05") == 0);
	name = ITEM(0x30, ITEM(0x31, ITEM(0x30, TEXT("\x06\x03\x55\x04\x03"), ITEM(0x0c, TEXT("Who")))));
	check(recipients_match_name(key, name, OCTETS(5), &which) && which == 0);
	check(recipients_match_name(key, name, OCTETS(6), &which) && which == 1);
	check(recipients_match_name(key, name, OCTETS(7), &which) && which == 2);
	check(!recipients_match_name(key, name, OCTETS(8), &which));
	pli_key_free(key);
	pli_certs_free(certs);
	X509_free(third);
	EVP_PKEY_free(want.pkey);
}

/* Certificates have serial numbers of any length, whatever RFC 5280 allows: who is sealed to can open. */
static void
long_serial_numbers(void)
{
	static const size_t lengths[] = { 1, 20, 126, 127, 128, 129, 255, 256, 300 };
	struct maker_cert want = { .pkey = maker_ec("P-256") };
	uint8_t octets[300];
	size_t i;

	memset(octets, 0x5a, sizeof(octets));
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		BIO *bio = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_mem());
		BIGNUM *serial = BN_bin2bn(octets, (int)lengths[i], NULL);
		X509 *x = maker_x509(&want);
		struct buf message = { 0 };
		struct secret made, found = { 0 };
		struct recipients_kek kek = { 0 };
		struct pli_error err = { 0 };
		struct pli_certs *certs;
		struct pli_key *key;
		struct view der;
		struct head h;

		check(BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x)) != NULL);
		check(X509_sign(x, want.pkey, EVP_sha256()) > 0 && i2d_X509_bio(bio, x) == 1);
		check_ok(pli_certs_new(&certs, support_pli(), &err), err);
		der = maker_bytes(bio);
		check_ok(pli_certs_add(certs, der.p, der.len, "c", &err), err);
		check(i2d_PrivateKey_bio(secret, want.pkey) == 1);
		der = maker_bytes(secret);
		check_ok(pli_key_new(&key, support_pli(), der.p, der.len, "k", certs, NULL, NULL, &err), err);
		check_ok(recipients_seal(support_pli(), RECIPIENTS_GCM, certs, &message, &kek, &err), err);
		check_ok(
		    recipients_unwrap(support_pli(), &kek, find(&message, &kek, NULL, &h, NULL), &made, &err), err);
		check(open_with(&message, key, key, &found) == PLI_OK);
		check(found.len == made.len && memcmp(found.p, made.p, made.len) == 0);
		buf_clear(&message);
		pli_key_free(key);
		pli_certs_free(certs);
		X509_free(x);
		BN_free(serial);
	}
	EVP_PKEY_free(want.pkey);
}

#define TESTS(T, S)                                                                                                    \
	T(S, every_kind_alone)                                                                                         \
	T(S, all_together)                                                                                             \
	T(S, keys_are_random)                                                                                          \
	T(S, no_random_bytes)                                                                                          \
	T(S, algorithms_written)                                                                                       \
	T(S, wrong_rsa_key)                                                                                            \
	T(S, wrong_ec_key)                                                                                             \
	T(S, damaged_wrapping)                                                                                         \
	T(S, damaged_messages) T(S, matching) T(S, several_certificates) T(S, long_serial_numbers)
SUITE(recipients, TESTS)
