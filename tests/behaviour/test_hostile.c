/*
 * Archives that nobody's pli wrote, sealed as plain content and opened beside a canary: whatever they say, nothing is
 * written outside, nothing is left of what fails, and honest archives of other programs open.
 *
 * With HOSTILE_INTO=FOLDER in the environment each archive goes there, too, named by its number and the exit codes that it
 * may have: for tests/cli/hostile.sh.
 */
#include "suite.h"
#include "tars.h"
#include "trees.h"

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum fate {
	REFUSED = 1,
	DAMAGED = 2,
	OPENS = 4,
	CANNOT = 8 /* by the file system */,
	PLAIN = 16 /* opens as one file */
};

static bool
allowed(enum pli_status rc, unsigned fates)
{
	return ((fates & REFUSED) != 0 && rc == PLI_ERR_LIMIT) || ((fates & DAMAGED) != 0 && rc == PLI_ERR_MALFORMED) ||
	       ((fates & (OPENS | PLAIN)) != 0 && rc == PLI_OK) || ((fates & CANNOT) != 0 && rc == PLI_ERR_IO);
}

/* Nothing in the tree is anything but a file or a folder with plain permissions. */
static int
look_at(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)path;
	(void)kind;
	(void)at;
	return !(S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) || (st->st_mode & 07000) != 0 ||
	       (S_ISREG(st->st_mode) && st->st_nlink != 1);
}

static void
check_canary(void)
{
	struct buf got = { 0 };
	struct stat st;

	support_read(trees_at("canary"), &got);
	check(got.len == 6 && memcmp(got.p, "canary", 6) == 0);
	check(stat(trees_at("canary"), &st) == 0 && st.st_nlink == 1 && (st.st_mode & 07777) == 0600);
	check(trees_entries(trees_at("beside")) == 0 && support_exists(trees_at("beside")));
	buf_clear(&got);
}

static size_t tried, turned_away;

/* Says how many archives a test tried, and begins to count again. */
static void
count(const char *what, size_t least)
{
	(void)fprintf(stderr, "hostile: %-13s %4zu archives, %4zu turned away\n", what, tried, turned_away);
	check(turned_away >= least);
	tried = turned_away = 0;
}

static void
keep(const struct buf *a, unsigned fates)
{
	static const struct {
		enum fate fate;
		const char *code;
	} all[] = { { REFUSED, " 17" }, { DAMAGED, " 10" }, { OPENS | PLAIN, " 0" }, { CANNOT, " 16" } };
	static unsigned number;
	const char *into = getenv("HOSTILE_INTO");
	char path[512], codes[32] = "";
	size_t i;

	if (into == NULL)
		return;
	for (i = 0; i < COUNT(all); i++)
		if ((fates & all[i].fate) != 0)
			(void)strcat(codes, all[i].code);
	check(snprintf(path, sizeof(path), "%s/%04u%s.tar", into, ++number, codes) < (int)sizeof(path));
	support_write(path, buf_view(a));
}

/* Opens the archive in a; the caller's fates say how that may end. Returns how it did. */
static enum pli_status
try_archive(const char *what, const struct buf *a, unsigned fates)
{
	struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;
	struct buf envelope = { 0 };
	struct pli_tree_opened opened;
	struct pli_error err = { 0 };
	struct pli_input in;
	enum pli_status rc;
	char target[512];

	trees_begin();
	support_write(trees_at("canary"), view_of("canary", 6));
	check(chmod(trees_at("canary"), 0600) == 0);
	trees_folder(trees_at("beside"));
	trees_folder(trees_at("in"));
	trees_seal_raw(buf_view(a), &envelope);
	in = pli_input_memory(envelope.p, envelope.len, "envelope");
	o.open.threads = 0;
	o.no_sync = o.digests = true;
	rc = trees_open(&in, trees_at("in"), "bid", &o, &opened, &err);
	if (!allowed(rc, fates))
		(void)fprintf(stderr, "%s: %s %s\n", what, pli_status_id(rc), err.message);
	check(allowed(rc, fates));
	keep(a, fates);
	tried++;
	turned_away += rc != PLI_OK;
	check_canary();
	(void)snprintf(target, sizeof(target), "%s/in/bid", trees_root);
	if (rc == PLI_OK)
		check(opened.archive == ((fates & PLAIN) == 0) && nftw(target, look_at, 80, FTW_PHYS | FTW_CHDIR) == 0);
	else
		check(trees_entries(trees_at("in")) == 0);
	check(trees_entries(trees_root) == 3 + (rc == PLI_OK ? 1 + trees_entries(target) : 0));
	/* Listing says the same, where the file system has no say. */
	check(trees_list(&in, &o, &opened, &err) == rc || (fates & CANNOT) != 0);
	buf_clear(&envelope);
	trees_end();
	return rc;
}

static void
try_done(const char *what, struct buf *a, unsigned fates)
{
	add_end(a);
	(void)try_archive(what, a, fates);
	buf_clear(a);
}

static void
names(void)
{
	static const struct {
		const char *name;
		unsigned fates;
	} all[] = {
		{ "/etc/pli-evil", REFUSED },
		{ "//pli-evil", REFUSED },
		{ "../canary", REFUSED },
		{ "../beside/evil", REFUSED },
		{ "..", REFUSED },
		{ "a/../../canary", REFUSED },
		{ "a/..", REFUSED },
		{ "./../canary", REFUSED },
		{ "a/./../b", REFUSED },
		{ "..\\canary", REFUSED },
		{ "a\\b", REFUSED },
		{ "C:\\evil", REFUSED },
		{ "\\\\server\\share", REFUSED },
		{ "C:/evil", REFUSED | OPENS },
		{ "C:evil", REFUSED | OPENS },
		{ "a\nb", REFUSED },
		{ "a\rb", REFUSED },
		{ "\x1b[2J", REFUSED },
		{ "\x7f", REFUSED },
		{ "\xc2\x9b", REFUSED },
		{ "\xff\xfe", REFUSED },
		{ "\xc0\xae\xc0\xae/canary", REFUSED },
		{ "\xed\xa0\x80", REFUSED },
		{ "\xf5\x80\x80\x80", REFUSED },
		{ ".", REFUSED },
		{ "./", REFUSED | DAMAGED | OPENS }, /* a file that is a folder */
		{ "", REFUSED | DAMAGED },
		{ "\xe2\x80\xae"
		  "fdp.exe",
		    REFUSED | OPENS },
		{ "\xe2\x81\xa6x\xe2\x81\xa9", REFUSED | OPENS },
		{ "~root", OPENS },
		{ "-rf", OPENS },
		{ "$(touch x)", OPENS },
		{ "...", OPENS },
		{ "..a/b..", OPENS },
		{ "./ehrlich", OPENS },
		{ "a//b", OPENS },
		{ "a/./b", OPENS },
		{ ".pli-0123456789abcdef", REFUSED },
		{ "a/.pli-0123456789abcdef/b", REFUSED },
		{ ".pli-0123456789abcdeg", OPENS },
		{ "con", OPENS },
		{ " ", OPENS },
	};
	struct buf a = { 0 };
	size_t i, how;

	for (i = 0; i < COUNT(all); i++) {
		for (how = 0; how < 3; how++) {
			if (how == 2)
				add_file(&a, "ok");
			if (how == 1) { /* the name comes from a pax record */
				if (all[i].name[0] == '\0')
					continue;
				add_pax(&a, "path", all[i].name, strlen(all[i].name));
				add_file(&a, "harmlos");
			} else {
				add_file(&a, all[i].name);
			}
			try_done(all[i].name, &a, all[i].fates);
		}
		if (strcmp(all[i].name, ".") == 0 || all[i].name[0] == '\0')
			continue;
		add_folder(&a, all[i].name);
		try_done(all[i].name, &a, all[i].fates);
	}
	count("names", 60);
}

static void
long_names(void)
{
	char name[6000];
	struct buf a = { 0 };
	size_t i;

	memset(name, 'x', sizeof(name));
	add_pax(&a, "path", name, 256);
	add_file(&a, "x");
	try_done("256 bytes", &a, REFUSED);
	add_pax(&a, "path", name, 255);
	add_file(&a, "x");
	try_done("255 bytes", &a, OPENS);
	for (i = 255; i < sizeof(name); i += 256)
		name[i] = '/';
	add_pax(&a, "path", name, 4100);
	add_file(&a, "x");
	try_done("4100 bytes", &a, REFUSED);
	add_pax(&a, "path", name, 5999);
	add_file(&a, "x");
	try_done("5999 bytes", &a, REFUSED);
	add_pax(&a, "path", name, 4095);
	add_file(&a, "x");
	try_done("4095 bytes", &a, OPENS | CANNOT);
	for (i = 0; i < sizeof(name); i++)
		name[i] = i % 2 == 0 ? 'd' : '/';
	add_pax(&a, "path", name, 2 * 64 - 1);
	add_file(&a, "x");
	try_done("64 deep", &a, OPENS);
	add_pax(&a, "path", name, 2 * 64 + 1);
	add_file(&a, "x");
	try_done("65 deep", &a, REFUSED);
	add_pax(&a, "path", "a\0b", 3);
	add_file(&a, "x");
	try_done("NUL", &a, REFUSED | DAMAGED | OPENS); /* libarchive ends the name there */
	add_pax(&a, "path", "../canary\0b", 11);
	add_file(&a, "x");
	try_done("NUL behind ..", &a, REFUSED | DAMAGED);
	count("long names", 4);
}

static void
links(void)
{
	static const char types[] = { '1', '2', '3', '4', '6' };
	static const char *const targets[] = { "../canary", "..", "/etc/passwd", "ok", "../../canary", "." };
	struct buf a = { 0 };
	size_t i, j;

	for (i = 0; i < sizeof(types); i++) {
		for (j = 0; j < COUNT(targets); j++) {
			add_file(&a, "ok");
			(void)add_header(&a, "x", types[i], targets[j], 0, 0777);
			try_done("a link", &a, REFUSED);
			(void)add_header(&a, "x", types[i], targets[j], 0, 0777);
			add_file(&a, "x");
			try_done("a link, then a file", &a, REFUSED);
			(void)add_header(&a, "x", types[i], targets[j], 0, 0777);
			add_file(&a, "x/canary");
			try_done("a link, then a file below", &a, REFUSED);
			add_folder(&a, "x");
			(void)add_header(&a, "x", types[i], targets[j], 0, 0777);
			add_file(&a, "x/canary");
			try_done("a folder, then a link", &a, REFUSED);
		}
	}
	(void)add_header(&a, "x", '1', "../canary", 4, 0644);
	add_bytes(&a, "evil", 4);
	try_done("a hard link with content", &a, REFUSED);
	add_pax(&a, "linkpath", "\xff\xfe", 2);
	(void)add_header(&a, "x", '1', "y", 0, 0644);
	try_done("a hard link that is not UTF-8", &a, REFUSED | OPENS);
	add_pax(&a, "linkpath", "../canary", 9);
	add_file(&a, "x");
	try_done("a link name for a file", &a, REFUSED | OPENS);
	add_link(&a, "./", "../beside");
	add_file(&a, "evil");
	try_done("the root as a link", &a, REFUSED);
	add_link(&a, "", "../beside");
	try_done("a link without a name", &a, REFUSED | DAMAGED);
	count("links", 60);
}

static void
conflicts(void)
{
	static const struct {
		const char *one, *two; /* with a slash at the end: a folder */
		unsigned fates;
	} all[] = {
		{ "a", "a", REFUSED },
		{ "a/", "a/", REFUSED },
		{ "a", "a/", REFUSED },
		{ "a/", "a", REFUSED },
		{ "a", "a/b", REFUSED },
		{ "a", "a/b/", REFUSED },
		{ "a", "a/b/c", REFUSED },
		{ "a/b", "a", REFUSED },
		{ "a/b/", "a", REFUSED },
		{ "a", "./a", REFUSED },
		{ "a/b", "a//b", REFUSED },
		{ "a/b", "a/./b", REFUSED },
		{ "\xc3\xbc", "\xc3\xbc", REFUSED },
		{ "a/b", "a/", OPENS },
		{ "a", "A", OPENS },
		{ "\xc3\xbc", "u\xcc\x88", OPENS }, /* the same in another Unicode form */
		{ "a", "b", OPENS },
		{ "./", "a", OPENS },
		{ "a", "./", OPENS },
	};
	struct buf a = { 0 };
	size_t i;

	for (i = 0; i < COUNT(all); i++) {
		(all[i].one[strlen(all[i].one) - 1] == '/' ? add_folder : add_file)(&a, all[i].one);
		(all[i].two[strlen(all[i].two) - 1] == '/' ? add_folder : add_file)(&a, all[i].two);
		try_done(all[i].two, &a, all[i].fates);
	}
	count("conflicts", 10);
}

static void
modes(void)
{
	static const unsigned all[] = { 04755, 02755, 01777, 07777, 0, 0777, 0200 };
	struct buf a = { 0 };
	size_t i;

	for (i = 0; i < COUNT(all); i++) {
		(void)add_header(&a, "f", '0', NULL, 4, all[i]);
		add_bytes(&a, "evil", 4);
		(void)add_header(&a, "d", '5', NULL, 0, all[i]);
		(void)add_header(&a, "d/f", '0', NULL, 4, all[i]);
		add_bytes(&a, "evil", 4);
		(void)add_header(&a, "./", '5', NULL, 0, all[i]);
		try_done("modes", &a, OPENS | REFUSED);
	}
	count("modes", 0);
}

static void
sizes(void)
{
	static const char *const values[] = { "0", "3", "5", "4096", "99999999999", "18446744073709551615", "-1", "x",
		"", "9223372036854775807" };
	struct buf a = { 0 };
	uint8_t *h;
	size_t i;

	for (i = 0; i < COUNT(values); i++) {
		add_pax(&a, "size", values[i], strlen(values[i]));
		add_file(&a, "f");
		try_done(values[i], &a, REFUSED | DAMAGED | OPENS);
	}
	(void)add_header(&a, "f", '0', NULL, UINT64_C(077777777777), 0644);
	try_done("8 GiB", &a, DAMAGED);
	h = add_header(&a, "f", '0', NULL, 0, 0644);
	memset(h + 124, 0xff, 12);
	sum_up(h);
	try_done("a negative size", &a, DAMAGED | REFUSED);
	h = add_header(&a, "f", '0', NULL, 0, 0644);
	memset(h + 124, 0xff, 12);
	h[124] = 0x80;
	h[125] = 0x7f;
	sum_up(h);
	try_done("a size in base 256", &a, DAMAGED | REFUSED);
	(void)add_header(&a, "d", '5', NULL, 4, 0755);
	add_bytes(&a, "evil", 4);
	add_file(&a, "f");
	try_done("a folder with content", &a, DAMAGED | REFUSED | OPENS);
	count("sizes", 3);
}

static void
sparse_tricks(void)
{
	static const struct {
		const char *map, *real;
	} all[] = { { "0,4", "4" }, { "1000000,4", "4" }, { "0,4,2,4", "4" }, { "0,99999999", "99999999" },
		{ "9223372036854775800,4", "9223372036854775807" }, { "-5,4", "4" }, { "0,1,0,1,0,1", "4" },
		{ "x", "4" }, { "4,0", "99999999999999" }, { "", "4" } };
	struct buf a = { 0 };
	size_t i;

	for (i = 0; i < COUNT(all); i++) {
		add_pax(&a, "GNU.sparse.map", all[i].map, strlen(all[i].map));
		add_pax(&a, "GNU.sparse.size", all[i].real, strlen(all[i].real));
		add_file(&a, "f");
		try_done(all[i].map, &a, REFUSED | DAMAGED | OPENS);
		add_pax(&a, "GNU.sparse.realsize", all[i].real, strlen(all[i].real));
		add_file(&a, "f");
		try_done(all[i].real, &a, REFUSED | DAMAGED | OPENS);
	}
	add_pax(&a, "GNU.sparse.name", "../canary", 9);
	add_file(&a, "f");
	try_done("a sparse name", &a, REFUSED);
	(void)add_header(&a, "f", 'S', NULL, 4, 0644);
	add_bytes(&a, "evil", 4);
	try_done("an old sparse file", &a, REFUSED | DAMAGED | OPENS);
	count("sparse tricks", 1);
}

/* Members that only tell of others, and kinds that there are not. */
static void
other_types(void)
{
	static const char types[] = { 'A', 'D', 'E', 'I', 'K', 'L', 'M', 'N', 'V', 'X', 'g', 'x', '7', '8' };
	struct buf a = { 0 };
	size_t i;

	for (i = 0; i < sizeof(types); i++) {
		(void)add_header(&a, "../canary", types[i], "../canary", 4, 0644);
		add_bytes(&a, "../c", 4);
		add_file(&a, "f");
		try_done("a type", &a, REFUSED | DAMAGED | OPENS);
	}
	(void)add_header(&a, "../canary", 0x7f, "../canary", 0, 0644);
	try_done("not a type", &a, PLAIN);
	(void)add_header(&a, "../canary", '\0', NULL, 0, 0644);
	try_done("no type", &a, PLAIN | REFUSED);
	(void)add_header(&a, "././@LongLink", 'L', NULL, 10, 0644);
	add_bytes(&a, "../canary", 10);
	add_file(&a, "f");
	try_done("a long name", &a, REFUSED);
	(void)add_header(&a, "././@LongLink", 'K', NULL, 10, 0644);
	add_bytes(&a, "../canary", 10);
	add_link(&a, "f", "g");
	try_done("a long link", &a, REFUSED);
	count("other types", 2);
}

static void
cut_short(void)
{
	struct buf a = { 0 }, part = { 0 };
	size_t i;

	add_folder(&a, "d");
	add_file(&a, "d/f");
	(void)add_header(&a, "g", '0', NULL, 2000, 0644);
	for (i = 0; i < 4; i++)
		add_bytes(&a, "content", 7);
	add_end(&a);
	for (i = BLOCK + 1; i < a.len; i += 100) {
		part.len = 0;
		check(buf_add(&part, view_of(a.p, i), NULL) == PLI_OK);
		(void)try_archive("cut short", &part, DAMAGED | OPENS);
	}
	/* in the middle of content: never as if it were whole */
	part.len = 0;
	check(buf_add(&part, view_of(a.p, a.len - 2 * BLOCK - 700), NULL) == PLI_OK);
	(void)try_archive("cut in content", &part, DAMAGED);
	buf_clear(&part);
	for (i = BLOCK; i < 3 * BLOCK; i += 37) { /* a header that does not add up */
		uint8_t old = a.p[i];

		a.p[i] ^= 0x41;
		(void)try_archive("patched", &a, DAMAGED | OPENS | REFUSED);
		a.p[i] = old;
	}
	buf_clear(&a);
	count("cut short", 10);
}

/* By libarchive itself, in the formats that other programs write. */
static la_ssize_t
take(struct archive *w, void *arg, const void *p, size_t len)
{
	(void)w;
	return buf_add(arg, view_of(p, len), NULL) == PLI_OK ? (la_ssize_t)len : -1;
}

static void
write_one(struct archive *w, const char *path, unsigned type, const char *link)
{
	struct archive_entry *e = archive_entry_new();

	check(e != NULL);
	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, 0755);
	archive_entry_set_mtime(e, 1234567890, 5);
	archive_entry_set_size(e, type == AE_IFREG ? 4 : 0);
	archive_entry_set_uname(e, "root");
	archive_entry_set_uid(e, 0);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(e, link);
	else if (link != NULL)
		archive_entry_set_hardlink(e, link);
	check(archive_write_header(w, e) == ARCHIVE_OK);
	if (type == AE_IFREG && link == NULL)
		check(archive_write_data(w, "evil", 4) == 4);
	archive_entry_free(e);
}

static void
other_writers(void)
{
	static int (*const formats[])(struct archive *) = { archive_write_set_format_ustar,
		archive_write_set_format_gnutar, archive_write_set_format_pax, archive_write_set_format_pax_restricted,
		archive_write_set_format_v7tar };
	static const struct {
		const char *path;
		unsigned type;
		const char *link;
		unsigned fates;
	} all[] = {
		{ "./b", AE_IFREG, NULL, OPENS },
		{ "b", AE_IFLNK, "../canary", REFUSED },
		{ "b", AE_IFREG, "a", REFUSED },
		{ "../canary", AE_IFREG, NULL, REFUSED },
		{ "d/e/f", AE_IFREG, NULL, OPENS },
	};
	struct archive *w;
	struct buf a = { 0 };
	size_t i, j;

	for (i = 0; i < COUNT(formats); i++) {
		for (j = 0; j < COUNT(all); j++) {
			check((w = archive_write_new()) != NULL && formats[i](w) == ARCHIVE_OK);
			check(archive_write_open(w, &a, NULL, take, NULL) == ARCHIVE_OK);
			write_one(w, "a", AE_IFREG, NULL);
			write_one(w, all[j].path, all[j].type, all[j].link);
			check(archive_write_close(w) == ARCHIVE_OK && archive_write_free(w) == ARCHIVE_OK);
			(void)try_archive(all[j].path, &a, all[j].fates);
			buf_clear(&a);
		}
	}
	count("other writers", 10);
}

static void
limits(void)
{
	struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;
	struct buf a = { 0 }, envelope = { 0 };
	struct pli_error err = { 0 };
	struct pli_input in;

	add_file(&a, "a/b");
	add_file(&a, "c");
	add_end(&a);
	trees_begin();
	trees_seal_raw(buf_view(&a), &envelope);
	in = pli_input_memory(envelope.p, envelope.len, "envelope");
	o.limits.max_size = 7;
	check(trees_open(&in, trees_root, "bid", &o, NULL, &err) == PLI_ERR_LIMIT);
	o.limits = (struct pli_tree_limits){ 0, 1 };
	check(trees_open(&in, trees_root, "bid", &o, NULL, &err) == PLI_ERR_LIMIT);
	o.limits = (struct pli_tree_limits){ 0, 2 }; /* the folder counts that no entry names */
	check(trees_open(&in, trees_root, "bid", &o, NULL, &err) == PLI_ERR_LIMIT);
	check(trees_entries(trees_root) == 0);
	o.limits = (struct pli_tree_limits){ 8, 3 };
	check_ok(trees_open(&in, trees_root, "bid", &o, NULL, &err), err);
	/* A bad tag goes before whatever the archive says. */
	envelope.p[envelope.len - 3] ^= 1;
	o.limits = (struct pli_tree_limits){ 0, 1 };
	check(trees_open(&in, trees_root, "bad", &o, NULL, &err) == PLI_ERR_AUTH);
	buf_clear(&envelope);
	buf_clear(&a);
	trees_end();
}

#define TESTS(T, S)                                                                                                    \
	T(S, names)                                                                                                    \
	T(S, long_names)                                                                                               \
	T(S, links)                                                                                                    \
	T(S, conflicts)                                                                                                \
	T(S, modes)                                                                                                    \
	T(S, sizes)                                                                                                    \
	T(S, sparse_tricks)                                                                                            \
	T(S, other_types)                                                                                              \
	T(S, cut_short) T(S, other_writers) T(S, limits)
SUITE(hostile, TESTS)
