/*
 * One bit of a small envelope is flipped, each in its turn. In the content and the tag that is PLI_ERR_AUTH, always. In the
 * head it is an error too, or the very same content comes out, which only these bits may lead to:
 *
 *   - of the version number of the message (its length octet included, where 1 becomes the long form of none), and all but
 *     the sign of that of the recipient: versions decide nothing, the form says what it is;
 *   - bit 5 of an octet of the issuer's name: a letter changes its case, and names compare by RFC 5280 7.1; or the SET around
 *     it loses the bit that says that it is constructed, which libcrypto does not look at in a name;
 *   - of the two octets before the originator's point, if the point stays the same: the number of unused bits, where those
 *     are zero anyway, and the form, uncompressed, which becomes hybrid, where y is even.
 *
 * Whatever is wrong, the text of PLI_ERR_AUTH is one.
 */
#include "craft.h"
#include "jobs.h"
#include "suite.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "builder.h"
#include "head.h"
#include "pli/inspect.h"
#include "reader.h"

enum { LEN = 40 };

/* One envelope, and what is needed to open it again and again. */
struct flips {
	const struct pli_key *key;
	struct buf envelope;
	struct head head;
	uint8_t content[LEN];
	uint8_t opened[1024];
	int pipe[2];
	size_t opens; /* flips that changed nothing */
};

static void
begin(struct flips *f, enum support_kind kind)
{
	const struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct pli_error err = { 0 };
	bool more;

	*f = (struct flips){ .key = support_key(kind) };
	support_bytes(f->content, LEN, 7);
	check_ok(
	    jobs_seal(certs, view_of(f->content, LEN), ENDS_MEMORY, ENDS_MEMORY, &options, &f->envelope, NULL, &err),
	    err);
	check_ok(head_parse(&f->head, buf_view(&f->envelope), &more, &err), err);
	check(!more && f->head.content_len == LEN);
	check(pipe2(f->pipe, O_CLOEXEC | O_NONBLOCK) == 0);
	pli_certs_free(certs);
}

static void
end(struct flips *f)
{
	buf_clear(&f->envelope);
	(void)close(f->pipe[0]);
	(void)close(f->pipe[1]);
}

static bool
all_zero(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* Opens to memory; the status, after looking at what was released. */
static enum pli_status
open_to_memory(struct flips *f, struct pli_error *err)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(f->envelope.p, f->envelope.len, "memory");
	struct pli_output out = pli_output_memory(f->opened, sizeof(f->opened), "memory");
	struct pli_opened opened;
	enum pli_status rc;

	memset(f->opened, 0xa5, sizeof(f->opened));
	rc = pli_open(support_pli(), &f->key, 1, &in, &out, &options, &opened, err);
	if (rc == PLI_OK)
		check(opened.content_bytes == LEN && memcmp(f->opened, f->content, LEN) == 0);
	else
		check(all_zero(f->opened, sizeof(f->opened)));
	return rc;
}

static enum pli_status
open_to_pipe(struct flips *f)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(f->envelope.p, f->envelope.len, "memory");
	struct pli_output out = pli_output_fd(f->pipe[1], "a pipe");
	enum pli_status rc = pli_open(support_pli(), &f->key, 1, &in, &out, &options, NULL, NULL);
	ssize_t n = read(f->pipe[0], f->opened, sizeof(f->opened));

	if (rc == PLI_OK)
		check(n == LEN && memcmp(f->opened, f->content, LEN) == 0);
	else
		check(n < 0);
	return rc;
}

static enum pli_status
open_to_file(struct flips *f)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct buf got = { 0 };
	enum pli_status rc =
	    jobs_open(f->key, buf_view(&f->envelope), ENDS_PIPE, ENDS_FILE, &options, &got, NULL, NULL);

	check(rc == PLI_OK ? view_equal(buf_view(&got), view_of(f->content, LEN)) : got.len == 0);
	buf_clear(&got);
	return rc;
}

static enum pli_status
verify(struct flips *f)
{
	const struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(f->envelope.p, f->envelope.len, "memory");

	return pli_verify(support_pli(), &f->key, 1, &in, &options, NULL, NULL);
}

/* Looks at the envelope without a key: anything may be said, nothing may crash. Memory is read to the last string. */
static void
inspect(struct flips *f)
{
	struct pli_input in = pli_input_memory(f->envelope.p, f->envelope.len, "memory");
	struct pli_envelope *e;
	size_t i, letters = 0;

	if (pli_inspect(&e, support_pli(), &in, NULL, NULL) != PLI_OK) {
		check(e == NULL);
		return;
	}
	for (i = 0; i < e->recipient_count; i++)
		letters += strlen(e->recipients[i].type) + strlen(e->recipients[i].key_algorithm) +
			   (e->recipients[i].issuer != NULL ? strlen(e->recipients[i].issuer) : 0) +
			   (e->recipients[i].serial != NULL ? strlen(e->recipients[i].serial) : 0);
	for (i = 0; i < e->problem_count; i++)
		letters += strlen(e->problems[i]);
	check(letters > 0 && e->container[0] != '\0' && (e->accepted || e->problem_count > 0));
	pli_envelope_free(e);
}

/* Does the originator's point, 65 octets at the end of its element, stay the same? See the top of this file. */
static bool
same_point(const struct recipient *r, const uint8_t *octet, int bit)
{
	const uint8_t *end;

	if (r->originator.len == 0)
		return false;
	end = r->originator.p + r->originator.len;
	return (octet == end - 66 && bit < 3 && (end[-1] & ((1 << (1 << bit)) - 1)) == 0) ||
	       (octet == end - 65 && bit == 1 && (end[-1] & 1) == 0);
}

/* May the envelope open with this bit of this byte flipped? See the top of this file. */
static bool
harmless(const struct flips *f, size_t at, int bit)
{
	size_t version = (size_t)(f->head.recipients.p - f->envelope.p) - build_header_len(f->head.recipients.len) - 1;
	struct read_header header;
	struct recipients all;
	struct recipient r;
	bool found;

	recipient_start(&all, f->head.recipients);
	check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found && read_header(r.whole, &header) == READ_OK);
	return same_point(&r, f->envelope.p + at, bit) || at == version || (at == version - 1 && bit == 7) ||
	       (f->envelope.p + at == r.whole.p + header.header_len + 2 && bit != 7) ||
	       (f->envelope.p + at >= r.issuer.p && f->envelope.p + at < r.issuer.p + r.issuer.len && bit == 5);
}

/* Flips every bit from byte begin to byte end; auth: each must be PLI_ERR_AUTH. */
static void
flip(struct flips *f, size_t from, size_t to, bool auth)
{
	struct pli_error err;
	enum pli_status rc;
	size_t at;
	bool may;
	int bit;

	for (at = from; at < to; at++)
		for (bit = 0; bit < 8; bit++) {
			may = harmless(f, at, bit);
			f->envelope.p[at] ^= (uint8_t)(1 << bit);
			err = (struct pli_error){ 0 };
			rc = open_to_memory(f, &err);
			check(rc == err.status);
			check(!auth || rc == PLI_ERR_AUTH);
			if (rc == PLI_OK) {
				check(may);
				f->opens++;
			}
			check(open_to_pipe(f) == rc);
			if (bit == 7 - (int)(at % 8))
				check(open_to_file(f) == rc);
			check(verify(f) == rc);
			inspect(f);
			f->envelope.p[at] ^= (uint8_t)(1 << bit);
		}
	check(open_to_memory(f, NULL) == PLI_OK); /* all is as it was */
}

static void
flip_head(enum support_kind kind)
{
	struct flips f;

	begin(&f, kind);
	flip(&f, 0, (size_t)f.head.content_at, false);
	check(f.opens > 0); /* the version, and the case of a letter */
	end(&f);
}

static void
head_p256(void)
{
	flip_head(SUPPORT_P256);
}

static void
head_rsa(void)
{
	flip_head(SUPPORT_RSA2048);
}

static void
content_and_tag(void)
{
	struct flips f;
	size_t at;

	begin(&f, SUPPORT_P256);
	at = (size_t)f.head.content_at;
	flip(&f, at, at + LEN, true);
	flip(&f, at + LEN + 2, f.envelope.len, true);
	check(f.envelope.len == at + LEN + 2 + 16 && f.opens == 0);
	flip(&f, at + LEN, at + LEN + 2, false); /* the header of the tag */
	check(f.opens == 0);
	end(&f);
}

/* The whole of what PLI_ERR_AUTH says when the envelope is opened as it is now. */
static struct pli_error
refusal(struct flips *f)
{
	struct pli_error err = { 0 };

	check(open_to_memory(f, &err) == PLI_ERR_AUTH);
	return err;
}

static void
same_refusal(struct flips *f, const struct pli_error *want)
{
	struct pli_error err = refusal(f);

	check(strcmp(err.message, want->message) == 0 && strcmp(err.hint, want->hint) == 0);
}

/* Another key under a certificate with the same issuer and serial number: matched, but wrong. */
static struct pli_key *
impostor(enum support_kind kind)
{
	struct pli_error err = { 0 };
	BIO *in = BIO_new_mem_buf(support_cert_pem(kind), -1), *out = BIO_new(BIO_s_mem()), *pem = BIO_new(BIO_s_mem());
	X509 *x = PEM_read_bio_X509(in, NULL, NULL, NULL);
	EVP_PKEY *pkey = kind == SUPPORT_RSA2048 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
						 : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	struct pli_certs *certs;
	struct pli_key *key;
	char *text;
	long len;

	check(x != NULL && pkey != NULL && X509_set_pubkey(x, pkey) == 1 && X509_sign(x, pkey, EVP_sha256()) > 0);
	check(PEM_write_bio_X509(out, x) == 1 && PEM_write_bio_PrivateKey(pem, pkey, NULL, NULL, 0, NULL, NULL) == 1);
	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	len = BIO_get_mem_data(out, &text);
	check_ok(pli_certs_add(certs, text, (size_t)len, "test certificate", &err), err);
	len = BIO_get_mem_data(pem, &text);
	check_ok(pli_key_new(&key, support_pli(), text, (size_t)len, "test key", certs, NULL, NULL, &err), err);
	pli_certs_free(certs);
	X509_free(x);
	EVP_PKEY_free(pkey);
	BIO_free(in);
	BIO_free(out);
	BIO_free(pem);
	return key;
}

/* Everything that is a failure of authentication, for one kind of recipient, says want (or sets it). */
static void
compare_texts(enum support_kind kind, struct pli_error *want)
{
	const struct pli_key *right;
	struct pli_key *wrong = impostor(kind);
	struct recipients all;
	struct recipient r;
	struct flips f;
	size_t i, wrapped;
	bool found;

	begin(&f, kind);
	f.envelope.p[f.envelope.len - 1] ^= 1;
	if (want->status == PLI_OK)
		*want = refusal(&f);
	same_refusal(&f, want); /* the tag */
	f.envelope.p[f.envelope.len - 1] ^= 1;
	f.envelope.p[f.head.content_at] ^= 0x80;
	same_refusal(&f, want); /* the content */
	f.envelope.p[f.head.content_at] ^= 0x80;
	f.envelope.p[f.head.nonce.p - f.envelope.p] ^= 1;
	same_refusal(&f, want); /* the nonce */
	f.envelope.p[f.head.nonce.p - f.envelope.p] ^= 1;
	recipient_start(&all, f.head.recipients);
	check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found);
	wrapped = (size_t)(r.encrypted.p - f.envelope.p);
	for (i = 0; i < r.encrypted.len; i += 7) {
		f.envelope.p[wrapped + i] ^= 0x10;
		same_refusal(&f, want); /* the wrapped key */
		f.envelope.p[wrapped + i] ^= 0x10;
	}
	if (r.originator.len > 0) {
		wrapped = (size_t)(r.originator.p - f.envelope.p) + r.originator.len;
		for (i = 1; i <= 64; i += 7) {
			f.envelope.p[wrapped - i] ^= 0x10;
			same_refusal(&f, want); /* the originator's public key: another point */
			f.envelope.p[wrapped - i] ^= 0x10;
		}
	}
	right = f.key;
	f.key = wrong;
	same_refusal(&f, want); /* the key */
	f.key = right;
	check(open_to_memory(&f, NULL) == PLI_OK);
	pli_key_free(wrong);
	end(&f);
}

/* A point that is not on the curve, where who does not look would open: see craft_agree. */
static void
off_curve(const struct pli_error *want)
{
	struct flips f;
	struct craft c;
	struct recipients all;
	struct recipient r;
	uint8_t *point, *wrapped;
	size_t i;
	bool found;

	begin(&f, SUPPORT_P256);
	craft_init(&c);
	craft_cipher(&c, view_of(f.content, LEN));
	craft_primitive(&c);
	recipient_start(&all, buf_view(&c.recipients));
	check(recipient_next(&all, &r, &found, NULL) == PLI_OK && found && r.encrypted.len == 40);
	point = c.recipients.p + (r.originator.p + r.originator.len - 65 - c.recipients.p);
	wrapped = c.recipients.p + (r.encrypted.p - c.recipients.p);
	craft_agree(&c, point, wrapped);
	craft_message(&c, &f.envelope);
	check(open_to_memory(&f, NULL) == PLI_OK);
	for (i = 1; i <= 64; i += 7) {
		point[i] ^= 0x10;
		craft_agree(&c, point, wrapped);
		craft_message(&c, &f.envelope);
		same_refusal(&f, want);
		point[i] ^= 0x10;
	}
	craft_clear(&c);
	end(&f);
}

static void
one_text(void)
{
	struct pli_error want = { 0 };

	compare_texts(SUPPORT_P256, &want);
	compare_texts(SUPPORT_RSA2048, &want);
	off_curve(&want);
	check(want.message[0] != '\0' && want.hint[0] != '\0');
}

#define TESTS(T, S) T(S, head_p256) T(S, head_rsa) T(S, content_and_tag) T(S, one_text)
SUITE(bitflips, TESTS)
