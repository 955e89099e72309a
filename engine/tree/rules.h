#ifndef PLI_RULES_H
#define PLI_RULES_H

/*
 * rules.h - which names may stand in an archive: one policy for sealing and opening, so that an honest bid always opens.
 *
 *      rules_new -> rules_add ... -> rules_free
 *
 * A path: UTF-8 without control characters (C0, DEL, C1) and backslashes, relative, no ".." part; parts of at most 255
 * bytes, 64 of them, 4,095 bytes in all, none of them a hidden name (hidden.h); never twice, and never a file where another entry needs a folder.
 */

#include "bytes.h"

enum rules_kind { RULES_FILE, RULES_FOLDER };

/* A set of the paths seen so far, and of the folders above them: each is kept once, by its last part. */
struct rules;

/* One of them, as long as the set. */
struct rules_place;

/* rules_new makes a set that takes up to max paths, the folders that no entry names among them. */
enum pli_status rules_new(struct rules **out, uint64_t max, struct pli_error *err) PLI_MUST_CHECK;

/* rules_free: NULL is fine. */
void rules_free(struct rules *r);

/*
 * rules_path writes the plain form of a path to out (4,096 bytes): without "." and empty parts, without a slash at the end.
 * It is empty for the root itself. Fails with PLI_ERR_LIMIT, naming the path.
 */
enum pli_status rules_path(struct view path, char out[4096], struct pli_error *err) PLI_MUST_CHECK;

/*
 * rules_add adds a plain path; *place is where. missing is called for each folder above it that no entry has named so far,
 * from the top. Fails with PLI_ERR_LIMIT if the path is there already, is a file where a folder is needed or the reverse, or
 * is one too many; or as missing does.
 */
typedef enum pli_status rules_missing(
    void *arg, const char *folder, const struct rules_place *place, struct pli_error *err);
enum pli_status rules_add(struct rules *r, const char *path, enum rules_kind kind, rules_missing *missing, void *arg,
    const struct rules_place **place, struct pli_error *err) PLI_MUST_CHECK;

/* rules_text writes the path of a place to out (4,096 bytes). */
void rules_text(const struct rules_place *place, char out[4096]);

/* rules_depth is how many folders are above it. */
unsigned rules_depth(const struct rules_place *place);

#endif
