/*
 * marks.c - looks for secrets where none may be left: preloaded into pli by run.sh.
 *
 *      MARKS=FILE      what to look for: lines of a name and hex digits
 *      REPORT=FILE     what was found goes there, a line each
 *
 * Memory that is freed is searched before it is given back ("freed NAME ..."), and once main has returned all that the
 * process can write to is, as in a core that were taken then: heap, stacks, data ("left NAME ..."). A longer secret is looked
 * for by pieces, at its begin, in its middle and at its end, forwards and backwards, since libcrypto keeps numbers in words of
 * the machine and malloc writes over the begin of what is freed. Keys of AES that pli gives to libcrypto or libgcrypt are
 * learned on the way ("learned content HEX"), but for those of the self-test, which stand in the program for all to read.
 *
 * The patterns are kept under a mask and compared byte by byte, so that what is found is never the search itself.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MASK 0xa5
#define PIECE 16
#define PIECE_MIN 8
#define PATTERNS_MAX 8192
#define NAME_MAX_LEN 40
#define FRAMES 12

struct pattern {
	char name[NAME_MAX_LEN];
	uint8_t masked[PIECE];
	size_t len;
	size_t next; /* of those with the same begin, + 1 */
};

static struct pattern patterns[PATTERNS_MAX];
static size_t pattern_count;
/* The last pattern that begins with these two bytes, + 1. What is wiped is zeroes, and a number may begin with two: a chain
 * is short where all patterns would be compared at every byte. */
static _Atomic size_t begins[65536];
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;
static int report = -1;
static int (*program_main)(int, char **, char **);

void *__libc_malloc(size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n > 0 && write(report, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1) < 0)
		_exit(99);
}

static bool
is_at(const struct pattern *w, const uint8_t *p)
{
	size_t i;

	for (i = 0; i < w->len; i++)
		if ((p[i] ^ MASK) != w->masked[i])
			return false;
	return true;
}

/* The first pattern at or behind *at, which is moved to it; NULL: none. Redzones of a sanitizer are no concern here. */
static const struct pattern *
search(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *p;
	size_t i;

	for (p = *at; end - p >= PIECE_MIN; p++)
		for (i = atomic_load_explicit(&begins[p[0] << 8 | p[1]], memory_order_acquire); i > 0;
		     i = patterns[i - 1].next)
			if ((size_t)(end - p) >= patterns[i - 1].len && is_at(&patterns[i - 1], p)) {
				*at = p;
				return &patterns[i - 1];
			}
	return NULL;
}

static void
add_piece(const char *name, const uint8_t *p, size_t len, bool backwards)
{
	struct pattern *w = &patterns[pattern_count];
	_Atomic size_t *begin;
	size_t i;

	if (pattern_count == PATTERNS_MAX)
		_exit(98);
	(void)snprintf(w->name, sizeof(w->name), "%s", name);
	for (i = 0; i < len; i++)
		w->masked[i] = (uint8_t)(p[backwards ? len - 1 - i : i] ^ MASK);
	w->len = len;
	begin = &begins[(w->masked[0] ^ MASK) << 8 | (w->masked[1] ^ MASK)];
	w->next = atomic_load(begin);
	atomic_store(begin, ++pattern_count);
}

static void
add(const char *name, const uint8_t *p, size_t len)
{
	size_t piece = len < PIECE ? len : PIECE;
	size_t from[] = { 0, (len - piece) / 2, len - piece };
	size_t i;

	if (len < PIECE_MIN)
		_exit(97);
	(void)pthread_mutex_lock(&adding);
	for (i = 0; i < 3; i++) {
		const uint8_t *at = p + from[i];

		if (i > 0 && from[i] == from[i - 1])
			continue;
		add_piece(name, at, piece, false);
		add_piece(name, at, piece, true);
	}
	(void)pthread_mutex_unlock(&adding);
}

/* Goes over what is mapped: calls each with the begin, the end and the line of those whose rights begin so. */
static void
maps(const char *rights, void (*each)(const uint8_t *p, const uint8_t *end, const char *line, void *arg), void *arg)
{
	static char text[1 << 18];
	size_t len = 0;
	char *line, *next;
	ssize_t n;
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		_exit(96);
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(fd);
	text[len] = '\0';
	for (line = text; *line != '\0'; line = next) {
		unsigned long begin, end;
		char have[8];

		next = line + strcspn(line, "\n");
		if (*next == '\n')
			*next++ = '\0';
		if (sscanf(line, "%lx-%lx %7s", &begin, &end, have) == 3 &&
		    strncmp(have, rights, strlen(rights)) == 0 && strstr(line, "[vv") == NULL &&
		    strstr(line, "[vs") == NULL)
			each((const uint8_t *)begin, (const uint8_t *)end, line, arg);
	}
}

struct sought {
	const uint8_t *p;
	size_t len;
	bool found;
};

static void
seek(const uint8_t *p, const uint8_t *end, const char *line, void *arg)
{
	struct sought *s = arg;

	(void)line;
	s->found = s->found || memmem(p, (size_t)(end - p), s->p, s->len) != NULL;
}

static void
learn(const uint8_t *key, size_t len)
{
	struct sought constant = { key, len, false };
	char hex[2 * 64 + 1] = "";
	const uint8_t *p = key;
	size_t i;

	if (report < 0 || key == NULL || search(&p, key + len) != NULL)
		return;
	maps("r--p", seek, &constant);
	if (!constant.found) {
		add("content", key, len);
		for (i = 0; i < len && i < 64; i++)
			(void)snprintf(hex + 2 * i, 3, "%02x", key[i]);
		say("learned content %s\n", hex);
	}
}

/* What pli calls with a key. */
struct evp_cipher_ctx;

int EVP_CIPHER_CTX_get_key_length(const struct evp_cipher_ctx *ctx);
int EVP_CipherInit_ex(struct evp_cipher_ctx *ctx, const void *cipher, void *engine, const unsigned char *key,
    const unsigned char *iv, int encrypts);
int EVP_DecryptInit_ex(
    struct evp_cipher_ctx *ctx, const void *cipher, void *engine, const unsigned char *key, const unsigned char *iv);
unsigned gcry_cipher_setkey(void *cipher, const void *key, size_t len);

int
EVP_CipherInit_ex(struct evp_cipher_ctx *ctx, const void *cipher, void *engine, const unsigned char *key,
    const unsigned char *iv, int encrypts)
{
	int (*real)(struct evp_cipher_ctx *, const void *, void *, const unsigned char *, const unsigned char *, int);
	int (*length)(const struct evp_cipher_ctx *);
	int ok;

	*(void **)&real = dlsym(RTLD_NEXT, "EVP_CipherInit_ex");
	*(void **)&length = dlsym(RTLD_NEXT, "EVP_CIPHER_CTX_get_key_length");
	ok = real(ctx, cipher, engine, key, iv, encrypts);
	if (key != NULL && ok == 1)
		learn(key, (size_t)length(ctx));
	return ok;
}

int
EVP_DecryptInit_ex(
    struct evp_cipher_ctx *ctx, const void *cipher, void *engine, const unsigned char *key, const unsigned char *iv)
{
	int (*real)(struct evp_cipher_ctx *, const void *, void *, const unsigned char *, const unsigned char *);
	int (*length)(const struct evp_cipher_ctx *);
	int ok;

	*(void **)&real = dlsym(RTLD_NEXT, "EVP_DecryptInit_ex");
	*(void **)&length = dlsym(RTLD_NEXT, "EVP_CIPHER_CTX_get_key_length");
	ok = real(ctx, cipher, engine, key, iv);
	if (key != NULL && ok == 1)
		learn(key, (size_t)length(ctx));
	return ok;
}

unsigned
gcry_cipher_setkey(void *cipher, const void *key, size_t len)
{
	unsigned (*real)(void *, const void *, size_t);

	*(void **)&real = dlsym(RTLD_NEXT, "gcry_cipher_setkey");
	learn(key, len);
	return real(cipher, key, len);
}

/* Where in which module, by name where there is one. */
static void
place(char *out, size_t cap, const void *address)
{
	const char *module;
	Dl_info info;

	if (dladdr(address, &info) == 0 || info.dli_fname == NULL) {
		(void)snprintf(out, cap, "%p", address);
		return;
	}
	module = strrchr(info.dli_fname, '/');
	module = module != NULL ? module + 1 : info.dli_fname;
	if (info.dli_sname != NULL)
		(void)snprintf(out, cap, "%s:%s", module, info.dli_sname);
	else
		(void)snprintf(out, cap, "%s+0x%lx", module,
		    (unsigned long)((const char *)address - (const char *)info.dli_fbase));
}

static void
check_freed(const void *p)
{
	const uint8_t *at = p;
	const struct pattern *w = report < 0 ? NULL : search(&at, at + malloc_usable_size((void *)(uintptr_t)p));
	void *frames[FRAMES];
	char text[900] = "", where[128];
	int count, i;

	if (w == NULL)
		return;
	count = backtrace(frames, FRAMES);
	for (i = 2; i < count; i++) {
		place(where, sizeof(where), frames[i]);
		(void)strncat(text, " ", sizeof(text) - strlen(text) - 1);
		(void)strncat(text, where, sizeof(text) - strlen(text) - 1);
	}
	say("freed %s by%s\n", w->name, text);
}

void
free(void *p)
{
	if (p != NULL)
		check_freed(p);
	__libc_free(p);
}

/* Always moved: that it may be is enough. */
void *
realloc(void *p, size_t size)
{
	size_t had = p == NULL ? 0 : malloc_usable_size(p);
	void *moved;

	if (p == NULL || size == 0 || report < 0)
		return __libc_realloc(p, size);
	if ((moved = __libc_malloc(size)) == NULL)
		return NULL;
	memcpy(moved, p, had < size ? had : size);
	free(p);
	return moved;
}

static void
check_left(const uint8_t *p, const uint8_t *end, const char *line, void *arg)
{
	const uint8_t *at = p, *top = arg;
	const struct pattern *w;
	const char *name = strrchr(line, ' ');
	int shown = 0;

	if (at >= (const uint8_t *)patterns && at < (const uint8_t *)(patterns + PATTERNS_MAX))
		return;
	while (shown++ < 40 && (w = search(&at, end)) != NULL) {
		if (top >= p && top < end)
			say("left %s stack, %ld bytes below\n", w->name, (long)(top - at));
		else
			say("left %s %s at %p\n", w->name, name[1] != '\0' ? name + 1 : "anonymous", (const void *)at);
		at += w->len;
	}
}

static int
main_then_look(int argc, char **argv, char **envp)
{
	uint8_t here = 0;
	int code = program_main(argc, argv, envp);

	maps("rw", check_left, &here);
	say("looked at all memory\n");
	return code;
}

static int
digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Reads what to look for, below the stack that is looked at, and wipes what it was read into. */
static void
read_marks(const char *path)
{
	static char text[1 << 16];
	static uint8_t bytes[2048];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	char *p;

	if (n <= 0 || (size_t)n == sizeof(text) - 1)
		_exit(95);
	(void)close(fd);
	for (p = text; *p != '\0'; p++) {
		const char *name = p;
		size_t len = 0;

		p += strcspn(p, " ");
		*p++ = '\0';
		for (; isxdigit((unsigned char)*p) && len < sizeof(bytes); p += 2)
			bytes[len++] = (uint8_t)(digit(p[0]) << 4 | digit(p[1]));
		add(name, bytes, len);
	}
	explicit_bzero(text, sizeof(text));
	explicit_bzero(bytes, sizeof(bytes));
}

/* libc's begin of a program: between it and main stands what looks. */
int
__libc_start_main(int (*main_is)(int, char **, char **), int argc, char **argv, int (*init)(int, char **, char **),
    void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	int (*real)(int (*)(int, char **, char **), int, char **, int (*)(int, char **, char **), void (*)(void),
	    void (*)(void), void *);
	const char *marks = getenv("MARKS"), *to = getenv("REPORT");
	void *frames[FRAMES];

	*(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
	program_main = main_is;
	if (marks == NULL || to == NULL)
		return real(main_is, argc, argv, init, fini, rtld_fini, stack_end);
	(void)backtrace(frames, FRAMES); /* loads what it needs, now */
	read_marks(marks);
	report = open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (report < 0)
		_exit(94);
	return real(main_then_look, argc, argv, init, fini, rtld_fini, stack_end);
}
