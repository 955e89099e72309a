#ifndef PLI_SAY_H
#define PLI_SAY_H

/*
 * say.h - everything that pli prints, except the progress line and the prompt.
 *
 *      say_init -> say_report, say_news, say_json ... -> say_error or say_summary -> say_close
 *
 * RULES
 *   - stdout: the requested report, or JSON, or the data of -o -; stderr: the rest.
 *     With -o -, JSON goes to stderr. Where the news are the report, they go to stdout.
 *   - With --json everything is said in JSON, and only there.
 *   - Every line goes through text_print: foreign text needs no care from callers.
 *   - Printing does not fail; say_close tells whether stdout, and the stream of JSON, took it all.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "args.h"

struct say {
	bool json, quiet, verbose;
	FILE *records;    /* where JSON goes */
	FILE *news;       /* where say_news and say_detail go: stderr, unless the command says otherwise */
	int lost_errno;   /* of the first write that failed, to stdout or of JSON; 0: none did */
	json_t *warnings; /* with --json: those that no record has taken yet; NULL: none */
};

void say_init(struct say *say, const struct args *args);

/* say_report prints one line of a report that was asked for, on stdout. */
void say_report(struct say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* say_news prints one line about what was done; nothing with -q. */
void say_news(struct say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* say_detail is say_news with -v only. */
void say_detail(struct say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* say_warning prints one line on stderr. With --json it is kept for the next record that takes them, or the last line. */
void say_warning(struct say *say, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* say_warnings gives the warnings that were kept, as an array, to the record that they are about. */
json_t *say_warnings(struct say *say);

/* say_incomplete: memory was short for what stdout should have got. It counts as a failed write. */
void say_incomplete(struct say *say);

/* say_json takes record and prints it on one line; NULL (no memory for it) counts as a failed write. */
void say_json(struct say *say, json_t *record);

/* say_record takes both, and prints begin with the members of rest after its own. */
void say_record(struct say *say, json_t *begin, json_t *rest);

/* say_string makes a JSON string of foreign text; NULL gives null. */
json_t *say_string(const char *s);

/* say_name adds key with the path, and hex_key with its bytes in hex where it is not UTF-8. */
void say_name(json_t *record, const char *key, const char *hex_key, const char *path);

/* say_failed says that one of several files failed. */
void say_failed(struct say *say, const char *file, const struct pli_error *err);

/* say_summary ends a run in which nothing failed as a whole. */
void say_summary(struct say *say, size_t ok, size_t failed);

/* say_error ends a run that failed. code is the exit code. */
void say_error(struct say *say, int code, const struct pli_error *err);

/* say_close flushes and closes stdout. Returns code, or PLI_ERR_IO if code is 0 and stdout did not take it all, unless its reader, a person, wanted no more. */
int say_close(struct say *say, int code);

#endif
