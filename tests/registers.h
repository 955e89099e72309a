#ifndef PLI_REGISTERS_H
#define PLI_REGISTERS_H

/* registers.h - what the tests of the register share. */

#include <string.h>

#include "pli/register.h"

#define REGISTER_PASSPHRASE "lusab-babad-gutih"

static inline struct pli_pair_file
register_file(const char *path)
{
	return (struct pli_pair_file){ .path = path,
		.profile = PLI_PAIR_MODERN,
		.passphrase = REGISTER_PASSPHRASE,
		.passphrase_len = strlen(REGISTER_PASSPHRASE),
		.no_sync = true };
}

#endif
