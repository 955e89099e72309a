#ifndef PLI_STORY_H
#define PLI_STORY_H

/*
 * story.h - the life of a register, told again and again while something fails: its keys are imported, renamed, given a role,
 * tested, generated, renewed, retired, found compromised, and asked for.
 *
 *      story_each, with what fails asking story_fails each time
 *
 * Whatever fails, a change is there as a whole or not at all, what is said to be done is done, no key is active without its
 * file, and the register opens again. Files of keys open quickly here (quick_keys.c). A suite that uses it is listed in CMakeLists.txt.
 */

#include <stdbool.h>

#include "pli/pli.h"

/* story_fails counts one call, and says whether it is to fail. */
bool story_fails(void);

/* A story_right says whether a failure is one that was to be expected. */
typedef bool story_right(enum pli_status rc, const struct pli_error *err);

/*
 * story_each tells the story once for each of the calls that are to fail: that one alone, or forever with all that follow.
 * Usually those are as many as usual says, spread over all; with FULL=1 in the environment every one; with FULL=1 and
 * EVERY=8 each eighth, the first of them that of number EVERY_FROM modulo 8. what is for the line that it prints.
 */
void story_each(const char *what, bool forever, long usual, story_right *right);

#endif
