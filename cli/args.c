/*
 * args.c - walks argv once.
 *
 * Every word is an operand, "--", a long option or a cluster of letters. What
 * an option means is in options_table; here is only how one is written. The
 * first operand is the command, so options may stand before it as well. Errors
 * do not stop the walk: the first one sticks in err.
 */
#include "args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "options.h"
#include "refuse.h"

/* The words, and the one that is being read. */
struct walk {
	struct args *args;
	int argc, at;
	char **argv;
	struct pli_error *err;
};

static void
apply(struct walk *w, const struct option *option, const char *value)
{
	w->args->given |= UINT64_C(1) << (option - options_table);
	if (value != NULL && *value == '\0')
		(void)refuse(
		    w->err, PLI_ERR_USAGE, NULL, "--%s expects %s, not an empty text", option->name, option->value);
	else
		(void)option->take(option, w->args, value, w->err);
}

/* Takes the value from the next word. One that looks like an option is more likely a forgotten value. */
static void
apply_next(struct walk *w, const struct option *option)
{
	const char *next = w->at + 1 < w->argc ? w->argv[w->at + 1] : NULL;

	if (next == NULL) {
		(void)refuse(w->err, PLI_ERR_USAGE, NULL, "--%s expects %s, and nothing follows it", option->name,
		    option->value);
	} else if (next[0] == '-' && next[1] != '\0') {
		(void)refuse(w->err, PLI_ERR_USAGE, "a value that begins with - is written --opt=VALUE",
		    "--%s expects %s, and the option %.40s follows it", option->name, option->value, next);
	} else {
		w->at++;
		apply(w, option, next);
	}
}

static const struct option *
find_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < options_count; i++)
		if (strlen(options_table[i].name) == len && memcmp(options_table[i].name, name, len) == 0)
			return &options_table[i];
	return NULL;
}

static const struct option *
find_letter(char letter)
{
	size_t i;

	for (i = 0; i < options_count; i++)
		if (options_table[i].letter == letter)
			return &options_table[i];
	return NULL;
}

static void
unknown_option(struct walk *w, const char *name, size_t len)
{
	char given[40] = "", hint[80] = "pli COMMAND --help lists the options";
	struct nearest n = { given, NULL, 0 };
	size_t i;

	memcpy(given, name, len < sizeof(given) ? len : sizeof(given) - 1);
	for (i = 0; i < options_count; i++)
		nearest_try(&n, options_table[i].name);
	if (n.word != NULL)
		(void)snprintf(hint, sizeof(hint), "did you mean --%s?", n.word);
	(void)refuse(w->err, PLI_ERR_USAGE, hint, "there is no option --%s", given);
}

/* "--name", "--name VALUE", "--name=VALUE". */
static void
long_option(struct walk *w, const char *name)
{
	const char *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct option *option = find_name(name, len);

	if (option == NULL)
		unknown_option(w, name, len);
	else if (equals == NULL && option->value != NULL)
		apply_next(w, option);
	else if (equals == NULL)
		apply(w, option, NULL);
	else if (option->value != NULL)
		apply(w, option, equals + 1);
	else
		(void)refuse(w->err, PLI_ERR_USAGE, NULL, "--%s takes no value", option->name);
}

/* "-q", "-qv", "-j 4", "-j4". */
static void
letters(struct walk *w, const char *s)
{
	for (; *s != '\0'; s++) {
		const struct option *option = find_letter(*s);

		if (option == NULL) {
			(void)refuse(w->err, PLI_ERR_USAGE, "pli COMMAND --help lists the options",
			    "there is no option -%c", *s);
			return;
		}
		if (option->value == NULL) {
			apply(w, option, NULL);
		} else if (s[1] != '\0') {
			apply(w, option, s + 1);
			return;
		} else {
			apply_next(w, option);
			return;
		}
	}
}

static void
operand(struct walk *w, const char *word)
{
	if (w->args->command == NULL)
		w->args->command = word;
	else
		w->args->operands.items[w->args->operands.count++] = word;
}

enum pli_status
args_parse(struct args *args, int argc, char **argv, struct pli_error *err)
{
	struct walk w = { args, argc, 1, argv, err };
	bool operands_only = false;

	memset(args, 0, sizeof(*args));
	args->threads = -1;
	args->operands.items = calloc((size_t)argc + 1, sizeof(*args->operands.items));
	if (args->operands.items == NULL)
		return refuse_memory(err);
	for (; w.at < argc; w.at++) {
		const char *word = argv[w.at];

		if (operands_only || word[0] != '-' || word[1] == '\0')
			operand(&w, word);
		else if (strcmp(word, "--") == 0)
			operands_only = true;
		else if (word[1] == '-')
			long_option(&w, word + 2);
		else
			letters(&w, word + 1);
	}
	return err->status;
}

void
args_shift(struct args *args)
{
	struct list *operands = &args->operands;

	args->sub = operands->items[0];
	operands->count--;
	memmove(operands->items, operands->items + 1, operands->count * sizeof(*operands->items));
}

enum pli_status
args_check(const struct args *args, unsigned command, struct pli_error *err)
{
	size_t i;

	for (i = 0; i < options_count; i++)
		if ((args->given >> i & 1) != 0 && (options_table[i].commands & command) == 0)
			return refuse(err, PLI_ERR_USAGE, "--help lists the options of a command",
			    "pli %s%s%s does not take --%s", args->command, args->sub != NULL ? " " : "",
			    args->sub != NULL ? args->sub : "", options_table[i].name);
	return PLI_OK;
}

enum pli_status
args_no_operand(const struct args *args, const char *hint, struct pli_error *err)
{
	if (args->operands.count == 0)
		return PLI_OK;
	return refuse(err, PLI_ERR_USAGE, hint, "pli %s%s%s takes no operand, such as %s", args->command,
	    args->sub != NULL ? " " : "", args->sub != NULL ? args->sub : "", args->operands.items[0]);
}

enum pli_status
args_one_passin(const struct args *args, const char **source, struct pli_error *err)
{
	*source = args->passins.count > 0 ? args->passins.items[0] : NULL;
	if (args->passins.count > 1)
		return refuse(err, PLI_ERR_USAGE, NULL, "one key has one passphrase: --passin is given %zu times",
		    args->passins.count);
	return PLI_OK;
}

void
args_clear(struct args *args)
{
	free(args->operands.items);
	free(args->recipients.items);
	free(args->bundles.items);
	free(args->keys.items);
	free(args->certs.items);
	free(args->passins.items);
	free(args->personal.items);
	memset(args, 0, sizeof(*args));
}
