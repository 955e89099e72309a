/*
 * bench_framing.c - the encoding, without any cipher: 1 MiB of content in OCTET STRINGs of one length, as others write
 * them (libcrypto 4096 bytes, Bouncy Castle 1000; 1 byte is the worst that is legal), through the push parser alone and
 * through message_fill, which also brings the bytes together. And where pli puts its own; and heads.
 */
#include "bench.h"
#include "bench_setup.h"
#include "builder.h"
#include "head.h"
#include "layout.h"
#include "message.h"
#include "octets.h"
#include "wrap.h"

#define CONTENT ((size_t)1 << 20)

/* Appends the pieces, without an end. */
static enum pli_status
add_pieces(struct buf *out, size_t piece, struct pli_error *err)
{
	const uint8_t *plain = bench_setup_memory(BENCH_SETUP_PLAIN, CONTENT);
	enum pli_status rc = PLI_OK;
	size_t at, n;

	for (at = 0; rc == PLI_OK && at < CONTENT; at += n) {
		n = CONTENT - at < piece ? CONTENT - at : piece;
		rc = build_item(out, 0x04, view_of(plain + at, n), err);
	}
	return rc;
}

static void
octets(struct bench *b, const void *what)
{
	static const uint8_t end[2];
	struct pli_error err = { 0 };
	struct buf stream = { 0 };
	enum octets_event event = OCTETS_END;
	struct octets o;
	uint64_t payload;
	size_t at, used;

	(void)what;
	if (add_pieces(&stream, (size_t)bench_arg(b, 0), &err) != PLI_OK ||
	    buf_add(&stream, view_of(end, sizeof(end)), &err) != PLI_OK)
		goto out;
	while (bench_next(b)) {
		octets_init(&o, true, true, 0, 0, UINT64_MAX);
		for (at = 0;; at += used + (size_t)payload) {
			payload = 0;
			if (octets_push(&o, view_of(stream.p + at, stream.len - at), &used, &payload, &event, &err) !=
			    PLI_OK)
				goto out;
			if (event != OCTETS_PAYLOAD)
				break;
		}
	}
	bench_bytes(b, CONTENT);
	bench_items(b, (CONTENT + (size_t)bench_arg(b, 0) - 1) / (size_t)bench_arg(b, 0));
	if (event != OCTETS_END)
		bench_fail(b, "the string does not end");
out:
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
	buf_clear(&stream);
}

/* Reads an envelope in memory through m into the one segment s. */
static enum pli_status
read_message(struct message *m, struct segment *s, struct view envelope, struct pli_error *err)
{
	struct pli_input in = pli_input_memory(envelope.p, envelope.len, "the envelope");
	struct pli_hooks hooks = { NULL, NULL, NULL };
	struct source *source;
	enum pli_status rc;

	if ((rc = source_open(&source, &in, &hooks, err)) != PLI_OK)
		return rc;
	if ((rc = message_begin(m, source, err)) == PLI_OK)
		do
			rc = message_fill(m, s, err);
		while (rc == PLI_OK && s->len > 0);
	if (rc == PLI_OK)
		rc = message_end(m, err);
	if (rc == PLI_OK && m->content != CONTENT)
		rc = fail(err, PLI_ERR, "content was lost");
	message_clear(m);
	source_close(source);
	return rc;
}

static void
message(struct bench *b, const void *what)
{
	static const uint8_t tag[16];
	struct pli_error err = { 0 };
	struct buf envelope = { 0 };
	struct segment s = { .buf = bench_setup_memory(BENCH_SETUP_RESULT, CONTENT), .cap = CONTENT };
	struct wrap wrap = { 0 };
	struct layout layout = { 0 };
	struct message m;

	(void)what;
	if (wrap_init(&wrap, bench_setup_pli(), bench_setup_certs(1), PLI_PROFILE_GCM, &err) != PLI_OK ||
	    layout_init(&layout, CONTAINER_AUTH_ENVELOPED, buf_view(&wrap.recipients), buf_view(&wrap.algorithm),
		LAYOUT_UNKNOWN, &err) != PLI_OK ||
	    buf_add(&envelope, buf_view(&layout.head), &err) != PLI_OK ||
	    add_pieces(&envelope, (size_t)bench_arg(b, 0), &err) != PLI_OK ||
	    layout_tail(&layout, view_of(tag, sizeof(tag)), &envelope, &err) != PLI_OK)
		goto out;
	while (bench_next(b))
		if (read_message(&m, &s, buf_view(&envelope), &err) != PLI_OK)
			break;
	bench_bytes(b, CONTENT);
	bench_items(b, (CONTENT + (size_t)bench_arg(b, 0) - 1) / (size_t)bench_arg(b, 0));
out:
	if (err.status != PLI_OK)
		bench_fail(b, err.message);
	layout_clear(&layout);
	wrap_clear(&wrap);
	buf_clear(&envelope);
}

/* The head of an envelope for the row's number of recipients; false if the row failed. */
static bool
make_layout(struct bench *b, struct layout *layout, size_t recipients, uint64_t len)
{
	struct pli_error err = { 0 };
	struct wrap wrap = { 0 };

	*layout = (struct layout){ 0 };
	if (wrap_init(&wrap, bench_setup_pli(), bench_setup_certs(recipients), PLI_PROFILE_GCM, &err) != PLI_OK ||
	    layout_init(layout, CONTAINER_AUTH_ENVELOPED, buf_view(&wrap.recipients), buf_view(&wrap.algorithm), len,
		&err) != PLI_OK)
		bench_fail(b, err.message);
	wrap_clear(&wrap);
	return err.status == PLI_OK;
}

static void
places(struct bench *b, const void *what)
{
	const uint64_t len = (uint64_t)bench_arg(b, 0) << 20;
	struct layout_piece piece;
	struct layout layout;
	uint64_t off = 0;

	(void)what;
	if (!make_layout(b, &layout, 1, len))
		return;
	while (bench_next(b)) {
		piece = layout_piece(&layout, off, CONTENT);
		bench_keep(&piece);
		off = (off + CONTENT) % len;
	}
	bench_items(b, 1);
	bench_label(b, layout.definite ? "definite" : "indefinite");
	layout_clear(&layout);
}

static void
heads(struct bench *b, const void *what)
{
	struct pli_error err = { 0 };
	struct layout layout;
	struct head head;
	bool more = false;

	(void)what;
	if (!make_layout(b, &layout, (size_t)bench_arg(b, 0), LAYOUT_UNKNOWN))
		return;
	while (bench_next(b))
		if (head_parse(&head, buf_view(&layout.head), &more, &err) != PLI_OK || more)
			break;
	bench_bytes(b, layout.head.len);
	if (err.status != PLI_OK || more)
		bench_fail(b, more ? "half a head" : err.message);
	layout_clear(&layout);
}

static void
wraps(struct bench *b, const void *what)
{
	const struct pli_certs *certs = bench_setup_certs((size_t)bench_arg(b, 0));
	struct pli_error err = { 0 };
	struct wrap wrap;

	(void)what;
	while (bench_next(b)) {
		if (wrap_init(&wrap, bench_setup_pli(), certs, PLI_PROFILE_GCM, &err) != PLI_OK) {
			bench_fail(b, err.message);
			return;
		}
		wrap_clear(&wrap);
	}
	bench_items(b, 1);
}

void
bench_framing_add(void)
{
	const struct bench_axis pieces[] = { BENCH_AXIS("piece", 1 << 20, 4096, 1000, 1) };
	const struct bench_axis recipients[] = { BENCH_AXIS("recipients", 1, 3, 100) };
	const struct bench_axis lengths[] = { BENCH_AXIS("MiB", 1024, 8192) };

	bench_add("framing_octets", octets, NULL, pieces, 1);
	bench_add("framing_message", message, NULL, pieces, 1);
	bench_add("framing_layout_piece", places, NULL, lengths, 1);
	bench_add("framing_head_parse", heads, NULL, recipients, 1);
	bench_add("framing_wrap", wraps, NULL, recipients, 1);
}
