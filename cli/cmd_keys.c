/*
 * cmd_keys.c - pli keys: the table of what can be done with key pairs, each in a file of its own (keys_*.c).
 */
#include "command.h"

#include <stddef.h>

static const struct command *const subs[] = {
	&keys_generate,
	&keys_renew,
	&keys_import,
	&keys_list,
	&keys_show,
	&keys_rename,
	&keys_role,
	&keys_retire,
	&keys_compromised,
	&keys_export,
	&keys_test,
	&keys_check,
	&keys_journal,
	&keys_convert,
	NULL,
};

const struct command cmd_keys = {
	.name = "keys",
	.alias = "cles",
	.bit = COMMAND_KEYS,
	.subs = subs,
	.summary = "make and keep the key pairs of services, personal and backup",
	.usage = "keys COMMAND --register DB [--service NAME] [OPTION]... [NAME]\n",
	.about = "A register is a file that knows the keys of services: their certificates, who\n"
		 "they belong to and what became of them; never a private key or a passphrase.\n"
		 "Bids are sealed to the personal keys of a service and to all its backup keys.\n"
		 "Where the name alone says which key is meant, --service can be left out. A key\n"
		 "that shares its name with a newer one is named by its serial number, or by its\n"
		 "SHA-256 fingerprint, as pli keys show has them.\n"
		 "\n"
		 "pli keys COMMAND --help says all about one of them.\n",
	.examples = "pli keys generate --register r.db --service CEA --name \"Anna Martin\" --p12 anna.p12\n"
		    "pli keys generate --register r.db --service CEA --name \"SECOURS DSI\" --role backup \\\n"
		    "    --p12 secours.p12\n"
		    "pli keys list --register r.db --service CEA\n"
		    "pli keys check --register r.db --opening 2027-03-01T12:00:00Z\n",
};
