/* names.c - libcrypto prints into a memory BIO; the text is copied out. */
#include "names.h"

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

char *
names_text(const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text = NULL;
	long len;

	if (bio != NULL &&
	    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0 &&
	    (len = BIO_get_mem_data(bio, &data)) >= 0)
		text = len > 0 ? strndup(data, (size_t)len) : strdup("");
	BIO_free(bio);
	context_forget();
	return text;
}

char *
names_text_der(struct view der)
{
	const unsigned char *p = der.p;
	X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)der.len);
	char *text;

	if (name == NULL) {
		context_forget();
		return NULL;
	}
	text = names_text(name);
	X509_NAME_free(name);
	return text;
}

char *
names_oid(struct view contents)
{
	ASN1_OBJECT *oid = NULL;
	unsigned char der[66];
	const unsigned char *p = der;
	char text[256];
	int n = -1;

	if (contents.len > 0 && contents.len <= 64) {
		der[0] = 0x06;
		der[1] = (unsigned char)contents.len;
		memcpy(der + 2, contents.p, contents.len);
		if ((oid = d2i_ASN1_OBJECT(NULL, &p, (long)contents.len + 2)) != NULL)
			n = OBJ_obj2txt(text, sizeof(text), oid, 0);
	}
	ASN1_OBJECT_free(oid);
	context_forget();
	return n > 0 ? strdup(text) : strdup("unknown");
}

char *
names_hex(struct view bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * bytes.len + 1);
	size_t i;

	if (text == NULL)
		return NULL;
	for (i = 0; i < bytes.len; i++) {
		text[2 * i] = digits[bytes.p[i] >> 4];
		text[2 * i + 1] = digits[bytes.p[i] & 15];
	}
	text[2 * bytes.len] = '\0';
	return text;
}

char *
names_serial(struct view contents)
{
	char *text = NULL, *hex;
	struct buf magnitude = { 0 };
	bool negative = contents.len > 0 && contents.p[0] >= 0x80, carry;
	size_t i;

	while (!negative && contents.len > 1 && contents.p[0] == 0)
		contents = view_of(contents.p + 1, contents.len - 1);
	if (!negative)
		return names_hex(contents);
	if (buf_add(&magnitude, contents, NULL) != PLI_OK)
		return NULL;
	for (carry = true, i = magnitude.len; i-- > 0;) {
		magnitude.p[i] = (uint8_t)(~magnitude.p[i] + (carry ? 1 : 0));
		carry = carry && magnitude.p[i] == 0;
	}
	if ((hex = names_hex(buf_view(&magnitude))) != NULL && asprintf(&text, "-%s", hex) < 0)
		text = NULL;
	free(hex);
	buf_clear(&magnitude);
	return text;
}
