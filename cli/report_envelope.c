/*
 * report_envelope.c - what an envelope says of itself.
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

static const struct roster_entry *
known_as(const struct roster *roster, const struct pli_recipient *r)
{
	return roster_find(roster, r->issuer, r->serial, r->ski);
}

static json_t *
recipient_json(const struct pli_recipient *r, const struct roster_entry *known)
{
	json_t *record = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "type", say_string(r->type), "issuer",
	    say_string(r->issuer), "serial", say_string(r->serial), "ski", say_string(r->ski), "key_algorithm",
	    say_string(r->key_algorithm), "name", say_string(known != NULL ? known->name : NULL));

	if (known != NULL) {
		(void)json_object_set_new(record, "role", json_string(pli_role_id(known->role)));
		(void)json_object_set_new(record, "service", say_string(known->service));
		(void)json_object_set_new(record, "status", json_string(pli_key_status_id(known->status)));
	}
	return record;
}

static void
envelope_json(const struct run *run, const char *file, const struct pli_envelope *e, const struct roster *roster)
{
	json_t *record = json_pack("{s:s}", "type", "envelope");
	json_t *recipients = json_array(), *problems = json_array();
	size_t i;

	for (i = 0; i < e->recipient_count; i++)
		(void)json_array_append_new(
		    recipients, recipient_json(&e->recipients[i], known_as(roster, &e->recipients[i])));
	for (i = 0; i < e->problem_count; i++)
		(void)json_array_append_new(problems, say_string(e->problems[i]));
	say_name(record, "file", "path_hex", file);
	say_record(run->say, record,
	    json_pack("{s:o, s:o, s:o, s:s, s:i, s:o, s:o, s:o}", "container", say_string(e->container), "cipher",
		say_string(e->cipher), "encoding", say_string(e->encoding), "armor", e->armor, "tag_bits",
		(int)e->tag_bits, "content_bytes",
		e->content_known ? json_integer((json_int_t)e->content_bytes) : json_null(), "recipients", recipients,
		"problems", problems));
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

static const char *
armor_text(const struct pli_envelope *e)
{
	return strcmp(e->armor, "pem") == 0 ? ", in PEM" : strcmp(e->armor, "smime") == 0 ? ", in S/MIME" : "";
}

static void
envelope_text(const struct run *run, const char *file, const struct pli_envelope *e, const struct roster *roster)
{
	struct say *say = run->say;
	size_t i;

	say_report(say, "%s", file);
	say_report(say, "  container   %s", or_dash(e->container));
	if (e->tag_bits > 0)
		say_report(say, "  cipher      %s, tag of %u bits", or_dash(e->cipher), e->tag_bits);
	else
		say_report(say, "  cipher      %s", or_dash(e->cipher));
	say_report(say, "  encoding    %s length%s", or_dash(e->encoding), armor_text(e));
	if (e->content_known)
		say_report(say, "  content     %" PRIu64 " byte%s", e->content_bytes, e->content_bytes == 1 ? "" : "s");
	else
		say_report(say, "  content     of unknown length");
	say_report(say, "  file        %" PRIu64 " byte%s", e->file_bytes, e->file_bytes == 1 ? "" : "s");
	say_report(say, "  accepted    %s", e->accepted ? "yes" : "no");
	for (i = 0; i < e->problem_count; i++)
		say_report(say, "  problem     %s", e->problems[i]);
	say_report(say, "  recipients  %zu", e->recipient_count);
	for (i = 0; i < e->recipient_count; i++) {
		const struct pli_recipient *r = &e->recipients[i];
		const struct roster_entry *known = known_as(roster, r);

		if (known != NULL)
			say_report(say, "  %4zu  %s, %s key of %s, %s", i + 1, known->name, pli_role_id(known->role),
			    known->service, pli_key_status_id(known->status));
		if (known != NULL)
			say_report(say, "        %s, %s", or_dash(r->type), or_dash(r->key_algorithm));
		else
			say_report(say, "  %4zu  %s, %s", i + 1, or_dash(r->type), or_dash(r->key_algorithm));
		if (r->issuer != NULL)
			say_report(say, "        issuer %s", r->issuer);
		if (r->serial != NULL)
			say_report(say, "        serial %s", r->serial);
		if (r->ski != NULL)
			say_report(say, "        key id %s", r->ski);
	}
}

void
report_envelope(
    const struct run *run, const char *file, const struct pli_envelope *envelope, const struct roster *roster)
{
	if (run->say->json)
		envelope_json(run, file, envelope, roster);
	else
		envelope_text(run, file, envelope, roster);
}
