/*
 * cmd_doctor.c - pli doctor: what pli runs on, to be pasted into a report of a
 * problem. It says nothing secret: no keys, no names of files but standard ones.
 */
#include "command.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pli/register.h"
#include "pli/tree.h"
#include "ends.h"
#include "refuse.h"

#define STORES 4

struct store {
	char path[256];
	const char *status; /* "found", "absent", or why it cannot be read */
};

struct diagnosis {
	struct pli_build build; /* strings NULL when the self-test failed */
	const char *self_test;  /* "ok", or what failed */
	char features[128];     /* words */
	const char *locale, *charset;
	bool terminal; /* a passphrase can be asked for */
	struct store stores[STORES];
	size_t store_count;
};

/* Whether word is one of the words in list. */
static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *p = list;

	while ((p = strstr(p, word)) != NULL) {
		if ((p == list || strchr(" \t:", p[-1]) != NULL) && strchr(" \t\n", p[len]) != NULL)
			return true;
		p += len;
	}
	return false;
}

/* Keeps those flags of the first CPU that matter for AES-GCM and SHA-256. */
static void
find_features(struct diagnosis *d)
{
	static const char *const wanted[] = { "aes", "pclmulqdq", "avx2", "avx512f", "vaes", "vpclmulqdq", "sha_ni" };
	FILE *info = fopen("/proc/cpuinfo", "re");
	char *line = NULL;
	size_t cap = 0, i;

	if (info == NULL)
		return;
	while (getline(&line, &cap, info) > 0) {
		if (strncmp(line, "flags", 5) != 0)
			continue;
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
			if (!has_word(line, wanted[i]))
				continue;
			if (d->features[0] != '\0')
				(void)strncat(d->features, " ", sizeof(d->features) - 1);
			(void)strncat(d->features, wanted[i], sizeof(d->features) - 1);
		}
		break;
	}
	free(line);
	(void)fclose(info);
}

static void
add_store(struct diagnosis *d, const char *folder, const char *path)
{
	struct store *s = &d->stores[d->store_count++];

	(void)snprintf(s->path, sizeof(s->path), "%s%s", folder, path);
	if (access(s->path, R_OK) == 0)
		s->status = "found";
	else
		s->status = errno == ENOENT || errno == ENOTDIR ? "absent" : strerrordesc_np(errno);
}

/* Where certificates and keys of this machine and this person usually are. */
static void
find_stores(struct diagnosis *d)
{
	const char *home = getenv("HOME");

	add_store(d, "", "/etc/ssl/certs");
	add_store(d, "", "/usr/share/p11-kit/modules");
	if (home == NULL)
		return;
	add_store(d, home, "/.pki/nssdb");
	add_store(d, home, "/.gnupg");
}

static void
find_terminal(struct diagnosis *d)
{
	FILE *tty = fopen("/dev/tty", "r+e");

	d->terminal = tty != NULL;
	if (tty != NULL)
		(void)fclose(tty);
}

static const char *
or_unknown(const char *s)
{
	return s != NULL ? s : "unknown";
}

static void
print_text(struct say *say, const struct diagnosis *d)
{
	size_t i;

	say_report(say, "pli           %s", PLI_VERSION);
	say_report(say, "libcrypto     %s", or_unknown(d->build.libcrypto));
	say_report(say, "libarchive    %s", pli_tree_library());
	say_report(say, "SQLite        %s", pli_register_library());
	say_report(say, "legacy        %s",
	    pli_legacy_provider() ? "yes: old PKCS#12 files can be read"
				  : "no: old PKCS#12 files (RC2, RC4) cannot be read");
	say_report(say, "ML-KEM        %s",
	    d->build.kem ? "yes: KEM recipients are sealed to and opened"
			 : "no: KEM recipients are passed over (OpenSSL 3.6 and later has them)");
	say_report(say, "self-test     %s", d->self_test);
	say_report(say, "back end      %s, %s", or_unknown(d->build.backend), or_unknown(d->build.gcm));
	say_report(say, "CPUs          %u", d->build.cpus);
	say_report(say, "CPU features  %s", d->features[0] != '\0' ? d->features : "unknown");
	say_report(say, "locale        %s, %s", d->locale, d->charset);
	say_report(say, "terminal      %s", d->terminal ? "yes" : "no");
	for (i = 0; i < d->store_count; i++)
		say_report(say, "store         %s: %s", d->stores[i].path, d->stores[i].status);
}

static json_t *
words_json(const char *words)
{
	json_t *array = json_array();
	size_t len;

	for (; *words != '\0'; words += len + (words[len] == ' ')) {
		len = strcspn(words, " ");
		(void)json_array_append_new(array, json_stringn(words, len));
	}
	return array;
}

static void
print_json(struct say *say, const struct diagnosis *d)
{
	json_t *stores = json_array();
	size_t i;

	for (i = 0; i < d->store_count; i++)
		(void)json_array_append_new(stores,
		    json_pack("{s:o, s:s}", "path", say_string(d->stores[i].path), "status", d->stores[i].status));
	say_json(
	    say, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:b, s:b}", "type",
		     "doctor", "version", PLI_VERSION, "libcrypto", say_string(d->build.libcrypto), "self_test",
		     say_string(d->self_test), "backend", say_string(d->build.backend), "gcm", say_string(d->build.gcm),
		     "cpus", (int)d->build.cpus, "cpu_features", words_json(d->features), "locale",
		     say_string(d->locale), "charset", say_string(d->charset), "terminal", (int)d->terminal, "stores",
		     stores, "libarchive", say_string(pli_tree_library()), "sqlite", say_string(pli_register_library()),
		     "legacy_provider", (int)pli_legacy_provider(), "ml_kem", (int)d->build.kem));
}

static enum pli_status
doctor(const struct run *run, struct pli_error *err)
{
	struct diagnosis d = { .self_test = "ok", .features = "" };
	struct pli *pli = NULL;
	enum pli_status status = args_no_operand(run->args, NULL, err);

	if (status != PLI_OK)
		return status;
	status = command_context(&pli, run->args, err);
	if (status == PLI_OK)
		pli_describe(pli, &d.build);
	else
		d.self_test = err->message;
	find_features(&d);
	find_stores(&d);
	find_terminal(&d);
	d.locale = or_unknown(setlocale(LC_CTYPE, NULL));
	d.charset = nl_langinfo(CODESET);
	if (run->say->json)
		print_json(run->say, &d);
	else
		print_text(run->say, &d);
	pli_free(pli);
	if (status == PLI_OK)
		say_summary(run->say, 1, 0);
	return status;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.alias = "diagnostic",
	.bit = COMMAND_DOCTOR,
	.makes_context = true,
	.summary = "say what pli runs on; nothing secret",
	.usage = "doctor\n",
	.about = "Prints versions, the result of the cipher self-test, CPU features, locale,\n"
		 "whether old PKCS#12 files can be read, and whether the standard stores of\n"
		 "certificates are there. Paste it into a report of a problem.\n",
	.examples = "pli doctor\n"
		    "pli doctor --json\n",
	.run = doctor,
};
