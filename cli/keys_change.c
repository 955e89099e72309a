/*
 * keys_change.c - pli keys rename, role, retire and compromised: one change of one key that is in the register.
 */
#include "command.h"

#include <string.h>

#include "refuse.h"
#include "registry.h"

static enum pli_status
rename_key(const struct run *run, struct pli_error *err)
{
	const struct deed deed = { "renamed", NULL, NULL };
	struct pli_register_place place;
	struct pli_register *reg = NULL;
	struct meant meant = { 0 };
	const char *new_name;
	enum pli_status status = registry_place(&place, run, 2, err);

	if (status == PLI_OK)
		status = registry_open(&reg, run, PLI_REGISTER_WRITE, err);
	new_name = status == PLI_OK ? run->args->operands.items[1] : NULL;
	if (status == PLI_OK)
		status = registry_meant(&meant, reg, &place, PLI_KEY_ACTIVE, err);
	if (status == PLI_OK)
		status = pli_register_rename(reg, &place, new_name, err);
	if (status == PLI_OK)
		status = registry_report_meant(run, reg, &meant, new_name, &deed, err);
	registry_clear_meant(&meant);
	pli_register_free(reg);
	return status;
}

/* "NAME backup", or "NAME --role backup". */
static enum pli_status
role(const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	bool operand = args->role == 0;
	struct pli_register_place place;
	enum pli_status status;

	if (operand && args->operands.count == 1)
		return refuse(err, PLI_ERR_USAGE, "pli keys role --register DB NAME personal|backup",
		    "name the role that \"%s\" is to have: personal or backup", args->operands.items[0]);
	status = registry_place(&place, run, operand ? 2 : 1, err);
	if (status != PLI_OK)
		return status;
	place.role = registry_role(args);
	if (operand && strcmp(args->operands.items[1], pli_role_id(PLI_ROLE_BACKUP)) == 0)
		place.role = PLI_ROLE_BACKUP;
	else if (operand && strcmp(args->operands.items[1], pli_role_id(PLI_ROLE_PERSONAL)) != 0)
		return refuse(
		    err, PLI_ERR_USAGE, NULL, "the role is personal or backup, not %s", args->operands.items[1]);
	return registry_change(run, &place, PLI_KEY_ACTIVE, "changed", pli_register_role, err);
}

static enum pli_status
retire(const struct run *run, struct pli_error *err)
{
	struct pli_register_place place;
	enum pli_status status = registry_place(&place, run, 1, err);

	return status == PLI_OK ? registry_change(run, &place, PLI_KEY_PENDING, "retired", pli_register_retire, err)
				: status;
}

static enum pli_status
compromised(const struct run *run, struct pli_error *err)
{
	struct pli_register_place place;
	enum pli_status status = registry_place(&place, run, 1, err);

	if (status != PLI_OK)
		return status;
	return registry_change(run, &place, PLI_KEY_RETIRED, "marked as compromised", pli_register_compromised, err);
}

const struct command keys_rename = {
	.name = "rename",
	.alias = "renommer",
	.bit = KEYS_RENAME,
	.summary = "give a key another name",
	.usage = "keys rename --register DB [--service NAME] NAME NEW-NAME\n",
	.about = "Changes the name in the register. The certificate keeps its common name.\n",
	.examples = "pli keys rename --register r.db \"Anna Martin\" \"Anna Martin-Petit\"\n",
	.run = rename_key,
};

const struct command keys_role = {
	.name = "role",
	.alias = "role",
	.bit = KEYS_ROLE,
	.summary = "make a key a backup key of its service, or no longer one",
	.usage = "keys role --register DB [--service NAME] NAME personal|backup\n"
		 "keys role --register DB [--service NAME] NAME --role personal|backup\n",
	.about = "Every bid of a service is sealed to all its backup keys. Envelopes that are\n"
		 "sealed already do not change.\n",
	.examples = "pli keys role --register r.db --service CEA \"Anna Martin\" backup\n",
	.run = role,
};

const struct command keys_retire = {
	.name = "retire",
	.alias = "retirer",
	.bit = KEYS_RETIRE,
	.summary = "seal nothing to a key any more",
	.usage = "keys retire --register DB [--service NAME] NAME\n",
	.about = "This is final: a retired key never becomes active again. It stays in the register\n"
		 "for ever, since envelopes name it. Keep its private key until the last of them was\n"
		 "opened. After a mistake make a new pair, which may have the same name: pli keys\n"
		 "generate. To put a new pair in the place of a key: pli keys renew.\n",
	.examples = "pli keys retire --register r.db --service CEA \"Anna Martin\"\n",
	.run = retire,
};

const struct command keys_compromised = {
	.name = "compromised",
	.alias = "compromettre",
	.bit = KEYS_COMPROMISED,
	.summary = "say that others may have a private key",
	.usage = "keys compromised --register DB [--service NAME] NAME\n",
	.about = "Nothing is sealed to the key any more, and envelopes that name it say so. What\n"
		 "was sealed to it can be read by whoever has the key. This is final: a new pair,\n"
		 "which may have the same name, is made with pli keys generate. Where several keys\n"
		 "have the name, since one was renewed, it is refused (2) until the serial number\n"
		 "says which; pli keys show has them all.\n",
	.examples = "pli keys compromised --register r.db --service CEA \"Anna Martin\"\n"
		    "pli keys compromised --register r.db 5d1c8a07f3e24b96\n",
	.run = compromised,
};
