/*
 * recipient.c - every field is read and nothing may follow the last one. Versions are read but decide nothing, as
 * everywhere: the form says what it is. (A KEMRecipientInfo has but one, and nothing else that would tell a later form.)
 */
#include "recipient.h"

#include <stdio.h>
#include <string.h>

#include "oids.h"
#include "reader.h"

#define KEM_UKM_MAX 1024 /* bytes, headers included */

static enum pli_status
damaged(struct pli_error *err, const char *what)
{
	return fail(err, PLI_ERR_MALFORMED, "a recipient is damaged: %s", what);
}

/* IssuerAndSerialNumber, from its contents octets. */
static bool
read_name(struct view body, struct recipient *r)
{
	struct read_item issuer, serial;

	if (!read_tagged(&body, TAG_SEQUENCE, &issuer) || !read_tagged(&body, TAG_INTEGER, &serial) || body.len != 0 ||
	    serial.body.len == 0)
		return false;
	r->issuer = issuer.whole;
	r->serial = serial.body;
	return true;
}

/* KeyTransRecipientInfo, RFC 5652 6.2.1. */
static bool
read_ktri(struct view body, struct recipient *r)
{
	struct read_item id, algorithm, key;
	unsigned version;

	r->type = RECIPIENT_KTRI;
	if (!read_small(&body, &version))
		return false;
	if (read_tagged(&body, TAG_CONTEXT | 0, &id))
		r->ski = id.body;
	else if (!read_tagged(&body, TAG_SEQUENCE, &id) || !read_name(id.body, r))
		return false;
	if (!read_tagged(&body, TAG_SEQUENCE, &algorithm) || !read_tagged(&body, TAG_OCTETS, &key) || body.len != 0)
		return false;
	r->algorithm = algorithm.whole;
	r->encrypted = key.body;
	return true;
}

/* KeyAgreeRecipientInfo, RFC 5652 6.2.2, without its RecipientEncryptedKeys. */
static bool
read_kari(struct view body, struct recipient *r, struct view *keys)
{
	struct read_item originator, ukm, algorithm, list;
	unsigned version;

	r->type = RECIPIENT_KARI;
	if (!read_small(&body, &version) || !read_tagged(&body, TAG_EXPLICIT | 0, &originator))
		return false;
	r->originator = originator.whole;
	if (read_tagged(&body, TAG_EXPLICIT | 1, &ukm))
		r->ukm = ukm.whole;
	if (!read_tagged(&body, TAG_SEQUENCE, &algorithm) || !read_tagged(&body, TAG_SEQUENCE, &list) ||
	    body.len != 0 || list.body.len == 0)
		return false;
	r->algorithm = algorithm.whole;
	*keys = list.body;
	return true;
}

/* RecipientEncryptedKey. */
static bool
read_agreed(struct view *keys, struct recipient *r)
{
	struct read_item own, id, ski, skipped, key;
	struct view body;

	if (!read_tagged(keys, TAG_SEQUENCE, &own))
		return false;
	r->own = own.whole;
	body = own.body;
	if (read_tagged(&body, TAG_EXPLICIT | 0, &id)) { /* RecipientKeyIdentifier */
		if (!read_tagged(&id.body, TAG_OCTETS, &ski))
			return false;
		r->ski = ski.body;
		while (id.body.len > 0) /* date, other */
			if (read_item(&id.body, &skipped) != READ_OK)
				return false;
	} else if (!read_tagged(&body, TAG_SEQUENCE, &id) || !read_name(id.body, r)) {
		return false;
	}
	if (!read_tagged(&body, TAG_OCTETS, &key) || body.len != 0)
		return false;
	r->encrypted = key.body;
	return true;
}

/* KEKRecipientInfo, RFC 5652 6.2.3. */
static bool
read_kekri(struct view body, struct recipient *r)
{
	struct read_item id, ski, algorithm, key;
	unsigned version;

	r->type = RECIPIENT_KEKRI;
	if (!read_small(&body, &version) || !read_tagged(&body, TAG_SEQUENCE, &id) ||
	    !read_tagged(&id.body, TAG_OCTETS, &ski) || !read_tagged(&body, TAG_SEQUENCE, &algorithm) ||
	    !read_tagged(&body, TAG_OCTETS, &key) || body.len != 0)
		return false;
	r->ski = ski.body;
	r->algorithm = algorithm.whole;
	r->encrypted = key.body;
	return true;
}

/* PasswordRecipientInfo, RFC 5652 6.2.4. */
static bool
read_pwri(struct view body, struct recipient *r)
{
	struct read_item derivation, algorithm, key;
	unsigned version;

	r->type = RECIPIENT_PWRI;
	if (!read_small(&body, &version))
		return false;
	if (read_peek(body) == (TAG_EXPLICIT | 0) && !read_tagged(&body, TAG_EXPLICIT | 0, &derivation))
		return false;
	if (!read_tagged(&body, TAG_SEQUENCE, &algorithm) || !read_tagged(&body, TAG_OCTETS, &key) || body.len != 0)
		return false;
	r->algorithm = algorithm.whole;
	r->encrypted = key.body;
	return true;
}

/* OtherRecipientInfo, RFC 5652 6.2.5; a KEMRecipientInfo (RFC 9629 3) is one of them. */
static bool
read_other(struct view body, struct recipient *r)
{
	struct read_item oid, value, id, ski, kem, ciphertext, kdf, ukm, bytes, wrap, key;

	r->type = RECIPIENT_OTHER;
	if (!read_tagged(&body, TAG_OID, &oid) || read_item(&body, &value) != READ_OK || body.len != 0)
		return false;
	if (!oids_same(oid.body, oid_kem_recipient) || value.tag != TAG_SEQUENCE)
		return true;
	r->type = RECIPIENT_KEMRI;
	body = value.body;
	if (!read_small(&body, &r->version))
		return false;
	if (read_tagged(&body, TAG_CONTEXT | 0, &ski))
		r->ski = ski.body;
	else if (!read_tagged(&body, TAG_SEQUENCE, &id) || !read_name(id.body, r))
		return false;
	if (!read_tagged(&body, TAG_SEQUENCE, &kem) || !read_tagged(&body, TAG_OCTETS, &ciphertext) ||
	    !read_tagged(&body, TAG_SEQUENCE, &kdf) || !read_small(&body, &r->kek_len))
		return false;
	if (read_tagged(&body, TAG_EXPLICIT | 0, &ukm)) {
		if (!read_tagged(&ukm.body, TAG_OCTETS, &bytes) || ukm.body.len != 0)
			return false;
		r->ukm = ukm.whole;
	}
	if (!read_tagged(&body, TAG_SEQUENCE, &wrap) || !read_tagged(&body, TAG_OCTETS, &key) || body.len != 0)
		return false;
	r->algorithm = kem.whole;
	r->ciphertext = ciphertext.body;
	r->kdf = kdf.whole;
	r->wrap = wrap.whole;
	r->encrypted = key.body;
	return true;
}

void
recipient_start(struct recipients *all, struct view set)
{
	*all = (struct recipients){ .rest = set };
}

enum pli_status
recipient_next(struct recipients *all, struct recipient *r, bool *found, struct pli_error *err)
{
	struct read_item item;
	bool ok;

	*found = false;
	*r = (struct recipient){ 0 };
	if (all->keys.len == 0) {
		if (all->rest.len == 0)
			return PLI_OK;
		if (read_item(&all->rest, &item) != READ_OK)
			return damaged(err, "its length does not fit");
		r->whole = item.whole;
		switch (item.tag) {
		case TAG_SEQUENCE:
			ok = read_ktri(item.body, r);
			break;
		case TAG_EXPLICIT | 1:
			ok = read_kari(item.body, r, &all->keys);
			all->shared = *r;
			break;
		case TAG_EXPLICIT | 2:
			ok = read_kekri(item.body, r);
			break;
		case TAG_EXPLICIT | 3:
			ok = read_pwri(item.body, r);
			break;
		case TAG_EXPLICIT | 4:
			ok = read_other(item.body, r);
			break;
		default:
			return damaged(err, "it is of no known form");
		}
		if (!ok)
			return damaged(err, "a field is missing or of the wrong kind");
	}
	if (all->keys.len > 0) {
		*r = all->shared;
		if (!read_agreed(&all->keys, r))
			return damaged(err, "an encrypted key is missing or of the wrong kind");
	}
	*found = true;
	return PLI_OK;
}

const char *
recipient_type_name(enum recipient_type type)
{
	static const char *const names[] = { "ktri", "kari", "kemri", "kekri", "pwri", "other" };

	return names[type];
}

struct view
recipient_oid(const struct recipient *r)
{
	struct view in = r->algorithm;
	struct read_item algorithm, oid;

	if (!read_tagged(&in, TAG_SEQUENCE, &algorithm) || !read_tagged(&algorithm.body, TAG_OID, &oid))
		return view_of(NULL, 0);
	return oid.body;
}

/* What an OAEP recipient asks for: hash and mgf have names, or are NULL; accepted is false for what is well-formed, but not ours. */
struct oaep {
	const char *hash, *mgf;
	bool accepted;
};

/* An AlgorithmIdentifier: its parameters, at most one value, become *parameters. */
static bool
read_algorithm(struct view *in, struct view *oid, struct view *parameters)
{
	struct read_item algorithm, item;
	struct view rest;

	if (!read_tagged(in, TAG_SEQUENCE, &algorithm) || in->len != 0 || !read_tagged(&algorithm.body, TAG_OID, &item))
		return false;
	*oid = item.body;
	*parameters = rest = algorithm.body;
	return rest.len == 0 || (read_item(&rest, &item) == READ_OK && rest.len == 0);
}

/* The AlgorithmIdentifier of a hash; those that are accepted have the parameters NULL or none. */
static bool
read_hash(struct view in, const char **name, bool *accepted)
{
	struct view oid, parameters;
	struct read_item null;

	if (!read_algorithm(&in, &oid, &parameters))
		return false;
	if ((*name = oids_hash(oid)) != NULL)
		return parameters.len == 0 || (read_tagged(&parameters, TAG_NULL, &null) && null.body.len == 0);
	*name = oids_hash_other(oid);
	*accepted = false;
	return true;
}

/* RSAES-OAEP-params, RFC 4055 4.1: each field explicit, in order, optional. */
static bool
read_oaep(struct view in, struct oaep *o)
{
	struct read_item params, field, label;
	struct view oid, parameters;

	*o = (struct oaep){ "sha1", "sha1", true };
	if (!read_tagged(&in, TAG_SEQUENCE, &params) || in.len != 0)
		return false;
	if (read_tagged(&params.body, TAG_EXPLICIT | 0, &field) && !read_hash(field.body, &o->hash, &o->accepted))
		return false;
	if (read_tagged(&params.body, TAG_EXPLICIT | 1, &field)) {
		if (!read_algorithm(&field.body, &oid, &parameters))
			return false;
		if (!oids_same(oid, oid_mgf1)) {
			o->mgf = NULL;
			o->accepted = false;
		} else if (!read_hash(parameters, &o->mgf, &o->accepted)) {
			return false;
		}
	}
	if (read_tagged(&params.body, TAG_EXPLICIT | 2, &field)) {
		if (!read_algorithm(&field.body, &oid, &parameters))
			return false;
		if (!oids_same(oid, oid_p_specified)) {
			o->hash = NULL;
			o->accepted = false;
		} else if (!read_tagged(&parameters, TAG_OCTETS, &label)) {
			return false;
		}
	}
	return params.body.len == 0;
}

/* "rsaOaep-sha256", "rsaOaep-sha256-mgf1-sha1"; "rsaOaep-other" where something has no name here. */
static void
name_oaep(const struct oaep *o, char *name, size_t cap)
{
	if (o->hash == NULL || o->mgf == NULL)
		(void)snprintf(name, cap, "rsaOaep-other");
	else if (strcmp(o->hash, o->mgf) == 0)
		(void)snprintf(name, cap, "rsaOaep-%s", o->hash);
	else
		(void)snprintf(name, cap, "rsaOaep-%s-mgf1-%s", o->hash, o->mgf);
}

/* Is the sender's key one of its own, in a certificate, instead of one made for this message? RFC 5753 3.1. */
static bool
is_static(const struct recipient *r)
{
	struct view in = r->originator;
	struct read_item originator;

	return read_tagged(&in, TAG_EXPLICIT | 0, &originator) && read_peek(originator.body) != (TAG_EXPLICIT | 1);
}

/* KeyWrapAlgorithm, the parameter of a key agreement scheme: RFC 5753 7.1.5; its own parameters absent, or NULL. */
static const char *
read_wrap(struct view parameters)
{
	struct read_item algorithm, oid, null;

	if (!read_tagged(&parameters, TAG_SEQUENCE, &algorithm) || parameters.len != 0 ||
	    !read_tagged(&algorithm.body, TAG_OID, &oid))
		return NULL;
	if (read_tagged(&algorithm.body, TAG_NULL, &null) && null.body.len != 0)
		return NULL;
	return algorithm.body.len == 0 ? oids_wrap(oid.body) : NULL;
}

/* The hash of HKDF, RFC 8619 2: the identifier of each has no parameters. */
static enum pli_status
read_hkdf(struct view in, const char **name, struct pli_error *err)
{
	struct read_item algorithm, oid;

	if (!read_tagged(&in, TAG_SEQUENCE, &algorithm) || !read_tagged(&algorithm.body, TAG_OID, &oid))
		return damaged(err, "its key derivation is no algorithm");
	*name = oids_hkdf(oid.body);
	if (*name != NULL && algorithm.body.len != 0)
		return damaged(err, "its key derivation has parameters that do not exist");
	return PLI_OK;
}

/* The parts of a KEMRecipientInfo must fit one another: RFC 9629 3, RFC 9936 2. */
static enum pli_status
read_kem(
    const struct recipient *r, const char *kem, struct view parameters, enum recipient_use *use, struct pli_error *err)
{
	const char *wrap = read_wrap(r->wrap), *hkdf = NULL;
	enum pli_status rc;

	if (parameters.len != 0)
		return damaged(err, "its ML-KEM has parameters that do not exist");
	if (r->ciphertext.len != oids_kem_len(kem))
		return damaged(err, "its ciphertext is not as long as those of its ML-KEM");
	if ((rc = read_hkdf(r->kdf, &hkdf, err)) != PLI_OK)
		return rc;
	if (wrap != NULL && r->kek_len != oids_wrap_len(wrap))
		return damaged(err, "its key encryption key is not as long as those of its key wrap");
	if (r->version == 0 && hkdf != NULL && wrap != NULL && !oids_wrap_legacy(wrap) && r->ukm.len <= KEM_UKM_MAX)
		*use = RECIPIENT_KEM;
	return PLI_OK;
}

bool
recipient_kem_as_written(const struct recipient *r)
{
	const char *wrap = read_wrap(r->wrap), *hkdf = NULL;

	return wrap != NULL && strcmp(wrap, "aes-256-wrap") == 0 && read_hkdf(r->kdf, &hkdf, NULL) == PLI_OK &&
	       hkdf != NULL && strcmp(hkdf, "hkdf-sha256") == 0 && r->ukm.len == 0;
}

enum pli_status
recipient_algorithm(const struct recipient *r, char *name, size_t cap, enum recipient_use *use, struct pli_error *err)
{
	struct read_item algorithm, oid, null;
	struct view in = r->algorithm;
	const char *scheme, *wrap;
	struct oaep oaep;
	enum pli_status rc;

	*use = RECIPIENT_REFUSED;
	name[0] = '\0';
	if (in.len == 0)
		return PLI_OK;
	if (!read_tagged(&in, TAG_SEQUENCE, &algorithm) || in.len != 0 || !read_tagged(&algorithm.body, TAG_OID, &oid))
		return damaged(err, "its algorithm is no algorithm");
	in = algorithm.body; /* the parameters */
	if (r->type == RECIPIENT_KTRI && oids_same(oid.body, oid_rsa)) {
		if ((read_tagged(&in, TAG_NULL, &null) && null.body.len != 0) || in.len != 0)
			return damaged(err, "RSA PKCS#1 v1.5 has parameters that do not exist");
		(void)snprintf(name, cap, "rsa-pkcs1");
		*use = RECIPIENT_LEGACY;
	} else if (r->type == RECIPIENT_KTRI && oids_same(oid.body, oid_oaep)) {
		if (!read_oaep(in, &oaep))
			return damaged(err, "the OAEP parameters are not what RFC 4055 says");
		name_oaep(&oaep, name, cap);
		*use = oaep.accepted ? RECIPIENT_ACCEPTED : RECIPIENT_REFUSED;
	} else if (r->type == RECIPIENT_KARI && (scheme = oids_ecdh(oid.body)) != NULL) {
		(void)snprintf(name, cap, "%s%s", is_static(r) ? "static-" : "", scheme);
		if (!is_static(r) && (wrap = read_wrap(in)) != NULL)
			*use = oids_wrap_legacy(wrap) ? RECIPIENT_LEGACY : RECIPIENT_ACCEPTED;
	} else if (r->type == RECIPIENT_KEMRI && (scheme = oids_kem(oid.body)) != NULL) {
		if ((rc = read_kem(r, scheme, in, use, err)) != PLI_OK)
			return rc;
		(void)snprintf(name, cap, "%s", scheme);
	}
	return PLI_OK;
}
