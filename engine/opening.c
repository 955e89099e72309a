/*
 * opening.c - decisions that do not depend on where content goes. The order of checks is that of FORMAT.md: structure,
 * container and cipher, recipient, private key, content, tail, tag.
 */
#include "opening.h"

#include <string.h>

#include "first_block.h"
#include "wrap.h"

/* Is this a kind of envelope that is opened? Nothing has been done with any key yet. RFC 5083 2.1, RFC 5084 3.2. */
static enum pli_status
accept(const struct opening *o, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	const char *name = source_name(o->source);
	enum pli_status rc;

	if (h->type == NULL)
		return fail(err, PLI_ERR_MALFORMED, "%s is not an envelope: its type is none that CMS defines", name);
	if (h->type->container == CONTAINER_OTHER)
		return fail(err, PLI_ERR_UNSUPPORTED, "%s is %s, not an encrypted envelope", name, h->type->name);
	if (h->type->container == CONTAINER_ENVELOPED) {
		rc = fail(err, PLI_ERR_UNSUPPORTED,
		    "%s is EnvelopedData (PKCS#7), which nothing authenticates: its content could have been changed",
		    name);
		fail_hint(err, "ask the sender for an AuthEnvelopedData (AES-GCM)");
		return rc;
	}
	if (h->cipher == NULL || h->cipher->mode != MODE_GCM)
		return fail(err, PLI_ERR_UNSUPPORTED, "the content cipher (%s) is not accepted in AuthEnvelopedData",
		    h->cipher == NULL ? "unknown" : h->cipher->name);
	if (h->tag_len < 12 || h->tag_len > GCM_TAG)
		return fail(err, PLI_ERR_UNSUPPORTED, "a tag of %zu bytes authenticates nothing (RFC 5084: 12 to 16)",
		    h->tag_len);
	if (h->tag_len < GCM_TAG && !o->options.accept_short_tag) {
		rc = fail(err, PLI_ERR_UNSUPPORTED, "the tag has %zu bytes instead of 16", h->tag_len);
		fail_hint(err, "if the sender is known to write short tags, use --accept-short-tag");
		return rc;
	}
	if (h->nonce.len > HEAD_NONCE_MAX)
		return fail(err, PLI_ERR_UNSUPPORTED, "the nonce has %zu bytes, more than are accepted", h->nonce.len);
	if (!oids_same(h->inner_type, oid_data))
		return fail(err, PLI_ERR_UNSUPPORTED, "the content is of another type than data");
	if (!h->has_content)
		return fail(err, PLI_ERR_MALFORMED, "%s has no content: it was kept elsewhere", name);
	return PLI_OK;
}

enum pli_status
opening_begin(struct opening *o, struct pli *pli, const struct pli_key *const *keys, size_t count,
    struct source *source, const struct pli_open_options *options, struct pli_error *err)
{
	const struct head *h = &o->message.head;
	struct secret key = { 0 };
	enum pli_status rc;
	uint64_t length;

	o->source = source;
	o->options = *options;
	if ((rc = flow_segment(&o->options.segment, err)) != PLI_OK ||
	    (rc = message_begin(&o->message, source, err)) != PLI_OK || (rc = accept(o, err)) != PLI_OK)
		return rc;
	length = source_positional(o->source) ? source_size(o->source) : UINT64_MAX;
	if (message_total(&o->message) > GCM_CONTENT_MAX)
		return fail(err, PLI_ERR_LIMIT, "the content is longer than one AES-GCM message can be");
	o->threads = flow_threads(o->options.threads, o->options.segment, length);
	if ((rc = wrap_open(pli, keys, count, h, &o->options, &o->key, &key, err)) == PLI_OK)
		rc = gcm_new(&o->gcm, pli, secret_view(&key), h->nonce, o->threads == 0 ? 1 : (unsigned)o->threads,
		    length, false, err);
	secret_clear(&key);
	if (rc == PLI_OK && gcm_serial(o->gcm))
		o->threads = 0;
	return rc;
}

enum pli_status
opening_flow(struct opening *o, struct flow_plan *plan, struct flow **flow, struct pli_error *err)
{
	plan->gcm = o->gcm;
	plan->source = o->source;
	plan->threads = o->threads;
	plan->segment = o->options.segment;
	plan->hooks = &o->options.hooks;
	plan->progress.total = message_total(&o->message);
	plan->shown = FIRST_BLOCK_LEN;
	return flow_new(flow, plan, err);
}

enum pli_status
opening_fill(struct opening *o, struct segment *s, struct pli_error *err)
{
	enum pli_status rc = message_fill(&o->message, s, err);

	if (rc == PLI_OK && o->message.content > GCM_CONTENT_MAX)
		return fail(err, PLI_ERR_LIMIT, "the content is longer than one AES-GCM message can be");
	return rc;
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
	if (memcmp(block + s->off, s->out, n) == 0)
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

enum pli_status
opening_authenticate(struct opening *o, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = message_end(&o->message, err)) != PLI_OK || (rc = check_tag(o, err)) != PLI_OK)
		return rc;
	if (o->options.require_committed && o->matching < FIRST_BLOCK_LEN) {
		rc = fail(err, PLI_ERR_AUTH,
		    "%s does not begin with the fixed first block: other recipients may see other content",
		    source_name(o->source));
		fail_hint(err, "it was sealed with --raw or by another program; without --require-committed it opens");
	}
	return rc;
}

void
opening_result(const struct opening *o, struct pli_opened *result)
{
	const struct head *h = &o->message.head;

	*result = (struct pli_opened){ true, o->matching == FIRST_BLOCK_LEN, h->type->name, h->cipher->name,
		h->definite ? "definite" : "indefinite", 8 * (unsigned)h->tag_len, o->message.content, o->key };
}

void
opening_clear(struct opening *o)
{
	message_clear(&o->message);
	gcm_free(o->gcm);
	*o = (struct opening){ 0 };
}
