/*
 * A register while memory runs out: every allocation of SQLite and of the engine fails, each in its turn, alone or with all
 * that follow. What is said to be done is done, what failed is not, and the register is whole. What libcrypto allocates has
 * its own suite (memory_faults); the engine's calls are led here by the linker (--wrap, see CMakeLists.txt).
 */
#include "registers.h"
#include "suite.h"

#include <stdarg.h>
#include <unistd.h>

/* Enough to see each place fail once or more; the places are met in the same order every time. */
enum { POINTS = 100 };

static long seen, first = -1, last;
static sqlite3_mem_methods sqlites;

static bool
fails(void)
{
	long n;

	if (first < 0)
		return false;
	n = seen++;
	return n >= first && n <= last;
}

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *p, size_t len);
void *__real_aligned_alloc(size_t alignment, size_t len);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t len);
int __real_vasprintf(char **out, const char *format, va_list ap);

void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *p, size_t len);
void *__wrap_aligned_alloc(size_t alignment, size_t len);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t len);
int __wrap_vasprintf(char **out, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap___vasprintf_chk(char **out, int flag, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));

void *
__wrap_malloc(size_t len)
{
	return fails() ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t count, size_t len)
{
	return fails() ? NULL : __real_calloc(count, len);
}

void *
__wrap_realloc(void *p, size_t len)
{
	return fails() ? NULL : __real_realloc(p, len);
}

void *
__wrap_aligned_alloc(size_t alignment, size_t len)
{
	return fails() ? NULL : __real_aligned_alloc(alignment, len);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t len)
{
	return fails() ? NULL : __real_strndup(s, len);
}

int
__wrap_vasprintf(char **out, const char *format, va_list ap)
{
	return fails() ? -1 : __real_vasprintf(out, format, ap);
}

int
__wrap_asprintf(char **out, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = __wrap_vasprintf(out, format, ap);
	va_end(ap);
	return n;
}

int
__wrap___vasprintf_chk(char **out, int flag, const char *format, va_list ap)
{
	(void)flag;
	return __wrap_vasprintf(out, format, ap);
}

int
__wrap___asprintf_chk(char **out, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = __wrap_vasprintf(out, format, ap);
	va_end(ap);
	return n;
}

static void *
sqlite_malloc(int len)
{
	return fails() ? NULL : sqlites.xMalloc(len);
}

static void *
sqlite_realloc(void *p, int len)
{
	return fails() ? NULL : sqlites.xRealloc(p, len);
}

/* SQLite takes allocators only until it is first used. */
static void
take_over(void)
{
	static bool done;
	sqlite3_mem_methods ours;

	if (done)
		return;
	check(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlites) == SQLITE_OK);
	ours = sqlites;
	ours.xMalloc = sqlite_malloc;
	ours.xRealloc = sqlite_realloc;
	check(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK);
	check(sqlite3_initialize() == SQLITE_OK);
	done = true;
}

static enum pli_status
count_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	(void)err;
	check(key->name[0] != '\0' && key->cert.issuer[0] != '\0' && key->cert.ski != NULL);
	*(int *)arg += 1;
	return PLI_OK;
}

static enum pli_status
count_line(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	(void)err;
	check(event->id == *(int *)arg + 1);
	*(int *)arg += 1;
	return PLI_OK;
}

static enum pli_status
count_finding(void *arg, const struct pli_register_finding *finding, struct pli_error *err)
{
	(void)finding;
	(void)err;
	*(int *)arg += 1;
	return PLI_OK;
}

/* What is done with one register; the certificates are made before anything fails. */
static struct {
	struct pli_certs *certs[2];
	const struct pli_key *key;
	const char *path;
	int done; /* how many of the changes below */
} world;

static enum pli_status
changes(struct pli_register *reg, struct pli_error *err)
{
	const struct pli_register_place anne = { "S", "Anne", PLI_ROLE_BACKUP },
					secours = { "S", "Secours", PLI_ROLE_BACKUP },
					anna = { NULL, "Anna", PLI_ROLE_PERSONAL };
	enum pli_status rc;

	world.done = 0;
	if ((rc = pli_register_import(reg, &anne, world.certs[0], 0, NULL, err)) != PLI_OK)
		return rc;
	world.done = 1;
	if ((rc = pli_register_import(reg, &secours, world.certs[1], 0, world.key, err)) != PLI_OK)
		return rc;
	world.done = 2;
	if ((rc = pli_register_rename(reg, &anne, "Anna", err)) != PLI_OK)
		return rc;
	world.done = 3;
	if ((rc = pli_register_role(reg, &anna, err)) != PLI_OK)
		return rc;
	world.done = 4;
	if ((rc = pli_register_test(reg, &secours, world.key, err)) != PLI_OK)
		return rc;
	world.done = 5;
	return PLI_OK;
}

static enum pli_status
questions(struct pli_register *reg, struct pli_error *err)
{
	const struct pli_register_query all = { "S", NULL, true };
	const struct pli_register_choice choice = { .service = "S" };
	const struct pli_register_health health = { .service = NULL };
	int keys = 0, lines = 0, findings = 0, chosen = 0;
	struct pli_certs *certs = NULL;
	enum pli_status rc;

	if ((rc = pli_certs_new(&certs, support_pli(), err)) == PLI_OK &&
	    (rc = pli_register_keys(reg, &all, count_key, &keys, err)) == PLI_OK &&
	    (rc = pli_register_journal(reg, NULL, count_line, &lines, err)) == PLI_OK &&
	    (rc = pli_register_check(reg, &health, count_finding, &findings, err)) == PLI_OK)
		rc = pli_register_certs(reg, &choice, certs, count_key, count_key, &chosen, err);
	if (rc == PLI_OK)
		check(keys == 2 && lines == 7 && findings == 1 && chosen == 2 && pli_certs_count(certs) == 2);
	pli_certs_free(certs);
	return rc;
}

static enum pli_status
story(struct pli_error *err)
{
	struct pli_register *reg;
	enum pli_status rc;

	world.done = -1;
	if ((rc = pli_register_open(&reg, support_pli(), world.path, PLI_REGISTER_CREATE, "tester", err)) != PLI_OK)
		return rc;
	if ((rc = changes(reg, err)) == PLI_OK)
		rc = questions(reg, err);
	pli_register_free(reg);
	return rc;
}

/* Nothing fails any more: the register is as far as was said. */
static void
look(void)
{
	static const int lines_after[] = { 1, 3, 4, 5, 6, 7 };
	const struct pli_register_query all = { NULL, NULL, true };
	struct pli_register *reg;
	struct pli_error err = { 0 };
	int keys = 0, lines = 0;

	if (world.done < 0 && !support_exists(world.path))
		return;
	check_ok(pli_register_open(&reg, support_pli(), world.path, PLI_REGISTER_READ, NULL, &err), err);
	check_ok(pli_register_keys(reg, &all, count_key, &keys, &err), err);
	check_ok(pli_register_journal(reg, NULL, count_line, &lines, &err), err);
	check(lines == lines_after[world.done < 0 ? 0 : world.done]);
	check(keys == (world.done < 0 ? 0 : world.done > 2 ? 2 : world.done));
	pli_register_free(reg);
	check(unlink(world.path) == 0);
}

static void
each(bool forever)
{
	enum support_kind kinds[2] = { SUPPORT_P256, SUPPORT_P384 };
	struct pli_error err = { 0 };
	size_t entries;
	long total, n;
	int failed = 0;

	take_over();
	world.path = support_path(forever ? "forever.db" : "once.db");
	world.certs[0] = support_certs(&kinds[0], 1);
	world.certs[1] = support_certs(&kinds[1], 1);
	world.key = support_key(SUPPORT_P384);
	check_ok(story(&err), err);
	look();
	entries = support_entries();
	seen = 0;
	first = last = 1000000000;
	check_ok(story(&err), err);
	total = seen;
	first = -1;
	look();
	check(total > 1000);
	for (n = 0; n < total; n += 1 + total / POINTS) {
		enum pli_status rc;

		err = (struct pli_error){ 0 };
		seen = 0;
		first = n;
		last = forever ? 1000000000 : n;
		rc = story(&err);
		first = -1;
		/* SQLite does without some of what it asks for. */
		check(rc == PLI_OK || (rc == PLI_ERR && strcmp(err.message, "out of memory") == 0));
		failed += rc != PLI_OK;
		look();
		check(support_entries() == entries);
	}
	check(failed > POINTS / 2);
	pli_certs_free(world.certs[0]);
	pli_certs_free(world.certs[1]);
}

static void
once(void)
{
	each(false);
}

static void
from_then_on(void)
{
	each(true);
}

#define TESTS(T, S) T(S, once) T(S, from_then_on)
SUITE(register_memory, TESTS)
