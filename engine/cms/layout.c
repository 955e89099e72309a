/*
 * layout.c - a full chunk has a header of 5 bytes (04 83 10 00 00), so chunk k begins k * (LAYOUT_CHUNK + 5) bytes behind
 * the head; only the last chunk's header may be shorter.
 */
#include "layout.h"

#include "builder.h"
#include "reader.h"

#define FULL_HEADER 5
#define DEFINITE_BELOW (UINT64_C(1) << 31)

enum { TAG_LEN = 16 };

/* Before the parts that differ: RFC 5083 2.1, RFC 5652 6.1. */
static struct view
type_of(const struct layout *l)
{
	return l->authenticated ? oid_auth_enveloped : oid_enveloped;
}

static enum pli_status
head_definite(struct layout *l, unsigned version, struct view set, struct view inner, struct pli_error *err)
{
	struct view type = type_of(l);
	uint64_t tag = l->authenticated ? build_header_len(TAG_LEN) + TAG_LEN : 0;
	uint64_t content = build_header_len(l->content_len) + l->content_len;
	uint64_t encrypted = inner.len + content;
	uint64_t data = 3 + set.len + build_header_len(encrypted) + encrypted + tag;
	uint64_t explicit = build_header_len(data) + data;
	uint64_t all = build_header_len(type.len) + type.len + build_header_len(explicit) + explicit;
	enum pli_status rc;

	l->definite = build_header_len(all) + all < DEFINITE_BELOW;
	if (!l->definite)
		return PLI_OK;
	if ((rc = build_open(&l->head, TAG_SEQUENCE, all, err)) == PLI_OK &&
	    (rc = build_item(&l->head, TAG_OID, type, err)) == PLI_OK &&
	    (rc = build_open(&l->head, TAG_EXPLICIT, explicit, err)) == PLI_OK &&
	    (rc = build_open(&l->head, TAG_SEQUENCE, data, err)) == PLI_OK &&
	    (rc = build_small(&l->head, version, err)) == PLI_OK && (rc = buf_add(&l->head, set, err)) == PLI_OK &&
	    (rc = build_open(&l->head, TAG_SEQUENCE, encrypted, err)) == PLI_OK &&
	    (rc = buf_add(&l->head, inner, err)) == PLI_OK)
		rc = build_open(&l->head, TAG_CONTEXT, l->content_len, err);
	return rc;
}

static enum pli_status
head_indefinite(struct layout *l, unsigned version, struct view set, struct view inner, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = build_open_indefinite(&l->head, TAG_SEQUENCE, err)) == PLI_OK &&
	    (rc = build_item(&l->head, TAG_OID, type_of(l), err)) == PLI_OK &&
	    (rc = build_open_indefinite(&l->head, TAG_EXPLICIT, err)) == PLI_OK &&
	    (rc = build_open_indefinite(&l->head, TAG_SEQUENCE, err)) == PLI_OK &&
	    (rc = build_small(&l->head, version, err)) == PLI_OK && (rc = buf_add(&l->head, set, err)) == PLI_OK &&
	    (rc = build_open_indefinite(&l->head, TAG_SEQUENCE, err)) == PLI_OK &&
	    (rc = buf_add(&l->head, inner, err)) == PLI_OK)
		rc = build_open_indefinite(&l->head, TAG_EXPLICIT, err);
	return rc;
}

/* CMSVersion: 0 for AuthEnvelopedData; for EnvelopedData 3 with a KEM recipient, 0 if all recipients have version 0, else 2 (RFC 5652 6.1, 6.2.1). */
static enum pli_status
version_of(const struct layout *l, struct view set, unsigned *version, struct pli_error *err)
{
	struct recipients all;
	struct recipient r;
	enum pli_status rc;
	bool found = true;

	*version = 0;
	recipient_start(&all, set);
	while (!l->authenticated && found) {
		if ((rc = recipient_next(&all, &r, &found, err)) != PLI_OK)
			return rc;
		if (found && r.type == RECIPIENT_KEMRI)
			*version = 3;
		else if (found && *version == 0 && (r.type != RECIPIENT_KTRI || r.ski.len > 0))
			*version = 2;
	}
	return PLI_OK;
}

enum pli_status
layout_init(struct layout *l, enum oids_container container, struct view recipients, struct view algorithm,
    uint64_t content_len, struct pli_error *err)
{
	struct buf set = { 0 }, inner = { 0 };
	unsigned version;
	enum pli_status rc;

	*l = (struct layout){ .content_len = content_len, .authenticated = container == CONTAINER_AUTH_ENVELOPED };
	if ((rc = version_of(l, recipients, &version, err)) != PLI_OK)
		return rc;
	if ((rc = build_item(&set, TAG_SET, recipients, err)) == PLI_OK &&
	    (rc = build_item(&inner, TAG_OID, oid_data, err)) == PLI_OK &&
	    (rc = buf_add(&inner, algorithm, err)) == PLI_OK && content_len != LAYOUT_UNKNOWN)
		rc = head_definite(l, version, buf_view(&set), buf_view(&inner), err);
	if (rc == PLI_OK && !l->definite)
		rc = head_indefinite(l, version, buf_view(&set), buf_view(&inner), err);
	buf_clear(&set);
	buf_clear(&inner);
	if (rc != PLI_OK)
		layout_clear(l);
	return rc;
}

void
layout_clear(struct layout *l)
{
	buf_clear(&l->head);
	*l = (struct layout){ 0 };
}

struct layout_piece
layout_piece(const struct layout *l, uint64_t off, size_t left)
{
	struct layout_piece piece = { 0 };
	uint64_t within = off % LAYOUT_CHUNK, begin = off - within, len;

	if (l->definite) {
		piece.place = l->head.len + off;
		piece.len = left;
		return piece;
	}
	len = (l->content_len == LAYOUT_UNKNOWN ? off + left : l->content_len) - begin;
	if (len > LAYOUT_CHUNK)
		len = LAYOUT_CHUNK;
	piece.len = left < len - within ? left : (size_t)(len - within);
	piece.place = l->head.len + off / LAYOUT_CHUNK * (LAYOUT_CHUNK + FULL_HEADER);
	if (within == 0)
		piece.header_len = build_header(piece.header, TAG_OCTETS, len);
	else
		piece.place += build_header_len(len) + within;
	return piece;
}

uint64_t
layout_place(const struct layout *l, uint64_t off)
{
	struct layout_piece piece;

	if (l->definite)
		return l->head.len + off;
	if (off % LAYOUT_CHUNK == 0)
		return l->head.len + off / LAYOUT_CHUNK * (LAYOUT_CHUNK + FULL_HEADER);
	piece = layout_piece(l, off - off % LAYOUT_CHUNK, (size_t)(off % LAYOUT_CHUNK));
	return piece.place + piece.header_len + off % LAYOUT_CHUNK;
}

enum pli_status
layout_tail(const struct layout *l, struct view tag, struct buf *out, struct pli_error *err)
{
	static const uint8_t end[6];
	enum pli_status rc;

	if (!l->definite && (rc = buf_add(out, view_of(end, 4), err)) != PLI_OK)
		return rc;
	if (l->authenticated && (rc = build_item(out, TAG_OCTETS, tag, err)) != PLI_OK)
		return rc;
	return l->definite ? PLI_OK : buf_add(out, view_of(end, 6), err);
}
