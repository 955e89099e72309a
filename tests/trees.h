#ifndef PLI_TREES_H
#define PLI_TREES_H

/*
 * trees.h - folders with files in them, made, compared and removed: for tests of what is sealed and opened as a folder.
 *
 * All of it is in one folder of the process, trees_root, which each test begins with trees_begin and ends with trees_end.
 */

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pli/digest.h"
#include "pli/tree.h"
#include "suite.h"

static char trees_root[256];

/* trees_at is a path below the root. Eight at a time. */
__attribute__((format(printf, 1, 2))) static inline const char *
trees_at(const char *format, ...)
{
	static char paths[8][8192];
	static unsigned next;
	char *path = paths[next++ % 8];
	int n = snprintf(path, sizeof(paths[0]), "%s/", trees_root);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path + n, sizeof(paths[0]) - (size_t)n, format, args);
	va_end(args);
	return path;
}

static inline bool
trees_run(const char *program, const char *option, const char *more, const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)close(STDERR_FILENO);
		(void)execlp(program, program, option, more, "--", path, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* trees_remove removes all of it, also what is deeper than a path can say. */
static inline void
trees_remove(const char *path)
{
	(void)trees_run("chmod", "-R", "u+rwX", path);
	check(trees_run("rm", "-r", "-f", path));
}

static inline void
trees_begin_in(const char *place)
{
	int n = snprintf(trees_root, sizeof(trees_root), "%s/pli-trees-XXXXXX", place);

	check(n > 0 && (size_t)n < sizeof(trees_root));
	check(mkdtemp(trees_root) != NULL);
}

static inline void
trees_begin(void)
{
	trees_begin_in(support_place());
}

static inline void
trees_end(void)
{
	trees_remove(trees_root);
	check(!support_exists(trees_root));
}

static inline void
trees_dated(const char *path, unsigned mode, int64_t mtime)
{
	struct timespec times[2] = { { .tv_sec = mtime }, { .tv_sec = mtime } };

	check(chmod(path, mode) == 0 && utimensat(AT_FDCWD, path, times, 0) == 0);
}

static inline void
trees_folder(const char *path)
{
	check(mkdir(path, 0755) == 0);
}

/* trees_file makes a file of size bytes that depend on its size. */
static inline void
trees_file(const char *path, size_t size)
{
	uint8_t *p = malloc(size + 1);

	check(p != NULL);
	support_bytes(p, size, (uint32_t)size + 7);
	support_write(path, view_of(p, size));
	free(p);
}

static inline void
trees_digest(struct view v, uint8_t out[32])
{
	struct pli_error err = { 0 };
	struct pli_digest *d;

	check_ok(pli_digest_new(&d, support_pli(), &err), err);
	check_ok(pli_digest_add(d, v.p, v.len, &err), err);
	check_ok(pli_digest_end(d, out, &err), err);
	pli_digest_free(d);
}

/* trees_entries is the number of entries in a folder, hidden ones included; 0 if there is none. */
static inline size_t
trees_entries(const char *path)
{
	struct stat st;
	FILE *f;
	char line[16] = "0", command[8300];

	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return 0;
	(void)snprintf(command, sizeof(command), "find '%s' -mindepth 1 -printf x 2>/dev/null | wc -c", path);
	check((f = popen(command, "r")) != NULL); /* NOLINT: a path of our own making */
	check(fgets(line, sizeof(line), f) != NULL);
	(void)pclose(f);
	return strtoul(line, NULL, 10);
}

/* trees_seal seals paths to a file that it replaces. */
static inline enum pli_status
trees_seal(const char *const *paths, size_t count, const char *out, const struct pli_tree_seal_options *options,
    struct pli_tree_sealed *sealed, struct pli_error *err)
{
	const enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct pli_output output = pli_output_path(out);
	enum pli_status rc;

	output.replace = output.no_sync = true;
	pli_error_clear(err);
	rc = pli_tree_seal(support_pli(), certs, paths, count, &output, options, sealed, err);
	pli_certs_free(certs);
	return rc;
}

/* trees_seal_raw seals content that need not be an archive, to memory; the caller clears envelope. */
static inline void
trees_seal_raw(struct view content, struct buf *envelope)
{
	const enum support_kind kind = SUPPORT_P256;
	struct pli_certs *certs = support_certs(&kind, 1);
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_input in = pli_input_memory(content.p, content.len, "content");
	size_t cap = (size_t)pli_seal_bound(certs, content.len);
	struct pli_error err = { 0 };
	struct pli_sealed sealed;
	struct pli_output out;

	envelope->len = 0;
	options.threads = 0;
	check_ok(buf_reserve(envelope, cap, &err), err);
	out = pli_output_memory(envelope->p, cap, "envelope");
	check_ok(pli_seal(support_pli(), certs, &in, &out, &options, &sealed, &err), err);
	envelope->len = (size_t)sealed.bytes;
	pli_certs_free(certs);
}

static inline enum pli_status
trees_open(const struct pli_input *in, const char *folder, const char *name,
    const struct pli_tree_open_options *options, struct pli_tree_opened *opened, struct pli_error *err)
{
	const struct pli_key *key = support_key(SUPPORT_P256);

	pli_error_clear(err);
	return pli_tree_open(support_pli(), &key, 1, in, folder, name, options, opened, err);
}

static inline enum pli_status
trees_list(const struct pli_input *in, const struct pli_tree_open_options *options, struct pli_tree_opened *opened,
    struct pli_error *err)
{
	const struct pli_key *key = support_key(SUPPORT_P256);

	pli_error_clear(err);
	return pli_tree_list(support_pli(), &key, 1, in, options, opened, err);
}

#endif
