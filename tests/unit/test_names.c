/* Names, numbers and identifiers as text, with what hostile bytes make of them. */
#include "names.h"
#include "pieces.h"
#include "suite.h"

/* Compares and frees. */
static bool
is(char *text, const char *want)
{
	bool same = text != NULL && strcmp(text, want) == 0;

	free(text);
	return same;
}

#define CN OCTETS(0x55, 0x04, 0x03)
#define O OCTETS(0x55, 0x04, 0x0a)

static struct view
part(struct view oid, uint8_t type, struct view value)
{
	return ITEM(0x31, ITEM(0x30, ITEM(0x06, oid), ITEM(type, value)));
}

static void
names(void)
{
	check(is(names_text_der(ITEM(0x30, part(O, 0x0c, TEXT("a,b")), part(CN, 0x0c, TEXT("\xc3\xa9t\xc3\xa9")))),
	    "CN=\xc3\xa9t\xc3\xa9,O=a\\,b"));
	check(is(names_text_der(ITEM(0x30, NOTHING)), ""));
	/* a Latin-1 and a 16-bit string come out as UTF-8 */
	check(is(names_text_der(ITEM(0x30, part(CN, 0x14, TEXT("\xe9")))), "CN=\xc3\xa9"));
	check(
	    is(names_text_der(ITEM(0x30, part(CN, 0x1e, OCTETS(0x00, 0xe9, 0x20, 0xac)))), "CN=\xc3\xa9\xe2\x82\xac"));
	/* what could drive a terminal does not come through */
	check(is(names_text_der(ITEM(0x30, part(CN, 0x0c, TEXT("a\x1b[2J\n")))), "CN=a\\1B[2J\\0A"));
	check(is(names_text_der(ITEM(0x30, part(CN, 0x0c, OCTETS('a', 0, 'b')))), "CN=a\\00b"));
}

static void
no_names(void)
{
	check(names_text_der(NOTHING) == NULL);
	check(names_text_der(ITEM(0x31, part(CN, 0x0c, TEXT("x")))) == NULL);
	/* what says that it is UTF-8, and is not: a register keeps names as UTF-8 */
	check(names_text_der(ITEM(0x30, part(CN, 0x0c, TEXT("a\xff")))) == NULL);
	check(names_text_der(ITEM(0x30, part(CN, 0x0c, TEXT("\xed\xa0\x80")))) == NULL);
	check(names_text_der(ITEM(0x30, ITEM(0x31, TEXT("\x30\x7f")))) == NULL);
}

static void
identifiers(void)
{
	check(is(names_oid(OCTETS(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e)), "aes-256-gcm"));
	check(is(names_oid(OCTETS(0x2a, 0x03, 0x04)), "1.2.3.4"));
	check(is(names_oid(NOTHING), "unknown"));
	check(is(names_oid(OCTETS(0x2a, 0x83)), "unknown"));          /* ends in the middle of an arc */
	check(is(names_oid(OCTETS(0x2a, 0x80, 0x01)), "unknown"));    /* an arc with a leading zero */
	check(is(names_oid(view_of(pieces_new(65), 65)), "unknown")); /* too long */
}

static void
bytes_as_hex(void)
{
	check(is(names_hex(OCTETS(0x00, 0x9f, 0xab)), "009fab"));
	check(is(names_hex(NOTHING), ""));
}

static void
serial_numbers(void)
{
	check(is(names_serial(OCTETS(0x00)), "00"));
	check(is(names_serial(OCTETS(0x7f)), "7f"));
	check(is(names_serial(OCTETS(0x00, 0x80)), "80"));
	check(is(names_serial(OCTETS(0x00, 0x00, 0x12, 0x00)), "1200"));
	check(is(names_serial(OCTETS(0xff)), "-01"));
	check(is(names_serial(OCTETS(0x80)), "-80"));
	check(is(names_serial(OCTETS(0xff, 0x00)), "-0100"));
	check(is(names_serial(OCTETS(0xed, 0xcc)), "-1234"));
	check(is(names_serial(OCTETS(0x80, 0x00, 0x00)), "-800000"));
}

#define TESTS(T, S) T(S, names) T(S, no_names) T(S, identifiers) T(S, bytes_as_hex) T(S, serial_numbers)
SUITE(names, TESTS)
