/*
 * report.c - each report twice: report_* chooses, *_text or *_json writes it.
 *
 * The shapes of the JSON objects are a contract with scripts: members may be
 * added, never renamed, and stay in this order.
 */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ends.h"
#include "when.h"

/* Prints begin with the members of rest after its own; takes both. */
static void
emit(const struct run *run, json_t *begin, json_t *rest)
{
	if (json_object_update_new(begin, rest) != 0) {
		json_decref(begin);
		begin = NULL;
	}
	say_json(run->say, begin);
}

/* How the content key travels to a certificate of this algorithm. */
static const char *
key_algorithm(const struct pli_cert_info *info)
{
	return strncmp(info->algorithm, "rsa", 3) == 0 ? "rsaOaep-sha256" : "ecdh-sha256";
}

/* The output as people call it; NULL: there is none. */
static const char *
output_name(const struct args *args)
{
	return args->output != NULL ? ends_output(args).name : NULL;
}

/* Things that are no error, but that the person who seals should know. */
struct warnings {
	const char *items[2];
	size_t count;
};

static struct warnings
find_warnings(const struct args *args, const struct pli_certs *certs, const struct pli_sealed *sealed)
{
	struct warnings w = { { NULL, NULL }, 0 };
	size_t i;

	if (sealed->content_bytes == 0)
		w.items[w.count++] = "the content is empty";
	for (i = 0; i < pli_certs_count(certs); i++) {
		struct pli_cert_info info;

		pli_certs_info(certs, i, &info);
		if (args->opening != 0 && info.not_after < args->opening) {
			w.items[w.count++] = "a recipient's certificate expires before the opening";
			break;
		}
	}
	return w;
}

static void
sealed_json(
    const struct run *run, const struct pli_certs *certs, const struct pli_sealed *sealed, const struct warnings *w)
{
	json_t *record = json_pack("{s:s}", "type", "sealed");
	json_t *recipients = json_array(), *warnings = json_array();
	size_t i;

	for (i = 0; i < pli_certs_count(certs); i++) {
		struct pli_cert_info info;

		pli_certs_info(certs, i, &info);
		(void)json_array_append_new(recipients,
		    json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "subject", say_string(info.subject), "issuer",
			say_string(info.issuer), "serial", say_string(info.serial), "ski", say_string(info.ski),
			"key_algorithm", key_algorithm(&info), "name", say_string(info.name)));
	}
	for (i = 0; i < w->count; i++)
		(void)json_array_append_new(warnings, say_string(w->items[i]));
	say_name(record, "output", "path_hex", run->args->output);
	emit(run, record,
	    json_pack("{s:I, s:I, s:i, s:s, s:s, s:s, s:o, s:s, s:o}", "bytes", (json_int_t)sealed->bytes,
		"content_bytes", (json_int_t)sealed->content_bytes, "files", 1, "container", sealed->container,
		"cipher", sealed->cipher, "encoding", sealed->encoding, "recipients", recipients, "committed", "no",
		"warnings", warnings));
}

static void
sealed_text(
    const struct run *run, const struct pli_certs *certs, const struct pli_sealed *sealed, const struct warnings *w)
{
	const char *output = output_name(run->args);
	size_t i;

	say_news(run->say, "sealed %s: %" PRIu64 " bytes of content, to %zu recipient%s:", output,
	    sealed->content_bytes, pli_certs_count(certs), pli_certs_count(certs) == 1 ? "" : "s");
	for (i = 0; i < pli_certs_count(certs); i++) {
		struct pli_cert_info info;
		char until[WHEN_MAX];

		pli_certs_info(certs, i, &info);
		say_news(run->say, "  %s, serial %s (%s)", info.subject, info.serial, info.name);
		say_detail(run->say, "  %s, %s, issued by %s, valid until %s", info.algorithm, key_algorithm(&info),
		    info.issuer, when_format(until, info.not_after));
	}
	say_detail(run->say, "%" PRIu64 " bytes in all: %s, %s, %s length", sealed->bytes, sealed->container,
	    sealed->cipher, sealed->encoding);
	for (i = 0; i < w->count; i++)
		say_warning(run->say, "%s: %s", output, w->items[i]);
}

void
report_sealed(const struct run *run, const struct pli_certs *certs, const struct pli_sealed *sealed)
{
	struct warnings w = find_warnings(run->args, certs, sealed);

	if (run->say->json)
		sealed_json(run, certs, sealed, &w);
	else
		sealed_text(run, certs, sealed, &w);
}

/*
 * The name of content that is no archive: the last part of the envelope's path
 * without its last extension, "content" for standard input. For free().
 */
static char *
content_name(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;
	const char *dot = strrchr(base, '.');

	if (ends_is_stdin(file))
		return strdup("content");
	return dot != NULL && dot != base ? strndup(base, (size_t)(dot - base)) : strdup(base);
}

static void
opened_json(const struct run *run, const char *file, const struct pli_opened *opened, const struct pli_cert_info *key)
{
	json_t *record = json_pack("{s:s}", "type", "opened");
	json_t *content = json_object(), *rest;
	char *name = content_name(file);

	say_name(record, "file", "path_hex", file);
	say_name(content, "path", "path_hex", name);
	(void)json_object_set_new(content, "bytes", json_integer((json_int_t)opened->content_bytes));
	rest = json_pack("{s:b, s:s, s:s, s:s, s:{s:o, s:o}, s:[o]}", "authenticated", (int)opened->authenticated,
	    "committed", opened->committed ? "yes" : "no", "container", opened->container, "cipher", opened->cipher,
	    "key", "subject", say_string(key->subject), "serial", say_string(key->serial), "files", content);
	say_name(rest, "output", "output_hex", run->args->output);
	emit(run, record, rest);
	free(name);
}

static void
opened_text(const struct run *run, const char *file, const struct pli_opened *opened, const struct pli_cert_info *key)
{
	const char *output = output_name(run->args);
	char until[WHEN_MAX];

	say_news(run->say, "%s %s%s%s: %" PRIu64 " bytes, %sauthenticated (%s, %s)",
	    output != NULL ? "opened" : "verified", file, output != NULL ? " into " : "", output != NULL ? output : "",
	    opened->content_bytes, opened->authenticated ? "" : "NOT ", opened->container, opened->cipher);
	say_news(run->say, "  with the key of %s, serial %s", key->subject, key->serial);
	say_detail(run->say, "  %s, issued by %s, valid until %s (%s)", key->algorithm, key->issuer,
	    when_format(until, key->not_after), key->name);
	say_detail(run->say, "tag of %u bits, %s length, fixed first block: %s", opened->tag_bits, opened->encoding,
	    opened->committed ? "yes" : "no");
}

void
report_opened(const struct run *run, const char *file, const struct pli_opened *opened, const struct pli_cert_info *key)
{
	if (run->say->json)
		opened_json(run, file, opened, key);
	else
		opened_text(run, file, opened, key);
}

static void
envelope_json(const struct run *run, const char *file, const struct pli_envelope *e)
{
	json_t *record = json_pack("{s:s}", "type", "envelope");
	json_t *recipients = json_array(), *problems = json_array();
	size_t i;

	for (i = 0; i < e->recipient_count; i++) {
		const struct pli_recipient *r = &e->recipients[i];

		(void)json_array_append_new(
		    recipients, json_pack("{s:o, s:o, s:o, s:o, s:o, s:n}", "type", say_string(r->type), "issuer",
				    say_string(r->issuer), "serial", say_string(r->serial), "ski", say_string(r->ski),
				    "key_algorithm", say_string(r->key_algorithm), "name"));
	}
	for (i = 0; i < e->problem_count; i++)
		(void)json_array_append_new(problems, say_string(e->problems[i]));
	say_name(record, "file", "path_hex", file);
	emit(run, record,
	    json_pack("{s:o, s:o, s:o, s:i, s:o, s:o, s:o}", "container", say_string(e->container), "cipher",
		say_string(e->cipher), "encoding", say_string(e->encoding), "tag_bits", (int)e->tag_bits,
		"content_bytes", e->content_known ? json_integer((json_int_t)e->content_bytes) : json_null(),
		"recipients", recipients, "problems", problems));
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

static void
envelope_text(const struct run *run, const char *file, const struct pli_envelope *e)
{
	struct say *say = run->say;
	size_t i;

	say_report(say, "%s", file);
	say_report(say, "  container   %s", or_dash(e->container));
	if (e->tag_bits > 0)
		say_report(say, "  cipher      %s, tag of %u bits", or_dash(e->cipher), e->tag_bits);
	else
		say_report(say, "  cipher      %s", or_dash(e->cipher));
	say_report(say, "  encoding    %s length", or_dash(e->encoding));
	if (e->content_known)
		say_report(say, "  content     %" PRIu64 " bytes", e->content_bytes);
	else
		say_report(say, "  content     of unknown length");
	say_report(say, "  file        %" PRIu64 " bytes", e->file_bytes);
	say_report(say, "  accepted    %s", e->accepted ? "yes" : "no");
	for (i = 0; i < e->problem_count; i++)
		say_report(say, "  problem     %s", e->problems[i]);
	say_report(say, "  recipients  %zu", e->recipient_count);
	for (i = 0; i < e->recipient_count; i++) {
		const struct pli_recipient *r = &e->recipients[i];

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
report_envelope(const struct run *run, const char *file, const struct pli_envelope *envelope)
{
	if (run->say->json)
		envelope_json(run, file, envelope);
	else
		envelope_text(run, file, envelope);
}
