/*
 * addressees.c - files first, then the register: personal keys as chosen, every backup key.
 */
#include "addressees.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "refuse.h"
#include "registry.h"
#include "when.h"

/* Keeps what is to be said before the bid depends on it. */
static enum pli_status __attribute__((format(printf, 3, 4)))
warn(struct addressees *to, struct pli_error *err, const char *format, ...)
{
	char **warnings = realloc(to->warnings, (to->warning_count + 1) * sizeof(*warnings));
	va_list ap;
	int n;

	if (warnings == NULL)
		return refuse_memory(err);
	to->warnings = warnings;
	va_start(ap, format);
	n = vasprintf(&warnings[to->warning_count], format, ap);
	va_end(ap);
	if (n < 0)
		return refuse_memory(err);
	to->warning_count++;
	return PLI_OK;
}

/* The callbacks of pli_register_certs have one argument for both lists. */
static enum pli_status
take(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct addressees *to = arg;
	enum pli_status status = roster_add(&to->roster, key, err);

	if (status == PLI_OK && key->role == PLI_ROLE_BACKUP && key->tested == 0)
		status = warn(to, err,
		    "%s (backup key of %s) was never tested: nothing was ever opened with it, and "
		    "pli keys test does that",
		    key->name, key->service);
	return status;
}

static enum pli_status
leave_out(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	bool expired = key->cert.not_after < time(NULL);
	char date[WHEN_MAX];

	return warn(arg, err, "%s (%s key of %s) is left out: its certificate %s %s", key->name, pli_role_id(key->role),
	    key->service, expired ? "expired on" : "is not valid before",
	    when_format(date, expired ? key->cert.not_after : key->cert.not_before));
}

/* What the register says of the key pair of a certificate file. */
struct known {
	const char *file;
	bool active;
	char retired[512]; /* a sentence, or empty */
};

static enum pli_status
look(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct known *known = arg;

	if (key->status == PLI_KEY_COMPROMISED)
		return refuse(err, PLI_ERR_CERTIFICATE, "others may have its private key: ask for a new certificate",
		    "%s is compromised: the register has its key pair as %s, %s key of %s", known->file, key->name,
		    pli_role_id(key->role), key->service);
	known->active |= key->status == PLI_KEY_ACTIVE;
	if (key->status == PLI_KEY_RETIRED)
		(void)snprintf(known->retired, sizeof(known->retired),
		    "%s is retired: the register has its key pair as %s, %s key of %s; is its private key still there?",
		    known->file, key->name, pli_role_id(key->role), key->service);
	return PLI_OK;
}

/* The certificates of files, which the register may know better. */
static enum pli_status
check_files(struct addressees *to, struct pli_register *reg, struct pli_error *err)
{
	size_t i, count = pli_certs_count(to->certs);
	enum pli_status status = PLI_OK;

	for (i = 0; i < count && status == PLI_OK; i++) {
		struct known known = { .file = NULL };
		struct pli_cert_info info;

		pli_certs_info(to->certs, i, &info);
		known.file = info.name;
		status = pli_register_same(reg, to->certs, i, look, &known, err);
		if (status == PLI_OK && known.retired[0] != '\0' && !known.active)
			status = warn(to, err, "%s", known.retired);
	}
	return status;
}

static enum pli_status
load_service(struct addressees *to, const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	const struct pli_register_choice choice = {
		.service = args->service,
		.personal = (const char *const *)args->personal.items,
		.personal_count = args->personal.count,
		.no_backup = args->no_backup,
	};
	struct pli_register *reg = NULL;
	enum pli_status status = registry_open(&reg, run, PLI_REGISTER_READ, err);

	if (status == PLI_OK)
		status = check_files(to, reg, err);
	if (status == PLI_OK)
		status = pli_register_certs(reg, &choice, to->certs, take, leave_out, to, err);
	pli_register_free(reg);
	return status;
}

enum pli_status
addressees_load(struct addressees *to, const struct run *run, struct pli_error *err)
{
	enum pli_status status = load_recipients(&to->certs, run, err);

	to->cbc = run->args->cbc;
	if (status == PLI_OK && when_passed(run->args->opening))
		status = warn(to, err, "%s", WHEN_PASSED);
	return status == PLI_OK && run->args->database != NULL ? load_service(to, run, err) : status;
}

const char *
addressees_expiring(const struct addressees *to, const struct args *args)
{
	size_t i;

	for (i = 0; args->opening != 0 && i < pli_certs_count(to->certs); i++) {
		struct pli_cert_info info;

		pli_certs_info(to->certs, i, &info);
		if (info.not_after < args->opening)
			return "a recipient's certificate expires before the opening";
	}
	return NULL;
}

/* How the content key travels to a certificate of this algorithm. */
static const char *
key_algorithm(const struct addressees *to, const struct pli_cert_info *info)
{
	static const char *const kems[][2] = { { "ML-KEM-512", "ml-kem-512" }, { "ML-KEM-768", "ml-kem-768" },
		{ "ML-KEM-1024", "ml-kem-1024" } };
	size_t i;

	for (i = 0; i < sizeof(kems) / sizeof(kems[0]); i++)
		if (strcmp(info->algorithm, kems[i][0]) == 0)
			return kems[i][1];
	if (strncmp(info->algorithm, "rsa", 3) != 0)
		return "ecdh-sha256";
	return to->cbc ? "rsa-pkcs1" : "rsaOaep-sha256";
}

/* What the register says of certificate i, or NULL; *info is what the certificate says of itself. */
static const struct roster_entry *
describe(const struct addressees *to, size_t i, struct pli_cert_info *info)
{
	pli_certs_info(to->certs, i, info);
	return roster_find(&to->roster, info->issuer, info->serial, info->ski);
}

json_t *
addressees_json(const struct addressees *to)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < pli_certs_count(to->certs); i++) {
		struct pli_cert_info info;
		const struct roster_entry *known = describe(to, i, &info);
		json_t *record = json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "subject", say_string(info.subject),
		    "issuer", say_string(info.issuer), "serial", say_string(info.serial), "ski", say_string(info.ski),
		    "key_algorithm", key_algorithm(to, &info), "name",
		    say_string(known != NULL ? known->name : info.name));

		if (known != NULL) {
			(void)json_object_set_new(record, "role", json_string(pli_role_id(known->role)));
			(void)json_object_set_new(record, "service", say_string(known->service));
		}
		(void)json_array_append_new(array, record);
	}
	return array;
}

json_t *
addressees_warnings_json(const struct addressees *to)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < to->warning_count; i++)
		(void)json_array_append_new(array, say_string(to->warnings[i]));
	return array;
}

void
addressees_report(const struct run *run, const struct addressees *to)
{
	struct say *say = run->say;
	size_t i, count = pli_certs_count(to->certs);

	say_news(say, "to %zu recipient%s:", count, count == 1 ? "" : "s");
	for (i = 0; i < count; i++) {
		struct pli_cert_info info;
		const struct roster_entry *known = describe(to, i, &info);
		char until[WHEN_MAX];

		if (known != NULL)
			say_news(say, "  %s, %s key of %s (%s, serial %s)", known->name, pli_role_id(known->role),
			    known->service, info.subject, info.serial);
		else
			say_news(say, "  %s, serial %s (%s)", info.subject, info.serial, info.name);
		say_detail(say, "  %s, %s, issued by %s, valid until %s", info.algorithm, key_algorithm(to, &info),
		    info.issuer, when_format(until, info.not_after));
	}
}

void
addressees_clear(struct addressees *to)
{
	pli_certs_free(to->certs);
	roster_clear(&to->roster);
	while (to->warning_count > 0)
		free(to->warnings[--to->warning_count]);
	free(to->warnings);
	*to = (struct addressees){ 0 };
}
