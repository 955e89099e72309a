#ifndef PLI_RULES_H
#define PLI_RULES_H

/*
 * rules.h - which names may stand in an archive: one policy for sealing and opening, so that an honest bid always opens.
 *
 *      rules_new -> rules_add ... -> rules_free
 *
 * A path: UTF-8 without control characters (C0, DEL, C1) and backslashes, relative, no ".." part; parts of at most 255
 * bytes, 64 of them, 4,095 bytes in all; never twice, and never a file where another entry needs a folder.
 */

#include "bytes.h"

enum rules_kind { RULES_FILE, RULES_FOLDER };

/* A set of the paths seen so far. About 100 bytes an entry besides its name. */
struct rules;

enum pli_status rules_new(struct rules **out, struct pli_error *err) PLI_MUST_CHECK;

/* rules_free: NULL is fine. */
void rules_free(struct rules *r);

/*
 * rules_path writes the plain form of a path to out (4,096 bytes): without "." and empty parts, without a slash at the end.
 * It is empty for the root itself. Fails with PLI_ERR_LIMIT, naming the path.
 */
enum pli_status rules_path(struct view path, char out[4096], struct pli_error *err) PLI_MUST_CHECK;

/*
 * rules_add adds a plain path. missing is called for each folder above it that no entry has named so far, from the top.
 * Fails with PLI_ERR_LIMIT if the path is there already, or is a file where a folder is needed or the reverse; or as missing
 * does.
 */
typedef enum pli_status rules_missing(void *arg, const char *folder, struct pli_error *err);
enum pli_status rules_add(struct rules *r, const char *path, enum rules_kind kind, rules_missing *missing, void *arg,
    struct pli_error *err) PLI_MUST_CHECK;

#endif
