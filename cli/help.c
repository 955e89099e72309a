/*
 * help.c - lays out what the tables say, for 80 columns.
 */
#include "help.h"

#include <string.h>

#define WIDTH 79
#define INDENT 32

static const struct {
	int code;
	const char *meaning;
} exits[] = {
	{ 0, "all of it, complete and in place" },
	{ 1, "an error without a code of its own" },
	{ 2, "wrong command line" },
	{ 3, "of several, at least one succeeded and one failed" },
	{ 10, "not an envelope, truncated, trailing bytes" },
	{ 11, "the tag or the key does not match" },
	{ 12, "wrong or missing passphrase" },
	{ 13, "the key is none of the recipients" },
	{ 14, "a certificate or key that cannot be used" },
	{ 15, "the output exists, or is the input" },
	{ 16, "reading, writing, space; a file that changed meanwhile" },
	{ 17, "a limit; a name or a kind of file that is refused; --strict" },
	{ 18, "token absent or locked" },
	{ 19, "not accepted, or not there yet; content that is already an envelope" },
	{ 130, "interrupted (143: terminated, 129: hung up); nothing is left behind" },
};

/* Prints each line of text behind prefix. */
static void
print_lines(struct say *say, const char *prefix, const char *text)
{
	while (*text != '\0') {
		int len = (int)strcspn(text, "\n");

		say_report(say, "%s%.*s", len > 0 ? prefix : "", len, text);
		text += len + (text[len] == '\n');
	}
}

/* Prints head, and text beside it, wrapped between words. */
static void
print_wrapped(struct say *say, const char *head, const char *text)
{
	const size_t room = WIDTH - INDENT;

	if (strlen(head) >= INDENT) {
		say_report(say, "%s", head);
		head = "";
	}
	for (;;) {
		size_t len = strlen(text);

		if (len > room)
			for (len = room; len > 1 && text[len] != ' '; len--)
				continue;
		say_report(say, "%-*s%.*s", INDENT, head, (int)len, text);
		text += len;
		text += strspn(text, " ");
		if (*text == '\0')
			return;
		head = "";
	}
}

static void
print_option(struct say *say, const struct option *o)
{
	char head[64];
	char letter[8] = "    ";

	if (o->letter != 0)
		(void)snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	(void)snprintf(head, sizeof(head), "  %s--%s%s%s", letter, o->name, o->value != NULL ? " " : "",
	    o->value != NULL ? o->value : "");
	print_wrapped(say, head, o->help);
}

static void
print_commands(struct say *say, const struct command *const *commands)
{
	for (; *commands != NULL; commands++) {
		char head[64];

		(void)snprintf(head, sizeof(head), "  %-11s (%s)", (*commands)->name, (*commands)->alias);
		print_wrapped(say, head, (*commands)->summary);
	}
}

void
help_command(struct say *say, const struct command *group, const struct command *command)
{
	const char *of = group != NULL ? " " : "";
	size_t i;

	say_report(say, "pli %s%s%s (in French: pli %s%s%s): %s", group != NULL ? group->name : "", of, command->name,
	    group != NULL ? group->alias : "", of, command->alias, command->summary);
	say_report(say, "%s", "");
	print_lines(say, "  pli ", command->usage);
	say_report(say, "%s", "");
	print_lines(say, "", command->about);
	say_report(say, "%s", "");
	if (command->subs != NULL) {
		say_report(say, "Commands");
		print_commands(say, command->subs);
		say_report(say, "%s", "");
	}
	say_report(say, "Options");
	for (i = 0; i < options_count; i++)
		if ((options_table[i].commands & command->bit) != 0)
			print_option(say, &options_table[i]);
	say_report(say, "%s", "");
	say_report(say, "Examples");
	print_lines(say, "  ", command->examples);
	say_report(say, "%s", "");
	say_report(say, "Exit codes");
	for (i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
		say_report(say, "  %3d  %-15s %s", exits[i].code, pli_status_id((enum pli_status)exits[i].code),
		    exits[i].meaning);
}

void
help_all(struct say *say, const struct command *const *commands)
{
	say_report(say, "pli seals files into standard CMS envelopes for several recipients, and opens them.");
	say_report(say, "%s", "");
	say_report(say, "  pli COMMAND [OPTION]... [FILE]...");
	say_report(say, "%s", "");
	say_report(say, "Commands");
	print_commands(say, commands);
	say_report(say, "%s", "");
	say_report(say, "pli COMMAND --help says all about one of them. pli --version prints the versions.");
}
