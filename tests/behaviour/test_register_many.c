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

/* A process of its own, that imports keys "WRITER NUMBER", and counts those that are done. */
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
	for (i = 0; i < count; i++) {
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

static enum pli_status
count_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	(void)key;
	(void)err;
	*(int *)arg += 1;
	return PLI_OK;
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
	check_ok(pli_register_keys(reg, &all, count_key, keys, &err), err);
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
		pid = start(path, 0, KILLS, progress);
		while (i % 3 != 0 && progress->open == 0 && waitpid(pid, &status, WNOHANG) == 0)
			wait_a_little(500000);
		seed = seed * 1103515245 + 12345;
		wait_a_little((long)(seed >> 8) % 16000000);
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

#define TESTS(T, S) T(S, together) T(S, killed)
SUITE(register_many, TESTS)
