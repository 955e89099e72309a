#ifndef PLI_LABEL_H
#define PLI_LABEL_H

/*
 * label.h - names that people gave, and that are shown to others later.
 */

#include <stddef.h>

/*
 * label_flaw says why s is no name of 1 to max characters ("is empty", "has a control character in it"), or NULL: UTF-8 as
 * RFC 3629 has it, without control characters, line separators, and those that turn the direction of writing or are not
 * seen at all, which make a name look like another one. The string is constant.
 */
const char *label_flaw(const char *s, size_t max);

/* label_utf8 is how many bytes of s, from its begin, are UTF-8: all of them, or those before the first that is not. */
size_t label_utf8(const char *s);

#endif
