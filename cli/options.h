#ifndef PLI_OPTIONS_H
#define PLI_OPTIONS_H

/*
 * options.h - the table of all options: how each is written, which commands
 * take it, what it does to struct args, and what --help says of it.
 */

#include "args.h"

/* The commands as bits, for sets of them. */
enum command_bit {
	COMMAND_SEAL = 1,
	COMMAND_OPEN = 2,
	COMMAND_VERIFY = 4,
	COMMAND_LIST = 8,
	COMMAND_INSPECT = 16,
	COMMAND_KEYS = 32,
	COMMAND_DOCTOR = 64,
	COMMAND_HELP = 128,
	KEYS_GENERATE = 1 << 8,
	KEYS_RENEW = 1 << 9,
	KEYS_IMPORT = 1 << 10,
	KEYS_LIST = 1 << 11,
	KEYS_SHOW = 1 << 12,
	KEYS_RENAME = 1 << 13,
	KEYS_ROLE = 1 << 14,
	KEYS_RETIRE = 1 << 15,
	KEYS_COMPROMISED = 1 << 16,
	KEYS_EXPORT = 1 << 17,
	KEYS_TEST = 1 << 18,
	KEYS_CHECK = 1 << 19,
	KEYS_JOURNAL = 1 << 20,
	KEYS_CONVERT = 1 << 21,
	COMMAND_ALL = (1 << 22) - 1
};

struct option {
	const char *name;  /* without the dashes */
	char letter;       /* 0: none */
	const char *value; /* what it is called in texts; NULL: the option is a flag */
	unsigned commands;
	const char *help;
	/* Puts value (NULL for a flag) into args, or fails. */
	enum pli_status (*take)(
	    const struct option *option, struct args *args, const char *value, struct pli_error *err);
	size_t field; /* offset in struct args of what take writes, if it needs one */
};

extern const struct option options_table[];
extern const size_t options_count; /* at most 64: the bits of args.given */

#endif
