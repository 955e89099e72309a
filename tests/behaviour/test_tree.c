/*
 * What is sealed as a folder is opened as that folder, or not at all: round trips, damage, refusals, trees that change
 * meanwhile, and content that is no archive.
 */
#include "suite.h"
#include "trees.h"

#include <dirent.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { KIB = 1 << 10, MIB = 1 << 20 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint8_t first_sha256[32] = { 0x1b, 0xe6, 0xab, 0x5f, 0x7b, 0xd2, 0x07, 0xd6, 0x78, 0x1b, 0x7b, 0x3d, 0x46,
	0x73, 0x97, 0xc9, 0x4c, 0xc7, 0xca, 0x25, 0xe1, 0x28, 0x05, 0x16, 0x30, 0x14, 0xcf, 0x4c, 0x54, 0x42, 0x80,
	0x73 };

static struct pli_tree_seal_options
sealing(int threads, size_t segment)
{
	struct pli_tree_seal_options options = PLI_TREE_SEAL_DEFAULTS;

	options.seal.threads = threads;
	options.seal.segment = segment;
	return options;
}

static struct pli_tree_open_options
opening(int threads, size_t segment)
{
	struct pli_tree_open_options options = PLI_TREE_OPEN_DEFAULTS;

	options.open.threads = threads;
	options.open.segment = segment;
	options.no_sync = true;
	return options;
}

static void
make_many(const char *bid)
{
	static const size_t sizes[] = { 0, 1, 511, 512, 513, 1023, 1024, 1025, MIB - 512, MIB - 1, MIB, MIB + 1,
		MIB + 512, 2 * MIB + 3 };
	char deep[1024], name[256];
	size_t i, len;

	for (i = 0; i < COUNT(sizes); i++)
		trees_file(trees_at("%s/size %zu", bid, sizes[i]), sizes[i]);
	trees_folder(trees_at("%s/klein", bid));
	for (i = 0; i < 300; i++)
		trees_file(trees_at("%s/klein/%zu.txt", bid, i), i);
	len = (size_t)snprintf(deep, sizeof(deep), "%s/tief", bid);
	trees_folder(trees_at("%s", deep));
	for (i = 0; i < 60; i++) {
		len += (size_t)snprintf(deep + len, sizeof(deep) - len, "/%zu", i);
		trees_folder(trees_at("%s", deep));
	}
	trees_file(trees_at("%s/unten", deep), 99);
	memset(name, 'n', 255);
	name[255] = '\0';
	trees_file(trees_at("%s/%s", bid, name), 77);
	memset(name, 'o', 255);
	trees_folder(trees_at("%s/%s", bid, name));
	trees_file(trees_at("%s/%s/\xc3\xa4", bid, name), 3);
}

/* A tree with all that an honest bid may have. */
static void
make_bid(const char *bid)
{
	trees_folder(trees_at("%s", bid));
	make_many(bid);
	trees_folder(trees_at("%s/leer", bid));
	trees_folder(trees_at("%s/\xc3\x84nderungen \xe2\x82\xac \xf0\x9f\x98\x80", bid));
	trees_file(trees_at("%s/\xc3\x84nderungen \xe2\x82\xac \xf0\x9f\x98\x80/\xc3\xbc.pdf", bid), 1234);
	trees_folder(trees_at("%s/fest", bid));
	trees_file(trees_at("%s/fest/fest.txt", bid), 40);
	trees_dated(trees_at("%s/fest/fest.txt", bid), 0444, 1000000007);
	trees_file(trees_at("%s/alt", bid), 10);
	trees_dated(trees_at("%s/alt", bid), 0666, 1);
	trees_file(trees_at("%s/programm", bid), 10);
	trees_dated(trees_at("%s/programm", bid), 0777, INT64_C(5000000000));
	trees_file(trees_at("%s/geheim", bid), 10);
	trees_dated(trees_at("%s/geheim", bid), 0600, -86400);
	trees_file(trees_at("%s/-rf", bid), 10);
	trees_dated(trees_at("%s/fest", bid), 0555, 1000000009);
	trees_dated(trees_at("%s", bid), 0755, 1500000000);
}

/* Two files, or folders with all that is in them, are the same but for what the umask takes. */
static void
same(const char *a, const char *b)
{
	struct buf x = { 0 }, y = { 0 };
	char below_a[8192], below_b[8192];
	struct stat s, t;
	const struct dirent *d;
	size_t n = 0, m = 0;
	DIR *dir;

	check(lstat(a, &s) == 0 && lstat(b, &t) == 0);
	check((s.st_mode & ~022u) == t.st_mode);
	check(s.st_mtim.tv_sec == t.st_mtim.tv_sec && t.st_mtim.tv_nsec == 0);
	if (S_ISREG(s.st_mode)) {
		support_read(a, &x);
		support_read(b, &y);
		check(x.len == y.len && (x.len == 0 || memcmp(x.p, y.p, x.len) == 0));
		buf_clear(&x);
		buf_clear(&y);
		return;
	}
	check((dir = opendir(b)) != NULL);
	while (readdir(dir) != NULL)
		m++;
	(void)closedir(dir);
	check((dir = opendir(a)) != NULL);
	for (; (d = readdir(dir)) != NULL; n++) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		check(snprintf(below_a, sizeof(below_a), "%s/%s", a, d->d_name) > 0);
		check(snprintf(below_b, sizeof(below_b), "%s/%s", b, d->d_name) > 0);
		same(below_a, below_b);
	}
	(void)closedir(dir);
	check(n == m);
}

/* The digest told of a file is that of the file. */
static void
write_down(void *arg, const struct pli_tree_entry *e)
{
	struct buf *told = arg, content = { 0 };
	uint8_t sha256[32];
	char line[8192];
	int n;

	check((e->sha256 == NULL) == e->folder);
	n = snprintf(line, sizeof(line), "%s %d %o %llu %lld\n", e->path, e->folder, e->mode,
	    (unsigned long long)e->bytes, (long long)e->mtime);
	check(n > 0 && buf_add(told, view_of(line, (size_t)n), NULL) == PLI_OK);
	if (e->folder)
		return;
	check(buf_add(told, view_of(e->sha256, 32), NULL) == PLI_OK);
	support_read(trees_at("%s", e->path), &content);
	check(content.len == e->bytes);
	trees_digest(buf_view(&content), sha256);
	check(memcmp(sha256, e->sha256, 32) == 0);
	buf_clear(&content);
}

/* The content that any CMS implementation would find. */
static void
check_content(const char *envelope, size_t len, struct buf *reference)
{
	const struct pli_key *key = support_key(SUPPORT_P256);
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_path(envelope);
	struct pli_error err = { 0 };
	struct pli_output out;
	struct pli_opened opened;
	uint8_t sha256[32], *p = malloc(len);

	check(p != NULL);
	out = pli_output_memory(p, len, "content");
	check_ok(pli_open(support_pli(), &key, 1, &in, &out, &options, &opened, &err), err);
	check(opened.content_bytes == len && opened.committed && len > 1024 && len % 512 == 0);
	trees_digest(view_of(p, 1024), sha256);
	check(memcmp(sha256, first_sha256, 32) == 0);
	if (reference->len == 0)
		check(buf_add(reference, view_of(p, len), &err) == PLI_OK);
	check(reference->len == len && memcmp(reference->p, p, len) == 0);
	free(p);
}

static void
one_round(int threads, size_t segment, struct buf *reference)
{
	struct pli_tree_seal_options s = sealing(threads, segment);
	struct pli_tree_open_options o = opening(threads, segment);
	const char *paths[] = { trees_at("Angebot"), trees_at("brief.txt") };
	struct buf told = { 0 }, listed = { 0 };
	struct pli_tree_sealed sealed;
	struct pli_tree_opened opened;
	struct pli_error err = { 0 };
	struct pli_input in;
	char envelope[512];

	(void)snprintf(envelope, sizeof(envelope), "%s/bid.p7m", trees_root);
	check_ok(trees_seal(paths, 2, envelope, &s, &sealed, &err), err);
	in = pli_input_path(envelope);
	check_content(envelope, (size_t)sealed.sealed.content_bytes, reference);
	o.digests = o.open.require_committed = true;
	o.entry = write_down;
	o.arg = &told;
	check_ok(trees_open(&in, trees_at("out"), "bid", &o, &opened, &err), err);
	check(opened.archive && opened.opened.authenticated && opened.opened.committed);
	check(opened.files == sealed.files && sealed.warnings > 0); /* empty files are worth a warning */
	same(trees_at("Angebot"), trees_at("out/bid/Angebot"));
	same(trees_at("brief.txt"), trees_at("out/bid/brief.txt"));
	o.arg = &listed;
	check_ok(trees_list(&in, &o, &opened, &err), err);
	check(opened.archive && opened.opened.committed && opened.files == sealed.files);
	check(told.len == listed.len && memcmp(told.p, listed.p, told.len) == 0);
	check(trees_open(&in, trees_at("out"), "bid", &o, &opened, &err) == PLI_ERR_EXISTS);
	trees_remove(trees_at("out"));
	buf_clear(&told);
	buf_clear(&listed);
}

static void
round_trip(void)
{
	static const int threads[] = { 0, 1, 4 };
	static const size_t segments[] = { 64 * KIB, MIB };
	struct buf reference = { 0 };
	size_t i;

	(void)umask(022);
	trees_begin();
	make_bid("Angebot");
	trees_file(trees_at("brief.txt"), 2000);
	trees_dated(trees_at("brief.txt"), 0640, 1234567890);
	for (i = 0; i < COUNT(threads) * COUNT(segments); i++)
		one_round(threads[i / 2], segments[i % 2], &reference);
	buf_clear(&reference);
	trees_end();
}

static void
sparse(void)
{
	struct pli_tree_seal_options s = sealing(2, 0);
	struct pli_tree_open_options o = opening(2, 0);
	const char *paths[] = { trees_at("gross") };
	struct pli_error err = { 0 };
	struct pli_input in;
	struct stat st;
	uint8_t b = 0;
	int fd;

	trees_begin();
	paths[0] = trees_at("gross");
	check((fd = open(paths[0], O_RDWR | O_CREAT | O_CLOEXEC, 0644)) >= 0);
	check(pwrite(fd, "mitte", 5, 50 * MIB) == 5 && ftruncate(fd, 100 * MIB) == 0 && close(fd) == 0);
	check_ok(trees_seal(paths, 1, trees_at("bid.p7m"), &s, NULL, &err), err);
	in = pli_input_path(trees_at("bid.p7m"));
	check_ok(trees_open(&in, trees_root, "bid", &o, NULL, &err), err);
	check((fd = open(trees_at("bid/gross"), O_RDONLY | O_CLOEXEC)) >= 0);
	check(fstat(fd, &st) == 0 && st.st_size == 100 * MIB);
	check(pread(fd, &b, 1, 50 * MIB) == 1 && b == 'm' && pread(fd, &b, 1, 100 * MIB - 1) == 1 && b == 0);
	(void)close(fd);
	trees_end();
}

static void
seal_small(struct buf *envelope)
{
	struct pli_tree_seal_options s = sealing(0, 0);
	const char *paths[] = { trees_at("a") };
	struct pli_error err = { 0 };

	trees_folder(paths[0]);
	trees_folder(trees_at("a/b"));
	trees_file(trees_at("a/b/c"), 5000);
	trees_file(trees_at("a/d"), 700);
	check_ok(trees_seal(paths, 1, trees_at("bid.p7m"), &s, NULL, &err), err);
	support_read(trees_at("bid.p7m"), envelope);
}

static void
check_nothing(struct view envelope, bool content)
{
	struct pli_tree_open_options o = opening(0, 4096);
	struct pli_input in = pli_input_memory(envelope.p, envelope.len, "envelope");
	size_t before = trees_entries(trees_root);
	struct pli_error err = { 0 };
	enum pli_status rc = trees_open(&in, trees_at("new"), "bid", &o, NULL, &err);

	check(rc != PLI_OK && rc != PLI_ERR && rc != PLI_ERR_IO && rc != PLI_ERR_LIMIT);
	check(!content || rc == PLI_ERR_AUTH || rc == PLI_ERR_MALFORMED);
	check(!support_exists(trees_at("new")));
	check(trees_open(&in, trees_root, "bid", &o, NULL, &err) == rc && !support_exists(trees_at("bid")));
	check(trees_list(&in, &o, NULL, &err) == rc);
	check(trees_entries(trees_root) == before);
}

static void
damaged(void)
{
	struct buf envelope = { 0 };
	size_t i;

	trees_begin();
	seal_small(&envelope);
	for (i = 0; i < envelope.len; i += 50) {
		envelope.p[i] ^= 0x10;
		check_nothing(buf_view(&envelope), i + 5000 > envelope.len);
		envelope.p[i] ^= 0x10;
	}
	for (i = 0; i < envelope.len; i += 1 + envelope.len / 40)
		check_nothing(view_of(envelope.p, i), true);
	check_nothing(view_of(envelope.p, envelope.len - 1), true);
	buf_clear(&envelope);
	trees_end();
}

/* Sealing root/bid must fail, naming what; nothing comes out. */
static void
check_refused(const struct pli_tree_seal_options *s, enum pli_status status, const char *named)
{
	const char *paths[] = { trees_at("bid") };
	struct pli_error err = { 0 };

	check(trees_seal(paths, 1, trees_at("bid.p7m"), s, NULL, &err) == status);
	check(strstr(err.message, named) != NULL);
	check(!support_exists(trees_at("bid.p7m")));
}

static void
refused(void)
{
	static const char *const names[] = { "a\\b", "neue\nzeile", "tab\t", "\x7f", "\xc2\x85", "\xe4", "\xc0\xaf",
		"\xed\xa0\x80" };
	struct pli_tree_seal_options s = sealing(0, 0);
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	size_t i;
	int fd;

	trees_begin();
	trees_folder(trees_at("bid"));
	trees_file(trees_at("bid/ok"), 10);
	for (i = 0; i < COUNT(names); i++) {
		trees_file(trees_at("bid/%s", names[i]), 10);
		check_refused(&s, PLI_ERR_LIMIT, names[i]);
		check(unlink(trees_at("bid/%s", names[i])) == 0);
	}
	check(symlink("ok", trees_at("bid/verweis")) == 0);
	check_refused(&s, PLI_ERR_LIMIT, "bid/verweis");
	check(unlink(trees_at("bid/verweis")) == 0 && mkfifo(trees_at("bid/rohr"), 0600) == 0);
	check_refused(&s, PLI_ERR_LIMIT, "bid/rohr");
	check(unlink(trees_at("bid/rohr")) == 0 && (fd = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
	(void)snprintf(where.sun_path, sizeof(where.sun_path), "%s", trees_at("bid/dose"));
	check(bind(fd, (const struct sockaddr *)&where, sizeof(where)) == 0 && close(fd) == 0);
	check_refused(&s, PLI_ERR_LIMIT, "bid/dose");
	check(unlink(trees_at("bid/dose")) == 0);
	s.limits.max_files = 1;
	check_refused(&s, PLI_ERR_LIMIT, "more than 1 files");
	s.limits = (struct pli_tree_limits){ .max_size = 9 };
	check_refused(&s, PLI_ERR_LIMIT, "more than 9 bytes");
	s.limits = (struct pli_tree_limits){ 10, 2 };
	check(trees_seal((const char *[]){ trees_at("bid") }, 1, trees_at("x"), &s, NULL, &(struct pli_error){ 0 }) ==
	      PLI_OK);
	trees_end();
}

static void
refused_paths(void)
{
	struct pli_tree_seal_options s = sealing(0, 0);
	struct pli_error err = { 0 };
	const char *twice[2], *one[1], *no_paths[1] = { NULL };

	trees_begin();
	trees_folder(trees_at("a"));
	trees_folder(trees_at("b"));
	trees_file(trees_at("a/x"), 10);
	trees_file(trees_at("b/x"), 10);
	twice[0] = trees_at("a/x");
	twice[1] = trees_at("b/x");
	check(trees_seal(twice, 2, trees_at("o"), &s, NULL, &err) == PLI_ERR_LIMIT && strstr(err.message, "x") != NULL);
	twice[1] = twice[0];
	check(trees_seal(twice, 2, trees_at("o"), &s, NULL, &err) == PLI_ERR_LIMIT);
	one[0] = "/";
	check(trees_seal(one, 1, trees_at("o"), &s, NULL, &err) == PLI_ERR_LIMIT);
	one[0] = trees_at("nicht da");
	check(
	    trees_seal(one, 1, trees_at("o"), &s, NULL, &err) == PLI_ERR_IO && strstr(err.message, "nicht da") != NULL);
	check(symlink("a", trees_at("zeiger")) == 0);
	one[0] = trees_at("zeiger");
	check(trees_seal(one, 1, trees_at("o"), &s, NULL, &err) == PLI_ERR_LIMIT &&
	      strstr(err.message, "zeiger") != NULL);
	check(trees_seal(no_paths, 0, trees_at("o"), &s, NULL, &err) == PLI_ERR_USAGE);
	check(!support_exists(trees_at("o")));
	one[0] = trees_at("a");
	check(trees_seal(one, 1, trees_at("a/x"), &s, NULL, &err) == PLI_ERR_EXISTS);
	check(trees_entries(trees_root) == 5);
	trees_end();
}

/* What a hook does to the tree, once, while it is sealed or opened. */
struct meddling {
	void (*meddle)(void);
	bool done;
};

static void
meddle_once(void *arg, const struct pli_progress *p)
{
	struct meddling *m = arg;

	if (m->done || p->done == 0)
		return;
	m->done = true;
	m->meddle();
}

static void
make_folder(void)
{
	trees_folder(trees_at("bid"));
}

static void
make_file(void)
{
	trees_file(trees_at("bid"), 5);
}

static void
make_link(void)
{
	check(symlink("nirgends", trees_at("bid")) == 0);
}

static void
exists(void)
{
	static void (*const makers[])(void) = { make_folder, make_file, make_link };
	struct buf envelope = { 0 };
	struct pli_error err = { 0 };
	struct pli_input in;
	struct stat before, after;
	size_t i, when, entries;

	trees_begin();
	seal_small(&envelope);
	in = pli_input_memory(envelope.p, envelope.len, "envelope");
	entries = trees_entries(trees_root);
	for (i = 0; i < 2 * COUNT(makers); i++) {
		struct pli_tree_open_options o = opening(0, 4096);
		struct meddling m = { makers[i / 2], false };

		when = i % 2;
		if (when == 0) {
			makers[i / 2]();
			check(lstat(trees_at("bid"), &before) == 0);
		} else {
			o.open.hooks.progress = meddle_once;
			o.open.hooks.arg = &m;
		}
		check(trees_open(&in, trees_root, "bid", &o, NULL, &err) == PLI_ERR_EXISTS);
		check(when == 0 || m.done);
		check(lstat(trees_at("bid"), &after) == 0 && trees_entries(trees_root) == entries + 1);
		check(when == 1 || (before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec));
		check(remove(trees_at("bid")) == 0);
	}
	buf_clear(&envelope);
	trees_end();
}

static void
grow(void)
{
	FILE *f = fopen(trees_at("bid/z"), "ab");

	check(f != NULL && fputc('x', f) == 'x' && fclose(f) == 0);
}

static void
shrink(void)
{
	check(truncate(trees_at("bid/z"), 100) == 0);
}

static void
replace(void)
{
	trees_file(trees_at("other"), 3 * MIB);
	check(rename(trees_at("other"), trees_at("bid/z")) == 0);
}

static void
touch(void)
{
	check(utimensat(AT_FDCWD, trees_at("bid/z"), NULL, 0) == 0);
}

static void
vanish(void)
{
	check(unlink(trees_at("bid/z")) == 0);
}

static void
add_file(void)
{
	trees_file(trees_at("bid/unter/neu"), 1);
}

static void
change_mode(void)
{
	check(chmod(trees_at("bid/z"), 0600) == 0);
}

/* Earlier content than where sealing is, so that only the last look can notice. */
static void
touch_first(void)
{
	check(utimensat(AT_FDCWD, trees_at("bid/a"), NULL, 0) == 0);
}

static void
change_behind_a_link(void)
{
	check(rename(trees_at("bid/z"), trees_at("z")) == 0 && symlink("../z", trees_at("bid/z")) == 0);
}

static void
changes(void)
{
	static void (*const changes[])(
	    void) = { grow, shrink, replace, touch, vanish, add_file, change_mode, touch_first, change_behind_a_link };
	struct pli_error err = { 0 };
	size_t i;

	for (i = 0; i < 2 * COUNT(changes); i++) {
		struct pli_tree_seal_options s = sealing(i % 2 == 0 ? 0 : 2, 64 * KIB);
		struct meddling m = { changes[i / 2], false };

		trees_begin();
		trees_folder(trees_at("bid"));
		trees_folder(trees_at("bid/unter"));
		trees_file(trees_at("bid/a"), MIB);
		trees_file(trees_at("bid/z"), 3 * MIB);
		s.seal.hooks.progress = meddle_once;
		s.seal.hooks.arg = &m;
		check(trees_seal((const char *[]){ trees_at("bid") }, 1, trees_at("bid.p7m"), &s, NULL, &err) ==
		      PLI_ERR_IO);
		check(m.done && !support_exists(trees_at("bid.p7m")));
		trees_end();
	}
}

static bool
cancel_later(void *arg)
{
	int *calls = arg;

	return --*calls < 0;
}

static void
cancelled(void)
{
	struct pli_tree_seal_options s = sealing(0, 64 * KIB);
	struct pli_error err = { 0 };
	struct pli_input in;
	size_t entries;
	char envelope[512];
	int i, calls, stopped = 0;

	trees_begin();
	trees_folder(trees_at("a"));
	trees_file(trees_at("a/b"), MIB);
	check_ok(trees_seal((const char *[]){ trees_at("a") }, 1, trees_at("bid.p7m"), &s, NULL, &err), err);
	(void)snprintf(envelope, sizeof(envelope), "%s/bid.p7m", trees_root);
	in = pli_input_path(envelope);
	entries = trees_entries(trees_root);
	for (i = 0; i < 40; i++) {
		struct pli_tree_open_options o = opening(i % 3, 64 * KIB);
		enum pli_status rc;

		calls = i;
		o.open.hooks.cancelled = cancel_later;
		o.open.hooks.arg = &calls;
		rc = trees_open(&in, trees_at("new"), "bid", &o, NULL, &err);
		check(rc == PLI_OK || rc == PLI_ERR_CANCELLED);
		check(support_exists(trees_at("new")) == (rc == PLI_OK));
		stopped += rc != PLI_OK;
		trees_remove(trees_at("new"));
		s.seal.hooks = o.open.hooks;
		calls = i;
		rc = trees_seal((const char *[]){ trees_at("a") }, 1, trees_at("new.p7m"), &s, NULL, &err);
		check(rc == PLI_OK || rc == PLI_ERR_CANCELLED);
		check((unlink(trees_at("new.p7m")) == 0) == (rc == PLI_OK));
		check(trees_entries(trees_root) == entries);
	}
	check(stopped > 3);
	trees_end();
}

static void
count_told(void *arg, const struct pli_tree_entry *e)
{
	check(!e->folder && strcmp(e->path, "bid") == 0);
	++*(int *)arg;
}

static void
no_archive(void)
{
	static const size_t sizes[] = { 0, 1, 511, 512, 1024, 10240, 100000 };
	uint8_t *zeroes = calloc(1, 100000), *noise = malloc(100000);
	struct buf envelope = { 0 }, got = { 0 };
	struct pli_tree_opened opened;
	struct pli_error err = { 0 };
	size_t i;

	check(zeroes != NULL && noise != NULL);
	support_bytes(noise, 100000, 5);
	trees_begin();
	for (i = 0; i < 2 * COUNT(sizes); i++) {
		struct pli_tree_open_options o = opening(0, 4096);
		struct view content = view_of(i % 2 == 0 ? zeroes : noise, sizes[i / 2]);
		struct pli_input in;
		int told = 0;

		trees_seal_raw(content, &envelope);
		in = pli_input_memory(envelope.p, envelope.len, "envelope");
		o.entry = count_told;
		o.arg = &told;
		check_ok(trees_open(&in, trees_at("new"), "bid", &o, &opened, &err), err);
		check(!opened.archive && !opened.opened.committed && opened.files == 1);
		check(opened.bytes == content.len && told == 1);
		check(trees_entries(trees_at("new")) == 1);
		support_read(trees_at("new/bid"), &got);
		check(got.len == content.len && (got.len == 0 || memcmp(got.p, content.p, got.len) == 0));
		check(trees_open(&in, trees_at("new"), "bid", &o, &opened, &err) == PLI_ERR_EXISTS);
		trees_remove(trees_at("new"));
		o.open.require_committed = true;
		check(trees_open(&in, trees_at("new"), "bid", &o, &opened, &err) == PLI_ERR_AUTH);
		check(!support_exists(trees_at("new")) && told == 1);
	}
	free(zeroes);
	free(noise);
	buf_clear(&envelope);
	buf_clear(&got);
	trees_end();
}

static void
output_in_the_folder(void)
{
	struct pli_tree_seal_options s = sealing(0, 0);
	struct pli_error err = { 0 };
	enum pli_status rc;

	trees_begin();
	trees_folder(trees_at("bid"));
	trees_file(trees_at("bid/a"), 10);
	rc = trees_seal((const char *[]){ trees_at("bid") }, 1, trees_at("bid/bid.p7m"), &s, NULL, &err);
	check(rc == PLI_OK || rc == PLI_ERR_IO || rc == PLI_ERR_EXISTS);
	check(trees_entries(trees_at("bid")) == (rc == PLI_OK ? 2 : 1));
	trees_end();
}

#define TESTS(T, S)                                                                                                    \
	T(S, round_trip)                                                                                               \
	T(S, sparse)                                                                                                   \
	T(S, damaged)                                                                                                  \
	T(S, refused)                                                                                                  \
	T(S, refused_paths)                                                                                            \
	T(S, exists) T(S, changes) T(S, cancelled) T(S, no_archive) T(S, output_in_the_folder)
SUITE(tree, TESTS)
