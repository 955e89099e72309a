/*
 * opening.c - decisions that do not depend on where content goes. The order of checks is that of FORMAT.md: structure,
 * container and cipher, recipient, private key, content, tail, tag.
 */
#include "opening.h"

#include <stdlib.h>
#include <string.h>

#include "first_block.h"
#include "names.h"
#include "wrap.h"

/* AuthEnvelopedData: RFC 5083 2.1, RFC 5084 3.2. */
static enum pli_status
accept_authenticated(const struct opening *o, const char *cipher, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	enum pli_status rc;

	if (h->cipher == NULL || h->cipher->mode != MODE_GCM)
		return fail(
		    err, PLI_ERR_UNSUPPORTED, "the content cipher (%s) is not accepted in AuthEnvelopedData", cipher);
	if (h->tag_len < 12 || h->tag_len > GCM_TAG)
		return fail(err, PLI_ERR_UNSUPPORTED, "a tag of %zu bytes authenticates nothing (RFC 5084: 12 to 16)",
		    h->tag_len);
	if (h->tag_len < GCM_TAG && !o->options.accept_short_tag) {
		rc = fail(err, PLI_ERR_UNSUPPORTED, "the tag has %zu bytes instead of 16", h->tag_len);
		fail_hint(err, "if the sender is known to write short tags, use --accept-short-tag");
		return rc;
	}
	return PLI_OK;
}

/* EnvelopedData: what has no tag must be a cipher that does not open another message's AuthEnvelopedData, RFC 5652 6.1. */
static enum pli_status
accept_unauthenticated(const struct opening *o, const char *cipher, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	enum pli_status rc;

	if (h->cipher == NULL || h->cipher->mode != MODE_CBC) {
		rc = fail(err, PLI_ERR_UNSUPPORTED, "the content cipher (%s) is not accepted in EnvelopedData", cipher);
		fail_hint(err, "ask the sender for an AuthEnvelopedData (AES-GCM), or for AES in CBC mode");
		return rc;
	}
	if (!o->options.accept_unauthenticated) {
		rc = fail(err, PLI_ERR_UNSUPPORTED,
		    "%s is EnvelopedData (PKCS#7, %s), which nothing authenticates: its content could have been "
		    "changed",
		    source_name(o->source), cipher);
		fail_hint(err,
		    "ask the sender for an AuthEnvelopedData (AES-GCM), or accept that: --accept-unauthenticated%s",
		    h->cipher->legacy ? " --accept-legacy" : ", for RSA PKCS#1 v1.5 with --accept-legacy");
		return rc;
	}
	if (h->cipher->legacy && !o->options.accept_legacy) {
		rc = fail(err, PLI_ERR_UNSUPPORTED, "the content cipher (%s) is too weak for today", cipher);
		fail_hint(err, "if the sender knows nothing newer, use --accept-legacy");
		return rc;
	}
	if (h->nonce.len == 0)
		return fail(err, PLI_ERR_MALFORMED, "%s is damaged: %s without its initialization vector",
		    source_name(o->source), cipher);
	return PLI_OK;
}

/* Is this a kind of envelope that is opened? Nothing has been done with any key yet. */
static enum pli_status
accept(const struct opening *o, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	const char *name = source_name(o->source);
	enum pli_status rc;
	char *cipher;

	if (h->type == NULL)
		return fail(err, PLI_ERR_MALFORMED, "%s is not an envelope: its type is none that CMS defines", name);
	if (h->type->container == CONTAINER_OTHER) {
		rc = fail(err, PLI_ERR_UNSUPPORTED, "%s is %s, not an encrypted envelope", name, h->type->name);
		if (oids_same(h->type_oid, oid_signed))
			fail_hint(err, "check and take off the signature first: openssl cms -verify -inform DER -in "
				       "FILE -out INSIDE");
		return rc;
	}
	if ((cipher = h->cipher != NULL ? strdup(h->cipher->name) : names_oid(h->cipher_oid)) == NULL)
		return fail_memory(err);
	rc = h->type->container == CONTAINER_ENVELOPED ? accept_unauthenticated(o, cipher, err)
						       : accept_authenticated(o, cipher, err);
	free(cipher);
	if (rc != PLI_OK)
		return rc;
	if (!oids_same(h->inner_type, oid_data)) {
		const struct oids_content_type *type = oids_content_type(h->inner_type);

		rc = fail(err, PLI_ERR_UNSUPPORTED, "the content is %s, of another type than data",
		    type == NULL ? "unknown" : type->name);
		if (oids_same(h->inner_type, oid_signed))
			fail_hint(err, "ask the sender to encrypt the document itself; pli checks no signatures");
		return rc;
	}
	if (!h->has_content)
		return fail(err, PLI_ERR_MALFORMED, "%s has no content: it was kept elsewhere", name);
	return PLI_OK;
}

static enum pli_status
too_long(struct pli_error *err)
{
	return fail(err, PLI_ERR_LIMIT, "the content is longer than the %llu bytes that are accepted",
	    (unsigned long long)GCM_CONTENT_MAX);
}

/* Of ciphertext. The limit is that of GCM; CBC has none, and gets the same. */
static bool
is_too_long(const struct opening *o, uint64_t len)
{
	return len > GCM_CONTENT_MAX + (o->message.head.cipher->mode == MODE_CBC ? o->message.head.cipher->block : 0);
}

static enum pli_status
start_cipher(struct opening *o, const struct pli *pli, const struct secret *key, uint64_t length, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	unsigned workers = o->threads == 0 ? 1 : (unsigned)o->threads;
	enum pli_status rc;

	if (h->cipher->mode == MODE_CBC) {
		memcpy(o->before, h->nonce.p, h->nonce.len);
		return cbc_new(&o->cbc, pli, h->cipher->block, secret_view(key), h->nonce, workers, false, err);
	}
	rc = gcm_new(&o->gcm, pli, secret_view(key), h->nonce, workers, length, false, err);
	if (rc == PLI_OK && gcm_serial(o->gcm))
		o->threads = 0;
	return rc;
}

enum pli_status
opening_begin(struct opening *o, struct pli *pli, const struct pli_key *const *keys, size_t count,
    struct source *source, const struct pli_open_options *options, struct pli_error *err)
{
	struct wrap_found found = { 0 };
	enum pli_status rc;
	uint64_t length;

	o->source = source;
	o->options = *options;
	if ((rc = flow_segment(&o->options.segment, err)) != PLI_OK ||
	    (rc = message_begin(&o->message, source, err)) != PLI_OK || (rc = accept(o, err)) != PLI_OK)
		return rc;
	length = source_positional(o->source) ? source_size(o->source) : UINT64_MAX;
	if (is_too_long(o, message_total(&o->message)))
		return too_long(err);
	o->threads = flow_threads(o->options.threads, o->options.segment, length);
	if ((rc = wrap_open(pli, keys, count, &o->message.head, &o->options, &found, err)) == PLI_OK)
		rc = start_cipher(o, pli, &found.key, length, err);
	o->key = found.which;
	o->lost = found.lost;
	o->legacy = found.legacy;
	wipe(&found, sizeof(found));
	return rc;
}

enum pli_status
opening_flow(struct opening *o, struct flow_plan *plan, struct flow **flow, struct pli_error *err)
{
	plan->gcm = o->gcm;
	plan->cbc = o->cbc;
	plan->source = o->source;
	plan->threads = o->threads;
	plan->gathers = o->message.head.content_constructed;
	plan->segment = o->options.segment;
	plan->hooks = &o->options.hooks;
	plan->progress.total = message_total(&o->message);
	plan->shown = FIRST_BLOCK_LEN;
	if (o->cbc != NULL && plan->progress.passes > 1)
		cbc_bind(o->cbc);
	return flow_new(flow, plan, err);
}

/* CBC: what a segment needs to know of its neighbours. */
static enum pli_status
chain(struct opening *o, struct segment *s, struct pli_error *err)
{
	size_t block = o->message.head.cipher->block;
	enum pli_status rc;
	bool more;

	if ((rc = message_more(&o->message, &more, err)) != PLI_OK)
		return rc;
	s->last = !more;
	memcpy(s->before, o->before, block);
	if (more)
		return message_last(&o->message, s, o->before, block, err);
	if (o->message.content == 0 || o->message.content % block != 0)
		return fail(err, PLI_ERR_MALFORMED, "%s is damaged: its content is no whole number of cipher blocks",
		    source_name(o->source));
	return PLI_OK;
}

enum pli_status
opening_fill(struct opening *o, struct segment *s, struct pli_error *err)
{
	enum pli_status rc = message_fill(&o->message, s, err);

	if (rc == PLI_OK && is_too_long(o, o->message.content))
		return too_long(err);
	return rc == PLI_OK && o->cbc != NULL ? chain(o, s, err) : rc;
}

void
opening_seen(struct opening *o, const struct segment *s)
{
	uint8_t block[FIRST_BLOCK_LEN];
	size_t n;

	if (s->off >= FIRST_BLOCK_LEN || o->matching != s->off)
		return;
	first_block(block);
	n = FIRST_BLOCK_LEN - (size_t)s->off;
	n = s->len < n ? s->len : n;
	if (view_equal(view_of(block + s->off, n), view_of(s->out, n))) /* the tag was not seen yet */
		o->matching += n;
}

/* The tag, RFC 5083 2.2: additional data are the authAttrs as a SET OF. */
static enum pli_status
check_tag(struct opening *o, struct pli_error *err)
{
	const struct head_tail *tail = &o->message.tail;
	struct buf aad = { 0 };
	enum pli_status rc;

	if (tail->mac.len != o->message.head.tag_len)
		return fail(err, PLI_ERR_MALFORMED, "the tag has %zu bytes where %zu were announced", tail->mac.len,
		    o->message.head.tag_len);
	if ((rc = buf_add(&aad, tail->attributes, err)) != PLI_OK)
		return rc;
	if (aad.len > 1 && aad.p[1] == 0x80)
		rc = fail(err, PLI_ERR_UNSUPPORTED, "the authenticated attributes are not in DER (RFC 5083 2.1)");
	if (aad.len > 0)
		aad.p[0] = 0x31;
	if (rc == PLI_OK)
		rc = gcm_check(o->gcm, buf_view(&aad), tail->mac, err);
	buf_clear(&aad);
	return rc;
}

/*
 * Without a tag, garbage can end in what looks like padding: one time in 256. Where it is known that there was no content
 * key, that is no excuse.
 */
static enum pli_status
check_padding(const struct opening *o, struct pli_error *err)
{
	return o->lost ? gcm_fail(err) : cbc_check(o->cbc, err);
}

/* What nothing authenticates binds nobody: who carries it can change all but the first block. */
static bool
is_committed(const struct opening *o)
{
	return o->cbc == NULL && o->matching == FIRST_BLOCK_LEN;
}

static enum pli_status
not_committed(const struct opening *o, struct pli_error *err)
{
	enum pli_status rc =
	    fail(err, PLI_ERR_AUTH, "%s %s: other recipients may see other content", source_name(o->source),
		o->cbc != NULL ? "is not authenticated" : "does not begin with the fixed first block");

	if (o->cbc != NULL)
		fail_hint(err,
		    "ask for an AuthEnvelopedData: only that can be committed; without --require-committed it opens");
	else
		fail_hint(err, "it was sealed with --raw or by another program; without --require-committed it opens");
	return rc;
}

enum pli_status
opening_authenticate(struct opening *o, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = message_end(&o->message, err)) != PLI_OK ||
	    (rc = o->cbc != NULL ? check_padding(o, err) : check_tag(o, err)) != PLI_OK)
		return rc;
	return o->options.require_committed && !is_committed(o) ? not_committed(o, err) : PLI_OK;
}

enum pli_status
opening_restart(struct opening *o, struct pli_error *err)
{
	const struct head *h = &o->message.head;

	message_rewind(&o->message);
	if (o->cbc == NULL)
		return gcm_restart(o->gcm, err);
	memcpy(o->before, h->nonce.p, h->nonce.len);
	cbc_restart(o->cbc);
	return PLI_OK;
}

uint64_t
opening_least(const struct opening *o)
{
	const struct head *h = &o->message.head;
	uint64_t total = message_total(&o->message), padding = o->cbc != NULL ? h->cipher->block : 0;
	uint64_t size = source_positional(o->source) ? source_size(o->source) : 0;

	return h->content_at > size || total > size - h->content_at || total < padding ? 0 : total - padding;
}

uint64_t
opening_content(const struct opening *o)
{
	return o->message.content - (o->cbc != NULL ? cbc_folded(o->cbc) : 0);
}

void
opening_result(const struct opening *o, struct pli_opened *result)
{
	const struct head *h = &o->message.head;

	*result = (struct pli_opened){ .authenticated = o->cbc == NULL,
		.committed = is_committed(o),
		.legacy = o->legacy || h->cipher->legacy,
		.container = h->type->name,
		.cipher = h->cipher->name,
		.encoding = h->definite ? "definite" : "indefinite",
		.tag_bits = 8 * (unsigned)h->tag_len,
		.content_bytes = opening_content(o),
		.key = o->key };
}

void
opening_clear(struct opening *o)
{
	message_clear(&o->message);
	gcm_free(o->gcm);
	cbc_free(o->cbc);
	*o = (struct opening){ 0 };
}
