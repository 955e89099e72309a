#ifndef PLI_COMMAND_H
#define PLI_COMMAND_H

/*
 * command.h - what a command is: its words for --help, and the function that
 * carries it out.
 */

#include <stdbool.h>

#include "pli/pli.h"
#include "args.h"
#include "options.h"
#include "say.h"

/* What a command works with. */
struct run {
	enum command_bit command;
	const struct args *args;
	struct say *say;
	struct pli *pli; /* NULL for a command that makes its own */
};

struct command {
	const char *name, *alias; /* English, French */
	enum command_bit bit;
	bool makes_context;                /* run gets no pli */
	const struct command *const *subs; /* the command's own commands, up to a NULL: one of them is run instead */
	const char *summary;
	const char *usage;    /* each line one form, without "pli " */
	const char *about;    /* paragraphs, lines of at most 78 characters */
	const char *examples; /* lines */
	/*
	 * Carries the command out. A status other than PLI_OK comes with err filled, which
	 * the caller prints as the last line, or with err empty when all has been said.
	 */
	enum pli_status (*run)(const struct run *run, struct pli_error *err);
};

/* command_context makes the context that --backend, or PLI_BACKEND in the environment, asks for. */
enum pli_status command_context(struct pli **out, const struct args *args, struct pli_error *err);

extern const struct command cmd_seal;
extern const struct command cmd_open;
extern const struct command cmd_verify;
extern const struct command cmd_list;
extern const struct command cmd_inspect;
extern const struct command cmd_doctor;
extern const struct command cmd_keys;

/* Of pli keys. */
extern const struct command keys_generate;
extern const struct command keys_renew;
extern const struct command keys_import;
extern const struct command keys_list;
extern const struct command keys_show;
extern const struct command keys_rename;
extern const struct command keys_role;
extern const struct command keys_retire;
extern const struct command keys_compromised;
extern const struct command keys_export;
extern const struct command keys_test;
extern const struct command keys_check;
extern const struct command keys_journal;
extern const struct command keys_convert;

#endif
