#ifndef PLI_REGISTER_H
#define PLI_REGISTER_H

/*
 * register.h - the register of key pairs: which service has which keys, and what became of them.
 *
 *      pli_register_open -> pli_register_generate, pli_register_import ... -> pli_register_certs -> pli_register_free
 *
 * One SQLite file holds services, certificates and a journal; never a private key or a passphrase. A key is pending until
 * its private half has been seen to open something (a generated one) or the import is complete, then active, then retired
 * or compromised, and stays for ever: envelopes name it. At most one active key of a service has a name, or one that is
 * the same to people (Unicode forms, case, blanks), and is found by any of them; neither have two services.
 *
 * RULES
 *   - Every change is one transaction together with its line in the journal, which can only grow.
 *   - Any number of processes may use one register; one object belongs to one thread at a time.
 *   - A register that is damaged, or newer than this library, is refused and never written to (PLI_ERR_IO, PLI_ERR_UNSUPPORTED).
 *   - An unknown service or key is PLI_ERR_USAGE, with those that exist in the hint.
 *   - The name of a key that is there may be given as its serial number or SHA-256 fingerprint (hex), where no key of the
 *     service (of the register, without one) has that as a name: so a key is found that shares its name with a newer one.
 *   - Strings that callbacks get are borrowed for the call, UTF-8, and come from outside: print them escaped. A callback
 *     does not use the register that calls it.
 *   - A certificate stands once in a service; in several services it may, as a backup key for all of them does.
 */

#include "pair.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pli_register;

enum pli_register_mode {
	PLI_REGISTER_READ,  /* exists, is not changed */
	PLI_REGISTER_WRITE, /* exists */
	PLI_REGISTER_CREATE /* made, with mode 0600 under the umask, if it is not there; so are services */
};

/*
 * pli_register_open opens the register at path. actor is who the journal names for what is done: 1 to 128 characters, as
 * names of keys are; NULL will do to read. The whole file is checked. Fails with PLI_ERR_IO for what is damaged, no register,
 * a symbolic link, a file with several names, or in use by another process for longer than a minute; PLI_ERR_UNSUPPORTED for
 * one of a newer version.
 */
PLI_API enum pli_status pli_register_open(struct pli_register **out, struct pli *pli, const char *path,
    enum pli_register_mode mode, const char *actor, struct pli_error *err) PLI_MUST_CHECK;

/* pli_register_free: NULL is fine. */
PLI_API void pli_register_free(struct pli_register *reg);

enum pli_role { PLI_ROLE_PERSONAL, PLI_ROLE_BACKUP };
enum pli_key_status { PLI_KEY_PENDING, PLI_KEY_ACTIVE, PLI_KEY_RETIRED, PLI_KEY_COMPROMISED };
enum pli_key_origin {
	PLI_ORIGIN_SELF,      /* generated, self-signed */
	PLI_ORIGIN_AUTHORITY, /* generated, issued by an authority */
	PLI_ORIGIN_IMPORTED
};

/* The words that the contract uses: "personal", "backup"; "pending", "active" ...; "self-signed", "authority", "imported". */
PLI_API const char *pli_role_id(enum pli_role role);
PLI_API const char *pli_key_status_id(enum pli_key_status status);
PLI_API const char *pli_key_origin_id(enum pli_key_origin origin);

struct pli_register_key {
	int64_t id; /* of the register, never used again */
	const char *service, *name;
	enum pli_role role;
	enum pli_key_status status;
	enum pli_key_origin origin;
	struct pli_cert_info cert;
	const char *fingerprint; /* SHA-256 of the certificate, lower-case hex */
	int64_t created;         /* seconds since 1970 */
	int64_t tested;          /* the last test-open that succeeded; 0: never */
	const char *test;        /* with what: "AuthEnvelopedData aes-256-gcm rsaOaep-sha256"; NULL: never */
};

typedef enum pli_status pli_register_each_key(void *arg, const struct pli_register_key *key, struct pli_error *err);

struct pli_register_query {
	const char *service; /* NULL: all */
	const char *name;    /* NULL: all */
	bool all;            /* also those that are not active */
};

/* pli_register_keys calls each with the keys that query asks for, by service, name and time. */
PLI_API enum pli_status pli_register_keys(struct pli_register *reg, const struct pli_register_query *query,
    pli_register_each_key *each, void *arg, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_find calls each with the keys, whatever their status, that a recipient of an envelope names: by issuer and
 * serial, or by ski (what is not known is NULL; texts as in struct pli_cert_info). None is no error.
 */
PLI_API enum pli_status pli_register_find(struct pli_register *reg, const char *issuer, const char *serial,
    const char *ski, pli_register_each_key *each, void *arg, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_same calls each with the keys, whatever their status, in whatever service, whose key pair is that of
 * certificate i of certs: under other certificates too. None is no error.
 */
PLI_API enum pli_status pli_register_same(struct pli_register *reg, const struct pli_certs *certs, size_t i,
    pli_register_each_key *each, void *arg, struct pli_error *err) PLI_MUST_CHECK;

/* What becomes of a key, and under which name. */
struct pli_register_place {
	const char *service; /* NULL where name alone says which (renew, rename, ...): the only service that has it */
	const char
	    *name; /* UTF-8, 1 to 128 characters, no control, bidirectional or unseen ones, no blank at the ends */
	enum pli_role role;
};

/*
 * pli_register_generate makes a key pair, saves it as file says, and writes it into the register: pending before the file
 * exists, active after the file was read back from the disk and opened a challenge. certs (may be NULL) gets the certificate,
 * and is of no use after a failure. pair->cn NULL: the name. file->name NULL: the name.
 * After a failure neither file nor active key is there; pair->hooks and file->hooks are asked for a cancel until the key is
 * made active. Fails with PLI_ERR_EXISTS when an active key has the name, or the
 * file exists; otherwise as pli_pair_new and pli_pair_save do.
 *
 * A crash leaves a pending key, perhaps with its file, which pli_register_check reports. It keeps no name and is nobody's
 * recipient. It goes when another key becomes active under its name, when its certificate is imported (which completes
 * it), or when it is retired. A generation whose pending key has gone meanwhile fails.
 */
PLI_API enum pli_status pli_register_generate(struct pli_register *reg, const struct pli_register_place *place,
    const struct pli_pair_options *pair, const struct pli_pair_file *file, struct pli_certs *certs,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_renew generates a new pair for the active key of that name, with its name, role and service; the old one is
 * retired in the transaction that makes the new one active. pair->cn NULL: the old one's.
 */
PLI_API enum pli_status pli_register_renew(struct pli_register *reg, const struct pli_register_place *place,
    const struct pli_pair_options *pair, const struct pli_pair_file *file, struct pli_certs *certs,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_may_generate and pli_register_may_renew fail as the call itself would at once, before it makes anything: for
 * its names, one that is taken, a key that is not there. reg NULL: of a register that is yet to be made.
 */
PLI_API enum pli_status pli_register_may_generate(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err) PLI_MUST_CHECK;
PLI_API enum pli_status pli_register_may_renew(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_import writes certificate i of certs into the register, active. key (may be NULL) is its private key: it is
 * test-opened first. Without it the key counts as never tested, and pli_register_check says so. Fails with
 * PLI_ERR_CERTIFICATE for a certificate that bids may not be sealed to, or (role backup) of an authority, or that envelopes
 * could not tell from that of an active key of the service; PLI_ERR_EXISTS when an active key has the name or the certificate is
 * there already (the errors say which key).
 */
PLI_API enum pli_status pli_register_import(struct pli_register *reg, const struct pli_register_place *place,
    const struct pli_certs *certs, size_t i, const struct pli_key *key, struct pli_error *err) PLI_MUST_CHECK;

/* pli_register_may_import fails as pli_register_import would in a register that is yet to be made. */
PLI_API enum pli_status pli_register_may_import(struct pli *pli, const struct pli_register_place *place,
    const struct pli_certs *certs, size_t i, const struct pli_key *key, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_test seals a random challenge to the certificate of that name, with the profile that bids use, opens it with
 * key, and writes down when and with what. Retired keys can be tested too (the newest of the name). Fails with
 * PLI_ERR_NO_RECIPIENT for another key, saying which it is if the register knows it.
 */
PLI_API enum pli_status pli_register_test(struct pli_register *reg, const struct pli_register_place *place,
    const struct pli_key *key, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_lend appends to certs the certificate that pli_register_test would seal to, and behind it those of the newest
 * 500 other keys: among them a private key that comes without a certificate finds its own (pli_key_new).
 */
PLI_API enum pli_status pli_register_lend(struct pli_register *reg, const struct pli_register_place *place,
    struct pli_certs *certs, struct pli_error *err) PLI_MUST_CHECK;

PLI_API enum pli_status pli_register_rename(struct pli_register *reg, const struct pli_register_place *place,
    const char *new_name, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_role gives the active key of place->name the role place->role. That of an authority does not become a backup
 * key (PLI_ERR_CERTIFICATE).
 */
PLI_API enum pli_status pli_register_role(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err) PLI_MUST_CHECK;

/*
 * pli_register_retire and pli_register_compromised end the use of the active key of that name. Retiring a pending one
 * discards it. A retired key can still be found compromised, and stays so: pli_register_compromised fails with PLI_ERR_USAGE,
 * listing them, when several keys that are not compromised have the name. A compromised key pair is so in every service that
 * has it, and is not imported again.
 */
PLI_API enum pli_status pli_register_retire(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err) PLI_MUST_CHECK;
PLI_API enum pli_status pli_register_compromised(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err) PLI_MUST_CHECK;

struct pli_register_choice {
	const char *service;
	const char *const *personal; /* names of personal keys */
	size_t personal_count;       /* 0: all active ones */
	bool no_backup;              /* an envelope that no backup key opens is allowed */
	int64_t now;                 /* 0: the clock */
};

/*
 * pli_register_certs appends to certs the certificates that a bid for a service is sealed to: the personal keys chosen and
 * every active backup key, always; each (may be NULL) is told of every one in the same order. Active keys that have
 * expired or are not valid yet are left out unless they were chosen by name, and left_out (may be NULL) is told of them.
 * Fails with PLI_ERR_CERTIFICATE without any backup key (one whose key pair is that of a personal key taken is none), without
 * any key, or for a chosen one that cannot be used; PLI_ERR_USAGE for a name that is none, or that of a backup key.
 */
PLI_API enum pli_status pli_register_certs(struct pli_register *reg, const struct pli_register_choice *choice,
    struct pli_certs *certs, pli_register_each_key *each, pli_register_each_key *left_out, void *arg,
    struct pli_error *err) PLI_MUST_CHECK;

/* What may lose a bid, found by pli_register_check. */
enum pli_finding {
	PLI_FINDING_EXPIRED,      /* the active key has expired */
	PLI_FINDING_EXPIRES,      /* it expires before the opening */
	PLI_FINDING_NEVER_TESTED, /* nothing was ever opened with it */
	PLI_FINDING_TEST_OLD,     /* not for test_days days */
	PLI_FINDING_NO_BACKUP,    /* a service without an active backup key that is valid */
	PLI_FINDING_SINGLE_KEY,   /* a service with only one active key */
	PLI_FINDING_WEAK, /* a key that bids may not be sealed to (kind, size, usage), or RSA of less than 3072 bits */
	PLI_FINDING_TWO_NAMES,     /* one key under two names */
	PLI_FINDING_PENDING,       /* a key whose generation was interrupted */
	PLI_FINDING_NOT_YET_VALID, /* the active key is not valid yet */
	PLI_FINDING_EXPIRES_SOON,  /* it expires within soon_days days, and no opening to come is named */
	PLI_FINDING_NO_KEY,        /* a register without any service, and so without any key */
	PLI_FINDING_SAME_RECIPIENT /* another certificate has its issuer and serial number: sealing to both is refused */
};

/* "expired", "expires-before-opening", "never-tested", "test-old", "no-backup", "single-key", "weak", "two-names",
 * "pending", "not-yet-valid", "expires-soon", "no-key", "same-recipient" */
PLI_API const char *pli_finding_id(enum pli_finding finding);

struct pli_register_finding {
	enum pli_finding finding;
	const char *service;                /* NULL where it is the register's */
	const struct pli_register_key *key; /* NULL where it is the service's, or the register's */
	const char *message;                /* a sentence */
};

struct pli_register_health {
	const char *service; /* NULL: all */
	int64_t opening;     /* seconds since 1970; 0: not known */
	int64_t now;         /* 0: the clock */
	unsigned test_days;  /* 0: 365 */
	unsigned soon_days;  /* 0: 90 */
};

/* pli_register_check calls found with everything that may lose a bid. Finding something is no error. */
PLI_API enum pli_status pli_register_check(struct pli_register *reg, const struct pli_register_health *health,
    enum pli_status (*found)(void *arg, const struct pli_register_finding *finding, struct pli_error *err), void *arg,
    struct pli_error *err) PLI_MUST_CHECK;

/* A line of the journal. */
struct pli_register_event {
	int64_t id; /* 1, 2, 3 ... without holes */
	int64_t time;
	const char *actor;
	const char *action;         /* "generate", "activate", "import", "test", "rename", "role", "retire", ... */
	const char *service, *name; /* of the key then; NULL where it is not about one */
	const char *fingerprint;    /* or NULL */
	const char *detail;         /* a sentence, or NULL */
};

/* pli_register_journal calls each with every line from the first on that is about the service (NULL: all). */
PLI_API enum pli_status pli_register_journal(struct pli_register *reg, const char *service,
    enum pli_status (*each)(void *arg, const struct pli_register_event *event, struct pli_error *err), void *arg,
    struct pli_error *err) PLI_MUST_CHECK;

/* pli_register_library is the version of SQLite, for diagnosis. The string is constant. */
PLI_API const char *pli_register_library(void);

#ifdef __cplusplus
}
#endif

#endif
