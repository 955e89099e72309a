/* Many processes at one register, some of which are killed: nothing that was said to be written is lost. */
#include "registers.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 2, KEYS = 500, KILLS = 300 };

/* Imports a certificate of its own under a name. */
static enum pli_status
import_new(struct pli *pli, struct pli_register *reg, const char *name, struct pli_error *err)
{
	const struct pli_register_place place = { "S", name, PLI_ROLE_PERSONAL };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256, .cn = name };
	struct pli_certs *certs = NULL;
	struct pli_key *key = NULL;
	enum pli_status rc;

	if ((rc = pli_pair_new(&key, pli, &pair, err)) == PLI_OK && (rc = pli_certs_new(&certs, pli, err)) == PLI_OK &&
	    (rc = pli_certs_add_key(certs, key, err)) == PLI_OK)
		rc = pli_register_import(reg, &place, certs, 0, NULL, err);
	pli_certs_free(certs);
	pli_key_free(key);
	return rc;
}

/* What a process says to the test, in memory that both see. */
struct progress {
	volatile int open, done;
};

/* A process of its own, that imports so many keys "WRITER NUMBER", or below 0 without end, and counts those that are done. */
static pid_t
start(const char *path, int writer, int count, struct progress *progress)
{
	struct pli_register *reg;
	struct pli_error err = { 0 };
	struct pli *pli;
	char name[32];
	pid_t pid = fork();
	int i;

	check(pid >= 0);
	if (pid != 0)
		return pid;
	if (pli_new(&pli, &err) != PLI_OK ||
	    pli_register_open(&reg, pli, path, PLI_REGISTER_CREATE, "writer", &err) != PLI_OK) {
		(void)fprintf(stderr, "%s\n", err.message);
		_exit(2);
	}
	progress->open = 1;
	for (i = 0; count < 0 || i < count; i += count >= 0) {
		(void)snprintf(name, sizeof(name), "%d %d", writer, progress->done);
		if (import_new(pli, reg, name, &err) != PLI_OK) {
			(void)fprintf(stderr, "%s\n", err.message);
			_exit(2);
		}
		progress->done++;
	}
	pli_register_free(reg);
	pli_free(pli);
	_exit(0);
}

static struct progress *
shared(void)
{
	struct progress *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	return p;
}

/* Lines are numbered 1, 2, 3 ... */
static enum pli_status
count_line(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	(void)err;
	check(event->id == ++*(int *)arg);
	return PLI_OK;
}

/* Opens the register, which checks it, and counts its keys and its lines. */
static void
count(const char *path, int *keys, int *lines)
{
	const struct pli_register_query all = { NULL, NULL, true };
	struct pli_register *reg;
	struct pli_error err = { 0 };

	*keys = *lines = 0;
	check_ok(pli_register_open(&reg, support_pli(), path, PLI_REGISTER_READ, NULL, &err), err);
	check_ok(pli_register_keys(reg, &all, register_count_key, keys, &err), err);
	check_ok(pli_register_journal(reg, NULL, count_line, lines, &err), err);
	pli_register_free(reg);
}

static void
together(void)
{
	const char *path = support_path("together.db");
	struct progress *progress = shared();
	int keys, lines, i, status;
	pid_t pids[WRITERS];

	for (i = 0; i < WRITERS; i++)
		pids[i] = start(path, i, KEYS, &progress[i]);
	for (i = 0; i < WRITERS; i++)
		check(waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	count(path, &keys, &lines);
	check(keys == WRITERS * KEYS);
	check(lines == WRITERS * KEYS + 2); /* its version, its service */
	check(munmap(progress, 4096) == 0);
}

static void
wait_a_little(long nanoseconds)
{
	const struct timespec pause = { 0, nanoseconds };

	(void)nanosleep(&pause, NULL);
}

/* Killed at any time, in every third run while the register is opened or made: at most the operation under way is not there. */
static void
killed(void)
{
	const char *path = support_path("killed.db");
	struct progress *progress = shared();
	int keys, lines, i, status;
	unsigned seed = 1;
	pid_t pid;

	for (i = 0; i < KILLS; i++) {
		progress->open = 0;
		pid = start(path, 0, -1, progress);
		while (i % 3 != 0 && progress->open == 0 && waitpid(pid, &status, WNOHANG) == 0)
			wait_a_little(500000);
		seed = seed * 1103515245 + 12345;
		wait_a_little((long)(seed >> 8));
		check(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
		if (!support_exists(path))
			continue;
		count(path, &keys, &lines);
		check(keys == progress->done || keys == progress->done + 1);
		progress->done = keys;
		check(lines == (keys > 0 ? keys + 2 : 1));
	}
	check(progress->done > 0);
	check(munmap(progress, 4096) == 0);
}

/* A process of its own that generates a key, over and over. */
static pid_t
start_generating(const char *path, const char *p12)
{
	const struct pli_register_place place = { "S", "Anne", PLI_ROLE_BACKUP };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	const struct pli_pair_file file = register_file(p12);
	struct pli_register *reg;
	struct pli_error err = { 0 };
	struct pli *pli;
	pid_t pid = fork();

	check(pid >= 0);
	if (pid != 0)
		return pid;
	if (pli_new(&pli, &err) != PLI_OK ||
	    pli_register_open(&reg, pli, path, PLI_REGISTER_CREATE, "writer", &err) != PLI_OK ||
	    pli_register_generate(reg, &place, &pair, &file, NULL, &err) != PLI_OK) {
		(void)fprintf(stderr, "%s\n", err.message);
		_exit(2);
	}
	for (;;)
		wait_a_little(500000000);
}

struct seen {
	int active, pending;
};

static enum pli_status
see_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct seen *seen = arg;

	(void)err;
	seen->active += key->status == PLI_KEY_ACTIVE;
	seen->pending += key->status == PLI_KEY_PENDING;
	check(key->status != PLI_KEY_ACTIVE || key->tested != 0);
	return PLI_OK;
}

static struct seen
look_at(struct pli_register *reg)
{
	const struct pli_register_query all = { NULL, NULL, true };
	struct pli_error err = { 0 };
	struct seen seen = { 0 };

	check_ok(pli_register_keys(reg, &all, see_key, &seen, &err), err);
	return seen;
}

/* Killed while it generates: never a key without its file, and nothing that keeps the name. */
static void
killed_generating(void)
{
	const struct pli_register_place place = { "S", "Anne", PLI_ROLE_BACKUP };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	const char *path = support_path("generating.db"), *p12 = support_path("anne.p12");
	const struct pli_pair_file file = register_file(p12);
	struct seen seen, all = { 0 };
	struct pli_error err = { 0 };
	struct pli_register *reg;
	unsigned seed = 7;
	int i, status;

	for (i = 0; i < 30; i++) {
		pid_t pid = start_generating(path, p12);

		seed = seed * 1103515245 + 12345;
		wait_a_little((long)(seed >> 8) * 30);
		check(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
		if (!support_exists(path))
			continue;
		check_ok(pli_register_open(&reg, support_pli(), path, PLI_REGISTER_CREATE, "tester", &err), err);
		seen = look_at(reg);
		check(seen.active <= 1 && (seen.active == 0 || (support_exists(p12) && seen.pending == 0)));
		if (seen.active > 0)
			check_ok(pli_register_retire(reg, &place, &err), err);
		all.active += seen.active;
		all.pending += seen.pending > 0;
		(void)unlink(p12);
		pli_register_free(reg);
	}
	check(all.active + all.pending > 0);
	check_ok(pli_register_open(&reg, support_pli(), path, PLI_REGISTER_CREATE, "tester", &err), err);
	check_ok(pli_register_generate(reg, &place, &pair, &file, NULL, &err), err);
	seen = look_at(reg);
	check(seen.active == 1 && seen.pending == 0);
	pli_register_free(reg);
}

/* Of two that renew one key at the same time one does, and the other one takes its file away again. */
static void
renewed_twice(void)
{
	const struct pli_register_place place = { "S", "Anne", PLI_ROLE_BACKUP };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	const char *path = support_path("twice.db"), *files[2];
	struct pli_error err = { 0 };
	struct pli_register *reg;
	struct pli_pair_file file = register_file(support_path("first.p12"));
	int i, status, done = 0;
	struct seen seen;
	pid_t pids[2];

	files[0] = support_path("one.p12");
	files[1] = support_path("two.p12");
	check_ok(pli_register_open(&reg, support_pli(), path, PLI_REGISTER_CREATE, "tester", &err), err);
	check_ok(pli_register_generate(reg, &place, &pair, &file, NULL, &err), err);
	pli_register_free(reg);
	for (i = 0; i < 2; i++) {
		struct pli *pli;

		check((pids[i] = fork()) >= 0);
		if (pids[i] != 0)
			continue;
		file.path = files[i];
		if (pli_new(&pli, &err) != PLI_OK ||
		    pli_register_open(&reg, pli, path, PLI_REGISTER_WRITE, "writer", &err) != PLI_OK)
			_exit(99);
		_exit((int)pli_register_renew(reg, &place, &pair, &file, NULL, &err));
	}
	for (i = 0; i < 2; i++) {
		check(waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status));
		check(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == PLI_ERR);
		check(support_exists(files[i]) == (WEXITSTATUS(status) == 0));
		done += WEXITSTATUS(status) == 0;
	}
	check(done >= 1);
	check_ok(pli_register_open(&reg, support_pli(), path, PLI_REGISTER_READ, NULL, &err), err);
	seen = look_at(reg);
	check(seen.active == 1 && seen.pending == 0);
	pli_register_free(reg);
}

#define TESTS(T, S) T(S, together) T(S, killed) T(S, killed_generating) T(S, renewed_twice)
SUITE(register_many, TESTS)
