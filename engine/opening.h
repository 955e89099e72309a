#ifndef PLI_OPENING_H
#define PLI_OPENING_H

/*
 * opening.h - what every way of opening does: the head, the content key, the content into segments, the tag.
 *
 *      opening_begin -> opening_flow -> opening_fill, flow_submit ... -> opening_authenticate -> opening_clear
 */

#include "flow.h"
#include "message.h"
#include "pli/open.h"

struct opening {
	struct pli_open_options options;
	struct source *source;
	struct message message;
	struct gcm *gcm;               /* the content cipher is this, or */
	struct cbc *cbc;               /* this */
	uint8_t before[CBC_BLOCK_MAX]; /* CBC: the last block of ciphertext before what comes next */
	bool lost;                     /* there is no content key: told at the end, if the content cannot tell */
	bool legacy;                   /* the content key was wrapped in a way that only accept_legacy lets pass */
	int threads;
	size_t key;        /* index of the one that is a recipient */
	uint64_t matching; /* bytes from the begin that are those of the fixed first block */
};

/*
 * opening_begin reads the head, decides whether it is accepted, finds the key and unwraps the content key. source is
 * borrowed until opening_clear; o is all-zero before.
 */
enum pli_status opening_begin(struct opening *o, struct pli *pli, const struct pli_key *const *keys, size_t count,
    struct source *source, const struct pli_open_options *options, struct pli_error *err) PLI_MUST_CHECK;

/* opening_flow makes the flow that plan (op, put, drained, window, arg, progress pass) asks for. */
enum pli_status opening_flow(
    struct opening *o, struct flow_plan *plan, struct flow **flow, struct pli_error *err) PLI_MUST_CHECK;

/* opening_fill fills s with the next content; s->len is 0 at the end. */
enum pli_status opening_fill(struct opening *o, struct segment *s, struct pli_error *err) PLI_MUST_CHECK;

/* opening_seen holds a decrypted segment against the fixed first block. Segments come in order. */
void opening_seen(struct opening *o, const struct segment *s);

/*
 * opening_authenticate reads the tail, after all the content was folded, and checks the tag or, where there is none, the
 * padding; then, if the options want it, that the content began with the fixed first block.
 */
enum pli_status opening_authenticate(struct opening *o, struct pli_error *err) PLI_MUST_CHECK;

/* opening_restart begins a second pass, over the same content. */
enum pli_status opening_restart(struct opening *o, struct pli_error *err) PLI_MUST_CHECK;

/*
 * opening_least is how long the content is at least, as far as that is known before it is read: 0 if the envelope does not
 * say, or says more than is there.
 */
uint64_t opening_least(const struct opening *o);

/* opening_content is the length of the content, after all of it was folded. */
uint64_t opening_content(const struct opening *o);

/* opening_result says what was opened. */
void opening_result(const struct opening *o, struct pli_opened *result);

void opening_clear(struct opening *o);

#endif
