#ifndef PLI_ROSTER_H
#define PLI_ROSTER_H

/*
 * roster.h - who is who: the keys of a register as recipients of envelopes.
 *
 *      roster_load, or roster_add ... -> roster_find, roster_name -> roster_clear
 *
 * All-zero knows nobody. Once filled it is constant, and any thread may look into it.
 */

#include "pli/open.h"
#include "pli/register.h"
#include "command.h"

struct roster_entry {
	char *issuer, *serial, *ski; /* as in struct pli_cert_info */
	char *service, *name;
	enum pli_role role;
	enum pli_key_status status;
};

struct roster {
	struct roster_entry *items;
	size_t count, cap;
};

/* roster_load takes every key, whatever its status, from the register of --register; without one it does nothing. */
enum pli_status roster_load(struct roster *roster, const struct run *run, struct pli_error *err) PLI_MUST_CHECK;

/* roster_add takes one key. It is a pli_register_each_key; arg is the roster. */
pli_register_each_key roster_add;

/*
 * roster_find returns the key that a recipient is, by issuer and serial, or by ski (what is not known is NULL); an active one
 * before others. NULL: it is nobody known.
 */
const struct roster_entry *roster_find(
    const struct roster *roster, const char *issuer, const char *serial, const char *ski);

/* roster_name is a pli_namer; arg is the roster. "SECOURS DSI (backup key of CEA, retired)" */
pli_namer roster_name;

void roster_clear(struct roster *roster);

#endif
