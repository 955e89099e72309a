/*
 * keys_check.c - pli keys check: what may lose a bid, before it does.
 */
#include "command.h"

#include "refuse.h"
#include "registry.h"
#include "when.h"

struct checking {
	struct say *say;
	const char *database;
	size_t findings;
	char first[256];
};

static enum pli_status
found(void *arg, const struct pli_register_finding *finding, struct pli_error *err)
{
	struct checking *c = arg;
	const struct pli_register_key *key = finding->key;

	(void)err;
	if (c->findings++ == 0)
		(void)snprintf(c->first, sizeof(c->first), "%s", finding->message);
	if (c->say->json)
		say_json(c->say,
		    json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "type", "finding", "finding",
			pli_finding_id(finding->finding), "service", say_string(finding->service), "name",
			say_string(key != NULL ? key->name : NULL), "serial",
			say_string(key != NULL ? key->cert.serial : NULL), "fingerprint",
			say_string(key != NULL ? key->fingerprint : NULL), "message", say_string(finding->message)));
	else
		say_report(c->say, "%s: %s: %s", finding->service != NULL ? finding->service : c->database,
		    pli_finding_id(finding->finding), finding->message);
	return PLI_OK;
}

static enum pli_status
verdict(const struct run *run, const struct checking *c, struct pli_error *err)
{
	if (c->findings == 0) {
		say_news(run->say, "nothing found that may lose a bid");
		say_summary(run->say, 1, 0);
		return PLI_OK;
	}
	if (run->say->json)
		return refuse(err, PLI_ERR_CERTIFICATE, NULL, "%zu thing%s may lose a bid, the first: %s", c->findings,
		    c->findings == 1 ? "" : "s", c->first);
	return refuse(
	    err, PLI_ERR_CERTIFICATE, NULL, "%zu thing%s may lose a bid", c->findings, c->findings == 1 ? "" : "s");
}

static enum pli_status
check(const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	const struct pli_register_health health = { .service = args->service,
		.opening = args->opening,
		.test_days = args->test_days,
		.soon_days = args->soon_days };
	struct checking c = { .say = run->say, .database = args->database };
	struct pli_register *reg = NULL;
	enum pli_status status = args_no_operand(args, "--service NAME for one service", err);

	if (status == PLI_OK && args->opening != 0 && args->soon_days != 0)
		status = refuse(err, PLI_ERR_USAGE, "the date alone says until when a certificate has to be valid",
		    "--soon-days is for a check without --opening");
	if (status == PLI_OK && when_passed(args->opening))
		say_warning(run->say, "%s", WHEN_PASSED);
	if (status == PLI_OK)
		status = registry_open(&reg, run, PLI_REGISTER_READ, err);
	if (status == PLI_OK)
		status = pli_register_check(reg, &health, found, &c, err);
	if (status == PLI_OK)
		status = verdict(run, &c, err);
	pli_register_free(reg);
	return status;
}

const struct command keys_check = {
	.name = "check",
	.alias = "controler",
	.bit = KEYS_CHECK,
	.summary = "find what may lose a bid: expiry, keys never tested, no backup key",
	.usage = "keys check --register DB [--service NAME] [--opening DATE] [--test-days N]\n"
		 "keys check --register DB [--service NAME] [--soon-days N] [--test-days N]\n",
	.about = "Looks for keys that have expired, expire before the opening (without --opening:\n"
		 "within 90 days) or are not valid yet, that nothing was ever opened with or not for\n"
		 "N days, that are weak (RSA of less than 3072 bits), whose generation did not end;\n"
		 "for one key under two names, and two keys that an envelope could not tell apart\n"
		 "(one issuer and serial number); for services without a backup key, or with a single\n"
		 "key; for a register without any. Prints a line for each; the exit code is 14\n"
		 "then, and 0 when nothing was found. For cron: -q says nothing when all is well.\n",
	.examples = "pli keys check --register r.db\n"
		    "pli keys check -q --register r.db --service CEA --opening 2027-03-01T12:00:00Z\n",
	.run = check,
};
