#ifndef PLI_RECORDS_H
#define PLI_RECORDS_H

/*
 * records.h - services and keys, as rows that the other files of this folder ask for.
 *
 * RULES
 *   - Those that change something are called within db_begin and db_end, and write the line in the journal, too.
 *   - A row is borrowed from its statement until the next step.
 */

#include "db.h"
#include "pli/register.h"

struct pli_register {
	struct pli *pli;
	struct db db;
	enum pli_register_mode mode;
	char *actor;
};

/* records_writable fails with PLI_ERR_USAGE for a register that was opened to be read. */
enum pli_status records_writable(const struct pli_register *reg, struct pli_error *err) PLI_MUST_CHECK;

/* records_check_new says whether a key may be put into reg at that place: names, role, and as records_writable. reg NULL: one that is yet to be made. */
enum pli_status records_check_new(
    const struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err) PLI_MUST_CHECK;

/* records_has_service looks for a service of this very name: *there tells whether there is one, and *id is its id then. */
enum pli_status records_has_service(
    struct pli_register *reg, const char *name, int64_t *id, bool *there, struct pli_error *err) PLI_MUST_CHECK;

/* records_service finds the service that people mean by a name. Fails with PLI_ERR_USAGE, and the services that there are in the hint. */
enum pli_status records_service(
    struct pli_register *reg, const char *name, int64_t *id, struct pli_error *err) PLI_MUST_CHECK;

/* records_check_service fails with PLI_ERR_EXISTS when a service has not this name, but one that is the same to people. */
enum pli_status records_check_service(struct pli_register *reg, const char *name, struct pli_error *err) PLI_MUST_CHECK;

/* records_new_service finds a service or, in a register that is made, makes it; *made tells which. */
enum pli_status records_new_service(
    struct pli_register *reg, const char *name, int64_t *id, bool *made, struct pli_error *err) PLI_MUST_CHECK;

/*
 * What records_read reads, and the tables that it reads from: RECORDS_SELECT "WHERE ..." is a query. k is the key, s its
 * service.
 */
#define RECORDS_SELECT                                                                                                 \
	"SELECT k.id, s.name, k.name, k.role, k.status, k.origin, k.subject, k.issuer, k.cn, k.serial, k.ski,"         \
	" k.algorithm, k.not_before, k.not_after, k.fingerprint, k.created, k.tested, k.test, k.public_key, "          \
	"k.certificate"                                                                                                \
	" FROM keys k JOIN services s ON s.id = k.service "

/*
 * Conditions on s and k, in SQL: the one service, the key, that people mean by a name (titles.h). The very name goes first; one
 * that keys of the status have as well, written otherwise, means none of them: keys of the service, or all where any is true.
 * What is the name of no key at all (of these, too) may be a serial number, or a fingerprint.
 */
#define RECORDS_SERVICE_IS(name)                                                                                       \
	"s.id = (SELECT t.id FROM services t WHERE looks(t.name) = looks(" name ") ORDER BY t.name <> " name           \
	", t.id LIMIT 1)"
#define RECORDS_NAME_IS(wanted, any)                                                                                   \
	"(k.name = " wanted " OR (looks(k.name) = looks(" wanted ") AND NOT EXISTS (SELECT 1 FROM keys o"              \
	" WHERE (o.service = k.service OR " any ") AND o.status = k.status AND o.name <> k.name"                       \
	" AND looks(o.name) = looks(" wanted "))) OR (lower(" wanted ") IN (k.serial, k.fingerprint) AND NOT EXISTS"   \
	" (SELECT 1 FROM keys o WHERE (o.service = k.service OR " any ") AND looks(o.name) = looks(" wanted "))))"

/* A key as it is written, which is more than the public structure says. */
struct record {
	struct pli_register_key key;
	const char *public_key; /* SHA-256 of the SubjectPublicKeyInfo */
	struct view certificate;
};

enum pli_status records_read(
    struct pli_register *reg, sqlite3_stmt *q, struct record *out, struct pli_error *err) PLI_MUST_CHECK;

/*
 * records_walk calls take with all the rows of a query made of RECORDS_SELECT; records_each with what the public sees of them,
 * which fails with PLI_ERR_IO for one that is not what its certificate says.
 */
typedef enum pli_status records_take(void *arg, const struct record *record, struct pli_error *err);
enum pli_status records_walk(struct pli_register *reg, const char *sql, const struct value *values, size_t count,
    records_take *take, void *arg, struct pli_error *err) PLI_MUST_CHECK;
enum pli_status records_each(struct pli_register *reg, const char *sql, const struct value *values, size_t count,
    pli_register_each_key *each, void *arg, struct pli_error *err) PLI_MUST_CHECK;

/* Which keys a name may mean besides the active one, which goes first: flags. */
enum records_which {
	RECORDS_ACTIVE = 0,
	RECORDS_PENDING = 1,
	RECORDS_ENDED = 2, /* retired or compromised; the newest first */
	RECORDS_ANY = RECORDS_PENDING | RECORDS_ENDED
};

/*
 * records_find prepares *q with the one key that place means, already stepped to and read into *out; the caller finalizes *q,
 * which is NULL after a failure. Fails with PLI_ERR_USAGE when there is none, when more than one service has the name, or when
 * it is the serial number of more than one.
 */
enum pli_status records_find(struct pli_register *reg, sqlite3_stmt **q, struct record *out,
    const struct pli_register_place *place, enum records_which which, struct pli_error *err) PLI_MUST_CHECK;

/* A certificate on its way into the register. */
struct records_new {
	int64_t service;
	const char *service_name, *name;
	enum pli_role role;
	enum pli_key_status status;
	enum pli_key_origin origin;
	const char *test; /* NULL: not tested */
	const char *action, *detail;
};

/* records_insert writes certificate i of certs down. */
enum pli_status records_insert(struct pli_register *reg, int64_t *id, const struct records_new *new,
    const struct pli_certs *certs, size_t i, struct pli_error *err) PLI_MUST_CHECK;

/*
 * records_check_free fails with PLI_ERR_EXISTS when an active key of the service has the name, or one that looks the same;
 * but for the key of the id except (0: none).
 */
enum pli_status records_check_free(struct pli_register *reg, int64_t service, const char *service_name,
    const char *name, int64_t except, struct pli_error *err) PLI_MUST_CHECK;

/* records_drop deletes a pending key; detail says why. records_discard does so with all that have the name in the service. */
enum pli_status records_drop(
    struct pli_register *reg, int64_t id, const char *detail, struct pli_error *err) PLI_MUST_CHECK;
enum pli_status records_discard(struct pli_register *reg, int64_t service, const char *name, const char *detail,
    struct pli_error *err) PLI_MUST_CHECK;

/* records_check_backup fails with PLI_ERR_CERTIFICATE for a certificate that is no backup key's: an authority's. */
enum pli_status records_check_backup(const struct pli_certs *certs, size_t i, struct pli_error *err) PLI_MUST_CHECK;

/*
 * records_same_recipient calls take with the first active key of the service of key id that is older, and whose certificate
 * envelopes cannot tell from certificate i of certs, that of key id; if there is one.
 */
enum pli_status records_same_recipient(struct pli_register *reg, int64_t id, const struct pli_certs *certs, size_t i,
    records_take *take, void *arg, struct pli_error *err) PLI_MUST_CHECK;

/* records_line adds a line about a key to the journal. */
enum pli_status records_line(struct pli_register *reg, const struct pli_register_key *key, const char *action,
    const char *detail, struct pli_error *err) PLI_MUST_CHECK;

/* records_retire retires an active key; detail says why, where there is something to say. */
enum pli_status records_retire(struct pli_register *reg, const struct pli_register_key *key, const char *detail,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * records_certs makes a list that holds the certificate of a record, of whose name errors speak. What it says is held
 * against what the register says of it: PLI_ERR_IO where they differ.
 */
enum pli_status records_certs(struct pli_register *reg, const struct record *record, struct pli_certs **out,
    struct pli_error *err) PLI_MUST_CHECK;

/* records_test_text says with what a challenge was opened, as struct pli_register_key does; the caller frees it. */
struct pli_opened;
enum pli_status records_test_text(
    char **out, const struct pli_opened *opened, const char *algorithm, struct pli_error *err) PLI_MUST_CHECK;

#endif
