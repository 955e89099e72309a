/*
 * keys_generate.c - pli keys generate and pli keys renew: a new key pair, into a PKCS#12 file and a register.
 *
 *      check the words and the names -> unlock the authority -> the passphrase -> pli_register_generate -> report
 *
 * Without a register there is less to do, and nothing to remember: pli_pair_new, pli_pair_save.
 */
#include "command.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "ends.h"
#include "fresh.h"
#include "load.h"
#include "refuse.h"
#include "registry.h"
#include "report_key.h"
#include "signals.h"
#include "when.h"

/* What both commands work with. */
struct making {
	const struct run *run;
	struct pli_register_place place;
	struct pli_pair_options pair;
	struct pli_pair_file file;
	struct pli_key *authority;
	struct fresh fresh;
	struct deed deed;
};

static enum pli_status
check(const struct args *args, struct pli_error *err)
{
	if (args->p12 == NULL)
		return refuse(err, PLI_ERR_USAGE, "--p12 OUT, a new file", "name where the private key goes");
	if (args->ca_cert != NULL && args->ca_key == NULL)
		return refuse(
		    err, PLI_ERR_USAGE, "--ca-key FILE", "--ca-cert needs the private key of the authority, too");
	if (args->ca_passin != NULL && args->ca_key == NULL)
		return refuse(err, PLI_ERR_USAGE, "--ca-key FILE", "--ca-passin is the passphrase of no --ca-key");
	if (args->cert_out != NULL && ends_same_place(args->cert_out, args->p12))
		return refuse(err, PLI_ERR_USAGE, "the certificate alone needs a file of its own: choose another name",
		    "--cert-out and --p12 name the same file, %s", args->p12);
	return fresh_check(args, args->p12, err);
}

/* Would it be refused? The name stands for a common name that only the register knows. */
static enum pli_status
check_pair(const struct making *m, const char *name, struct pli_error *err)
{
	struct pli_pair_options pair = m->pair;
	const struct pli_pair_file file = fresh_file(&m->fresh, m->run->args, m->run->args->p12, name);

	if (pair.cn == NULL)
		pair.cn = "?";
	return pli_pair_check(&pair, &file, err);
}

/* pli looks at no chain, but stores and other programs that do will refuse the certificate once its authority's has ended. */
static void
warn_outlives(const struct making *m)
{
	int64_t end = (int64_t)time(NULL) + INT64_C(86400) * (m->pair.days != 0 ? m->pair.days : PLI_PAIR_DAYS);
	struct pli_cert_info info;
	char until[WHEN_MAX];

	pli_key_info(m->authority, &info);
	if (end > info.not_after)
		say_warning(m->run->say,
		    "the certificate outlives its authority, \"%s\", which ends on %s: other programs may refuse it "
		    "from "
		    "then on (--days says how long it lasts)",
		    info.cn, when_format(until, info.not_after));
}

/* Everything but the place, from the words. The passphrase is last: it may be printed now, and nothing is wrong by then. */
static enum pli_status
prepare(struct making *m, const char *name, struct pli_error *err)
{
	const struct args *args = m->run->args;
	enum pli_status status = PLI_OK;

	if (args->ca_key != NULL)
		status = load_authority(&m->authority, m->run, err);
	m->pair.days = args->days;
	m->pair.authority = m->authority;
	m->pair.hooks.cancelled = signals_cancelled;
	if (status == PLI_OK)
		status = check_pair(m, name, err);
	if (status == PLI_OK && m->authority != NULL)
		warn_outlives(m);
	if (status == PLI_OK)
		status = fresh_ask(&m->fresh, m->run, args->p12, err);
	m->file = fresh_file(&m->fresh, args, args->p12, name);
	m->deed.p12 = args->p12;
	m->deed.cert_out = args->cert_out;
	return status;
}

static void
clear(struct making *m)
{
	pli_key_free(m->authority);
	fresh_wipe(&m->fresh);
}

static enum pli_pair_type
type_of(unsigned word)
{
	static const enum pli_pair_type types[] = { PLI_PAIR_RSA_3072, PLI_PAIR_RSA_3072, PLI_PAIR_RSA_4096,
		PLI_PAIR_P_256, PLI_PAIR_P_384 };

	return types[word];
}

/* A key of no register is reported like one of a register, as far as there is something to say. */
static enum pli_status
report_alone(const struct making *m, const struct pli_key *key, struct pli_error *err)
{
	struct pli_register_key entry = { .name = m->file.name, .role = m->place.role };
	struct pli_certs *certs = NULL;
	char fingerprint[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP];
	enum pli_status status = pli_certs_new(&certs, m->run->pli, err);

	if (status == PLI_OK)
		status = pli_certs_add_key(certs, key, err);
	if (status == PLI_OK)
		status = pli_certs_fingerprint(certs, 0, fingerprint, public_key, err);
	if (status == PLI_OK) {
		pli_certs_info(certs, 0, &entry.cert);
		entry.fingerprint = fingerprint;
		entry.origin = m->authority != NULL ? PLI_ORIGIN_AUTHORITY : PLI_ORIGIN_SELF;
		report_key(m->run, &entry, &m->deed);
		say_summary(m->run->say, 1, 0);
	}
	pli_certs_free(certs);
	return status;
}

static enum pli_status
generate_alone(struct making *m, struct pli_error *err)
{
	struct pli *pli = m->run->pli;
	struct pli_key *key = NULL;
	enum pli_status status = prepare(m, m->run->args->name, err);

	if (status == PLI_OK)
		status = pli_pair_new(&key, pli, &m->pair, err);
	if (status == PLI_OK)
		status = pli_pair_save(pli, key, &m->file, err);
	if (status == PLI_OK)
		status = report_alone(m, key, err);
	pli_key_free(key);
	return status;
}

/* A register that is not there is made when all else is known. */
static enum pli_status
generate_kept(struct making *m, struct pli_error *err)
{
	struct pli_register *reg = NULL;
	struct novelty new = { .made = false };
	enum pli_status status;
	struct stat st;

	if (lstat(m->run->args->database, &st) == 0)
		status = registry_open(&reg, m->run, PLI_REGISTER_CREATE, err);
	else
		status = fresh_path(m->run->args->database, err);
	new.made = reg == NULL;
	if (status == PLI_OK)
		status = pli_register_may_generate(reg, &m->place, err);
	if (status == PLI_OK)
		status = prepare(m, m->run->args->name, err);
	if (status == PLI_OK && reg == NULL)
		status = registry_open(&reg, m->run, PLI_REGISTER_CREATE, err);
	if (status == PLI_OK)
		status = registry_novelty(&new, reg, m->place.service, err);
	if (status == PLI_OK)
		status = pli_register_generate(reg, &m->place, &m->pair, &m->file, NULL, err);
	if (status == PLI_OK)
		registry_tell_new(m->run, &new);
	if (status == PLI_OK)
		status = registry_report(m->run, reg, &m->place, &m->deed, err);
	if (status == PLI_ERR_CANCELLED && new.made && reg != NULL) {
		pli_error_clear(err);
		(void)refuse(err, status, NULL, "interrupted; no key was made, and the new register %s has none",
		    m->run->args->database);
	}
	pli_register_free(reg);
	return status;
}

static enum pli_status
check_generate(const struct args *args, struct pli_error *err)
{
	enum pli_status status =
	    args_no_operand(args, args->name != NULL ? "a name with spaces is written in quotes" : "--name NAME", err);

	if (status != PLI_OK)
		return status;
	if (args->name == NULL)
		return refuse(err, PLI_ERR_USAGE, "--name \"Anna Martin\", or a function", "name the key");
	if (args->database == NULL && (args->service != NULL || args->actor != NULL))
		return refuse(err, PLI_ERR_USAGE, "--register DB", "--%s is about a register, and none is named",
		    args->service != NULL ? "service" : "actor");
	if (args->database != NULL && args->service == NULL)
		return refuse(err, PLI_ERR_USAGE, "--service NAME; it is made if it is not there",
		    "name the service that the key is for");
	return check(args, err);
}

static enum pli_status
generate(const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	struct making m = { .run = run, .deed = { .done = "generated" } };
	enum pli_status status = check_generate(args, err);

	m.place = (struct pli_register_place){ args->service, args->name, registry_role(args) };
	m.pair.type = type_of(args->type);
	m.pair.cn = args->cn != NULL ? args->cn : args->name;
	if (status == PLI_OK)
		status = args->database != NULL ? generate_kept(&m, err) : generate_alone(&m, err);
	clear(&m);
	return status;
}

/* The kind of the old key, where it is one that is generated. arg is the struct pli_pair_options. */
static enum pli_status
take_type(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	static const struct {
		const char *algorithm;
		enum pli_pair_type type;
	} kinds[] = { { "rsa-3072", PLI_PAIR_RSA_3072 }, { "rsa-4096", PLI_PAIR_RSA_4096 }, { "P-256", PLI_PAIR_P_256 },
		{ "P-384", PLI_PAIR_P_384 } };
	struct pli_pair_options *pair = arg;
	size_t i;

	(void)err;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(key->cert.algorithm, kinds[i].algorithm) == 0)
			pair->type = kinds[i].type;
	return PLI_OK;
}

static enum pli_status
renew(const struct run *run, struct pli_error *err)
{
	struct making m = { .run = run, .deed = { .done = "renewed" } };
	struct pli_register *reg = NULL;
	struct meant old = { 0 };
	enum pli_status status = registry_place(&m.place, run, 1, err);

	if (status == PLI_OK)
		status = check(run->args, err);
	if (status == PLI_OK)
		status = registry_open(&reg, run, PLI_REGISTER_WRITE, err);
	if (status == PLI_OK)
		status = pli_register_may_renew(reg, &m.place, err);
	if (status == PLI_OK)
		status = registry_meant(&old, reg, &m.place, PLI_KEY_ACTIVE, err);
	/* A serial number is that of the old key alone: the new one has its name. */
	if (status == PLI_OK && old.id != 0)
		m.place = (struct pli_register_place){ .service = old.service, .name = old.name };
	m.pair.cn = run->args->cn;
	if (status == PLI_OK && run->args->type == 0) {
		const struct pli_register_query named = { m.place.service, m.place.name, false };

		status = pli_register_keys(reg, &named, take_type, &m.pair, err);
	} else {
		m.pair.type = type_of(run->args->type);
	}
	if (status == PLI_OK)
		status = prepare(&m, m.place.name, err);
	if (status == PLI_OK)
		status = pli_register_renew(reg, &m.place, &m.pair, &m.file, NULL, err);
	if (status == PLI_OK)
		status = registry_report(run, reg, &m.place, &m.deed, err);
	registry_clear_meant(&old);
	pli_register_free(reg);
	clear(&m);
	return status;
}

const struct command keys_generate = {
	.name = "generate",
	.alias = "generer",
	.bit = KEYS_GENERATE,
	.summary = "make a key pair: a .p12 file, and its place in a register",
	.usage = "keys generate --register DB --service NAME --name NAME --p12 OUT\n"
		 "keys generate --name NAME --p12 OUT [--cert-out FILE]\n",
	.about = "Makes a key pair whose certificate is for encryption only. The private key goes\n"
		 "into OUT, a PKCS#12 file of mode 0600 that certificate stores import, and nowhere\n"
		 "else. OUT is read back from the disk and has to open a challenge before the\n"
		 "certificate becomes active in the register. When anything fails, neither OUT nor\n"
		 "FILE nor an active key is there. Register and service are made if they are not.\n"
		 "\n"
		 "The certificate is self-signed, or issued by an authority (--ca-cert, --ca-key);\n"
		 "one that outlives the authority's own is warned of.\n"
		 "\n"
		 "The passphrase comes from --passout, or is typed twice on the terminal: ASCII\n"
		 "characters only, since not every store takes others. --generate-passphrase makes\n"
		 "one of 112 bits and prints it on standard output, before the key exists: alone on\n"
		 "its line, or with --json in the object of type \"passphrase\". It is printed once\n"
		 "and kept nowhere: whoever redirects standard output keeps it there.\n",
	.examples = "pli keys generate --register r.db --service CEA --name \"Anna Martin\" --p12 anna.p12\n"
		    "pli keys generate --register r.db --service CEA --name \"SECOURS DSI\" --role backup \\\n"
		    "    --ca-cert ca.pem --ca-key ca.key --p12 secours.p12 --generate-passphrase\n"
		    "pli keys generate --name Test --type p256 --p12 test.p12 --cert-out test.pem\n",
	.run = generate,
};

const struct command keys_renew = {
	.name = "renew",
	.alias = "renouveler",
	.bit = KEYS_RENEW,
	.summary = "make a new key pair in the place of one that is about to expire",
	.usage = "keys renew --register DB [--service NAME] --p12 OUT NAME\n",
	.about = "Makes a new pair with the name, the role, the service and the kind of the old\n"
		 "one, as generate does. The old key is retired in the moment in which the new one\n"
		 "becomes active. Keep its .p12: bids that were sealed to it open with it alone.\n",
	.examples = "pli keys renew --register r.db --p12 anna-2029.p12 \"Anna Martin\"\n",
	.run = renew,
};
