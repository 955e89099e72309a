/* Files that are no register, a damaged or a hostile one, that can only be read, are in use, or do not fit on the disk. */
#include "registers.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "records.h"
#include "schema.h"

static struct pli_error err;

static enum pli_status
try_open(struct pli_register **out, const char *path, enum pli_register_mode mode)
{
	err = (struct pli_error){ 0 };
	return pli_register_open(out, support_pli(), path, mode, "tester", &err);
}

static bool
refused(const char *path, enum pli_register_mode mode, enum pli_status status, const char *message)
{
	struct pli_register *reg = NULL;
	enum pli_status rc = try_open(&reg, path, mode);
	bool ok = rc == status && reg == NULL && strstr(err.message, message) != NULL;

	if (!ok)
		(void)fprintf(stderr, "got %d, \"%s\" (%s)\n", (int)rc, err.message, err.hint);
	pli_register_free(reg);
	return ok;
}

/* Refused in every mode, and not a byte of it is changed. */
static bool
refused_untouched(const char *path, enum pli_status status, const char *message)
{
	struct buf before = { 0 }, after = { 0 };
	size_t entries = support_entries();
	bool ok;

	support_read(path, &before);
	ok = refused(path, PLI_REGISTER_READ, status, message) && refused(path, PLI_REGISTER_WRITE, status, message) &&
	     refused(path, PLI_REGISTER_CREATE, status, message);
	support_read(path, &after);
	ok = ok && view_equal(buf_view(&before), buf_view(&after)) && support_entries() == entries;
	buf_clear(&before);
	buf_clear(&after);
	return ok;
}

static enum pli_status
import(struct pli_register *reg, const char *service, const char *name, enum support_kind kind)
{
	const struct pli_register_place place = { service, name, PLI_ROLE_BACKUP };
	struct pli_certs *certs = support_certs(&kind, 1);
	enum pli_status rc = pli_register_import(reg, &place, certs, 0, NULL, &err);

	pli_certs_free(certs);
	return rc;
}

/* A register with two keys; a path of four, see support.h. */
static const char *
filled(const char *name)
{
	const char *path = support_path(name);
	struct pli_register *reg;

	check_ok(try_open(&reg, path, PLI_REGISTER_CREATE), err);
	check_ok(import(reg, "S", "Anne", SUPPORT_P256), err);
	check_ok(import(reg, "S", "Secours", SUPPORT_RSA2048), err);
	pli_register_free(reg);
	return path;
}

static void
no_register(void)
{
	static const char text[] = "SQLite format 3 is what this text is about";
	const char *path = support_path("no.db"), *other = support_path("other.db");
	char where[300];

	check(refused(path, PLI_REGISTER_READ, PLI_ERR_IO, "No such file"));
	check(refused(path, PLI_REGISTER_WRITE, PLI_ERR_IO, "No such file"));
	check(!support_exists(path));
	support_write(path, view_of("", 0));
	check(refused_untouched(path, PLI_ERR_IO, "is no SQLite database"));
	support_write(path, view_of(text, sizeof(text)));
	check(refused_untouched(path, PLI_ERR_IO, "is no SQLite database"));
	register_sql(other, "CREATE TABLE t (a)", NULL);
	check(refused_untouched(other, PLI_ERR_IO, "of another program"));
	check(refused("", PLI_REGISTER_CREATE, PLI_ERR_USAGE, "is not the name"));
	check(refused("/", PLI_REGISTER_CREATE, PLI_ERR_USAGE, "is not the name"));
	check(refused("/tmp/..", PLI_REGISTER_CREATE, PLI_ERR_USAGE, "is not the name"));
	check(refused("/dev/null", PLI_REGISTER_CREATE, PLI_ERR_IO, "no regular file"));
	(void)snprintf(where, sizeof(where), "%s-none/r.db", path);
	check(refused(where, PLI_REGISTER_CREATE, PLI_ERR_IO, "cannot open the folder"));
	/* Another database's journal is not played back, either. */
	(void)snprintf(where, sizeof(where), "%s-journal", other);
	support_write(where, view_of(text, sizeof(text)));
	check(refused_untouched(other, PLI_ERR_IO, "not made by SQLite"));
	check(support_exists(where));
	/* What is left of a register that went away is not played back into a new one. */
	path = support_path("gone.db");
	(void)snprintf(where, sizeof(where), "%s-wal", path);
	support_write(where, view_of(text, sizeof(text)));
	check(refused(path, PLI_REGISTER_CREATE, PLI_ERR_IO, "without its register"));
	check(!support_exists(path) && support_exists(where));
}

static void
links(void)
{
	const char *path = filled("real.db"), *name = support_path("link.db");
	struct pli_register *reg;
	char where[300], folder[300];

	check(symlink(path, name) == 0);
	check(refused(name, PLI_REGISTER_READ, PLI_ERR_IO, "symbolic link"));
	check(refused(name, PLI_REGISTER_CREATE, PLI_ERR_IO, "symbolic link"));
	check(unlink(name) == 0 && symlink("nowhere", name) == 0);
	check(refused(name, PLI_REGISTER_CREATE, PLI_ERR_IO, "symbolic link"));
	/* The folder may be one. */
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	check(unlink(name) == 0 && symlink(folder, name) == 0);
	(void)snprintf(where, sizeof(where), "%s/real.db", name);
	check_ok(try_open(&reg, where, PLI_REGISTER_READ), err);
	pli_register_free(reg);
	check(unlink(name) == 0);
}

/* Names that mean something to SQLite, or to a URI. */
static void
odd_names(void)
{
	static const char *const odd[] = { "r?mode=memory", "r%41.db", "a#b.db", "\xc3\xa9t\xc3\xa9 \xff.db",
		":memory:", "file:r.db", "' OR 1", "-r" };
	const char *path;
	struct pli_register *reg;
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		path = filled(odd[i]);
		check(support_exists(path));
		check_ok(try_open(&reg, path, PLI_REGISTER_WRITE), err);
		pli_register_free(reg);
	}
}

/* A register of which every byte is flipped in turn (not of large ones: in steps), and every length is tried. */
static void
damaged(void)
{
	const char *path = filled("damaged.db"), *copy = support_path("copy.db");
	struct buf whole = { 0 }, left = { 0 };
	struct pli_register *reg;
	size_t i, seen = 0, tried = 0;

	support_read(path, &whole);
	for (i = 0; i < whole.len; i += 149) {
		whole.p[i] ^= 0x55;
		support_write(copy, buf_view(&whole));
		tried++;
		if (try_open(&reg, copy, PLI_REGISTER_READ) == PLI_OK) {
			pli_register_free(reg);
		} else {
			seen++;
			check(err.status == PLI_ERR_IO || err.status == PLI_ERR_UNSUPPORTED);
			check(err.hint[0] != '\0');
			support_read(copy, &left);
			check(view_equal(buf_view(&whole), buf_view(&left)));
			buf_clear(&left);
		}
		whole.p[i] ^= 0x55;
	}
	/* Much of a file is free space; what is not, is the structure, or text that nothing could vouch for. */
	check(seen > tried / 20);
	for (i = 0; i < whole.len; i += i < 100 ? 9 : 4001) {
		support_write(copy, view_of(whole.p, i));
		check(refused_untouched(copy, PLI_ERR_IO, ""));
	}
	buf_clear(&whole);
}

/* The certificate, and what is read of it, is what bids are sealed by. */
static void
damaged_keys(void)
{
	static const char *const changes[] = {
		"certificate = CAST(substr(certificate, 1, 100) || x'00' || substr(certificate, 102) AS BLOB)",
		"certificate = x'3000'", "certificate = (SELECT certificate FROM keys WHERE name = 'Anne')",
		"ski = '00'", "ski = NULL"
	};
	const struct pli_register_choice choice = { .service = "S" };
	struct pli_register *reg;
	struct pli_certs *certs;
	char sql[300];
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *path = support_path("keys.db");

		(void)unlink(path);
		(void)filled("keys.db");
		path = support_path("keys.db");
		(void)snprintf(sql, sizeof(sql), "UPDATE keys SET %s WHERE name = 'Secours'", changes[i]);
		register_sql_untriggered(path, "keys_keep", sql);
		check_ok(try_open(&reg, path, PLI_REGISTER_READ), err);
		check_ok(pli_certs_new(&certs, support_pli(), &err), err);
		check(pli_register_certs(reg, &choice, certs, NULL, NULL, NULL, &err) == PLI_ERR_IO);
		check(strstr(err.message, "is damaged") != NULL && strstr(err.message, "Secours") != NULL);
		check(pli_certs_count(certs) == 0);
		pli_certs_free(certs);
		pli_register_free(reg);
	}
}

static enum pli_status
no_key(void *arg, const struct pli_register_key *key, struct pli_error *e)
{
	(void)arg;
	(void)key;
	(void)e;
	return PLI_OK;
}

static enum pli_status
test_is_old(void *arg, const struct pli_register_finding *finding, struct pli_error *e)
{
	(void)arg;
	(void)e;
	check(finding->finding != PLI_FINDING_NEVER_TESTED);
	return PLI_OK;
}

/* A program that shows what it gets as UTF-8 may rely on it; a date may be any number. */
static void
odd_values(void)
{
	static const char *const texts[] = { "x'416eff'", "x'416e00'", "x'c3'" };
	const struct pli_register_query all = { NULL, NULL, true };
	const struct pli_register_health health = { .now = 1800000000 };
	struct pli_register *reg;
	const char *path;
	char sql[100];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)unlink(support_path("odd.db"));
		path = filled("odd.db");
		(void)snprintf(
		    sql, sizeof(sql), "UPDATE keys SET name = CAST(%s AS TEXT) WHERE name = 'Anne'", texts[i]);
		register_sql(path, sql, NULL);
		check_ok(try_open(&reg, path, PLI_REGISTER_READ), err);
		check(pli_register_keys(reg, &all, no_key, NULL, &err) == PLI_ERR_IO);
		check(strstr(err.message, "is not UTF-8") != NULL && err.hint[0] != '\0');
		pli_register_free(reg);
	}
	(void)unlink(support_path("odd.db"));
	path = filled("odd.db");
	register_sql(path, "UPDATE keys SET tested = -9223372036854775807 - 1, test = 'x'", NULL);
	check_ok(try_open(&reg, path, PLI_REGISTER_READ), err);
	check_ok(pli_register_check(reg, &health, test_is_old, &(size_t){ 0 }, &err), err);
	pli_register_free(reg);
}

static void
say_and_fail(const char *what)
{
	(void)fprintf(stderr, "%s\n", what);
	check(what == NULL);
}

/* Somebody's tables, triggers, views and versions. */
static void
hostile(void)
{
	static const struct {
		const char *sql, *message;
		enum pli_status status;
	} cases[] = {
		{ "CREATE TRIGGER t AFTER INSERT ON keys BEGIN UPDATE keys SET role = 'personal'; END",
		    "not those of a register", PLI_ERR_IO },
		{ "CREATE VIEW v AS SELECT load_extension('x')", "not those of a register", PLI_ERR_IO },
		{ "CREATE TABLE t (a)", "not those of a register", PLI_ERR_IO },
		{ "CREATE INDEX i ON journal (lower(actor))", "not those of a register", PLI_ERR_IO },
		{ "DROP TRIGGER journal_stays", "not those of a register", PLI_ERR_IO },
		{ "ALTER TABLE keys ADD COLUMN extra TEXT", "not those of a register", PLI_ERR_IO },
		{ "ALTER TABLE services RENAME TO s", "not those of a register", PLI_ERR_IO },
		{ "PRAGMA user_version = 0", "no version", PLI_ERR_IO },
		{ "PRAGMA user_version = -1", "negative", PLI_ERR_IO },
		{ "PRAGMA user_version = 1000", "newer pli", PLI_ERR_UNSUPPORTED },
		{ "PRAGMA application_id = 7", "of another program", PLI_ERR_IO },
		{ "INSERT INTO sqlite_sequence VALUES ('journal', 99)", "journal", PLI_ERR_IO },
		{ "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'journal'", "journal", PLI_ERR_IO },
	};
	struct pli_register *reg;
	const char *path;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = support_path("hostile.db");
		(void)unlink(path);
		path = filled("hostile.db");
		register_sql(path, cases[i].sql, NULL);
		if (!refused_untouched(path, cases[i].status, cases[i].message))
			say_and_fail(cases[i].sql);
	}
	/* ANALYZE does no harm. */
	(void)unlink(path);
	path = filled("hostile.db");
	register_sql(path, "ANALYZE", NULL);
	check_ok(try_open(&reg, path, PLI_REGISTER_READ), err);
	pli_register_free(reg);
}

/* What another program may not do to a register, whatever its reasons. */
static void
rules(void)
{
	static const char *const refusals[] = {
		"DELETE FROM journal",
		"UPDATE journal SET actor = 'somebody else'",
		"REPLACE INTO journal (id, time, actor, action) VALUES (1, 1, 'x', 'y')",
		"INSERT INTO journal (id, time, actor, action) VALUES (50, 1, 'x', 'y')",
		"DELETE FROM keys",
		"DELETE FROM services",
		"UPDATE keys SET certificate = x'00'",
		"UPDATE keys SET service = 7",
		"UPDATE keys SET status = 'pending', activated = NULL",
		"UPDATE keys SET status = 'lost'",
		"UPDATE keys SET status = 'retired'",
		"UPDATE keys SET role = 'chief'",
		"UPDATE keys SET name = 'Anne'",
		"UPDATE keys SET tested = 1",
		"REPLACE INTO services (id, name, created) VALUES (1, 'X', 1)",
		"INSERT OR REPLACE INTO keys SELECT * FROM keys",
	};
	const char *path = filled("rules.db");
	struct buf before = { 0 }, after = { 0 };
	size_t i;

	support_read(path, &before);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (!register_sql_refused(path, refusals[i]))
			say_and_fail(refusals[i]);
	support_read(path, &after);
	check(view_equal(buf_view(&before), buf_view(&after)));
	buf_clear(&before);
	buf_clear(&after);
}

static enum pli_status
count_key(void *arg, const struct pli_register_key *key, struct pli_error *e)
{
	(void)key;
	(void)e;
	*(int *)arg += 1;
	return PLI_OK;
}

static int
keys_in(struct pli_register *reg)
{
	const struct pli_register_query all = { NULL, NULL, true };
	int count = 0;

	check_ok(pli_register_keys(reg, &all, count_key, &count, &err), err);
	return count;
}

static int
active_named(struct pli_register *reg, const char *name)
{
	const struct pli_register_query query = { "S", name, false };
	int count = 0;

	check_ok(pli_register_keys(reg, &query, count_key, &count, &err), err);
	return count;
}

/* As nobody, who may not write: what a child says with its exit code. */
static int
as_nobody(const char *path, enum pli_register_mode mode)
{
	int status;
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		struct pli_register *reg;
		struct pli *pli;

		if ((geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) || pli_new(&pli, &err) != PLI_OK)
			_exit(99);
		if (pli_register_open(&reg, pli, path, mode, "nobody", &err) != PLI_OK)
			_exit((int)err.status);
		_exit(100 + keys_in(reg));
	}
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
read_only(void)
{
	char folder[] = "/tmp/pli-read-only-XXXXXX", path[320], wal[330]; /* where another user gets to */
	const char *made = filled("read.db");
	struct pli_register *reg;
	struct buf bytes = { 0 };

	check(mkdtemp(folder) != NULL && chmod(folder, 0755) == 0);
	(void)snprintf(path, sizeof(path), "%s/r%%3f.db", folder);
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	support_read(made, &bytes);
	support_write(path, buf_view(&bytes));
	buf_clear(&bytes);
	check(chmod(path, 0444) == 0 && chmod(folder, 0555) == 0);
	check(as_nobody(path, PLI_REGISTER_READ) == 102);
	check(as_nobody(path, PLI_REGISTER_WRITE) == PLI_ERR_IO);
	check(as_nobody(path, PLI_REGISTER_CREATE) == PLI_ERR_IO);
	check(!support_exists(wal));
	/* Something that was written, and cannot be seen, is not passed over. */
	check(chmod(folder, 0755) == 0);
	support_write(wal, view_of("not empty", 9));
	check(chmod(folder, 0555) == 0);
	check(as_nobody(path, PLI_REGISTER_READ) == PLI_ERR_IO);
	check(chmod(folder, 0755) == 0 && unlink(wal) == 0 && chmod(path, 0644) == 0);
	/* Somebody who reads while somebody writes. */
	check_ok(try_open(&reg, path, PLI_REGISTER_WRITE), err);
	check_ok(import(reg, "S", "Bernard", SUPPORT_P384), err);
	if (geteuid() == 0)
		check(as_nobody(path, PLI_REGISTER_READ) == 103);
	pli_register_free(reg);
	check(!support_exists(wal));
	check(unlink(path) == 0 && rmdir(folder) == 0);
}

static void
in_use(void)
{
	const char *path = filled("busy.db");
	struct pli_register *reg, *other;

	check_ok(try_open(&reg, path, PLI_REGISTER_WRITE), err);
	check_ok(try_open(&other, path, PLI_REGISTER_WRITE), err);
	check_ok(db_begin(&reg->db, &err), err);
	db_patience(&other->db, 50);
	check(import(other, "S", "Bernard", SUPPORT_P384) == PLI_ERR_IO);
	check(strstr(err.message, "in use by another process") != NULL && err.hint[0] != '\0');
	err = (struct pli_error){ 0 };
	check(keys_in(other) == 2);
	check_ok(db_end(&reg->db, PLI_OK, NULL, &err), err);
	check_ok(import(other, "S", "Bernard", SUPPORT_P384), err);
	check(keys_in(reg) == 3);
	pli_register_free(reg);
	pli_register_free(other);
}

/* Could another process lock what a WAL's readers and writers lock (sqlite.org/walformat.html, 2.3)? */
static bool
unlocked(const char *path)
{
	char shm[300];
	int status;
	pid_t pid;

	(void)snprintf(shm, sizeof(shm), "%s-shm", path);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 120, .l_len = 9 };
		int fd = open(shm, O_RDWR | O_CLOEXEC);

		_exit(fd < 0 || fcntl(fd, F_GETLK, &lock) != 0 ? 99 : lock.l_type == F_UNLCK);
	}
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) != 0;
}

/* Closing any descriptor of a file drops all locks that the process has on it. */
static void
keeps_locks(void)
{
	const char *path = filled("locks.db");
	struct pli_register *reg, *other;

	check_ok(try_open(&reg, path, PLI_REGISTER_WRITE), err);
	check(!unlocked(path));
	check_ok(try_open(&other, path, PLI_REGISTER_READ), err);
	check(!unlocked(path));
	pli_register_free(other);
	check(!unlocked(path));
	check_ok(import(reg, "S", "Bernard", SUPPORT_P384), err);
	check(!unlocked(path));
	pli_register_free(reg);
}

/* A disk that is full after so many bytes of a file: the register and the .p12 alike. */
static enum pli_status
generate_within(struct pli_register *reg, rlim_t most, const char *path)
{
	const struct pli_register_place place = { "S", "Neuve", PLI_ROLE_PERSONAL };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	const struct pli_pair_file file = register_file(path);
	struct rlimit old, limit;
	enum pli_status rc;

	check(getrlimit(RLIMIT_FSIZE, &old) == 0);
	limit = old;
	limit.rlim_cur = most;
	err = (struct pli_error){ 0 };
	check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	rc = pli_register_generate(reg, &place, &pair, &file, NULL, &err);
	check(setrlimit(RLIMIT_FSIZE, &old) == 0);
	return rc;
}

static void
full_disk(void)
{
	const char *path = filled("full.db"), *p12 = support_path("full.p12");
	struct pli_register *reg;
	int before, failed = 0;
	rlim_t most;

	check(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	for (most = 0;; most += 4000) {
		enum pli_status rc;

		check_ok(try_open(&reg, path, PLI_REGISTER_WRITE), err);
		before = keys_in(reg);
		rc = generate_within(reg, most, p12);
		pli_register_free(reg);
		if (rc == PLI_OK)
			break;
		failed++;
		check(rc == PLI_ERR_IO && err.message[0] != '\0');
		check(!support_exists(p12));
		check_ok(try_open(&reg, path, PLI_REGISTER_READ), err);
		/* A pending one may be left where there was not even room to delete it. */
		check(keys_in(reg) <= before + 1);
		check(active_named(reg, "Neuve") == 0);
		pli_register_free(reg);
	}
	check(failed > 10 && support_exists(p12));
	check_ok(try_open(&reg, path, PLI_REGISTER_READ), err);
	check(keys_in(reg) == 3);
	pli_register_free(reg);
}

/* Syncs of the WAL from the n-th on fail, as many as there are to. */
static int syncs, first_failing, failing;
static sqlite3_io_methods methods;
static const sqlite3_io_methods *real_methods;

static int
failing_sync(sqlite3_file *file, int flags)
{
	syncs++;
	if (syncs >= first_failing && syncs < first_failing + failing)
		return SQLITE_IOERR_FSYNC;
	return real_methods->xSync(file, flags);
}

static void
make_syncs_fail(struct pli_register *reg, int from, int count)
{
	sqlite3_file *wal = NULL;

	check(sqlite3_file_control(reg->db.sq, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK && wal != NULL);
	real_methods = wal->pMethods;
	methods = *real_methods;
	methods.xSync = failing_sync;
	wal->pMethods = &methods;
	syncs = 0;
	first_failing = from;
	failing = count;
}

/* A last transaction that is not on the disk for sure: either the key is not active and its file gone, or both may be there. */
static void
failing_syncs(void)
{
	const char *path = filled("syncs.db"), *p12 = support_path("syncs.p12");
	struct pli_register *reg;
	int from, count, kept = 0, worked = 0;

	for (from = 1; from <= 4; from++)
		for (count = 1; count <= 100; count += 99) {
			enum pli_status rc;
			bool hinted;

			check_ok(try_open(&reg, path, PLI_REGISTER_WRITE), err);
			make_syncs_fail(reg, from, count);
			rc = generate_within(reg, RLIM_INFINITY, p12);
			hinted = strstr(err.hint, "is kept") != NULL;
			pli_register_free(reg);
			check(rc == PLI_OK || rc == PLI_ERR_IO);
			check(support_exists(p12) == (rc == PLI_OK || hinted));
			check_ok(try_open(&reg, path, PLI_REGISTER_WRITE), err);
			check(active_named(reg, "Neuve") == (rc == PLI_OK) || hinted);
			kept += hinted;
			worked += rc == PLI_OK;
			if (active_named(reg, "Neuve") > 0)
				check_ok(pli_register_retire(reg,
					     &(struct pli_register_place){ "S", "Neuve", PLI_ROLE_PERSONAL }, &err),
				    err);
			pli_register_free(reg);
			(void)unlink(p12);
		}
	check(kept > 0 && worked > 0);
}

#define TESTS(T, S)                                                                                                    \
	T(S, no_register)                                                                                              \
	T(S, links)                                                                                                    \
	T(S, odd_names)                                                                                                \
	T(S, damaged)                                                                                                  \
	T(S, damaged_keys)                                                                                             \
	T(S, odd_values)                                                                                               \
	T(S, hostile) T(S, rules) T(S, read_only) T(S, in_use) T(S, keeps_locks) T(S, full_disk) T(S, failing_syncs)
SUITE(register_files, TESTS)
