/*
 * main.c - from the words to the command, from the status to the exit code.
 *
 *      three open descriptors -> args_parse -> the command's run -> say_close
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "help.h"
#include "nearest.h"
#include "refuse.h"
#include "signals.h"

static enum pli_status
not_yet(const struct run *run, struct pli_error *err)
{
	return refuse(err, PLI_ERR_UNSUPPORTED, NULL, "pli %s is not there yet", run->args->command);
}

static const struct command cmd_keys = {
	.name = "keys",
	.alias = "cles",
	.bit = COMMAND_KEYS,
	.makes_context = true,
	.summary = "make and keep the key pairs of services (not there yet)",
	.usage = "keys generate|renew|import|list|show|rename|role|retire|compromised\n"
		 "keys export|test|check|journal|convert\n",
	.about = "Will make and keep key pairs.\n",
	.examples = "pli keys list\n",
	.run = not_yet,
};

static enum pli_status help(const struct run *run, struct pli_error *err);

static const struct command cmd_help = {
	.name = "help",
	.alias = "aide",
	.bit = COMMAND_HELP,
	.makes_context = true,
	.summary = "explain pli, or one command",
	.usage = "help [COMMAND]\n",
	.about = "The same as pli COMMAND --help.\n",
	.examples = "pli help seal\n",
	.run = help,
};

static const struct command *const commands[] = {
	&cmd_seal,
	&cmd_open,
	&cmd_verify,
	&cmd_list,
	&cmd_inspect,
	&cmd_keys,
	&cmd_doctor,
	&cmd_help,
	NULL,
};

/* Finds the command of that name or alias; otherwise fails and guesses which was meant. */
static const struct command *
find_command(const char *name, struct pli_error *err)
{
	struct nearest n = { name, NULL, 0 };
	char hint[64] = "pli --help lists the commands";
	size_t i;

	for (i = 0; commands[i] != NULL; i++) {
		if (strcmp(name, commands[i]->name) == 0 || strcmp(name, commands[i]->alias) == 0)
			return commands[i];
		nearest_try(&n, commands[i]->name);
		nearest_try(&n, commands[i]->alias);
	}
	if (n.word != NULL)
		(void)snprintf(hint, sizeof(hint), "did you mean %s?", n.word);
	(void)refuse(err, PLI_ERR_USAGE, hint, "there is no command %s", name);
	return NULL;
}

static enum pli_status
help(const struct run *run, struct pli_error *err)
{
	const struct command *command;

	if (run->args->operands.count == 0) {
		help_all(run->say, commands);
		return PLI_OK;
	}
	command = find_command(run->args->operands.items[0], err);
	if (command == NULL)
		return err->status;
	help_command(run->say, command);
	return PLI_OK;
}

static enum pli_status
print_version(struct say *say, struct pli_error *err)
{
	struct pli_build build;
	struct pli *pli = NULL;
	enum pli_status status = pli_new(&pli, err);

	if (status != PLI_OK)
		return status;
	pli_describe(pli, &build);
	say_report(say, "pli %s (%s)", build.version, build.libcrypto);
	pli_free(pli);
	return PLI_OK;
}

enum pli_status
command_context(struct pli **out, const struct args *args, struct pli_error *err)
{
	const char *backend = args->backend != NULL ? args->backend : getenv("PLI_BACKEND");

	return pli_new_with(out, backend != NULL && backend[0] != '\0' ? backend : NULL, err);
}

static enum pli_status
run_command(const struct command *command, const struct args *args, struct say *say, struct pli_error *err)
{
	struct run run = { command->bit, args, say, NULL };
	enum pli_status status = PLI_OK;

	if (!command->makes_context)
		status = command_context(&run.pli, args, err);
	if (status == PLI_OK)
		status = command->run(&run, err);
	pli_free(run.pli);
	return status;
}

/* What the words ask for. parsed is what args_parse found wrong with them. */
static enum pli_status
dispatch(const struct args *args, struct say *say, const struct pli_error *parsed, struct pli_error *err)
{
	const struct command *command = NULL;

	if (args->command != NULL)
		command = find_command(args->command, err);
	if (err->status != PLI_OK)
		return err->status;
	if (args->help && command != NULL)
		help_command(say, command);
	else if (args->help)
		help_all(say, commands);
	if (args->help)
		return PLI_OK;
	*err = *parsed;
	if (err->status != PLI_OK)
		return err->status;
	if (args->version)
		return print_version(say, err);
	if (command == NULL)
		return refuse(err, PLI_ERR_USAGE, "pli --help lists the commands", "name a command: pli COMMAND ...");
	if (args_check(args, command->bit, err) != PLI_OK)
		return err->status;
	return run_command(command, args, say, err);
}

/*
 * A file that pli opens must not become descriptor 0, 1 or 2. A closed one is
 * opened in the direction that nobody uses, so that using it still fails.
 */
static void
open_standard_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			_exit(PLI_ERR_IO);
}

static int
exit_code(enum pli_status status)
{
	if (status == PLI_ERR_CANCELLED)
		return 128 + (signals_caught() != 0 ? signals_caught() : SIGINT);
	return (int)status;
}

int
main(int argc, char **argv)
{
	struct pli_error parsed = { 0 }, err = { 0 };
	struct args args;
	struct say say;
	int code;

	open_standard_descriptors();
	(void)setlocale(LC_CTYPE, "");
	signals_arm();
	(void)args_parse(&args, argc, argv, &parsed);
	say_init(&say, &args);
	code = exit_code(dispatch(&args, &say, &parsed, &err));
	if (err.status != PLI_OK)
		say_error(&say, code, &err);
	args_clear(&args);
	return say_close(&say, code);
}
