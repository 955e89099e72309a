#ifndef PLI_REGISTRY_H
#define PLI_REGISTRY_H

/*
 * registry.h - the register that the command line names, and keys in it.
 */

#include "pli/register.h"
#include "command.h"

/* registry_open opens the register of --register, for whom --actor says. Fails with PLI_ERR_USAGE without one. */
enum pli_status registry_open(struct pli_register **reg, const struct run *run, enum pli_register_mode mode,
    struct pli_error *err) PLI_MUST_CHECK;

/*
 * registry_place is the key named by the first operand (by its serial number or fingerprint, too), of --service. Fails with
 * PLI_ERR_USAGE unless there are count operands.
 */
enum pli_status registry_place(
    struct pli_register_place *place, const struct run *run, size_t count, struct pli_error *err) PLI_MUST_CHECK;

/* registry_role is the role that --role says: personal without it. */
enum pli_role registry_role(const struct args *args);

/* registry_known fails with PLI_ERR_USAGE, listing those that there are, when no key, whatever its status, has place's name. */
enum pli_status registry_known(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err) PLI_MUST_CHECK;

/* What a command is about to make besides a key: a mistyped name makes a register or a service that nobody wanted. */
struct novelty {
	bool made;           /* the register, as the caller knows */
	const char *service; /* that is not there yet, or NULL */
	char others[256];    /* "its services are: ..." */
};

/* registry_novelty fills all but made, before the service is made. */
enum pli_status registry_novelty(
    struct novelty *new, struct pli_register *reg, const char *service, struct pli_error *err) PLI_MUST_CHECK;

/* registry_tell_new says what was made. */
void registry_tell_new(const struct run *run, const struct novelty *new);

/* What a command did, for the report of the key. */
struct deed {
	const char *done;           /* the word for it: "retired" */
	const char *p12, *cert_out; /* the files that were made, or NULL */
};

/* registry_report reports the newest key of place's name, and says the summary. */
enum pli_status registry_report(const struct run *run, struct pli_register *reg, const struct pli_register_place *place,
    const struct deed *deed, struct pli_error *err) PLI_MUST_CHECK;

/* The key that a name, a serial number or a fingerprint means, copied. */
struct meant {
	int64_t id; /* 0: none */
	enum pli_key_status status;
	char *service, *name;
};

/*
 * registry_meant looks for it before a change: an active one, else the newest of the status second, else the newest. That there is
 * none, or that several are meant, is no error: the change says so. All-zero before, cleared by registry_clear_meant.
 */
enum pli_status registry_meant(struct meant *meant, struct pli_register *reg, const struct pli_register_place *place,
    enum pli_key_status second, struct pli_error *err) PLI_MUST_CHECK;

/* registry_report_meant reports that very key, which is called name now, and says the summary. */
enum pli_status registry_report_meant(const struct run *run, struct pli_register *reg, const struct meant *meant,
    const char *name, const struct deed *deed, struct pli_error *err) PLI_MUST_CHECK;

void registry_clear_meant(struct meant *meant);

/* A change of the key at place, such as pli_register_retire. */
typedef enum pli_status registry_changer(
    struct pli_register *reg, const struct pli_register_place *place, struct pli_error *err);

/*
 * registry_change opens the register, makes the change, and reports the key as it is then; done is the word for it, second the
 * status of the keys that change takes besides active ones.
 */
enum pli_status registry_change(const struct run *run, const struct pli_register_place *place,
    enum pli_key_status second, const char *done, registry_changer *change, struct pli_error *err) PLI_MUST_CHECK;

#endif
