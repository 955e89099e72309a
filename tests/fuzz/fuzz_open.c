/*
 * A whole envelope, opened with a key that is known: what fails leaves nothing in the memory of the caller, and what opens
 * says that it is authenticated, verifies as well, and is not longer than the envelope.
 */
#include "fuzz.h"

#include <stdlib.h>

#define CONTENT_MAX (1 << 20)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t content[CONTENT_MAX];
	const struct pli_key *key = fuzz_key();
	struct pli_open_options options = PLI_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(data, len, "input");
	struct pli_output out = pli_output_memory(content, sizeof(content), "output");
	struct pli_opened opened = { 0 };
	struct pli_error err = { 0 };
	enum pli_status rc, verified;
	size_t i;

	options.threads = 0;
	options.segment = 1024;
	options.accept_short_tag = true;
	rc = pli_open(fuzz_pli(), &key, 1, &in, &out, &options, &opened, &err);
	fuzz_check(rc == err.status && (rc == PLI_OK || err.message[0] != '\0'));
	if (rc != PLI_OK)
		for (i = 0; i < len && i < sizeof(content); i++)
			fuzz_check(content[i] == 0);
	else
		fuzz_check(opened.authenticated && opened.content_bytes <= len && opened.tag_bits >= 96);
	verified = pli_verify(fuzz_pli(), &key, 1, &in, &options, NULL, NULL);
	fuzz_check(verified == rc);
	for (i = 0; rc == PLI_OK && i < opened.content_bytes; i++)
		content[i] = 0;
	return 0;
}
