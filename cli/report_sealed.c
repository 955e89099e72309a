/*
 * report_sealed.c - what was sealed, to whom, and what is to be said against it.
 */
#include "report.h"

#include <inttypes.h>

#include "ends.h"

/* What --profile cbc gives. */
static const char unauthenticated[] =
    "--profile cbc: nothing authenticates the envelope; what is opened may have been changed on its way";

static void
sealed_json(const struct run *run, const char *operand, const struct sealed *s)
{
	const struct pli_sealed *sealed = &s->made.sealed;
	const char *about_certs = addressees_expiring(s->to, run->args);
	json_t *record = json_pack("{s:s}", "type", "sealed");
	json_t *warnings = addressees_warnings_json(s->to);
	size_t i;

	for (i = 0; i < s->warning_count; i++)
		(void)json_array_append_new(warnings, say_string(s->warnings[i].text));
	if (run->args->cbc)
		(void)json_array_append_new(warnings, json_string(unauthenticated));
	if (about_certs != NULL)
		(void)json_array_append_new(warnings, say_string(about_certs));
	if (run->args->each)
		say_name(record, "file", "path_hex", operand);
	say_name(record, "output", run->args->each ? "output_hex" : "path_hex", s->output);
	say_record(run->say, record,
	    json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:s, s:o}", "bytes", (json_int_t)sealed->bytes,
		"content_bytes", (json_int_t)sealed->content_bytes, "files", (json_int_t)s->made.files, "container",
		sealed->container, "cipher", sealed->cipher, "encoding", sealed->encoding, "recipients",
		addressees_json(s->to), "committed", s->committed ? "yes" : "no", "warnings", warnings));
}

static void
sealed_text(const struct run *run, const struct sealed *s)
{
	struct say *say = run->say;
	const struct pli_sealed *sealed = &s->made.sealed;

	say_news(say, "sealed %s: %" PRIu64 " file%s, %" PRIu64 " byte%s of content",
	    ends_output(run->args, s->output).name, s->made.files, s->made.files == 1 ? "" : "s", sealed->content_bytes,
	    sealed->content_bytes == 1 ? "" : "s");
	say_news(say, "  committed: %s",
	    s->committed     ? "yes"
	    : run->args->cbc ? "no, nothing authenticates it"
			     : "no, sealed as it is, without the fixed first block");
	say_detail(say, "%" PRIu64 " bytes in all: %s, %s, %s length", sealed->bytes, sealed->container, sealed->cipher,
	    sealed->encoding);
}

void
report_more_warnings(struct say *say, const struct sealed *s)
{
	if (s->more_count > 0 && !say->verbose)
		say_warning(
		    say, "%zu more warning%s like these (all with -v)", s->more_count, s->more_count == 1 ? "" : "s");
}

static void
warnings_text(struct say *say, const struct sealed *s)
{
	size_t i;

	for (i = 0; i < s->warning_count && !s->told; i++)
		if (!s->warnings[i].more || say->verbose)
			say_warning(say, "%s", s->warnings[i].text);
	report_more_warnings(say, s);
}

void
report_sealed(const struct run *run, const char *operand, const void *result, struct row *row)
{
	const struct sealed *s = result;

	if (run->say->json)
		sealed_json(run, operand, s);
	else if (row == NULL || run->say->verbose)
		sealed_text(run, s);
	if (!run->say->json)
		warnings_text(run->say, s);
	if (row == NULL)
		return;
	row->files = s->made.files;
	row->bytes = s->made.sealed.content_bytes;
	row->committed = s->committed;
}

void
report_recipients(const struct run *run, const struct addressees *to)
{
	const char *about_certs = addressees_expiring(to, run->args);
	size_t i;

	if (run->say->json) /* the records say it */
		return;
	addressees_report(run, to);
	for (i = 0; i < to->warning_count; i++)
		say_warning(run->say, "%s", to->warnings[i]);
	if (run->args->cbc)
		say_warning(run->say, "%s", unauthenticated);
	if (about_certs != NULL)
		say_warning(run->say, "%s", about_certs);
}
