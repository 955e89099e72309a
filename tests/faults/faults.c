/*
 * faults.c - makes one call of libc fail: preloaded into pli by run.sh.
 *
 *      FAULT_CALL=write        which function (a name of the table below)
 *      FAULT_AT=3              the third call of it fails; 0: none does
 *      FAULT_HOW=once          or "forever": that call and all after it
 *      FAULT_ERRNO=28          the error number; 0: a short transfer instead
 *      FAULT_FROM=pli          only calls from pli's own code count; or "sqlite", or "all"
 *      FAULT_COUNTS=FILE       at the end the number of calls of each function goes there
 *
 * One line of the table and one wrapper per function, and a second wrapper for the name that it
 * has where files are large or calls are checked (open64, __read_chk). A call is pli's own when its
 * return address lies in the executable or in libpli. Memory comes from libc's inner names, so that
 * looking up a symbol may allocate. openat2 has no name in libc: it is seen in syscall. So is getrandom, which libcrypto asks
 * for by that where getentropy is said not to be there.
 *
 * Files of keys that are written under it open quickly (../quick_keys.c).
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <link.h>
#include <linux/magic.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

enum call {
	CALL_MALLOC,
	CALL_READ,
	CALL_WRITE,
	CALL_PREAD,
	CALL_PWRITE,
	CALL_READV,
	CALL_WRITEV,
	CALL_PWRITEV,
	CALL_FSYNC,
	CALL_OPEN,
	CALL_LINK,
	CALL_RENAME,
	CALL_UNLINK,
	CALL_FTRUNCATE,
	CALL_FALLOCATE,
	CALL_STATFS,
	CALL_FSTAT,
	CALL_FCHMOD,
	CALL_MKDIR,
	CALL_LIST,
	CALL_TIMES,
	CALL_LOCALE,
	CALL_LSEEK,
	CALL_FLOCK,
	CALL_CLOSE,
	CALL_POLL,
	CALL_RANDOM,
	CALL_THREAD,
	CALL_LOCK,
	CALL_MAP,
	CALLS
};

static const char *const names[CALLS] = { "malloc", "read", "write", "pread", "pwrite", "readv", "writev", "pwritev",
	"fsync", "open", "link", "rename", "unlink", "ftruncate", "fallocate", "statfs", "fstat", "fchmod", "mkdir",
	"list", "times", "locale", "lseek", "flock", "close", "poll", "random", "thread", "lock", "map" };

static atomic_ulong counts[CALLS];
static int chosen = -1;
static unsigned long at;
static bool forever;
static atomic_bool over; /* main has ended */
static int number;

struct range {
	uintptr_t from, to;
};

/* A few pieces of code: the executable and libpli, and the libraries below that crash where memory is short. */
struct ranges {
	struct range items[8];
	size_t count;
};

static struct ranges own, sqlite, crashing;
static const struct ranges *counted; /* whose calls count; NULL: everybody's */

static bool
within(const struct ranges *ranges, uintptr_t pc)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (pc >= ranges->items[i].from && pc < ranges->items[i].to)
			return true;
	return false;
}

static void
add_code(struct ranges *ranges, const struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD || (p->p_flags & PF_X) == 0)
			continue;
		if (ranges->count == sizeof(ranges->items) / sizeof(ranges->items[0]))
			_exit(125);
		ranges->items[ranges->count].from = from;
		ranges->items[ranges->count++].to = from + p->p_memsz;
	}
}

static int
note_object(struct dl_phdr_info *info, size_t size, void *first)
{
	bool *is_first = first;
	const char *base = strrchr(info->dlpi_name, '/');

	(void)size;
	if (*is_first || (base != NULL && strncmp(base, "/libpli", 7) == 0))
		add_code(&own, info);
	else if (base != NULL && strncmp(base, "/libsqlite3", 11) == 0)
		add_code(&sqlite, info);
	else if (base != NULL && (strncmp(base, "/libcrypto", 10) == 0 || strncmp(base, "/libarchive", 11) == 0))
		add_code(&crashing, info);
	*is_first = false;
	return 0;
}

/*
 * OpenSSL 3.0 follows null pointers in places where its memory is short (x963kdf_new), and so does libarchive 3.6 where it
 * writes a pax header. Those are told apart from defects of pli by an exit code of their own.
 */
#define CRASH_BELOW 198

static void
on_crash(int signal, siginfo_t *info, void *context)
{
	(void)info;
#if defined(__x86_64__)
	const ucontext_t *where = context;

	if (within(&crashing, (uintptr_t)where->uc_mcontext.gregs[REG_RIP]))
		_exit(CRASH_BELOW);
#else
	(void)context;
#endif
	(void)sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
}

static const char *
setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? value : otherwise;
}

__attribute__((constructor)) static void
begin(void)
{
	bool first = true;
	const char *call = setting("FAULT_CALL", ""), *from = setting("FAULT_FROM", "pli");
	struct sigaction crash = { .sa_sigaction = on_crash, .sa_flags = SA_SIGINFO };

	(void)dl_iterate_phdr(note_object, &first);
#ifndef FAULTS_WITHIN
	(void)sigaction(SIGSEGV, &crash, NULL);
#endif
	counted = strcmp(from, "all") == 0 ? NULL : strcmp(from, "sqlite") == 0 ? &sqlite : &own;
	forever = strcmp(setting("FAULT_HOW", "once"), "forever") == 0;
	at = strtoul(setting("FAULT_AT", "0"), NULL, 10);
	number = (int)strtol(setting("FAULT_ERRNO", "5"), NULL, 10);
	for (int i = 0; i < CALLS; i++)
		if (strcmp(call, names[i]) == 0)
			chosen = i;
}

__attribute__((destructor)) static void
end(void)
{
	const char *file = setting("FAULT_COUNTS", "");
	char line[64];
	long fd;

	if (file[0] == '\0')
		return;
	fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (int i = 0; fd >= 0 && i < CALLS; i++) {
		int n = snprintf(line, sizeof(line), "%s %lu\n", names[i], atomic_load(&counts[i]));
		(void)syscall(SYS_write, fd, line, n);
	}
}

/* What runs in the executable after main is not pli's own but, say, what writes down which lines were reached. */
static void
end_faults(void)
{
	atomic_store(&over, true);
}

/* Counts a call that will return to caller, and says whether it has to fail. */
static bool
fails(enum call call, const void *caller)
{
	static atomic_flag registered = ATOMIC_FLAG_INIT;
	bool is_own = within(&own, (uintptr_t)caller);
	bool counts_here = counted == NULL || (counted == &own ? is_own : within(counted, (uintptr_t)caller));
	unsigned long n;

	/* Not before main: handlers run in the opposite order, and the executable's own ends have to come after this one. */
	if (is_own && !atomic_flag_test_and_set(&registered))
		(void)atexit(end_faults);
	if (!counts_here || atomic_load(&over))
		return false;
	n = atomic_fetch_add(&counts[call], 1) + 1;
	if ((int)call != chosen || at == 0 || (forever ? n < at : n != at))
		return false;
	errno = number;
	return true;
}

/* The real function behind a wrapper, as a pointer of the wrapper's own type. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *
real(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol == NULL)
		_exit(125);
	return symbol;
}

#define HERE __builtin_return_address(0)

/* Half of a transfer, at least one byte: what a short read or write does. */
static size_t
half(size_t len)
{
	return len > 1 ? len / 2 : len;
}

/* Under a sanitizer, whose allocator it is, memory is given. */
#ifndef FAULTS_WITHIN
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t align, size_t size);

void *
malloc(size_t size)
{
	return fails(CALL_MALLOC, HERE) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails(CALL_MALLOC, HERE) ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return fails(CALL_MALLOC, HERE) ? NULL : __libc_realloc(old, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	return fails(CALL_MALLOC, HERE) ? NULL : __libc_memalign(align, size);
}

int
posix_memalign(void **out, size_t align, size_t size)
{
	if (fails(CALL_MALLOC, HERE))
		return ENOMEM;
	*out = __libc_memalign(align, size);
	return *out != NULL ? 0 : ENOMEM;
}
#endif

/* A wrapper of a call that moves bytes: few are the arguments of a short transfer. */
#define TRANSFER(call, name, params, args, few)                                                                        \
	ssize_t name params;                                                                                           \
	ssize_t name params                                                                                            \
	{                                                                                                              \
		if (!fails(call, HERE))                                                                                \
			return REAL(name) args;                                                                        \
		return number != 0 ? -1 : REAL(name) few;                                                              \
	}

TRANSFER(CALL_READ, read, (int fd, void *p, size_t n), (fd, p, n), (fd, p, half(n)))
TRANSFER(CALL_READ, __read_chk, (int fd, void *p, size_t n, size_t cap), (fd, p, n, cap), (fd, p, half(n), cap))
TRANSFER(CALL_WRITE, write, (int fd, const void *p, size_t n), (fd, p, n), (fd, p, half(n)))
TRANSFER(CALL_PREAD, pread, (int fd, void *p, size_t n, off_t off), (fd, p, n, off), (fd, p, half(n), off))
TRANSFER(CALL_PREAD, pread64, (int fd, void *p, size_t n, off64_t off), (fd, p, n, off), (fd, p, half(n), off))
TRANSFER(CALL_PREAD, __pread64_chk, (int fd, void *p, size_t n, off64_t off, size_t cap), (fd, p, n, off, cap),
    (fd, p, half(n), off, cap))
TRANSFER(CALL_PWRITE, pwrite, (int fd, const void *p, size_t n, off_t off), (fd, p, n, off), (fd, p, half(n), off))
TRANSFER(CALL_PWRITE, pwrite64, (int fd, const void *p, size_t n, off64_t off), (fd, p, n, off), (fd, p, half(n), off))

/* Half of the first piece that is not empty: a short transfer of several. */
static struct iovec
first_half(const struct iovec *v, int n)
{
	struct iovec few;

	while (n > 1 && v->iov_len == 0) {
		v++;
		n--;
	}
	few.iov_base = v->iov_base;
	few.iov_len = half(v->iov_len);
	return few;
}

#define VECTOR(call, name, params, args, few)                                                                          \
	ssize_t name params;                                                                                           \
	ssize_t name params                                                                                            \
	{                                                                                                              \
		if (!fails(call, HERE))                                                                                \
			return REAL(name) args;                                                                        \
		struct iovec part = first_half(v, n);                                                                  \
		return number != 0 ? -1 : REAL(name) few;                                                              \
	}

VECTOR(CALL_READV, readv, (int fd, const struct iovec *v, int n), (fd, v, n), (fd, &part, 1))
VECTOR(CALL_WRITEV, writev, (int fd, const struct iovec *v, int n), (fd, v, n), (fd, &part, 1))
VECTOR(CALL_PWRITEV, pwritev, (int fd, const struct iovec *v, int n, off_t off), (fd, v, n, off), (fd, &part, 1, off))
VECTOR(
    CALL_PWRITEV, pwritev64, (int fd, const struct iovec *v, int n, off64_t off), (fd, v, n, off), (fd, &part, 1, off))

/* A wrapper of a call that says bad when it fails. */
#define PLAIN(call, type, name, params, args, bad)                                                                     \
	type name params;                                                                                              \
	type name params                                                                                               \
	{                                                                                                              \
		return fails(call, HERE) ? (bad) : REAL(name) args;                                                    \
	}

PLAIN(CALL_FSYNC, int, fsync, (int fd), (fd), -1)
PLAIN(CALL_FSYNC, int, fdatasync, (int fd), (fd), -1)
PLAIN(CALL_FSYNC, int, syncfs, (int fd), (fd), -1)
PLAIN(CALL_LINK, int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags), -1)
PLAIN(CALL_LINK, int, link, (const char *from, const char *to), (from, to), -1)
PLAIN(CALL_RENAME, int, rename, (const char *from, const char *to), (from, to), -1)
PLAIN(CALL_RENAME, int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), -1)
PLAIN(CALL_RENAME, int, renameat2, (int a, const char *from, int b, const char *to, unsigned int flags),
    (a, from, b, to, flags), -1)
PLAIN(CALL_UNLINK, int, unlink, (const char *path), (path), -1)
PLAIN(CALL_UNLINK, int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags), -1)
PLAIN(CALL_UNLINK, int, rmdir, (const char *path), (path), -1)
PLAIN(CALL_FTRUNCATE, int, ftruncate, (int fd, off_t len), (fd, len), -1)
PLAIN(CALL_FTRUNCATE, int, ftruncate64, (int fd, off64_t len), (fd, len), -1)
PLAIN(CALL_FALLOCATE, int, fallocate, (int fd, int mode, off_t off, off_t len), (fd, mode, off, len), -1)
PLAIN(CALL_FALLOCATE, int, fallocate64, (int fd, int mode, off64_t off, off64_t len), (fd, mode, off, len), -1)
PLAIN(CALL_FALLOCATE, int, posix_fallocate, (int fd, off_t off, off_t len), (fd, off, len), number)
PLAIN(CALL_FALLOCATE, int, posix_fallocate64, (int fd, off64_t off, off64_t len), (fd, off, len), number)
/* All files are on ext4, where pli takes room first. */
int
fstatfs64(int fd, struct statfs64 *fs)
{
	int result = fails(CALL_STATFS, HERE) ? -1 : REAL(fstatfs64)(fd, fs);

	if (result == 0)
		fs->f_type = EXT4_SUPER_MAGIC;
	return result;
}
PLAIN(CALL_FSTAT, int, fstat, (int fd, struct stat *st), (fd, st), -1)
PLAIN(CALL_FSTAT, int, fstat64, (int fd, struct stat64 *st), (fd, st), -1)
PLAIN(CALL_FSTAT, int, stat, (const char *path, struct stat *st), (path, st), -1)
PLAIN(CALL_FSTAT, int, stat64, (const char *path, struct stat64 *st), (path, st), -1)
PLAIN(CALL_FSTAT, int, lstat, (const char *path, struct stat *st), (path, st), -1)
PLAIN(CALL_FSTAT, int, lstat64, (const char *path, struct stat64 *st), (path, st), -1)
PLAIN(CALL_FSTAT, char *, realpath, (const char *path, char *out), (path, out), NULL)
PLAIN(CALL_FSTAT, int, fstatat, (int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags), -1)
PLAIN(CALL_FSTAT, int, fstatat64, (int dir, const char *path, struct stat64 *st, int flags), (dir, path, st, flags), -1)
PLAIN(CALL_FSTAT, int, access, (const char *path, int how), (path, how), -1)
PLAIN(CALL_FSTAT, ssize_t, readlink, (const char *path, char *out, size_t cap), (path, out, cap), -1)
PLAIN(CALL_FCHMOD, int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
PLAIN(CALL_FCHMOD, int, fchmodat, (int dir, const char *path, mode_t mode, int flags), (dir, path, mode, flags), -1)
PLAIN(CALL_MKDIR, int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
PLAIN(CALL_MKDIR, int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode), -1)
PLAIN(CALL_LIST, DIR *, fdopendir, (int fd), (fd), NULL)
PLAIN(CALL_LIST, struct dirent *, readdir, (DIR * dir), (dir), NULL)
PLAIN(CALL_LIST, struct dirent64 *, readdir64, (DIR * dir), (dir), NULL)
PLAIN(CALL_LIST, ssize_t, getdents64, (int fd, void *p, size_t n), (fd, p, n), -1)
PLAIN(CALL_LIST, FTS *, fts_open, (char *const *paths, int options, int (*order)(const FTSENT **, const FTSENT **)),
    (paths, options, order), NULL)
PLAIN(CALL_LIST, FTS64 *, fts64_open,
    (char *const *paths, int options, int (*order)(const FTSENT64 **, const FTSENT64 **)), (paths, options, order),
    NULL)
PLAIN(CALL_LIST, FTSENT *, fts_read, (FTS * fts), (fts), NULL)
PLAIN(CALL_LIST, FTSENT64 *, fts64_read, (FTS64 * fts), (fts), NULL)
PLAIN(CALL_TIMES, int, futimens, (int fd, const struct timespec times[2]), (fd, times), -1)
PLAIN(CALL_TIMES, int, utimensat, (int dir, const char *path, const struct timespec times[2], int flags),
    (dir, path, times, flags), -1)
PLAIN(CALL_LOCALE, locale_t, newlocale, (int mask, const char *name, locale_t base), (mask, name, base), (locale_t)0)
#ifndef FAULTS_WITHIN
PLAIN(CALL_MALLOC, char *, strdup, (const char *text), (text), NULL)
PLAIN(CALL_MALLOC, char *, strndup, (const char *text, size_t n), (text, n), NULL)
PLAIN(CALL_MALLOC, int, __vasprintf_chk, (char **out, int flag, const char *format, va_list args),
    (out, flag, format, args), -1)
#endif
PLAIN(CALL_OPEN, int, dup, (int fd), (fd), -1)
PLAIN(CALL_LSEEK, off_t, lseek, (int fd, off_t off, int whence), (fd, off, whence), -1)
PLAIN(CALL_LSEEK, off64_t, lseek64, (int fd, off64_t off, int whence), (fd, off, whence), -1)
PLAIN(CALL_FLOCK, int, flock, (int fd, int how), (fd, how), -1)
PLAIN(CALL_POLL, int, poll, (struct pollfd * p, nfds_t n, int timeout), (p, n, timeout), -1)
PLAIN(CALL_POLL, int, ppoll, (struct pollfd * p, nfds_t n, const struct timespec *t, const sigset_t *set),
    (p, n, t, set), -1)
PLAIN(CALL_RANDOM, ssize_t, getrandom, (void *p, size_t n, unsigned int flags), (p, n, flags), -1)
PLAIN(CALL_RANDOM, int, getentropy, (void *p, size_t n), (p, n), -1)
PLAIN(CALL_THREAD, int, pthread_create, (pthread_t * id, const pthread_attr_t *a, void *(*run)(void *), void *arg),
    (id, a, run, arg), number)

PLAIN(CALL_MAP, void *, mmap, (void *at, size_t n, int protection, int flags, int fd, off_t off),
    (at, n, protection, flags, fd, off), MAP_FAILED)
PLAIN(CALL_MAP, void *, mmap64, (void *at, size_t n, int protection, int flags, int fd, off64_t off),
    (at, n, protection, flags, fd, off), MAP_FAILED)

/* A wrapper of fcntl, whose last argument is a number or a pointer. Only its locks fail. */
#define FCNTL(name)                                                                                                    \
	int name(int fd, int command, ...)                                                                             \
	{                                                                                                              \
		bool locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK;                          \
		va_list more;                                                                                          \
		void *last;                                                                                            \
                                                                                                                       \
		va_start(more, command);                                                                               \
		last = va_arg(more, void *);                                                                           \
		va_end(more);                                                                                          \
		return locks && fails(CALL_LOCK, HERE) ? -1 : REAL(name)(fd, command, last);                           \
	}

FCNTL(fcntl)
FCNTL(fcntl64)

/* The descriptor is gone even where close fails (Linux). */
int
close(int fd)
{
	bool bad = fails(CALL_CLOSE, HERE);
	int code = REAL(close)(fd);

	if (bad)
		errno = number;
	return bad ? -1 : code;
}

/* A wrapper of open: the mode is only there when a file may be made. */
#define OPEN(name, params, args)                                                                                       \
	int name params;                                                                                               \
	int name params                                                                                                \
	{                                                                                                              \
		mode_t mode = 0;                                                                                       \
		va_list more;                                                                                          \
                                                                                                                       \
		if ((flags & (O_CREAT | O_TMPFILE)) != 0) {                                                            \
			va_start(more, flags);                                                                         \
			mode = va_arg(more, mode_t);                                                                   \
			va_end(more);                                                                                  \
		}                                                                                                      \
		return fails(CALL_OPEN, HERE) ? -1 : REAL(name) args;                                                  \
	}

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
OPEN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
PLAIN(CALL_OPEN, int, __open_2, (const char *path, int flags), (path, flags), -1)
PLAIN(CALL_OPEN, int, __open64_2, (const char *path, int flags), (path, flags), -1)
PLAIN(CALL_OPEN, int, __openat_2, (int dir, const char *path, int flags), (dir, path, flags), -1)
PLAIN(CALL_OPEN, int, __openat64_2, (int dir, const char *path, int flags), (dir, path, flags), -1)
PLAIN(CALL_OPEN, int, mkostemp, (char *path, int flags), (path, flags), -1)
PLAIN(CALL_OPEN, int, mkostemp64, (char *path, int flags), (path, flags), -1)
PLAIN(CALL_OPEN, FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
PLAIN(CALL_OPEN, FILE *, fopen64, (const char *path, const char *mode), (path, mode), NULL)

#ifndef FAULTS_WITHIN
int
__asprintf_chk(char **out, int flag, const char *format, ...)
{
	va_list args;
	int n;

	if (fails(CALL_MALLOC, HERE))
		return -1;
	va_start(args, format);
	n = REAL(__vasprintf_chk)(out, flag, format, args);
	va_end(args);
	return n;
}
#endif

/* Takes as many arguments as any system call has, as libc's own does. */
long
syscall(long call, ...)
{
	long a[6];
	va_list more;

	va_start(more, call);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(more, long);
	va_end(more);
	if ((call == SYS_openat2 && fails(CALL_OPEN, HERE)) || (call == SYS_getrandom && fails(CALL_RANDOM, HERE)))
		return -1;
	return REAL(syscall)(call, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* How long SQLite waits for a lock is the sum of its naps, a minute in all. They take no time here. */
int
usleep(useconds_t time)
{
	(void)time;
	return 0;
}
