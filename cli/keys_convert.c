/*
 * keys_convert.c - pli keys convert: any key file that can be read, as a PKCS#12 file that stores import today.
 */
#include "command.h"

#include <string.h>

#include "fresh.h"
#include "load.h"
#include "refuse.h"

static enum pli_status
check(const struct args *args, const char **source, struct pli_error *err)
{
	enum pli_status status;

	if (args->operands.count != 2)
		return refuse(err, PLI_ERR_USAGE, "pli keys convert OLD.p12 NEW.p12",
		    "name two files: the one to read, and the one to make");
	status = args_one_passin(args, source, err);
	return status == PLI_OK ? fresh_check(args, args->operands.items[1], err) : status;
}

static void
report(const struct run *run, const struct pli_key *key, const char *from, const char *to)
{
	struct pli_cert_info info;

	pli_key_info(key, &info);
	if (run->say->json) {
		json_t *record = json_pack("{s:s, s:o, s:o}", "type", "converted", "subject", say_string(info.subject),
		    "serial", say_string(info.serial));

		say_name(record, "file", "path_hex", from);
		say_name(record, "output", "output_hex", to);
		(void)json_object_set_new(record, "warnings", say_warnings(run->say));
		say_json(run->say, record);
	}
	say_news(run->say, "converted %s into %s: %s, serial %s (read back from the disk, and tested)", from, to,
	    info.subject, info.serial);
	say_summary(run->say, 1, 0);
}

/* The new file, but for its passphrase. */
static struct pli_pair_file
new_file(const struct run *run, const struct pli_key *key, const struct fresh *fresh)
{
	const struct args *args = run->args;
	struct pli_cert_info info;

	pli_key_info(key, &info);
	return fresh_file(fresh, args, args->operands.items[1], args->name != NULL ? args->name : info.cn);
}

/* What would be refused is, before a passphrase is printed. Of the pair only its kind matters: it is there. */
static enum pli_status
check_file(const struct run *run, const struct pli_key *key, const struct fresh *fresh, struct pli_error *err)
{
	const struct pli_pair_file file = new_file(run, key, fresh);
	struct pli_pair_options pair = { .cn = "?" };
	struct pli_cert_info info;

	pli_key_info(key, &info);
	pair.type = strncmp(info.algorithm, "rsa", 3) == 0 ? PLI_PAIR_RSA_3072 : PLI_PAIR_P_256;
	return pli_pair_check(&pair, &file, err);
}

static enum pli_status
save(const struct run *run, const struct pli_key *key, const struct fresh *fresh, struct pli_error *err)
{
	const struct pli_pair_file file = new_file(run, key, fresh);

	return pli_pair_save(run->pli, key, &file, err);
}

static enum pli_status
convert(const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	const char *source = NULL, *const *files = args->operands.items;
	struct pli_certs *extra = NULL;
	struct pli_key *key = NULL;
	struct fresh fresh = { .len = 0 };
	bool has = true;
	enum pli_status status = check(args, &source, err);

	if (status == PLI_OK)
		status = load_extra(&extra, run, err);
	if (status == PLI_OK)
		status = load_key(&key, run, files[0], source, extra, err);
	if (status == PLI_OK && extra != NULL)
		status = load_has(&has, run, extra, key, err);
	if (status == PLI_OK && !has)
		status = refuse(err, PLI_ERR_CERTIFICATE, "leave --cert out, or give the certificate of this key",
		    "the certificate in %s is not that of the private key in %s", args->certs.items[0], files[0]);
	if (status == PLI_OK)
		status = check_file(run, key, &fresh, err);
	if (status == PLI_OK)
		status = fresh_ask(&fresh, run, files[1], err);
	if (status == PLI_OK)
		status = save(run, key, &fresh, err);
	if (status == PLI_OK)
		report(run, key, files[0], files[1]);
	fresh_wipe(&fresh);
	pli_key_free(key);
	pli_certs_free(extra);
	return status;
}

const struct command keys_convert = {
	.name = "convert",
	.alias = "convertir",
	.bit = KEYS_CONVERT,
	.summary = "make a .p12 file that stores import of any key file",
	.usage = "keys convert [--passin SRC] [--passout SRC] [--cert FILE] IN OUT\n",
	.about = "IN is any key that pli can read: PKCS#12 of old systems too (RC2, 3DES), where\n"
		 "libcrypto's legacy provider is there. OUT is a new PKCS#12 file, which is read\n"
		 "back from the disk and has to open a challenge; nothing is replaced. The\n"
		 "passphrase of OUT is another one: --passout, --generate-passphrase, or typed.\n",
	.examples = "pli keys convert --passin file:old --passout file:new export.p12 anna.p12\n"
		    "pli keys convert --cert anna.pem anna.key anna.p12\n",
	.run = convert,
};
