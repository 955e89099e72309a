/* Content keys made for recipients and found again with a key: which one, and what is refused before a key is used. */
#include "key_uses.h"
#include "maker.h"
#include "suite.h"
#include "wrap.h"

/* A message like the ones pli writes, with the given recipients. */
static struct view
message(struct view recipients, struct view algorithm)
{
	return ITEM(0x30, TEXT("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"),
	    ITEM(0xa0,
		ITEM(0x30, ITEM(0x02, OCTETS(0)), ITEM(0x31, recipients),
		    ITEM(0x30, TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), algorithm, ITEM(0x80, NOTHING)),
		    ITEM(0x04, TEXT("0123456789abcdef")))));
}

static struct wrap
wrapped(const struct pli_certs *certs)
{
	struct pli_error err = { 0 };
	struct wrap w;

	check_ok(wrap_init(&w, support_pli(), certs, PLI_PROFILE_GCM, &err), err);
	check(w.key.len == 32 && w.nonce.len == 12);
	return w;
}

static bool accept_legacy;

/* Opens recipients with keys; *key and *which are set if that succeeds. What is refused is refused before a key is used. */
static enum pli_status
opens(struct view recipients, struct view algorithm, const struct pli_key *const *keys, size_t count,
    struct secret *key, size_t *which, struct pli_error *err)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct wrap_found found;
	struct head h;
	enum pli_status rc;
	bool more;

	check(head_parse(&h, message(recipients, algorithm), &more, NULL) == PLI_OK && !more);
	options.accept_legacy = accept_legacy;
	key_uses = 0;
	rc = wrap_open(support_pli(), keys, count, &h, &options, &found, err);
	check(rc == PLI_OK ? key_uses > 0 : key_uses == 0);
	*key = found.key;
	*which = found.which;
	return rc;
}

static void
each_recipient(void)
{
	static const enum support_kind kinds[] = { SUPPORT_RSA2048, SUPPORT_P256, SUPPORT_P384, SUPPORT_P521 };
	struct pli_certs *certs = support_certs(kinds, 4);
	struct wrap w = wrapped(certs);
	const struct pli_key *keys[4];
	struct pli_error err = { 0 };
	struct secret key;
	size_t i, which;

	for (i = 0; i < 4; i++) {
		keys[i] = support_key(kinds[i]);
		check_ok(opens(buf_view(&w.recipients), buf_view(&w.algorithm), keys + i, 1, &key, &which, &err), err);
		check(which == 0 && view_equal(secret_view(&key), secret_view(&w.key)));
	}
	check_ok(opens(buf_view(&w.recipients), buf_view(&w.algorithm), keys, 4, &key, &which, &err), err);
	check(which == 0);
	/* nobody but these: the recipient that carried the key out of libcrypto is gone */
	{
		struct recipients all;
		struct recipient r;
		bool found;

		recipient_start(&all, buf_view(&w.recipients));
		for (i = 0; recipient_next(&all, &r, &found, NULL) == PLI_OK && found; i++)
			check(r.type == RECIPIENT_KTRI || r.type == RECIPIENT_KARI);
		check(i == 4);
	}
	wrap_clear(&w);
	wrap_clear(&w);
	pli_certs_free(certs);
}

static void
the_first_key_that_matches(void)
{
	enum support_kind kind = SUPPORT_P384;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct wrap w = wrapped(certs);
	const struct pli_key *keys[] = { support_key(SUPPORT_P256), support_key(SUPPORT_P521),
		support_key(SUPPORT_P384), support_key(SUPPORT_P384) };
	struct pli_error err = { 0 };
	struct secret key;
	size_t which;

	check_ok(opens(buf_view(&w.recipients), buf_view(&w.algorithm), keys, 4, &key, &which, &err), err);
	check(which == 2);
	check(opens(buf_view(&w.recipients), buf_view(&w.algorithm), keys, 2, &key, &which, &err) ==
	      PLI_ERR_NO_RECIPIENT);
	check(strstr(err.message, "test key P-256") != NULL && strstr(err.message, "CN=test key P-384") != NULL);
	check(strstr(err.message, "serial") != NULL && err.hint[0] != '\0' && key.len == 0);
	pli_error_clear(&err);
	check(opens(buf_view(&w.recipients), buf_view(&w.algorithm), NULL, 0, &key, &which, &err) ==
	      PLI_ERR_NO_RECIPIENT);
	wrap_clear(&w);
	pli_certs_free(certs);
}

/* Of all recipients that cannot be matched, some are named. */
static void
no_recipient_is_ours(void)
{
	struct view name = ITEM(0x30, ITEM(0x31, ITEM(0x30, TEXT("\x06\x03\x55\x04\x03"), ITEM(0x0c, TEXT("who")))));
	struct view algorithm = ITEM(0x30, TEXT("\x06\x02\x2a\x03")), key_bytes = ITEM(0x04, TEXT("key")),
		    set = NOTHING;
	struct view ktri =
	    ITEM(0x30, ITEM(0x02, OCTETS(0)), ITEM(0x30, name, ITEM(0x02, OCTETS(0x77))), algorithm, key_bytes);
	struct view ski = ITEM(0x30, ITEM(0x02, OCTETS(2)), ITEM(0x80, OCTETS(0xab, 0xcd)), algorithm, key_bytes);
	struct view pwri = ITEM(0xa3, ITEM(0x02, OCTETS(0)), algorithm, key_bytes);
	struct view other = ITEM(0xa4, TEXT("\x06\x01\x2a"), ITEM(0x05, NOTHING));
	const struct pli_key *keys[] = { support_key(SUPPORT_P256) };
	struct view gcm = ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"),
	    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))));
	struct pli_error err = { 0 };
	struct secret key;
	size_t which;
	int i;

	check(opens(JOIN(ktri, ski, pwri, other), gcm, keys, 1, &key, &which, &err) == PLI_ERR_NO_RECIPIENT);
	check(strstr(err.message, "CN=who serial 77") != NULL && strstr(err.message, "abcd") != NULL);
	check(strstr(err.message, "password") != NULL && strstr(err.message, "4 recipients") != NULL);
	for (i = 0; i < 500; i++)
		set = JOIN(set, ktri);
	pli_error_clear(&err);
	check(opens(set, gcm, keys, 1, &key, &which, &err) == PLI_ERR_NO_RECIPIENT);
	check(strstr(err.message, "500 recipients") != NULL && strstr(err.message, "more") != NULL);
	check(opens(NOTHING, gcm, keys, 1, &key, &which, NULL) == PLI_ERR_NO_RECIPIENT);
}

/* The one recipient that matches decides, with the algorithm that it says. */
static void
algorithms_that_are_refused(void)
{
	struct maker_cert want = { .pkey = maker_rsa(2048), .ski = "hash" };
	struct pli_error err = { 0 };
	struct pli_cert_info info;
	struct pli_certs *certs;
	struct pli_key *own;
	const struct pli_key *keys[1];
	struct view v = maker_der(&want), ski, key_bytes = ITEM(0x04, view_of(pieces_new(256), 256)), algorithm;
	struct view gcm = ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"),
	    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))));
	struct secret key;
	size_t which, i;
	uint8_t id[20];
	BIO *bio = BIO_new(BIO_s_mem());

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check_ok(pli_certs_add(certs, v.p, v.len, "c", &err), err);
	check(i2d_PrivateKey_bio(bio, want.pkey) == 1);
	v = maker_bytes(bio);
	check_ok(pli_key_new(&own, support_pli(), v.p, v.len, "k", certs, NULL, NULL, &err), err);
	keys[0] = own;
	pli_key_info(own, &info);
	for (i = 0; i < 20; i++) {
		unsigned octet = 0;

		check(sscanf(info.ski + 2 * i, "%2x", &octet) == 1);
		id[i] = (uint8_t)octet;
	}
	ski = ITEM(0x80, view_of(id, 20));

	/* PKCS#1 v1.5, and damaged parameters of OAEP, which must not become it */
	algorithm = ITEM(0x30, TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), ITEM(0x05, NOTHING));
	v = ITEM(0x30, ITEM(0x02, OCTETS(2)), ski, algorithm, key_bytes);
	check(opens(v, gcm, keys, 1, &key, &which, &err) == PLI_ERR_UNSUPPORTED && key.len == 0);
	check(strstr(err.message, "rsa-pkcs1") != NULL);
	accept_legacy = true;
	check(opens(v, gcm, keys, 1, &key, &which, NULL) == PLI_OK && key.len == 32);
	check(key_uses == 2); /* decrypts, and says what its exponent is */
	accept_legacy = false;
	algorithm = ITEM(0x30, TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"), ITEM(0x05, NOTHING));
	v = ITEM(0x30, ITEM(0x02, OCTETS(2)), ski, algorithm, key_bytes);
	check(opens(v, gcm, keys, 1, &key, &which, NULL) == PLI_ERR_MALFORMED && key.len == 0);
	/* well-formed, but nothing that this key opens: a random key, of the length of the cipher */
	algorithm = ITEM(0x30, TEXT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"), ITEM(0x30, NOTHING));
	v = ITEM(0x30, ITEM(0x02, OCTETS(2)), ski, algorithm, key_bytes);
	check(opens(v, gcm, keys, 1, &key, &which, NULL) == PLI_OK && key.len == 32);
	{
		struct secret again;
		struct view aes128 = ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x06"),
		    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))));

		check(opens(v, gcm, keys, 1, &again, &which, NULL) == PLI_OK);
		check(!view_equal(secret_view(&key), secret_view(&again)));
		check(opens(v, aes128, keys, 1, &key, &which, NULL) == PLI_OK && key.len == 16);
	}
	pli_key_free(own);
	pli_certs_free(certs);
	EVP_PKEY_free(want.pkey);
}

/* The encrypted key of an EC recipient is changed: the key is a random one, each time, and nobody is told here. */
static void
damaged_agreement(void)
{
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct wrap w = wrapped(certs);
	const struct pli_key *keys[] = { support_key(SUPPORT_P256) };
	struct pli_error err = { 0 };
	struct secret key, again;
	size_t which;

	w.recipients.p[w.recipients.len - 1] ^= 1;
	check_ok(opens(buf_view(&w.recipients), buf_view(&w.algorithm), keys, 1, &key, &which, &err), err);
	check_ok(opens(buf_view(&w.recipients), buf_view(&w.algorithm), keys, 1, &again, &which, &err), err);
	check(key.len == 32 && again.len == 32 && !view_equal(secret_view(&key), secret_view(&again)));
	check(!view_equal(secret_view(&key), secret_view(&w.key)));
	wrap_clear(&w);
	pli_certs_free(certs);
}

/* One key for AES-256 in a message that says AES-128: not used. */
static void
another_key_length(void)
{
	static const enum support_kind kinds[] = { SUPPORT_P256, SUPPORT_RSA2048 };
	struct view aes128 = ITEM(0x30, TEXT("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x06"),
	    ITEM(0x30, ITEM(0x04, TEXT("nonce of 12.")), ITEM(0x02, OCTETS(16))));
	struct secret key;
	size_t i, which;

	for (i = 0; i < 2; i++) {
		struct pli_certs *certs = support_certs(kinds + i, 1);
		struct wrap w = wrapped(certs);
		const struct pli_key *keys[] = { support_key(kinds[i]) };

		check(opens(buf_view(&w.recipients), aes128, keys, 1, &key, &which, NULL) == PLI_OK);
		check(key.len == 16 && memcmp(key.p, w.key.p, 16) != 0);
		wrap_clear(&w);
		pli_certs_free(certs);
	}
}

static void
a_profile_that_does_not_exist(void)
{
	enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct wrap w;

	check(wrap_init(&w, support_pli(), certs, (enum pli_profile)2, NULL) == PLI_ERR_USAGE);
	check(wrap_init(&w, support_pli(), certs, (enum pli_profile) - 1, NULL) == PLI_ERR_USAGE);
	pli_certs_free(certs);
}

#define TESTS(T, S)                                                                                                    \
	T(S, each_recipient)                                                                                           \
	T(S, the_first_key_that_matches)                                                                               \
	T(S, no_recipient_is_ours)                                                                                     \
	T(S, algorithms_that_are_refused)                                                                              \
	T(S, damaged_agreement) T(S, another_key_length) T(S, a_profile_that_does_not_exist)
SUITE(wrap, TESTS)
