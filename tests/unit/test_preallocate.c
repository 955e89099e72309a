/* Room that is taken before anything is written: where, how much, and what no room means. The file system is as a test says. */
#include "extract.h"
#include "jobs.h"
#include "preallocate.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

static long file_system; /* what fstatfs says, or 0: it fails */
static int failure;      /* an error number of fallocate, or 0 */
static unsigned calls;
static uint64_t taken, first, highest,
    largest; /* bytes in all; where the first began; the end of the last; the most at once */
static unsigned undone;
static uint64_t undone_at;
static bool swallow; /* what is written */

ssize_t __real_pwrite64(int fd, const void *p, size_t len, off_t off);
ssize_t __wrap_pwrite64(int fd, const void *p, size_t len, off_t off);
int __real_ftruncate64(int fd, off_t len);
int __wrap_ftruncate64(int fd, off_t len);
int __wrap_fstatfs64(int fd, struct statfs *fs);
int __wrap_fallocate64(int fd, int mode, off_t off, off_t len);

int
__wrap_fstatfs64(int fd, struct statfs *fs)
{
	(void)fd;
	memset(fs, 0, sizeof(*fs));
	fs->f_type = file_system;
	errno = ENOSYS;
	return file_system == 0 ? -1 : 0;
}

int
__wrap_fallocate64(int fd, int mode, off_t off, off_t len)
{
	check(fd >= 0 && mode == FALLOC_FL_KEEP_SIZE && off >= 0 && len > 0);
	if (calls++ == 0)
		first = (uint64_t)off;
	taken += (uint64_t)len;
	highest = (uint64_t)(off + len);
	if ((uint64_t)len > largest)
		largest = (uint64_t)len;
	errno = failure;
	return failure == 0 ? 0 : -1;
}

ssize_t
__wrap_pwrite64(int fd, const void *p, size_t len, off_t off)
{
	return swallow ? (ssize_t)len : __real_pwrite64(fd, p, len, off);
}

/* A file that only becomes as long as it is to be takes no room back. */
int
__wrap_ftruncate64(int fd, off_t len)
{
	if ((uint64_t)len < highest || failure != 0) {
		undone++;
		undone_at = (uint64_t)len;
	}
	return __real_ftruncate64(fd, len);
}

static void
begin(long type, int error)
{
	file_system = type;
	failure = error;
	calls = undone = 0;
	taken = first = highest = largest = undone_at = 0;
}

static void
where(void)
{
	const struct {
		long type;
		uint64_t off, len;
		unsigned calls;
	} cases[] = {
		{ EXT4_SUPER_MAGIC, 0, 4 * MIB, 1 },
		{ EXT4_SUPER_MAGIC, 8 * MIB, 2 * MIB, 1 },
		{ EXT4_SUPER_MAGIC, 0, MIB, 0 },
		{ EXT4_SUPER_MAGIC, 0, 0, 0 },
		{ EXT4_SUPER_MAGIC, 0, UINT64_MAX, 0 },
		{ EXT4_SUPER_MAGIC, INT64_MAX, 4 * MIB, 0 },
		{ EXT4_SUPER_MAGIC, UINT64_MAX, 4 * MIB, 0 },
		{ TMPFS_MAGIC, 0, 4 * MIB, 0 },
		{ NFS_SUPER_MAGIC, 0, 4 * MIB, 0 },
		{ 0, 0, 4 * MIB, 0 },
	};
	struct pli_error err = { 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(cases[i].type, 0);
		check_ok(preallocate(3, cases[i].off, cases[i].len, "f", &err), err);
		check(calls == cases[i].calls);
		check(calls == 0 || (first == cases[i].off && taken == cases[i].len));
	}
}

static void
no_room(void)
{
	const struct {
		int error;
		enum pli_status status;
	} cases[] = { { ENOSPC, PLI_ERR_IO }, { EDQUOT, PLI_ERR_IO }, { EOPNOTSUPP, PLI_OK }, { EINTR, PLI_OK },
		{ EFBIG, PLI_OK }, { EIO, PLI_OK }, { ENOSYS, PLI_OK } };
	struct pli_error err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&err, 0, sizeof(err));
		begin(EXT4_SUPER_MAGIC, cases[i].error);
		check(preallocate(3, 0, 4 * MIB, "the file", &err) == cases[i].status && calls == 1);
		check((err.message[0] != '\0') == (cases[i].status != PLI_OK));
		check(cases[i].status == PLI_OK || strstr(err.message, "cannot write the file") != NULL);
	}
}

struct sizes {
	struct buf content, envelope;
	struct pli_certs *certs;
	const struct pli_key *key;
};

static void
seal(struct sizes *s, enum pli_profile profile)
{
	const enum support_kind kind = SUPPORT_P256;
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct pli_error err = { 0 };

	options.profile = profile;
	s->certs = support_certs(&kind, 1);
	s->key = support_key(kind);
	check_ok(buf_reserve(&s->content, 3 * MIB + 5, &err), err);
	s->content.len = 3 * MIB + 5;
	support_bytes(s->content.p, s->content.len, 7);
	check_ok(jobs_seal(s->certs, buf_view(&s->content), ENDS_MEMORY, ENDS_FILE, &options, &s->envelope, NULL, &err),
	    err);
}

static void
clear(struct sizes *s)
{
	buf_clear(&s->content);
	buf_clear(&s->envelope);
	pli_certs_free(s->certs);
}

static enum pli_status
open_it(const struct sizes *s, struct view envelope, enum jobs_kind from, enum jobs_kind to, struct pli_error *err)
{
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct buf got = { 0 };
	enum pli_status rc;

	options.accept_unauthenticated = true;
	memset(err, 0, sizeof(*err));
	rc = jobs_open(s->key, envelope, from, to, &options, &got, NULL, err);
	check(rc == PLI_OK || got.len == 0);
	check(rc != PLI_OK || (got.len == s->content.len && memcmp(got.p, s->content.p, got.len) == 0));
	buf_clear(&got);
	return rc;
}

/* As much as the file will have, to the byte: what is behind its end would stay taken. With CBC at most a block less. */
static void
exactly(void)
{
	const enum pli_profile profiles[] = { PLI_PROFILE_GCM, PLI_PROFILE_CBC };
	struct pli_error err;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct sizes s = { 0 };

		begin(EXT4_SUPER_MAGIC, 0);
		seal(&s, profiles[i]);
		check(calls == 1 && first == 0 && taken <= s.envelope.len && s.envelope.len - taken < 64);
		begin(EXT4_SUPER_MAGIC, 0);
		check_ok(open_it(&s, buf_view(&s.envelope), ENDS_FILE, ENDS_FILE, &err), err);
		check(calls == 1 && first == 0 && taken <= s.content.len && s.content.len - taken <= (i == 0 ? 0 : 16));
		begin(EXT4_SUPER_MAGIC, 0);
		check_ok(open_it(&s, buf_view(&s.envelope), ENDS_MEMORY, ENDS_MEMORY, &err), err);
		check_ok(open_it(&s, buf_view(&s.envelope), ENDS_FILE, ENDS_PIPE, &err), err);
		check(calls == 0);
		clear(&s);
	}
}

/* What an envelope announces and does not have takes no room. */
static void
announced(void)
{
	struct sizes s = { 0 };
	struct pli_error err;

	begin(TMPFS_MAGIC, 0);
	seal(&s, PLI_PROFILE_GCM);
	begin(EXT4_SUPER_MAGIC, 0);
	check(open_it(&s, view_of(s.envelope.p, s.envelope.len / 2), ENDS_FILE, ENDS_FILE, &err) == PLI_ERR_MALFORMED);
	check(
	    open_it(&s, view_of(s.envelope.p, s.envelope.len - 100), ENDS_FILE, ENDS_FILE, &err) == PLI_ERR_MALFORMED);
	check(calls == 0);
	check_ok(open_it(&s, buf_view(&s.envelope), ENDS_PIPE, ENDS_FILE, &err), err); /* who knows what a pipe has */
	check(calls == 0);
	clear(&s);
}

/* A job for which there is no room fails at once, and leaves nothing. */
static void
full(void)
{
	struct sizes s = { 0 };
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	struct buf out = { 0 };
	struct pli_error err = { 0 };

	begin(TMPFS_MAGIC, 0);
	seal(&s, PLI_PROFILE_GCM);
	begin(EXT4_SUPER_MAGIC, ENOSPC);
	check(open_it(&s, buf_view(&s.envelope), ENDS_FILE, ENDS_FILE, &err) == PLI_ERR_IO && calls == 1);
	check(
	    jobs_seal(s.certs, buf_view(&s.content), ENDS_MEMORY, ENDS_FILE, &options, &out, NULL, &err) == PLI_ERR_IO);
	check(calls == 2 && out.len == 0);
	/* What is refused anyway is refused for what it is. */
	memset(&err, 0, sizeof(err));
	check(jobs_seal(s.certs, buf_view(&s.envelope), ENDS_MEMORY, ENDS_FILE, &options, &out, NULL, &err) ==
	      PLI_ERR_UNSUPPORTED);
	check(calls == 2 && out.len == 0);
	buf_clear(&out);
	clear(&s);
}

/* A file of an archive: len bytes in pieces, one after the other or with a hole behind each. What is written goes nowhere. */
static void
extract(uint64_t size, uint64_t len, uint64_t piece, uint64_t hole)
{
	static uint8_t bytes[1 << 20];
	const struct tar_entry e = { .path = "f", .mode = 0600, .size = size };
	struct pli_error err = { 0 };
	struct extract x;
	uint64_t off, done;
	int root = open(support_path("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	check(root >= 0 && piece <= sizeof(bytes));
	extract_init(&x, root);
	check_ok(extract_begin(&x, &e, &err), err);
	swallow = true;
	for (off = done = 0; done < len; done += piece, off += piece + hole)
		check_ok(extract_data(&x, e.path, bytes, (size_t)piece, off, &err), err);
	check_ok(extract_end(&x, &e, &err), err);
	swallow = false;
	extract_clear(&x);
	check(close(root) == 0 && unlink(support_path("f")) == 0);
}

static void
of_an_archive(void)
{
	begin(EXT4_SUPER_MAGIC, 0);
	extract(48 * MIB, 48 * MIB, MIB, 0);
	check(calls > 0 && calls < 8 && highest == 48 * MIB && taken < 48 * MIB && undone == 0);
	begin(EXT4_SUPER_MAGIC, 0);
	extract(MIB, MIB, 65536, 0);
	check(calls == 0 && undone == 0);
	begin(EXT4_SUPER_MAGIC, 0);
	extract(2000 * MIB, 2000 * MIB, MIB, 0);
	check(calls < 50 && largest == 64 * MIB && highest == 2000 * MIB && undone == 0);
	begin(TMPFS_MAGIC, 0);
	extract(48 * MIB, 48 * MIB, MIB, 0);
	check(calls == 0 && undone == 0);
}

/* No more is taken than came without a hole, and what the hole is in is given back. */
static void
of_holes(void)
{
	begin(EXT4_SUPER_MAGIC, 0);
	extract(UINT64_C(1) << 36, 4 * MIB, 65536, 64 * MIB);
	check(calls == 0);
	begin(EXT4_SUPER_MAGIC, 0);
	extract(UINT64_C(1) << 36, 3 * MIB, MIB, 0); /* a hole to its end */
	check(calls > 0 && taken <= 3 * MIB && highest <= 6 * MIB && undone == 1 && undone_at == 3 * MIB);
}

static void
a_hole_after_data(void)
{
	const struct tar_entry e = { .path = "f", .mode = 0600, .size = 100 * MIB };
	static const uint8_t bytes[1 << 20];
	struct pli_error err = { 0 };
	struct extract x;
	uint64_t off;
	int root = open(support_path("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	check(root >= 0);
	begin(EXT4_SUPER_MAGIC, 0);
	extract_init(&x, root);
	check_ok(extract_begin(&x, &e, &err), err);
	for (off = 0; off < 5 * MIB; off += MIB)
		check_ok(extract_data(&x, e.path, bytes, MIB, off, &err), err);
	check(calls > 0 && highest > 5 * MIB && undone == 0);
	check_ok(extract_data(&x, e.path, bytes, MIB, 90 * MIB, &err), err);
	check(undone == 1 && undone_at == 5 * MIB);
	extract_clear(&x);
	check(close(root) == 0 && unlink(support_path("f")) == 0);
}

/* What comes may be less than what was expected: where there is no room, that is for the writes to say. */
static void
no_room_ahead(void)
{
	begin(EXT4_SUPER_MAGIC, ENOSPC);
	extract(48 * MIB, 48 * MIB, MIB, 0);
	check(calls == 1 && undone == 1);
}

#define TESTS(T, S)                                                                                                    \
	T(S, where)                                                                                                    \
	T(S, no_room)                                                                                                  \
	T(S, exactly)                                                                                                  \
	T(S, announced)                                                                                                \
	T(S, full)                                                                                                     \
	T(S, of_an_archive)                                                                                            \
	T(S, of_holes)                                                                                                 \
	T(S, a_hole_after_data)                                                                                        \
	T(S, no_room_ahead)
SUITE(preallocate, TESTS)
