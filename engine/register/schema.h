#ifndef PLI_SCHEMA_H
#define PLI_SCHEMA_H

/*
 * schema.h - what stands in a register, and how an older one becomes a newer one.
 *
 *      schema_upgrade -> schema_verify
 *
 * The version of a register is its user_version: how many steps of the table were taken.
 */

#include "db.h"

/* A step is SQL that makes version N+1 of version N; it is never changed once it was released. */
extern const char *const schema_steps[];
extern const size_t schema_count;

/*
 * schema_upgrade takes the steps that are missing, each in a transaction of its own, with a line of actor in the journal.
 * Fails with PLI_ERR_UNSUPPORTED for a register that has taken more than count.
 */
enum pli_status schema_upgrade(
    struct db *db, const char *const *steps, size_t count, const char *actor, struct pli_error *err) PLI_MUST_CHECK;

/* schema_version reads it, and fails where schema_upgrade would. */
enum pli_status schema_version(struct db *db, size_t count, size_t *version, struct pli_error *err) PLI_MUST_CHECK;

/*
 * schema_verify says whether the whole file is sound: every page, every reference, a journal without holes, and tables,
 * indexes and triggers exactly as the steps make them.
 */
enum pli_status schema_verify(
    struct db *db, const char *const *steps, size_t count, struct pli_error *err) PLI_MUST_CHECK;

#endif
