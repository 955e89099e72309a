/*
 * report_opened.c - what was found in an envelope, and what may be believed of it.
 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

#include "ends.h"
#include "when.h"

#define FULL_TAG_BITS 128

/* How people and scripts call the file: content that is no archive is named like what it is opened into. */
static const char *
file_path(const struct unlocked *u, const struct file *file)
{
	return u->found.archive ? file->path : u->name;
}

static json_t *
files_json(const struct unlocked *u)
{
	json_t *files = json_array();
	size_t i;

	for (i = 0; i < u->files.count; i++) {
		const struct file *file = &u->files.items[i];
		char sha256[FILES_SHA256_MAX];
		json_t *record;

		if (file->folder)
			continue;
		record = json_object();
		say_name(record, "path", "path_hex", file_path(u, file));
		(void)json_object_set_new(record, "bytes", json_integer((json_int_t)file->bytes));
		if (file->digested)
			(void)json_object_set_new(record, "sha256", json_string(files_sha256(sha256, file)));
		(void)json_array_append_new(files, record);
	}
	return files;
}

static json_t *
key_json(const struct unlocked *u)
{
	struct pli_cert_info key;
	json_t *record;

	pli_key_info(u->key, &key);
	record = json_pack("{s:o, s:o}", "subject", say_string(key.subject), "serial", say_string(key.serial));
	if (u->known != NULL) {
		(void)json_object_set_new(record, "name", say_string(u->known->name));
		(void)json_object_set_new(record, "role", json_string(pli_role_id(u->known->role)));
		(void)json_object_set_new(record, "service", say_string(u->known->service));
		(void)json_object_set_new(record, "status", json_string(pli_key_status_id(u->known->status)));
	}
	return record;
}

/* What an option let pass, and nobody should miss, whatever else is printed: the texts, and how many. */
#define CAUTIONS_MAX 3

static size_t
cautions(const struct unlocked *u, const char *texts[CAUTIONS_MAX])
{
	const struct pli_opened *opened = &u->found.opened;
	size_t n = 0;

	if (!opened->authenticated)
		texts[n++] = "NOT authenticated: whoever carried it could have changed the content";
	if (opened->legacy)
		texts[n++] = "3DES or RSA PKCS#1 v1.5, too weak for today, was let pass by --accept-legacy";
	if (opened->tag_bits > 0 && opened->tag_bits < FULL_TAG_BITS)
		texts[n++] = "a tag of less than 128 bits, easier to forge, was let pass by --accept-short-tag";
	return n;
}

static void
warn(const struct run *run, const char *operand, const struct unlocked *u)
{
	const char *texts[CAUTIONS_MAX];
	size_t i, n = cautions(u, texts);

	for (i = 0; i < n; i++)
		say_warning(run->say, "%s: %s", ends_input(operand).name, texts[i]);
}

static json_t *
warnings_json(const struct unlocked *u)
{
	const char *texts[CAUTIONS_MAX];
	size_t i, n = cautions(u, texts);
	json_t *warnings = json_array();

	for (i = 0; i < n; i++)
		(void)json_array_append_new(warnings, json_string(texts[i]));
	return warnings;
}

static void
opened_json(const struct run *run, const char *file, const struct unlocked *u)
{
	const struct pli_opened *opened = &u->found.opened;
	json_t *record, *rest;

	if (u->files.incomplete) {
		say_json(run->say, NULL);
		return;
	}
	record = json_pack("{s:s}", "type", "opened");
	say_name(record, "file", "path_hex", file);
	rest = json_pack("{s:b, s:s, s:s, s:s, s:o, s:o}", "authenticated", (int)opened->authenticated, "committed",
	    opened->committed ? "yes" : "no", "container", opened->container, "cipher", opened->cipher, "key",
	    key_json(u), "files", files_json(u));
	say_name(rest, "output", "output_hex", u->output);
	(void)json_object_set_new(rest, "warnings", warnings_json(u));
	say_record(run->say, record, rest);
}

/* What is believed of the content, and the sentence that nobody should miss. */
static void
verdict_text(const struct run *run, const struct unlocked *u)
{
	const struct pli_opened *opened = &u->found.opened;
	struct say *say = run->say;
	struct pli_cert_info key;
	char until[WHEN_MAX];

	pli_key_info(u->key, &key);
	say_news(say, "  %sauthenticated (%s, %s), with the key of %s, serial %s", opened->authenticated ? "" : "NOT ",
	    opened->container, opened->cipher, key.subject, key.serial);
	if (u->known != NULL)
		say_news(say, "  which is %s, %s key of %s, %s", u->known->name, pli_role_id(u->known->role),
		    u->known->service, pli_key_status_id(u->known->status));
	if (opened->authenticated)
		say_news(
		    say, "  committed: %s", opened->committed ? "yes" : "no, other recipients may see other content");
	say_detail(say, "%s, issued by %s, valid until %s (%s)", key.algorithm, key.issuer,
	    when_format(until, key.not_after), key.name);
	if (opened->tag_bits > 0)
		say_detail(say, "tag of %u bits, %s length", opened->tag_bits, opened->encoding);
	else
		say_detail(say, "no tag, %s length", opened->encoding);
}

static void
opened_text(const struct run *run, const char *file, const struct unlocked *u)
{
	const char *output = u->output != NULL ? ends_output(run->args, u->output).name : NULL;
	char files[48] = "";

	if (u->found.archive)
		(void)snprintf(
		    files, sizeof(files), "%" PRIu64 " file%s, ", u->found.files, u->found.files == 1 ? "" : "s");
	say_news(run->say, "%s %s%s%s: %s%" PRIu64 " byte%s", output != NULL ? "opened" : "verified",
	    ends_input(file).name, output != NULL ? " into " : "", output != NULL ? output : "", files, u->found.bytes,
	    u->found.bytes == 1 ? "" : "s");
	verdict_text(run, u);
}

/* As sha256sum prints them, so that sha256sum -c reads them where the files are. */
static void
digests_text(const struct run *run, const char *operand, const struct unlocked *u)
{
	const char *folder = u->output != NULL && u->found.archive ? u->output : "";
	size_t i;

	if (run->args->digests && u->files.incomplete) {
		say_incomplete(run->say);
		return;
	}
	if (run->args->digests && u->output == NULL && run->args->operands.count > 1)
		say_report(run->say, "# %s", ends_input(operand).name);
	for (i = 0; i < u->files.count; i++) {
		const struct file *file = &u->files.items[i];
		const char *path = u->output != NULL && !u->found.archive ? u->output : file_path(u, file);
		char sha256[FILES_SHA256_MAX];

		if (file->digested)
			say_report(run->say, "%s  %s%s%s", files_sha256(sha256, file), folder,
			    folder[0] != '\0' ? "/" : "", path);
	}
}

void
report_opened(const struct run *run, const char *operand, const void *result, struct row *row)
{
	const struct unlocked *u = result;

	if (run->say->json) {
		opened_json(run, operand, u);
	} else {
		digests_text(run, operand, u);
		if (row == NULL || run->say->verbose)
			opened_text(run, operand, u);
		warn(run, operand, u);
	}
	if (row == NULL)
		return;
	row->files = u->found.files;
	row->bytes = u->found.bytes;
	row->committed = u->found.opened.committed;
	row->unauthenticated = !u->found.opened.authenticated;
}

/* "drwxr-xr-x"; "-" for content that is no archive, of which nobody said it */
static const char *
mode_text(char buf[11], const struct file *file, bool said)
{
	unsigned bit;

	if (!said)
		return "-";
	for (bit = 0; bit < 9; bit++)
		buf[1 + bit] = (file->mode >> (8 - bit) & 1) != 0 ? "rwx"[bit % 3] : '-';
	buf[0] = file->folder ? 'd' : '-';
	buf[10] = '\0';
	return buf;
}

static void
list_text(const struct run *run, const struct unlocked *u)
{
	uint64_t largest = 0;
	size_t i;
	int width;

	if (u->files.incomplete) {
		say_incomplete(run->say);
		return;
	}
	for (i = 0; i < u->files.count; i++)
		if (u->files.items[i].bytes > largest)
			largest = u->files.items[i].bytes;
	width = snprintf(NULL, 0, "%" PRIu64, largest);
	for (i = 0; i < u->files.count; i++) {
		const struct file *file = &u->files.items[i];
		char mode[11], date[WHEN_MAX], sha256[FILES_SHA256_MAX];

		say_report(run->say, "%s  %*" PRIu64 "  %s  %s%s%s%s", mode_text(mode, file, u->found.archive), width,
		    file->bytes, u->found.archive ? when_format(date, file->mtime) : "-",
		    run->args->digests ? file->digested ? files_sha256(sha256, file) : "-" : "",
		    run->args->digests ? "  " : "", file_path(u, file), file->folder ? "/" : "");
	}
}

void
report_listed(const struct run *run, const char *operand, const void *result, struct row *row)
{
	const struct unlocked *u = result;

	(void)row;
	if (run->say->json) {
		opened_json(run, operand, u);
		return;
	}
	list_text(run, u);
	say_news(run->say, "%s: %" PRIu64 " file%s, %" PRIu64 " byte%s", ends_input(operand).name, u->found.files,
	    u->found.files == 1 ? "" : "s", u->found.bytes, u->found.bytes == 1 ? "" : "s");
	verdict_text(run, u);
	warn(run, operand, u);
}
