/*
 * inspect.c - what an envelope says of itself, and why it would not be opened. The whole of it is read, so that one that
 * is truncated or has something behind it is found out; nothing is decrypted.
 */
#include "pli/inspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kem.h"
#include "message.h"
#include "names.h"

#define PROBLEMS_MAX 12

/* What the public structure points to, and the structure itself first: pli_envelope_free finds all from it. */
struct inspection {
	struct pli_envelope public;
	char *cipher;
	struct pli_recipient *recipients;
	size_t recipient_count;
	size_t refused;     /* recipients whose way of wrapping is not accepted */
	size_t legacy;      /* or only where that is asked for */
	size_t passed_over; /* or only by another build of pli */
	size_t damaged;     /* recipients of whom nobody can know how their key is wrapped */
	char *problems[PROBLEMS_MAX];
	size_t problem_count;
};

static enum pli_status __attribute__((format(printf, 3, 4)))
problem(struct inspection *i, struct pli_error *err, const char *format, ...)
{
	va_list ap;
	int n;

	if (i->problem_count == PROBLEMS_MAX)
		return PLI_OK;
	va_start(ap, format);
	n = vasprintf(&i->problems[i->problem_count], format, ap);
	va_end(ap);
	if (n < 0) {
		i->problems[i->problem_count] = NULL;
		return fail_memory(err);
	}
	i->problem_count++;
	return PLI_OK;
}

/* *why becomes what is wrong with the first that is damaged. */
static enum pli_status
describe_recipient(struct inspection *i, struct pli_recipient *out, const struct recipient *r, struct pli_error *why,
    struct pli_error *err)
{
	enum pli_status rc;
	enum recipient_use use;
	char name[64];

	out->type = recipient_type_name(r->type);
	if ((rc = recipient_algorithm(r, name, sizeof(name), &use, why)) != PLI_OK && rc != PLI_ERR_MALFORMED)
		return fail_copy(err, why);
	i->damaged += rc != PLI_OK;
	i->refused += rc == PLI_OK && use == RECIPIENT_REFUSED;
	i->passed_over += use == RECIPIENT_KEM && !kem_available();
	i->legacy += use == RECIPIENT_LEGACY;
	/* A name that libcrypto cannot read stays NULL; memory that is short shows in the algorithm. */
	if (r->issuer.len > 0) {
		out->issuer = names_text_der(r->issuer);
		out->serial = names_serial(r->serial);
	}
	if (r->ski.len > 0)
		out->ski = names_hex(r->ski);
	out->key_algorithm = name[0] != '\0' ? strdup(name) : names_oid(recipient_oid(r));
	return out->key_algorithm == NULL ? fail_memory(err) : PLI_OK;
}

static enum pli_status
describe_recipients(struct inspection *i, const struct head *h, struct pli_error *err)
{
	struct pli_error why = { 0 };
	struct recipients all;
	struct recipient r;
	enum pli_status rc;
	bool found;

	if ((i->recipients = calloc(h->recipient_count + 1, sizeof(*i->recipients))) == NULL)
		return fail_memory(err);
	recipient_start(&all, h->recipients);
	for (;;) {
		if ((rc = recipient_next(&all, &r, &found, err)) != PLI_OK)
			return rc;
		if (!found)
			break;
		if ((rc = describe_recipient(i, &i->recipients[i->recipient_count++], &r, &why, err)) != PLI_OK)
			return rc;
	}
	/* What one recipient cannot open others can: only where there are none is it no envelope any more. */
	return i->damaged > 0 && i->damaged == i->recipient_count ? fail_copy(err, &why) : PLI_OK;
}

static enum pli_status
find_problems(struct inspection *i, const struct head *h, struct pli_error *err)
{
	enum pli_status rc = PLI_OK;
	bool gcm = h->cipher != NULL && h->cipher->mode == MODE_GCM;

	if (h->type->container == CONTAINER_ENVELOPED)
		rc = problem(i, err, "EnvelopedData: nothing authenticates the content%s",
		    h->cipher != NULL && !gcm ? ": opened only with --accept-unauthenticated" : "");
	if (rc == PLI_OK && h->cipher != NULL && h->cipher->legacy)
		rc = problem(i, err, "the cipher %s is weak: opened only with --accept-legacy", i->cipher);
	if (rc == PLI_OK && (h->cipher == NULL || gcm != (h->type->container == CONTAINER_AUTH_ENVELOPED)))
		rc = problem(i, err, "the cipher %s is not accepted in this container", i->cipher);
	if (rc == PLI_OK && gcm && (h->tag_len < 12 || h->tag_len > 16))
		rc = problem(i, err, "a tag of %zu bytes: RFC 5084 says 12 to 16", h->tag_len);
	else if (rc == PLI_OK && gcm && h->tag_len < 16)
		rc = problem(
		    i, err, "a tag of %zu bytes instead of 16: opened only with --accept-short-tag", h->tag_len);
	if (rc == PLI_OK && !oids_same(h->inner_type, oid_data)) {
		const struct oids_content_type *type = oids_content_type(h->inner_type);

		rc = problem(
		    i, err, "the content is %s, of another type than data", type == NULL ? "unknown" : type->name);
	}
	if (rc == PLI_OK && !h->has_content)
		rc = problem(i, err, "it has no content: that was kept elsewhere");
	if (rc == PLI_OK && h->recipient_count == 0)
		rc = problem(i, err, "no recipients: nobody can open it");
	else if (rc == PLI_OK && i->refused > 0)
		rc = problem(i, err, "%zu of %zu recipients: the way in which their key is wrapped is not accepted",
		    i->refused, h->recipient_count);
	if (rc == PLI_OK && i->damaged > 0)
		rc = problem(i, err,
		    "%zu of %zu recipients: what says how their key is wrapped is damaged, and it does not open with "
		    "their key",
		    i->damaged, h->recipient_count);
	if (rc == PLI_OK && i->legacy > 0)
		rc = problem(i, err,
		    "%zu of %zu recipients: opened only with --accept-legacy, for how their key is wrapped", i->legacy,
		    h->recipient_count);
	if (rc == PLI_OK && i->passed_over > 0)
		rc = problem(i, err,
		    "%zu of %zu recipients: their keys are of ML-KEM, which this build of pli does not have",
		    i->passed_over, h->recipient_count);
	return rc;
}

/* How long what the source gives is: that of one that is no file, or stands in a text, is known at its end. */
static enum pli_status
measure(struct source *s, uint64_t *len, struct pli_error *err)
{
	enum pli_status rc;
	struct view v;

	while (!source_positional(s)) {
		if ((rc = source_peek(s, 1, &v, err)) != PLI_OK)
			return rc;
		if (v.len == 0)
			break;
		source_skip(s, v.len);
	}
	*len = source_positional(s) ? source_size(s) : source_offset(s);
	return PLI_OK;
}

/* Something else than an envelope: it has a name, and its outer length must be right where it is told. */
static enum pli_status
inspect_other(struct inspection *i, const struct message *m, struct pli_error *err)
{
	const struct head *h = &m->head;
	enum pli_status rc;
	uint64_t len;

	if (h->type == NULL)
		return fail(err, PLI_ERR_MALFORMED, "%s is not an envelope: its type is none that CMS defines",
		    source_name(m->source));
	if ((rc = measure(m->source, &len, err)) != PLI_OK)
		return rc;
	if (!h->level[0].indefinite && len != h->level[0].end) {
		rc = fail(
		    err, PLI_ERR_MALFORMED, "%s is truncated, or has bytes behind its end", source_name(m->source));
		fail_hint(err, "it was changed on its way: get another copy");
		return rc;
	}
	i->public.file_bytes = source_positional(m->source) ? len : source_consumed(m->source);
	return problem(i, err, "%s is not an encrypted envelope%s", h->type->name,
	    oids_same(h->type_oid, oid_signed) ? ": what is signed is inside" : "");
}

static enum pli_status
inspect_enveloped(struct inspection *i, struct message *m, struct pli_error *err)
{
	const struct head *h = &m->head;
	enum pli_status rc;

	if ((i->cipher = h->cipher != NULL ? strdup(h->cipher->name) : names_oid(h->cipher_oid)) == NULL)
		return fail_memory(err);
	if ((rc = describe_recipients(i, h, err)) != PLI_OK || (rc = message_skip(m, err)) != PLI_OK ||
	    (rc = message_end(m, err)) != PLI_OK || (rc = find_problems(i, h, err)) != PLI_OK)
		return rc;
	if (m->tail.attributes.len > 1 && m->tail.attributes.p[1] == 0x80 &&
	    (rc = problem(i, err, "the authenticated attributes are not in DER")) != PLI_OK)
		return rc;
	if (h->cipher != NULL && h->cipher->mode == MODE_CBC && h->nonce.len == 0 &&
	    (rc = problem(i, err, "the cipher %s without its initialization vector: it is damaged", i->cipher)) !=
		PLI_OK)
		return rc;
	if (h->cipher != NULL && h->cipher->mode == MODE_CBC &&
	    (m->content == 0 || m->content % h->cipher->block != 0) &&
	    (rc = problem(i, err, "the content is no whole number of cipher blocks: it is damaged")) != PLI_OK)
		return rc;
	if (h->cipher != NULL && h->cipher->mode == MODE_GCM) {
		i->public.tag_bits = 8 * (unsigned)h->tag_len;
		if (h->type->container == CONTAINER_AUTH_ENVELOPED && m->tail.mac.len != h->tag_len)
			rc = problem(i, err, "the tag is not as long as announced");
	}
	i->public.content_known = true;
	i->public.content_bytes = m->content;
	i->public.file_bytes =
	    source_armor(m->source) == ARMOR_NONE ? m->octets.at + m->tail_bytes.len : source_consumed(m->source);
	return rc;
}

enum pli_status
pli_inspect(struct pli_envelope **out, struct pli *pli, const struct pli_input *in, const struct pli_hooks *hooks,
    struct pli_error *err)
{
	static const struct pli_hooks none;
	struct inspection *i = calloc(1, sizeof(*i));
	struct message m = { 0 };
	struct source *source = NULL;
	enum pli_status rc;

	(void)pli;
	*out = NULL;
	if (i == NULL)
		return fail_memory(err);
	if ((rc = source_open(&source, in, hooks != NULL ? hooks : &none, err)) != PLI_OK ||
	    (rc = message_begin(&m, source, err)) != PLI_OK)
		goto out;
	if (m.head.type == NULL || m.head.type->container == CONTAINER_OTHER)
		rc = inspect_other(i, &m, err);
	else
		rc = inspect_enveloped(i, &m, err);
	if (rc != PLI_OK)
		goto out;
	i->public.container = m.head.type->name;
	i->public.cipher = i->cipher;
	i->public.encoding = m.head.definite ? "definite" : "indefinite";
	i->public.armor = message_armor(&m);
	/* Recipients that are refused are no obstacle to the others. */
	i->public.accepted =
	    i->problem_count == (size_t)(i->refused > 0) + (i->damaged > 0) + (i->legacy > 0) + (i->passed_over > 0) &&
	    (i->problem_count == 0 || i->refused + i->damaged + i->legacy + i->passed_over < i->recipient_count);
	i->public.recipient_count = i->recipient_count;
	i->public.recipients = i->recipients;
	i->public.problem_count = i->problem_count;
	i->public.problems = (const char *const *)i->problems;
	*out = &i->public;
out:
	message_clear(&m);
	source_close(source);
	if (rc != PLI_OK)
		pli_envelope_free(&i->public);
	return rc;
}

void
pli_envelope_free(struct pli_envelope *envelope)
{
	struct inspection *i = (struct inspection *)envelope;
	size_t n;

	if (i == NULL)
		return;
	for (n = 0; n < i->recipient_count; n++) {
		free((char *)(uintptr_t)i->recipients[n].issuer);
		free((char *)(uintptr_t)i->recipients[n].serial);
		free((char *)(uintptr_t)i->recipients[n].ski);
		free((char *)(uintptr_t)i->recipients[n].key_algorithm);
	}
	for (n = 0; n < i->problem_count; n++)
		free(i->problems[n]);
	free(i->recipients);
	free(i->cipher);
	free(i);
}

bool
pli_looks_sealed(const void *data, size_t len)
{
	return message_looks_sealed(view_of(data, len));
}
