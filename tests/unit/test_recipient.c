/* RecipientInfos of every form, put together by hand; and what is missing, surplus or of the wrong kind in each. */
#include "pieces.h"
#include "recipient.h"
#include "suite.h"

#define NUMBER(n) ITEM(0x02, OCTETS(n))
#define OID(...) ITEM(0x06, OCTETS(__VA_ARGS__))
#define NAME ITEM(0x30, ITEM(0x31, ITEM(0x30, OID(0x55, 0x04, 0x03), ITEM(0x0c, TEXT("ca")))))
#define SERIAL ITEM(0x02, OCTETS(0x12, 0x34))
#define ISSUER ITEM(0x30, NAME, SERIAL)
#define SKI TEXT("key identifier")
#define SOME_ALGORITHM ITEM(0x30, OID(0x2a, 0x03))
#define KEY ITEM(0x04, TEXT("encrypted"))
#define EXTRA ITEM(0x05, NOTHING)

/* The only recipient of a set. */
static enum pli_status
single(struct view set, struct recipient *r)
{
	struct recipients all;
	struct recipient end;
	enum pli_status rc;
	bool found;

	recipient_start(&all, set);
	if ((rc = recipient_next(&all, r, &found, NULL)) != PLI_OK) {
		check(!found);
		return rc;
	}
	check(found);
	rc = recipient_next(&all, &end, &found, NULL);
	check(!found);
	return rc;
}

/* Is set refused, as it is, and with every byte missing at its end? */
static bool
damaged(struct view set)
{
	struct recipient r;

	return single(set, &r) == PLI_ERR_MALFORMED;
}

static void
key_transport(void)
{
	struct view by_name = ITEM(0x30, NUMBER(0), ISSUER, SOME_ALGORITHM, KEY);
	struct view by_ski = ITEM(0x30, NUMBER(2), ITEM(0x80, SKI), SOME_ALGORITHM, KEY);
	struct recipient r;

	check(single(by_name, &r) == PLI_OK && r.type == RECIPIENT_KTRI);
	check(view_equal(r.whole, by_name) && view_equal(r.issuer, NAME) && view_equal(r.serial, OCTETS(0x12, 0x34)));
	check(r.ski.len == 0 && view_equal(r.algorithm, SOME_ALGORITHM) && view_equal(r.encrypted, TEXT("encrypted")));
	check(view_equal(recipient_oid(&r), OCTETS(0x2a, 0x03)));
	check(single(by_ski, &r) == PLI_OK && r.type == RECIPIENT_KTRI);
	check(r.issuer.len == 0 && r.serial.len == 0 && view_equal(r.ski, SKI));
	/* versions decide nothing; indefinite lengths are taken */
	check(single(OPEN(0x30, NUMBER(99), OPEN(0x30, NAME, SERIAL), SOME_ALGORITHM, KEY), &r) == PLI_OK);
	check(view_equal(r.issuer, NAME));

	check(damaged(ITEM(0x30, ISSUER, SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), ISSUER, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), ISSUER, SOME_ALGORITHM)));
	check(damaged(ITEM(0x30, NUMBER(0), ISSUER, SOME_ALGORITHM, KEY, EXTRA)));
	check(damaged(ITEM(0x30, NUMBER(0), ITEM(0x30, NAME), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), ITEM(0x30, SERIAL, NAME), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), ITEM(0x30, NAME, SERIAL, EXTRA), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), ITEM(0x30, NAME, ITEM(0x02, NOTHING)), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), ITEM(0xa0, SKI), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0x30, NUMBER(0), ISSUER, SOME_ALGORITHM, ITEM(0x24, KEY))));
	check(damaged(ITEM(0x30, NOTHING)));
}

#define ORIGINATOR ITEM(0xa0, ITEM(0xa1, SOME_ALGORITHM, ITEM(0x03, TEXT("point"))))
#define UKM ITEM(0xa1, ITEM(0x04, TEXT("ukm")))
#define AGREED ITEM(0x30, ISSUER, KEY)
#define RKEYID ITEM(0xa0, ITEM(0x04, SKI))

static void
key_agreement(void)
{
	struct view one = ITEM(0xa1, NUMBER(3), ORIGINATOR, UKM, SOME_ALGORITHM, ITEM(0x30, AGREED));
	struct recipient r;

	check(single(one, &r) == PLI_OK && r.type == RECIPIENT_KARI);
	check(view_equal(r.whole, one) && view_equal(r.originator, ORIGINATOR) && view_equal(r.ukm, UKM));
	check(view_equal(r.own, AGREED) && view_equal(r.issuer, NAME) && view_equal(r.serial, OCTETS(0x12, 0x34)));
	check(view_equal(r.algorithm, SOME_ALGORITHM) && view_equal(r.encrypted, TEXT("encrypted")));
	check(single(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, ITEM(0x30, RKEYID, KEY))), &r) ==
	      PLI_OK);
	check(r.ukm.len == 0 && r.issuer.len == 0 && view_equal(r.ski, SKI));
	/* a date and other attributes behind the identifier */
	check(single(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM,
			 ITEM(0x30, ITEM(0x30, ITEM(0xa0, ITEM(0x04, SKI), ITEM(0x18, TEXT("2026")), EXTRA), KEY))),
		  &r) == PLI_OK &&
	      view_equal(r.ski, SKI));

	check(damaged(ITEM(0xa1, ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, AGREED))));
	check(damaged(ITEM(0xa1, NUMBER(3), SOME_ALGORITHM, ITEM(0x30, AGREED))));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, ITEM(0x30, AGREED))));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM)));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, NOTHING))));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, AGREED), EXTRA)));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, AGREED, EXTRA))));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, ITEM(0x30, ISSUER)))));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, ITEM(0x30, KEY)))));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, ITEM(0x30, ISSUER, KEY, EXTRA)))));
	check(
	    damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, ITEM(0x30, ITEM(0xa0, EXTRA), KEY)))));
	check(damaged(ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM,
	    ITEM(0x30, ITEM(0x30, ITEM(0xa0, ITEM(0x04, SKI), OCTETS(0x05)), KEY)))));
}

static void
other_forms(void)
{
	struct view kekri = ITEM(0xa2, NUMBER(4), ITEM(0x30, ITEM(0x04, SKI)), SOME_ALGORITHM, KEY);
	struct view pwri = ITEM(0xa3, NUMBER(0), ITEM(0xa0, OID(0x2a, 0x04)), SOME_ALGORITHM, KEY);
	struct view other = ITEM(0xa4, OID(0x2a, 0x05), ITEM(0x0c, TEXT("anything")));
	struct recipient r;

	check(single(kekri, &r) == PLI_OK && r.type == RECIPIENT_KEKRI && view_equal(r.ski, SKI));
	check(view_equal(r.encrypted, TEXT("encrypted")) && view_equal(r.algorithm, SOME_ALGORITHM));
	check(single(pwri, &r) == PLI_OK && r.type == RECIPIENT_PWRI && view_equal(r.encrypted, TEXT("encrypted")));
	check(single(ITEM(0xa3, NUMBER(0), SOME_ALGORITHM, KEY), &r) == PLI_OK && r.type == RECIPIENT_PWRI);
	check(single(other, &r) == PLI_OK && r.type == RECIPIENT_OTHER && r.algorithm.len == 0);
	check(recipient_oid(&r).len == 0);

	check(damaged(ITEM(0xa2, NUMBER(4), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0xa2, NUMBER(4), ITEM(0x30, NOTHING), SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0xa2, NUMBER(4), ITEM(0x30, ITEM(0x04, SKI)), SOME_ALGORITHM, KEY, EXTRA)));
	check(damaged(ITEM(0xa3, NUMBER(0), ITEM(0xa0, OID(0x2a, 0x04)), KEY)));
	check(damaged(ITEM(0xa3, SOME_ALGORITHM, KEY)));
	check(damaged(ITEM(0xa3, NUMBER(0), SOME_ALGORITHM, KEY, EXTRA)));
	check(damaged(ITEM(0xa4, OID(0x2a, 0x05))));
	check(damaged(ITEM(0xa4, OID(0x2a, 0x05), EXTRA, EXTRA)));
	check(damaged(ITEM(0xa5, EXTRA)));
	check(damaged(ITEM(0x31, EXTRA)));
	check(damaged(OCTETS(0x30, 0x05, 0x00)));
	check(damaged(OCTETS(0x30)));
}

#define KEM_OID ITEM(0x06, TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x0d\x03"))
#define KEMRI(...) ITEM(0xa4, KEM_OID, ITEM(0x30, __VA_ARGS__))
#define CIPHERTEXT ITEM(0x04, TEXT("ciphertext"))
#define KDF ITEM(0x30, OID(0x2a, 0x04))
#define WRAP ITEM(0x30, OID(0x2a, 0x06))
#define KEM_UKM ITEM(0xa0, ITEM(0x04, TEXT("ukm")))

/* KEMRecipientInfo, RFC 9629 3. */
static void
key_encapsulation(void)
{
	const struct view by_name =
	    KEMRI(NUMBER(0), ISSUER, SOME_ALGORITHM, CIPHERTEXT, KDF, NUMBER(32), KEM_UKM, WRAP, KEY);
	const struct view fields[] = { NUMBER(0), ITEM(0x80, SKI), SOME_ALGORITHM, CIPHERTEXT, KDF, NUMBER(16), WRAP,
		KEY };
	const size_t count = sizeof(fields) / sizeof(fields[0]);
	const struct view wrong[] = { EXTRA, ITEM(0x0c, TEXT("x")), ITEM(0x24, KEY), ITEM(0xa0, EXTRA), NOTHING };
	struct view some[8];
	struct recipient r;
	size_t i, n;

	check(single(by_name, &r) == PLI_OK && r.type == RECIPIENT_KEMRI && view_equal(r.whole, by_name));
	check(view_equal(r.issuer, NAME) && view_equal(r.serial, OCTETS(0x12, 0x34)) && r.ski.len == 0);
	check(r.version == 0 && r.kek_len == 32 && view_equal(r.ciphertext, TEXT("ciphertext")));
	check(view_equal(r.algorithm, SOME_ALGORITHM) && view_equal(r.kdf, KDF) && view_equal(r.wrap, WRAP));
	check(view_equal(r.ukm, KEM_UKM) && view_equal(r.encrypted, TEXT("encrypted")));
	check(view_equal(recipient_oid(&r), OCTETS(0x2a, 0x03)));
	check(single(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(fields, count))), &r) == PLI_OK);
	check(r.type == RECIPIENT_KEMRI && view_equal(r.ski, SKI) && r.issuer.len == 0 && r.ukm.len == 0);
	check(r.kek_len == 16);
	/* another version is read, and says so */
	check(single(KEMRI(NUMBER(7), ISSUER, SOME_ALGORITHM, CIPHERTEXT, KDF, NUMBER(32), WRAP, KEY), &r) == PLI_OK);
	check(r.version == 7);
	/* the length of a key is at most 65,535 */
	check(single(
		  KEMRI(NUMBER(0), ISSUER, SOME_ALGORITHM, CIPHERTEXT, KDF, ITEM(0x02, OCTETS(0, 255, 255)), WRAP, KEY),
		  &r) == PLI_OK &&
	      r.kek_len == 65535);
	check(
	    damaged(KEMRI(NUMBER(0), ISSUER, SOME_ALGORITHM, CIPHERTEXT, KDF, ITEM(0x02, OCTETS(1, 0, 0)), WRAP, KEY)));

	/* each field missing, twice, or of another kind; something behind the last */
	for (i = 0; i < count; i++) {
		memcpy(some, fields, sizeof(some));
		some[i] = JOIN(fields[i], fields[i]);
		check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
		for (n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
			some[i] = wrong[n];
			check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
		}
	}
	check(damaged(JOIN(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(fields, count), EXTRA)))));
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(fields, count)), EXTRA)));
	/* a number that is none, or below zero; a string in place of the explicit one */
	memcpy(some, fields, sizeof(some));
	some[5] = ITEM(0x02, NOTHING);
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	some[5] = NUMBER(0xff);
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	some[5] = ITEM(0x02, TEXT("12345678"));
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	some[5] = JOIN(NUMBER(32), ITEM(0x80, TEXT("ukm")));
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	some[5] = JOIN(NUMBER(32), ITEM(0xa0, NOTHING));
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	some[5] = JOIN(NUMBER(32), ITEM(0xa0, EXTRA));
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	some[5] = JOIN(NUMBER(32), ITEM(0xa0, ITEM(0x04, TEXT("ukm")), EXTRA));
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	some[5] = JOIN(NUMBER(32), KEM_UKM, KEM_UKM);
	check(damaged(ITEM(0xa4, KEM_OID, ITEM(0x30, pieces_join(some, count)))));
	/* what the OID says must be a SEQUENCE to be one */
	check(single(ITEM(0xa4, KEM_OID, EXTRA), &r) == PLI_OK && r.type == RECIPIENT_OTHER);
	for (i = 0; i < by_name.len; i++)
		check(i == 0 || damaged(JOIN(view_of(by_name.p, i))));
}

static void
several(void)
{
	struct view second = ITEM(0x30, RKEYID, ITEM(0x04, TEXT("second")));
	struct view kari = ITEM(0xa1, NUMBER(3), ORIGINATOR, SOME_ALGORITHM, ITEM(0x30, AGREED, second, AGREED));
	struct view ktri = ITEM(0x30, NUMBER(0), ISSUER, SOME_ALGORITHM, KEY);
	static const enum recipient_type want[] = { RECIPIENT_KTRI, RECIPIENT_KARI, RECIPIENT_KARI, RECIPIENT_KARI,
		RECIPIENT_KTRI };
	struct view set = JOIN(ktri, kari, ktri);
	struct recipients all;
	struct recipient r;
	bool found;
	size_t i;

	recipient_start(&all, set);
	for (i = 0; i < 5; i++) {
		check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found && r.type == want[i]);
		check(view_equal(r.whole, want[i] == RECIPIENT_KTRI ? ktri : kari));
		check(r.issuer.len == 0 ? i == 2 && view_equal(r.own, second) : i != 2);
		check((r.originator.len > 0) == (want[i] == RECIPIENT_KARI));
	}
	check(recipient_next(&all, &r, &found, NULL) == PLI_OK && !found);
	recipient_start(&all, NOTHING);
	check(recipient_next(&all, &r, &found, NULL) == PLI_OK && !found);
	/* the second of two is damaged */
	recipient_start(&all, JOIN(ktri, OCTETS(0x30, 0x00)));
	check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found);
	check(recipient_next(&all, &r, &found, NULL) == PLI_ERR_MALFORMED && !found);
}

static void
type_names(void)
{
	check(strcmp(recipient_type_name(RECIPIENT_KTRI), "ktri") == 0);
	check(strcmp(recipient_type_name(RECIPIENT_KARI), "kari") == 0);
	check(strcmp(recipient_type_name(RECIPIENT_KEMRI), "kemri") == 0);
	check(strcmp(recipient_type_name(RECIPIENT_KEKRI), "kekri") == 0);
	check(strcmp(recipient_type_name(RECIPIENT_PWRI), "pwri") == 0);
	check(strcmp(recipient_type_name(RECIPIENT_OTHER), "other") == 0);
}

#define TESTS(T, S)                                                                                                    \
	T(S, key_transport) T(S, key_agreement) T(S, key_encapsulation) T(S, other_forms) T(S, several) T(S, type_names)
SUITE(recipient, TESTS)
