#ifndef PLI_ARGS_H
#define PLI_ARGS_H

/*
 * args.h - the words of the command line, read into one struct.
 *
 *      args_parse -> read the fields -> args_clear
 *
 * One parser for all commands: options stand anywhere, "--opt VALUE" or
 * "--opt=VALUE" or "-oVALUE", "--" ends them. The strings are argv's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pli/status.h"

struct list {
	const char **items;
	size_t count;
};

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct args {
	const char *command; /* NULL: none was named */
	const char *sub;     /* of the command's own commands, once args_shift was called; or NULL */
	struct list operands;
	struct list recipients, bundles; /* -r, -R */
	struct list keys, certs, passins;
	const char *output, *directory;
	const char *database, *service; /* --register, --service */
	struct list personal;
	const char *name, *cn, *p12, *cert_out, *passout, *actor;
	const char *ca_cert, *ca_key, *ca_passin;
	unsigned role, type, p12_profile;    /* 1 and the place of the word among those of the option; 0: not said */
	unsigned days, test_days, soon_days; /* 0: not said */
	const char *backend;                 /* NULL: not said */
	int64_t opening;                     /* seconds since 1970; 0: not said */
	uint64_t max_size, max_files;        /* 0: not said */
	int threads;                         /* as struct pli_seal_options has it */
	enum progress_when progress;
	bool raw, each, strict, allow_nested, allow_expiring, cbc;
	bool accept_short_tag, accept_unauthenticated, accept_legacy;
	bool require_committed, digests, unzip;
	bool no_backup, generate_passphrase, all, csv;
	bool force, no_sync, no_input;
	bool json, quiet, verbose, help, version;
	uint64_t given; /* bit i: options_table[i] was */
};

/*
 * args_parse reads argv. Fails with PLI_ERR_USAGE, naming the word and what was
 * expected, or with PLI_ERR_UNSUPPORTED for what is not there yet. It reads to
 * the end all the same: args is good then too, so that --json and --help hold.
 */
enum pli_status args_parse(struct args *args, int argc, char **argv, struct pli_error *err);

/* args_shift makes the first operand, which is there, the sub-command. */
void args_shift(struct args *args);

/* args_check refuses an option that the command, one of enum command_bit, does not take. */
enum pli_status args_check(const struct args *args, unsigned command, struct pli_error *err) PLI_MUST_CHECK;

/* args_no_operand refuses an operand where the command takes none; hint (NULL: none) is what would do instead. */
enum pli_status args_no_operand(const struct args *args, const char *hint, struct pli_error *err) PLI_MUST_CHECK;

/* args_one_passin gives the source of the passphrase of the one key, NULL without --passin. Refuses a second one. */
enum pli_status args_one_passin(const struct args *args, const char **source, struct pli_error *err) PLI_MUST_CHECK;

void args_clear(struct args *args);

#endif
