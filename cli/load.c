/*
 * load.c - reads files whole, into memory that is wiped before it is freed.
 *
 * The memory is as large as the cap from the start: it is never moved, so no
 * copy of a key stays behind, and a pipe (-k <(...)) needs no other path. What
 * is not used of it costs nothing.
 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ask.h"
#include "refuse.h"
#include "signals.h"

#define KEY_MAX ((size_t)1 << 20)
#define CERTS_MAX ((size_t)16 << 20)

struct contents {
	char *data;
	size_t len;
};

static void
wipe_and_free(struct contents *c)
{
	if (c->data != NULL)
		explicit_bzero(c->data, c->len);
	free(c->data);
	c->data = NULL;
}

/* Reads fd to its end; one byte more than cap is too much. */
static enum pli_status
read_all(struct contents *c, int fd, const char *path, size_t cap, struct pli_error *err)
{
	while (c->len <= cap) {
		ssize_t n;

		if (!signals_wait(fd))
			return refuse_interrupted(err);
		n = read(fd, c->data + c->len, cap + 1 - c->len);
		if (n == 0)
			return PLI_OK;
		if (n > 0)
			c->len += (size_t)n;
		else if (errno == EISDIR)
			return refuse(
			    err, PLI_ERR_CERTIFICATE, NULL, "%s is a folder, not a key or certificate file", path);
		else if (errno != EINTR && errno != EAGAIN)
			return refuse(err, PLI_ERR_IO, NULL, "cannot read %s: %s", path, strerror(errno));
	}
	return refuse(err, PLI_ERR_CERTIFICATE, NULL, "%s is no key or certificate file: it is longer than %zu MiB",
	    path, cap >> 20);
}

/* Fills *c, which wipe_and_free frees whatever happened. */
static enum pli_status
read_file(struct contents *c, const char *path, size_t cap, struct pli_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum pli_status status;

	if (fd < 0)
		return refuse(err, PLI_ERR_IO, NULL, "cannot open %s: %s", path, strerror(errno));
	c->len = 0;
	c->data = malloc(cap + 1);
	status = c->data != NULL ? read_all(c, fd, path, cap, err) : refuse_memory(err);
	(void)close(fd);
	return status;
}

static enum pli_status
add_certs(struct pli_certs *certs, const char *path, struct pli_error *err)
{
	struct contents c = { NULL, 0 };
	enum pli_status status = read_file(&c, path, CERTS_MAX, err);

	if (status == PLI_OK)
		status = pli_certs_add(certs, c.data, c.len, path, err);
	wipe_and_free(&c);
	return status;
}

/* A file of -r that holds several is likely a chain, and its authorities are no recipients. */
static enum pli_status
add_recipient(struct pli_certs *certs, const char *path, struct pli_error *err)
{
	size_t before = pli_certs_count(certs), added;
	enum pli_status status = add_certs(certs, path, err);

	if (status != PLI_OK)
		return status;
	added = pli_certs_count(certs) - before;
	if (added == 1)
		return PLI_OK;
	return refuse(err, PLI_ERR_CERTIFICATE, "-R FILE seals to all certificates of a file",
	    "%s holds %zu certificates, and -r takes a file with one", path, added);
}

enum pli_status
load_recipients(struct pli_certs **certs, const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	enum pli_status status = pli_certs_new(certs, run->pli, err);
	size_t i;

	for (i = 0; i < args->recipients.count && status == PLI_OK; i++)
		status = add_recipient(*certs, args->recipients.items[i], err);
	for (i = 0; i < args->bundles.count && status == PLI_OK; i++)
		status = add_certs(*certs, args->bundles.items[i], err);
	return status;
}

/* Certificates for bare keys; *certs stays NULL when none are given. */
static enum pli_status
load_extra(struct pli_certs **certs, const struct run *run, struct pli_error *err)
{
	const struct list *files = &run->args->certs;
	enum pli_status status = PLI_OK;
	size_t i;

	if (files->count > 0)
		status = pli_certs_new(certs, run->pli, err);
	for (i = 0; i < files->count && status == PLI_OK; i++)
		status = add_certs(*certs, files->items[i], err);
	return status;
}

static enum pli_status
add_key(struct keyring *ring, const struct run *run, const struct pli_certs *extra, struct pli_error *err)
{
	const struct args *args = run->args;
	const char *path = args->keys.items[ring->count];
	struct ask ask = { NULL, args->no_input, false };
	struct contents c = { NULL, 0 };
	enum pli_status status;

	if (ring->count < args->passins.count)
		ask.source = args->passins.items[ring->count];
	status = read_file(&c, path, KEY_MAX, err);
	if (status == PLI_OK)
		status = pli_key_new(
		    &ring->keys[ring->count], run->pli, c.data, c.len, path, extra, ask_passphrase, &ask, err);
	if (status == PLI_OK)
		ring->count++;
	wipe_and_free(&c);
	return status;
}

static void
forbid_looking(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

enum pli_status
load_keys(struct keyring *ring, const struct run *run, struct pli_error *err)
{
	size_t wanted = run->args->keys.count;
	struct pli_certs *extra = NULL;
	enum pli_status status;

	forbid_looking();
	ring->count = 0;
	ring->keys = calloc(wanted, sizeof(*ring->keys));
	status = ring->keys != NULL ? load_extra(&extra, run, err) : refuse_memory(err);
	while (ring->count < wanted && status == PLI_OK)
		status = add_key(ring, run, extra, err);
	pli_certs_free(extra);
	return status;
}

void
load_clear(struct keyring *ring)
{
	while (ring->count > 0)
		pli_key_free(ring->keys[--ring->count]);
	free(ring->keys);
	ring->keys = NULL;
}
