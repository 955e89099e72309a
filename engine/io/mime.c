/*
 * mime.c - lines until the empty one; what follows a folded line's first is not looked at, since the words that count stand
 * before any parameter.
 */
#include "mime.h"

#include <string.h>
#include <strings.h>

static bool
is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The length of the field name at the begin of a line, or 0: RFC 5322 3.6.8. */
static size_t
name_len(struct view line)
{
	size_t n = 0;

	while (n < line.len && line.p[n] > 32 && line.p[n] < 127 && line.p[n] != ':')
		n++;
	return n < line.len && line.p[n] == ':' ? n : 0;
}

/* The first word of a value that ends somewhere before the end of the header; it may stand on the next line, folded. */
static void
first_word(struct view in, char *out, size_t cap)
{
	size_t at = 0, n = 0;

	while (at < in.len && is_white(in.p[at]))
		at++;
	for (; at < in.len && !is_white(in.p[at]) && in.p[at] != ';' && in.p[at] != '(' && n + 1 < cap; at++)
		out[n++] = in.p[at] >= 'A' && in.p[at] <= 'Z' ? (char)(in.p[at] - 'A' + 'a') : (char)in.p[at];
	out[n] = '\0';
}

static bool
is_field(struct view line, const char *name)
{
	size_t len = strlen(name);

	return name_len(line) == len && strncasecmp((const char *)line.p, name, len) == 0;
}

static void
take(struct mime *m, char *out, size_t cap, struct view value)
{
	m->twice = m->twice || out[0] != '\0';
	first_word(value, out, cap);
}

enum mime_result
mime_parse(struct mime *m, struct view in, bool whole)
{
	const uint8_t *end;
	struct view line;
	size_t at;

	*m = (struct mime){ .type = "" };
	for (at = 0; at < in.len; at += line.len + 1) {
		struct view rest = view_behind(in, at);

		end = memchr(rest.p, '\n', rest.len);
		line = view_of(rest.p, end == NULL ? rest.len : (size_t)(end - rest.p));
		if (end == NULL)
			break;
		if (line.len == 0 || (line.len == 1 && line.p[0] == '\r')) {
			m->body = at + line.len + 1;
			return m->type[0] != '\0' ? MIME_FOUND : MIME_NONE;
		}
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (at == 0)
				return MIME_NONE;
			continue;
		}
		if (name_len(line) == 0)
			return MIME_NONE;
		if (is_field(line, "Content-Type"))
			take(m, m->type, sizeof(m->type), view_behind(rest, strlen("Content-Type:")));
		else if (is_field(line, "Content-Transfer-Encoding"))
			take(m, m->encoding, sizeof(m->encoding),
			    view_behind(rest, strlen("Content-Transfer-Encoding:")));
	}
	return whole ? MIME_NONE : MIME_MORE;
}
