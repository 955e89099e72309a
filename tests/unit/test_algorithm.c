/* Key encryption algorithms of recipients, read strictly: what is taken, what only has a name, what is damaged. */
#include "pieces.h"
#include "recipient.h"
#include "suite.h"

#define OAEP ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"))
#define RSA ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"))
#define MGF1 ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"))
#define P_SPECIFIED ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09"))
#define SHA1 ITEM(0x06, TEXT("\x2b\x0e\x03\x02\x1a"))
#define SHA256 ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x02\x01"))
#define SHA512 ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x02\x03"))
#define SHA512_256 ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x02\x06"))
#define SHA3_256 ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x02\x08"))
#define MD5 ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x02\x05"))
#define ECDH_SHA1 ITEM(0x06, TEXT("\x2b\x81\x05\x10\x86\x48\x3f\x00\x02"))
#define ECDH_SHA256 ITEM(0x06, TEXT("\x2b\x81\x04\x01\x0b\x01"))
#define AES256_WRAP ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x01\x2d"))
#define DES_WRAP ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x06"))
#define NUL ITEM(0x05, NOTHING)
#define SEQ(...) ITEM(0x30, __VA_ARGS__)
#define VIEW(text)                                                                                                     \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}

enum verdict { NAMED = RECIPIENT_REFUSED, LEGACY = RECIPIENT_LEGACY, ACCEPTED = RECIPIENT_ACCEPTED, DAMAGED };

static bool
comes(const struct recipient *r, enum verdict want, const char *want_name)
{
	struct pli_error err = { 0 };
	char name[64] = "left over";
	enum recipient_use use = RECIPIENT_ACCEPTED;
	enum pli_status rc = recipient_algorithm(r, name, sizeof(name), &use, &err);

	if (want == DAMAGED)
		return rc == PLI_ERR_MALFORMED && use == RECIPIENT_REFUSED && name[0] == '\0';
	return rc == PLI_OK && (int)use == (int)want && strcmp(name, want_name) == 0;
}

/* What a recipient of a type with this algorithm is; its name must be the one given. */
static bool
is(enum recipient_type type, struct view algorithm, enum verdict want, const char *want_name)
{
	const struct recipient r = { .type = type, .algorithm = algorithm };

	return comes(&r, want, want_name);
}

/* The same for a key agreement whose sender is named so. */
static bool
agrees(struct view originator, enum verdict want, const char *want_name)
{
	const struct recipient r = { .type = RECIPIENT_KARI,
		.originator = ITEM(0xa0, originator),
		.algorithm = SEQ(ECDH_SHA256, SEQ(AES256_WRAP)) };

	return comes(&r, want, want_name);
}

static bool
oaep(struct view parameters, enum verdict want, const char *name)
{
	return is(RECIPIENT_KTRI, SEQ(OAEP, parameters), want, name);
}

#define HASH(...) ITEM(0xa0, SEQ(__VA_ARGS__))
#define MGF(...) ITEM(0xa1, SEQ(MGF1, __VA_ARGS__))
#define LABEL(...) ITEM(0xa2, SEQ(P_SPECIFIED, __VA_ARGS__))

static void
oaep_parameters(void)
{
	check(oaep(SEQ(NOTHING), ACCEPTED, "rsaOaep-sha1"));
	check(oaep(SEQ(HASH(SHA1, NUL), MGF(SEQ(SHA1, NUL))), ACCEPTED, "rsaOaep-sha1"));
	check(oaep(SEQ(HASH(SHA256), MGF(SEQ(SHA256))), ACCEPTED, "rsaOaep-sha256"));
	check(oaep(SEQ(HASH(SHA256, NUL), MGF(SEQ(SHA256, NUL))), ACCEPTED, "rsaOaep-sha256"));
	check(oaep(SEQ(HASH(SHA512, NUL), MGF(SEQ(SHA512))), ACCEPTED, "rsaOaep-sha512"));
	check(oaep(SEQ(HASH(SHA256, NUL)), ACCEPTED, "rsaOaep-sha256-mgf1-sha1"));
	check(oaep(SEQ(MGF(SEQ(SHA256, NUL))), ACCEPTED, "rsaOaep-sha1-mgf1-sha256"));
	check(oaep(SEQ(HASH(SHA256), MGF(SEQ(SHA256)), LABEL(ITEM(0x04, NOTHING))), ACCEPTED, "rsaOaep-sha256"));
	check(oaep(SEQ(LABEL(ITEM(0x04, TEXT("label")))), ACCEPTED, "rsaOaep-sha1"));
}

/* Well-formed, and not accepted: they have a name. */
static void
other_oaep_parameters(void)
{
	check(oaep(SEQ(HASH(MD5, NUL)), NAMED, "rsaOaep-md5-mgf1-sha1"));
	check(oaep(SEQ(HASH(MD5), MGF(SEQ(MD5, NUL))), NAMED, "rsaOaep-md5"));
	check(oaep(SEQ(HASH(SHA512_256), MGF(SEQ(SHA512_256))), NAMED, "rsaOaep-sha512-256"));
	check(oaep(SEQ(HASH(SHA3_256), MGF(SEQ(SHA3_256))), NAMED, "rsaOaep-sha3-256"));
	check(oaep(SEQ(HASH(SHA256), MGF(SEQ(SHA3_256))), NAMED, "rsaOaep-sha256-mgf1-sha3-256"));
	check(oaep(SEQ(HASH(SHA3_256), MGF(SEQ(SHA256))), NAMED, "rsaOaep-sha3-256-mgf1-sha256"));
	check(oaep(SEQ(HASH(RSA, SEQ(NOTHING))), NAMED, "rsaOaep-other"));
	check(oaep(SEQ(HASH(SHA1), ITEM(0xa1, SEQ(SHA1, SEQ(SHA1)))), NAMED, "rsaOaep-other"));
	check(oaep(SEQ(ITEM(0xa1, SEQ(SHA1))), NAMED, "rsaOaep-other"));
	check(oaep(SEQ(ITEM(0xa2, SEQ(MGF1, ITEM(0x04, NOTHING)))), NAMED, "rsaOaep-other"));
}

static void
damaged_oaep_parameters(void)
{
	const struct view bad[] = {
		NOTHING,                                          /* none at all */
		NUL,                                              /* of the wrong kind */
		JOIN(SEQ(NOTHING), NUL),                          /* something behind them */
		SEQ(NUL),                                         /* something in them */
		SEQ(MGF(SEQ(SHA1)), HASH(SHA1)),                  /* out of order */
		SEQ(HASH(SHA1), HASH(SHA1)),                      /* twice */
		SEQ(HASH(MD5, NUL, NUL)),                         /* of a hash that is not accepted, too */
		SEQ(HASH(MD5, TEXT("\x04\x05"))),                 /* the same, cut off */
		SEQ(HASH(SHA256, ITEM(0x05, OCTETS(0)))),         /* a NULL that is not empty */
		SEQ(HASH(SHA256, NUL, NUL)),                      /* parameters of the hash */
		SEQ(HASH(SHA256, SEQ(NOTHING))),                  /* of the wrong kind */
		SEQ(ITEM(0xa0, SEQ(SHA256), NUL)),                /* something behind the hash */
		SEQ(ITEM(0xa0, NOTHING)),                         /* a field without contents */
		SEQ(ITEM(0x80, SHA256)),                          /* implicit */
		SEQ(ITEM(0xa1, SEQ(MGF1))),                       /* without its hash */
		SEQ(MGF(NUL)),                                    /* with a hash that is no algorithm */
		SEQ(MGF(SEQ(SHA1), NUL)),                         /* with something behind */
		SEQ(ITEM(0xa1, SEQ(MGF1, SEQ(SHA1)), NUL)),       /* the same, one level up */
		SEQ(LABEL(NUL)),                                  /* of the wrong kind */
		SEQ(LABEL(ITEM(0x04, NOTHING), NUL)),             /* with something behind */
		SEQ(ITEM(0xa2, SEQ(P_SPECIFIED))),                /* missing */
		SEQ(LABEL(ITEM(0x04, NOTHING)), ITEM(0xa3, NUL)), /* a field that does not exist */
	};
	struct view whole = SEQ(HASH(SHA256, NUL), MGF(SEQ(SHA256, NUL)), LABEL(ITEM(0x04, TEXT("l"))));
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(oaep(bad[i], DAMAGED, ""));
	for (i = 0; i < whole.len; i++)
		check(oaep(JOIN(view_of(whole.p, i)), DAMAGED, ""));
	check(oaep(whole, ACCEPTED, "rsaOaep-sha256"));
}

static void
agreements(void)
{
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256, SEQ(AES256_WRAP)), ACCEPTED, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256, SEQ(AES256_WRAP, NUL)), ACCEPTED, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA1, SEQ(AES256_WRAP)), ACCEPTED, "ecdh-sha1"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256, SEQ(DES_WRAP, NUL)), LEGACY, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256), NAMED, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256, NUL), NAMED, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256, SEQ(AES256_WRAP), NUL), NAMED, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256, SEQ(AES256_WRAP, NUL, NUL)), NAMED, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(ECDH_SHA256, SEQ(AES256_WRAP, ITEM(0x05, OCTETS(1)))), NAMED, "ecdh-sha256"));
	check(is(RECIPIENT_KARI, SEQ(SHA256), NAMED, ""));
	/* OriginatorIdentifierOrKey: a key of this message, or that of a certificate, by issuer and serial or by its key */
	check(agrees(ITEM(0xa1, SEQ(SEQ(AES256_WRAP)), ITEM(0x03, OCTETS(3))), ACCEPTED, "ecdh-sha256"));
	check(agrees(SEQ(SEQ(NOTHING), ITEM(0x02, OCTETS(1))), NAMED, "static-ecdh-sha256"));
	check(agrees(ITEM(0x80, OCTETS(20)), NAMED, "static-ecdh-sha256"));
}

#define KEM(n) ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x04" n))
#define HKDF(n) ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03" n))
#define AES_WRAP(n) ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x01" n))

/* A KEM recipient that nothing is wrong with. */
static struct recipient
encapsulated(void)
{
	static const uint8_t ciphertext[1568];

	return (struct recipient){ .type = RECIPIENT_KEMRI,
		.algorithm = SEQ(KEM("\x02")),
		.ciphertext = view_of(ciphertext, 1088),
		.kdf = SEQ(HKDF("\x1c")),
		.kek_len = 32,
		.wrap = SEQ(AES256_WRAP) };
}

static bool
kem_is(const struct recipient *r, enum verdict want, const char *want_name)
{
	char name[64] = "left over";
	enum recipient_use use = RECIPIENT_ACCEPTED;
	enum pli_status rc = recipient_algorithm(r, name, sizeof(name), &use, NULL);

	if (want == DAMAGED)
		return rc == PLI_ERR_MALFORMED && use == RECIPIENT_REFUSED && name[0] == '\0';
	return rc == PLI_OK && (int)use == (int)want && strcmp(name, want_name) == 0;
}

static void
kems(void)
{
	static const struct {
		struct view kem, kdf, wrap;
		size_t ciphertext;
		unsigned kek;
		const char *name;
	} good[] = {
		{ VIEW("\x01"), VIEW("\x1c"), VIEW("\x05"), 768, 16, "ml-kem-512" },
		{ VIEW("\x02"), VIEW("\x1d"), VIEW("\x19"), 1088, 24, "ml-kem-768" },
		{ VIEW("\x03"), VIEW("\x1e"), VIEW("\x2d"), 1568, 32, "ml-kem-1024" },
	};
	struct recipient r;
	size_t i, n;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		for (n = 0; n < sizeof(good) / sizeof(good[0]); n++) {
			r = encapsulated();
			r.algorithm = SEQ(ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x04"), good[i].kem));
			r.ciphertext.len = good[n].ciphertext;
			check(kem_is(&r, i == n ? (enum verdict)RECIPIENT_KEM : DAMAGED, good[i].name));
			r = encapsulated();
			r.wrap = SEQ(ITEM(0x06, TEXT("\x60\x86\x48\x01\x65\x03\x04\x01"), good[i].wrap));
			r.kek_len = good[n].kek;
			check(kem_is(&r, i == n ? (enum verdict)RECIPIENT_KEM : DAMAGED, "ml-kem-768"));
			check(recipient_kem_as_written(&r) == (i == 2));
		}
		r = encapsulated();
		r.kdf = SEQ(ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03"), good[i].kdf));
		check(kem_is(&r, (enum verdict)RECIPIENT_KEM, "ml-kem-768"));
		check(recipient_kem_as_written(&r) == (i == 0));
	}
	/* one with additional data for the key derivation is no longer as written */
	r = encapsulated();
	check(recipient_kem_as_written(&r));
	r.ukm = ITEM(0xa0, ITEM(0x04, TEXT("ukm")));
	check(kem_is(&r, (enum verdict)RECIPIENT_KEM, "ml-kem-768") && !recipient_kem_as_written(&r));
}

static void
kems_that_are_not_taken(void)
{
	static const uint8_t long_ukm[1025];
	const struct view bad_kdfs[] = { NOTHING, NUL, SEQ(NOTHING), SEQ(NUL), SEQ(HKDF("\x1c"), NUL),
		SEQ(HKDF("\x1c"), SEQ(NOTHING)) };
	const struct view odd_kdfs[] = { SEQ(SHA256), SEQ(SHA256, NUL), SEQ(HKDF("\x1b")), SEQ(HKDF("\x1f")) };
	const struct view odd_wraps[] = { NOTHING, SEQ(NOTHING), SEQ(SHA256), SEQ(AES_WRAP("\x2e")),
		SEQ(AES_WRAP("\x30")), SEQ(AES256_WRAP, SEQ(NOTHING)), JOIN(SEQ(AES256_WRAP), NUL) };
	struct recipient r;
	size_t i;

	for (i = 0; i < sizeof(bad_kdfs) / sizeof(bad_kdfs[0]); i++) {
		r = encapsulated();
		r.kdf = bad_kdfs[i];
		check(kem_is(&r, DAMAGED, "") && !recipient_kem_as_written(&r));
	}
	for (i = 0; i < sizeof(odd_kdfs) / sizeof(odd_kdfs[0]); i++) {
		r = encapsulated();
		r.kdf = odd_kdfs[i];
		check(kem_is(&r, NAMED, "ml-kem-768") && !recipient_kem_as_written(&r));
	}
	for (i = 0; i < sizeof(odd_wraps) / sizeof(odd_wraps[0]); i++) {
		r = encapsulated();
		r.wrap = odd_wraps[i];
		check(kem_is(&r, NAMED, "ml-kem-768") && !recipient_kem_as_written(&r));
	}
	/* triple DES wraps for nobody here, not even where that is asked for */
	r = encapsulated();
	r.wrap = SEQ(DES_WRAP, NUL);
	r.kek_len = 24;
	check(kem_is(&r, NAMED, "ml-kem-768"));
	r = encapsulated();
	r.version = 1;
	check(kem_is(&r, NAMED, "ml-kem-768"));
	r = encapsulated();
	r.ukm = view_of(long_ukm, sizeof(long_ukm));
	check(kem_is(&r, NAMED, "ml-kem-768"));
	r.ukm.len--;
	check(kem_is(&r, (enum verdict)RECIPIENT_KEM, "ml-kem-768"));
	/* parameters of the KEM; one that is none; lengths that are none */
	r = encapsulated();
	r.algorithm = SEQ(KEM("\x02"), NUL);
	check(kem_is(&r, DAMAGED, ""));
	r.algorithm = SEQ(KEM("\x04"));
	check(kem_is(&r, NAMED, ""));
	r.algorithm = SEQ(RSA);
	check(kem_is(&r, NAMED, ""));
	r = encapsulated();
	r.ciphertext.len = 0;
	check(kem_is(&r, DAMAGED, ""));
	r = encapsulated();
	r.kek_len = 0;
	check(kem_is(&r, DAMAGED, ""));
	/* a KEM counts only where it belongs */
	r = encapsulated();
	r.type = RECIPIENT_KTRI;
	check(kem_is(&r, NAMED, ""));
}

static void
others(void)
{
	check(is(RECIPIENT_KTRI, SEQ(RSA, NUL), LEGACY, "rsa-pkcs1"));
	check(is(RECIPIENT_KTRI, SEQ(RSA), LEGACY, "rsa-pkcs1"));
	check(is(RECIPIENT_KTRI, SEQ(RSA, SEQ(NOTHING)), DAMAGED, ""));
	check(is(RECIPIENT_KTRI, SEQ(RSA, ITEM(0x05, OCTETS(0))), DAMAGED, ""));
	check(is(RECIPIENT_KTRI, SEQ(RSA, NUL, NUL), DAMAGED, ""));
	check(is(RECIPIENT_KTRI, SEQ(SHA256), NAMED, ""));
	/* an algorithm counts only where it belongs */
	check(is(RECIPIENT_KTRI, SEQ(ECDH_SHA256, SEQ(AES256_WRAP)), NAMED, ""));
	check(is(RECIPIENT_KARI, SEQ(OAEP, SEQ(NOTHING)), NAMED, ""));
	check(is(RECIPIENT_KEKRI, SEQ(AES256_WRAP), NAMED, ""));
	check(is(RECIPIENT_PWRI, SEQ(OAEP, SEQ(NOTHING)), NAMED, ""));
	check(is(RECIPIENT_OTHER, NOTHING, NAMED, ""));

	check(is(RECIPIENT_KTRI, SEQ(NOTHING), DAMAGED, ""));
	check(is(RECIPIENT_KTRI, SEQ(NUL), DAMAGED, ""));
	check(is(RECIPIENT_KTRI, ITEM(0x31, RSA), DAMAGED, ""));
	check(is(RECIPIENT_KTRI, JOIN(SEQ(RSA), NUL), DAMAGED, ""));
}

static void
names_are_cut(void)
{
	const struct recipient r = { .type = RECIPIENT_KTRI, .algorithm = SEQ(OAEP, SEQ(HASH(SHA256, NUL))) };
	char name[8];
	enum recipient_use use;

	check(recipient_algorithm(&r, name, sizeof(name), &use, NULL) == PLI_OK && use == RECIPIENT_ACCEPTED);
	check(strcmp(name, "rsaOaep") == 0);
}

#define TESTS(T, S)                                                                                                    \
	T(S, oaep_parameters)                                                                                          \
	T(S, other_oaep_parameters)                                                                                    \
	T(S, damaged_oaep_parameters)                                                                                  \
	T(S, agreements) T(S, kems) T(S, kems_that_are_not_taken) T(S, others) T(S, names_are_cut)
SUITE(algorithm, TESTS)
