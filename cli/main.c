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

static enum pli_status help(const struct run *run, struct pli_error *err);

static const struct command cmd_help = {
	.name = "help",
	.alias = "aide",
	.bit = COMMAND_HELP,
	.makes_context = true,
	.summary = "explain pli, or one command",
	.usage = "help [COMMAND [COMMAND]]\n",
	.about = "The same as pli COMMAND --help.\n",
	.examples = "pli help seal\n"
		    "pli help keys generate\n",
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

/* Finds the command of that name or alias in list; otherwise fails and guesses which was meant. */
static const struct command *
find_command(const struct command *const *list, const struct command *group, const char *name, struct pli_error *err)
{
	const char *of = group != NULL ? group->name : "", *space = group != NULL ? " " : "";
	struct nearest n = { name, NULL, 0 };
	char hint[64];

	(void)snprintf(hint, sizeof(hint), "pli %s%s--help lists the commands", of, space);
	for (; *list != NULL; list++) {
		if (strcmp(name, (*list)->name) == 0 || strcmp(name, (*list)->alias) == 0)
			return *list;
		nearest_try(&n, (*list)->name);
		nearest_try(&n, (*list)->alias);
	}
	if (n.word != NULL)
		(void)snprintf(hint, sizeof(hint), "did you mean %s?", n.word);
	(void)refuse(err, PLI_ERR_USAGE, hint, "there is no command %s%s%s", of, space, name);
	return NULL;
}

static enum pli_status
help(const struct run *run, struct pli_error *err)
{
	const struct list *words = &run->args->operands;
	const struct command *command, *group = NULL;

	if (words->count == 0) {
		help_all(run->say, commands);
		return PLI_OK;
	}
	command = find_command(commands, NULL, words->items[0], err);
	if (command != NULL && command->subs != NULL && words->count > 1) {
		group = command;
		command = find_command(group->subs, group, words->items[1], err);
	}
	if (command == NULL)
		return err->status;
	help_command(run->say, group, command);
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
	if (say->json) {
		say_json(say, json_pack("{s:s, s:o, s:o}", "type", "version", "version", say_string(build.version),
				  "libcrypto", say_string(build.libcrypto)));
		say_summary(say, 1, 0);
	} else {
		say_report(say, "pli %s (%s)", build.version, build.libcrypto);
	}
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
dispatch(struct args *args, struct say *say, const struct pli_error *parsed, struct pli_error *err)
{
	const struct command *command = NULL, *group = NULL;

	if (args->command != NULL)
		command = find_command(commands, NULL, args->command, err);
	if (command != NULL && command->subs != NULL && args->operands.count > 0) {
		args_shift(args);
		group = command;
		command = find_command(group->subs, group, args->sub, err);
	}
	if (err->status != PLI_OK)
		return err->status;
	if (args->help && command != NULL)
		help_command(say, group, command);
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
	if (command->subs != NULL)
		return refuse(err, PLI_ERR_USAGE, "pli keys --help lists the commands",
		    "name what to do: pli %s COMMAND ...", command->name);
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
	(void)pli_wipe_freed();
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
