#ifndef PLI_FRESH_H
#define PLI_FRESH_H

/*
 * fresh.h - a key file that is about to be made, and its passphrase.
 *
 *      fresh_ask -> fresh_file -> fresh_wipe
 */

#include "pli/pair.h"
#include "ask.h"
#include "command.h"

struct fresh {
	char text[ASK_MAX];
	size_t len;
};

/* fresh_path says what would keep a new file from being made at path, as far as that can be seen. */
enum pli_status fresh_path(const char *path, struct pli_error *err) PLI_MUST_CHECK;

/* fresh_check refuses words about the new passphrase that do not go together, and "-" for the new file at path or its certificate. */
enum pli_status fresh_check(const struct args *args, const char *path, struct pli_error *err) PLI_MUST_CHECK;

/*
 * fresh_ask gets the passphrase for the new file at path: from --passout, twice from the terminal, or a random one, as
 * --generate-passphrase says. That one is on standard output when the call returns, before anything exists that only it
 * opens: alone on a line, or in the object {"type":"passphrase","passphrase":...}. Fails with PLI_ERR_EXISTS when path,
 * or that of --cert-out, is taken, PLI_ERR_PASSPHRASE, PLI_ERR_IO (also when standard output does not take it), PLI_ERR_CANCELLED.
 */
enum pli_status fresh_ask(
    struct fresh *fresh, const struct run *run, const char *path, struct pli_error *err) PLI_MUST_CHECK;

/* fresh_file is how the file at path is to be made: as the words say, with the passphrase, which is borrowed. */
struct pli_pair_file fresh_file(const struct fresh *fresh, const struct args *args, const char *path, const char *name);

/* fresh_wipe: all-zero is fine. */
void fresh_wipe(struct fresh *fresh);

#endif
