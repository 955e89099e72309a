/*
 * bench_files.c - whole jobs from file to file, in a folder of $PLI_BENCH_DIR, not synced, one P-256 recipient. files_copy is a loop of read and write with the 128 KiB that cp uses.
 * Each turn makes a new output file: the one before is removed while the clock stands.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "bench_folder.h"
#include "bench_setup.h"
#include "pli/open.h"
#include "pli/seal.h"

#define COPY ((size_t)128 << 10)

static char plain[544], sealed[544], result[544];
static size_t plain_len, sealed_from;

/* Room for the plain file, the envelope and the result. */
static bool
make_folder(struct bench *b, size_t size)
{
	const char *folder = bench_folder_path(b, 4 * (uint64_t)size);

	if (folder == NULL)
		return false;
	(void)snprintf(plain, sizeof(plain), "%s/plain", folder);
	(void)snprintf(sealed, sizeof(sealed), "%s/sealed", folder);
	(void)snprintf(result, sizeof(result), "%s/result", folder);
	return true;
}

static bool
write_plain(struct bench *b, size_t size)
{
	FILE *f;
	bool ok;

	if (plain_len == size)
		return true;
	plain_len = sealed_from = 0;
	if ((f = fopen(plain, "wb")) != NULL) {
		ok = fwrite(bench_setup_memory(BENCH_SETUP_PLAIN, size), 1, size, f) == size;
		if (fclose(f) == 0 && ok)
			plain_len = size;
	}
	if (plain_len != size)
		bench_fail(b, "cannot write the plain file");
	return plain_len == size;
}

static enum pli_status
seal_to(const char *to, int threads, struct pli_error *err)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_input in = pli_input_path(plain);
	struct pli_output out = pli_output_path(to);

	options.threads = threads;
	out.no_sync = true;
	return pli_seal(bench_setup_pli(), bench_setup_certs(1), &in, &out, &options, NULL, err);
}

static enum pli_status
open_sealed(int threads, struct pli_error *err)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_path(sealed);
	struct pli_output out = pli_output_path(result);
	const struct pli_key *key = bench_setup_key();

	options.threads = threads;
	out.no_sync = true;
	return pli_open(bench_setup_pli(), &key, 1, &in, &out, &options, NULL, err);
}

static enum pli_status
verify_sealed(int threads, struct pli_error *err)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_path(sealed);
	const struct pli_key *key = bench_setup_key();

	options.threads = threads;
	return pli_verify(bench_setup_pli(), &key, 1, &in, &options, NULL, err);
}

static enum pli_status
seal_plain(int threads, struct pli_error *err)
{
	return seal_to(result, threads, err);
}

static enum pli_status
copy_plain(int threads, struct pli_error *err)
{
	uint8_t *block = bench_setup_memory(BENCH_SETUP_RESULT, COPY);
	int from = open(plain, O_RDONLY | O_CLOEXEC);
	int to = open(result, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n = -1;

	(void)threads;
	if (from >= 0 && to >= 0)
		while ((n = read(from, block, COPY)) > 0 && write(to, block, (size_t)n) == n)
			;
	if (n != 0) {
		err->status = PLI_ERR_IO;
		(void)snprintf(err->message, sizeof(err->message), "cannot copy: %s", strerror(errno));
	}
	if (from >= 0)
		(void)close(from);
	if (to >= 0)
		(void)close(to);
	return err->status;
}

struct job {
	enum pli_status (*run)(int threads, struct pli_error *err);
	bool needs_sealed;
};

static void
job(struct bench *b, const void *what)
{
	const struct job *j = what;
	size_t size = (size_t)bench_arg(b, 0);
	int threads = (int)bench_arg(b, 1);
	struct pli_error err = { 0 };

	if (!bench_setup_fits(b, size) || !make_folder(b, size) || !write_plain(b, size))
		return;
	(void)unlink(result);
	if (j->needs_sealed && sealed_from != size) {
		(void)unlink(sealed);
		if (seal_to(sealed, PLI_THREADS_AUTO, &err) == PLI_OK)
			sealed_from = size;
	}
	while (err.status == PLI_OK && bench_next(b)) {
		bench_pause(b);
		(void)unlink(result);
		bench_resume(b);
		(void)j->run(threads, &err);
	}
	(void)unlink(result);
	bench_bytes(b, size);
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
}

void
bench_files_add(void)
{
	static const struct job copy = { copy_plain, false }, seal = { seal_plain, false },
				open = { open_sealed, true }, verify = { verify_sealed, true };
	const struct bench_axis axes[] = {
		BENCH_AXIS("size", 1 << 10, 1 << 20, 16 << 20, 256 << 20, 1 << 30),
		BENCH_AXIS("threads", 0, 1, 2, 4),
	};
	const struct bench_axis one[] = { axes[0], BENCH_AXIS("threads", 0) };

	bench_add("files_copy", job, &copy, one, 2);
	bench_add("files_seal", job, &seal, axes, 2);
	bench_add("files_open", job, &open, axes, 2);
	bench_add("files_verify", job, &verify, axes, 2);
}
