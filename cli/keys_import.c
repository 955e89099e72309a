/*
 * keys_import.c - pli keys import: an existing certificate, from a file of any form.
 *
 *      read FILE -> its certificates, or its key -> the one that is meant -> pli_register_import -> report
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "load.h"
#include "quote.h"
#include "refuse.h"
#include "registry.h"

/* What a file and -k hold, and which certificate is meant. */
struct found {
	struct pli_certs *certs;
	struct pli_key *key; /* of the certificate that is meant; NULL: none is at hand */
	size_t which;
	const char *source; /* of the key's passphrase; NULL: the terminal */
};

static enum pli_status
check(const struct args *args, const char **source, struct pli_error *err)
{
	enum pli_status status;

	if (args->operands.count + args->keys.count == 0 || args->operands.count > 1)
		return refuse(err, PLI_ERR_USAGE, "pli keys import --register DB --service NAME FILE",
		    "name one certificate file: PEM, DER, PKCS#7 or PKCS#12");
	if (args->keys.count > 1)
		return refuse(
		    err, PLI_ERR_USAGE, NULL, "a certificate has one key: -k is given %zu times", args->keys.count);
	if (args->operands.count > 0 && args->keys.count > 0 && args->certs.count > 0)
		return refuse(err, PLI_ERR_USAGE, "leave --cert out", "the certificate of the key in %s is %s",
		    args->keys.items[0], args->operands.items[0]);
	if ((status = args_one_passin(args, source, err)) != PLI_OK)
		return status;
	if (args->database != NULL && args->service == NULL)
		return refuse(err, PLI_ERR_USAGE, "--service NAME; it is made if it is not there",
		    "name the service that the key is for");
	return PLI_OK;
}

/* FILE: certificates, or a key that comes with its own. */
static enum pli_status
read_operand(struct found *f, const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	const char *path = args->operands.items[0];
	struct load_contents c = { NULL, 0 };
	enum pli_status status = load_file(&c, path, err);

	if (status == PLI_OK && args->keys.count == 0 && load_is_key(&c))
		status = load_unlock(&f->key, run, &c, path, f->source, f->certs, err);
	else if (status == PLI_OK)
		status = pli_certs_add(f->certs, c.data, c.len, path, err);
	load_wipe(&c);
	return status;
}

static enum pli_status
read_all(struct found *f, const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	enum pli_status status = PLI_OK;
	bool has = true;
	size_t i;

	load_forbid_looking(); /* a key may stand in any of them */
	for (i = 0; i < args->certs.count && status == PLI_OK; i++)
		status = load_certs(f->certs, args->certs.items[i], err);
	if (status == PLI_OK && args->operands.count > 0)
		status = read_operand(f, run, err);
	if (status == PLI_OK && args->keys.count > 0)
		status = load_key(&f->key, run, args->keys.items[0], f->source, f->certs, err);
	/* A key that has a certificate of its own is not what decides which one is imported. */
	if (status == PLI_OK && args->keys.count > 0 && pli_certs_count(f->certs) > 0)
		status = load_has(&has, run, f->certs, f->key, err);
	if (status == PLI_OK && !has)
		return refuse(err, PLI_ERR_CERTIFICATE, "give the private key of this certificate, or leave -k out",
		    "the private key in %s is not that of the certificate in %s", args->keys.items[0],
		    args->operands.count > 0 ? args->operands.items[0] : args->certs.items[0]);
	return status;
}

/* Whether bids could be sealed to certificate i, were the date right; *why says otherwise. */
static bool
is_fit(const struct found *f, const struct run *run, size_t i, struct pli_error *why)
{
	struct pli_certs *one = NULL;
	struct pli_cert_info info;
	struct pli_cert_policy policy = { .now = 0 };
	enum pli_status status = pli_certs_new(&one, run->pli, why);

	pli_certs_info(f->certs, i, &info);
	policy.now = info.not_before;
	if (status == PLI_OK)
		status = pli_certs_add_cert(one, f->certs, i, why);
	if (status == PLI_OK)
		status = pli_certs_check(one, &policy, why);
	pli_certs_free(one);
	return status == PLI_OK;
}

/* Adds the certificate's name to those of an error. */
static void
list(char *text, size_t cap, const struct found *f, size_t i)
{
	size_t at = strlen(text);
	struct pli_cert_info info;

	pli_certs_info(f->certs, i, &info);
	(void)snprintf(text + at, cap - at, "%s%s (serial %s)", at > 0 ? "; " : "", info.subject, info.serial);
}

/* Of several certificates: the only one that is fit for encryption. */
static enum pli_status
choose(struct found *f, const struct run *run, struct pli_error *err)
{
	size_t i, fit = 0, count = pli_certs_count(f->certs);
	struct pli_error why = { 0 };
	char fits[512] = "", all[512] = "";

	for (i = 0; i < count && count > 1; i++) {
		list(all, sizeof(all), f, i);
		if (!is_fit(f, run, i, &why))
			continue;
		list(fits, sizeof(fits), f, i);
		f->which = i;
		fit++;
	}
	if (count == 1 || fit == 1)
		return PLI_OK;
	if (fit == 0)
		return refuse(err, PLI_ERR_CERTIFICATE,
		    "import a certificate whose key usage is keyEncipherment or keyAgreement",
		    "none of the %zu certificates is fit for encryption: %s", count, all);
	return refuse(err, PLI_ERR_USAGE, "import one certificate alone, or say which with -k KEY",
	    "%zu of the %zu certificates are fit for encryption: %s", fit, count, fits);
}

/* The certificate that the key has found for itself. */
static enum pli_status
choose_by_key(struct found *f, struct pli_error *err)
{
	f->which = pli_certs_count(f->certs);
	return pli_certs_add_key(f->certs, f->key, err);
}

/* The command that is missing. The name may be a stranger's, from the certificate. */
static enum pli_status
warn_untested(const struct run *run, const struct pli_register_place *place, struct pli_error *err)
{
	char *database = quote_option("--register", run->args->database);
	char *service = quote_option("--service", place->service);
	char *name = quote_operand(place->name);
	bool made = database != NULL && service != NULL && name != NULL;

	if (made)
		say_warning(run->say,
		    "nothing was ever opened with the private key of \"%s\": whoever holds it should run "
		    "pli keys test %s %s -k KEY %s before a bid depends on it",
		    place->name, database, service, name);
	free(database);
	free(service);
	free(name);
	return made ? PLI_OK : refuse_memory(err);
}

static enum pli_status
keep(const struct run *run, const struct found *f, struct pli_error *err)
{
	const struct args *args = run->args;
	const struct deed deed = { "imported", NULL, NULL };
	struct pli_register_place place = { args->service, args->name, registry_role(args) };
	struct pli_register *reg = NULL;
	struct pli_cert_info info;
	struct stat st;
	struct novelty new = { .made = args->database != NULL && lstat(args->database, &st) != 0 };
	enum pli_status status;

	pli_certs_info(f->certs, f->which, &info);
	if (place.name == NULL)
		place.name = info.cn;
	/* Nothing is made for a key that does not come into it. */
	status = new.made ? pli_register_may_import(run->pli, &place, f->certs, f->which, f->key, err) : PLI_OK;
	if (status == PLI_OK)
		status = registry_open(&reg, run, PLI_REGISTER_CREATE, err);
	if (status == PLI_OK)
		status = registry_novelty(&new, reg, place.service, err);
	if (status == PLI_OK)
		status = pli_register_import(reg, &place, f->certs, f->which, f->key, err);
	if (status == PLI_OK)
		registry_tell_new(run, &new);
	if (status == PLI_OK && f->key == NULL)
		status = warn_untested(run, &place, err);
	if (status == PLI_OK)
		status = registry_report(run, reg, &place, &deed, err);
	pli_register_free(reg);
	return status;
}

static enum pli_status
import(const struct run *run, struct pli_error *err)
{
	struct found f = { .certs = NULL };
	enum pli_status status = check(run->args, &f.source, err);

	if (status == PLI_OK && run->args->database == NULL)
		status =
		    refuse(err, PLI_ERR_USAGE, "--register DB; it is made if it is not there", "name the register");
	if (status == PLI_OK)
		status = pli_certs_new(&f.certs, run->pli, err);
	if (status == PLI_OK)
		status = read_all(&f, run, err);
	if (status == PLI_OK)
		status = f.key != NULL ? choose_by_key(&f, err) : choose(&f, run, err);
	if (status == PLI_OK)
		status = keep(run, &f, err);
	pli_certs_free(f.certs);
	pli_key_free(f.key);
	return status;
}

const struct command keys_import = {
	.name = "import",
	.alias = "importer",
	.bit = KEYS_IMPORT,
	.summary = "take an existing certificate into a register",
	.usage = "keys import --register DB --service NAME [--name NAME] FILE\n"
		 "keys import --register DB --service NAME [--name NAME] FILE -k KEY\n",
	.about = "FILE is a certificate (PEM or DER), a PKCS#7 bundle (.p7b) or a PKCS#12 file. The\n"
		 "name is the certificate's common name unless --name says another. Of several\n"
		 "certificates the only one that is fit for encryption is taken.\n"
		 "\n"
		 "Where the private key is at hand, in FILE or with -k, it has to open a challenge\n"
		 "first; it does not enter the register. Otherwise the key counts as never tested:\n"
		 "whoever holds it should run pli keys test before a bid depends on it. A certificate\n"
		 "with the issuer and serial number of another active key of the service is refused:\n"
		 "an envelope could not tell them apart. Register and service are made if they are\n"
		 "not there.\n",
	.examples = "pli keys import --register r.db --service CEA --name \"Anna Martin\" anna.pem\n"
		    "pli keys import --register r.db --service CEA --role backup --passin file:pw backup.p12\n",
	.run = import,
};
