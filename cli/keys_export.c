/*
 * keys_export.c - pli keys export: the certificates of a service, for sealing where there is no register.
 */
#include "command.h"

#include <string.h>

#include "ends.h"
#include "refuse.h"
#include "report.h"

static enum pli_status
check(const struct args *args, struct pli_error *err)
{
	enum pli_status status = args_no_operand(args, "-o FILE, or nothing for standard output", err);

	if (status == PLI_OK && (args->database == NULL || args->service == NULL))
		return refuse(err, PLI_ERR_USAGE, "--register DB --service NAME", "name the register and the service");
	return status;
}

static void
report(const struct run *run, const struct addressees *to)
{
	struct say *say = run->say;

	if (say->json) {
		json_t *record =
		    json_pack("{s:s, s:o, s:o, s:o}", "type", "exported", "service", say_string(run->args->service),
			"recipients", addressees_json(to), "warnings", addressees_warnings_json(to));

		say_name(record, "output", "output_hex", run->args->output);
		say_json(say, record);
	}
	report_recipients(run, to);
	say_summary(say, 1, 0);
}

static enum pli_status
export_certs(const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	struct addressees to = { .certs = NULL };
	struct pli_output out;
	enum pli_status status = check(args, err);

	if (args->output == NULL) /* as with -o - */
		run->say->records = stderr;
	if (status == PLI_OK)
		status = addressees_load(&to, run, err);
	if (status == PLI_OK && args->output != NULL && strcmp(args->output, "-") != 0)
		status = ends_check_output(args, args->output, err);
	if (status == PLI_OK) {
		out = ends_output(args, args->output != NULL ? args->output : "-");
		status = pli_certs_save(to.certs, &out, err);
	}
	if (status == PLI_OK)
		report(run, &to);
	addressees_clear(&to);
	return status;
}

const struct command keys_export = {
	.name = "export",
	.alias = "exporter",
	.bit = KEYS_EXPORT,
	.summary = "write the certificates of a service, for pli seal -R",
	.usage = "keys export --register DB --service NAME [--personal NAME]... [-o FILE]\n",
	.about = "Writes the certificates that pli seal --register would seal to as a PEM bundle:\n"
		 "the personal keys, and every active backup key, always. Without a backup key it\n"
		 "is refused (14), unless --no-backup says that it may be so.\n",
	.examples = "pli keys export --register r.db --service CEA -o cea.pem\n"
		    "pli seal -R cea.pem -o bid.pli bid/\n",
	.run = export_certs,
};
