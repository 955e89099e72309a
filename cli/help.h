#ifndef PLI_HELP_H
#define PLI_HELP_H

/*
 * help.h - the texts of --help, made from the tables of commands and options.
 */

#include "command.h"

/* help_all prints what pli is and its commands, a list that ends with NULL. */
void help_all(struct say *say, const struct command *const *commands);

/* help_command prints everything about one command, of group if that is not NULL. */
void help_command(struct say *say, const struct command *group, const struct command *command);

#endif
