/*
 * say.c - the two forms of everything, text and JSON, and the two streams.
 *
 * A text line is formatted first and escaped as a whole, so that no caller can
 * forget a name that came from outside. JSON is written in ASCII: a terminal
 * that shows it obeys nothing in it.
 */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/*
 * Memory was short for a part of a record. jansson's calls are many, and each would have to be asked: its allocator is asked
 * instead, and a record that lacks something is not printed.
 */
static bool record_lacks;

static void *
allocate(size_t size)
{
	void *p = malloc(size);

	record_lacks |= p == NULL;
	return p;
}

void
say_init(struct say *say, const struct args *args)
{
	bool data_on_stdout = args->output != NULL && strcmp(args->output, "-") == 0;

	memset(say, 0, sizeof(*say));
	say->json = args->json;
	say->quiet = args->quiet;
	say->verbose = args->verbose;
	say->records = data_on_stdout ? stderr : stdout;
	say->news = stderr;
	json_set_alloc_funcs(allocate, free);
}

/* Remembers why what was asked for was not taken: stdout's, or JSON. Of the rest stderr has nobody left to tell. */
static void
flush(struct say *say, FILE *stream)
{
	bool asked = stream == stdout || (say->json && stream == say->records);

	if ((fflush(stream) != 0 || ferror(stream)) && asked && say->lost_errno == 0)
		say->lost_errno = errno != 0 ? errno : EIO;
}

/* Returns false where memory was short and the line says only that. */
static bool __attribute__((format(printf, 3, 0)))
print_line(FILE *stream, const char *prefix, const char *format, va_list ap)
{
	char *line = NULL;

	if (vasprintf(&line, format, ap) < 0)
		line = NULL;
	(void)fputs(prefix, stream);
	text_print(stream, line != NULL ? line : "out of memory");
	(void)fputc('\n', stream);
	free(line);
	return line != NULL;
}

void
say_incomplete(struct say *say)
{
	if (say->lost_errno == 0)
		say->lost_errno = ENOMEM;
}

/* A line that is not printed counts where it is of stdout. */
static void __attribute__((format(printf, 4, 0)))
print_and_flush(struct say *say, FILE *stream, const char *prefix, const char *format, va_list ap)
{
	errno = 0;
	if (!print_line(stream, prefix, format, ap) && stream == stdout)
		say_incomplete(say);
	flush(say, stream);
}

void
say_report(struct say *say, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	print_and_flush(say, stdout, "", format, ap);
	va_end(ap);
}

void
say_news(struct say *say, const char *format, ...)
{
	va_list ap;

	if (say->json || say->quiet)
		return;
	va_start(ap, format);
	print_and_flush(say, say->news, "", format, ap);
	va_end(ap);
}

void
say_detail(struct say *say, const char *format, ...)
{
	va_list ap;

	if (say->json || say->quiet || !say->verbose)
		return;
	va_start(ap, format);
	print_and_flush(say, say->news, "  ", format, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 0))) keep_warning(struct say *say, const char *format, va_list ap)
{
	char *line = NULL;

	if (vasprintf(&line, format, ap) < 0)
		line = NULL;
	if (say->warnings == NULL)
		say->warnings = json_array();
	record_lacks |= line == NULL;
	(void)json_array_append_new(say->warnings, say_string(line));
	free(line);
}

void
say_warning(struct say *say, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (say->json)
		keep_warning(say, format, ap);
	else
		(void)print_line(stderr, "pli: warning: ", format, ap);
	va_end(ap);
}

json_t *
say_warnings(struct say *say)
{
	json_t *warnings = say->warnings != NULL ? say->warnings : json_array();

	say->warnings = NULL;
	return warnings;
}

void
say_json(struct say *say, json_t *record)
{
	char *line = NULL;

	if (record != NULL && !record_lacks)
		line = json_dumps(record, JSON_COMPACT | JSON_ENSURE_ASCII);
	errno = 0;
	if (line != NULL && !record_lacks) /* jansson does not see that it lost a key */
		(void)fprintf(say->records, "%s\n", line);
	else
		say_incomplete(say);
	flush(say, say->records);
	free(line);
	json_decref(record);
	record_lacks = false;
}

void
say_record(struct say *say, json_t *begin, json_t *rest)
{
	if (json_object_update_new(begin, rest) != 0) {
		json_decref(begin);
		begin = NULL;
	}
	say_json(say, begin);
}

json_t *
say_string(const char *s)
{
	char *clean;
	json_t *string;

	if (s == NULL)
		return json_null();
	clean = text_clean(s);
	record_lacks |= clean == NULL;
	string = clean != NULL ? json_string(clean) : NULL;
	free(clean);
	return string;
}

void
say_name(json_t *record, const char *key, const char *hex_key, const char *path)
{
	char *hex;

	(void)json_object_set_new(record, key, say_string(path));
	if (path == NULL || text_is_utf8(path))
		return;
	hex = text_hex(path);
	record_lacks |= hex == NULL;
	(void)json_object_set_new(record, hex_key, say_string(hex));
	free(hex);
}

static void
add_error(json_t *record, int code, const struct pli_error *err)
{
	(void)json_object_set_new(record, "code", json_integer(code));
	(void)json_object_set_new(record, "id", json_string(pli_status_id(err->status)));
	(void)json_object_set_new(record, "message", say_string(err->message));
	(void)json_object_set_new(record, "hint", say_string(err->hint));
}

/* file names what failed where several could have, unless the message does; NULL: none. */
static void
print_error(const char *file, const struct pli_error *err)
{
	(void)fputs("pli: ", stderr);
	if (file != NULL && strstr(err->message, file) == NULL) {
		text_print(stderr, file);
		(void)fputs(": ", stderr);
	}
	text_print(stderr, err->message);
	if (err->hint[0] != '\0') {
		(void)fputs("\npli: hint: ", stderr);
		text_print(stderr, err->hint);
	}
	(void)fputc('\n', stderr);
}

void
say_failed(struct say *say, const char *file, const struct pli_error *err)
{
	json_t *record;

	if (!say->json) {
		print_error(file, err);
		return;
	}
	record = json_pack("{s:s}", "type", "failed");
	say_name(record, "file", "path_hex", file);
	add_error(record, (int)err->status, err);
	say_json(say, record);
}

/* What no record took, in the last line. */
static void
add_warnings(struct say *say, json_t *record)
{
	if (say->warnings != NULL)
		(void)json_object_set_new(record, "warnings", say_warnings(say));
}

void
say_summary(struct say *say, size_t ok, size_t failed)
{
	json_t *record;

	if (say->json) {
		record = json_pack("{s:s, s:I, s:I, s:i}", "type", "summary", "ok", (json_int_t)ok, "failed",
		    (json_int_t)failed, "schema", 1);
		add_warnings(say, record);
		say_json(say, record);
	} else if (failed > 0) {
		say_news(say, "%zu of %zu failed", failed, ok + failed);
	}
}

void
say_error(struct say *say, int code, const struct pli_error *err)
{
	json_t *record;

	if (!say->json) {
		print_error(NULL, err);
		return;
	}
	record = json_pack("{s:s}", "type", "error");
	add_error(record, code, err);
	(void)json_object_set_new(record, "schema", json_integer(1));
	add_warnings(say, record);
	say_json(say, record);
}

int
say_close(struct say *say, int code)
{
	json_decref(say->warnings);
	say->warnings = NULL;
	errno = 0;
	flush(say, stdout);
	if (fclose(stdout) != 0 && say->lost_errno == 0)
		say->lost_errno = errno != 0 ? errno : EIO;
	/* Who reads no further, a pager or head, has what they wanted; a script wants every record. */
	if (say->lost_errno == 0 || (say->lost_errno == EPIPE && !say->json))
		return code;
	(void)fprintf(stderr, "pli: cannot write to standard %s: %s\n",
	    say->json && say->records == stderr ? "error" : "output", strerror(say->lost_errno));
	if (code != PLI_OK)
		return code;
	(void)fputs("pli: hint: the work itself is done; only what was to be printed is lost\n", stderr);
	return PLI_ERR_IO;
}
