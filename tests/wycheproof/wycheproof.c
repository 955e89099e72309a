/*
 * wycheproof.c - the vectors of Project Wycheproof that have to do with what pli accepts.
 *
 *      wycheproof FOLDER       a line for each file: how many went which way
 *
 * What a CMS can carry is wrapped as a small message and opened; the rest is given to the functions below. The exit code is 0
 * when all went as the vectors say.
 */
#include "wycheproof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *file;
	void (*run)(const json_t *groups, struct tally *tally);
} files[] = {
	{ "aes_gcm_test.json", vectors_gcm },
	{ "aes_cbc_pkcs5_test.json", vectors_cbc },
	{ "aes_wrap_test.json", vectors_wrap },
	{ "rsa_oaep_2048_sha1_mgf1sha1_test.json", vectors_rsa },
	{ "rsa_oaep_2048_sha256_mgf1sha256_test.json", vectors_rsa },
	{ "rsa_oaep_misc_test.json", vectors_rsa },
	{ "rsa_pkcs1_2048_test.json", vectors_rsa },
};

const char *
field_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (text == NULL)
		wycheproof_fail(name, __FILE__, __LINE__);
	return text;
}

void
field_bytes(struct buf *out, const json_t *object, const char *name)
{
	const char *text = field_text(object, name);
	size_t len = strlen(text) / 2, i;

	buf_clear(out);
	must(strlen(text) % 2 == 0 && buf_reserve(out, len + 1, NULL) == PLI_OK);
	for (i = 0; i < len; i++) {
		const char digits[] = { text[2 * i], text[2 * i + 1], '\0' };
		char *end;

		out->p[i] = (uint8_t)strtoul(digits, &end, 16);
		must(*end == '\0');
	}
	out->len = len;
}

bool
field_valid(const json_t *vector)
{
	return strcmp(field_text(vector, "result"), "valid") == 0;
}

bool
field_acceptable(const json_t *vector)
{
	return strcmp(field_text(vector, "result"), "acceptable") == 0;
}

void
complain(struct tally *tally, const json_t *vector, const char *why)
{
	tally->failed++;
	(void)printf("vector %d (%s, %s): %s\n", (int)json_integer_value(json_object_get(vector, "tcId")),
	    field_text(vector, "result"), field_text(vector, "comment"), why);
}

/* Are all vectors accounted for? */
static bool
report(const char *file, const json_t *root, const struct tally *t)
{
	unsigned said = (unsigned)json_integer_value(json_object_get(root, "numberOfTests"));
	unsigned done = t->opened + t->refused + t->function + t->beyond + t->failed;

	(void)printf("%-42s %3u vectors: %3u opened, %3u refused, %3u by functions, %2u cannot be carried; %3u twins; "
		     "%u failed\n",
	    file, said, t->opened, t->refused, t->function, t->beyond, t->twins, t->failed);
	if (said != done)
		(void)printf("%s: %u vectors are accounted for, of %u\n", file, done, said);
	return said == done && said > 0 && t->failed == 0;
}

int
main(int argc, char **argv)
{
	char path[4096];
	unsigned all = 0;
	bool ok = true;
	size_t i;

	if (argc != 2)
		return 2;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct tally tally = { 0 };
		json_error_t error;
		json_t *root;

		must((size_t)snprintf(path, sizeof(path), "%s/%s", argv[1], files[i].file) < sizeof(path));
		if ((root = json_load_file(path, 0, &error)) == NULL)
			wycheproof_fail(path, __FILE__, __LINE__);
		files[i].run(json_object_get(root, "testGroups"), &tally);
		ok = report(files[i].file, root, &tally) && ok;
		all += tally.opened + tally.refused + tally.function;
		json_decref(root);
	}
	(void)printf("Wycheproof: %u vectors as they have to be%s\n", all, ok ? "" : ", and others not");
	return ok ? 0 : 1;
}
