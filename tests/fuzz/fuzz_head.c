/*
 * The head of a message, and inspection without a key. A head read from a prefix either asks for more or says what the whole
 * says; views point into the bytes given.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "head.h"
#include "pli/inspect.h"

static void
within(struct view v, const uint8_t *p, size_t len)
{
	fuzz_check(v.len == 0 || (v.p >= p && v.len <= len && v.p <= p + len - v.len));
}

static void
head(const uint8_t *data, size_t len)
{
	struct head whole, part;
	bool more, more_part;
	enum pli_status rc;
	size_t n;

	rc = head_parse(&whole, view_of(data, len), &more, NULL);
	if (rc != PLI_OK || more)
		return;
	within(whole.recipients, data, len);
	within(whole.algorithm, data, len);
	within(whole.nonce, data, len);
	for (n = 1; n < len; n += 1 + n / 8) {
		/* memory of its own, so that reading past it is seen */
		uint8_t *copy = malloc(n);

		fuzz_check(copy != NULL);
		memcpy(copy, data, n);
		rc = head_parse(&part, view_of(copy, n), &more_part, NULL);
		fuzz_check(rc == PLI_OK);
		if (!more_part)
			fuzz_check(part.content_at == whole.content_at &&
				   part.recipient_count == whole.recipient_count && part.cipher == whole.cipher &&
				   part.tag_len == whole.tag_len);
		free(copy);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pli_input in = pli_input_memory(data, len, "input");
	struct pli_envelope *envelope = NULL;
	struct pli_error err = { 0 };
	enum pli_status rc;

	head(data, len);
	rc = pli_inspect(&envelope, fuzz_pli(), &in, NULL, &err);
	fuzz_check((rc == PLI_OK) == (envelope != NULL) && (rc == PLI_OK || err.message[0] != '\0'));
	if (rc == PLI_OK)
		fuzz_check(envelope->container != NULL && envelope->encoding != NULL && envelope->file_bytes == len);
	pli_envelope_free(envelope);
	return 0;
}
