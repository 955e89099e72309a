/*
 * What is below a folder is opened, and nothing that a link leads to. Each test runs twice, the second time where the kernel
 * has no openat2.
 */
#include "below.h"
#include "forbidden.h"
#include "suite.h"
#include "trees.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>

static bool
forbid_openat2(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return forbidden_by(filter, sizeof(filter) / sizeof(filter[0]));
}

/* root/real/deep/f, outside/deep/f, and links of every kind to folders that would do. */
static int
begin(bool forbidden)
{
	struct open_how how = { .flags = O_PATH };
	int root;

	trees_begin();
	trees_folder(trees_at("outside"));
	trees_folder(trees_at("outside/deep"));
	trees_file(trees_at("outside/deep/f"), 1);
	trees_folder(trees_at("root"));
	trees_folder(trees_at("root/real"));
	trees_folder(trees_at("root/real/deep"));
	trees_file(trees_at("root/real/deep/f"), 2);
	check(symlink("../outside", trees_at("root/out")) == 0);
	check(symlink("real", trees_at("root/in")) == 0);
	check(symlink(trees_at("outside"), trees_at("root/absolute")) == 0);
	check(symlink("deep", trees_at("root/real/in")) == 0);
	check(symlink("..", trees_at("root/real/up")) == 0);
	check((root = open(trees_at("root"), O_PATH | O_DIRECTORY | O_CLOEXEC)) >= 0);
	check(!forbidden || (syscall(SYS_openat2, root, ".", &how, sizeof(how)) == -1 && errno == ENOSYS));
	return root;
}

static void
what_is_there(bool forbidden)
{
	int root = begin(forbidden), fd;
	struct below b = BELOW_INIT;
	const char *last;
	struct stat st;

	check(below_parent(&b, root, "f", &last) == root && strcmp(last, "f") == 0);
	check((fd = below_parent(&b, root, "real/deep/f", &last)) >= 0 && strcmp(last, "f") == 0);
	check(fstatat(fd, last, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size == 2);
	check(below_parent(&b, root, "real/deep/g", &last) == fd && strcmp(last, "g") == 0);
	check(below_parent(&b, root, "none/f", &last) == -1 && errno == ENOENT);
	below_clear(&b);
	check((fd = below_open(root, "real/deep/f", O_RDONLY, 0)) >= 0 && fstat(fd, &st) == 0 && st.st_size == 2);
	check(close(fd) == 0 && close(root) == 0);
	trees_end();
}

static void
check_path(const char *path, int fd)
{
	if (fd != -1 || errno == ENOENT)
		(void)fprintf(stderr, "%s: opened, or not there\n", path);
	check(fd == -1 && errno != ENOENT);
}

static void
links(bool forbidden)
{
	static const char *const parents[] = { "out/f", "in/f", "absolute/f", "out/deep/f", "in/deep/f",
		"absolute/deep/f", "real/in/f", "real/up/f", "real/up/real/deep/f", "../outside/f", "../root/real/f",
		"..//f", "/tmp/f" };
	static const char *const others[] = { "out", "in", "real/in", "out/deep/f", "in/deep/f", "absolute/deep/f",
		"real/in/f", "..", "../outside/deep/f", "/", "/etc/passwd" };
	int root = begin(forbidden);
	struct below b = BELOW_INIT;
	const char *last;
	size_t i;

	for (i = 0; i < sizeof(parents) / sizeof(parents[0]); i++)
		check_path(parents[i], below_parent(&b, root, parents[i], &last));
	below_clear(&b);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		check_path(others[i], below_open(root, others[i], O_RDONLY, 0));
	/* Nothing is made behind a link either. */
	check(below_open(root, "in/new", O_WRONLY | O_CREAT | O_EXCL, 0600) == -1);
	check(below_open(root, "out/deep/new", O_WRONLY | O_CREAT | O_EXCL, 0600) == -1);
	check(!support_exists(trees_at("root/real/new")) && !support_exists(trees_at("outside/deep/new")));
	check(close(root) == 0);
	trees_end();
}

#define TWICE(test)                                                                                                    \
	static void test##_both_ways(void)                                                                             \
	{                                                                                                              \
		test(false);                                                                                           \
		forbidden_also(forbid_openat2, test);                                                                  \
	}
TWICE(what_is_there)
TWICE(links)

#define TESTS(T, S)                                                                                                    \
	T(S, what_is_there_both_ways)                                                                                  \
	T(S, links_both_ways)
SUITE(below, TESTS)
