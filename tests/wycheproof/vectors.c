/* vectors.c - each kind of vectors, and what has to become of one. */
#include <stdlib.h>
#include <string.h>

#include "gcm.h"
#include "recipients.h"
#include "rsa15.h"
#include "wycheproof.h"

static const struct oaep oaep_sha256 = { "SHA-256", "SHA-256", { NULL, 0 } };

struct gcm_vector {
	struct buf key, iv, aad, msg, ct, tag;
};

/* With additional data, which in a CMS would have to be attributes: below pli_open. What is decrypted is in out. */
static enum pli_status
by_functions(const struct gcm_vector *v, struct buf *out)
{
	struct pli_error err = { 0 };
	struct gcm *g = NULL;
	uint8_t digest[16];
	enum pli_status rc;

	buf_clear(out);
	must(buf_reserve(out, v->ct.len + 1, NULL) == PLI_OK);
	rc = gcm_new(&g, support_pli(), buf_view(&v->key), buf_view(&v->iv), 1, v->ct.len, false, &err);
	if (rc == PLI_OK && v->ct.len > 0) {
		rc = gcm_segment(g, 0, GCM_OPEN, 0, v->ct.p, out->p, v->ct.len, digest, &err);
		gcm_fold(g, digest, v->ct.len);
	}
	if (rc == PLI_OK)
		rc = gcm_check(g, buf_view(&v->aad), buf_view(&v->tag), &err);
	out->len = v->ct.len;
	gcm_free(g);
	return rc;
}

static void
one_gcm(const json_t *vector, const struct gcm_vector *v, const struct target *target, struct tally *tally)
{
	bool carried = v->aad.len == 0 && v->iv.len > 0;
	struct buf encrypted = { 0 }, ktri = { 0 }, message = { 0 }, out = { 0 };
	enum pli_status rc;

	message_wrap(&encrypted, target, &oaep_sha256, buf_view(&v->key));
	message_ktri(&ktri, target, &oaep_sha256, buf_view(&encrypted));
	message_gcm(&message, buf_view(&ktri), v->key.len, buf_view(&v->iv), buf_view(&v->ct), buf_view(&v->tag));
	if (v->iv.len == 0) {
		rc = message_open(buf_view(&message), target, &out);
		if (rc == PLI_ERR_MALFORMED)
			tally->refused++;
		else
			complain(tally, vector, "a nonce that no message may have was not refused");
	} else {
		rc = carried ? message_open(buf_view(&message), target, &out) : by_functions(v, &out);
		if (rc == (field_valid(vector) ? PLI_OK : PLI_ERR_AUTH) &&
		    (rc != PLI_OK || view_equal(buf_view(&out), buf_view(&v->msg)))) {
			tally->opened += carried && rc == PLI_OK;
			tally->refused += carried && rc != PLI_OK;
			tally->function += !carried;
		} else {
			complain(tally, vector, "not as it has to be");
		}
	}
	buf_clear(&encrypted);
	buf_clear(&ktri);
	buf_clear(&message);
	buf_clear(&out);
}

void
vectors_gcm(const json_t *groups, struct tally *tally)
{
	struct gcm_vector v = { 0 };
	struct target target = { 0 };
	const json_t *group, *vector;
	size_t i, k;

	target_init(&target, support_key_pem(SUPPORT_RSA2048));
	json_array_foreach(groups, i, group)
	{
		json_array_foreach(json_object_get(group, "tests"), k, vector)
		{
			field_bytes(&v.key, vector, "key");
			field_bytes(&v.iv, vector, "iv");
			field_bytes(&v.aad, vector, "aad");
			field_bytes(&v.msg, vector, "msg");
			field_bytes(&v.ct, vector, "ct");
			field_bytes(&v.tag, vector, "tag");
			one_gcm(vector, &v, &target, tally);
		}
	}
	buf_clear(&v.key);
	buf_clear(&v.iv);
	buf_clear(&v.aad);
	buf_clear(&v.msg);
	buf_clear(&v.ct);
	buf_clear(&v.tag);
	target_clear(&target);
}

/* The content of messages that a vector's own does not make. */
static struct view
content(void)
{
	static const uint8_t text[] = "what is below a key of a test vector";

	return view_of(text, sizeof(text) - 1);
}

/* Opens a message whose content key is key, and whose encrypted key is encrypted. */
static enum pli_status
open_with(const struct target *target, const struct oaep *oaep, struct view encrypted, struct view key)
{
	struct buf ktri = { 0 }, message = { 0 }, out = { 0 };
	enum pli_status rc;

	message_ktri(&ktri, target, oaep, encrypted);
	message_seal(&message, buf_view(&ktri), key, content());
	rc = message_open(buf_view(&message), target, &out);
	must(rc != PLI_OK || view_equal(buf_view(&out), content()));
	buf_clear(&ktri);
	buf_clear(&message);
	buf_clear(&out);
	return rc;
}

static bool
is_key(struct view v)
{
	return v.len == 16 || v.len == 24 || v.len == 32;
}

/*
 * The same key, parameters and label with a content key of ours, the longest that there is room for: that messages of the vector
 * are too short or too long for a content key says nothing of how its parameters are read.
 */
static void
twin(const json_t *vector, const struct target *target, const struct oaep *oaep, struct tally *tally)
{
	size_t hash = oaep == NULL                       ? 4
		      : strcmp(oaep->hash, "SHA-1") == 0 ? 20
							 : (size_t)strtoul(oaep->hash + 4, NULL, 10) / 8;
	size_t room = (size_t)EVP_PKEY_get_size(target->pkey) - 2 * hash - 2;
	struct buf encrypted = { 0 };
	uint8_t key[32];
	struct view content_key = view_of(key, room >= 32 ? 32 : room >= 24 ? 24 : 16);

	support_bytes(key, sizeof(key), 7);
	if ((size_t)EVP_PKEY_get_size(target->pkey) < 2 * hash + 2 + 16)
		return;
	message_wrap(&encrypted, target, oaep, content_key);
	if (open_with(target, oaep, buf_view(&encrypted), content_key) == PLI_OK)
		tally->twins++;
	else
		complain(tally, vector, "a content key of ours, with its key and parameters, does not open");
	buf_clear(&encrypted);
}

/* The padding of PKCS#1 v1.5 itself, whatever the length of the message: what is wrong does not give it. */
static void
unpad(const json_t *vector, const struct target *target, struct view ct, struct view msg, struct tally *tally)
{
	struct secret got = { 0 };
	bool right;

	if (msg.len == 0 || msg.len > 32)
		return;
	must(rsa15_unwrap(support_pli(), target->key, ct, msg.len, &got, NULL) == PLI_OK);
	right = view_equal(secret_view(&got), msg);
	if (right != field_valid(vector))
		complain(
		    tally, vector, right ? "a wrong padding was taken for a right one" : "a right padding was refused");
	secret_clear(&got);
}

static void
one_rsa(const json_t *vector, const struct target *target, struct oaep *oaep, struct tally *tally)
{
	static const uint8_t other[32] = { 1 };
	struct buf label = { 0 }, msg = { 0 }, ct = { 0 };
	enum pli_status rc;
	bool opens;

	field_bytes(&msg, vector, "msg");
	field_bytes(&ct, vector, "ct");
	if (oaep != NULL) {
		field_bytes(&label, vector, "label");
		oaep->label = buf_view(&label);
	}
	opens = is_key(buf_view(&msg)) && (field_valid(vector) || field_acceptable(vector));
	rc = open_with(target, oaep, buf_view(&ct), opens ? buf_view(&msg) : view_of(other, sizeof(other)));
	if (rc == PLI_OK && opens)
		tally->opened++;
	else if (rc == PLI_ERR_AUTH && (!opens || field_acceptable(vector)))
		tally->refused++;
	else
		complain(tally, vector, "not as it has to be");
	if (oaep == NULL)
		unpad(vector, target, buf_view(&ct), buf_view(&msg), tally);
	twin(vector, target, oaep, tally);
	buf_clear(&label);
	buf_clear(&msg);
	buf_clear(&ct);
}

void
vectors_rsa(const json_t *groups, struct tally *tally)
{
	const json_t *group, *vector;
	size_t i, k;

	json_array_foreach(groups, i, group)
	{
		bool is_oaep = json_object_get(group, "sha") != NULL; /* else PKCS#1 v1.5 */
		struct oaep oaep = { 0 };
		struct target target = { 0 };

		if (is_oaep)
			oaep = (struct oaep){ field_text(group, "sha"), field_text(group, "mgfSha"), { NULL, 0 } };

		target_init(&target, field_text(group, "privateKeyPem"));
		json_array_foreach(json_object_get(group, "tests"), k, vector)
		    one_rsa(vector, &target, is_oaep ? &oaep : NULL, tally);
		target_clear(&target);
	}
}

/* Keys for keys of 32 bytes are what pli has; it takes wrapped keys of 16 to 56 bytes. */
static void
one_wrap(const json_t *vector, struct tally *tally)
{
	struct buf key = { 0 }, msg = { 0 }, ct = { 0 };
	struct recipients_kek kek = { 0 };
	struct secret out = { 0 };
	struct pli_error err = { 0 };
	enum pli_status rc;

	field_bytes(&key, vector, "key");
	field_bytes(&msg, vector, "msg");
	field_bytes(&ct, vector, "ct");
	if (key.len != 32) {
		tally->beyond++;
	} else {
		bool fits = ct.len >= 24 && ct.len <= SECRET_MAX;
		bool right;

		must(secret_set(&kek.key, buf_view(&key), NULL) == PLI_OK);
		rc = recipients_unwrap(support_pli(), &kek, buf_view(&ct), &out, &err);
		right = rc == PLI_OK && view_equal(secret_view(&out), buf_view(&msg));
		if ((fits && field_valid(vector)) ? right : (rc == PLI_ERR_AUTH || (field_acceptable(vector) && right)))
			tally->function++;
		else
			complain(tally, vector, "not as it has to be");
	}
	buf_clear(&key);
	buf_clear(&msg);
	buf_clear(&ct);
}

void
vectors_wrap(const json_t *groups, struct tally *tally)
{
	const json_t *group, *vector;
	size_t i, k;

	json_array_foreach(groups, i, group)
	{
		json_array_foreach(json_object_get(group, "tests"), k, vector) one_wrap(vector, tally);
	}
}

static void
one_cbc(const json_t *vector, const struct target *target, struct tally *tally)
{
	struct buf key = { 0 }, iv = { 0 }, msg = { 0 }, ct = { 0 };
	struct buf encrypted = { 0 }, ktri = { 0 }, message = { 0 }, out = { 0 };
	enum pli_status rc;

	field_bytes(&key, vector, "key");
	field_bytes(&iv, vector, "iv");
	field_bytes(&msg, vector, "msg");
	field_bytes(&ct, vector, "ct");
	message_wrap(&encrypted, target, &oaep_sha256, buf_view(&key));
	message_ktri(&ktri, target, &oaep_sha256, buf_view(&encrypted));
	message_cbc(&message, buf_view(&ktri), key.len, buf_view(&iv), buf_view(&ct));
	rc = message_open(buf_view(&message), target, &out);
	if (field_valid(vector) && rc == PLI_OK && view_equal(buf_view(&out), buf_view(&msg)))
		tally->opened++;
	else if (!field_valid(vector) &&
		 rc == (ct.len > 0 ? PLI_ERR_AUTH : PLI_ERR_MALFORMED)) /* there is no padding */
		tally->refused++;
	else
		complain(tally, vector, pli_status_id(rc));
	buf_clear(&key);
	buf_clear(&iv);
	buf_clear(&msg);
	buf_clear(&ct);
	buf_clear(&encrypted);
	buf_clear(&ktri);
	buf_clear(&message);
	buf_clear(&out);
}

void
vectors_cbc(const json_t *groups, struct tally *tally)
{
	struct target target = { 0 };
	const json_t *group, *vector;
	size_t i, k;

	target_init(&target, support_key_pem(SUPPORT_RSA2048));
	json_array_foreach(groups, i, group)
	{
		json_array_foreach(json_object_get(group, "tests"), k, vector) one_cbc(vector, &target, tally);
	}
	target_clear(&target);
}
