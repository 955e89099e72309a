/* Folders that are nowhere until they are complete, and the leftovers of runs that were killed. */
#include "folder.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/resource.h>

#include "hidden.h"
#include "order.h"
#include "others.h"
#include "suite.h"
#include "trees.h"

#define LEFT ".pli-0123456789abcdef"

static char trees_at_neu[300];
static atomic_ulong yields, folders;

int __real_sched_yield(void);
int __wrap_sched_yield(void);
int __real_mkdirat(int fd, const char *path, mode_t mode);
int __wrap_mkdirat(int fd, const char *path, mode_t mode);

int
__wrap_sched_yield(void)
{
	yields++;
	return __real_sched_yield();
}

int __real_renameat2(int from, const char *name, int to, const char *as, unsigned flags);
int __wrap_renameat2(int from, const char *name, int to, const char *as, unsigned flags);

int
__wrap_renameat2(int from, const char *name, int to, const char *as, unsigned flags)
{
	int result = __real_renameat2(from, name, to, as, flags);

	if (result == 0)
		order_named(to, as);
	return result;
}

int
__wrap_mkdirat(int fd, const char *path, mode_t mode)
{
	folders++;
	return __real_mkdirat(fd, path, mode);
}

static void
fill(const struct folder *f)
{
	int fd;

	check(mkdirat(folder_fd(f), "a", 0755) == 0 && mkdirat(folder_fd(f), "a/b", 0755) == 0);
	check((fd = openat(folder_fd(f), "a/b/c", O_CREAT | O_WRONLY | O_CLOEXEC, 0400)) >= 0 && close(fd) == 0);
	check(fchmodat(folder_fd(f), "a/b", 0555, 0) == 0 && fchmodat(folder_fd(f), "a", 0, 0) == 0);
}

static void
commit(void)
{
	struct pli_error err = { 0 };
	struct folder *f;
	struct stat st;
	int no_sync;

	(void)umask(027);
	trees_begin();
	for (no_sync = 0; no_sync < 2; no_sync++) {
		check_ok(
		    folder_new(&f, trees_at("neu"), "bid", (struct hidden_how){ false, no_sync != 0, false }, &err),
		    err);
		check(!support_exists(trees_at("neu/bid")) && trees_entries(trees_at("neu")) == 2);
		check(fstat(folder_fd(f), &st) == 0 && (st.st_mode & 07777) == 0700);
		fill(f);
		check_ok(folder_commit(f, &err), err);
		folder_free(f);
		check(stat(trees_at("neu/bid"), &st) == 0 && (st.st_mode & 07777) == 0750);
		check(trees_entries(trees_at("neu")) >= 2);
		trees_remove(trees_at("neu"));
	}
	trees_end();
}

/* Commits with the sync that fails, if any, and what is done then. */
static void
commit_in_order(bool no_sync, char fails, const char *steps)
{
	struct pli_error err = { 0 };
	struct folder *f;

	trees_begin();
	check_ok(folder_new(&f, trees_root, "bid", (struct hidden_how){ false, no_sync, false }, &err), err);
	fill(f);
	order_begin(trees_root, fails);
	check(folder_commit(f, &err) == (fails == '\0' ? PLI_OK : PLI_ERR_IO));
	check(order_is(steps));
	folder_free(f);
	if (fails == 'a') {
		check(strstr(err.message, "cannot sync") != NULL && trees_entries(trees_root) == 0);
	} else {
		check(fails == '\0' || strstr(err.message, "folder could not be synced") != NULL);
		check(support_exists(trees_at("bid/a")) && trees_entries(trees_root) > 1);
	}
	trees_end();
}

/* All that is in a folder is on the disk before it has its name, and the name is before anybody is told. */
static void
synced(void)
{
	commit_in_order(false, '\0', "and");
	commit_in_order(false, 'a', "a");
	commit_in_order(false, 'd', "and");
	commit_in_order(true, '\0', "n");
}

static void
abandoned(void)
{
	struct pli_error err = { 0 };
	struct folder *f;

	trees_begin();
	check_ok(folder_new(&f, trees_at("neu"), "bid", (struct hidden_how){ false, true, false }, &err), err);
	fill(f);
	folder_free(f);
	check(!support_exists(trees_at("neu")));
	trees_folder(trees_at("alt"));
	check_ok(folder_new(&f, trees_at("alt"), "bid", (struct hidden_how){ false, true, false }, &err), err);
	fill(f);
	folder_free(f);
	check(support_exists(trees_at("alt")) && trees_entries(trees_at("alt")) == 0);
	check_ok(folder_new(&f, trees_at("neu"), "bid", (struct hidden_how){ false, true, false }, &err), err);
	folder_keep(f);
	folder_free(f);
	check(support_exists(trees_at("neu")));
	folder_free(NULL);
	trees_end();
}

/* In a folder below the root, makes another of the only one that is there. */
static void
exchange(const char *below)
{
	char command[2000];

	(void)snprintf(command, sizeof(command),
	    "cd '%s' && cd $(printf %%s \"%s\") && h=$(ls -A) && mv \"$h\" away && mkdir \"$h\" && echo another "
	    ">\"$h/forged\"",
	    trees_root, below);
	check(system(command) == 0); /* NOLINT: a path of our own making */
}

/* Somebody who can write to the parent puts a folder of their own under the hidden name: it is theirs, and stays. */
static void
exchanged(void)
{
	struct pli_error err = { 0 };
	struct folder *f;

	trees_begin();
	check_ok(folder_new(&f, trees_root, "bid", (struct hidden_how){ false, true, false }, &err), err);
	fill(f);
	exchange(".");
	check_ok(folder_commit(f, &err), err);
	folder_free(f);
	check(support_exists(trees_at("bid/a")) && !support_exists(trees_at("bid/forged")));
	check(trees_entries(trees_at("away")) == 0);
	trees_end();
	trees_begin();
	check_ok(folder_new(&f, trees_root, "bid", (struct hidden_how){ false, true, false }, &err), err);
	fill(f);
	exchange(".");
	folder_free(f);
	check(trees_entries(trees_at("away")) == 0 && trees_entries(trees_root) == 3);
	trees_end();
}

/* Who can even write to the hidden folder, where there are no permissions, can exchange what is in it: that is told. */
static void
exchanged_within(void)
{
	struct pli_error err = { 0 };
	struct folder *f;

	trees_begin();
	check_ok(folder_new(&f, trees_root, "bid", (struct hidden_how){ false, true, false }, &err), err);
	fill(f);
	exchange("$(ls -A)");
	check(folder_commit(f, &err) == PLI_ERR_IO && strstr(err.message, "somebody else") != NULL);
	folder_free(f);
	check(support_exists(trees_at("bid/forged"))); /* theirs, and told */
	trees_end();
}

static void
exists(void)
{
	struct pli_error err = { 0 };
	struct folder *f;

	trees_begin();
	trees_file(trees_at("bid"), 3);
	check(folder_new(&f, trees_root, "bid", (struct hidden_how){ false, true, false }, &err) == PLI_ERR_EXISTS &&
	      f == NULL);
	check(symlink("nirgends", trees_at("link")) == 0);
	check(folder_new(&f, trees_root, "link", (struct hidden_how){ false, true, false }, NULL) == PLI_ERR_EXISTS);
	check_ok(
	    folder_new(&f, trees_root, "spaet", (struct hidden_how){ false, true, false }, &(struct pli_error){ 0 }),
	    err);
	trees_folder(trees_at("spaet"));
	check(folder_commit(f, NULL) == PLI_ERR_EXISTS);
	folder_free(f);
	check(trees_entries(trees_root) == 3 && trees_entries(trees_at("spaet")) == 0);
	trees_end();
}

/* Where it can turn out that no folder is wanted, a file is minded at the end only; anything else at once. */
static void
file_may_stay(void)
{
	struct pli_error err = { 0 };
	struct folder *f;

	trees_begin();
	trees_file(trees_at("bid"), 3);
	check_ok(folder_new(&f, trees_root, "bid", (struct hidden_how){ true, true, false }, &err), err);
	check(folder_commit(f, NULL) == PLI_ERR_EXISTS);
	folder_free(f);
	check(trees_entries(trees_root) == 1);
	check(symlink("bid", trees_at("link")) == 0);
	check(folder_new(&f, trees_root, "link", (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_EXISTS);
	trees_folder(trees_at("folder"));
	check(folder_new(&f, trees_root, "folder", (struct hidden_how){ true, true, false }, NULL) == PLI_ERR_EXISTS);
	check(trees_entries(trees_root) == 3);
	trees_end();
}

enum { JOBS = 4, TURNS = 300 };

static void *
make_and_fail(void *arg)
{
	struct pli_error err = { 0 };
	struct folder *f;
	char name[2] = { *(const char *)arg, '\0' };
	int i;

	for (i = 0; i < TURNS; i++) {
		check_ok(folder_new(&f, trees_at_neu, name, (struct hidden_how){ false, true, false }, &err), err);
		folder_free(f);
	}
	return NULL;
}

/* Jobs that make the same parent, and take it away again when they fail, do not take it from under each other. */
static void
side_by_side(void)
{
	pthread_t threads[JOBS];
	int i;

	trees_begin();
	(void)snprintf(trees_at_neu, sizeof(trees_at_neu), "%s", trees_at("neu"));
	for (i = 0; i < JOBS; i++)
		check(pthread_create(&threads[i], NULL, make_and_fail, (void *)(uintptr_t) & "abcd"[i]) == 0);
	for (i = 0; i < JOBS; i++)
		check(pthread_join(threads[i], NULL) == 0);
	trees_end();
}

static void
bad_names(void)
{
	static const char *const names[] = { "", ".", "..", "a/b", "/", LEFT };
	struct pli_error err = { 0 };
	struct folder *f;
	size_t i;

	trees_begin();
	yields = 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check(folder_new(&f, trees_root, names[i], (struct hidden_how){ false, true, false }, NULL) ==
		      PLI_ERR_USAGE);
	check(
	    folder_new(&f, trees_at("nicht/da"), "bid", (struct hidden_how){ false, true, false }, NULL) == PLI_ERR_IO);
	trees_file(trees_at("datei"), 3);
	check(folder_new(&f, trees_at("datei"), "bid", (struct hidden_how){ false, true, false }, NULL) == PLI_ERR_IO);
	check(symlink("nirgends", trees_at("faden")) == 0);
	check(folder_new(&f, trees_at("faden"), "bid", (struct hidden_how){ false, true, false }, &err) == PLI_ERR_IO &&
	      strstr(err.message, "No such file") != NULL);
	err = (struct pli_error){ 0 };
	check(
	    folder_new(&f, trees_at("faden/"), "bid", (struct hidden_how){ false, true, false }, &err) == PLI_ERR_IO &&
	    strstr(err.message, "No such file") != NULL);
	check(yields == 0); /* that is no parent that somebody takes away */
	check(trees_entries(trees_root) == 2);
	trees_end();
}

/* A run makes a folder in the root, and so sweeps it. */
static void
sweep(void)
{
	struct pli_error err = { 0 };
	struct folder *f;

	check_ok(folder_new(&f, trees_root, "bid", (struct hidden_how){ false, true, false }, &err), err);
	folder_free(f);
}

static void
make_leftover(const char *name, mode_t mode)
{
	trees_folder(trees_at("%s", name));
	trees_folder(trees_at("%s/%s", name, name));
	trees_folder(trees_at("%s/%s/d", name, name));
	trees_folder(trees_at("%s/%s/d/e", name, name));
	trees_file(trees_at("%s/%s/d/e/f", name, name), 3);
	trees_file(trees_at("%s/%s/g", name, name), 3);
	check(chmod(trees_at("%s/%s/d/e", name, name), 0555) == 0 && chmod(trees_at("%s/%s/d", name, name), 0) == 0);
	check(chmod(trees_at("%s", name), mode) == 0);
}

static void
swept(void)
{
	int fd;

	trees_begin();
	make_leftover(LEFT, 0700);
	trees_folder(trees_at("draussen"));
	trees_file(trees_at("draussen/x"), 3);
	check(symlink("../../draussen", trees_at(LEFT "/" LEFT "/link")) == 0);
	sweep();
	check(!support_exists(trees_at(LEFT)) && trees_entries(trees_root) == 2);
	make_leftover(LEFT, 0755); /* not one of ours */
	sweep();
	check(support_exists(trees_at(LEFT "/" LEFT "/g")));
	check(chmod(trees_at(LEFT), 0700) == 0);
	check((fd = open(trees_at(LEFT), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0 && flock(fd, LOCK_EX) == 0);
	sweep(); /* somebody works on it */
	check(support_exists(trees_at(LEFT "/" LEFT "/g")));
	check(close(fd) == 0);
	if (geteuid() == 0) {
		check(chown(trees_at(LEFT), 1, 1) == 0);
		sweep(); /* somebody else's */
		check(support_exists(trees_at(LEFT "/" LEFT "/g")) && chown(trees_at(LEFT), 0, 0) == 0);
	}
	trees_folder(trees_at(".pli-0123456789abcde"));
	trees_folder(trees_at(".pli-0123456789ABCDEF"));
	check(chmod(trees_at(".pli-0123456789abcde"), 0700) == 0);
	check(symlink("draussen", trees_at(".pli-ffffffffffffffff")) == 0);
	sweep();
	check(!support_exists(trees_at(LEFT)) && trees_entries(trees_root) == 5);
	trees_end();
}

/* A folder that somebody else gave a hidden name to, or that has more in it, is not all ours: that stays. */
static void
not_swept(void)
{
	trees_begin();
	trees_folder(trees_at(LEFT));
	trees_folder(trees_at(LEFT "/d"));
	trees_file(trees_at(LEFT "/d/f"), 3);
	trees_file(trees_at(LEFT "/g"), 3);
	check(chmod(trees_at(LEFT), 0700) == 0);
	sweep();
	check(support_exists(trees_at(LEFT "/d/f")) && support_exists(trees_at(LEFT "/g")));
	trees_remove(trees_at(LEFT));
	make_leftover(LEFT, 0700);
	trees_file(trees_at(LEFT "/g"), 3);
	sweep();
	check(support_exists(trees_at(LEFT "/g")) && trees_entries(trees_at(LEFT)) == 1);
	trees_end();
}

/* Can that user get there, by its whole path? For root to ask. */
static bool
gets_to(uid_t user, const char *path)
{
	bool reached;

	check(seteuid(user) == 0);
	reached = faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
	check(seteuid(0) == 0);
	return reached;
}

/* Who is not root has to open what is closed to them, too, before it can be emptied. */
static void
swept_by_a_person(void)
{
	const uid_t nobody = 65534;
	bool root = geteuid() == 0;

	/* where another user gets to */
	trees_begin_in(!root || gets_to(nobody, support_place()) ? support_place() : "/tmp");
	check(!root || (chown(trees_root, nobody, (gid_t)-1) == 0 && seteuid(nobody) == 0));
	make_leftover(LEFT, 0700);
	sweep();
	check(!support_exists(trees_at(LEFT)) && trees_entries(trees_root) == 0);
	check(!root || seteuid(0) == 0);
	trees_end();
}

/* A sweeper that comes between the name and the lock takes the folder away: it is made again, though not for ever. */
static void
swept_too_early(void)
{
	const struct hidden_how how = { false, true, true };
	struct pli_error err = { 0 };
	struct folder *f;

	trees_begin();
	others_locks = 3;
	check_ok(folder_new(&f, trees_root, "bid", how, &err), err);
	check(others_locks == 0 && trees_entries(trees_root) == 2);
	check_ok(folder_commit(f, &err), err);
	folder_free(f);
	check(support_exists(trees_at("bid")) && trees_entries(trees_root) == 1);
	others_locks = 1000;
	check(folder_new(&f, trees_root, "other", how, &err) == PLI_ERR_IO && f == NULL);
	check(others_locks > 900 && trees_entries(trees_root) == 1);
	others_locks = 0;
	err = (struct pli_error){ 0 };
	errno = 0;
	others_no_links = true;
	check(folder_new(&f, trees_root, "other", how, &err) == PLI_ERR_IO && f == NULL);
	others_no_links = false;
	check(trees_entries(trees_root) == 1);
	trees_end();
}

/* Leaves this process so many descriptors to open, six at most. The limit that was is for setrlimit. */
static struct rlimit
leave(size_t descriptors)
{
	struct rlimit before, now;
	int fds[7];
	size_t i;

	check(descriptors < sizeof(fds) / sizeof(fds[0]) && getrlimit(RLIMIT_NOFILE, &before) == 0);
	for (i = 0; i <= descriptors; i++)
		check((fds[i] = open("/", O_PATH | O_CLOEXEC)) >= 0);
	now = before;
	now.rlim_cur = (rlim_t)fds[descriptors];
	for (i = 0; i <= descriptors; i++)
		check(close(fds[i]) == 0);
	check(setrlimit(RLIMIT_NOFILE, &now) == 0);
	return before;
}

/* Where descriptors are short, the next try is no better, and what was made is removed without one. */
static void
few_descriptors(void)
{
	const struct hidden_how how = { false, true, true };
	struct pli_error err = { 0 };
	struct rlimit before;
	enum pli_status rc;
	struct folder *f;
	size_t n;

	trees_begin();
	for (n = 0; n < 3; n++) {
		before = leave(n);
		folders = 0;
		err = (struct pli_error){ 0 };
		rc = folder_new(&f, trees_root, "bid", how, &err);
		check(setrlimit(RLIMIT_NOFILE, &before) == 0);
		check(rc == PLI_ERR_IO && f == NULL && strstr(err.message, strerror(EMFILE)) != NULL);
		check(folders == n && trees_entries(trees_root) == 0);
	}
	err = (struct pli_error){ 0 };
	check_ok(folder_new(&f, trees_root, "bid", how, &err), err);
	fill(f);
	before = leave(1);
	folder_free(f);
	check(setrlimit(RLIMIT_NOFILE, &before) == 0);
	check(trees_entries(trees_root) == 0);
	trees_end();
}

static void
names(void)
{
	char name[HIDDEN_CAP], other[HIDDEN_CAP];

	check(hidden_name(name) && hidden_name(other) && hidden_is(name) && strcmp(name, other) != 0);
	check(!hidden_is("") && !hidden_is(".pli-") && !hidden_is(".pli-0123456789abcdef0"));
	check(!hidden_is("xpli-0123456789abcdef") && !hidden_is(".pli-0123456789abcdeg"));
	(void)umask(031);
	check(hidden_umask() == 031);
	(void)umask(022);
	check(hidden_umask() == 022);
}

#define TESTS(T, S)                                                                                                    \
	T(S, commit)                                                                                                   \
	T(S, synced)                                                                                                   \
	T(S, abandoned)                                                                                                \
	T(S, exchanged)                                                                                                \
	T(S, exchanged_within)                                                                                         \
	T(S, exists)                                                                                                   \
	T(S, file_may_stay)                                                                                            \
	T(S, side_by_side)                                                                                             \
	T(S, bad_names)                                                                                                \
	T(S, swept)                                                                                                    \
	T(S, not_swept)                                                                                                \
	T(S, swept_by_a_person)                                                                                        \
	T(S, swept_too_early)                                                                                          \
	T(S, few_descriptors)                                                                                          \
	T(S, names)
SUITE(folder, TESTS)
