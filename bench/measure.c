/*
 * measure.c - runs one command and writes to descriptor 3: seconds of real time, seconds of CPU time, the largest
 * resident set in KiB; and what of the CPU time was spent in user mode, and what in the kernel. Processes that the command
 * waited for count; of their resident sets, the largest. It is small itself, since a child's peak begins at the size of who
 * forked it.
 *
 *	pli_measure COMMAND [ARGUMENT...] 3>numbers
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct rusage used;
	double start, end;
	int status;
	pid_t pid;

	if (argc < 2) {
		(void)fprintf(stderr, "usage: pli_measure COMMAND [ARGUMENT...] 3>numbers\n");
		return 2;
	}
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
	start = now();
	if ((pid = vfork()) == 0) {
		(void)execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return 1;
	end = now();
	(void)dprintf(3, "%.6f %.6f %ld %.6f %.6f\n", end - start, seconds(used.ru_utime) + seconds(used.ru_stime),
	    used.ru_maxrss, seconds(used.ru_utime), seconds(used.ru_stime));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
