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
	COMMAND_ALL = 255
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

/* options_is_pending says whether the option is documented, but not there yet. */
bool options_is_pending(const struct option *option);

#endif
