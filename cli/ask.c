/*
 * ask.c - reads one line from somewhere.
 *
 * Lines are read byte by byte with read(2): nothing stays behind in a buffer,
 * and what follows the line is left for the next reader of the same
 * descriptor. Every wait ends when a signal asks to stop.
 */
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "refuse.h"
#include "signals.h"
#include "text.h"

#define ATTEMPTS 3
#define REST_MAX (1 << 20) /* bytes of a command, behind the passphrase */

/* A buffer to fill, and how errors speak of what fills it. */
struct line {
	char *buf;
	size_t cap, *len;
	const char *from;
	struct pli_error *err;
};

static enum pli_status
missing(struct line *line, const char *why)
{
	return refuse(line->err, PLI_ERR_PASSPHRASE, NULL, "no passphrase from %s: %s", line->from, why);
}

static enum pli_status
unreadable(struct line *line)
{
	const char *hint = errno == ENOENT ? "check the path" : errno == EBADF ? "fd:3 3<FILE, for instance" : NULL;

	return refuse(line->err, PLI_ERR_IO, hint, "cannot read a passphrase from %s: %s", line->from, strerror(errno));
}

/* Reads up to a newline, which is dropped, or the end. Nothing at all before the end is an error. */
static enum pli_status
read_line(struct line *line, int fd)
{
	bool any = false;

	*line->len = 0;
	for (;;) {
		char c;
		ssize_t n;

		if (!signals_wait(fd))
			return refuse_interrupted(line->err);
		n = read(fd, &c, 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return unreadable(line);
		if (n == 0)
			return any ? PLI_OK : missing(line, "it is empty");
		if (c == '\n')
			return PLI_OK;
		if (*line->len == line->cap)
			return missing(line, "the line is too long");
		line->buf[(*line->len)++] = c;
		any = true;
	}
}

static enum pli_status
from_file(struct line *line, const char *path)
{
	/* A pipe with a name waits for its writer where a signal ends the wait: signals_wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum pli_status status;

	if (fd < 0)
		return unreadable(line);
	status = read_line(line, fd);
	(void)close(fd);
	return status;
}

static enum pli_status
from_env(struct line *line, const char *variable)
{
	const char *value = getenv(variable);

	if (value == NULL)
		return missing(line, "there is no such variable");
	*line->len = strcspn(value, "\n");
	if (*line->len > line->cap)
		return missing(line, "the line is too long");
	memcpy(line->buf, value, *line->len);
	return PLI_OK;
}

/* Starts a shell with its output in a pipe and no input. Returns an errno value. */
static int
start_shell(const char *command, int pipe_out, pid_t *child)
{
	char shell[] = "sh", option[] = "-c";
	char *copy = strdup(command);
	char *argv[] = { shell, option, copy, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int error;

	if (copy == NULL)
		return ENOMEM;
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, pipe_out, 1);
	(void)posix_spawnattr_init(&attr);
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE); /* ignored here: a child would inherit that */
	(void)sigaddset(&defaults, SIGXFSZ);
	(void)posix_spawnattr_setsigdefault(&attr, &defaults);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(child, "/bin/sh", &actions, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&actions);
	free(copy);
	return error;
}

/* Reads what follows the first line, so that the command can end in peace; false where that goes on and on. */
static bool
drain(int fd)
{
	char rest[4096];
	size_t left = REST_MAX;
	ssize_t n = 0;

	while (left > 0 && signals_wait(fd) && (n = read(fd, rest, left < sizeof(rest) ? left : sizeof(rest))) > 0)
		left -= (size_t)n;
	explicit_bzero(rest, sizeof(rest));
	return left > 0;
}

static enum pli_status
from_command(struct line *line, const char *command)
{
	enum pli_status status;
	int ends[2], error, result = 0;
	pid_t child;
	bool ended;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return unreadable(line);
	error = start_shell(command, ends[1], &child);
	(void)close(ends[1]);
	if (error != 0) {
		(void)close(ends[0]);
		errno = error;
		return unreadable(line);
	}
	status = read_line(line, ends[0]);
	ended = status != PLI_OK || drain(ends[0]);
	(void)close(ends[0]);
	if (signals_caught() != 0 || !ended)
		(void)kill(child, SIGTERM);
	while (waitpid(child, &result, 0) < 0 && errno == EINTR)
		if (signals_caught() != 0)
			(void)kill(child, SIGTERM);
	if (signals_caught() != 0)
		return refuse_interrupted(line->err);
	if (!ended)
		return missing(line, "the command prints on and on");
	if (result != 0) {
		pli_error_clear(line->err); /* "it is empty" is less than why */
		return missing(line, "the command failed");
	}
	return status;
}

/* What follows form in source, or NULL if source is of another form. */
static const char *
after(const char *source, const char *form)
{
	size_t len = strlen(form);

	return strncmp(source, form, len) == 0 ? source + len : NULL;
}

static enum pli_status
from_source(struct line *line, const char *source)
{
	const char *rest;

	if ((rest = after(source, "file:")) != NULL)
		return from_file(line, rest);
	if ((rest = after(source, "fd:")) != NULL)
		return read_line(line, atoi(rest));
	if ((rest = after(source, "env:")) != NULL)
		return from_env(line, rest);
	if ((rest = after(source, "cmd:")) != NULL)
		return from_command(line, rest);
	return read_line(line, STDIN_FILENO);
}

static void
print_prompt(FILE *tty, const char *question, const char *name)
{
	(void)fputs(question, tty);
	text_print(tty, name);
	(void)fputs(": ", tty);
	(void)fflush(tty);
}

/* Turns the echo off before it asks, and puts the terminal back whatever happens. */
static enum pli_status
prompt(struct line *line, FILE *tty, const char *question, const char *name)
{
	int fd = fileno(tty);
	struct termios before, silent;
	enum pli_status status;

	if (tcgetattr(fd, &before) != 0)
		return unreadable(line);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	signals_guard(fd, &before);
	if (tcsetattr(fd, TCSAFLUSH, &silent) == 0) {
		print_prompt(tty, question, name);
		status = read_line(line, fd);
		(void)fputc('\n', tty);
	} else {
		status = unreadable(line);
	}
	(void)tcsetattr(fd, TCSAFLUSH, &before);
	signals_guard(-1, NULL);
	return status;
}

/* The hint where nobody may, or can, be asked. */
static const char *
other_source(const struct ask *ask)
{
	return ask->authority ? "--ca-passin says where the passphrase is" : "--passin says where the passphrase is";
}

static enum pli_status
from_terminal(struct line *line, const struct ask *ask, const char *name, unsigned attempt)
{
	FILE *tty = fopen("/dev/tty", "r+e");
	enum pli_status status;

	if (tty == NULL)
		return refuse(line->err, PLI_ERR_PASSPHRASE, other_source(ask),
		    "%s needs a passphrase, and there is no terminal to ask on", name);
	status = prompt(line, tty, attempt == 0 ? "Passphrase for " : "Wrong passphrase. Again, for ", name);
	(void)fclose(tty);
	return status;
}

/* Asks twice, and again while the answers differ. again has the room of line. */
static enum pli_status
twice(struct line *line, struct line *again, FILE *tty, const char *name)
{
	unsigned attempt;

	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		enum pli_status status =
		    prompt(line, tty, attempt == 0 ? "New passphrase for " : "They differ. New passphrase for ", name);

		if (status == PLI_OK)
			status = prompt(again, tty, "Once more, for ", name);
		if (status != PLI_OK)
			return status;
		if (*line->len == *again->len && memcmp(line->buf, again->buf, *line->len) == 0)
			return PLI_OK;
	}
	return missing(line, "what was typed differed each time");
}

static enum pli_status
new_from_terminal(struct line *line, const char *name)
{
	char buf[ASK_MAX];
	size_t len = 0;
	struct line again = { buf, line->cap < sizeof(buf) ? line->cap : sizeof(buf), &len, line->from, line->err };
	FILE *tty = fopen("/dev/tty", "r+e");
	enum pli_status status;

	if (tty == NULL)
		return refuse(line->err, PLI_ERR_PASSPHRASE,
		    "--passout says where it is, --generate-passphrase makes one",
		    "%s needs a passphrase, and there is no terminal to ask on", name);
	status = twice(line, &again, tty, name);
	(void)fclose(tty);
	explicit_bzero(buf, sizeof(buf));
	return status;
}

/* How errors speak of where the passphrase comes from. A command may contain what it should not. */
static const char *
place(const struct ask *ask)
{
	if (ask->source == NULL)
		return "the terminal";
	return after(ask->source, "cmd:") != NULL ? "the command given" : ask->source;
}

/* What an editor may have put into the line, or NULL. */
static const char *
flaw(const char *line, size_t len)
{
	if (len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		return "the line begins with a byte order mark (EF BB BF), which counts: save it as UTF-8 without one";
	return len > 0 && line[len - 1] == '\r' ? "the line ends with a carriage return, which counts" : NULL;
}

enum pli_status
ask_passphrase(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	struct ask *ask = arg;
	struct line line = { buf, cap, len, place(ask), err };
	enum pli_status status;

	if (attempt >= (ask->source != NULL ? 1 : ATTEMPTS))
		return refuse(err, PLI_ERR_PASSPHRASE,
		    ask->flaw != NULL ? ask->flaw
				      : "check that it is the one of this file: all of the line counts, blanks, too",
		    "wrong passphrase for %s, from %s", name, line.from);
	if (ask->source != NULL)
		status = from_source(&line, ask->source);
	else if (!ask->no_input)
		status = from_terminal(&line, ask, name, attempt);
	else
		status = refuse(err, PLI_ERR_PASSPHRASE, other_source(ask),
		    "%s needs a passphrase, and --no-input forbids to ask for it", name);
	if (status == PLI_OK)
		ask->flaw = flaw(buf, *len);
	return status;
}

enum pli_status
ask_new(struct ask *ask, const char *name, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	struct line line = { buf, cap, len, place(ask), err };

	*len = 0;
	if (ask->source != NULL)
		return from_source(&line, ask->source);
	if (!ask->no_input)
		return new_from_terminal(&line, name);
	return refuse(err, PLI_ERR_PASSPHRASE, "--passout says where it is, --generate-passphrase makes one",
	    "%s needs a passphrase, and --no-input forbids to ask for it", name);
}
