/*
 * bench_archive.c - folders: 64 MiB in few or many files, in a folder of $PLI_BENCH_DIR, not synced, one P-256 recipient.
 *
 *      archive_header   one header by libarchive
 *      archive_plan     the walk over the files, and the place of each in the archive; an item is a file
 *      archive_pack     the archive's bytes out of the plan, headers and files, a MiB at a time: sealing without the cipher
 *      archive_list     unpacking without writing, the cipher included
 *      archive_seal, archive_open   whole jobs
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "bench_folder.h"
#include "bench_setup.h"
#include "plan.h"
#include "pli/tree.h"
#include "tar.h"

#define CONTENT ((size_t)64 << 20)
#define PIECE ((size_t)1 << 20)
#define IN_A_FOLDER 100 /* files */

static char root[560], envelope[560], opened[560];
static size_t made; /* how many files the tree has, 0: there is none */

static bool
write_file(const char *path, const uint8_t *p, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, p, len) == (ssize_t)len;

	return fd >= 0 && close(fd) == 0 && ok;
}

static bool
fill_tree(size_t files)
{
	const uint8_t *plain = bench_setup_memory(BENCH_SETUP_PLAIN, CONTENT);
	size_t len = CONTENT / files, i;
	char path[640];

	if (mkdir(root, 0700) != 0)
		return false;
	for (i = 0; i < files; i++) {
		(void)snprintf(path, sizeof(path), "%s/%03zu", root, i / IN_A_FOLDER);
		if (i % IN_A_FOLDER == 0 && mkdir(path, 0700) != 0)
			return false;
		(void)snprintf(path, sizeof(path), "%s/%03zu/%02zu.dat", root, i / IN_A_FOLDER, i % IN_A_FOLDER);
		if (!write_file(path, plain + i * len, len))
			return false;
	}
	return true;
}

static enum pli_status
seal_to(const char *to, int threads, struct pli_error *err)
{
	struct pli_tree_seal_options options = PLI_TREE_SEAL_DEFAULTS;
	struct pli_output out = pli_output_path(to);
	const char *path = root;

	options.seal.threads = threads;
	out.no_sync = out.replace = true;
	return pli_tree_seal(bench_setup_pli(), bench_setup_certs(1), &path, 1, &out, &options, NULL, err);
}

/* The tree and its envelope; false if the row was skipped or failed. */
static bool
make_tree(struct bench *b, size_t files)
{
	const char *folder = bench_folder_path(b, 4 * (uint64_t)CONTENT);
	struct pli_error err = { 0 };

	if (folder == NULL)
		return false;
	if (made == files)
		return true;
	(void)snprintf(root, sizeof(root), "%s/tree", folder);
	(void)snprintf(envelope, sizeof(envelope), "%s/tree.pli", folder);
	(void)snprintf(opened, sizeof(opened), "%s/opened", folder);
	bench_folder_remove(root);
	made = 0;
	if (!fill_tree(files))
		bench_fail(b, "cannot write the files");
	else if (seal_to(envelope, PLI_THREADS_AUTO, &err) != PLI_OK)
		bench_fail(b, err.message);
	else
		made = files;
	return made == files;
}

static void
header(struct bench *b, const void *what)
{
	const struct tar_entry entry = {
		.path = "bid/annexes/technical memorandum.pdf", .mode = 0644, .size = 1234567, .mtime = 1700000000
	};
	struct pli_error err = { 0 };
	struct buf out = { 0 };
	locale_t ours, before;
	struct tar *t = NULL;

	(void)what;
	if (tar_locale(&ours, TAR_UTF8, &err) != PLI_OK) {
		bench_fail(b, err.message);
		return;
	}
	before = tar_enter(ours);
	if (tar_new(&t, &err) != PLI_OK)
		t = NULL;
	while (t != NULL && bench_next(b)) {
		out.len = 0;
		if (tar_header(t, &entry, &out, &err) != PLI_OK)
			break;
	}
	tar_free(t);
	tar_leave(before);
	freelocale(ours);
	bench_items(b, 1);
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
	buf_clear(&out);
}

static enum pli_status
make_plan(struct plan **plan, struct pli_error *err)
{
	static const struct plan_limits limits = { PLI_TREE_MAX_FILES, PLI_TREE_MAX_SIZE };
	const char *path = root;

	return plan_new(plan, &path, 1, &limits, err);
}

static void
plan(struct bench *b, const void *what)
{
	size_t files = (size_t)bench_arg(b, 0);
	struct pli_error err = { 0 };
	struct plan *p;

	(void)what;
	if (!make_tree(b, files))
		return;
	while (bench_next(b)) {
		if (make_plan(&p, &err) != PLI_OK) {
			bench_fail(b, err.message);
			return;
		}
		plan_free(p);
	}
	bench_items(b, files);
}

static void
pack(struct bench *b, const void *what)
{
	uint8_t *out = bench_setup_memory(BENCH_SETUP_RESULT, PIECE);
	struct pli_error err = { 0 };
	struct plan *p = NULL;
	uint64_t at, len = 0;

	(void)what;
	if (!make_tree(b, (size_t)bench_arg(b, 0)))
		return;
	if (make_plan(&p, &err) == PLI_OK)
		len = plan_length(p);
	while (err.status == PLI_OK && bench_next(b))
		for (at = 0; at < len; at += PIECE)
			if (plan_read(p, at, out, len - at < PIECE ? (size_t)(len - at) : PIECE, &err) != PLI_OK)
				break;
	bench_bytes(b, len);
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
	plan_free(p);
}

static enum pli_status
seal(int threads, struct pli_error *err)
{
	return seal_to(opened, threads, err);
}

static enum pli_status
open_all(int threads, struct pli_error *err)
{
	struct pli_tree_open_options options = PLI_TREE_OPEN_DEFAULTS;
	struct pli_input in = pli_input_path(envelope);
	const struct pli_key *key = bench_setup_key();

	options.open.threads = threads;
	options.no_sync = true;
	return pli_tree_open(bench_setup_pli(), &key, 1, &in, opened, "bid", &options, NULL, err);
}

static enum pli_status
list(int threads, struct pli_error *err)
{
	struct pli_tree_open_options options = PLI_TREE_OPEN_DEFAULTS;
	struct pli_input in = pli_input_path(envelope);
	const struct pli_key *key = bench_setup_key();

	options.open.threads = threads;
	return pli_tree_list(bench_setup_pli(), &key, 1, &in, &options, NULL, err);
}

struct job {
	enum pli_status (*run)(int threads, struct pli_error *err);
};

static void
job(struct bench *b, const void *what)
{
	const struct job *j = what;
	int threads = (int)bench_arg(b, 1);
	struct pli_error err = { 0 };

	if (!make_tree(b, (size_t)bench_arg(b, 0)))
		return;
	while (err.status == PLI_OK && bench_next(b)) {
		bench_pause(b);
		bench_folder_remove(opened);
		bench_resume(b);
		(void)j->run(threads, &err);
	}
	bench_folder_remove(opened);
	bench_bytes(b, CONTENT);
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
}

void
bench_archive_add(void)
{
	static const struct job seals = { seal }, opens = { open_all }, lists = { list };
	const struct bench_axis axes[] = { BENCH_AXIS("files", 4, 1024), BENCH_AXIS("threads", 0, 1, 2, 4) };

	bench_add("archive_header", header, NULL, NULL, 0);
	bench_add("archive_plan", plan, NULL, axes, 1);
	bench_add("archive_pack", pack, NULL, axes, 1);
	bench_add("archive_list", job, &lists, axes, 2);
	bench_add("archive_seal", job, &seals, axes, 2);
	bench_add("archive_open", job, &opens, axes, 2);
}
