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
#include "pli/pair.h"
#include "quote.h"
#include "refuse.h"
#include "signals.h"

#define KEY_MAX ((size_t)1 << 20)
#define CERTS_MAX ((size_t)16 << 20)

void
load_wipe(struct load_contents *c)
{
	if (c->data != NULL)
		explicit_bzero(c->data, c->len);
	free(c->data);
	c->data = NULL;
}

/* Reads fd to its end; one byte more than cap is too much. */
static enum pli_status
read_all(struct load_contents *c, int fd, const char *path, size_t cap, struct pli_error *err)
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
			return refuse(err, PLI_ERR_CERTIFICATE, "name the file in it",
			    "%s is a folder, not a key or certificate file", path);
		else if (errno != EINTR && errno != EAGAIN)
			return refuse(err, PLI_ERR_IO, NULL, "cannot read %s: %s", path, strerror(errno));
	}
	return refuse(err, PLI_ERR_CERTIFICATE, NULL, "%s is no key or certificate file: it is longer than %zu MiB",
	    path, cap >> 20);
}

/* Fills *c, which load_wipe frees whatever happened. */
static enum pli_status
read_file(struct load_contents *c, const char *path, size_t cap, struct pli_error *err)
{
	/* A pipe with a name waits for its writer where a signal ends the wait: signals_wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum pli_status status;

	if (fd < 0)
		return refuse(err, PLI_ERR_IO, errno == ENOENT ? "check the path" : NULL, "cannot open %s: %s", path,
		    strerror(errno));
	c->len = 0;
	c->data = malloc(cap + 1);
	status = c->data != NULL ? read_all(c, fd, path, cap, err) : refuse_memory(err);
	(void)close(fd);
	return status;
}

enum pli_status
load_certs(struct pli_certs *certs, const char *path, struct pli_error *err)
{
	struct load_contents c = { NULL, 0 };
	enum pli_status status = read_file(&c, path, CERTS_MAX, err);

	if (status == PLI_OK)
		status = pli_certs_add(certs, c.data, c.len, path, err);
	load_wipe(&c);
	return status;
}

/* A file of -r that holds several is likely a chain, and its authorities are no recipients. */
static enum pli_status
add_recipient(struct pli_certs *certs, const char *path, struct pli_error *err)
{
	size_t before = pli_certs_count(certs), added;
	enum pli_status status = load_certs(certs, path, err);

	if (status != PLI_OK)
		return status;
	added = pli_certs_count(certs) - before;
	if (added == 1)
		return PLI_OK;
	return refuse(err, PLI_ERR_CERTIFICATE, "-R FILE seals to all certificates of a file",
	    "%s holds %zu certificates, and -r takes a file with one", path, added);
}

enum pli_status
load_file(struct load_contents *c, const char *path, struct pli_error *err)
{
	return read_file(c, path, KEY_MAX, err);
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
		status = load_certs(*certs, args->bundles.items[i], err);
	return status;
}

void
load_forbid_looking(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

enum pli_status
load_extra(struct pli_certs **certs, const struct run *run, struct pli_error *err)
{
	const struct list *files = &run->args->certs;
	enum pli_status status = PLI_OK;
	size_t i;

	load_forbid_looking(); /* a key may stand in the same file */
	if (files->count > 0)
		status = pli_certs_new(certs, run->pli, err);
	for (i = 0; i < files->count && status == PLI_OK; i++)
		status = load_certs(*certs, files->items[i], err);
	return status;
}

enum pli_status
load_has(
    bool *has, const struct run *run, const struct pli_certs *certs, const struct pli_key *key, struct pli_error *err)
{
	struct pli_certs *one = NULL;
	const void *own = NULL, *other = NULL;
	size_t own_len = 0, other_len = 0, i;
	enum pli_status status = pli_certs_new(&one, run->pli, err);

	*has = false;
	if (status == PLI_OK)
		status = pli_certs_add_key(one, key, err);
	if (status == PLI_OK)
		status = pli_certs_der(one, 0, &own, &own_len, err);
	for (i = 0; i < pli_certs_count(certs) && status == PLI_OK && !*has; i++) {
		status = pli_certs_der(certs, i, &other, &other_len, err);
		*has = status == PLI_OK && own_len == other_len && memcmp(own, other, own_len) == 0;
	}
	pli_certs_free(one);
	return status;
}

bool
load_is_key(const struct load_contents *c)
{
	static const char label[] = "PRIVATE KEY-----";
	const unsigned char *p = (const unsigned char *)c->data;
	size_t at = c->len < 2 ? c->len : p[1] > 0x80 ? 2 + (size_t)(p[1] & 0x7f) : 2;

	if (memmem(c->data, c->len, label, sizeof(label) - 1) != NULL)
		return true;
	return at < c->len && p[0] == 0x30 && p[at] == 0x02;
}

static enum pli_status
warn_legacy(const struct run *run, const char *path, struct pli_error *err)
{
	char *word = quote_operand(path);

	if (word == NULL)
		return refuse_memory(err);
	say_warning(run->say,
	    "%s is hardly encrypted, and other programs refuse it: pli keys convert %s NEW.p12 makes a better one",
	    path, word);
	free(word);
	return PLI_OK;
}

enum pli_status
load_unlock(struct pli_key **key, const struct run *run, const struct load_contents *c, const char *path,
    const char *source, const struct pli_certs *extra, struct pli_error *err)
{
	struct ask ask = { .source = source, .no_input = run->args->no_input };
	enum pli_status status;

	load_forbid_looking();
	status = pli_key_new(key, run->pli, c->data, c->len, path, extra, ask_passphrase, &ask, err);
	if (status == PLI_OK && pli_key_legacy(*key) && (status = warn_legacy(run, path, err)) != PLI_OK) {
		pli_key_free(*key);
		*key = NULL;
	}
	return status;
}

enum pli_status
load_key(struct pli_key **key, const struct run *run, const char *path, const char *source,
    const struct pli_certs *extra, struct pli_error *err)
{
	struct load_contents c = { NULL, 0 };
	enum pli_status status;

	load_forbid_looking();
	status = read_file(&c, path, KEY_MAX, err);
	if (status == PLI_OK)
		status = load_unlock(key, run, &c, path, source, extra, err);
	load_wipe(&c);
	return status;
}

enum pli_status
load_authority(struct pli_key **key, const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	struct ask ask = { .source = args->ca_passin, .no_input = args->no_input, .authority = true };
	struct load_contents c = { NULL, 0 };
	struct pli_certs *certs = NULL;
	enum pli_status status;

	load_forbid_looking();
	status = pli_certs_new(&certs, run->pli, err);
	if (status == PLI_OK && args->ca_cert != NULL)
		status = load_certs(certs, args->ca_cert, err);
	if (status == PLI_OK)
		status = read_file(&c, args->ca_key, KEY_MAX, err);
	if (status == PLI_OK)
		status =
		    pli_authority_new(key, run->pli, c.data, c.len, args->ca_key, certs, ask_passphrase, &ask, err);
	load_wipe(&c);
	pli_certs_free(certs);
	return status;
}

/* No passphrase was left for a key. People count those that need one; the order of -k counts all. */
static enum pli_status
explain_order(const struct args *args, struct pli_error *err)
{
	struct pli_error why = *err;

	pli_error_clear(err);
	return refuse(err, why.status, "name the keys that need a passphrase first",
	    "%s; the last --passin is for %s, by the order of -k", why.message,
	    args->keys.items[args->passins.count - 1]);
}

enum pli_status
load_keys(struct keyring *ring, const struct run *run, struct pli_error *err)
{
	const struct args *args = run->args;
	size_t wanted = args->keys.count;
	struct pli_certs *extra = NULL;
	enum pli_status status;

	ring->count = 0;
	ring->keys = calloc(wanted, sizeof(*ring->keys));
	if (ring->keys == NULL)
		return refuse_memory(err);
	status = load_extra(&extra, run, err);
	while (ring->count < wanted && status == PLI_OK) {
		const char *source = ring->count < args->passins.count ? args->passins.items[ring->count] : NULL;
		struct pli_key *key = NULL;

		status = load_key(&key, run, args->keys.items[ring->count], source, extra, err);
		if (status == PLI_OK)
			ring->keys[ring->count++] = key;
		else if (status == PLI_ERR_PASSPHRASE && source == NULL && args->passins.count > 0)
			status = explain_order(args, err);
	}
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
