/*
 * Archives that nobody's pli wrote, sealed as plain content and opened beside a canary: whatever they say, nothing is
 * written outside, and nothing is left of what fails. Each has one fate, and what opens is compared, byte for byte.
 *
 * With HOSTILE_INTO=FOLDER in the environment each archive goes there, too, named by its number and the exit code that it
 * ends with: for tests/cli/hostile.sh.
 */
#include "contents.h"
#include "suite.h"
#include "tars.h"
#include "trees.h"

#include <archive.h>
#include <archive_entry.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How opening an archive ends: in one way each. */
enum fate {
	REFUSED = 1,
	DAMAGED,
	OPENS,
	PLAIN /* opens, as the one file that it is */
};

static const struct {
	enum pli_status rc;
	const char *code;
} ends[] = {
	[REFUSED] = { PLI_ERR_LIMIT, "17" },
	[DAMAGED] = { PLI_ERR_MALFORMED, "10" },
	[OPENS] = { PLI_OK, "0" },
	[PLAIN] = { PLI_OK, "0" },
};

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
keep(const struct buf *a, enum fate fate)
{
	static unsigned number;
	const char *into = getenv("HOSTILE_INTO");
	char path[512];

	if (into == NULL)
		return;
	check(snprintf(path, sizeof(path), "%s/%04u %s.tar", into, ++number, ends[fate].code) < (int)sizeof(path));
	support_write(path, buf_view(a));
}

/* Opens the archive in a, which ends as fate says; content is what is there then, of one that opens. */
static void
try_archive(const char *what, const struct buf *a, enum fate fate, const char *content)
{
	struct pli_tree_open_options o = PLI_TREE_OPEN_DEFAULTS;
	struct buf envelope = { 0 }, plain = { 0 };
	struct pli_tree_opened opened;
	struct pli_error err = { 0 };
	struct pli_input in;
	enum pli_status rc;
	int folder = -1;

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
	if (rc != ends[fate].rc)
		(void)fprintf(stderr, "%s: %s %s\n", what, pli_status_id(rc), err.message);
	check(rc == ends[fate].rc);
	keep(a, fate);
	tried++;
	turned_away += rc != PLI_OK;
	check_canary();
	check(trees_entries(trees_root) == 3 + (rc == PLI_OK ? 1 + trees_entries(trees_at("in/bid")) : 0));
	if (fate == OPENS) {
		check(opened.archive);
		contents_are(what, trees_at("in/bid"), content);
	} else if (fate == PLAIN) {
		check(!opened.archive);
		support_read(trees_at("in/bid"), &plain);
		check(plain.len == a->len && memcmp(plain.p, a->p, a->len) == 0);
		buf_clear(&plain);
	}
	/* Listing says the same, and of each entry what is so. */
	if (fate == OPENS) {
		check((folder = open(trees_at("in/bid"), O_PATH | O_DIRECTORY)) >= 0);
		o.entry = contents_told;
		o.arg = &folder;
	}
	check(trees_list(&in, &o, &opened, &err) == rc);
	check(fate != OPENS || close(folder) == 0);
	buf_clear(&envelope);
	trees_end();
}

static void
try_done(const char *what, struct buf *a, enum fate fate, const char *content)
{
	add_end(a);
	try_archive(what, a, fate, content);
	buf_clear(a);
}

static void
names(void)
{
	static const struct {
		const char *name, *as; /* NULL: refused */
	} all[] = {
		{ "/etc/pli-evil", NULL },
		{ "//pli-evil", NULL },
		{ "../canary", NULL },
		{ "../beside/evil", NULL },
		{ "..", NULL },
		{ "a/../../canary", NULL },
		{ "a/..", NULL },
		{ "./../canary", NULL },
		{ "a/./../b", NULL },
		{ "..\\canary", NULL },
		{ "a\\b", NULL },
		{ "C:\\evil", NULL },
		{ "\\\\server\\share", NULL },
		{ "C:/evil", "C:/evil" },
		{ "C:evil", "C:evil" },
		{ "a\nb", NULL },
		{ "a\rb", NULL },
		{ "\x1b[2J", NULL },
		{ "\x7f", NULL },
		{ "\xc2\x9b", NULL },
		{ "\xff\xfe", NULL },
		{ "\xc0\xae\xc0\xae/canary", NULL },
		{ "\xed\xa0\x80", NULL },
		{ "\xf5\x80\x80\x80", NULL },
		{ ".", NULL },
		{ "./", NULL }, /* a file that is a folder */
		{ "", NULL },
		/* The direction of writing is for who shows a name to turn off (tests/cli/escape.sh). */
		{ "\xe2\x80\xae"
		  "fdp.exe",
		    "\xe2\x80\xae"
		    "fdp.exe" },
		{ "\xe2\x81\xa6x\xe2\x81\xa9", "\xe2\x81\xa6x\xe2\x81\xa9" },
		{ "~root", "~root" },
		{ "-rf", "-rf" },
		{ "$(touch x)", "$(touch x)" },
		{ "...", "..." },
		{ "..a/b..", "..a/b.." },
		{ "./ehrlich", "ehrlich" },
		{ "a//b", "a/b" },
		{ "a/./b", "a/b" },
		{ ".pli-0123456789abcdef", NULL },
		{ "a/.pli-0123456789abcdef/b", NULL },
		{ ".pli-0123456789abcdeg", ".pli-0123456789abcdeg" },
		{ "con", "con" },
		{ " ", " " },
	};
	struct buf a = { 0 };
	char lines[64];
	enum fate fate;
	size_t i, how;

	for (i = 0; i < COUNT(all); i++) {
		fate = all[i].as != NULL ? OPENS : REFUSED;
		for (how = 0; how < 3; how++) {
			(void)snprintf(lines, sizeof(lines), "%s=evil\n%s", all[i].as, how == 2 ? "ok=evil" : "");
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
			try_done(all[i].name, &a, fate, lines);
		}
		if (all[i].name[0] == '\0' || strcmp(all[i].name, ".") == 0 || strcmp(all[i].name, "./") == 0)
			continue; /* the root itself: see conflicts */
		(void)snprintf(lines, sizeof(lines), "%s/", all[i].as);
		add_folder(&a, all[i].name);
		try_done(all[i].name, &a, fate, lines);
	}
	count("names", 60);
}

static void
try_long(const char *what, const char *name, size_t len, enum fate fate)
{
	struct buf a = { 0 };
	char line[6010];

	(void)snprintf(line, sizeof(line), "%.*s=evil", (int)len, name);
	add_pax(&a, "path", name, len);
	add_file(&a, "x");
	try_done(what, &a, fate, line);
}

static void
long_names(void)
{
	char name[6000];
	size_t i;

	memset(name, 'x', sizeof(name));
	try_long("256 bytes", name, 256, REFUSED);
	try_long("255 bytes", name, 255, OPENS);
	for (i = 255; i < sizeof(name); i += 256)
		name[i] = '/';
	try_long("4100 bytes", name, 4100, REFUSED);
	try_long("5999 bytes", name, 5999, REFUSED);
	try_long("4095 bytes", name, 4095, OPENS);
	for (i = 0; i < sizeof(name); i++)
		name[i] = i % 2 == 0 ? 'd' : '/';
	try_long("64 deep", name, 2 * 64 - 1, OPENS);
	try_long("65 deep", name, 2 * 64 + 1, REFUSED);
	try_long("NUL", "a\0b", 3, OPENS); /* libarchive ends the name there */
	try_long("NUL behind ..", "../canary\0b", 11, REFUSED);
	count("long names", 5);
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
			try_done("a link", &a, REFUSED, NULL);
			(void)add_header(&a, "x", types[i], targets[j], 0, 0777);
			add_file(&a, "x");
			try_done("a link, then a file", &a, REFUSED, NULL);
			(void)add_header(&a, "x", types[i], targets[j], 0, 0777);
			add_file(&a, "x/canary");
			try_done("a link, then a file below", &a, REFUSED, NULL);
			add_folder(&a, "x");
			(void)add_header(&a, "x", types[i], targets[j], 0, 0777);
			add_file(&a, "x/canary");
			try_done("a folder, then a link", &a, REFUSED, NULL);
		}
	}
	(void)add_header(&a, "x", '1', "../canary", 4, 0644);
	add_bytes(&a, "evil", 4);
	try_done("a hard link with content", &a, REFUSED, NULL);
	add_pax(&a, "linkpath", "\xff\xfe", 2);
	(void)add_header(&a, "x", '1', "y", 0, 0644);
	try_done("a hard link that is not UTF-8", &a, REFUSED, NULL);
	add_pax(&a, "linkpath", "../canary", 9);
	add_file(&a, "x");
	try_done("a link name for a file", &a, OPENS, "x=evil");
	add_link(&a, "./", "../beside");
	add_file(&a, "evil");
	try_done("the root as a link", &a, REFUSED, NULL);
	add_link(&a, "", "../beside");
	try_done("a link without a name", &a, REFUSED, NULL);
	count("links", 60);
}

static void
conflicts(void)
{
	static const struct {
		const char *one, *two; /* with a slash at the end: a folder */
		const char *content;   /* NULL: refused */
	} all[] = {
		{ "a", "a", NULL },
		{ "a/", "a/", NULL },
		{ "a", "a/", NULL },
		{ "a/", "a", NULL },
		{ "a", "a/b", NULL },
		{ "a", "a/b/", NULL },
		{ "a", "a/b/c", NULL },
		{ "a/b", "a", NULL },
		{ "a/b/", "a", NULL },
		{ "a", "./a", NULL },
		{ "a/b", "a//b", NULL },
		{ "a/b", "a/./b", NULL },
		{ "\xc3\xbc", "\xc3\xbc", NULL },
		{ "a/b", "a/", "a/b=evil" },
		{ "a", "A", "A=evil\na=evil" },
		{ "\xc3\xbc", "u\xcc\x88", "u\xcc\x88=evil\n\xc3\xbc=evil" }, /* the same in another Unicode form */
		{ "a", "b", "a=evil\nb=evil" },
		{ "./", "a", "a=evil" },
		{ "a", "./", "a=evil" },
	};
	struct buf a = { 0 };
	size_t i;

	for (i = 0; i < COUNT(all); i++) {
		(all[i].one[strlen(all[i].one) - 1] == '/' ? add_folder : add_file)(&a, all[i].one);
		(all[i].two[strlen(all[i].two) - 1] == '/' ? add_folder : add_file)(&a, all[i].two);
		try_done(all[i].two, &a, all[i].content != NULL ? OPENS : REFUSED, all[i].content);
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
		try_done("modes", &a, OPENS, "d/f=evil\nf=evil");
	}
	count("modes", 0);
}

static void
sizes(void)
{
	static const struct {
		const char *value;
		enum fate fate;
		const char *content;
	} all[] = {
		{ "0", DAMAGED, NULL }, /* what was content is no header */
		{ "3", OPENS, "f=evi" },
		{ "5", OPENS, "f=evil<1>" },
		{ "4096", DAMAGED, NULL },
		{ "99999999999", REFUSED, NULL },
		{ "18446744073709551615", DAMAGED, NULL },
		{ "9223372036854775807", DAMAGED, NULL },
		{ "-1", DAMAGED, NULL },
		{ "x", DAMAGED, NULL },
		{ "", DAMAGED, NULL },
	};
	struct buf a = { 0 };
	uint8_t *h;
	size_t i;

	for (i = 0; i < COUNT(all); i++) {
		add_pax(&a, "size", all[i].value, strlen(all[i].value));
		add_file(&a, "f");
		try_done(all[i].value, &a, all[i].fate, all[i].content);
	}
	(void)add_header(&a, "f", '0', NULL, UINT64_C(077777777777), 0644);
	try_done("8 GiB", &a, DAMAGED, NULL);
	h = add_header(&a, "f", '0', NULL, 0, 0644);
	memset(h + 124, 0xff, 12);
	sum_up(h);
	try_done("a negative size", &a, DAMAGED, NULL);
	h = add_header(&a, "f", '0', NULL, 0, 0644);
	memset(h + 124, 0xff, 12);
	h[124] = 0x80;
	h[125] = 0x7f;
	sum_up(h);
	try_done("a size in base 256", &a, DAMAGED, NULL);
	(void)add_header(&a, "d", '5', NULL, 4, 0755);
	add_bytes(&a, "evil", 4);
	add_file(&a, "f");
	try_done("a folder with content", &a, DAMAGED, NULL);
	count("sizes", 12);
}

/* A sparse file as GNU tar wrote it before pax: one piece of the map, and the size. */
static void
add_old_sparse(struct buf *a, uint64_t off, uint64_t len, uint64_t real)
{
	uint8_t *h = add_header(a, "f", 'S', NULL, 4, 0644);

	memcpy(h + 257, "ustar  ", 8);
	put_octal(h + 386, 12, off);
	put_octal(h + 398, 12, len);
	put_octal(h + 483, 12, real);
	sum_up(h);
	add_bytes(a, "evil", 4);
}

static void
sparse_tricks(void)
{
	static const struct {
		const char *map, *real;
		enum fate fate;
		const char *content;
	} all[] = {
		{ "0,4", "4", OPENS, "f=evil" },
		{ "8,4", "12", OPENS, "f=<8>evil" },
		{ "0,2,100,2", "102", OPENS, "f=ev<98>il" },
		{ "100,2,0,2", "102", DAMAGED, NULL },
		{ "1000000,4", "4", DAMAGED, NULL },
		{ "0,4,2,4", "4", OPENS, "f=evil" },
		{ "0,2,1,2", "4", DAMAGED, NULL },
		{ "0,1,0,1,0,1", "4", DAMAGED, NULL },
		{ "0,99999999", "99999999", OPENS, "f=evil<99999995>" },
		{ "9223372036854775800,4", "9223372036854775807", REFUSED, NULL },
		{ "4,0", "99999999999999", REFUSED, NULL },
		{ "0,4", "2", DAMAGED, NULL },
		{ "0,2", "4", OPENS, "f=ev<2>" },
		/* no map: the file is what it is */
		{ "-5,4", "4", OPENS, "f=evil" },
		{ "x", "4", OPENS, "f=evil" },
		{ "", "4", OPENS, "f=evil" },
		{ NULL, "4", OPENS, "f=evil" },
		{ NULL, "2", DAMAGED, NULL },
		{ NULL, "99999999", OPENS, "f=evil<99999995>" },
		{ NULL, "9223372036854775807", REFUSED, NULL },
	};
	static const struct {
		uint64_t off, len, real;
		enum fate fate;
		const char *content;
	} old[] = {
		{ 0, 0, 0, OPENS, "f=" },
		{ 0, 4, 4, OPENS, "f=evil" },
		{ 8, 4, 12, OPENS, "f=<8>evil" },
		{ 8, 4, 4, DAMAGED, NULL },
		{ 0, 99999999, 99999999, OPENS, "f=evil<99999995>" },
	};
	static const char *const sizes[] = { "GNU.sparse.size", "GNU.sparse.realsize" };
	struct buf a = { 0 };
	size_t i, j;

	for (i = 0; i < COUNT(all); i++) {
		for (j = 0; j < COUNT(sizes); j++) {
			const struct pax_record records[] = { { sizes[j], all[i].real, strlen(all[i].real) },
				{ "GNU.sparse.map", all[i].map, all[i].map == NULL ? 0 : strlen(all[i].map) } };

			add_pax_records(&a, records, all[i].map == NULL ? 1 : 2);
			add_file(&a, "f");
			try_done(all[i].map != NULL ? all[i].map : all[i].real, &a, all[i].fate, all[i].content);
		}
	}
	for (i = 0; i < COUNT(old); i++) {
		add_old_sparse(&a, old[i].off, old[i].len, old[i].real);
		try_done("an old sparse file", &a, old[i].fate, old[i].content);
	}
	add_pax(&a, "GNU.sparse.name", "../canary", 9);
	add_file(&a, "f");
	try_done("a sparse name", &a, REFUSED, NULL);
	(void)add_header(&a, "f", 'S', NULL, 4, 0644);
	add_bytes(&a, "evil", 4);
	try_done("a sparse file that is no GNU tar's", &a, OPENS, "f=evil");
	count("sparse tricks", 14);
}

/* Members that only tell of others, and kinds that there are not. */
static void
other_types(void)
{
	static const struct {
		char type;
		enum fate fate;
	} all[] = {
		/* each says something of the file behind it, or nothing that can be understood: the file is what it is */
		{ 'A', OPENS }, { 'K', OPENS }, { 'X', OPENS }, { 'g', OPENS }, { 'x', OPENS },
		{ 'L', REFUSED }, /* its name */
		{ 'D', REFUSED }, { 'E', REFUSED }, { 'I', REFUSED }, { 'M', REFUSED }, { 'N', REFUSED },
		{ '7', REFUSED }, { '8', REFUSED }, { 'V', DAMAGED }, /* has no content: what follows is no header */
	};
	struct buf a = { 0 };
	size_t i;

	for (i = 0; i < COUNT(all); i++) {
		const char what[] = { all[i].type, '\0' };

		(void)add_header(&a, "../canary", all[i].type, "../canary", 4, 0644);
		add_bytes(&a, "../c", 4);
		add_file(&a, "f");
		try_done(what, &a, all[i].fate, "f=evil");
	}
	(void)add_header(&a, "../canary", 0x7f, "../canary", 0, 0644);
	try_done("not a type", &a, PLAIN, NULL);
	(void)add_header(&a, "../canary", '\0', NULL, 0, 0644);
	try_done("no type", &a, REFUSED, NULL);
	(void)add_header(&a, "././@LongLink", 'L', NULL, 10, 0644);
	add_bytes(&a, "../canary", 10);
	add_file(&a, "f");
	try_done("a long name", &a, REFUSED, NULL);
	(void)add_header(&a, "././@LongLink", 'K', NULL, 10, 0644);
	add_bytes(&a, "../canary", 10);
	add_link(&a, "f", "g");
	try_done("a long link", &a, REFUSED, NULL);
	count("other types", 12);
}

static void
cut_short(void)
{
	static const char all[] = "d/f=evil\ng=content<505>content<505>content<505>content<457>";
	struct buf a = { 0 }, part = { 0 };
	size_t i, end;

	add_folder(&a, "d");
	add_file(&a, "d/f");
	(void)add_header(&a, "g", '0', NULL, 2000, 0644);
	for (i = 0; i < 4; i++)
		add_bytes(&a, "content", 7);
	end = a.len;
	add_end(&a);
	/* In a header or content: never as if it were whole. One block of zeroes is an end, too. */
	for (i = BLOCK + 1; i < a.len; i += 100) {
		part.len = 0;
		check(buf_add(&part, view_of(a.p, i), NULL) == PLI_OK);
		try_archive("cut short", &part, i < end + BLOCK ? DAMAGED : OPENS, all);
	}
	/* Between two entries: there is nothing that is not whole. */
	for (i = 0; i < 3; i++) {
		static const char *const so_far[] = { "d/", "d/f=evil", all };

		part.len = 0;
		check(buf_add(&part, view_of(a.p, i == 0 ? BLOCK : i == 1 ? 3 * BLOCK : end), NULL) == PLI_OK);
		try_archive("cut between entries", &part, OPENS, so_far[i]);
	}
	buf_clear(&part);
	for (i = BLOCK; i < 3 * BLOCK; i += 37) { /* a header that does not add up; then what pads content */
		uint8_t old = a.p[i];

		a.p[i] ^= 0x41;
		try_archive("patched", &a, i < 2 * BLOCK ? DAMAGED : OPENS, all);
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
		const char *content; /* NULL: refused */
	} all[] = {
		{ "./b", AE_IFREG, NULL, "a=evil\nb=evil" },
		{ "b", AE_IFLNK, "../canary", NULL },
		{ "b", AE_IFREG, "a", NULL },
		{ "../canary", AE_IFREG, NULL, NULL },
		{ "d/e/f", AE_IFREG, NULL, "a=evil\nd/e/f=evil" },
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
			try_archive(all[j].path, &a, all[j].content != NULL ? OPENS : REFUSED, all[j].content);
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
