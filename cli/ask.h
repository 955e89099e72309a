#ifndef PLI_ASK_H
#define PLI_ASK_H

/*
 * ask.h - where passphrases come from: a source of --passin or --passout, or the terminal.
 *
 *      struct ask ask = { .source = source, .no_input = no_input };
 *      pli_key_new(..., ask_passphrase, &ask, err)
 *
 * Nothing is read before the library asks. The bytes go straight into the
 * library's buffer, which the library wipes.
 */

#include <stdbool.h>

#include "pli/keys.h"

/* Room for any passphrase. */
#define ASK_MAX 1024

struct ask {
	const char *source; /* of --passin or --passout; NULL: the terminal */
	bool no_input;      /* the terminal may not be used */
	bool authority;     /* the passphrase is that of --ca-key: hints name --ca-passin */
	const char *flaw;   /* set by ask_passphrase: what is odd about the line, for a hint; NULL: nothing */
};

/*
 * ask_passphrase is a pli_ask; arg is a struct ask. A source answers once, with
 * its first line; the terminal three times. Fails with PLI_ERR_PASSPHRASE,
 * PLI_ERR_IO (a source that cannot be read), PLI_ERR_CANCELLED; the terminal is
 * as it was then, too.
 */
pli_ask ask_passphrase;

/*
 * ask_new reads the passphrase of the new file name into buf, of ASK_MAX bytes at most: once from a source, twice from the
 * terminal. It is the caller's to wipe, also after a failure. Fails as ask_passphrase does.
 */
enum pli_status ask_new(struct ask *ask, const char *name, char *buf, size_t cap, size_t *len, struct pli_error *err);

#endif
