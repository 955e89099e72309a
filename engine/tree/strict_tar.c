/* strict_tar.c - headers, 512 bytes each, and pax records, as POSIX.1-2008 (pax, "ustar Interchange Format") has them. */
#include "strict_tar.h"

#include <string.h>

#include "fail.h"
#include "first_block.h"

/* Fields of a ustar header. */
enum { NAME = 0, NAME_LEN = 100, SIZE = 124, SIZE_LEN = 12, TYPE = 156, MAGIC = 257 };

void
strict_tar_init(struct strict_tar *s)
{
	memset(s, 0, sizeof(*s));
	s->want = FIRST_BLOCK_LEN;
}

bool
strict_tar_applies(const struct strict_tar *s)
{
	return s->state == STRICT_TAR_HEADER || s->state == STRICT_TAR_RECORDS;
}

static enum pli_status
odd(struct pli_error *err, const char *what)
{
	return fail(err, PLI_ERR_MALFORMED, "the archive in the envelope is not the same to every program: %s", what);
}

static uint64_t
padded(uint64_t len)
{
	return (len + STRICT_TAR_BLOCK - 1) / STRICT_TAR_BLOCK * STRICT_TAR_BLOCK;
}

/* Digits to the last but one byte of a field, and an end. */
static bool
read_octal(const uint8_t *p, size_t len, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < len - 1; i++) {
		if (p[i] < '0' || p[i] > '7')
			return false;
		n = n << 3 | (uint64_t)(p[i] - '0');
	}
	*out = n;
	return p[i] == '\0' || p[i] == ' ';
}

/* Decimal, without a leading zero; at most 18 digits. */
static bool
read_decimal(struct view v, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	if (v.len == 0 || v.len > 18 || (v.p[0] == '0' && v.len > 1))
		return false;
	for (i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(v.p[i] - '0');
	}
	*out = n;
	return true;
}

/* Takes the text before a character, and the character, off v. */
static bool
cut(struct view *v, char at, struct view *out)
{
	const uint8_t *p = v->len > 0 ? memchr(v->p, at, v->len) : NULL;

	if (p == NULL)
		return false;
	*out = view_of(v->p, (size_t)(p - v->p));
	*v = view_of(p + 1, v->len - out->len - 1);
	return true;
}

static bool
is(struct view v, const char *text)
{
	return v.len == strlen(text) && memcmp(v.p, text, v.len) == 0;
}

/* One record, "LENGTH KEY=VALUE\n": each key once, and only what pli writes. */
static enum pli_status
read_record(struct strict_tar *s, struct view *rest, unsigned *keys, struct pli_error *err)
{
	struct view whole = *rest, length, key, value;
	unsigned bit;
	uint64_t len;

	if (!cut(&whole, ' ', &length) || !read_decimal(length, &len) || len > rest->len || len < length.len + 4 ||
	    rest->p[len - 1] != '\n')
		return odd(err, "a pax record is not well-formed");
	value = view_of(whole.p, (size_t)len - length.len - 2);
	*rest = view_of(rest->p + len, rest->len - (size_t)len);
	if (!cut(&value, '=', &key))
		return odd(err, "a pax record is not well-formed");
	bit = is(key, "path") ? 1 : is(key, "size") ? 2 : is(key, "mtime") ? 4 : 0;
	if (bit == 0 || (*keys & bit) != 0)
		return odd(err, "a pax header says more than path, size and time, or one of them twice");
	*keys |= bit;
	if (value.len == 0 || memchr(value.p, '\0', value.len) != NULL)
		return odd(err, "a pax record has no value, or a NUL in it");
	if (bit == 2) {
		if (!read_decimal(value, &s->size))
			return odd(err, "a size is no number");
		s->sized = true;
	}
	if (bit == 1)
		s->name = value.p[value.len - 1] == '/' ? STRICT_TAR_SLASH : STRICT_TAR_PLAIN;
	return PLI_OK;
}

static enum pli_status
read_records(struct strict_tar *s, struct pli_error *err)
{
	struct view rest = view_of(s->held, s->records);
	unsigned keys = 0;
	enum pli_status rc;

	while (rest.len > 0)
		if ((rc = read_record(s, &rest, &keys, err)) != PLI_OK)
			return rc;
	if (keys == 0 || !view_zero(view_of(s->held + s->records, s->have - s->records)))
		return odd(err, "a pax header is empty, or something stands behind it");
	s->state = STRICT_TAR_HEADER;
	s->described = true;
	return PLI_OK;
}

/* The name of the entry: a pax header's counts before that of the entry's own. */
static enum strict_tar_name
name_of(const struct strict_tar *s)
{
	size_t len = strnlen((const char *)s->held + NAME, NAME_LEN);

	if (s->name != STRICT_TAR_UNNAMED || len == 0)
		return s->name;
	return s->held[NAME + len - 1] == '/' ? STRICT_TAR_SLASH : STRICT_TAR_PLAIN;
}

static enum pli_status
read_header(struct strict_tar *s, struct pli_error *err)
{
	const uint8_t *p = s->held;
	bool octal;
	uint64_t size;

	if (view_zero(view_of(p, STRICT_TAR_BLOCK))) {
		if (s->described)
			return odd(err, "a pax header is of no entry");
		s->zeroes += s->zeroes < 2;
		return PLI_OK;
	}
	if (s->zeroes > 0)
		return odd(err, "something stands behind its end");
	if (memcmp(p + MAGIC,
		"ustar\0"
		"00",
		8) != 0)
		return odd(err, "a header is not ustar's");
	octal = read_octal(p + SIZE, SIZE_LEN, &size);
	if (!octal && !s->sized)
		return odd(err, "a size is no number");
	if (octal && s->sized && size != s->size)
		return odd(err, "an entry has two sizes");
	if (s->sized)
		size = s->size;
	switch (p[TYPE]) {
	case 'x':
		if (s->described || !octal || size == 0 || padded(size) > sizeof(s->held))
			return odd(err, "an entry has more than one pax header, or a very long one");
		s->state = STRICT_TAR_RECORDS;
		s->records = (size_t)size;
		s->want = (size_t)padded(size);
		return PLI_OK;
	case '0':
		if (name_of(s) != STRICT_TAR_PLAIN)
			return odd(err, "a file has no name, or a folder's");
		break;
	case '5':
		if (size != 0)
			return odd(err, "a folder has content");
		break;
	default:
		return odd(err, "an entry is neither a file nor a folder");
	}
	s->described = s->sized = false;
	s->name = STRICT_TAR_UNNAMED;
	s->skip = padded(size);
	return PLI_OK;
}

/* held has what was wanted. */
static enum pli_status
step(struct strict_tar *s, struct pli_error *err)
{
	uint8_t first[FIRST_BLOCK_LEN];
	enum pli_status rc;

	switch (s->state) {
	case STRICT_TAR_BEGIN:
		first_block(first);
		s->state = memcmp(s->held, first, sizeof(first)) == 0 ? STRICT_TAR_HEADER : STRICT_TAR_FREE;
		s->want = STRICT_TAR_BLOCK;
		rc = PLI_OK;
		break;
	case STRICT_TAR_RECORDS:
		s->want = STRICT_TAR_BLOCK;
		rc = read_records(s, err);
		break;
	default:
		rc = read_header(s, err);
	}
	s->have = 0;
	return rc;
}

enum pli_status
strict_tar_feed(struct strict_tar *s, struct view bytes, struct pli_error *err)
{
	enum pli_status rc;
	size_t n;

	while (bytes.len > 0 && s->state != STRICT_TAR_FREE) {
		if (s->skip > 0) {
			n = s->skip < bytes.len ? (size_t)s->skip : bytes.len;
			s->skip -= n;
		} else {
			n = s->want - s->have < bytes.len ? s->want - s->have : bytes.len;
			memcpy(s->held + s->have, bytes.p, n);
			s->have += n;
			if (s->have == s->want && (rc = step(s, err)) != PLI_OK)
				return rc;
		}
		bytes = view_of(bytes.p + n, bytes.len - n);
	}
	return PLI_OK;
}

enum pli_status
strict_tar_end(const struct strict_tar *s, struct pli_error *err)
{
	if (strict_tar_applies(s) && (s->zeroes < 2 || s->have > 0))
		return odd(err, "it has no end");
	return PLI_OK;
}
