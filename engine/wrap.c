/*
 * wrap.c - libcrypto makes and reads RecipientInfos, in messages without content; our own strict reader takes them apart.
 * The recipient that carries the content key out of libcrypto (recipients.h) is left out of what is kept.
 */
#include "wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gcm.h"
#include "kem.h"
#include "names.h"
#include "recipients.h"
#include "rsa15.h"

#define NAMED_MAX 6
#define WRAP_NAME_MAX 320

/* What FORMAT.md says of what is written. */
static const struct profile {
	enum recipients_profile asked;
	const char *cipher, *rsa, *ec;
	size_t key_len, nonce_len, tag_len;
} profiles[] = {
	[PLI_PROFILE_GCM] = { RECIPIENTS_GCM, "aes-256-gcm", "rsaOaep-sha256", "ecdh-sha256", 32, 12, GCM_TAG },
	[PLI_PROFILE_CBC] = { RECIPIENTS_CBC, "aes-256-cbc", "rsa-pkcs1", "ecdh-sha256", 32, 16, 0 },
};

/* Copies all recipients but our own to kept (if wanted), and the encrypted key of our own to wrapped. */
static enum pli_status
split(const struct head *h, const struct recipients_kek *kek, struct buf *kept, struct view *wrapped,
    struct pli_error *err)
{
	struct recipients all;
	struct recipient r;
	enum pli_status rc;
	bool found;

	*wrapped = view_of(NULL, 0);
	recipient_start(&all, h->recipients);
	for (;;) {
		if ((rc = recipient_next(&all, &r, &found, err)) != PLI_OK)
			return rc;
		if (!found)
			break;
		if (r.type == RECIPIENT_KEKRI && view_equal(r.ski, view_of(kek->id, sizeof(kek->id))))
			*wrapped = r.encrypted;
		else if (kept != NULL && (rc = buf_add(kept, r.whole, err)) != PLI_OK)
			return rc;
	}
	return wrapped->len > 0 ? PLI_OK : fail(err, PLI_ERR, "libcrypto's CMS lost a recipient");
}

/*
 * What libcrypto wrote must be what it was asked for, for each of count certificates: where it is short of memory it can name
 * another hash than the one it used, and the envelope would open for nobody.
 */
static enum pli_status
check_kept(const struct wrap *w, size_t count, const struct profile *p, struct pli_error *err)
{
	struct recipients all;
	struct recipient r;
	enum pli_status rc;
	enum recipient_use use;
	bool found;
	char name[64];

	recipient_start(&all, buf_view(&w->recipients));
	for (;; count--) {
		if ((rc = recipient_next(&all, &r, &found, err)) != PLI_OK)
			return rc;
		if (!found)
			return count == 0 ? PLI_OK : fail(err, PLI_ERR, "libcrypto's CMS lost a recipient");
		if ((rc = recipient_algorithm(&r, name, sizeof(name), &use, err)) != PLI_OK)
			return rc;
		if (count == 0 || use == RECIPIENT_REFUSED ||
		    (use == RECIPIENT_KEM ? !recipient_kem_as_written(&r)
					  : strcmp(name, r.type == RECIPIENT_KTRI ? p->rsa : p->ec) != 0))
			return fail(
			    err, PLI_ERR, "libcrypto's CMS wrapped a content key in another way than it was asked to");
	}
}

/* Reads a message that libcrypto wrote. */
static enum pli_status
read_back(struct head *h, const struct buf *der, struct pli_error *err)
{
	enum pli_status rc;
	bool more;

	if ((rc = head_parse(h, buf_view(der), &more, err)) != PLI_OK)
		return rc;
	return more ? fail(err, PLI_ERR, "libcrypto's CMS wrote half a message") : PLI_OK;
}

enum pli_status
wrap_init(
    struct wrap *w, struct pli *pli, const struct pli_certs *certs, enum pli_profile profile, struct pli_error *err)
{
	const struct profile *p;
	struct recipients_kek kek = { 0 };
	struct buf der = { 0 };
	struct view wrapped;
	struct head h;
	enum pli_status rc;

	*w = (struct wrap){ 0 };
	if ((size_t)profile >= sizeof(profiles) / sizeof(profiles[0]))
		return fail(err, PLI_ERR_USAGE, "there is no profile %d for envelopes", (int)profile);
	p = &profiles[profile];
	if ((rc = recipients_seal(pli, p->asked, certs, &der, &kek, err)) != PLI_OK ||
	    (rc = read_back(&h, &der, err)) != PLI_OK ||
	    (rc = split(&h, &kek, &w->recipients, &wrapped, err)) != PLI_OK ||
	    (rc = recipients_unwrap(pli, &kek, wrapped, &w->key, err)) != PLI_OK ||
	    (rc = secret_set(&w->nonce, h.nonce, err)) != PLI_OK ||
	    (rc = buf_add(&w->algorithm, h.algorithm, err)) != PLI_OK)
		goto out;
	if ((rc = check_kept(w, pli_certs_count(certs), p, err)) != PLI_OK)
		goto out;
	/* What libcrypto chose must be what was asked for. */
	if (h.cipher == NULL || strcmp(h.cipher->name, p->cipher) != 0 || w->key.len != p->key_len ||
	    w->nonce.len != p->nonce_len || h.tag_len != p->tag_len)
		rc = fail(err, PLI_ERR, "libcrypto's CMS chose another cipher than %s", p->cipher);
out:
	buf_clear(&der);
	wipe(&kek, sizeof(kek));
	wipe_stack();
	if (rc != PLI_OK)
		wrap_clear(w);
	return rc;
}

void
wrap_clear(struct wrap *w)
{
	buf_clear(&w->recipients);
	buf_clear(&w->algorithm);
	secret_clear(&w->key);
	secret_clear(&w->nonce);
}

/* Does r name the key, by its certificate *which? */
static bool
matches(const struct pli_key *key, const struct recipient *r, int *which)
{
	if (r->type != RECIPIENT_KTRI && r->type != RECIPIENT_KARI && (r->type != RECIPIENT_KEMRI || !kem_opens(key)))
		return false;
	return r->ski.len > 0 ? recipients_match_ski(key, r->ski, which)
			      : recipients_match_name(key, r->issuer, r->serial, which);
}

/* "CN=..., serial 12ab" of a recipient, for a message. */
static void
append_recipient(char *text, size_t cap, const struct recipient *r, const struct pli_open_options *options)
{
	char *issuer = r->issuer.len > 0 ? names_text_der(r->issuer) : NULL;
	char *number = r->issuer.len > 0 ? names_serial(r->serial) : r->ski.len > 0 ? names_hex(r->ski) : NULL;
	char *ski = r->ski.len > 0 ? names_hex(r->ski) : NULL;
	char known[WRAP_NAME_MAX];
	size_t at = strlen(text);

	if (options->namer != NULL &&
	    options->namer(options->namer_arg, issuer, issuer != NULL ? number : NULL, ski, known, sizeof(known)))
		(void)snprintf(text + at, cap - at, "%s%s", at > 0 ? "; " : "", known);
	else if (r->issuer.len > 0)
		(void)snprintf(text + at, cap - at, "%s%s serial %s", at > 0 ? "; " : "", issuer != NULL ? issuer : "?",
		    number != NULL ? number : "?");
	else
		(void)snprintf(text + at, cap - at, "%s%s %s", at > 0 ? "; " : "",
		    r->type == RECIPIENT_KEKRI  ? "a key encryption key"
		    : r->type == RECIPIENT_PWRI ? "a password"
		    : r->ski.len > 0            ? "key identifier"
						: "a recipient of another kind",
		    number != NULL ? number : "");
	fail_trim(text);
	free(issuer);
	free(number);
	free(ski);
}

/* "Anna" (serial 12ab), or what the namer says. */
static void
describe_key(char *text, size_t cap, const struct pli_key *key, const struct pli_open_options *options)
{
	struct pli_cert_info info;

	pli_key_info(key, &info);
	if (options->namer == NULL ||
	    !options->namer(options->namer_arg, info.issuer, info.serial, info.ski, text, cap))
		(void)snprintf(text, cap, "\"%s\" (serial %s)", info.cn, info.serial);
	fail_trim(text);
}

static enum pli_status
no_recipient(const struct pli_key *const *keys, size_t count, const struct head *h,
    const struct pli_open_options *options, struct pli_error *err)
{
	const char *whose = h->recipient_count == 1 ? "which is" : "which are";
	char key[WRAP_NAME_MAX], of[64] = "the recipient";
	struct recipients all;
	struct recipient r;
	char text[560] = "", unused[96] = "";
	size_t shown = 0, kems = 0;
	bool found;

	recipient_start(&all, h->recipients);
	while (recipient_next(&all, &r, &found, NULL) == PLI_OK && found) {
		if (shown++ < NAMED_MAX)
			append_recipient(text, sizeof(text), &r, options);
		kems += r.type == RECIPIENT_KEMRI && !kem_available();
	}
	if (kems > 0)
		(void)snprintf(unused, sizeof(unused), " (this build of pli has no KEM, and passed over %zu)", kems);
	if (h->recipient_count != 1)
		(void)snprintf(of, sizeof(of), "one of the %zu recipients", h->recipient_count);
	if (count == 0)
		return fail(err, PLI_ERR_NO_RECIPIENT, "no key was given; it takes that of %s, %s: %s%s", of, whose,
		    text, unused);
	describe_key(key, sizeof(key), keys[0], options);
	(void)fail(err, PLI_ERR_NO_RECIPIENT, "%s %s%s %s, %s: %s%s%s",
	    count > 1 ? "none of the keys given, such as that of" : "the key of", key, count > 1 ? ", is" : " is not",
	    of, options->namer != NULL ? whose : "issued by", text, h->recipient_count > NAMED_MAX ? "; and more" : "",
	    unused);
	fail_hint(
	    err, "open with the key of one of the recipients: pli inspect lists them%s", kems > 0 ? "; " KEM_HINT : "");
	return PLI_ERR_NO_RECIPIENT;
}

static enum pli_status
find(const struct pli_key *const *keys, size_t count, const struct head *h, const struct pli_open_options *options,
    size_t *which, int *cert, struct recipient *r, struct pli_error *err)
{
	struct recipients all;
	enum pli_status rc;
	bool found;

	for (*which = 0; *which < count; (*which)++) {
		recipient_start(&all, h->recipients);
		for (;;) {
			if ((rc = recipient_next(&all, r, &found, err)) != PLI_OK)
				return rc;
			if (!found)
				break;
			if (matches(keys[*which], r, cert))
				return PLI_OK;
		}
	}
	return no_recipient(keys, count, h, options, err);
}

static enum pli_status
check_algorithm(const struct recipient *r, bool accepted, bool *legacy, struct pli_error *err)
{
	enum recipient_use use;
	enum pli_status rc;
	char name[64], *oid;

	if ((rc = recipient_algorithm(r, name, sizeof(name), &use, err)) != PLI_OK || use == RECIPIENT_ACCEPTED ||
	    use == RECIPIENT_KEM)
		return rc;
	*legacy = use == RECIPIENT_LEGACY;
	if (*legacy) {
		if (accepted)
			return PLI_OK;
		rc = fail(err, PLI_ERR_UNSUPPORTED,
		    "the content key is wrapped for this key in a way that is broken (%s%s)", name,
		    r->type == RECIPIENT_KARI ? " with triple DES" : "");
		if (r->type == RECIPIENT_KTRI)
			fail_hint(err,
			    "ask the sender for RSAES-OAEP (openssl cms ... -recip CERT -keyopt "
			    "rsa_padding_mode:oaep), or, if the sender knows nothing newer, use --accept-legacy");
		else
			fail_hint(err, "if the sender knows nothing newer, use --accept-legacy");
		return rc;
	}
	oid = names_oid(recipient_oid(r));
	rc = fail(err, PLI_ERR_UNSUPPORTED, "the content key is wrapped with %s for this key, which is not accepted",
	    name[0] != '\0' ? name
	    : oid != NULL   ? oid
			    : "an unknown algorithm");
	free(oid);
	if (r->type == RECIPIENT_KARI)
		fail_hint(err,
		    "accepted is ECDH with a key that the sender makes for the message (RFC 5753 3.1), and AES "
		    "key wrap: ask for that");
	if (r->type == RECIPIENT_KEMRI)
		fail_hint(
		    err, "accepted are ML-KEM-512, -768 and -1024, with HKDF (SHA-256, -384, -512) and AES key wrap");
	return rc;
}

/* Has libcrypto unwrap the content key for r. Fails with PLI_ERR_AUTH if it cannot. */
static enum pli_status
unwrap(struct pli *pli, const struct pli_key *key, int cert, const struct head *h, const struct recipient *r,
    struct secret *out, struct pli_error *err)
{
	struct recipients_kek kek = { 0 };
	struct buf small = { 0 }, der = { 0 };
	struct view wrapped;
	struct head back;
	enum pli_status rc;

	if ((rc = head_single(h, r, &small, err)) == PLI_OK &&
	    (rc = recipients_open(pli, key, cert, buf_view(&small), &der, &kek, err)) == PLI_OK &&
	    (rc = read_back(&back, &der, err)) == PLI_OK && (rc = split(&back, &kek, NULL, &wrapped, err)) == PLI_OK)
		rc = recipients_unwrap(pli, &kek, wrapped, out, err);
	buf_clear(&small);
	buf_clear(&der);
	wipe(&kek, sizeof(kek));
	return rc;
}

enum pli_status
wrap_open(struct pli *pli, const struct pli_key *const *keys, size_t count, const struct head *h,
    const struct pli_open_options *options, struct wrap_found *found, struct pli_error *err)
{
	struct pli_error why = { 0 };
	struct recipient r = { 0 };
	struct secret other = { 0 };
	int cert = 0;
	enum pli_status rc;

	*found = (struct wrap_found){ 0 };
	if ((rc = find(keys, count, h, options, &found->which, &cert, &r, err)) != PLI_OK ||
	    (rc = check_algorithm(&r, options->accept_legacy, &found->legacy, err)) != PLI_OK ||
	    (rc = recipients_random(pli, h->cipher->key_len, &other, err)) != PLI_OK)
		goto out;
	if (r.type == RECIPIENT_KTRI && oids_same(recipient_oid(&r), oid_rsa)) {
		rc = rsa15_unwrap(pli, keys[found->which], r.encrypted, h->cipher->key_len, &found->key, err);
		goto out;
	}
	rc = unwrap(pli, keys[found->which], cert, h, &r, &found->key, &why);
	/* It can also come back with another length. Either is shown at the end. */
	if (rc == PLI_ERR_AUTH || (rc == PLI_OK && found->key.len != h->cipher->key_len)) {
		found->key = other;
		found->lost = true;
		rc = PLI_OK;
	} else if (rc != PLI_OK) {
		rc = fail_copy(err, &why);
	}
out:
	secret_clear(&other);
	if (rc != PLI_OK)
		secret_clear(&found->key);
	wipe_stack(); /* libcrypto's private-key operation */
	return rc;
}
