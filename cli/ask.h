#ifndef PLI_ASK_H
#define PLI_ASK_H

/*
 * ask.h - where passphrases come from: a source of --passin, or the terminal.
 *
 *      struct ask ask = { source, no_input, false };
 *      pli_key_new(..., ask_passphrase, &ask, err)
 *
 * Nothing is read before the library asks. The bytes go straight into the
 * library's buffer, which the library wipes.
 */

#include <stdbool.h>

#include "pli/keys.h"

struct ask {
	const char *source; /* of --passin; NULL: the terminal */
	bool no_input;      /* the terminal may not be used */
	bool ends_in_cr;    /* set by ask_passphrase: the line came from Windows */
};

/*
 * ask_passphrase is a pli_ask; arg is a struct ask. A source answers once, with
 * its first line; the terminal three times. Fails with PLI_ERR_PASSPHRASE,
 * PLI_ERR_IO (a source that cannot be read), PLI_ERR_CANCELLED; the terminal is
 * as it was then, too.
 */
pli_ask ask_passphrase;

#endif
