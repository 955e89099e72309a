#ifndef PLI_ENDS_H
#define PLI_ENDS_H

/*
 * ends.h - the two ends of a job, from the words that name them.
 */

#include "pli/stream.h"
#include "args.h"

/* ends_is_stdin says whether word, an operand, means standard input. */
bool ends_is_stdin(const char *word);

/* ends_input is the file, or standard input for "-". */
struct pli_input ends_input(const char *word);

/* ends_output is the file at path, as --force and --no-sync say, or standard output for "-". */
struct pli_output ends_output(const struct args *args, const char *path);

/*
 * ends_check_output refuses an output path that would show binary on a terminal (PLI_ERR_USAGE), or replace one of the key,
 * certificate, passphrase or register files of the same command line, or have the name of one that SQLite keeps beside the register
 * (PLI_ERR_EXISTS). That it does not replace the input is the engine's own rule.
 */
enum pli_status ends_check_output(const struct args *args, const char *path, struct pli_error *err) PLI_MUST_CHECK;

/* ends_same_place says whether both paths, where nothing need be yet, are one file: a name in a folder. */
bool ends_same_place(const char *a, const char *b);

/* ends_check_beside refuses (PLI_ERR_EXISTS) the names of those that SQLite keeps beside the register alone, made or not. */
enum pli_status ends_check_beside(const struct args *args, const char *path, struct pli_error *err) PLI_MUST_CHECK;

/*
 * ends_check_target refuses (PLI_ERR_EXISTS), where --force would replace a file in the folder of -C, each file that the same
 * command line names, the envelopes included: opening one must not destroy the next. And, always, what is beside the register.
 */
enum pli_status ends_check_target(const struct args *args, const char *path, struct pli_error *err) PLI_MUST_CHECK;

/*
 * ends_check_outside refuses (PLI_ERR_EXISTS) to make path, which need not be there, nor its folder, inside of one of operands that is
 * a folder: the envelope would be, or not, a part of what is sealed.
 */
enum pli_status ends_check_outside(const struct list *operands, const char *path, struct pli_error *err) PLI_MUST_CHECK;

#endif
