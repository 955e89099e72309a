/* Where bytes go: at any place or in order, what has no room, and what is left after a failure. */
#include "pieces.h"
#include "sink.h"
#include "suite.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct pli_hooks no_hooks;

static struct sink *
open_sink(struct pli_output out, const struct pli_hooks *hooks)
{
	struct pli_error err = { 0 };
	struct sink *s;

	check_ok(sink_open(&s, &out, NULL, hooks, &err), err);
	return s;
}

static bool
file_is(const char *path, struct view want)
{
	struct buf got = { 0 };
	bool same;

	support_read(path, &got);
	same = view_equal(buf_view(&got), want);
	buf_clear(&got);
	return same;
}

static void
at_any_place(void)
{
	uint8_t memory[12];
	int i;

	for (i = 0; i < 2; i++) {
		const char *path = support_path(i == 0 ? "positional" : "unused");
		struct sink *s = open_sink(
		    i == 0 ? pli_output_path(path) : pli_output_memory(memory, sizeof(memory), "m"), &no_hooks);

		check(sink_positional(s));
		check(sink_put(s, 8, TEXT("h"), TEXT("ijk"), NULL) == PLI_OK);
		check(sink_put(s, 0, NOTHING, TEXT("abc"), NULL) == PLI_OK);
		check(sink_put(s, 3, TEXT("de"), TEXT("fg"), NULL) == PLI_OK);
		check(sink_put(s, 7, TEXT("-"), NOTHING, NULL) == PLI_OK);
		check(sink_put(s, 5, NOTHING, NOTHING, NULL) == PLI_OK);
		if (i == 0)
			check(!support_exists(path));
		check(sink_commit(s, NULL) == PLI_OK);
		sink_close(s);
		if (i == 0)
			check(file_is(path, TEXT("abcdefg-hijk")));
		else
			check(view_equal(view_of(memory, 12), TEXT("abcdefg-hijk")));
	}
}

static void
in_order(void)
{
	const char *path = support_path("in_order");
	struct sink *s = open_sink(pli_output_path(path), &no_hooks);

	check(sink_write(s, TEXT("ab"), TEXT("cd"), NULL) == PLI_OK);
	check(sink_write(s, NOTHING, TEXT("e"), NULL) == PLI_OK);
	check(sink_write(s, TEXT("f"), NOTHING, NULL) == PLI_OK);
	check(sink_put(s, 0, NOTHING, TEXT("A"), NULL) == PLI_OK);
	check(sink_commit(s, NULL) == PLI_OK);
	sink_close(s);
	check(file_is(path, TEXT("Abcdef")));
}

/* More than a pipe holds, to a reader that is slow: partial writes go on where they stopped. */
static void
to_a_pipe(void)
{
	const size_t len = 400000;
	uint8_t *bytes = pieces_new(len), block[3000];
	struct sink *s;
	int ends[2], status;
	pid_t reader;
	size_t at = 0;
	ssize_t n;

	support_bytes(bytes, len, 4);
	check(pipe2(ends, O_CLOEXEC) == 0 && (reader = fork()) >= 0);
	if (reader == 0) {
		(void)close(ends[1]);
		while ((n = read(ends[0], block, sizeof(block))) > 0) {
			if (memcmp(block, bytes + at, (size_t)n) != 0)
				_exit(1);
			at += (size_t)n;
		}
		_exit(at == len ? 0 : 2);
	}
	check(close(ends[0]) == 0);
	s = open_sink(pli_output_fd(ends[1], "pipe"), &no_hooks);
	check(!sink_positional(s) && sink_window(s, 0, 1) == NULL);
	check(sink_write(s, view_of(bytes, 5), view_of(bytes + 5, 199995), NULL) == PLI_OK);
	check(sink_write(s, view_of(bytes + 200000, 150000), view_of(bytes + 350000, 50000), NULL) == PLI_OK);
	check(sink_commit(s, NULL) == PLI_OK);
	sink_close(s);
	check(close(ends[1]) == 0);
	check(waitpid(reader, &status, 0) == reader && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool
cancel_third(void *arg)
{
	unsigned *asked = arg;

	return ++*asked >= 3;
}

/* A reader that does not read is waited for with an ear for a cancel, from the first byte on. */
static void
waiting_is_cancelled(void)
{
	unsigned asked = 0;
	const struct pli_hooks hooks = { .cancelled = cancel_third, .arg = &asked };
	const size_t len = 400000;
	struct pli_error err = { 0 };
	struct sink *s;
	int ends[2];

	check(pipe2(ends, O_CLOEXEC) == 0);
	s = open_sink(pli_output_fd(ends[1], "pipe"), &hooks);
	(void)alarm(PATIENCE * 30); /* a write that blocks for ever ends the test, at least */
	check(sink_write(s, NOTHING, view_of(pieces_new(len), len), &err) == PLI_ERR_CANCELLED && asked == 3);
	(void)alarm(0);
	sink_close(s);
	check(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void
no_room(void)
{
	uint8_t memory[10];
	struct pli_error err = { 0 };
	struct sink *s = open_sink(pli_output_memory(memory, sizeof(memory), "m"), &no_hooks);
	int fd;

	check(sink_put(s, 0, TEXT("0123"), TEXT("456789"), NULL) == PLI_OK);
	check(sink_put(s, 5, TEXT("ab"), TEXT("cdef"), &err) == PLI_ERR_LIMIT);
	check(sink_put(s, 9, TEXT("ab"), NOTHING, NULL) == PLI_ERR_LIMIT);
	check(sink_put(s, 11, NOTHING, TEXT("a"), NULL) == PLI_ERR_LIMIT);
	check(sink_put(s, UINT64_MAX, NOTHING, TEXT("a"), NULL) == PLI_ERR_LIMIT);
	check(sink_put(s, 10, NOTHING, NOTHING, NULL) == PLI_OK);
	check(view_equal(view_of(memory, 10), TEXT("0123456789")));
	check(sink_window(s, 4, 6) == memory + 4 && sink_window(s, 4, 7) == NULL);
	check(sink_window(s, 10, 0) != NULL && sink_window(s, 11, 0) == NULL && sink_window(s, UINT64_MAX, 1) == NULL);
	sink_close(s);

	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	s = open_sink(pli_output_fd(fd, "the disk"), &no_hooks);
	pli_error_clear(&err);
	check(sink_write(s, TEXT("a"), TEXT("b"), &err) == PLI_ERR_IO && strstr(err.message, "the disk") != NULL);
	sink_close(s);
	check(close(fd) == 0);
}

static void
nothing_is_left(void)
{
	static const uint8_t zeroes[16];
	uint8_t memory[16];
	const char *path = support_path("left");
	size_t before = support_entries();
	struct sink *s = open_sink(pli_output_path(path), &no_hooks);

	check(sink_put(s, 0, NOTHING, TEXT("secret"), NULL) == PLI_OK);
	sink_close(s);
	check(!support_exists(path) && support_entries() == before);

	memset(memory, 0xee, sizeof(memory));
	s = open_sink(pli_output_memory(memory, sizeof(memory), "m"), &no_hooks);
	check(sink_put(s, 3, NOTHING, TEXT("secret"), NULL) == PLI_OK);
	sink_close(s);
	check(memcmp(memory, zeroes, sizeof(memory)) == 0);
	sink_close(NULL);
}

/* A result that was put straight into its place is not copied over itself. */
static void
already_there(void)
{
	uint8_t memory[8];
	struct sink *s = open_sink(pli_output_memory(memory, sizeof(memory), "m"), &no_hooks);
	uint8_t *window = sink_window(s, 2, 6);

	memcpy(window, "cdefgh", 6);
	check(sink_put(s, 0, TEXT("ab"), view_of(window, 6), NULL) == PLI_OK);
	check(sink_commit(s, NULL) == PLI_OK);
	sink_close(s);
	check(memcmp(memory, "abcdefgh", 8) == 0);
}

static void
never_the_input(void)
{
	const char *path = support_path("input"), *link = support_path("another_name");
	const struct pli_input in = pli_input_path(path);
	struct pli_output out = pli_output_path(path);
	struct pli_error err = { 0 };
	struct source *source;
	struct sink *s;

	support_write(path, TEXT("precious"));
	check(source_open(&source, &in, &no_hooks, NULL) == PLI_OK);
	out.replace = true;
	check(sink_open(&s, &out, source, &no_hooks, &err) == PLI_ERR_EXISTS && s == NULL);
	check(strstr(err.message, "is the input") != NULL);
	check(linkat(AT_FDCWD, path, AT_FDCWD, link, 0) == 0);
	out.name = link;
	check(sink_open(&s, &out, source, &no_hooks, NULL) == PLI_ERR_EXISTS);
	check(file_is(path, TEXT("precious")));
	source_close(source);
}

static void
what_cannot_be_opened(void)
{
	struct pli_output none = { 0 }, bad = pli_output_fd(-1, "no descriptor");
	struct sink *s;

	check(sink_open(&s, &none, NULL, &no_hooks, NULL) == PLI_ERR_USAGE && s == NULL);
	none = pli_output_path("/nonexistent/folder/file");
	check(sink_open(&s, &none, NULL, &no_hooks, NULL) == PLI_ERR_IO && s == NULL);
	/* a descriptor that is none does not become memory */
	if (sink_open(&s, &bad, NULL, &no_hooks, NULL) == PLI_OK) {
		check(!sink_positional(s) && sink_write(s, TEXT("a"), NOTHING, NULL) == PLI_ERR_IO);
		sink_close(s);
	}
}

#define TESTS(T, S)                                                                                                    \
	T(S, at_any_place)                                                                                             \
	T(S, in_order)                                                                                                 \
	T(S, to_a_pipe)                                                                                                \
	T(S, waiting_is_cancelled)                                                                                     \
	T(S, no_room) T(S, nothing_is_left) T(S, already_there) T(S, never_the_input) T(S, what_cannot_be_opened)
SUITE(sink, TESTS)
