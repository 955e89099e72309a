/*
 * A disk that is really full, while a key is generated: a file system of a few pages in memory, seen by one process only.
 * Needs the right to mount; without it these tests have nothing to say, and register_files has its limits on file sizes.
 */
#include "registers.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 320 << 10, PAGE = 4096 };

static struct pli_error err;

static enum pli_status
count_key(void *arg, const struct pli_register_key *key, struct pli_error *e)
{
	int *keys = arg;

	(void)e;
	keys[key->status == PLI_KEY_ACTIVE ? 0 : 1]++;
	return PLI_OK;
}

/* Leaves so many pages free. */
static void
fill(int pages)
{
	static const char zeroes[PAGE];
	int fd = open("ballast", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	off_t len = 0;

	check(fd >= 0);
	while (write(fd, zeroes, PAGE) == PAGE)
		len += PAGE;
	check(errno == ENOSPC && len > pages * PAGE && ftruncate(fd, len - pages * PAGE) == 0 && close(fd) == 0);
}

static enum pli_status
generate(struct pli *pli, int keys[2])
{
	const struct pli_register_place place = { "S", "Neuve", PLI_ROLE_BACKUP };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	const struct pli_pair_file file = register_file("neuve.p12");
	const struct pli_register_query all = { NULL, NULL, true };
	struct pli_register *reg;
	enum pli_status rc, seen;

	err = (struct pli_error){ 0 };
	keys[0] = keys[1] = 0;
	if ((rc = pli_register_open(&reg, pli, "r.db", PLI_REGISTER_CREATE, "tester", &err)) != PLI_OK)
		return rc;
	rc = pli_register_generate(reg, &place, &pair, &file, NULL, &err);
	pli_register_free(reg);
	check(unlink("ballast") == 0);
	check(pli_register_open(&reg, pli, "r.db", PLI_REGISTER_READ, NULL, NULL) == PLI_OK);
	seen = pli_register_keys(reg, &all, count_key, keys, NULL);
	check(seen == PLI_OK);
	pli_register_free(reg);
	return rc;
}

static void
try_all(struct pli *pli)
{
	int pages, keys[2], failed = 0;

	for (pages = 0;; pages += 2) {
		enum pli_status rc;

		check(pages * PAGE < SIZE);
		fill(pages);
		rc = generate(pli, keys);
		if (rc == PLI_OK)
			break;
		check(rc == PLI_ERR_IO && err.message[0] != '\0');
		check(keys[0] == 0 && access("neuve.p12", F_OK) != 0);
		failed++;
	}
	check(failed > 4 && keys[0] == 1 && keys[1] == 0 && access("neuve.p12", F_OK) == 0);
}

static void
full(void)
{
	const char *folder = support_path("full");
	int status;
	pid_t pid;

	check(mkdir(folder, 0700) == 0 && (pid = fork()) >= 0);
	if (pid == 0) {
		struct pli *pli;

		if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount("none", folder, "tmpfs", 0, "size=320k") != 0 || chdir(folder) != 0)
			_exit(77);
		check(pli_new(&pli, NULL) == PLI_OK);
		try_all(pli);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	check(rmdir(folder) == 0);
	if (WEXITSTATUS(status) == 77)
		(void)fprintf(stderr, "register_full: skipped, no right to mount\n");
	else
		check(WEXITSTATUS(status) == 0);
}

#define TESTS(T, S) T(S, full)
SUITE(register_full, TESTS)
