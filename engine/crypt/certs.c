/*
 * certs.c - recipient certificates: reading them, saying what they are, and refusing those to which no bid may be sealed.
 * Trust is not decided here: the caller chose the files, or the register did.
 */
#include "certs.h"

#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "array.h"
#include "context.h"
#include "kem.h"
#include "names.h"
#include "pli/pair.h"

static bool
to_seconds(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = timegm(&tm);
	return true;
}

const char *
certs_kem(const X509 *x509)
{
	ASN1_OBJECT *oid = NULL;

	if (X509_PUBKEY_get0_param(&oid, NULL, NULL, NULL, X509_get_X509_PUBKEY(x509)) != 1)
		return NULL;
	return kem_name(oid);
}

static void
describe_key(const X509 *x509, char *out, size_t cap)
{
	EVP_PKEY *pkey = X509_get0_pubkey(x509);
	char group[32] = "";
	const char *type = pkey == NULL ? certs_kem(x509) : EVP_PKEY_get0_type_name(pkey);

	if (type == NULL) {
		(void)snprintf(out, cap, "unknown");
	} else if (pkey != NULL && EVP_PKEY_is_a(pkey, "RSA")) {
		(void)snprintf(out, cap, "rsa-%d", EVP_PKEY_get_bits(pkey));
	} else if (pkey != NULL && EVP_PKEY_is_a(pkey, "EC")) {
		(void)EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL);
		if (strcmp(group, "prime256v1") == 0)
			(void)snprintf(group, sizeof(group), "P-256");
		else if (strcmp(group, "secp384r1") == 0)
			(void)snprintf(group, sizeof(group), "P-384");
		else if (strcmp(group, "secp521r1") == 0)
			(void)snprintf(group, sizeof(group), "P-521");
		(void)snprintf(out, cap, "%s", group[0] != '\0' ? group : "ec");
	} else {
		(void)snprintf(out, cap, "%s", type);
	}
	context_forget();
}

static char *
common_name(const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	const ASN1_STRING *value;
	unsigned char *utf8 = NULL;
	char *text = NULL;
	bool whole;
	int len;

	if (at < 0)
		return names_text(name);
	value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	/* One with a NUL in it would be shown as another: it is shown escaped, below. */
	if ((len = ASN1_STRING_to_UTF8(&utf8, value)) < 0 && context_out_of_memory())
		return NULL;
	whole = len >= 0 && memchr(utf8, 0, (size_t)len) == NULL;
	if (whole)
		text = strndup((const char *)utf8, (size_t)len);
	OPENSSL_free(utf8);
	context_forget();
	return whole ? text : names_text(name);
}

enum pli_status
certs_init(struct cert *c, X509 *x509, const char *name, struct pli_error *err)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
	const ASN1_OCTET_STRING *ski = X509_get0_subject_key_id(x509);
	char *magnitude;
	int len;

	*c = (struct cert){ .x509 = x509 };
	c->name = strdup(name);
	c->subject = names_text(X509_get_subject_name(x509));
	c->issuer = names_text(X509_get_issuer_name(x509));
	c->cn = common_name(X509_get_subject_name(x509));
	/* libcrypto keeps the magnitude, and the sign in the type */
	magnitude = names_hex(view_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)));
	if (magnitude != NULL &&
	    asprintf(&c->serial, "%s%s", ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" : "", magnitude) < 0)
		c->serial = NULL;
	free(magnitude);
	if (ski != NULL)
		c->ski = names_hex(view_of(ASN1_STRING_get0_data(ski), (size_t)ASN1_STRING_length(ski)));
	describe_key(x509, c->algorithm, sizeof(c->algorithm));
	if ((len = i2d_X509(x509, &c->der)) > 0)
		c->der_len = (size_t)len;
	if (c->name == NULL || c->subject == NULL || c->issuer == NULL || c->cn == NULL || c->serial == NULL ||
	    c->der_len == 0 || (ski != NULL && c->ski == NULL)) {
		certs_clear(c);
		context_forget();
		return fail_memory(err);
	}
	if (!to_seconds(X509_get0_notBefore(x509), &c->not_before) ||
	    !to_seconds(X509_get0_notAfter(x509), &c->not_after)) {
		certs_clear(c);
		return context_fail(err, PLI_ERR_CERTIFICATE, "the certificate in %s has unreadable dates", name);
	}
	return PLI_OK;
}

void
certs_clear(struct cert *c)
{
	X509_free(c->x509);
	OPENSSL_free(c->der);
	free(c->name);
	free(c->subject);
	free(c->issuer);
	free(c->cn);
	free(c->serial);
	free(c->ski);
	*c = (struct cert){ 0 };
}

void
certs_info(const struct cert *c, struct pli_cert_info *out)
{
	*out = (struct pli_cert_info){ c->name, c->subject, c->issuer, c->cn, c->serial, c->ski, c->algorithm,
		c->not_before, c->not_after };
}

static enum pli_status
take_der(
    struct pli *pli, const uint8_t *p, size_t len, const char *name, certs_take *take, void *arg, struct pli_error *err)
{
	const unsigned char *at = p;
	X509 *x509 = X509_new_ex(pli->lib, NULL);

	if (x509 == NULL)
		return fail_memory(err);
	if (d2i_X509(&x509, &at, (long)len) == NULL) {
		/* d2i frees what it was given when it fails */
		return context_fail(err, PLI_ERR_CERTIFICATE, "%s is not a certificate, or a damaged one", name);
	}
	if (at != p + len) {
		X509_free(x509);
		return fail(err, PLI_ERR_CERTIFICATE, "%s has bytes behind the certificate", name);
	}
	return take(arg, x509, err);
}

X509 *
certs_copy(OSSL_LIB_CTX *lib, const X509 *from)
{
	X509 *copy = NULL;
	unsigned char *der = NULL;
	const unsigned char *p;
	int len = i2d_X509(from, &der);

	p = der;
	if (len > 0 && (copy = X509_new_ex(lib, NULL)) != NULL && d2i_X509(&copy, &p, len) == NULL)
		copy = NULL; /* d2i has freed it */
	OPENSSL_free(der);
	return copy;
}

/* The certificates of a bundle, as copies: those that CMS parsed are of another context. */
static enum pli_status
take_all(struct pli *pli, STACK_OF(X509) * found, const char *name, certs_take *take, void *arg, struct pli_error *err)
{
	enum pli_status rc = PLI_OK;
	X509 *copy;
	int i;

	for (i = 0; rc == PLI_OK && i < sk_X509_num(found); i++) {
		if ((copy = certs_copy(pli->lib, sk_X509_value(found, i))) == NULL)
			return context_fail(err, PLI_ERR_CERTIFICATE, "%s holds a damaged certificate", name);
		rc = take(arg, copy, err);
	}
	return rc;
}

/* SignedData that nobody signed and that has no content (RFC 5652 5.1) is how PKCS#7 carries certificates. */
static enum pli_status
take_bundle(struct pli *pli, struct view der, const char *name, certs_take *take, void *arg, struct pli_error *err)
{
	const unsigned char *at = der.p;
	CMS_ContentInfo *cms = CMS_ContentInfo_new_ex(pli->lib, NULL);
	STACK_OF(X509) *found = NULL;
	ASN1_OCTET_STRING **content;
	enum pli_status rc;

	if (cms == NULL)
		return fail_memory(err);
	/* d2i frees what it was given when it fails */
	if (d2i_CMS_ContentInfo(&cms, &at, (long)der.len) == NULL)
		return context_fail(
		    err, PLI_ERR_CERTIFICATE, "%s is no PKCS#7 bundle of certificates, or a damaged one", name);
	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
	    sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > 0 || (content = CMS_get0_content(cms)) == NULL ||
	    *content != NULL) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "%s is a CMS message, and no bundle of certificates", name);
	} else if (at != der.p + der.len) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "%s has bytes behind the certificates", name);
	} else if ((found = CMS_get1_certs(cms)) == NULL || sk_X509_num(found) == 0) {
		rc = context_out_of_memory()
			 ? fail_memory(err)
			 : fail(err, PLI_ERR_CERTIFICATE, "%s is a bundle without a certificate", name);
	} else {
		rc = take_all(pli, found, name, take, arg, err);
	}
	context_forget();
	sk_X509_pop_free(found, X509_free);
	CMS_ContentInfo_free(cms);
	return rc;
}

bool
certs_is_der(struct view data)
{
	return data.len >= 2 && data.p[0] == 0x30 && (data.p[1] & 0xf0) == 0x80;
}

/*
 * What the SEQUENCE that der is begins with: an object identifier (06) in a ContentInfo, a SEQUENCE in a certificate, an INTEGER
 * (02) in a file that holds a private key.
 */
static struct view
first_element(struct view der)
{
	size_t at = der.len < 2 ? der.len : der.p[1] > 0x80 ? 2 + (size_t)(der.p[1] & 0x7f) : 2;

	return at < der.len && der.p[0] == 0x30 ? view_behind(der, at) : view_of(NULL, 0);
}

static bool
is_bundle(struct view der)
{
	struct view first = first_element(der);

	return first.len > 0 && first.p[0] == 0x06;
}

bool
certs_has_private_key(struct view data)
{
	static const char label[] = "PRIVATE KEY-----";
	struct view first = first_element(data);

	if (certs_is_der(data))
		return first.len > 0 && first.p[0] == 0x02;
	return memmem(data.p, data.len, label, sizeof(label) - 1) != NULL;
}

/* People take the file with their key for their certificate. */
static enum pli_status
no_certificate(struct view data, const char *name, struct pli_error *err)
{
	struct view first = first_element(data);
	enum pli_status rc;

	if (certs_is_der(data) && first.len >= 3 && memcmp(first.p, "\x02\x01\x03", 3) == 0) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "%s is a PKCS#12 key file, and a certificate is wanted", name);
		fail_hint(err, "openssl pkcs12 -in FILE -clcerts -nokeys -out CERT.pem takes it out of there");
	} else if (certs_has_private_key(data)) {
		rc = fail(err, PLI_ERR_CERTIFICATE, "%s holds a private key and no certificate", name);
		fail_hint(err, "give the certificate that belongs to the key, not the key itself");
	} else {
		rc = fail(err, PLI_ERR_CERTIFICATE, "%s holds no certificate, neither PEM nor DER", name);
		fail_hint(err, "a certificate is a file with a line \"-----BEGIN CERTIFICATE-----\", or its DER form");
	}
	return rc;
}

static bool
is_certificate_label(const char *label)
{
	return strcmp(label, PEM_STRING_X509) == 0 || strcmp(label, PEM_STRING_X509_OLD) == 0 ||
	       strcmp(label, PEM_STRING_X509_TRUSTED) == 0;
}

/* How many PEM blocks begin in a text, wherever they stand. */
static size_t
begins(struct view text)
{
	static const char mark[] = "-----BEGIN ";
	const uint8_t *p;
	size_t n = 0;

	while ((p = memmem(text.p, text.len, mark, sizeof(mark) - 1)) != NULL) {
		n++;
		text = view_behind(text, (size_t)(p - text.p) + sizeof(mark) - 1);
	}
	return n;
}

/* Is the word, in letters of either case, in a line? */
static bool
holds(struct view line, const char *word)
{
	size_t i, len = strlen(word);

	for (i = 0; i + len <= line.len; i++)
		if (strncasecmp((const char *)line.p + i, word, len) == 0)
			return true;
	return false;
}

static bool
looks_like_mark(struct view line)
{
	return (holds(line, "begin") && holds(line, "certificate")) || holds(line, "--end ");
}

/*
 * The number of the first line outside all blocks that is a begin or an end with damage (dashes that are too few, or of
 * another kind, small letters, an END without its BEGIN): a PEM reader skips what belongs to it as if it were words. 0 if there
 * is none. All blocks of the text could be read.
 */
static size_t
stray_line(struct view text)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	bool inside = false;
	size_t n = 0;

	while (text.len > 0) {
		const uint8_t *feed = memchr(text.p, '\n', text.len);
		struct view line = view_of(text.p, feed != NULL ? (size_t)(feed - text.p) : text.len);

		text = view_behind(text, line.len + (feed != NULL));
		n++;
		if (inside)
			inside = line.len < sizeof(end) - 1 || memcmp(line.p, end, sizeof(end) - 1) != 0;
		else if (line.len >= sizeof(begin) - 1 && memcmp(line.p, begin, sizeof(begin) - 1) == 0)
			inside = true;
		else if (looks_like_mark(line))
			return n;
	}
	return 0;
}

enum pli_status
certs_each(struct pli *pli, struct view data, const char *name, certs_take *take, void *arg, struct pli_error *err)
{
	char *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	enum pli_status rc = PLI_OK;
	size_t found = 0, blocks = 0, stray;
	BIO *bio;
	long len;

	if (data.len == 0 || data.len > INT32_MAX)
		return no_certificate(view_of(data.p, 0), name, err);
	if (certs_is_der(data) && certs_has_private_key(data))
		return no_certificate(data, name, err);
	if (certs_is_der(data))
		return is_bundle(data) ? take_bundle(pli, data, name, take, arg, err)
				       : take_der(pli, data.p, data.len, name, take, arg, err);
	if ((bio = BIO_new_mem_buf(data.p, (int)data.len)) == NULL)
		return fail_memory(err);
	while (rc == PLI_OK && PEM_read_bio(bio, &label, &header, &der, &len) == 1) {
		blocks++;
		if (strcmp(label, PEM_STRING_PKCS7) == 0 || strcmp(label, PEM_STRING_CMS) == 0) {
			rc = take_bundle(pli, view_of(der, (size_t)len), name, take, arg, err);
			found++;
		} else if (is_certificate_label(label)) {
			/* A trusted certificate has OpenSSL's own data behind the certificate itself. */
			if (strcmp(label, PEM_STRING_X509_TRUSTED) == 0) {
				const unsigned char *at = der;
				X509 *plain = d2i_X509(NULL, &at, len);

				if (plain != NULL)
					len = at - der;
				X509_free(plain);
			}
			rc = take_der(pli, der, (size_t)len, name, take, arg, err);
			found++;
		}
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
		label = header = NULL;
		der = NULL;
	}
	BIO_free(bio);
	if (rc == PLI_OK && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return context_fail(err, PLI_ERR_CERTIFICATE, "%s is damaged", name);
	context_forget();
	/* A certificate that is passed over is a recipient who is lost. */
	if (rc == PLI_OK && (blocks != begins(data) || memchr(data.p, 0, data.len) != NULL))
		return fail(err, PLI_ERR_CERTIFICATE, "%s holds something that cannot be read as PEM", name);
	if (rc == PLI_OK && (stray = stray_line(data)) != 0) {
		rc = fail(err, PLI_ERR_CERTIFICATE,
		    "%s: line %zu is the begin or the end of something that is not whole, which would be left out",
		    name, stray);
		fail_hint(err, "get another copy, or take the words \"begin\" and \"certificate\" out of that line");
		return rc;
	}
	if (rc == PLI_OK && found == 0)
		return no_certificate(data, name, err);
	return rc;
}

enum pli_status
pli_certs_new(struct pli_certs **out, struct pli *pli, struct pli_error *err)
{
	if ((*out = calloc(1, sizeof(**out))) == NULL)
		return fail_memory(err);
	(*out)->pli = pli;
	return PLI_OK;
}

struct adding {
	struct pli_certs *certs;
	const char *name;
};

static enum pli_status
add(void *arg, X509 *x509, struct pli_error *err)
{
	struct adding *a = arg;
	struct pli_certs *certs = a->certs;
	struct cert *list;
	enum pli_status rc;

	if (certs->count == CERTS_MAX) {
		X509_free(x509);
		return fail(err, PLI_ERR_LIMIT, "more than %d recipients", CERTS_MAX);
	}
	if ((list = array_grow(certs->list, certs->count, &certs->cap, sizeof(*list))) == NULL) {
		X509_free(x509);
		return fail_memory(err);
	}
	certs->list = list;
	if ((rc = certs_init(&certs->list[certs->count], x509, a->name, err)) == PLI_OK)
		certs->count++;
	return rc;
}

enum pli_status
pli_certs_add(struct pli_certs *certs, const void *data, size_t len, const char *name, struct pli_error *err)
{
	struct adding a = { certs, name };
	size_t before = certs->count;
	enum pli_status rc = certs_each(certs->pli, view_of(data, len), name, add, &a, err);

	while (rc != PLI_OK && certs->count > before)
		certs_clear(&certs->list[--certs->count]);
	return rc;
}

/* A certificate that is in use elsewhere, too. */
static enum pli_status
add_shared(struct pli_certs *certs, const struct cert *c, struct pli_error *err)
{
	struct adding a = { certs, c->name };

	if (X509_up_ref(c->x509) != 1)
		return fail_memory(err);
	return add(&a, c->x509, err);
}

enum pli_status
pli_certs_add_key(struct pli_certs *certs, const struct pli_key *key, struct pli_error *err)
{
	return add_shared(certs, &key->cert, err);
}

enum pli_status
pli_certs_add_cert(struct pli_certs *certs, const struct pli_certs *other, size_t i, struct pli_error *err)
{
	if (i >= other->count)
		return fail(err, PLI_ERR_USAGE, "there is no certificate %zu: there are %zu", i, other->count);
	return add_shared(certs, &other->list[i], err);
}

enum pli_status
pli_certs_der(const struct pli_certs *certs, size_t i, const void **der, size_t *len, struct pli_error *err)
{
	if (i >= certs->count)
		return fail(err, PLI_ERR_USAGE, "there is no certificate %zu: there are %zu", i, certs->count);
	*der = certs->list[i].der;
	*len = certs->list[i].der_len;
	return PLI_OK;
}

/* The line above a certificate. What stands in it must not look like the begin of a PEM block, whole or with damage. */
static char *
heading(const struct cert *c)
{
	bool odd = looks_like_mark(view_of(c->subject, strlen(c->subject)));
	char *line = NULL, *p;

	if (asprintf(&line, "# %s%sserial %s, %s\n", odd ? "" : c->subject, odd ? "" : ", ", c->serial, c->algorithm) <
	    0)
		return NULL;
	while ((p = strstr(line, "--")) != NULL)
		p[1] = '_';
	return line;
}

enum pli_status
pli_certs_pem(const struct pli_certs *certs, char **out, struct pli_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool written = bio != NULL;
	char *data, *line;
	size_t i;
	long len;

	*out = NULL;
	for (i = 0; written && i < certs->count; i++) {
		line = heading(&certs->list[i]);
		written = line != NULL && BIO_puts(bio, line) > 0 && PEM_write_bio_X509(bio, certs->list[i].x509) == 1;
		free(line);
	}
	if (written && (len = BIO_get_mem_data(bio, &data)) >= 0)
		*out = len > 0 ? strndup(data, (size_t)len) : strdup("");
	BIO_free(bio);
	context_forget();
	return *out == NULL ? fail_memory(err) : PLI_OK;
}

size_t
pli_certs_count(const struct pli_certs *certs)
{
	return certs->count;
}

void
pli_certs_info(const struct pli_certs *certs, size_t i, struct pli_cert_info *out)
{
	*out = (struct pli_cert_info){ 0 };
	if (i < certs->count)
		certs_info(&certs->list[i], out);
}

void
pli_certs_free(struct pli_certs *certs)
{
	if (certs == NULL)
		return;
	while (certs->count > 0)
		certs_clear(&certs->list[--certs->count]);
	free(certs->list);
	free(certs);
}
