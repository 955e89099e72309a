/*
 * generate.c - a key pair is made, written down, proven, and only then in the register. In this order:
 *
 *      1. the pair, in memory
 *      2. transaction: the key is pending                      a crash from here on leaves a pending key,
 *      3. the file: written, read back, a challenge opened     from here on a file, too, that nothing was ever sealed to
 *      4. transaction: the key is active (and the old one, of a renewal, retired)
 *
 * A pending key is nobody's recipient and keeps no name: the key that first becomes active under the name discards all that
 * are pending under it, and whoever made one of those finds it gone in step 4, and takes its file away again. A file that a
 * crash left stays: whoever repeats the command gives another name, or removes it once no active key has its certificate.
 *
 * When step 4 fails, the pending key is deleted first and the file after it. A commit that could not be synced may be found
 * done at the next start, unless something was written over it: so a file whose key may turn out active is kept, and the
 * error says so. A key without its file would lose bids; a file without its key loses nothing.
 *
 * A cancel is heard until step 4 begins, and is a failure as any other; from then on the key becomes active.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pli/open.h"
#include "records.h"
#include "label.h"
#include "wait.h"

/* One generation. */
struct generation {
	struct pli_register *reg;
	const char *service_name, *name; /* of the place, or copied from the key that is renewed */
	enum pli_role role;
	enum pli_key_origin origin;
	const char *path;

	struct pli_key *key;
	struct pli_certs *certs; /* the certificate, alone */
	char *test;

	int64_t old;       /* the key that is renewed; 0: none */
	int64_t id;        /* the pending key */
	int64_t service;   /* its service */
	bool made_service; /* which was made for it */
	struct stat made;  /* the file that was made */
	bool file_is_there;
	const char *cert_path; /* of the certificate, once the file is there; or NULL */
	struct stat cert_made;
};

static enum pli_status
check_path(const char *path, struct pli_error *err)
{
	enum pli_status rc;
	struct stat st;

	if (path == NULL || path[0] == '\0')
		return fail(err, PLI_ERR_USAGE, "the path of the file for the private key is missing");
	if (lstat(path, &st) != 0)
		return PLI_OK; /* what else may be wrong is seen when it is made */
	rc = fail(err, PLI_ERR_EXISTS, "%s exists already", path);
	fail_hint(err, "choose another name: a file that may hold a private key is never replaced");
	return rc;
}

static enum pli_status
make_pair(struct generation *g, const struct pli_pair_options *pair, struct pli_error *err)
{
	struct pli_pair_options options = *pair;
	enum pli_status rc;

	if (options.cn == NULL)
		options.cn = g->name;
	g->origin = pair->authority != NULL ? PLI_ORIGIN_AUTHORITY : PLI_ORIGIN_SELF;
	if ((rc = pli_pair_new(&g->key, g->reg->pli, &options, err)) != PLI_OK ||
	    (rc = pli_certs_new(&g->certs, g->reg->pli, err)) != PLI_OK)
		return rc;
	return pli_certs_add_key(g->certs, g->key, err);
}

static enum pli_status
check_old(struct generation *g, struct pli_error *err)
{
	enum pli_status rc;
	bool there;
	int64_t id;

	rc = db_number(&g->reg->db, &id, &there, "SELECT id FROM keys WHERE id = ? AND name = ? AND status = 'active'",
	    VALUES(value_int(g->old), value_text(g->name)), err);
	if (rc != PLI_OK || there)
		return rc;
	rc = fail(err, PLI_ERR, "the key \"%s\" was renewed, renamed or retired meanwhile", g->name);
	fail_hint(err, "look at the keys as they are now, and begin again");
	return rc;
}

static enum pli_status
write_pending(struct generation *g, struct pli_error *err)
{
	struct records_new new = { .service_name = g->service_name,
		.name = g->name,
		.role = g->role,
		.status = PLI_KEY_PENDING,
		.origin = g->origin,
		.action = g->old != 0 ? "renew" : "generate",
		/* the journal is text */
		.detail = label_flaw(g->path, PATH_MAX) == NULL ? g->path : "to a file whose name is no text" };
	enum pli_status rc;

	if ((rc = db_begin(&g->reg->db, err)) != PLI_OK)
		return rc;
	if ((rc = records_new_service(g->reg, g->service_name, &g->service, &g->made_service, err)) != PLI_OK)
		goto out;
	rc = g->old != 0 ? check_old(g, err) : records_check_free(g->reg, g->service, g->service_name, g->name, 0, err);
	new.service = g->service;
	if (rc == PLI_OK)
		rc = records_insert(g->reg, &g->id, &new, g->certs, 0, err);
out:
	if ((rc = db_end(&g->reg->db, rc, NULL, err)) != PLI_OK)
		g->id = 0;
	return rc;
}

/* Notes which file was made. One that cannot be seen is not taken away again: it may be another. */
static enum pli_status
note_file(const char *path, struct stat *made, struct pli_error *err)
{
	bool seen = lstat(path, made) == 0;
	enum pli_status rc;

	if (seen && S_ISREG(made->st_mode) && made->st_uid == geteuid())
		return PLI_OK;
	if (seen || errno == ENOENT)
		rc = fail(err, PLI_ERR_IO, "%s was written, and is not there any more", path);
	else
		rc = fail_errno(err, PLI_ERR_IO, errno, "%s was written, and cannot be seen any more", path);
	fail_hint(err, "the key is not active: remove what is left of its files, and begin again");
	return rc;
}

static enum pli_status
write_file(struct generation *g, const struct pli_pair_file *file, struct pli_error *err)
{
	struct pli_pair_file named = *file;
	struct pli_opened opened;
	struct pli_cert_info info;
	enum pli_status rc;

	if (named.name == NULL)
		named.name = g->name;
	if ((rc = pli_pair_save(g->reg->pli, g->key, &named, err)) != PLI_OK)
		return rc;
	if ((rc = note_file(g->path, &g->made, err)) != PLI_OK)
		return rc;
	g->file_is_there = true;
	if (file->cert_path != NULL && (rc = note_file(file->cert_path, &g->cert_made, err)) != PLI_OK)
		return rc;
	g->cert_path = file->cert_path;
	/* The file has passed its test; this one says with what. */
	pli_certs_info(g->certs, 0, &info);
	if ((rc = pli_pair_challenge(g->reg->pli, g->certs, 0, g->key, &opened, err)) != PLI_OK)
		return rc;
	return records_test_text(&g->test, &opened, info.algorithm, err);
}

/* The old key gives way, in the transaction that makes the new one active. */
static enum pli_status
give_way(void *arg, const struct record *old, struct pli_error *err)
{
	struct generation *g = arg;

	g->role = old->key.role; /* which may have changed meanwhile */
	return records_retire(g->reg, &old->key, "renewed", err);
}

static enum pli_status
retire_old(struct generation *g, struct pli_error *err)
{
	enum pli_status rc = check_old(g, err);

	if (rc != PLI_OK)
		return rc;
	return records_walk(g->reg, RECORDS_SELECT "WHERE k.id = ?", VALUES(value_int(g->old)), give_way, g, err);
}

static enum pli_status
set_active(struct generation *g, struct pli_error *err)
{
	const struct value now = value_int(time(NULL));
	char fingerprint[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP];
	const struct pli_register_key key = { .service = g->service_name, .name = g->name, .fingerprint = fingerprint };
	enum pli_status rc;

	if (g->old != 0)
		rc = retire_old(g, err);
	else
		rc = records_check_free(g->reg, g->service, g->service_name, g->name, 0, err);
	if (rc != PLI_OK || (rc = pli_certs_fingerprint(g->certs, 0, fingerprint, public_key, err)) != PLI_OK)
		return rc;
	rc = db_run(&g->reg->db,
	    "UPDATE keys SET status = 'active', role = ?, activated = ?, tested = ?, test = ?"
	    " WHERE id = ? AND status = 'pending' AND fingerprint = ?",
	    VALUES(value_text(pli_role_id(g->role)), now, now, value_text(g->test), value_int(g->id),
		value_text(fingerprint)),
	    err);
	if (rc != PLI_OK)
		return rc;
	if (db_changes(&g->reg->db) != 1)
		return fail(err, PLI_ERR, "the key \"%s\" was discarded meanwhile by another process", g->name);
	if ((rc = records_line(g->reg, &key, "activate", g->test, err)) != PLI_OK)
		return rc;
	return records_discard(g->reg, g->service, g->name, "another key became active under its name", err);
}

/* Is the file under the path still the one that was made here? */
static bool
is_ours(const char *path, const struct stat *made)
{
	struct stat now;

	return lstat(path, &now) == 0 && now.st_dev == made->st_dev && now.st_ino == made->st_ino &&
	       now.st_size == made->st_size && now.st_mtim.tv_sec == made->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == made->st_mtim.tv_nsec;
}

/* Takes back what there is of a generation that failed. Nothing is said of what goes wrong here: the error is made. */
static void
take_back(struct generation *g, bool unknown, struct pli_error *err)
{
	struct db *db = &g->reg->db;
	enum pli_status rc;

	if (g->id != 0 && db_begin(db, NULL) == PLI_OK) {
		rc = records_drop(g->reg, g->id, "its generation failed", NULL);
		if (rc == PLI_OK && g->made_service)
			rc = db_run(db,
			    "DELETE FROM services WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM keys WHERE service = ?1)",
			    VALUES(value_int(g->service)), NULL);
		/* What was written now, was written over what is not known. */
		if (db_end(db, rc, NULL, NULL) == PLI_OK)
			unknown = false;
	}
	if (!g->file_is_there)
		return;
	if (unknown) {
		fail_hint(
		    err, "whether the key is active shows when the register is opened again: %s is kept", g->path);
		return;
	}
	if (is_ours(g->path, &g->made))
		(void)unlink(g->path);
	if (g->cert_path != NULL && is_ours(g->cert_path, &g->cert_made))
		(void)unlink(g->cert_path);
}

static enum pli_status
generate(struct generation *g, const struct pli_pair_options *pair, const struct pli_pair_file *file,
    struct pli_certs *certs, struct pli_error *err)
{
	bool unknown = false;
	enum pli_status rc;

	g->path = file->path;
	if ((rc = check_path(file->path, err)) != PLI_OK || (rc = make_pair(g, pair, err)) != PLI_OK)
		goto out;
	if ((rc = write_pending(g, err)) != PLI_OK || (rc = write_file(g, file, err)) != PLI_OK)
		goto out;
	/* The caller's list first: nothing may fail behind the commit. */
	if (certs != NULL && (rc = pli_certs_add_cert(certs, g->certs, 0, err)) != PLI_OK)
		goto out;
	if ((rc = wait_cancelled(&file->hooks, err)) == PLI_OK && (rc = db_begin(&g->reg->db, err)) == PLI_OK)
		rc = db_end(&g->reg->db, set_active(g, err), &unknown, err);
out:
	if (rc != PLI_OK)
		take_back(g, unknown, err);
	pli_key_free(g->key);
	pli_certs_free(g->certs);
	free(g->test);
	return rc;
}

enum pli_status
pli_register_may_generate(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	enum pli_status rc = records_check_new(reg, place, err);
	int64_t service;
	bool there;

	if (rc != PLI_OK || reg == NULL)
		return rc;
	if (reg->mode != PLI_REGISTER_CREATE && (rc = records_service(reg, place->service, &service, err)) != PLI_OK)
		return rc;
	if ((rc = records_has_service(reg, place->service, &service, &there, err)) != PLI_OK)
		return rc;
	return there ? records_check_free(reg, service, place->service, place->name, 0, err)
		     : records_check_service(reg, place->service, err);
}

enum pli_status
pli_register_may_renew(struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err)
{
	struct record record;
	sqlite3_stmt *q;
	enum pli_status rc;

	if ((rc = records_writable(reg, err)) == PLI_OK &&
	    (rc = records_find(reg, &q, &record, place, RECORDS_ACTIVE, err)) == PLI_OK)
		(void)sqlite3_finalize(q);
	return rc;
}

enum pli_status
pli_register_generate(struct pli_register *reg, const struct pli_register_place *place,
    const struct pli_pair_options *pair, const struct pli_pair_file *file, struct pli_certs *certs,
    struct pli_error *err)
{
	struct generation g = { .reg = reg, .service_name = place->service, .name = place->name, .role = place->role };
	/* Making a pair takes a while: what can be seen to be wrong is said first. */
	enum pli_status rc = pli_register_may_generate(reg, place, err);

	return rc != PLI_OK ? rc : generate(&g, pair, file, certs, err);
}

enum pli_status
pli_register_renew(struct pli_register *reg, const struct pli_register_place *place,
    const struct pli_pair_options *pair, const struct pli_pair_file *file, struct pli_certs *certs,
    struct pli_error *err)
{
	struct generation g = { .reg = reg };
	struct pli_pair_options options = *pair;
	char *service = NULL, *name = NULL, *cn = NULL;
	struct record record;
	sqlite3_stmt *q;
	enum pli_status rc;

	if ((rc = records_writable(reg, err)) != PLI_OK ||
	    (rc = records_find(reg, &q, &record, place, RECORDS_ACTIVE, err)) != PLI_OK)
		return rc;
	g.old = record.key.id;
	g.role = record.key.role;
	g.service_name = service = strdup(record.key.service);
	g.name = name = strdup(record.key.name);
	cn = strdup(record.key.cert.cn);
	(void)sqlite3_finalize(q);
	if (options.cn == NULL)
		options.cn = cn;
	if (service == NULL || name == NULL || cn == NULL)
		rc = fail_memory(err);
	else
		rc = generate(&g, &options, file, certs, err);
	free(service);
	free(name);
	free(cn);
	return rc;
}
