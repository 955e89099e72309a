/* Files, pipes and memory give the same bytes, however they are asked for; only what can be is read twice. */
#include "pieces.h"
#include "source.h"
#include "suite.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LEN 300000

static const struct pli_hooks no_hooks;
static uint8_t bytes[LEN];

enum end { FROM_PATH, FROM_FD, FROM_OFFSET, FROM_MEMORY, FROM_PIPE, ENDS };

/* A source of len of the bytes, opened, with what has to go away again. */
struct opened {
	struct source *source;
	int fd;
	pid_t writer;
};

/* A process that writes len of the bytes into a pipe, in pieces that are no power of two. */
static pid_t
start_writer(int to[2], size_t len)
{
	pid_t pid;
	size_t at, n;

	check(pipe2(to, O_CLOEXEC) == 0);
	check((pid = fork()) >= 0);
	if (pid != 0) {
		(void)close(to[1]);
		return pid;
	}
	(void)close(to[0]);
	for (at = 0; at < len; at += n) {
		n = len - at < 777 ? len - at : 777;
		if (write(to[1], bytes + at, n) != (ssize_t)n)
			_exit(1);
	}
	_exit(0);
}

static struct opened
open_end(enum end end, size_t len)
{
	struct opened o = { NULL, -1, 0 };
	struct pli_error err = { 0 };
	struct pli_input in;
	const char *path = support_path("source");
	int ends[2];

	support_bytes(bytes, LEN, 1);
	switch (end) {
	case FROM_PATH:
	case FROM_FD:
		support_write(path, view_of(bytes, len));
		o.fd = open(path, O_RDONLY | O_CLOEXEC);
		in = end == FROM_PATH ? pli_input_path(path) : pli_input_fd(o.fd, "fd");
		break;
	case FROM_OFFSET:
		support_write(path, JOIN(TEXT("before"), view_of(bytes, len)));
		o.fd = open(path, O_RDONLY | O_CLOEXEC);
		check(lseek(o.fd, 6, SEEK_SET) == 6);
		in = pli_input_fd(o.fd, "fd");
		break;
	case FROM_MEMORY:
		in = pli_input_memory(bytes, len, "memory");
		break;
	default:
		o.writer = start_writer(ends, len);
		o.fd = ends[0];
		in = pli_input_fd(o.fd, "pipe");
		break;
	}
	check_ok(source_open(&o.source, &in, &no_hooks, &err), err);
	return o;
}

static void
close_end(struct opened *o)
{
	int status;

	source_close(o->source);
	if (o->fd >= 0)
		check(close(o->fd) == 0); /* what was not ours to close is still open */
	if (o->writer > 0)
		check(waitpid(o->writer, &status, 0) == o->writer);
}

static void
reading(void)
{
	static const size_t lengths[] = { 0, 1, 4095, 4096, 4097, 70000, LEN };
	uint8_t *buf = pieces_new(LEN + 1);
	enum end end;
	size_t i, got;

	for (end = 0; end < ENDS; end++)
		for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			struct opened o = open_end(end, lengths[i]);

			check(source_positional(o.source) == (end != FROM_PIPE));
			check(end == FROM_PIPE || source_size(o.source) == lengths[i]);
			check(source_read(o.source, buf, LEN + 1, &got, NULL) == PLI_OK);
			check(got == lengths[i] && memcmp(buf, bytes, got) == 0 && source_offset(o.source) == got);
			check(source_read(o.source, buf, 1, &got, NULL) == PLI_OK && got == 0);
			check(source_unchanged(o.source, NULL) == PLI_OK);
			close_end(&o);
		}
}

/* Peeks, skips and reads of any lengths show a run of bytes without a gap. */
static void
peeking(void)
{
	uint8_t *buf = pieces_new(LEN);
	struct view v;
	enum end end;

	for (end = 0; end < ENDS; end++) {
		struct opened o = open_end(end, LEN);
		size_t at = 0, want = 1, n, got;

		for (; at < LEN; want = want * 3 % 100003 + 1) {
			check(source_peek(o.source, want, &v, NULL) == PLI_OK);
			check(source_offset(o.source) == at);
			check(v.len >= want || v.len == LEN - at);
			check(memcmp(v.p, bytes + at, v.len) == 0);
			n = v.len < want / 2 ? v.len : want / 2;
			source_skip(o.source, n);
			at += n;
			n = want % 7 * 1000;
			check(source_read(o.source, buf, n, &got, NULL) == PLI_OK);
			check(got == (n < LEN - at ? n : LEN - at) && memcmp(buf, bytes + at, got) == 0);
			at += got;
		}
		check(source_peek(o.source, 1, &v, NULL) == PLI_OK && v.len == 0);
		close_end(&o);
	}
}

static void
far_skips_and_restart(void)
{
	uint8_t *buf = pieces_new(LEN);
	const uint8_t *p;
	struct view v;
	enum end end;
	size_t got;

	for (end = 0; end < FROM_PIPE; end++) {
		struct opened o = open_end(end, LEN);
		int round;

		for (round = 0; round < 3; round++) {
			check(source_peek(o.source, 10, &v, NULL) == PLI_OK && memcmp(v.p, bytes, 10) == 0);
			source_skip(o.source, 200001);
			check(source_offset(o.source) == 200001);
			check(source_peek(o.source, 100, &v, NULL) == PLI_OK);
			check(memcmp(v.p, bytes + 200001, 100) == 0);
			check(source_at(o.source, 5, 1000, buf, &p, NULL) == PLI_OK);
			check(memcmp(p, bytes + 5, 1000) == 0 && (end == FROM_MEMORY) == (p != buf));
			check(source_at(o.source, LEN - 1, 1, buf, &p, NULL) == PLI_OK && *p == bytes[LEN - 1]);
			/* what is read elsewhere moves nothing */
			check(source_read(o.source, buf, LEN, &got, NULL) == PLI_OK);
			check(got == LEN - 200001 && memcmp(buf, bytes + 200001, got) == 0);
			source_restart(o.source);
			check(source_offset(o.source) == 0);
		}
		close_end(&o);
	}
}

/* Nothing at all can be begun again, too. */
static void
empty_ones_restart(void)
{
	const struct pli_input in = pli_input_memory(NULL, 0, "nothing");
	struct source *s;
	struct view v;

	check(source_open(&s, &in, &no_hooks, NULL) == PLI_OK && source_size(s) == 0);
	check(source_peek(s, 1, &v, NULL) == PLI_OK && v.len == 0);
	source_restart(s);
	source_skip(s, 0);
	check(source_peek(s, 1, &v, NULL) == PLI_OK && v.len == 0 && source_offset(s) == 0);
	source_close(s);
	source_close(NULL);
}

static void
spooling(void)
{
	static const size_t lengths[] = { 0, 1, 65536, LEN };
	uint8_t *buf = pieces_new(LEN);
	const uint8_t *p;
	size_t i, got, before = support_entries();

	check(setenv("TMPDIR", support_path(""), 1) == 0);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct opened o = open_end(FROM_PIPE, lengths[i]);
		int round;

		check(source_spool(o.source, NULL) == PLI_OK);
		check(source_positional(o.source) && source_size(o.source) == lengths[i]);
		check(support_entries() == before); /* the copy has no name */
		for (round = 0; round < 2; round++) {
			check(source_read(o.source, buf, LEN, &got, NULL) == PLI_OK);
			check(got == lengths[i] && memcmp(buf, bytes, got) == 0);
			source_restart(o.source);
		}
		check(lengths[i] == 0 ||
		      (source_at(o.source, lengths[i] - 1, 1, buf, &p, NULL) == PLI_OK && *p == bytes[lengths[i] - 1]));
		check(source_unchanged(o.source, NULL) == PLI_OK);
		close_end(&o);
	}
	check(setenv("TMPDIR", "/nonexistent", 1) == 0);
	{
		struct opened o = open_end(FROM_PIPE, 10);
		struct pli_error err = { 0 };

		check(source_spool(o.source, &err) == PLI_ERR_IO && strstr(err.hint, "TMPDIR") != NULL);
		close_end(&o);
	}
	check(unsetenv("TMPDIR") == 0);
}

static void
changes_are_noticed(void)
{
	const char *path = support_path("source");
	struct timespec old[2] = { { 1000000, 0 }, { 1000000, 0 } }, same[2];
	struct stat st;
	struct pli_error err = { 0 };
	uint8_t buf[10];
	const uint8_t *p;
	struct opened o = open_end(FROM_PATH, 1000);

	check(source_unchanged(o.source, NULL) == PLI_OK);
	check(utimensat(AT_FDCWD, path, old, 0) == 0);
	check(source_unchanged(o.source, &err) == PLI_ERR_IO && strstr(err.message, "changed") != NULL);
	close_end(&o);

	o = open_end(FROM_PATH, 1000);
	path = support_path("source");
	check(stat(path, &st) == 0);
	same[0] = same[1] = st.st_mtim;
	check(truncate(path, 995) == 0);
	check(source_unchanged(o.source, NULL) == PLI_ERR_IO);
	/* another length is enough, whatever the time says */
	check(utimensat(AT_FDCWD, path, same, 0) == 0);
	check(source_unchanged(o.source, NULL) == PLI_ERR_IO);
	pli_error_clear(&err);
	check(source_at(o.source, 990, 10, buf, &p, &err) == PLI_ERR_IO && strstr(err.message, "shorter") != NULL);
	check(source_at(o.source, 985, 10, buf, &p, NULL) == PLI_OK);
	close_end(&o);
}

static void
which_file_it_is(void)
{
	struct opened o = open_end(FROM_PATH, 10);
	const char *path = support_path("source"), *other = support_path("other"), *link = support_path("link");

	support_write(other, TEXT("x"));
	check(symlink(path, link) == 0);
	check(source_is_path(o.source, path) && source_is_path(o.source, link));
	check(!source_is_path(o.source, other) && !source_is_path(o.source, "/nonexistent"));
	check(strcmp(source_name(o.source), path) == 0);
	close_end(&o);
	o = open_end(FROM_MEMORY, 10);
	check(!source_is_path(o.source, path));
	close_end(&o);
}

static void
what_cannot_be_opened(void)
{
	const struct pli_input bad[] = { pli_input_path(support_path("missing")), pli_input_path("/"),
		pli_input_fd(-1, "fd"), pli_input_fd(open("/", O_RDONLY | O_CLOEXEC), "folder") };
	struct pli_error err;
	struct pli_input none = { 0 };
	struct source *s;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (struct pli_error){ 0 };
		check(source_open(&s, &bad[i], &no_hooks, &err) == PLI_ERR_IO && s == NULL);
		check(strstr(err.message, bad[i].name) != NULL);
	}
	check(close(bad[3].fd) == 0);
	check(source_open(&s, &none, &no_hooks, NULL) == PLI_ERR_USAGE);
}

static bool
cancel_third(void *arg)
{
	unsigned *asked = arg;

	return ++*asked >= 3;
}

/* A pipe in which nothing comes is waited for with an ear for a cancel. */
static void
waiting_is_cancelled(void)
{
	unsigned asked = 0;
	const struct pli_hooks hooks = { .cancelled = cancel_third, .arg = &asked };
	struct pli_error err = { 0 };
	struct pli_input in;
	struct source *s;
	struct view v;
	int ends[2];

	check(pipe2(ends, O_CLOEXEC) == 0);
	in = pli_input_fd(ends[0], "pipe");
	check(source_open(&s, &in, &hooks, &err) == PLI_OK);
	check(source_peek(s, 1, &v, &err) == PLI_ERR_CANCELLED && asked == 3);
	source_close(s);
	check(close(ends[0]) == 0 && close(ends[1]) == 0);
}

/* A FIFO by its path: opened before anybody writes, cancelled while nobody does, and read when somebody comes. */
static void
named_pipes(void)
{
	const char *path = support_path("fifo");
	const struct pli_input in = pli_input_path(path);
	unsigned asked = 0;
	const struct pli_hooks hooks = { .cancelled = cancel_third, .arg = &asked };
	const struct timespec moment = { 0, 50000000 };
	uint8_t *buf = pieces_new(LEN);
	struct source *s;
	struct view v;
	pid_t writer;
	int status;
	size_t got;

	support_bytes(bytes, LEN, 1);
	check(mkfifo(path, 0600) == 0);
	check(source_open(&s, &in, &hooks, NULL) == PLI_OK && !source_positional(s));
	check(source_peek(s, 1, &v, NULL) == PLI_ERR_CANCELLED);
	source_close(s);
	check(source_open(&s, &in, &no_hooks, NULL) == PLI_OK);
	check((writer = fork()) >= 0);
	if (writer == 0) {
		int fd = nanosleep(&moment, NULL) == 0 ? open(path, O_WRONLY | O_CLOEXEC) : -1;

		_exit(fd < 0 || write(fd, bytes, LEN) != LEN);
	}
	check(source_read(s, buf, LEN, &got, NULL) == PLI_OK && got == LEN && memcmp(buf, bytes, LEN) == 0);
	check(waitpid(writer, &status, 0) == writer && status == 0);
	source_close(s);
}

#define TESTS(T, S)                                                                                                    \
	T(S, reading)                                                                                                  \
	T(S, peeking)                                                                                                  \
	T(S, far_skips_and_restart)                                                                                    \
	T(S, empty_ones_restart)                                                                                       \
	T(S, spooling)                                                                                                 \
	T(S, changes_are_noticed)                                                                                      \
	T(S, which_file_it_is) T(S, what_cannot_be_opened) T(S, waiting_is_cancelled) T(S, named_pipes)
SUITE(source, TESTS)
