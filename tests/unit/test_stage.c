/*
 * Files that are nowhere until they are complete: committed, aborted, in the way of others, swept. Each test runs
 * twice, the second time in a process that cannot make files without a name.
 */
#include "forbidden.h"
#include "order.h"
#include "others.h"
#include "pieces.h"
#include "stage.h"
#include "suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From here on openat with O_TMPFILE is refused, as by file systems that do not know it. */
static bool
forbid_unnamed_files(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, O_TMPFILE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, O_TMPFILE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return forbidden_by(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Runs test here, and again where files have hidden names. */
static void
both_ways(void (*test)(bool hidden))
{
	test(false);
	forbidden_also(forbid_unnamed_files, test);
}

/* Somebody who can write to the folder waits for the moment in which a file gets its name (see --wrap in CMakeLists.txt). */
static const char *awaited;

static void
put_another_now(const char *path)
{
	check(unlink(path) == 0);
	support_write(path, TEXT("another"));
}

static void
put_another(int result)
{
	const char *path = awaited;

	awaited = NULL;
	if (path != NULL && result == 0)
		put_another_now(path);
}

static bool no_replace_unknown; /* as on file systems that know no RENAME_NOREPLACE */

int __real_renameat(int from, const char *name, int to, const char *as);
int __wrap_renameat(int from, const char *name, int to, const char *as);
int __real_renameat2(int from, const char *name, int to, const char *as, unsigned flags);
int __wrap_renameat2(int from, const char *name, int to, const char *as, unsigned flags);

int
__wrap_renameat(int from, const char *name, int to, const char *as)
{
	int result = __real_renameat(from, name, to, as);

	if (result == 0)
		order_named(to, as);
	put_another(result);
	return result;
}

int
__wrap_renameat2(int from, const char *name, int to, const char *as, unsigned flags)
{
	int result;

	if (no_replace_unknown) {
		errno = EINVAL;
		return -1;
	}
	result = __real_renameat2(from, name, to, as, flags);
	if (result == 0)
		order_named(to, as);
	put_another(result);
	return result;
}

static struct stage *
begin(const char *path, bool replace, const char *text)
{
	struct pli_error err = { 0 };
	struct stage *s;

	check_ok(stage_new(&s, path, (struct hidden_how){ replace, true, false }, &err), err);
	check(write(stage_fd(s), text, strlen(text)) == (ssize_t)strlen(text));
	return s;
}

static bool
file_is(const char *path, const char *want)
{
	struct buf got = { 0 };
	bool same;

	support_read(path, &got);
	same = view_equal(buf_view(&got), view_of(want, strlen(want)));
	buf_clear(&got);
	return same;
}

static void
commit(bool hidden)
{
	const char *path = support_path("commit");
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s = begin(path, false, "all of it");

	check(!support_exists(path) && support_entries() == before + (hidden ? 1 : 0));
	check_ok(stage_commit(s, &err), err);
	check(file_is(path, "all of it") && support_entries() == before + 1);
	stage_free(s);
	check(file_is(path, "all of it") && unlink(path) == 0);
	/* in the folder that a name alone is in, too */
	check_ok(stage_new(&s, path, (struct hidden_how){ false, false, false }, &err), err);
	check_ok(stage_commit(s, &err), err);
	stage_free(s);
	check(unlink(path) == 0 && support_entries() == before);
}

/* Commits with the sync that fails, if any, and what is done then. */
static void
commit_in_order(struct hidden_how how, char fails, const char *steps)
{
	const char *path = support_path("synced");
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s;

	check_ok(stage_new(&s, path, how, &err), err);
	check_ok(stage_write(s, TEXT("all of it"), &err), err);
	order_begin(support_path("."), fails);
	check(stage_commit(s, &err) == (fails == '\0' ? PLI_OK : PLI_ERR_IO));
	check(order_is(steps));
	stage_free(s);
	if (fails == 'f') {
		check(strstr(err.message, "cannot sync") != NULL && !support_exists(path));
	} else {
		check(fails == '\0' || strstr(err.message, "folder could not be synced") != NULL);
		check(file_is(path, "all of it") && unlink(path) == 0);
	}
	check(support_entries() == before);
}

/* What has its name is on the disk, and the name as well: in this order, or power that is lost leaves an empty file. */
static void
synced(bool hidden)
{
	int ways;

	(void)hidden;
	for (ways = 0; ways < 4; ways++) {
		const bool replace = ways % 2 != 0;

		no_replace_unknown = ways / 2 != 0;
		commit_in_order((struct hidden_how){ replace, false, false }, '\0', "fnd");
		commit_in_order((struct hidden_how){ replace, false, false }, 'f', "f");
		commit_in_order((struct hidden_how){ replace, false, false }, 'd', "fnd");
		commit_in_order((struct hidden_how){ replace, true, false }, '\0', "n");
	}
	no_replace_unknown = false;
}

/* What was committed is taken back, and what somebody else put in its place is not. */
static void
withdrawn(bool hidden)
{
	const struct hidden_how how = { false, true, false };
	const char *path = support_path("withdrawn");
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s;

	(void)hidden;
	check_ok(stage_new(&s, path, how, &err), err);
	check_ok(stage_write(s, TEXT("all "), &err), err);
	check_ok(stage_write(s, TEXT("of it"), &err), err);
	check(!stage_withdraw(s)); /* nothing to take back yet */
	check_ok(stage_commit(s, &err), err);
	check(file_is(path, "all of it"));
	check(stage_withdraw(s));
	stage_free(s);
	check(!support_exists(path) && support_entries() == before);
	s = begin(path, false, "mine");
	check_ok(stage_commit(s, &err), err);
	put_another_now(path);
	check(!stage_withdraw(s));
	stage_free(s);
	check(file_is(path, "another") && unlink(path) == 0);
}

static void
abandon(bool hidden)
{
	const char *path = support_path("abort");
	size_t before = support_entries();
	struct stage *s = begin(path, false, "half of");

	(void)hidden;
	stage_free(s);
	check(!support_exists(path) && support_entries() == before);
	stage_free(NULL);
}

static void
exists(bool hidden)
{
	const char *path = support_path("exists");
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s;

	(void)hidden;
	support_write(path, TEXT("old"));
	check(stage_new(&s, path, (struct hidden_how){ false, true, false }, &err) == PLI_ERR_EXISTS && s == NULL);
	check(strstr(err.message, path) != NULL && err.hint[0] != '\0');
	check(file_is(path, "old") && unlink(path) == 0);
	/* it came while the work was done */
	s = begin(path, false, "new");
	support_write(path, TEXT("old"));
	check(stage_commit(s, NULL) == PLI_ERR_EXISTS);
	check(file_is(path, "old"));
	stage_free(s);
	check(file_is(path, "old") && unlink(path) == 0 && support_entries() == before);
}

static void
replace(bool hidden)
{
	const char *path = support_path("replace");
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s;

	(void)hidden;
	support_write(path, TEXT("old"));
	s = begin(path, true, "new");
	check(file_is(path, "old"));
	stage_free(s);
	check(file_is(path, "old"));
	s = begin(path, true, "new");
	check_ok(stage_commit(s, &err), err);
	stage_free(s);
	check(file_is(path, "new") && support_entries() == before + 1);
	check(unlink(path) == 0);
	/* nothing to replace is fine */
	s = begin(path, true, "new");
	check_ok(stage_commit(s, &err), err);
	stage_free(s);
	check(file_is(path, "new") && unlink(path) == 0 && support_entries() == before);
}

/* What is no regular file is never replaced, nor what a link points to. */
static void
other_targets(bool hidden)
{
	const char *folder = support_path("folder"), *target = support_path("target"), *link = support_path("link");
	struct stage *s = NULL;
	struct stat st;

	(void)hidden;
	check(mkdir(folder, 0700) == 0);
	support_write(target, TEXT("old"));
	check(symlink(target, link) == 0);
	check(stage_new(&s, folder, (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_EXISTS && s == NULL);
	check(stage_new(&s, link, (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_EXISTS && s == NULL);
	check(stage_new(&s, link, (struct hidden_how){ false, true, false }, NULL) == PLI_ERR_EXISTS && s == NULL);
	check(lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && file_is(target, "old"));
	check(unlink(target) == 0);
	check(stage_new(&s, link, (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_EXISTS &&
	      s == NULL); /* dangling */
	check(unlink(link) == 0);
	/* one that comes meanwhile */
	s = begin(link, true, "new");
	check(symlink(target, link) == 0);
	check(stage_commit(s, NULL) == PLI_ERR_EXISTS && !support_exists(target));
	stage_free(s);
	check(unlink(link) == 0);
	s = begin(link, true, "new");
	check(mkdir(link, 0700) == 0);
	check(stage_commit(s, NULL) == PLI_ERR_EXISTS);
	stage_free(s);
	check(rmdir(link) == 0 && rmdir(folder) == 0);
}

/* What stands under the name is another's: it is told, and left alone. A file that never had a name cannot be exchanged. */
static void
exchanged(bool hidden)
{
	const char *path = support_path("exchanged");
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s;
	int replacing;

	for (replacing = hidden ? 0 : 1; replacing < 2; replacing++) {
		s = begin(path, replacing != 0, "ours");
		awaited = path;
		pli_error_clear(&err);
		check(stage_commit(s, &err) == PLI_ERR_IO && awaited == NULL);
		check(strstr(err.message, "somebody else") != NULL && strstr(err.message, path) != NULL);
		stage_free(s);
		check(file_is(path, "another") && support_entries() == before + 1);
		check(unlink(path) == 0);
	}
}

static void
no_names(bool hidden)
{
	static const char *const bad[] = { "/", "/tmp/", ".", "..", "/tmp/.", "/tmp/.." };
	struct stage *s = NULL;
	size_t i;

	(void)hidden;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(stage_new(&s, bad[i], (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_EXISTS &&
		      s == NULL);
	check(stage_new(&s, "", (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_IO && s == NULL);
	check(stage_new(&s, "/nonexistent/file", (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_IO &&
	      s == NULL);
	check(
	    stage_new(&s, "/dev/null/file", (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_IO && s == NULL);
}

static void
permissions(bool hidden)
{
	static const mode_t masks[] = { 022, 077, 027, 0, 0177 };
	const char *path = support_path("permissions");
	mode_t before = umask(0);
	struct pli_error err = { 0 };
	struct stat st;
	struct stage *s;
	size_t i;

	/* What has a name, or is to have a hidden one for a moment, is its owner's alone until it is in place. */
	for (i = 0; i < 2 * sizeof(masks) / sizeof(masks[0]); i++) {
		mode_t mask = masks[i / 2], final = 0666 & ~mask;

		(void)umask(mask);
		s = begin(path, i % 2 != 0, "x");
		check(fstat(stage_fd(s), &st) == 0);
		check((st.st_mode & 07777) == (hidden || i % 2 != 0 ? 0600 & ~mask : final));
		check_ok(stage_commit(s, &err), err);
		stage_free(s);
		check(stat(path, &st) == 0 && (st.st_mode & 07777) == final);
		check(unlink(path) == 0);
	}
	(void)umask(before);
}

/* The folder may be renamed meanwhile. */
static void
a_folder_that_moves(bool hidden)
{
	const char *old = support_path("old"), *new = support_path("new");
	char path[300];
	struct pli_error err = { 0 };
	struct stage *s;

	(void)hidden;
	check(mkdir(old, 0700) == 0);
	(void)snprintf(path, sizeof(path), "%s/file", old);
	s = begin(path, false, "x");
	check(rename(old, new) == 0);
	check_ok(stage_commit(s, &err), err);
	stage_free(s);
	(void)snprintf(path, sizeof(path), "%s/file", new);
	check(file_is(path, "x") && unlink(path) == 0 && rmdir(new) == 0);
}

/* What killed runs leave is removed by the next one; what is somebody's, or is not ours by its name, is not. */
static void
leftovers(bool hidden)
{
	static const char *const stay[] = { ".pli-0123456789abcde", ".pli-0123456789abcdef0", ".pli-0123456789abcdeF",
		".pli-0123456789abcdeg", "pli-0123456789abcdef", ".pli-", ".pli_0123456789abcdef" };
	const char *dead = ".pli-0123456789abcdef", *locked = ".pli-00000000000000ff", *link = ".pli-00000000000000fe";
	const char *folder = ".pli-00000000000000fd", *open_to_all = ".pli-00000000000000fc";
	struct stage *s;
	struct stat st;
	size_t i;
	int fd;

	(void)hidden;
	for (i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		support_write(support_path(stay[i]), TEXT("x"));
	support_write(support_path(dead), TEXT("x"));
	support_write(support_path(open_to_all), TEXT("x"));
	support_write(support_path(locked), TEXT("x"));
	support_write(support_path("target"), TEXT("x"));
	check(symlink(support_path("target"), support_path(link)) == 0);
	check(mkdir(support_path(folder), 0700) == 0);
	check(chmod(support_path(dead), 0600) == 0 && chmod(support_path(open_to_all), 0644) == 0 &&
	      chmod(support_path(locked), 0600) == 0);
	fd = open(support_path(locked), O_RDWR | O_CLOEXEC);
	check(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);

	s = begin(support_path("file"), false, "x");
	check(!support_exists(support_path(dead)) && support_exists(support_path(locked)));
	/* not the mode of what pli leaves */
	check(support_exists(support_path(open_to_all)));
	check(lstat(support_path(link), &st) == 0 && support_exists(support_path("target")));
	check(!support_exists(support_path(folder)));
	for (i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		check(support_exists(support_path(stay[i])) && unlink(support_path(stay[i])) == 0);
	/* a run at work holds the lock of its own file: another leaves it alone */
	stage_free(begin(support_path("another"), false, "y"));
	check(support_exists(support_path(locked)));
	check(stage_commit(s, NULL) == PLI_OK && file_is(support_path("file"), "x"));
	stage_free(s);
	check(close(fd) == 0);
	stage_free(begin(support_path("third"), false, "z"));
	check(!support_exists(support_path(locked)));
	check(unlink(support_path(link)) == 0);
	check(unlink(support_path(open_to_all)) == 0);
	check(unlink(support_path("target")) == 0 && unlink(support_path("file")) == 0);
}

/* A process that dies leaves one hidden file at most, and nothing under the name. */
static void
killed(bool hidden)
{
	static struct stage *volatile unfinished; /* which leak checkers find here */
	size_t before = support_entries();
	pid_t pid;
	int status;

	check((pid = fork()) >= 0);
	if (pid == 0) {
		unfinished = begin(support_path("killed"), false, "half of");
		check(stage_fd(unfinished) >= 0);
		(void)kill(getpid(), SIGKILL);
	}
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	check(!support_exists(support_path("killed")));
	check(support_entries() == before + (hidden ? 1 : 0));
	stage_free(begin(support_path("killed"), false, "x"));
	check(support_entries() == before);
}

/* Without RENAME_NOREPLACE nothing is replaced, either. */
static void
an_old_file_system(bool hidden)
{
	const char *path = support_path("name");
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s = begin(path, false, "new");

	(void)hidden;
	no_replace_unknown = true;
	check_ok(stage_commit(s, &err), err);
	stage_free(s);
	check(file_is(path, "new") && support_entries() == before + 1 && unlink(path) == 0);
	s = begin(path, false, "new");
	support_write(path, TEXT("old"));
	check(stage_commit(s, NULL) == PLI_ERR_EXISTS);
	stage_free(s);
	no_replace_unknown = false;
	check(file_is(path, "old") && unlink(path) == 0 && support_entries() == before);
}

/* A sweeper that comes between the name and the lock takes the file away: it is made again, though not for ever. */
static void
swept(bool hidden)
{
	const char *path = support_path("name");
	const struct hidden_how how = { false, true, true };
	size_t before = support_entries();
	struct pli_error err = { 0 };
	struct stage *s;

	if (!hidden)
		return;
	others_locks = 3;
	check_ok(stage_new(&s, path, how, &err), err);
	check(others_locks == 0 && support_entries() == before + 1);
	check_ok(stage_commit(s, &err), err);
	stage_free(s);
	check(unlink(path) == 0 && support_entries() == before);
	others_locks = 1000;
	check(stage_new(&s, path, how, &err) == PLI_ERR_IO && strstr(err.message, "beside") != NULL);
	check(others_locks > 900 && support_entries() == before);
	others_locks = 0;
	err = (struct pli_error){ 0 };
	errno = 0;
	others_no_links = true;
	check(stage_new(&s, path, how, &err) == PLI_ERR_IO && s == NULL);
	others_no_links = false;
	check(support_entries() == before);
}

#define TWICE(test)                                                                                                    \
	static void test##_both_ways(void)                                                                             \
	{                                                                                                              \
		both_ways(test);                                                                                       \
	}
TWICE(commit)
TWICE(synced)
TWICE(withdrawn)
TWICE(abandon)
TWICE(exists)
TWICE(replace)
TWICE(other_targets)
TWICE(exchanged)
TWICE(no_names)
TWICE(permissions)
TWICE(a_folder_that_moves)
TWICE(leftovers)
TWICE(killed)
TWICE(an_old_file_system)
TWICE(swept)

#define TESTS(T, S)                                                                                                    \
	T(S, commit_both_ways)                                                                                         \
	T(S, synced_both_ways)                                                                                         \
	T(S, withdrawn_both_ways)                                                                                      \
	T(S, abandon_both_ways)                                                                                        \
	T(S, exists_both_ways)                                                                                         \
	T(S, replace_both_ways)                                                                                        \
	T(S, other_targets_both_ways)                                                                                  \
	T(S, exchanged_both_ways)                                                                                      \
	T(S, no_names_both_ways)                                                                                       \
	T(S, permissions_both_ways)                                                                                    \
	T(S, a_folder_that_moves_both_ways)                                                                            \
	T(S, leftovers_both_ways)                                                                                      \
	T(S, killed_both_ways)                                                                                         \
	T(S, an_old_file_system_both_ways)                                                                             \
	T(S, swept_both_ways)
SUITE(stage, TESTS)
