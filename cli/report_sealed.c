/*
 * report_sealed.c - what was sealed, to whom, and what is to be said against it.
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "ends.h"
#include "when.h"

/* How the content key travels to a certificate of this algorithm. */
static const char *
key_algorithm(const struct pli_cert_info *info)
{
	return strncmp(info->algorithm, "rsa", 3) == 0 ? "rsaOaep-sha256" : "ecdh-sha256";
}

/* What a certificate that expires before the opening gives, where --allow-expiring lets it pass; or NULL. */
static const char *
expiring(const struct args *args, const struct pli_certs *certs)
{
	size_t i;

	for (i = 0; args->opening != 0 && i < pli_certs_count(certs); i++) {
		struct pli_cert_info info;

		pli_certs_info(certs, i, &info);
		if (info.not_after < args->opening)
			return "a recipient's certificate expires before the opening";
	}
	return NULL;
}

static json_t *
recipients_json(const struct pli_certs *certs)
{
	json_t *recipients = json_array();
	size_t i;

	for (i = 0; i < pli_certs_count(certs); i++) {
		struct pli_cert_info info;

		pli_certs_info(certs, i, &info);
		(void)json_array_append_new(recipients,
		    json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "subject", say_string(info.subject), "issuer",
			say_string(info.issuer), "serial", say_string(info.serial), "ski", say_string(info.ski),
			"key_algorithm", key_algorithm(&info), "name", say_string(info.name)));
	}
	return recipients;
}

static void
sealed_json(const struct run *run, const struct sealed *s)
{
	const struct pli_sealed *sealed = &s->made.sealed;
	const char *about_certs = expiring(run->args, s->certs);
	json_t *record = json_pack("{s:s}", "type", "sealed");
	json_t *warnings = json_array();
	size_t i;

	for (i = 0; i < s->warning_count; i++)
		(void)json_array_append_new(warnings, say_string(s->warnings[i]));
	if (about_certs != NULL)
		(void)json_array_append_new(warnings, say_string(about_certs));
	say_name(record, "output", "path_hex", s->output);
	say_record(run->say, record,
	    json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:s, s:o}", "bytes", (json_int_t)sealed->bytes,
		"content_bytes", (json_int_t)sealed->content_bytes, "files", (json_int_t)s->made.files, "container",
		sealed->container, "cipher", sealed->cipher, "encoding", sealed->encoding, "recipients",
		recipients_json(s->certs), "committed", s->committed ? "yes" : "no", "warnings", warnings));
}

static void
sealed_text(const struct run *run, const struct sealed *s)
{
	struct say *say = run->say;
	const struct pli_sealed *sealed = &s->made.sealed;

	say_news(say, "sealed %s: %" PRIu64 " file%s, %" PRIu64 " bytes of content",
	    ends_output(run->args, s->output).name, s->made.files, s->made.files == 1 ? "" : "s",
	    sealed->content_bytes);
	say_news(say, "  committed: %s", s->committed ? "yes" : "no, sealed as it is, without the fixed first block");
	say_detail(say, "%" PRIu64 " bytes in all: %s, %s, %s length", sealed->bytes, sealed->container, sealed->cipher,
	    sealed->encoding);
}

void
report_sealed(const struct run *run, const char *operand, const void *result, struct row *row)
{
	const struct sealed *s = result;
	size_t i;

	(void)operand;
	if (run->say->json)
		sealed_json(run, s);
	else if (row == NULL || run->say->verbose)
		sealed_text(run, s);
	for (i = 0; i < s->warning_count && !s->told; i++)
		say_warning(run->say, "%s", s->warnings[i]);
	if (row == NULL)
		return;
	row->files = s->made.files;
	row->bytes = s->made.sealed.content_bytes;
	row->committed = s->committed;
}

void
report_recipients(const struct run *run, const struct pli_certs *certs)
{
	struct say *say = run->say;
	const char *about_certs = expiring(run->args, certs);
	size_t i;

	say_news(say, "to %zu recipient%s:", pli_certs_count(certs), pli_certs_count(certs) == 1 ? "" : "s");
	for (i = 0; i < pli_certs_count(certs); i++) {
		struct pli_cert_info info;
		char until[WHEN_MAX];

		pli_certs_info(certs, i, &info);
		say_news(say, "  %s, serial %s (%s)", info.subject, info.serial, info.name);
		say_detail(say, "  %s, %s, issued by %s, valid until %s", info.algorithm, key_algorithm(&info),
		    info.issuer, when_format(until, info.not_after));
	}
	if (about_certs != NULL)
		say_warning(say, "%s", about_certs);
}
