/*
 * A whole envelope, opened with a key that is known: what fails leaves nothing in the memory of the caller, and what opens
 * says that it is authenticated, verifies as well, and is not longer than the envelope. What is not accepted (CBC among it) is
 * opened once more with all that a person can accept, and what opens then says what it is.
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
	if (rc == PLI_ERR_UNSUPPORTED) {
		options.accept_unauthenticated = options.accept_legacy = true;
		opened = (struct pli_opened){ 0 };
		err = (struct pli_error){ 0 };
		in = pli_input_memory(data, len, "input");
		out = pli_output_memory(content, sizeof(content), "output");
		rc = pli_open(fuzz_pli(), &key, 1, &in, &out, &options, &opened, &err);
		fuzz_check(rc == err.status && (rc == PLI_OK || err.message[0] != '\0'));
	}
	if (rc != PLI_OK)
		for (i = 0; i < len && i < sizeof(content); i++)
			fuzz_check(content[i] == 0);
	else
		fuzz_check(opened.content_bytes <= len &&
			   (opened.authenticated ? opened.tag_bits >= 96 : options.accept_unauthenticated));
	verified = pli_verify(fuzz_pli(), &key, 1, &in, &options, NULL, NULL);
	fuzz_check(verified == rc);
	for (i = 0; rc == PLI_OK && i < opened.content_bytes; i++)
		content[i] = 0;
	return 0;
}
