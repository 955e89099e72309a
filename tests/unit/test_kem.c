/*
 * KEM recipients (RFC 9629) with ML-KEM (RFC 9936). What every build does with them: no other key opens as one, they stand in
 * nobody's way. Then what is done where libcrypto's CMS has them, or what is said where it has not.
 */
#include "kem.h"
#include "layout.h"
#include "maker.h"
#include "pli/pair.h"
#include "suite.h"
#include "wrap.h"

#define KEM_RECIPIENT ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x0d\x03"))
#define ML_KEM_768 ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x04\x02"))
#define HKDF_SHA256 ITEM(0x30, TEXT("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1c"))
#define AES256_WRAP ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2d"))
#define GCM                                                                                                            \
	ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"),                                               \
	    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))))
#define CBC ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a"), ITEM(0x04, TEXT("vector of 16 by.")))

/* A KEM recipient that names who; nothing in it was encapsulated by anybody. */
static struct view
kemri(struct view who)
{
	return ITEM(0xa4, KEM_RECIPIENT,
	    ITEM(0x30, ITEM(0x02, OCTETS(0)), who, ML_KEM_768, ITEM(0x04, view_of(pieces_new(1088), 1088)), HKDF_SHA256,
		ITEM(0x02, OCTETS(32)), AES256_WRAP, ITEM(0x04, view_of(pieces_new(40), 40))));
}

static struct view
message(struct view recipients, struct view algorithm)
{
	return ITEM(0x30, TEXT("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"),
	    ITEM(0xa0,
		ITEM(0x30, ITEM(0x02, OCTETS(0)), ITEM(0x31, recipients),
		    ITEM(0x30, TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), algorithm, ITEM(0x80, NOTHING)),
		    ITEM(0x04, TEXT("0123456789abcdef")))));
}

static enum pli_status
opens(
    struct view recipients, struct view algorithm, const struct pli_key *key, struct secret *out, struct pli_error *err)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct wrap_found found;
	struct head h;
	enum pli_status rc;
	bool more;

	check(head_parse(&h, message(recipients, algorithm), &more, NULL) == PLI_OK && !more);
	rc = wrap_open(support_pli(), &key, 1, &h, &options, &found, err);
	*out = found.key;
	return rc;
}

/* IssuerAndSerialNumber of the recipient that pli wrote for a certificate. */
static struct view
name_of(const struct wrap *w)
{
	struct recipients all;
	struct recipient r;
	bool found;

	recipient_start(&all, buf_view(&w->recipients));
	check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found);
	return ITEM(0x30, r.issuer, ITEM(0x02, r.serial));
}

/* A KEM recipient with our own name is nobody's, and the one behind it opens. */
static void
the_classic_recipient_opens(void)
{
	static const enum support_kind kinds[] = { SUPPORT_P256, SUPPORT_RSA2048 };
	struct pli_error err = { 0 };
	struct secret key;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct pli_certs *certs = support_certs(kinds + i, 1);
		struct wrap w;
		struct view ours, mixed;

		check_ok(wrap_init(&w, support_pli(), certs, PLI_PROFILE_GCM, &err), err);
		ours = kemri(name_of(&w));
		mixed = JOIN(ours, buf_view(&w.recipients), kemri(ITEM(0x80, TEXT("identifier"))));
		check_ok(opens(mixed, buf_view(&w.algorithm), support_key(kinds[i]), &key, &err), err);
		check(view_equal(secret_view(&key), secret_view(&w.key)));
		check(opens(ours, GCM, support_key(kinds[i]), &key, &err) == PLI_ERR_NO_RECIPIENT && key.len == 0);
		check((strstr(err.message, "no KEM, and passed over 1)") != NULL) == !kem_available());
		check((strstr(err.hint, "OpenSSL 3.6") != NULL) == !kem_available());
		check(strstr(err.hint, "pli inspect") != NULL);
		pli_error_clear(&err);
		wrap_clear(&w);
		pli_certs_free(certs);
	}
}

/* RFC 5652 6.1: an EnvelopedData with another recipient has version 3, and what is behind it changes nothing. */
static void
versions(void)
{
	struct view ktri = ITEM(0x30, ITEM(0x02, OCTETS(0)), ITEM(0x30, ITEM(0x30, NOTHING), ITEM(0x02, OCTETS(1))),
	    ML_KEM_768, ITEM(0x04, TEXT("key")));
	struct view by_ski =
	    ITEM(0x30, ITEM(0x02, OCTETS(2)), ITEM(0x80, TEXT("ski")), ML_KEM_768, ITEM(0x04, TEXT("key")));
	struct view kem = kemri(ITEM(0x80, TEXT("ski")));
	const struct {
		enum oids_container container;
		struct view recipients, algorithm;
		uint8_t version;
	} all[] = {
		{ CONTAINER_ENVELOPED, ktri, CBC, 0 },
		{ CONTAINER_ENVELOPED, JOIN(ktri, by_ski, ktri), CBC, 2 },
		{ CONTAINER_ENVELOPED, kem, CBC, 3 },
		{ CONTAINER_ENVELOPED, JOIN(by_ski, kem, by_ski), CBC, 3 },
		{ CONTAINER_ENVELOPED, JOIN(kem, ktri), CBC, 3 },
		{ CONTAINER_AUTH_ENVELOPED, JOIN(kem, by_ski), GCM, 0 },
	};
	struct pli_error err = { 0 };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct buf before = { 0 };
		struct layout l;
		const uint8_t *set;

		check_ok(layout_init(&l, all[i].container, all[i].recipients, all[i].algorithm, 100, &err), err);
		check(buf_add(&before, ITEM(0x31, all[i].recipients), NULL) == PLI_OK);
		set = memmem(l.head.p, l.head.len, before.p, before.len);
		check(set != NULL && memcmp(set - 3, "\x02\x01", 2) == 0 && set[-1] == all[i].version);
		buf_clear(&before);
		layout_clear(&l);
	}
}

static struct view
fixture(const char *name)
{
	char path[512];
	struct buf bytes = { 0 };
	struct view v;

	(void)snprintf(path, sizeof(path), "%s/kem/%s", FIXTURES, name);
	support_read(path, &bytes);
	v = JOIN(buf_view(&bytes));
	buf_clear(&bytes);
	return v;
}

/* Certificates and keys are known for what they are in every build; they are of use in some. */
static void
keys_and_certificates(void)
{
	const struct pli_cert_policy policy = { 0 };
	struct view pem = fixture("kem.pem"), key_pem = fixture("kem.test.key");
	struct pli_error err = { 0 };
	struct pli_cert_info info;
	struct pli_certs *certs;
	struct pli_key *key;
	enum pli_status rc;

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check_ok(pli_certs_add(certs, pem.p, pem.len, "kem.pem", &err), err);
	pli_certs_info(certs, 0, &info);
	check(strcmp(info.algorithm, "ML-KEM-768") == 0 && strcmp(info.cn, "test kem") == 0);
	rc = pli_certs_check(certs, &policy, &err);
	check(rc == (kem_available() ? PLI_OK : PLI_ERR_CERTIFICATE));
	if (rc != PLI_OK)
		check(strstr(err.message, "(ML-KEM-768)") != NULL && strstr(err.hint, "OpenSSL 3.6") != NULL);
	pli_error_clear(&err);
	rc = pli_key_new(&key, support_pli(), key_pem.p, key_pem.len, "kem.key", certs, NULL, NULL, &err);
	check(rc == (kem_available() ? PLI_OK : PLI_ERR_CERTIFICATE));
	if (rc != PLI_OK)
		check(strstr(err.message, "kem.key (ML-KEM-768)") != NULL && strstr(err.hint, "OpenSSL 3.6") != NULL);
	else
		check(kem_opens(key));
	check(!kem_opens(support_key(SUPPORT_P256)));
	pli_key_free(key);
	/* it is no authority's in any build */
	pli_error_clear(&err);
	check(pli_authority_new(&key, support_pli(), key_pem.p, key_pem.len, "kem.key", certs, NULL, NULL, &err) ==
	      PLI_ERR_CERTIFICATE);
	pli_certs_free(certs);
}

/* A key of ML-KEM with a certificate, for each of its sizes. */
static struct pli_key *
make(const char *kind, const char *usage, struct pli_certs *certs)
{
	struct maker_cert want = { .pkey = maker_other(kind), .signer = maker_ec("P-256"), .cn = kind, .usage = usage };
	struct view der = maker_der(&want), bytes;
	BIO *bio = BIO_new(BIO_s_mem());
	struct pli_error err = { 0 };
	struct pli_key *key;

	check_ok(pli_certs_add(certs, der.p, der.len, kind, &err), err);
	check(PEM_write_bio_PKCS8PrivateKey(bio, want.pkey, NULL, NULL, 0, NULL, NULL) == 1);
	bytes = maker_bytes(bio);
	check_ok(pli_key_new(&key, support_pli(), bytes.p, bytes.len, kind, certs, NULL, NULL, &err), err);
	EVP_PKEY_free(want.pkey);
	EVP_PKEY_free(want.signer);
	return key;
}

/* Sealed to ML-KEM and to P-256, in either profile: each opens; what was changed opens nothing, and says nothing. */
static void
sealed_and_opened(void)
{
	static const char *const kinds[] = { "ML-KEM-512", "ML-KEM-768", "ML-KEM-1024" };
	const enum support_kind other = SUPPORT_P256;
	struct pli_error err = { 0 };
	struct secret key, again;
	size_t i, profile;

	for (i = 0; kem_available() && i < 2 * sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct pli_certs *certs = support_certs(&other, 1);
		struct pli_key *own = make(kinds[i / 2], "keyEncipherment", certs);
		struct recipients all;
		struct recipient r;
		struct wrap w;
		char name[64];
		enum recipient_use use;
		bool found;

		profile = i % 2 == 0 ? PLI_PROFILE_GCM : PLI_PROFILE_CBC;
		check_ok(wrap_init(&w, support_pli(), certs, (enum pli_profile)profile, &err), err);
		recipient_start(&all, buf_view(&w.recipients));
		for (;;) {
			check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found);
			if (r.type == RECIPIENT_KEMRI)
				break;
		}
		check(recipient_algorithm(&r, name, sizeof(name), &use, NULL) == PLI_OK && use == RECIPIENT_KEM);
		check(strncmp(name, "ml-kem-", 7) == 0 && recipient_kem_as_written(&r));
		check_ok(opens(buf_view(&w.recipients), GCM, own, &key, &err), err);
		check(view_equal(secret_view(&key), secret_view(&w.key)));
		check_ok(opens(buf_view(&w.recipients), GCM, support_key(other), &key, &err), err);
		check(view_equal(secret_view(&key), secret_view(&w.key)));
		/* in the ciphertext, in the wrapped key: a random key each time */
		w.recipients.p[r.ciphertext.p - w.recipients.p + 5] ^= 1;
		check_ok(opens(buf_view(&w.recipients), GCM, own, &key, &err), err);
		check_ok(opens(buf_view(&w.recipients), GCM, own, &again, &err), err);
		check(key.len == 32 && again.len == 32 && !view_equal(secret_view(&key), secret_view(&again)));
		w.recipients.p[r.ciphertext.p - w.recipients.p + 5] ^= 1;
		w.recipients.p[r.encrypted.p - w.recipients.p + 5] ^= 1;
		check_ok(opens(buf_view(&w.recipients), GCM, own, &key, &err), err);
		check(key.len == 32 && !view_equal(secret_view(&key), secret_view(&w.key)));
		/* for this key, in a way that is not taken: 19 before it is used */
		w.recipients.p[r.encrypted.p - w.recipients.p + 5] ^= 1;
		w.recipients.p[r.kdf.p - w.recipients.p + (ptrdiff_t)r.kdf.len - 1] ^= 0x40;
		check(opens(buf_view(&w.recipients), GCM, own, &key, &err) == PLI_ERR_UNSUPPORTED);
		check(strstr(err.message, "ml-kem-") != NULL && strstr(err.hint, "HKDF") != NULL);
		pli_error_clear(&err);
		wrap_clear(&w);
		pli_key_free(own);
		pli_certs_free(certs);
	}
}

/* A certificate of ML-KEM is for key encipherment (RFC 9935 5). */
static void
key_usage(void)
{
	static const struct {
		const char *usage;
		bool good;
	} all[] = { { NULL, true }, { "keyEncipherment", true }, { "keyAgreement", false },
		{ "digitalSignature", false } };
	const struct pli_cert_policy policy = { 0 };
	struct pli_error err = { 0 };
	size_t i;

	for (i = 0; kem_available() && i < sizeof(all) / sizeof(all[0]); i++) {
		struct pli_certs *certs = support_certs(NULL, 0);
		struct pli_key *own = make("ML-KEM-768", all[i].usage, certs);

		check(pli_certs_check(certs, &policy, &err) == (all[i].good ? PLI_OK : PLI_ERR_CERTIFICATE));
		check(all[i].good || strstr(err.message, "keyEncipherment") != NULL);
		pli_error_clear(&err);
		pli_key_free(own);
		pli_certs_free(certs);
	}
}

#define TESTS(T, S)                                                                                                    \
	T(S, the_classic_recipient_opens)                                                                              \
	T(S, versions) T(S, keys_and_certificates) T(S, sealed_and_opened) T(S, key_usage)
SUITE(kem, TESTS)
