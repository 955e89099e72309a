/*
 * keys_test.c - pli keys test: is the private key at hand the one that bids are sealed to?
 */
#include "command.h"

#include "load.h"
#include "refuse.h"
#include "registry.h"

static enum pli_status
check(const struct args *args, const char **source, struct pli_error *err)
{
	if (args->keys.count != 1)
		return refuse(err, PLI_ERR_USAGE, "-k FILE", "name the private key to test, once");
	return args_one_passin(args, source, err);
}

/* A key that comes without its certificate, and without --cert, looks for it in the register. */
static enum pli_status
load(struct pli_key **key, const struct run *run, struct pli_register *reg, const struct pli_register_place *place,
    const char *source, struct pli_error *err)
{
	struct pli_certs *extra = NULL;
	enum pli_status status = load_extra(&extra, run, err);

	if (status == PLI_OK && extra == NULL && (status = pli_certs_new(&extra, run->pli, err)) == PLI_OK)
		status = pli_register_lend(reg, place, extra, err);
	if (status == PLI_OK)
		status = load_key(key, run, run->args->keys.items[0], source, extra, err);
	pli_certs_free(extra);
	return status;
}

static enum pli_status
test_key(const struct run *run, struct pli_error *err)
{
	const struct deed deed = { "tested", NULL, NULL };
	struct pli_key *key = NULL;
	const char *source = NULL;
	struct pli_register_place place;
	struct pli_register *reg = NULL;
	struct meant meant = { 0 };
	enum pli_status status = registry_place(&place, run, 1, err);

	if (status == PLI_OK)
		status = check(run->args, &source, err);
	if (status == PLI_OK)
		status = registry_open(&reg, run, PLI_REGISTER_WRITE, err);
	if (status == PLI_OK)
		status = load(&key, run, reg, &place, source, err);
	if (status == PLI_OK)
		status = registry_meant(&meant, reg, &place, PLI_KEY_ACTIVE, err);
	if (status == PLI_OK)
		status = pli_register_test(reg, &place, key, err);
	if (status == PLI_OK)
		status = registry_report_meant(run, reg, &meant, meant.name, &deed, err);
	registry_clear_meant(&meant);
	pli_key_free(key);
	pli_register_free(reg);
	return status;
}

const struct command keys_test = {
	.name = "test",
	.alias = "tester",
	.bit = KEYS_TEST,
	.summary = "open a challenge with a private key, and write down that it did",
	.usage = "keys test --register DB [--service NAME] -k KEY [--cert FILE] NAME\n",
	.about = "Seals random bytes to the certificate in the register, in the very way in which\n"
		 "bids are sealed, opens them with KEY, and records when and how. Another key is\n"
		 "refused (13), by its name if the register knows it. A KEY that comes without a\n"
		 "certificate finds its own in the register, or in FILE. Do it when a key is handed\n"
		 "over, after a store was moved, and once a year.\n",
	.examples = "pli keys test --register r.db -k anna.p12 \"Anna Martin\"\n",
	.run = test_key,
};
