/*
 * pair.c - the story of a key pair that is kept:
 *
 *      PKCS#12 in memory -> a file without a name -> disk -> read back -> opened with the passphrase -> a challenge -> its name
 *
 * A key that was generated and cannot be read again loses every bid that is sealed to it. So what is read back is held to
 * be the key, and not what is in memory.
 */
#include "pli/pair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pli/open.h"
#include "pkcs12_write.h"
#include "recipients.h"
#include "sealing.h"
#include "sink.h"
#include "stage.h"
#include "wait.h"

#define CHALLENGE_LEN 1024

static enum pli_status
seal_challenge(
    struct pli *pli, const struct pli_certs *certs, struct view content, struct buf *envelope, struct pli_error *err)
{
	struct pli_output out = pli_output_memory(envelope->p, envelope->cap, "the challenge");
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_sealer *sealer = NULL;
	struct pli_sealed sealed;
	struct wrap wrap = { 0 };
	enum pli_status rc;

	options.threads = 0;
	options.allow_nested = true; /* random bytes may look like anything */
	if ((rc = wrap_init(&wrap, pli, certs, options.profile, err)) == PLI_OK &&
	    (rc = sealing_new(&sealer, pli, &wrap, content.len, &out, NULL, &options, err)) == PLI_OK &&
	    (rc = pli_sealer_write(sealer, content.p, content.len, err)) == PLI_OK &&
	    (rc = pli_sealer_commit(sealer, &sealed, err)) == PLI_OK)
		envelope->len = (size_t)sealed.bytes;
	pli_sealer_free(sealer);
	wrap_clear(&wrap);
	return rc;
}

static enum pli_status
open_challenge(struct pli *pli, const struct pli_key *key, struct view content, const struct buf *envelope,
    struct pli_opened *result, struct pli_error *err)
{
	struct pli_input in = pli_input_memory(envelope->p, envelope->len, "the challenge");
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	uint8_t opened[CHALLENGE_LEN];
	struct pli_output out = pli_output_memory(opened, sizeof(opened), "the challenge");
	struct pli_opened how;
	enum pli_status rc;

	options.threads = 0;
	rc = pli_open(pli, &key, 1, &in, &out, &options, &how, err);
	if (rc == PLI_OK && !view_equal(content, view_of(opened, (size_t)how.content_bytes)))
		rc = fail(err, PLI_ERR_AUTH, "the challenge opened to something else");
	if (rc == PLI_OK && result != NULL)
		*result = how;
	wipe(opened, sizeof(opened));
	return rc;
}

enum pli_status
pli_pair_challenge(struct pli *pli, const struct pli_certs *certs, size_t i, const struct pli_key *key,
    struct pli_opened *result, struct pli_error *err)
{
	uint8_t content[CHALLENGE_LEN];
	struct pli_certs *one = NULL;
	struct buf envelope = { 0 };
	struct secret random = { 0 };
	enum pli_status rc;

	memset(content, 0, sizeof(content));
	if ((rc = pli_certs_new(&one, pli, err)) == PLI_OK && (rc = pli_certs_add_cert(one, certs, i, err)) == PLI_OK &&
	    (rc = buf_reserve(&envelope, (size_t)pli_seal_bound(one, sizeof(content)), err)) == PLI_OK &&
	    (rc = recipients_random(pli, SECRET_MAX, &random, err)) == PLI_OK) {
		memcpy(content, random.p, random.len);
		rc = seal_challenge(pli, one, view_of(content, sizeof(content)), &envelope, err);
	}
	if (rc == PLI_OK)
		rc = open_challenge(pli, key, view_of(content, sizeof(content)), &envelope, result, err);
	wipe(content, sizeof(content));
	secret_clear(&random);
	buf_clear(&envelope);
	pli_certs_free(one);
	return rc;
}

/* From the disk, as far as the system can be asked for that: what is clean is dropped from its cache. */
static enum pli_status
read_again(int fd, bool sync, const char *path, struct buf *out, struct pli_error *err)
{
	static const struct pli_hooks none;
	struct pli_input in = pli_input_fd(fd, path);
	struct source *source = NULL;
	enum pli_status rc;

	if (sync && fsync(fd) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot sync %s", path);
	if (lseek(fd, 0, SEEK_SET) != 0)
		return fail_errno(err, PLI_ERR_IO, errno, "cannot read %s again", path);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if ((rc = source_open(&source, &in, &none, err)) == PLI_OK &&
	    (rc = buf_reserve(out, (size_t)source_size(source), err)) == PLI_OK)
		rc = source_read(source, out->p, (size_t)source_size(source), &out->len, err);
	source_close(source);
	return rc;
}

static enum pli_status
give(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	const struct pli_pair_file *file = arg;

	if (attempt > 0 || file->passphrase_len > cap)
		return fail(err, PLI_ERR_PASSPHRASE, "%s does not open with its passphrase", name);
	memcpy(buf, file->passphrase, file->passphrase_len);
	*len = file->passphrase_len;
	return PLI_OK;
}

/* The file bytes, as a key, opens what is sealed to the certificate of key. */
static enum pli_status
prove(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file, struct view bytes,
    struct pli_error *err)
{
	struct pli_pair_file copy = *file;
	struct pli_certs *certs = NULL;
	struct pli_key *read = NULL;
	enum pli_status rc;

	if ((rc = pli_certs_new(&certs, pli, err)) == PLI_OK && (rc = pli_certs_add_key(certs, key, err)) == PLI_OK &&
	    (rc = pli_key_new(&read, pli, bytes.p, bytes.len, file->path, NULL, give, &copy, err)) == PLI_OK)
		rc = pli_pair_challenge(pli, certs, 0, read, NULL, err);
	pli_key_free(read);
	pli_certs_free(certs);
	return rc;
}

static enum pli_status
check_written(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file, int fd, struct view written,
    struct pli_error *err)
{
	struct pli_error why = { 0 };
	struct buf again = { 0 };
	enum pli_status rc;

	if ((rc = read_again(fd, !file->no_sync, file->path, &again, err)) != PLI_OK)
		goto out;
	if (!view_equal(buf_view(&again), written)) {
		rc = fail(err, PLI_ERR_IO, "what was read back from %s is not what was written", file->path);
		fail_hint(err, "the disk or the file system cannot be trusted: write the key somewhere else");
	} else if ((rc = prove(pli, key, file, buf_view(&again), &why)) != PLI_OK && rc != PLI_ERR) {
		rc = fail(
		    err, PLI_ERR_IO, "the key that was read back from %s does not open: %s", file->path, why.message);
	} else if (rc != PLI_OK) {
		rc = fail_copy(err, &why);
	}
out:
	buf_clear(&again);
	return rc;
}

/* Certificates, in a file that has no name yet: who seals to them trusts it. */
static enum pli_status
stage_pem(struct stage **stage, const char *path, struct hidden_how how, struct view pem, struct pli_error *err)
{
	enum pli_status rc;

	if ((rc = stage_new(stage, path, how, err)) != PLI_OK || (rc = stage_guard(*stage, err)) != PLI_OK)
		return rc;
	return stage_write(*stage, pem, err);
}

enum pli_status
pli_certs_save(const struct pli_certs *certs, const struct pli_output *out, struct pli_error *err)
{
	static const struct pli_hooks nobody = { NULL, NULL, NULL };
	const struct view none = view_of(NULL, 0);
	struct stage *stage = NULL;
	struct sink *sink = NULL;
	enum pli_status rc;
	struct view text;
	char *pem = NULL;

	if ((rc = pli_certs_pem(certs, &pem, err)) != PLI_OK)
		return rc;
	text = view_of(pem, strlen(pem));
	if (out->kind == PLI_END_PATH && out->name != NULL) {
		const struct hidden_how how = { out->replace, out->no_sync, out->no_sweep };

		if ((rc = stage_pem(&stage, out->name, how, text, err)) == PLI_OK)
			rc = stage_commit(stage, err);
	} else if ((rc = sink_open(&sink, out, NULL, &nobody, err)) == PLI_OK &&
		   (rc = sink_write(sink, text, none, err)) == PLI_OK) {
		rc = sink_commit(sink, err);
	}
	stage_free(stage);
	sink_close(sink);
	free(pem);
	return rc;
}

static enum pli_status
stage_cert(struct stage **stage, struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file,
    struct pli_error *err)
{
	struct pli_certs *certs = NULL;
	char *pem = NULL;
	enum pli_status rc;

	if ((rc = pli_certs_new(&certs, pli, err)) == PLI_OK && (rc = pli_certs_add_key(certs, key, err)) == PLI_OK &&
	    (rc = pli_certs_pem(certs, &pem, err)) == PLI_OK)
		rc = stage_pem(stage, file->cert_path, (struct hidden_how){ .no_sync = file->no_sync },
		    view_of(pem, strlen(pem)), err);
	free(pem);
	pli_certs_free(certs);
	return rc;
}

/* A file that is in place and may be gone after a power failure is no place for a key: it is taken back, too. */
static enum pli_status
commit(struct stage *stage, const char *path, struct pli_error *err)
{
	struct pli_error why = { 0 };
	enum pli_status rc = stage_commit(stage, &why);

	if (rc == PLI_OK || !stage_withdraw(stage))
		return rc == PLI_OK ? rc : fail_copy(err, &why);
	rc = fail(err, rc, "%s was taken away again: its folder could not be synced", path);
	fail_hint(err, "check the disk, or choose a folder on another one");
	return rc;
}

/* Two names cannot appear in one step. The certificate is nobody's loss: it is first, and taken back if the key fails. */
static enum pli_status
commit_both(struct stage *key, struct stage *cert, const struct pli_pair_file *file, struct pli_error *err)
{
	enum pli_status rc;

	if (cert != NULL && (rc = commit(cert, file->cert_path, err)) != PLI_OK)
		return rc;
	if ((rc = commit(key, file->path, err)) != PLI_OK && cert != NULL)
		(void)stage_withdraw(cert);
	return rc;
}

enum pli_status
pli_pair_save(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file, struct pli_error *err)
{
	struct stage *stage = NULL, *cert = NULL;
	struct buf bytes = { 0 };
	enum pli_status rc;

	if ((rc = pkcs12_write_check(file->passphrase, file->passphrase_len, err)) == PLI_OK &&
	    (rc = stage_new(&stage, file->path, (struct hidden_how){ .no_sync = file->no_sync }, err)) == PLI_OK &&
	    (rc = stage_private(stage, err)) == PLI_OK && (rc = wait_cancelled(&file->hooks, err)) == PLI_OK &&
	    (rc = pkcs12_write(pli, key, file, &bytes, err)) == PLI_OK &&
	    (rc = stage_write(stage, buf_view(&bytes), err)) == PLI_OK &&
	    (rc = wait_cancelled(&file->hooks, err)) == PLI_OK &&
	    (rc = check_written(pli, key, file, stage_fd(stage), buf_view(&bytes), err)) == PLI_OK &&
	    (file->cert_path == NULL || (rc = stage_cert(&cert, pli, key, file, err)) == PLI_OK) &&
	    (rc = wait_cancelled(&file->hooks, err)) == PLI_OK)
		rc = commit_both(stage, cert, file, err);
	stage_free(cert);
	stage_free(stage);
	buf_clear(&bytes);
	return rc;
}
