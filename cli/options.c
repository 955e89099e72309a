/*
 * options.c - the option table, and the few ways in which an option is taken. A value that is documented but not there yet
 * is refused with PLI_ERR_UNSUPPORTED where it is taken.
 */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "pli/tree.h"
#include "refuse.h"
#include "when.h"

#define THREADS_MAX 256

static void *
field(const struct option *option, struct args *args)
{
	return (char *)args + option->field;
}

static enum pli_status
expected(const struct option *option, const char *what, const char *value, struct pli_error *err)
{
	return refuse(err, PLI_ERR_USAGE, NULL, "--%s expects %s, not \"%s\"", option->name, what, value);
}

static enum pli_status
take_flag(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	bool *flag = field(option, args);

	(void)value;
	(void)err;
	*flag = true;
	return PLI_OK;
}

static enum pli_status
take_list(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	struct list *list = field(option, args);
	const char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

	if (items == NULL)
		return refuse_memory(err);
	items[list->count++] = value;
	list->items = items;
	return PLI_OK;
}

/* A key or certificate: a file, or later an object in a token (RFC 7512). */
static enum pli_status
take_key(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	if (strncmp(value, "pkcs11:", 7) == 0)
		return refuse(err, PLI_ERR_UNSUPPORTED, NULL, "--%s %s: tokens are not there yet", option->name, value);
	return take_list(option, args, value, err);
}

/* What follows the form: for fd: a number, for the others anything. */
static bool
is_source(const char *value, size_t form_len)
{
	const char *rest = value + form_len;
	size_t len = strlen(rest);

	return len > 0 && (strncmp(value, "fd:", 3) != 0 || (len < 7 && strspn(rest, "0123456789") == len));
}

/* The value is not repeated in the error: it may be the passphrase itself. */
static enum pli_status
check_source(const struct option *option, const char *value, struct pli_error *err)
{
	static const char *const forms[] = { "file:", "fd:", "env:", "cmd:" };
	size_t i;

	if (strcmp(value, "stdin") == 0)
		return PLI_OK;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strncmp(value, forms[i], strlen(forms[i])) == 0 && is_source(value, strlen(forms[i])))
			return PLI_OK;
	return refuse(err, PLI_ERR_USAGE, "a passphrase is never written on the command line",
	    "--%s expects file:PATH, fd:N, env:VAR, stdin or cmd:COMMAND", option->name);
}

static enum pli_status
take_passin(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	enum pli_status status = check_source(option, value, err);

	return status == PLI_OK ? take_list(option, args, value, err) : status;
}

static enum pli_status
take_once(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	const char **word = field(option, args);

	if (*word != NULL)
		return refuse(err, PLI_ERR_USAGE, NULL, "--%s is given twice", option->name);
	*word = value;
	return PLI_OK;
}

static enum pli_status
take_source(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	enum pli_status status = check_source(option, value, err);

	return status == PLI_OK ? take_once(option, args, value, err) : status;
}

/* One of the words that option->value lists, "gcm|cbc": its place, from 1. */
static enum pli_status
take_word(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	unsigned *place = field(option, args), i = 1;
	const char *word = option->value;
	size_t len;

	for (;; word += len + 1, i++) {
		len = strcspn(word, "|");
		if (strlen(value) == len && memcmp(value, word, len) == 0) {
			*place = i;
			return PLI_OK;
		}
		if (word[len] == '\0')
			return expected(option, option->value, value, err);
	}
}

static enum pli_status
take_days(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	unsigned *days = field(option, args);
	size_t len = strlen(value);

	*days = len >= 1 && len <= 5 && strspn(value, "0123456789") == len ? (unsigned)atoi(value) : 0;
	return *days > 0 ? PLI_OK : expected(option, "a number of days from 1 to 99999", value, err);
}

/* A number of at least 1 (0 is how struct args says that there was none), alone or with K, M, G or T for times 1024, ... */
static enum pli_status
take_number(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	static const char units[] = "KMGT";
	size_t digits = strspn(value, "0123456789");
	const char *unit = value + digits;
	unsigned shift = 0;
	uint64_t *number = field(option, args), n;

	if (*unit != '\0' && strchr(units, *unit) != NULL && unit[1] == '\0')
		shift = 10 * (unsigned)(strchr(units, *unit) - units + 1);
	n = digits > 0 && digits < 20 && (*unit == '\0' || shift > 0) ? strtoull(value, NULL, 10) : 0;
	if (n == 0 || n > UINT64_MAX >> shift)
		return expected(option, "a number from 1, like 5000 or 20G", value, err);
	*number = n << shift;
	return PLI_OK;
}

static enum pli_status
take_opening(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	if (when_parse(&args->opening, value))
		return PLI_OK;
	if (strchr(value, 'T') != NULL && strspn(value, "0123456789T:.-") == strlen(value))
		return refuse(err, PLI_ERR_USAGE, "add Z for UTC, or an offset: 2027-03-01T12:00:00+01:00",
		    "--%s expects a date with its time zone, not \"%s\"", option->name, value);
	return expected(option, "a date like 2027-03-01T12:00:00+01:00", value, err);
}

static enum pli_status
take_threads(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	size_t len = strlen(value);
	int n = len >= 1 && len <= 3 && strspn(value, "0123456789") == len ? atoi(value) : -1;

	if (n < 0 || n > THREADS_MAX)
		return expected(option, "a number from 0 to 256", value, err);
	args->threads = n;
	return PLI_OK;
}

static enum pli_status
take_progress(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	static const char *const words[] = {
		[PROGRESS_AUTO] = "auto",
		[PROGRESS_ALWAYS] = "always",
		[PROGRESS_NEVER] = "never",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) == 0) {
			args->progress = (enum progress_when)i;
			return PLI_OK;
		}
	}
	return expected(option, "auto, always or never", value, err);
}

/* One of two words, the second of which is not there yet. */
static enum pli_status
take_first(const char *first, const char *second, const struct option *option, const char *value, struct pli_error *err)
{
	if (strcmp(value, first) == 0)
		return PLI_OK;
	if (strcmp(value, second) == 0)
		return refuse(err, PLI_ERR_UNSUPPORTED, NULL, "--%s %s is not there yet", option->name, second);
	return refuse(
	    err, PLI_ERR_USAGE, NULL, "--%s expects %s or %s, not \"%s\"", option->name, first, second, value);
}

static enum pli_status
take_profile(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	args->cbc = strcmp(value, "cbc") == 0;
	return args->cbc || strcmp(value, "gcm") == 0 ? PLI_OK : expected(option, "gcm or cbc", value, err);
}

static enum pli_status
take_lang(const struct option *option, struct args *args, const char *value, struct pli_error *err)
{
	(void)args;
	return take_first("en", "fr", option, value, err);
}

#define SEALS COMMAND_SEAL
#define READS (COMMAND_OPEN | COMMAND_VERIFY | COMMAND_LIST)
#define WRITES (COMMAND_SEAL | COMMAND_OPEN)
#define WORKS (COMMAND_SEAL | READS)
#define MAKES (KEYS_GENERATE | KEYS_RENEW)
#define CHANGES (MAKES | KEYS_IMPORT | KEYS_RENAME | KEYS_ROLE | KEYS_RETIRE | KEYS_COMPROMISED | KEYS_TEST)
#define KEEPS (CHANGES | KEYS_LIST | KEYS_SHOW | KEYS_EXPORT | KEYS_CHECK | KEYS_JOURNAL)
#define UNLOCKS (READS | KEYS_IMPORT | KEYS_TEST)
#define TO(name) offsetof(struct args, name)

const struct option options_table[] = {
	{ "recipient", 'r', "FILE", SEALS, "a certificate to seal to, PEM or DER; repeatable", take_list,
	    TO(recipients) },
	{ "recipients-file", 'R', "FILE", SEALS, "a PEM bundle: seal to each certificate in it; repeatable", take_list,
	    TO(bundles) },
	{ "register", 0, "DB", SEALS | READS | COMMAND_INSPECT | KEEPS,
	    "the register of key pairs, a file; opening and inspecting, it says whose a key is, and its status",
	    take_once, TO(database) },
	{ "service", 0, "NAME", SEALS | KEEPS,
	    "the service whose keys are meant; when sealing its backup keys are always included", take_once,
	    TO(service) },
	{ "personal", 0, "NAME", SEALS | KEYS_EXPORT, "of the service's personal keys, this one only; repeatable",
	    take_list, TO(personal) },
	{ "no-backup", 0, NULL, SEALS | KEYS_EXPORT, "go on although the register has no backup key", take_flag,
	    TO(no_backup) },
	{ "name", 0, "NAME", KEYS_GENERATE | KEYS_IMPORT | KEYS_CONVERT,
	    "what the key is called: \"Anna Martin\", or a function", take_once, TO(name) },
	{ "cn", 0, "CN", MAKES, "the common name in the certificate; default: the name, or that of the old key",
	    take_once, TO(cn) },
	{ "role", 0, "personal|backup", KEYS_GENERATE | KEYS_IMPORT | KEYS_ROLE,
	    "backup: for every bid of the service; a new key without it is personal", take_word, TO(role) },
	{ "type", 0, "rsa3072|rsa4096|p256|p384", MAKES, "the kind of key; default: rsa3072, or that of the old key",
	    take_word, TO(type) },
	{ "days", 0, "N", MAKES, "how long the certificate is valid; default: 1096, three years", take_days, TO(days) },
	{ "ca-cert", 0, "FILE", MAKES, "the certificate of the authority that issues; without one it is self-signed",
	    take_once, TO(ca_cert) },
	{ "ca-key", 0, "FILE", MAKES, "the private key of the authority", take_once, TO(ca_key) },
	{ "ca-passin", 0, "SRC", MAKES, "the passphrase of --ca-key, as --passin", take_source, TO(ca_passin) },
	{ "p12", 0, "OUT", MAKES, "where the private key goes: a new PKCS#12 file, mode 0600", take_once, TO(p12) },
	{ "p12-profile", 0, "modern|compatible", MAKES | KEYS_CONVERT,
	    "modern: AES-256 (the default); compatible: 3DES, for old stores, RSA keys only", take_word,
	    TO(p12_profile) },
	{ "cert-out", 0, "FILE", MAKES, "where the certificate goes, too, in PEM; never replaced", take_once,
	    TO(cert_out) },
	{ "passout", 0, "SRC", MAKES | KEYS_CONVERT,
	    "the passphrase of the new file, as --passin; without it: asked twice on the terminal", take_source,
	    TO(passout) },
	{ "generate-passphrase", 0, NULL, MAKES | KEYS_CONVERT,
	    "make the passphrase, and print it once on standard output", take_flag, TO(generate_passphrase) },
	{ "actor", 0, "NAME", CHANGES, "who the journal names; default: the login name", take_once, TO(actor) },
	{ "all", 0, NULL, KEYS_LIST, "also keys that are not active", take_flag, TO(all) },
	{ "csv", 0, NULL, KEYS_LIST, "comma-separated values (RFC 4180)", take_flag, TO(csv) },
	{ "test-days", 0, "N", KEYS_CHECK, "a key is to be tested every N days; default: 365", take_days,
	    TO(test_days) },
	{ "soon-days", 0, "N", KEYS_CHECK, "without --opening: no certificate may expire within N days; default: 90",
	    take_days, TO(soon_days) },
	{ "opening", 0, "RFC3339", SEALS | KEYS_CHECK, "the opening date: no certificate may expire before it",
	    take_opening, 0 },
	{ "allow-expiring", 0, NULL, SEALS, "with --opening: seal to such a certificate all the same", take_flag,
	    TO(allow_expiring) },
	{ "raw", 0, NULL, SEALS, "one file, or - for standard input, as the content itself: no archive", take_flag,
	    TO(raw) },
	{ "each", 0, NULL, SEALS, "one envelope for each PATH, in the folder of -C", take_flag, TO(each) },
	{ "strict", 0, NULL, SEALS, "refuse what is only warned of otherwise: empty, cut or locked files, ...",
	    take_flag, TO(strict) },
	{ "profile", 0, "gcm|cbc", SEALS,
	    "gcm: authenticated (the default); cbc: not authenticated, for readers that know nothing newer",
	    take_profile, 0 },
	{ "allow-nested", 0, NULL, SEALS, "seal what is already an envelope", take_flag, TO(allow_nested) },
	{ "key", 'k', "FILE", UNLOCKS, "a private key: PEM, DER, PKCS#8 or PKCS#12; repeatable", take_key, TO(keys) },
	{ "cert", 0, "FILE", UNLOCKS | KEYS_CONVERT, "the certificate of a key that comes without one; repeatable",
	    take_key, TO(certs) },
	{ "passin", 0, "SRC", UNLOCKS | KEYS_CONVERT,
	    "the passphrase of the key (of several: again, in their order), from file:PATH, fd:N, "
	    "env:VAR, stdin or cmd:COMMAND: the first line. Without it: asked on the terminal",
	    take_passin, TO(passins) },
	{ "output", 'o', "FILE", WRITES | KEYS_EXPORT,
	    "where the result goes; - is standard output, never a terminal; --json then prints on standard error",
	    take_once, TO(output) },
	{ "directory", 'C', "DIR", WRITES, "the folder for the results, each under its name; made if it is not there",
	    take_once, TO(directory) },
	{ "accept-short-tag", 0, NULL, READS, "accept tags of 12 to 15 bytes: weaker than the usual 16", take_flag,
	    TO(accept_short_tag) },
	{ "accept-unauthenticated", 0, NULL, READS,
	    "accept EnvelopedData with CBC content, which nothing authenticates: it may have been changed", take_flag,
	    TO(accept_unauthenticated) },
	{ "accept-legacy", 0, NULL, READS, "accept 3DES and RSA PKCS#1 v1.5", take_flag, TO(accept_legacy) },
	{ "require-committed", 0, NULL, READS,
	    "refuse content that others may see differently: without the fixed first block, or a tag", take_flag,
	    TO(require_committed) },
	{ "digests", 0, NULL, READS, "give the SHA-256 of every file", take_flag, TO(digests) },
	{ "unzip", 0, NULL, READS,
	    "open content that is itself a ZIP file as a folder; one among sealed files stays a file", take_flag,
	    TO(unzip) },
	{ "max-size", 0, "BYTES", COMMAND_SEAL | READS,
	    "the limit for all files of an archive together; also 500M, 20G; default: 64G", take_number, TO(max_size) },
	{ "max-files", 0, "N", COMMAND_SEAL | READS,
	    "the limit for the number of files and folders of an archive; default: 1000000", take_number,
	    TO(max_files) },
	{ "threads", 'j', "N", WORKS, "workers, 0 to 256; 0: none beside the main one; default: one for each CPU",
	    take_threads, 0 },
	{ "backend", 0, "evp|gcrypt", WORKS | COMMAND_DOCTOR,
	    "whose AES-GCM computes: libcrypto's or libgcrypt's; default: $PLI_BACKEND, or the faster one here",
	    take_once, TO(backend) },
	{ "force", 0, NULL, WRITES | KEYS_EXPORT, "replace an existing output file; never a folder, never the input",
	    take_flag, TO(force) },
	{ "no-sync", 0, NULL, WRITES | KEYS_EXPORT | MAKES | KEYS_CONVERT, "do not wait until the disk has the result",
	    take_flag, TO(no_sync) },
	{ "json", 0, NULL, COMMAND_ALL, "one JSON object per line on standard output", take_flag, TO(json) },
	{ "progress", 0, "WHEN", COMMAND_ALL, "auto (on a terminal), always or never", take_progress, 0 },
	{ "quiet", 'q', NULL, COMMAND_ALL, "say nothing but warnings and errors", take_flag, TO(quiet) },
	{ "verbose", 'v', NULL, COMMAND_ALL, "say more", take_flag, TO(verbose) },
	{ "lang", 0, "en|fr", COMMAND_ALL, "the language of messages; fr is not there yet", take_lang, 0 },
	{ "no-input", 0, NULL, COMMAND_ALL, "never ask: fail when a passphrase is needed", take_flag, TO(no_input) },
	{ "help", 'h', NULL, COMMAND_ALL, "this page", take_flag, TO(help) },
	{ "version", 'V', NULL, COMMAND_ALL, "the versions of pli and of libcrypto", take_flag, TO(version) },
};

const size_t options_count = sizeof(options_table) / sizeof(options_table[0]);

_Static_assert(PLI_TREE_MAX_SIZE == UINT64_C(64) << 30, "as --max-size says");
_Static_assert(PLI_TREE_MAX_FILES == 1000000, "as --max-files says");
_Static_assert(sizeof(options_table) / sizeof(options_table[0]) <= 64, "args.given has 64 bits");
