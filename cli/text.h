#ifndef PLI_TEXT_H
#define PLI_TEXT_H

/*
 * text.h - text that came from outside, made fit for a terminal or for JSON;
 * numbers, made fit for people.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * text_print writes s to out. Control characters and those that steer the
 * direction or the format of text come out as \u{202e}, bytes that are not
 * UTF-8 as U+FFFD, so that s stays on its line and shows what it is.
 */
void text_print(FILE *out, const char *s);

/* text_escape returns what text_print writes on a terminal that speaks UTF-8, for free(); NULL without memory. */
char *text_escape(const char *s);

/* text_width returns how many columns of a terminal text_print needs for s. */
size_t text_width(const char *s);

/* text_is_utf8 says whether s is UTF-8 (RFC 3629) throughout. */
bool text_is_utf8(const char *s);

/* text_clean returns a copy of s, for free(), in which bytes that are not UTF-8 are U+FFFD; NULL without memory. */
char *text_clean(const char *s);

/* text_hex returns the bytes of s in lower-case hex, for free(); NULL without memory. */
char *text_hex(const char *s);

/* Room for text_size. */
#define TEXT_SIZE_MAX 24

/* text_size writes bytes as people say it ("17 bytes", "3.2 GiB") into buf and returns it. */
const char *text_size(char buf[TEXT_SIZE_MAX], uint64_t bytes);

#endif
