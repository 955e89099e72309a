#ifndef PLI_ARMORED_H
#define PLI_ARMORED_H

/*
 * armored.h - bytes put into a text, in the forms that others write. libcrypto encodes: nothing of what is under test.
 */

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "suite.h"

struct armored_form {
	const char *name; /* what inspect says of it */
	const char *before, *behind;
	size_t width; /* characters a line; 0: binary */
	const char *eol;
};

static const struct armored_form armored_forms[] = {
	{ "pem", "-----BEGIN CMS-----\n", "-----END CMS-----\n", 64, "\n" },
	{ "pem",
	    "Bid of Test only, received 2026-11-23\r\n30 pages\r\n\r\n-----BEGIN PKCS7-----  \r\n"
	    "\r\n",
	    "\r\n-----END PKCS7-----\r\n\r\n \t\r\n", 76, "\r\n" },
	{ "pem", "\xef\xbb\xbf-----BEGIN PKCS7-----\n", "-----END PKCS7-----", 61, " \n" },
	{ "pem", "-----BEGIN CMS-----\n", "-----END CMS-----\n", 1 << 30, "\n" },
	{ "smime",
	    "MIME-Version: 1.0\nContent-Disposition: attachment; filename=\"smime.p7m\"\nContent-Type: "
	    "application/pkcs7-mime; smime-type=authEnveloped-data; name=\"smime.p7m\"\n"
	    "Content-Transfer-Encoding: base64\n\n",
	    "\n", 64, "\n" },
	{ "smime",
	    "Received: from there\r\n\tby here; Mon, 23 Nov 2026 10:00:00 +0100\r\nFrom: =?UTF-8?Q?A=C3=A9?= "
	    "<a@b.test>\r\n"
	    "CONTENT-TYPE:\r\n  application/X-pkcs7-mime;\r\n name=\"smime.p7m\";\r\n\tsmime-type=enveloped-data\r\n"
	    "content-transfer-encoding:\tBASE64 (as ever)\r\n\r\n",
	    "", 76, "\r\n" },
	{ "smime", "Content-Type: application/octet-stream; name=smime.p7m\r\n\r\n", "\r\n\r\n", 60, "\r\n" },
	{ "smime", "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: binary\n\n", "", 0, "" },
	{ "smime", "Content-Transfer-Encoding: 8bit\r\nContent-Type: application/pkcs7-mime\r\n\r\n", "", 0, "" },
	{ "smime", "Content-Type: application/pkcs7-mime;\n smime-type=authEnveloped-data\n\n", "", 0, "" },
};

#define ARMORED_FORMS (sizeof(armored_forms) / sizeof(armored_forms[0]))

static inline void
armored_add(struct buf *out, const char *text)
{
	check(buf_add(out, view_of(text, strlen(text)), NULL) == PLI_OK);
}

/* armored_wrap makes a text around bytes, from the begin of out. The caller clears that. */
static inline void
armored_wrap(const struct armored_form *form, struct view bytes, struct buf *out)
{
	uint8_t *plain = malloc(bytes.len / 3 * 4 + 8);
	size_t len, at, n;

	check(plain != NULL);
	out->len = 0;
	armored_add(out, form->before);
	if (form->width == 0) {
		check(buf_add(out, bytes, NULL) == PLI_OK);
	} else {
		len = (size_t)EVP_EncodeBlock(plain, bytes.p, (int)bytes.len);
		for (at = 0; at < len; at += n) {
			n = len - at < form->width ? len - at : form->width;
			check(buf_add(out, view_of(plain + at, n), NULL) == PLI_OK);
			armored_add(out, form->eol);
		}
	}
	armored_add(out, form->behind);
	free(plain);
}

#endif
