/*
 * keys_list.c - pli keys list: a row or an object for each key.
 */
#include "command.h"

#include "columns.h"
#include "refuse.h"
#include "registry.h"
#include "report_key.h"
#include "when.h"

/* Where the keys go. */
struct listing {
	const struct run *run;
	struct columns table; /* unless it is JSON */
	size_t keys, hidden;  /* hidden: neither active nor asked for */
};

static void
add_text(struct listing *l, const struct pli_register_key *key)
{
	char expires[REPORT_KEY_DAY_MAX], tested[REPORT_KEY_DAY_MAX];
	const char *const cells[] = { key->name, key->cert.cn, report_key_day(expires, key->cert.not_after),
		pli_role_id(key->role), pli_key_status_id(key->status), report_key_day(tested, key->tested),
		key->service };

	columns_row(&l->table, cells);
}

/* The columns of the JSON object, by the same names. */
static void
add_csv(struct listing *l, const struct pli_register_key *key)
{
	char expires[WHEN_MAX], tested[WHEN_MAX];
	const char *const cells[] = { key->name, key->cert.cn, pli_role_id(key->role), key->service,
		pli_key_status_id(key->status), when_format(expires, key->cert.not_after), key->cert.serial,
		key->fingerprint, key->tested != 0 ? when_format(tested, key->tested) : NULL };

	columns_row(&l->table, cells);
}

static enum pli_status
add(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct listing *l = arg;

	(void)err;
	if (!l->run->args->all && key->status != PLI_KEY_ACTIVE) {
		l->hidden++;
		return PLI_OK;
	}
	l->keys++;
	if (l->run->say->json)
		say_json(l->run->say, report_key_json(key));
	else if (l->run->args->csv)
		add_csv(l, key);
	else
		add_text(l, key);
	return PLI_OK;
}

static void
begin(struct listing *l)
{
	static const char *const text[] = { "NAME", "CN", "EXPIRES", "ROLE", "STATUS", "LAST TEST", "SERVICE" };
	static const char *const csv[] = { "name", "cn", "role", "service", "status", "expires", "serial",
		"fingerprint", "last_test" };

	l->table.count = l->run->args->csv ? sizeof(csv) / sizeof(csv[0]) : sizeof(text) / sizeof(text[0]);
	if (!l->run->say->json)
		columns_row(&l->table, l->run->args->csv ? csv : text);
}

static void
print(const struct listing *l)
{
	struct say *say = l->run->say;

	if (say->json)
		say_summary(say, l->keys, 0);
	else if (l->run->args->csv)
		columns_csv(say, &l->table);
	else if (l->keys > 0)
		columns_print(say, &l->table);
	if (l->keys == 0)
		say_news(say, "no%s key", l->run->args->all ? "" : " active");
	if (l->hidden > 0)
		say_news(say, "not shown: %zu that %s not active; --all shows them", l->hidden,
		    l->hidden == 1 ? "is" : "are");
}

static enum pli_status
list(const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	const struct pli_register_query query = { args->service,
		args->operands.count > 0 ? args->operands.items[0] : NULL, true };
	struct listing l = { .run = run };
	struct pli_register *reg = NULL;
	enum pli_status status;

	if (args->csv && args->json)
		return refuse(err, PLI_ERR_USAGE, NULL, "--csv and --json do not go together");
	if (args->operands.count > 1)
		return refuse(err, PLI_ERR_USAGE, "a name with spaces is written in quotes",
		    "pli keys list takes one name at most, not %zu", args->operands.count);
	status = registry_open(&reg, run, PLI_REGISTER_READ, err);
	begin(&l);
	if (status == PLI_OK && query.name != NULL) {
		const struct pli_register_place place = { .service = query.service, .name = query.name };

		status = registry_known(reg, &place, err);
	}
	if (status == PLI_OK)
		status = pli_register_keys(reg, &query, add, &l, err);
	if (status == PLI_OK)
		print(&l);
	columns_clear(&l.table);
	pli_register_free(reg);
	return status;
}

const struct command keys_list = {
	.name = "list",
	.alias = "lister",
	.bit = KEYS_LIST,
	.summary = "show the keys of a register",
	.usage = "keys list --register DB [--service NAME] [--all] [NAME]\n",
	.about = "Shows the active keys, and says how many others there are; or all with --all:\n"
		 "retired and compromised ones stay in the register for ever. --json gives an\n"
		 "object for each, --csv a line for spreadsheets (UTF-8; a cell that would be a\n"
		 "formula begins with a quote).\n",
	.examples = "pli keys list --register r.db --service CEA\n"
		    "pli keys list --register r.db --all --csv > keys.csv\n",
	.run = list,
};
