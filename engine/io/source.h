#ifndef PLI_SOURCE_H
#define PLI_SOURCE_H

/*
 * source.h - where bytes come from: a regular file, memory, a callback, or something that can only be read once.
 *
 *      source_open -> source_peek, source_skip, source_read ... -> source_unchanged -> source_close
 *      source_unarmor, where an envelope may stand in a text: offsets are then those of the envelope itself
 *
 * RULES
 *   - Offsets count from where the source began, and source_skip and source_read move one position.
 *   - A positional source (regular file, memory, callback) can also be read at any offset with source_at, by any thread.
 *   - Reading waits for pipes and asks the hooks for a cancel while it does.
 */

#include "armor.h"
#include "bytes.h"
#include "pli/stream.h"

struct source;

/* source_open borrows what in names, and the hooks, until source_close. Fails with PLI_ERR_IO. */
enum pli_status source_open(struct source **out, const struct pli_input *in, const struct pli_hooks *hooks,
    struct pli_error *err) PLI_MUST_CHECK;

/* source_close: NULL is fine. */
void source_close(struct source *s);

/*
 * source_unarmor looks at the begin of a source of which nothing was consumed: if it is an envelope in a text (armor.h), s
 * gives what is inside from now on, in order. Fails as armor_find does.
 */
enum pli_status source_unarmor(struct source *s, struct pli_error *err) PLI_MUST_CHECK;

/* source_armor is what source_unarmor found. */
enum armor_kind source_armor(const struct source *s);

bool source_positional(const struct source *s);

/* source_repeatable: can source_restart go back? A positional source can, and an armor around one. */
bool source_repeatable(const struct source *s);

/* source_size is the length in bytes of a positional source when it was opened. */
uint64_t source_size(const struct source *s);

const char *source_name(const struct source *s);

/* source_is_path: does path name the very file that is being read? */
bool source_is_path(const struct source *s, const char *path);

/* source_is_fd: is fd open on the regular file that is being read? */
bool source_is_fd(const struct source *s, int fd);

/* source_overlaps: is any of these bytes what is being read? */
bool source_overlaps(const struct source *s, const void *p, size_t len);

/*
 * source_peek shows the bytes at the position: at least want (up to 4 MiB) unless the source ends before. They stay
 * until the next call on s. Fails with PLI_ERR_IO, PLI_ERR_CANCELLED.
 */
enum pli_status source_peek(struct source *s, size_t want, struct view *out, struct pli_error *err) PLI_MUST_CHECK;

/* source_skip steps over n bytes: ones that source_peek has shown or, of a repeatable source, any that are there. */
void source_skip(struct source *s, uint64_t n);

/* source_read copies the next len bytes to buf; *got is less only where the source ends. Fails as source_peek does. */
enum pli_status source_read(
    struct source *s, uint8_t *buf, size_t len, size_t *got, struct pli_error *err) PLI_MUST_CHECK;

/* source_cancelled asks the hooks. Fails with PLI_ERR_CANCELLED. */
enum pli_status source_cancelled(const struct source *s, struct pli_error *err) PLI_MUST_CHECK;

/* source_offset is the position. */
uint64_t source_offset(const struct source *s);

/* source_consumed is the same in what was opened, an armor included. */
uint64_t source_consumed(const struct source *s);

/*
 * source_at gives the len bytes at off of a positional source: read into buf, or where they are in memory. Any thread.
 * Fails with PLI_ERR_IO, also when the file has become shorter.
 */
enum pli_status source_at(const struct source *s, uint64_t off, size_t len, uint8_t *buf, const uint8_t **out,
    struct pli_error *err) PLI_MUST_CHECK;

/* source_restart goes back to the begin of a repeatable source. */
void source_restart(struct source *s);

/* source_unchanged fails with PLI_ERR_IO if a regular file is not what it was when it was opened. */
enum pli_status source_unchanged(const struct source *s, struct pli_error *err) PLI_MUST_CHECK;

/*
 * source_spool copies what is left of a source that can be read only once to a file without a name, in $TMPDIR or /tmp,
 * and reads from there, without an armor: the source is positional then, from the present position on, to which the caller goes back with
 * source_restart and source_skip. Fails with PLI_ERR_IO, PLI_ERR_CANCELLED.
 */
enum pli_status source_spool(struct source *s, struct pli_error *err) PLI_MUST_CHECK;

#endif
