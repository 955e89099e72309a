/* head.c - one cursor walks down the levels, and up again behind the content. */
#include "head.h"

#include "builder.h"
#include "reader.h"

struct cursor {
	struct view in;
	uint64_t base; /* offset of in.p[0] in the message */
	size_t at;
	bool more;
	struct pli_error *err;
};

static bool
bad(struct cursor *c, const char *what)
{
	if (c->in.len >= HEAD_MAX && c->more)
		(void)fail(c->err, PLI_ERR_LIMIT, "the head of the envelope is longer than %u bytes", HEAD_MAX);
	else if (!c->more)
		(void)fail(c->err, PLI_ERR_MALFORMED, "not an envelope, or a damaged one: %s", what);
	if (!c->more)
		fail_hint(c->err,
		    "check that it is the right file, and all of it: an envelope is CMS, as DER, PEM or S/MIME");
	return false;
}

static struct view
rest(const struct cursor *c)
{
	return view_behind(c->in, c->at);
}

static uint64_t
offset(const struct cursor *c)
{
	return c->base + c->at;
}

/* Would something of this length reach beyond the level around it? */
static bool
fits(const struct cursor *c, const struct head_level *around, uint64_t len)
{
	return around == NULL || len <= around->end - offset(c);
}

/* Steps into an element: its header is read, its contents come next. */
static bool
enter(struct cursor *c, uint8_t tag, const struct head_level *around, struct head_level *level, const char *what)
{
	struct read_header h;
	enum read_result rc = read_header(rest(c), &h);

	c->more = rc == READ_SHORT;
	if (rc != READ_OK || h.tag != tag || !fits(c, around, h.header_len) || !fits(c, around, h.header_len + h.len))
		return bad(c, what);
	c->at += h.header_len;
	level->indefinite = h.indefinite;
	level->end = h.indefinite ? (around == NULL ? UINT64_MAX : around->end) : offset(c) + h.len;
	return true;
}

/* Reads a whole element. */
static bool
item(struct cursor *c, uint8_t tag, const struct head_level *around, struct read_item *out, const char *what)
{
	struct view in = rest(c);
	struct read_header h;
	enum read_result rc;

	/* A length that cannot be right is known from the header, before the bytes are waited for. */
	if (read_header(in, &h) == READ_OK && (h.tag != tag || !fits(c, around, h.header_len + h.len)))
		return bad(c, what);
	if (read_header(in, &h) == READ_OK && h.len > HEAD_MAX) {
		(void)fail(c->err, PLI_ERR_LIMIT, "the head of the envelope is longer than %u bytes", HEAD_MAX);
		return false;
	}
	rc = read_item(&in, out);
	c->more = rc == READ_SHORT;
	if (rc != READ_OK || !fits(c, around, out->whole.len))
		return bad(c, what);
	c->at += out->whole.len;
	return true;
}

static bool
optional(struct cursor *c, uint8_t tag, const struct head_level *around, struct read_item *out, const char *what)
{
	struct view in = rest(c);

	if (in.len == 0) {
		c->more = true;
		return bad(c, what);
	}
	out->whole = view_of(NULL, 0);
	return in.p[0] != tag || item(c, tag, around, out, what);
}

/* Steps out of a level. */
static bool
leave(struct cursor *c, const struct head_level *level)
{
	struct view in = rest(c);

	if (!level->indefinite)
		return offset(c) == level->end || bad(c, "something stands where it should end");
	c->more = in.len < 2;
	if (in.len < 2 || in.p[0] != 0 || in.p[1] != 0)
		return bad(c, "it does not end where it should");
	c->at += 2;
	return true;
}

static bool
count_recipients(struct head *h, struct pli_error *err)
{
	struct recipients all;
	struct recipient r;
	bool found;

	recipient_start(&all, h->recipients);
	for (;;) {
		if (recipient_next(&all, &r, &found, err) != PLI_OK)
			return false;
		if (!found)
			return true;
		if (++h->recipient_count > RECIPIENTS_MAX) {
			(void)fail(err, PLI_ERR_LIMIT, "the envelope has more than %d recipients", RECIPIENTS_MAX);
			return false;
		}
	}
}

/* GCMParameters, RFC 5084 3.2. */
static bool
read_gcm(struct head *h, struct view parameters)
{
	struct read_item params, nonce;
	unsigned icv_len = 12;

	if (!read_tagged(&parameters, TAG_SEQUENCE, &params) || parameters.len != 0 ||
	    !read_tagged(&params.body, TAG_OCTETS, &nonce) || nonce.body.len == 0)
		return false;
	if (params.body.len > 0 && !read_small(&params.body, &icv_len))
		return false;
	h->nonce = nonce.body;
	h->tag_len = icv_len;
	return params.body.len == 0;
}

/* The initialization vector, RFC 3565 2.3, RFC 3370 5.1; it stays empty where it is none. */
static void
read_cbc(struct head *h, struct view parameters)
{
	struct read_item iv;

	if (read_tagged(&parameters, TAG_OCTETS, &iv) && parameters.len == 0 && iv.body.len == h->cipher->block)
		h->nonce = iv.body;
}

static bool
parse_algorithm(struct cursor *c, struct head *h)
{
	struct read_item algorithm, oid;

	if (!item(c, TAG_SEQUENCE, &h->level[3], &algorithm, "no content encryption algorithm"))
		return false;
	h->algorithm = algorithm.whole;
	if (!read_tagged(&algorithm.body, TAG_OID, &oid))
		return bad(c, "the content encryption algorithm has no name");
	h->cipher_oid = oid.body;
	h->cipher = oids_cipher(oid.body);
	if (h->cipher != NULL && h->cipher->mode == MODE_GCM && !read_gcm(h, algorithm.body))
		return bad(c, "the parameters of AES-GCM are not what RFC 5084 says");
	if (h->cipher != NULL && h->cipher->mode == MODE_CBC)
		read_cbc(h, algorithm.body);
	return true;
}

static bool
parse_content(struct cursor *c, struct head *h)
{
	struct read_header header;
	enum read_result rc;

	h->content_at = offset(c);
	if (!h->level[3].indefinite && offset(c) == h->level[3].end)
		return true;
	rc = read_header(rest(c), &header);
	c->more = rc == READ_SHORT;
	if (rc == READ_OK && h->level[3].indefinite && header.tag == 0)
		return true;
	if (rc != READ_OK || (header.tag != TAG_CONTEXT && header.tag != TAG_EXPLICIT))
		return bad(c, "it has no content");
	if (!fits(c, &h->level[3], header.header_len + header.len))
		return bad(c, "the content is longer than what it is in");
	c->at += header.header_len;
	h->has_content = true;
	h->content_constructed = header.tag == TAG_EXPLICIT;
	h->content_indefinite = header.indefinite;
	h->content_at = offset(c);
	h->content_len = header.len;
	h->definite = h->definite && !header.indefinite;
	return true;
}

static bool
parse_enveloped(struct cursor *c, struct head *h)
{
	struct read_item version, originator, set, type;

	if (!enter(c, TAG_SEQUENCE, &h->level[1], &h->level[2], "no enveloped data") ||
	    !item(c, TAG_INTEGER, &h->level[2], &version, "no version") ||
	    !optional(c, TAG_EXPLICIT | 0, &h->level[2], &originator, "damaged originator information") ||
	    !item(c, TAG_SET, &h->level[2], &set, "no recipients"))
		return false;
	if (version.body.len == 0)
		return bad(c, "its version is no number");
	h->recipients = set.body;
	if (!count_recipients(h, c->err) ||
	    !enter(c, TAG_SEQUENCE, &h->level[2], &h->level[3], "no encrypted content") ||
	    !item(c, TAG_OID, &h->level[3], &type, "no content type"))
		return false;
	h->inner_type = type.body;
	h->definite =
	    !h->level[0].indefinite && !h->level[1].indefinite && !h->level[2].indefinite && !h->level[3].indefinite;
	return parse_algorithm(c, h) && parse_content(c, h);
}

enum pli_status
head_parse(struct head *h, struct view in, bool *more, struct pli_error *err)
{
	struct pli_error own = { 0 };
	struct cursor c = { in, 0, 0, false, &own };
	struct read_item oid;
	bool ok;

	*h = (struct head){ 0 };
	ok = enter(&c, TAG_SEQUENCE, NULL, &h->level[0], "it does not begin like CMS") &&
	     item(&c, TAG_OID, &h->level[0], &oid, "no content type") &&
	     enter(&c, TAG_EXPLICIT, &h->level[0], &h->level[1], "no contents");
	if (ok) {
		h->type_oid = oid.body;
		h->type = oids_content_type(oid.body);
		h->definite = !h->level[0].indefinite && !h->level[1].indefinite;
		if (h->type != NULL && h->type->container != CONTAINER_OTHER)
			ok = parse_enveloped(&c, h);
	}
	*more = !ok && own.status == PLI_OK;
	if (ok || *more)
		return PLI_OK;
	return fail_copy(err, &own);
}

/* UnprotectedAttributes, unauthAttrs: a SET OF SEQUENCE { OID, SET }, RFC 5652 5.3, whose values are nobody's business. */
static bool
read_attributes(struct cursor *c, uint8_t tag, const struct head_level *around)
{
	static const char what[] = "damaged attributes";
	struct read_item all, one, oid, values;

	if (!optional(c, tag, around, &all, what))
		return false;
	if (all.whole.len == 0)
		return true;
	while (all.body.len > 0)
		if (!read_tagged(&all.body, TAG_SEQUENCE, &one) || !read_tagged(&one.body, TAG_OID, &oid) ||
		    !read_tagged(&one.body, TAG_SET, &values) || one.body.len != 0)
			return bad(c, what);
	return true;
}

enum pli_status
head_parse_tail(
    const struct head *h, uint64_t at, struct view rest_of_file, struct head_tail *tail, struct pli_error *err)
{
	struct cursor c = { rest_of_file, at, 0, false, err };
	struct read_item attributes = { 0 }, mac = { 0 };
	bool ok, authenticated = h->type->container == CONTAINER_AUTH_ENVELOPED;
	enum pli_status rc;

	*tail = (struct head_tail){ 0 };
	ok = leave(&c, &h->level[3]);
	if (ok && authenticated)
		ok = optional(&c, TAG_EXPLICIT | 1, &h->level[2], &attributes, "damaged authenticated attributes") &&
		     item(&c, TAG_OCTETS, &h->level[2], &mac, "no authentication tag");
	/* Behind the last field a definite level is at its end, where the file may end too. */
	if (ok && (h->level[2].indefinite || offset(&c) < h->level[2].end))
		ok = read_attributes(&c, TAG_EXPLICIT | (authenticated ? 2 : 1), &h->level[2]);
	ok = ok && leave(&c, &h->level[2]) && leave(&c, &h->level[1]) && leave(&c, &h->level[0]);
	if (!ok && c.more && rest_of_file.len > TAIL_MAX)
		return fail(err, PLI_ERR_LIMIT, "more than %u bytes stand behind the content", TAIL_MAX);
	if (!ok) {
		rc = fail(err, PLI_ERR_MALFORMED, "the envelope is truncated: it ends before its %s does",
		    authenticated ? "authentication tag" : "last field");
		fail_hint(err, "the file was cut short on its way: get another copy");
		return rc;
	}
	if (c.at != rest_of_file.len) {
		rc = fail(err, PLI_ERR_MALFORMED, "bytes follow the envelope, which ends at byte %llu",
		    (unsigned long long)offset(&c));
		fail_hint(err, "something was added behind it: get another copy");
		return rc;
	}
	tail->attributes = attributes.whole;
	tail->mac = mac.body;
	return PLI_OK;
}

/* The RecipientInfo of r, alone: as it was, or with but one of several encrypted keys. */
static enum pli_status
single_recipient(const struct recipient *r, struct buf *out, struct pli_error *err)
{
	struct buf body = { 0 };
	enum pli_status rc;

	if (r->type != RECIPIENT_KARI)
		return buf_add(out, r->whole, err);
	if ((rc = build_small(&body, 3, err)) == PLI_OK && (rc = buf_add(&body, r->originator, err)) == PLI_OK &&
	    (rc = buf_add(&body, r->ukm, err)) == PLI_OK && (rc = buf_add(&body, r->algorithm, err)) == PLI_OK &&
	    (rc = build_item(&body, TAG_SEQUENCE, r->own, err)) == PLI_OK)
		rc = build_item(out, TAG_EXPLICIT | 1, buf_view(&body), err);
	buf_clear(&body);
	return rc;
}

enum pli_status
head_single(const struct head *h, const struct recipient *r, struct buf *out, struct pli_error *err)
{
	static const uint8_t placeholder[16];
	bool authenticated = h->type->container == CONTAINER_AUTH_ENVELOPED;
	struct buf set = { 0 }, content = { 0 }, data = { 0 }, outer = { 0 };
	enum pli_status rc;

	if ((rc = single_recipient(r, &set, err)) != PLI_OK ||
	    (rc = build_item(&content, TAG_OID, oid_data, err)) != PLI_OK ||
	    (rc = buf_add(&content, h->algorithm, err)) != PLI_OK ||
	    (rc = build_item(&content, TAG_CONTEXT, view_of(NULL, 0), err)) != PLI_OK ||
	    (rc = build_small(&data, 0, err)) != PLI_OK ||
	    (rc = build_item(&data, TAG_SET, buf_view(&set), err)) != PLI_OK ||
	    (rc = build_item(&data, TAG_SEQUENCE, buf_view(&content), err)) != PLI_OK ||
	    (authenticated &&
		(rc = build_item(&data, TAG_OCTETS, view_of(placeholder, sizeof(placeholder)), err)) != PLI_OK))
		goto out;
	buf_clear(&content);
	if ((rc = build_item(&content, TAG_SEQUENCE, buf_view(&data), err)) == PLI_OK &&
	    (rc = build_item(&outer, TAG_OID, h->type->oid, err)) == PLI_OK &&
	    (rc = build_item(&outer, TAG_EXPLICIT, buf_view(&content), err)) == PLI_OK)
		rc = build_item(out, TAG_SEQUENCE, buf_view(&outer), err);
out:
	buf_clear(&set);
	buf_clear(&content);
	buf_clear(&data);
	buf_clear(&outer);
	return rc;
}

bool
head_looks_like(struct view first)
{
	const struct oids_content_type *type;
	struct read_header h;
	struct read_item oid;

	if (read_header(first, &h) != READ_OK || h.tag != TAG_SEQUENCE)
		return false;
	first = view_of(first.p + h.header_len, first.len - h.header_len);
	if (!read_tagged(&first, TAG_OID, &oid) || (type = oids_content_type(oid.body)) == NULL)
		return false;
	return type->container != CONTAINER_OTHER && read_peek(first) == TAG_EXPLICIT;
}
