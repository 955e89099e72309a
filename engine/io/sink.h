#ifndef PLI_SINK_H
#define PLI_SINK_H

/*
 * sink.h - where bytes go: a staged file, memory, or a descriptor that is written in order.
 *
 *      sink_open -> sink_expect -> sink_put (positional) or sink_write (in order) ... -> sink_commit -> sink_close
 *
 * RULES
 *   - A positional sink (path, memory) takes bytes at any offset, from any thread.
 *   - sink_close without sink_commit leaves nothing under a path, and zeroes in memory.
 */

#include "bytes.h"
#include "pli/stream.h"
#include "source.h"

struct sink;

/* sink_open borrows what out names, and the hooks, until sink_close. input (may be NULL) must not be what out names. */
enum pli_status sink_open(struct sink **sink, const struct pli_output *out, const struct source *input,
    const struct pli_hooks *hooks, struct pli_error *err) PLI_MUST_CHECK;

bool sink_positional(const struct sink *s);

/* sink_expect says that at least len bytes will be written. Fails with PLI_ERR_IO where there is no room for them. */
enum pli_status sink_expect(const struct sink *s, uint64_t len, struct pli_error *err) PLI_MUST_CHECK;

/* sink_put writes header and then payload at off of a positional sink. */
enum pli_status sink_put(
    const struct sink *s, uint64_t off, struct view header, struct view payload, struct pli_error *err) PLI_MUST_CHECK;

/* sink_window is where the len bytes at off will stand, if they may be written there directly, or NULL. */
uint8_t *sink_window(const struct sink *s, uint64_t off, size_t len);

/* sink_write writes header and payload behind what sink_write wrote before. */
enum pli_status sink_write(
    struct sink *s, struct view header, struct view payload, struct pli_error *err) PLI_MUST_CHECK;

/* sink_commit makes what was written visible and durable. See stage_commit. */
enum pli_status sink_commit(struct sink *s, struct pli_error *err) PLI_MUST_CHECK;

/* sink_close: NULL is fine. */
void sink_close(struct sink *s);

#endif
