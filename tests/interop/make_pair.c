/*
 * make_pair.c - a key pair as an administrator makes it, for stores.sh and faults/run.sh.
 *
 *      make_pair rsa3072|rsa4096|p256|p384 modern|compatible NAME P12 CERT <PASSPHRASE-FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pli/pair.h"

static int
find(const char *word, const char *const *words, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	exit(2);
}

static enum pli_status
write_text(const char *name, const char *text, struct pli_error *err)
{
	FILE *f = fopen(name, "w");
	int written = f == NULL ? EOF : fputs(text, f);

	if (f != NULL && fclose(f) == 0 && written >= 0)
		return PLI_OK;
	err->status = PLI_ERR_IO;
	(void)snprintf(err->message, sizeof(err->message), "cannot write %s", name);
	return PLI_ERR_IO;
}

static enum pli_status
make(struct pli *pli, const struct pli_pair_options *options, const struct pli_pair_file *file, const char *cert,
    struct pli_error *err)
{
	struct pli_certs *certs = NULL;
	struct pli_key *key = NULL;
	char *pem = NULL;
	enum pli_status rc;

	if ((rc = pli_pair_new(&key, pli, options, err)) == PLI_OK &&
	    (rc = pli_certs_new(&certs, pli, err)) == PLI_OK && (rc = pli_certs_add_key(certs, key, err)) == PLI_OK &&
	    (rc = pli_certs_pem(certs, &pem, err)) == PLI_OK && (rc = write_text(cert, pem, err)) == PLI_OK)
		rc = pli_pair_save(pli, key, file, err);
	free(pem);
	pli_certs_free(certs);
	pli_key_free(key);
	return rc;
}

int
main(int argc, char **argv)
{
	static const char *const types[] = { "rsa3072", "rsa4096", "p256", "p384" };
	static const char *const profiles[] = { "modern", "compatible" };
	struct pli_pair_options options = { .type = PLI_PAIR_P_256 };
	struct pli_pair_file file = { .no_sync = true };
	struct pli_error err = { 0 };
	char passphrase[256];
	struct pli *pli;
	enum pli_status rc;

	if (argc != 6 || fgets(passphrase, sizeof(passphrase), stdin) == NULL) {
		(void)fprintf(stderr, "make_pair: five words, and a passphrase on the standard input\n");
		return 2;
	}
	options.type = (enum pli_pair_type)find(argv[1], types, 4);
	options.cn = argv[3];
	file.profile = (enum pli_pair_profile)find(argv[2], profiles, 2);
	file.name = argv[3];
	file.path = argv[4];
	file.passphrase = passphrase;
	file.passphrase_len = strcspn(passphrase, "\n");
	if ((rc = pli_new(&pli, &err)) == PLI_OK)
		rc = make(pli, &options, &file, argv[5], &err);
	if (rc != PLI_OK)
		(void)fprintf(stderr, "make_pair: %s\n", err.message);
	pli_free(pli);
	return (int)rc;
}
