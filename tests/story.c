/* story.c - one picture after each step of a story in which nothing fails: any other has to end like one of them. */
#include "story.h"

#include "registers.h"
#include "suite.h"

#include <stdarg.h>
#include <unistd.h>

#define FAR 1000000000

static long seen, first = -1, last;

bool
story_fails(void)
{
	long n;

	if (first < 0)
		return false;
	n = seen++;
	return n >= first && n <= last;
}

enum { STEPS = 10 };

/* A register in words: its keys, those that are pending, what was done. */
struct picture {
	char keys[800], pending[200], journal[800];
	char serials[400]; /* of all keys, each with a blank behind it */
	int64_t lines;
};

static void append(char *text, size_t cap, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
append(char *text, size_t cap, const char *format, ...)
{
	size_t len = strlen(text);
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text + len, cap - len, format, ap);
	va_end(ap);
	check(n >= 0 && (size_t)n < cap - len);
}

static enum pli_status
draw_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct picture *p = arg;

	(void)err;
	check(key->status != PLI_KEY_ACTIVE || key->origin == PLI_ORIGIN_IMPORTED || key->tested != 0);
	if (key->status == PLI_KEY_PENDING)
		append(p->pending, sizeof(p->pending), "%s ", key->name);
	else
		append(p->keys, sizeof(p->keys), "%s,%s,%s%s ", key->name, pli_role_id(key->role),
		    pli_key_status_id(key->status), key->tested != 0 ? ",tested" : "");
	append(p->serials, sizeof(p->serials), "%s ", key->cert.serial);
	return PLI_OK;
}

static enum pli_status
draw_line(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	struct picture *p = arg;

	(void)err;
	check(event->id == ++p->lines);
	append(p->journal, sizeof(p->journal), "%s ", event->action);
	return PLI_OK;
}

/* One register object of this thread may be in the middle of something: this is another. */
static void
draw(const char *path, struct picture *p)
{
	const struct pli_register_query all = { NULL, NULL, true };
	struct pli_register *reg;
	struct pli_error err = { 0 };

	memset(p, 0, sizeof(*p));
	check_ok(pli_register_open(&reg, support_pli(), path, PLI_REGISTER_READ, NULL, &err), err);
	check_ok(pli_register_keys(reg, &all, draw_key, p, &err), err);
	check_ok(pli_register_journal(reg, NULL, draw_line, p, &err), err);
	pli_register_free(reg);
}

/* The files of one story, and what was made before it. */
static struct {
	struct pli_certs *certs[2];
	const struct pli_key *key;
	char db[256], p12[2][256], pem[2][256];
	struct picture answer; /* what is there at the end */
	int findings;
} world;

static enum pli_status
generate(struct pli_register *reg, bool again, struct pli_error *err)
{
	const struct pli_register_place bruno = { "S", "Bruno", PLI_ROLE_PERSONAL };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	struct pli_pair_file file = register_file(world.p12[again]);

	file.cert_path = world.pem[again];
	return again ? pli_register_renew(reg, &bruno, &pair, &file, NULL, err)
		     : pli_register_generate(reg, &bruno, &pair, &file, NULL, err);
}

static enum pli_status
count_finding(void *arg, const struct pli_register_finding *finding, struct pli_error *err)
{
	(void)finding;
	(void)err;
	*(int *)arg += 1;
	return PLI_OK;
}

/* All answers, or a failure: never a part of them. */
static enum pli_status
ask(struct pli_register *reg, struct pli_error *err)
{
	const struct pli_register_choice choice = { .service = "S" };
	const struct pli_register_health health = { .opening = INT64_C(4102444800) }; /* 2100: nothing is valid then */
	const struct pli_register_place secours = { "S", "Secours", PLI_ROLE_BACKUP };
	const struct pli_register_query all = { NULL, NULL, true };
	struct pli_certs *certs, *lent = NULL;
	struct picture p = { 0 };
	int findings = 0, chosen = 0;
	enum pli_status rc;

	if ((rc = pli_certs_new(&certs, support_pli(), err)) != PLI_OK)
		return rc;
	if ((rc = pli_certs_new(&lent, support_pli(), err)) == PLI_OK &&
	    (rc = pli_register_keys(reg, &all, draw_key, &p, err)) == PLI_OK &&
	    (rc = pli_register_journal(reg, NULL, draw_line, &p, err)) == PLI_OK &&
	    (rc = pli_register_check(reg, &health, count_finding, &findings, err)) == PLI_OK &&
	    (rc = pli_register_lend(reg, &secours, lent, err)) == PLI_OK)
		rc = pli_register_certs(reg, &choice, certs, register_count_key, NULL, &chosen, err);
	if (rc == PLI_OK) {
		if (world.findings == 0)
			world.findings = findings;
		check(findings > 1 && strcmp(p.keys, world.answer.keys) == 0 &&
		      strcmp(p.journal, world.answer.journal) == 0);
		check(findings == world.findings && chosen == 2 && pli_certs_count(certs) == 2 &&
		      pli_certs_count(lent) == 4);
	}
	pli_certs_free(certs);
	pli_certs_free(lent);
	return rc;
}

static enum pli_status
step(struct pli_register *reg, int i, struct pli_error *err)
{
	const struct pli_register_place anne = { "S", "Anne", PLI_ROLE_BACKUP },
					secours = { "S", "Secours", PLI_ROLE_BACKUP },
					anna = { NULL, "Anna", PLI_ROLE_PERSONAL };

	switch (i) {
	case 0:
		return pli_register_import(reg, &anne, world.certs[0], 0, NULL, err);
	case 1:
		return pli_register_import(reg, &secours, world.certs[1], 0, world.key, err);
	case 2:
		return pli_register_rename(reg, &anne, "Anna", err);
	case 3:
		return pli_register_role(reg, &anna, err);
	case 4:
		return pli_register_test(reg, &secours, world.key, err);
	case 5:
		return generate(reg, false, err);
	case 6:
		return generate(reg, true, err);
	case 7:
		return pli_register_retire(reg, &anna, err);
	case 8:
		return pli_register_compromised(reg, &anna, err);
	default:
		return ask(reg, err);
	}
}

/* Runs all steps; done is how many were said to be, or -1 without a register. learned (may be NULL) gets what is there after each. */
static enum pli_status
story(int *done, struct picture *learned, struct pli_error *err)
{
	struct pli_register *reg;
	enum pli_status rc;

	*done = -1;
	if ((rc = pli_register_open(&reg, support_pli(), world.db, PLI_REGISTER_CREATE, "tester", err)) != PLI_OK)
		return rc;
	for (*done = 0; rc == PLI_OK; *done += 1) {
		if (learned != NULL) {
			draw(world.db, &learned[*done]);
			world.answer = learned[*done];
		}
		if (*done == STEPS || (rc = step(reg, *done, err)) != PLI_OK)
			break;
	}
	pli_register_free(reg);
	return rc;
}

/* journal is what it was before step done failed, and perhaps a generation that was begun, and given up if it is not pending. */
static bool
as_before(int done, const struct picture *now, const char *before)
{
	static const char *const steps[STEPS + 1] = { [5] = "generate ", [6] = "renew " };
	size_t len = strlen(before), begun = steps[done] == NULL ? 0 : strlen(steps[done]);
	const char *more = now->journal + len;

	if (strncmp(now->journal, before, len) != 0)
		return false;
	if (*more == '\0' || begun == 0)
		return *more == '\0' && now->pending[0] == '\0';
	return strncmp(more, steps[done], begun) == 0 &&
	       strcmp(more + begun, now->pending[0] == '\0' ? "discard " : "") == 0;
}

static enum pli_status
passphrase(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	(void)arg;
	(void)name;
	(void)err;
	check(attempt == 0 && cap >= strlen(REGISTER_PASSPHRASE));
	*len = strlen(REGISTER_PASSPHRASE);
	memcpy(buf, REGISTER_PASSPHRASE, *len);
	return PLI_OK;
}

/* The file of a key opens, and is that of a key of the register. */
static void
check_key(const char *path, const struct picture *now)
{
	struct pli_cert_info info;
	struct pli_error err = { 0 };
	struct buf bytes = { 0 };
	struct pli_key *key;
	char serial[100];

	support_read(path, &bytes);
	check_ok(pli_key_new(&key, support_pli(), bytes.p, bytes.len, path, NULL, passphrase, NULL, &err), err);
	pli_key_info(key, &info);
	(void)snprintf(serial, sizeof(serial), "%s ", info.serial);
	check(strstr(now->serials, serial) != NULL);
	pli_key_free(key);
	buf_clear(&bytes);
}

/* The files of a generation are there if its key is, and otherwise not, unless what failed kept them from being removed. */
static void
check_files(int i, const struct picture *now, bool made, bool forever)
{
	bool p12 = support_exists(world.p12[i]), pem = support_exists(world.pem[i]);

	if (made) {
		check(p12 && pem);
		check_key(world.p12[i], now);
	} else {
		check(forever || (!p12 && !pem));
	}
}

/* Nothing fails any more: the register is as it was before what failed, or as after it. */
static void
look(int done, enum pli_status rc, const struct picture *learned, bool forever)
{
	struct picture now;
	int after = done;

	if (done < 0 && !support_exists(world.db))
		return;
	draw(world.db, &now);
	if (done < 0)
		done = after = 0;
	if (rc != PLI_OK && done < STEPS && strcmp(now.keys, learned[done + 1].keys) == 0 &&
	    strcmp(now.journal, learned[done + 1].journal) == 0)
		after = done + 1;
	else
		check(strcmp(now.keys, learned[done].keys) == 0 && as_before(done, &now, learned[done].journal));
	check(forever || now.pending[0] == '\0');
	check_files(0, &now, after > 5, forever && after == 5);
	check_files(1, &now, after > 6, forever && after == 6);
}

static void
remove_all(size_t entries)
{
	const char *const paths[] = { world.db, world.p12[0], world.p12[1], world.pem[0], world.pem[1] };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)unlink(paths[i]);
	check(support_entries() == entries); /* the WAL, too, has gone */
}

static void
set_up(void)
{
	enum support_kind kinds[2] = { SUPPORT_P256, SUPPORT_P384 };

	(void)snprintf(world.db, sizeof(world.db), "%s", support_path("r.db"));
	(void)snprintf(world.p12[0], sizeof(world.p12[0]), "%s", support_path("x.p12"));
	(void)snprintf(world.p12[1], sizeof(world.p12[1]), "%s", support_path("y.p12"));
	(void)snprintf(world.pem[0], sizeof(world.pem[0]), "%s", support_path("x.pem"));
	(void)snprintf(world.pem[1], sizeof(world.pem[1]), "%s", support_path("y.pem"));
	world.certs[0] = support_certs(&kinds[0], 1);
	world.certs[1] = support_certs(&kinds[1], 1);
	world.key = support_key(SUPPORT_P384);
}

/* How far apart those are that fail, of total; *from is the first. */
static long
stride(long total, long usual, long *from)
{
	const char *every = getenv("EVERY"), *which = getenv("EVERY_FROM");
	long apart = every == NULL ? 1 : strtol(every, NULL, 10);

	*from = 0;
	if (getenv("FULL") == NULL)
		return 1 + total / usual;
	if (apart > 1 && which != NULL)
		*from = strtol(which, NULL, 10) % apart;
	return apart < 1 ? 1 : apart;
}

/* Tells the story; the calls from number from to number to fail. */
static enum pli_status
told(long from, long to, int *done, struct pli_error *err)
{
	enum pli_status rc;

	*err = (struct pli_error){ 0 };
	seen = 0;
	first = from;
	last = to;
	rc = story(done, NULL, err);
	first = -1;
	return rc;
}

void
story_each(const char *what, bool forever, long usual, story_right *right)
{
	static struct picture learned[STEPS + 1];
	struct pli_error err = { 0 };
	size_t entries;
	long total, apart, n, runs = 0, failed = 0;
	int done;

	set_up();
	entries = support_entries();
	check_ok(story(&done, learned, &err), err);
	look(done, PLI_OK, learned, false);
	remove_all(entries);
	check_ok(told(FAR, FAR, &done, &err), err);
	total = seen;
	remove_all(entries);
	check(total > 100);
	for (apart = stride(total, usual, &n); n < total; n += apart) {
		enum pli_status rc = told(n, forever ? FAR : n, &done, &err);

		/* SQLite does without some of what it asks for. */
		check(rc == PLI_OK ? done == STEPS : right(rc, &err));
		runs++;
		failed += rc != PLI_OK;
		look(done, rc, learned, forever);
		remove_all(entries);
	}
	check(failed > runs / 2);
	(void)printf("%s: %ld, failed %s: %ld\n", what, total, forever ? "for ever" : "once", runs);
	pli_certs_free(world.certs[0]);
	pli_certs_free(world.certs[1]);
}
