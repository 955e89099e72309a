/*
 * signals.c - one flag, one handler.
 *
 * The flag is polled: by the engine through hooks.cancelled, by everything
 * that waits for input through signals_wait, which blocks the signals while it
 * looks at the flag and lets ppoll unblock them. The second signal ends the
 * process by that signal; a terminal whose echo is off gets it back before
 * (tcsetattr is async-signal-safe, POSIX.1 2.4.3). timeout(1) and others send
 * one signal to the process and again to its group: what comes within a moment
 * of the first is the first.
 */
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

static const int stopping[] = { SIGINT, SIGTERM, SIGHUP };
static const int keyboard[] = { SIGTSTP, SIGQUIT };

#define ONE_SIGNAL_MS 300

static volatile sig_atomic_t caught;
static int64_t caught_at; /* written once, before caught, by the handler */

/* What a killing signal puts back; fd -1: nothing. Changed with the signals blocked. */
static struct {
	int fd;
	struct termios mode;
	void (*keyboard[2])(int); /* what the keyboard's signals did before */
} guarded = { .fd = -1 };

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
on_signal(int number)
{
	if (caught == 0) {
		caught_at = now_ms();
		caught = number;
		return;
	}
	if (now_ms() - caught_at < ONE_SIGNAL_MS)
		return;
	if (guarded.fd >= 0)
		(void)tcsetattr(guarded.fd, TCSAFLUSH, &guarded.mode);
	(void)signal(number, SIG_DFL);
	(void)raise(number); /* blocked until the handler returns */
}

static void
block(sigset_t *before)
{
	sigset_t set;
	size_t i;

	(void)sigemptyset(&set);
	for (i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
		(void)sigaddset(&set, stopping[i]);
	(void)sigprocmask(SIG_BLOCK, &set, before);
}

void
signals_arm(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	size_t i;

	(void)sigemptyset(&act.sa_mask);
	for (i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
		(void)sigaddset(&act.sa_mask, stopping[i]); /* one handler at a time */
	for (i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++) {
		struct sigaction before;

		if (sigaction(stopping[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			(void)sigaction(stopping[i], &act, NULL);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of writing */
}

int
signals_caught(void)
{
	return caught;
}

bool
signals_cancelled(void *arg)
{
	(void)arg;
	return caught != 0;
}

bool
signals_wait(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	sigset_t before;

	block(&before);
	while (caught == 0 && ppoll(&p, 1, NULL, &before) < 0 && errno == EINTR)
		continue;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return caught == 0;
}

void
signals_guard(int fd, const struct termios *mode)
{
	sigset_t before;
	size_t i;

	block(&before);
	guarded.fd = mode != NULL ? fd : -1;
	for (i = 0; i < sizeof(keyboard) / sizeof(keyboard[0]); i++) {
		if (mode != NULL)
			guarded.keyboard[i] = signal(keyboard[i], SIG_IGN);
		else
			(void)signal(keyboard[i], guarded.keyboard[i]);
	}
	if (mode != NULL)
		guarded.mode = *mode;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}
