#ifndef PLI_FORBIDDEN_H
#define PLI_FORBIDDEN_H

/*
 * forbidden.h - runs a test where the kernel refuses a call, as an older one or a sandbox does.
 */

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

/* forbidden_by: from here on this process and its children are subject to the filter. */
static inline bool
forbidden_by(struct sock_filter *filter, unsigned short count)
{
	struct sock_fprog program = { count, filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/*
 * forbidden_also runs test in a child for which forbid has been called. Where that is not possible (in valgrind, say), it says so,
 * and in CI, without valgrind, fails: nothing was shown.
 */
static inline void
forbidden_also(bool (*forbid)(void), void (*test)(bool forbidden))
{
	enum { CANNOT = 77 };
	const char *ci = getenv("CI"), *preload = getenv("LD_PRELOAD");
	pid_t pid;
	int status;

	check((pid = fork()) >= 0);
	if (pid == 0) {
		if (!forbid())
			_exit(CANNOT);
		test(true);
		support_leave(0);
	}
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (WEXITSTATUS(status) == CANNOT) {
		(void)fprintf(stderr, "skipped: a call cannot be forbidden here\n");
		/* valgrind preloads its own, and knows no filters. */
		check(
		    ci == NULL || strcmp(ci, "true") != 0 || (preload != NULL && strstr(preload, "vgpreload") != NULL));
		return;
	}
	check(WEXITSTATUS(status) == 0);
}

#endif
