/*
 * A register that somebody else wrote: refused with a word, and left as it is, or read throughout. The first byte of the input
 * says what the rest is:
 *
 *      RAW      the whole file
 *      PATCH    places of a sound register, and what stands there instead: [offset, 2 bytes] [length] [bytes], again and again
 *      FIELDS   columns, and their values: [column] [row] [type] [length] [bytes]; another program with SQLite wrote it
 *      WAL, JOURNAL   what lies beside a sound register
 *
 * Then it is changed, where a flag says so and it can be: it stays readable, and its journal has one line more.
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unistr.h>

#include "bytes.h"
#include "pli/register.h"

#define FILE_MAX (1u << 20)
#define NOW 1800000000
#define MANY 1000 /* rows that a callback looks at */

enum { RAW, PATCH, FIELDS, WAL, JOURNAL, KINDS };
/* Flags. The two bits between them say which change. */
#define WITH_WAL 0x08 /* the file says that it is read with a WAL */
#define CHANGED 0x80

static char folder[64], path[96];
static char *tables, *rules; /* SQL: tables with their rows; indexes and triggers */
static uint8_t *sound;       /* a register without a fault */
static size_t sound_len;

static const char *const columns[][2] = {
	{ "services", "name" },
	{ "services", "created" },
	{ "keys", "service" },
	{ "keys", "name" },
	{ "keys", "role" },
	{ "keys", "status" },
	{ "keys", "origin" },
	{ "keys", "certificate" },
	{ "keys", "subject" },
	{ "keys", "issuer" },
	{ "keys", "cn" },
	{ "keys", "serial" },
	{ "keys", "ski" },
	{ "keys", "algorithm" },
	{ "keys", "not_before" },
	{ "keys", "not_after" },
	{ "keys", "fingerprint" },
	{ "keys", "public_key" },
	{ "keys", "created" },
	{ "keys", "activated" },
	{ "keys", "ended" },
	{ "keys", "tested" },
	{ "keys", "test" },
	{ "journal", "id" },
	{ "journal", "time" },
	{ "journal", "actor" },
	{ "journal", "action" },
	{ "journal", "service" },
	{ "journal", "name" },
	{ "journal", "fingerprint" },
	{ "journal", "detail" },
	{ "sqlite_sequence", "seq" },
};

/* What the rows of a register say as they go by. */
struct seen {
	uint64_t rows;
	int64_t last;     /* line of the journal */
	char service[64]; /* the last that fitted */
	char name[64];    /* of an active key there */
	char issuer[64], serial[64], ski[64];
};

static void
leave(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char name[128];
	size_t i;

	for (i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

static void
leave_all(void)
{
	leave();
	(void)rmdir(folder);
	free(tables);
	free(rules);
	sqlite3_free(sound);
}

/* One field as it comes; SQLite refuses what the table cannot hold. */
static void
set(sqlite3 *sq, const uint8_t *p, size_t len)
{
	const char *const *column = columns[p[0] % (sizeof(columns) / sizeof(columns[0]))];
	sqlite3_stmt *q;
	char sql[512];
	int code;

	(void)snprintf(sql, sizeof(sql), "UPDATE %s SET %s = ?1 WHERE rowid = %u", column[0], column[1], p[1] % 8u);
	if (p[2] % 8 == 4)
		(void)snprintf(sql, sizeof(sql), "INSERT INTO services (name, created) VALUES (?1, 1)");
	else if (p[2] % 8 == 5) /* every key once more, in another service */
		(void)snprintf(sql, sizeof(sql),
		    "INSERT INTO keys SELECT id + 10, %u, name || ?1, role, status, origin, certificate, subject, "
		    "issuer,"
		    " cn, serial, ski, algorithm, not_before, not_after, fingerprint, public_key, created, activated,"
		    " ended, tested, test FROM keys",
		    p[1] % 8u);
	fuzz_check(sqlite3_prepare_v2(sq, sql, -1, &q, NULL) == SQLITE_OK);
	if (p[2] % 8 == 1)
		code = sqlite3_bind_int64(q, 1, len >= 8 ? (int64_t)load_be64(p + 4) : len > 0 ? (int8_t)p[4] : 0);
	else if (p[2] % 8 == 2)
		code = sqlite3_bind_blob(q, 1, p + 4, (int)len, SQLITE_STATIC);
	else if (p[2] % 8 == 3)
		code = sqlite3_bind_null(q, 1);
	else
		code = sqlite3_bind_text(q, 1, (const char *)p + 4, (int)len, SQLITE_STATIC);
	fuzz_check(code == SQLITE_OK);
	(void)sqlite3_step(q);
	(void)sqlite3_finalize(q);
}

/* The bytes of a register with those fields; its rules come last, and may refuse them. To be freed with sqlite3_free. */
static uint8_t *
make(const uint8_t *fields, size_t len, size_t *made)
{
	sqlite3_int64 size = 0;
	uint8_t *out = NULL;
	sqlite3 *sq;
	size_t n;

	fuzz_check(sqlite3_open(":memory:", &sq) == SQLITE_OK);
	fuzz_check(
	    sqlite3_exec(sq, "PRAGMA page_size = 512; PRAGMA ignore_check_constraints = ON", 0, 0, 0) == SQLITE_OK);
	fuzz_check(sqlite3_exec(sq, tables, 0, 0, 0) == SQLITE_OK);
	for (; len >= 4; fields += n, len -= n) {
		n = len - 4 < fields[3] ? len : 4u + fields[3];
		set(sq, fields, n - 4);
	}
	if (sqlite3_exec(sq, rules, 0, 0, 0) == SQLITE_OK)
		out = sqlite3_serialize(sq, "main", &size, 0);
	(void)sqlite3_close(sq);
	*made = (size_t)size;
	fuzz_check(size <= FILE_MAX);
	return out;
}

static void
begin(void)
{
	static const char first_rule[] = "CREATE UNIQUE INDEX keys_active_name";
	const char *shm = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	FILE *f = fopen(FIXTURES "/register-1.sql", "re");
	char *at;
	size_t n;

	fuzz_check(f != NULL && (tables = calloc(1, FILE_MAX)) != NULL);
	n = fread(tables, 1, FILE_MAX - 1, f);
	fuzz_check(n > 0 && fclose(f) == 0);
	fuzz_check((at = strstr(tables, first_rule)) != NULL && (rules = strdup(at)) != NULL);
	*at = '\0';
	(void)snprintf(folder, sizeof(folder), "%s/pli-fuzz-XXXXXX", shm);
	fuzz_check(mkdtemp(folder) != NULL && atexit(leave_all) == 0);
	(void)snprintf(path, sizeof(path), "%s/r.db", folder);
	fuzz_check((sound = make(NULL, 0, &sound_len)) != NULL);
}

static void
put(const char *end, const void *p, size_t len)
{
	char name[128];
	int fd;

	(void)snprintf(name, sizeof(name), "%s%s", path, end);
	fuzz_check((fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) >= 0);
	fuzz_check(write(fd, p, len) == (ssize_t)len && close(fd) == 0);
}

static bool
is_still(const uint8_t *p, size_t len)
{
	static uint8_t now[FILE_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	fuzz_check(fd >= 0 && (n = read(fd, now, sizeof(now))) >= 0 && close(fd) == 0);
	return (size_t)n == len && memcmp(now, p, len) == 0;
}

/* Is nothing but the register there? */
static bool
alone(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t n = 0;

	fuzz_check(d != NULL);
	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	return n == 1;
}

static void
is_text(const char *s)
{
	fuzz_check(s != NULL && u8_check((const uint8_t *)s, strlen(s)) == NULL);
}

static void
keep(char out[64], const char *s)
{
	if (s != NULL && strlen(s) < 64)
		(void)snprintf(out, 64, "%s", s);
}

static enum pli_status
see_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct seen *seen = arg;

	(void)err;
	is_text(key->service);
	is_text(key->name);
	is_text(key->cert.subject);
	is_text(key->cert.issuer);
	is_text(key->cert.cn);
	is_text(key->cert.serial);
	is_text(key->cert.algorithm);
	is_text(key->fingerprint);
	is_text(key->cert.ski == NULL ? "" : key->cert.ski);
	is_text(key->test == NULL ? "" : key->test);
	fuzz_check(pli_role_id(key->role) != NULL && pli_key_status_id(key->status) != NULL &&
		   pli_key_origin_id(key->origin) != NULL);
	fuzz_check(seen->rows++ < MANY);
	if (key->status == PLI_KEY_ACTIVE && strlen(key->service) < 64 && strlen(key->name) < 64) {
		keep(seen->service, key->service);
		keep(seen->name, key->name);
		keep(seen->issuer, key->cert.issuer);
		keep(seen->serial, key->cert.serial);
		keep(seen->ski, key->cert.ski);
	}
	return PLI_OK;
}

static enum pli_status
see_line(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	struct seen *seen = arg;

	(void)err;
	fuzz_check(event->id == seen->last + 1);
	seen->last = event->id;
	is_text(event->actor);
	is_text(event->action);
	is_text(event->service == NULL ? "" : event->service);
	is_text(event->name == NULL ? "" : event->name);
	is_text(event->fingerprint == NULL ? "" : event->fingerprint);
	is_text(event->detail == NULL ? "" : event->detail);
	return PLI_OK;
}

static enum pli_status
see_finding(void *arg, const struct pli_register_finding *finding, struct pli_error *err)
{
	struct seen *seen = arg;

	fuzz_check(pli_finding_id(finding->finding) != NULL);
	is_text(finding->service == NULL ? "" : finding->service);
	is_text(finding->message);
	return finding->key == NULL ? PLI_OK : see_key(seen, finding->key, err);
}

/* What a key is told to be is what its certificate says, in the same order. */
struct told {
	struct pli_certs *certs;
	char fingerprints[16][PLI_FINGERPRINT_CAP], skis[16][64];
	size_t count;
};

static enum pli_status
see_chosen(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct told *told = arg;

	(void)err;
	fuzz_check(key->status == PLI_KEY_ACTIVE && key->cert.not_before <= NOW && key->cert.not_after >= NOW);
	if (told->count < 16) {
		(void)snprintf(told->fingerprints[told->count], PLI_FINGERPRINT_CAP, "%s", key->fingerprint);
		(void)snprintf(told->skis[told->count], 64, "%s", key->cert.ski == NULL ? "" : key->cert.ski);
	}
	told->count++;
	return PLI_OK;
}

/* Every call fails with a word or not at all. */
static bool
went(enum pli_status rc, const struct pli_error *err)
{
	fuzz_check(rc == err->status && (rc == PLI_OK) == (err->message[0] == '\0'));
	fuzz_check(u8_check((const uint8_t *)err->message, strlen(err->message)) == NULL &&
		   u8_check((const uint8_t *)err->hint, strlen(err->hint)) == NULL);
	return rc == PLI_OK;
}

static void
choose(struct pli_register *reg, const char *service)
{
	const struct pli_register_choice choice = { .service = service, .no_backup = true, .now = NOW };
	char cert[PLI_FINGERPRINT_CAP], public_key[PLI_FINGERPRINT_CAP];
	struct pli_error err = { 0 };
	struct pli_cert_info info;
	struct told told = { 0 };
	size_t i;

	fuzz_check(pli_certs_new(&told.certs, fuzz_pli(), &err) == PLI_OK);
	if (went(pli_register_certs(reg, &choice, told.certs, see_chosen, NULL, &told, &err), &err)) {
		fuzz_check(told.count > 0 && told.count == pli_certs_count(told.certs));
		for (i = 0; i < told.count && i < 16; i++) {
			fuzz_check(pli_certs_fingerprint(told.certs, i, cert, public_key, &err) == PLI_OK);
			pli_certs_info(told.certs, i, &info);
			fuzz_check(strcmp(cert, told.fingerprints[i]) == 0);
			fuzz_check(strcmp(info.ski == NULL ? "" : info.ski, told.skis[i]) == 0);
		}
	}
	pli_certs_free(told.certs);
}

static bool
look(struct pli_register *reg, struct seen *seen)
{
	const struct pli_register_query all = { NULL, NULL, true };
	const struct pli_register_health health = { .opening = NOW + 86400, .now = NOW };
	struct pli_error err = { 0 };
	struct seen found = { 0 };
	bool ok = went(pli_register_keys(reg, &all, see_key, seen, &err), &err);

	err = (struct pli_error){ 0 };
	ok = went(pli_register_journal(reg, NULL, see_line, seen, &err), &err) && ok;
	err = (struct pli_error){ 0 };
	(void)went(pli_register_check(reg, &health, see_finding, &found, &err), &err);
	err = (struct pli_error){ 0 };
	found.rows = 0;
	(void)went(pli_register_find(reg, seen->issuer, seen->serial, seen->ski, see_key, &found, &err), &err);
	choose(reg, seen->service);
	return ok;
}

/* Opens and reads it, and returns whether it could be. */
static bool
reads(struct seen *seen)
{
	struct pli_register *reg;
	struct pli_error err = { 0 };
	bool ok = went(pli_register_open(&reg, fuzz_pli(), path, PLI_REGISTER_READ, NULL, &err), &err);

	*seen = (struct seen){ 0 };
	fuzz_check(ok == (reg != NULL));
	if (ok)
		ok = look(reg, seen);
	pli_register_free(reg);
	return ok;
}

static void
change(const struct seen *before, unsigned how)
{
	const struct pli_register_place place = { before->service, before->name, PLI_ROLE_PERSONAL };
	struct pli_register *reg;
	struct pli_error err = { 0 };
	struct seen after;
	bool changed = false;

	if (went(pli_register_open(&reg, fuzz_pli(), path, PLI_REGISTER_WRITE, "fuzzer", &err), &err))
		changed = went(how % 4 == 0   ? pli_register_retire(reg, &place, &err)
			       : how % 4 == 1 ? pli_register_rename(reg, &place, "other", &err)
			       : how % 4 == 2 ? pli_register_role(reg, &place, &err)
					      : pli_register_compromised(reg, &place, &err),
		    &err);
	pli_register_free(reg);
	fuzz_check(reads(&after));
	/* That a key gets the role that it has is no event. */
	fuzz_check(changed && how % 4 != 2 ? after.last > before->last : after.last >= before->last);
	fuzz_check(changed || after.last == before->last);
}

static void
patch(uint8_t *bytes, size_t len, const uint8_t *p, size_t left)
{
	size_t at, n;

	for (; left >= 3; p += n, left -= n) {
		at = (size_t)p[0] << 8 | p[1];
		n = left - 3 < p[2] ? left : 3u + p[2];
		if (at + n - 3 <= len)
			memcpy(bytes + at, p + 3, n - 3);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned kind;
	uint8_t *made = NULL;
	const uint8_t *bytes;
	struct seen seen;
	size_t size = 0;
	bool beside;

	if (len < 1 || len > FILE_MAX)
		return 0;
	if (folder[0] == '\0')
		begin();
	kind = (data[0] & 7u) % KINDS;
	beside = kind == WAL || kind == JOURNAL;
	if (kind == RAW) {
		bytes = data + 1;
		size = len - 1;
	} else {
		if (kind == FIELDS) {
			made = make(data + 1, len - 1, &size);
		} else if ((made = sqlite3_malloc64(sound_len)) != NULL) {
			memcpy(made, sound, sound_len);
			size = sound_len;
		}
		if (made == NULL)
			return 0;
		if (kind == PATCH)
			patch(made, size, data + 1, len - 1);
		if ((data[0] & WITH_WAL) != 0)
			made[18] = made[19] = 2;
		bytes = made;
	}
	put("", bytes, size);
	if (beside)
		put(kind == WAL ? "-wal" : "-journal", data + 1, len - 1);
	if (reads(&seen)) {
		fuzz_check(beside || (is_still(bytes, size) && alone()));
		if ((data[0] & CHANGED) != 0)
			change(&seen, data[0] >> 4);
	} else {
		fuzz_check(beside || (is_still(bytes, size) && alone()));
	}
	sqlite3_free(made);
	leave();
	return 0;
}
