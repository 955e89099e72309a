/*
 * keeper.c - what marks.c is tried on besides pli: a program that uses the library as a host would, and one that is careless.
 *
 *      keeper wiping|plain KEY PASSPHRASE CERTIFICATE ENVELOPE     a wrong passphrase, the right one, open, seal
 *      keeper freed|moved|heap|stack|data|thread|wiped SECRET      what is in the file SECRET is left there
 *
 * Each ends with 0 where that went as said.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pli/open.h"
#include "pli/seal.h"

#define FILE_MAX (1u << 22)

static unsigned char data[256];
static unsigned char *heap;

static unsigned char *
read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	unsigned char *p = malloc(FILE_MAX);

	if (f == NULL || p == NULL)
		exit(2);
	setbuf(f, NULL); /* no copy of it anywhere else */
	*len = fread(p, 1, FILE_MAX, f);
	(void)fclose(f);
	return p;
}

static void
give_back(unsigned char *p, size_t len)
{
	explicit_bzero(p, len);
	free(p);
}

struct words {
	const char *path;
	unsigned wrong; /* so many are given first */
};

static enum pli_status
ask(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	const struct words *w = arg;
	unsigned char *p;

	(void)name;
	(void)err;
	if (attempt > w->wrong)
		return PLI_ERR_PASSPHRASE;
	if (attempt < w->wrong) {
		*len = (size_t)snprintf(buf, cap, "not the passphrase");
		return PLI_OK;
	}
	p = read_file(w->path, len);
	*len -= p[*len - 1] == '\n';
	memcpy(buf, p, *len);
	give_back(p, *len);
	return PLI_OK;
}

static int
use(char **args)
{
	struct words words = { args[1], 1 };
	size_t key_len, cert_len, envelope_len;
	unsigned char *key_bytes = read_file(args[0], &key_len), *cert = read_file(args[2], &cert_len);
	unsigned char *envelope = read_file(args[3], &envelope_len), *out = calloc(2, FILE_MAX);
	struct pli_open_options open_options = PLI_OPEN_DEFAULTS;
	struct pli_seal_options seal_options = PLI_SEAL_DEFAULTS;
	struct pli_input in = pli_input_memory(envelope, envelope_len, "envelope");
	struct pli_output to = pli_output_memory(out, FILE_MAX, "memory");
	struct pli_opened opened;
	struct pli_sealed sealed;
	struct pli_certs *certs = NULL;
	struct pli_key *key = NULL;
	struct pli_error err = { 0 };
	struct pli *pli = NULL;
	int code = 1;

	if (pli_new(&pli, &err) != PLI_OK || pli_certs_new(&certs, pli, &err) != PLI_OK ||
	    pli_certs_add(certs, cert, cert_len, args[2], &err) != PLI_OK ||
	    pli_key_new(&key, pli, key_bytes, key_len, args[0], certs, ask, &words, &err) != PLI_OK)
		goto out;
	give_back(key_bytes, key_len);
	key_bytes = NULL;
	if (pli_open(pli, (const struct pli_key *const *)&key, 1, &in, &to, &open_options, &opened, &err) != PLI_OK)
		goto out;
	in = pli_input_memory(out, opened.content_bytes, "content");
	to = pli_output_memory(out + FILE_MAX, FILE_MAX, "memory");
	if (pli_seal(pli, certs, &in, &to, &seal_options, &sealed, &err) == PLI_OK)
		code = 0;
	explicit_bzero(out, FILE_MAX);
out:
	if (code != 0)
		(void)fprintf(stderr, "keeper: %s\n", err.message);
	pli_key_free(key);
	pli_certs_free(certs);
	pli_free(pli);
	free(key_bytes);
	free(cert);
	free(envelope);
	free(out);
	return code;
}

__attribute__((noinline)) static void
on_stack(const unsigned char *p, size_t len)
{
	unsigned char copy[256];

	memcpy(copy, p, len);
	__asm__ volatile("" : : "r"(copy) : "memory"); /* it is not left out */
}

/* So far below that nothing which runs later comes there: how deep that is, is the processor's choice and the loader's. */
__attribute__((noinline)) static void
deep_on_stack(const unsigned char *p, size_t len)
{
	unsigned char room[1 << 18];

	memcpy(room, p, len);
	__asm__ volatile("" : : "r"(room) : "memory");
}

struct secret_bytes {
	const unsigned char *p;
	size_t len;
};

static void *
in_thread(void *arg)
{
	const struct secret_bytes *s = arg;

	on_stack(s->p, s->len);
	return NULL;
}

static int
leave(const char *where, const char *path)
{
	size_t len;
	unsigned char *p = read_file(path, &len);
	struct secret_bytes secret = { p, len };
	pthread_t thread;

	if (len > sizeof(data))
		return 2;
	heap = malloc(len);
	memcpy(heap, p, len);
	if (strcmp(where, "stack") == 0)
		deep_on_stack(p, len);
	if (strcmp(where, "data") == 0)
		memcpy(data, p, len);
	if (strcmp(where, "thread") == 0 &&
	    (pthread_create(&thread, NULL, in_thread, &secret) != 0 || pthread_join(thread, NULL) != 0))
		return 2;
	give_back(p, len);
	if (strcmp(where, "moved") == 0) {
		heap = realloc(heap, len + 100000);
		explicit_bzero(heap, len);
	} else if (strcmp(where, "heap") != 0 && strcmp(where, "freed") != 0) {
		explicit_bzero(heap, len);
	}
	if (strcmp(where, "heap") != 0)
		free(heap);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3)
		return leave(argv[1], argv[2]);
	if (argc != 6)
		return 2;
	if (strcmp(argv[1], "wiping") == 0 && !pli_wipe_freed())
		return 3;
	return use(argv + 2);
}
