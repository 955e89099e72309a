/*
 * The parser of OCTET STRINGs: whatever the bytes, however they are cut, it says the same, stays within what it was given,
 * and ends. The first byte of the input chooses how the string begins and how the rest is cut.
 */
#include "fuzz.h"

#include <string.h>

#include "octets.h"

struct outcome {
	enum pli_status status;
	bool ended;
	uint64_t contents, end;
};

/* Pushes data in cuts of at most cut bytes. */
static struct outcome
parse(const uint8_t *data, size_t len, unsigned how, size_t cut)
{
	struct outcome o = { PLI_OK, false, 0, 0 };
	struct octets s;
	size_t at = 0, given = cut < len ? cut : len, used;
	uint64_t payload;
	enum octets_event event;
	struct pli_error err = { 0 };

	octets_init(&s, (how & 1) != 0, (how & 2) != 0, 0, len / 2, (how & 4) != 0 ? len : UINT64_MAX);
	for (;;) {
		o.status = octets_push(&s, view_of(data + at, given - at), &used, &payload, &event, &err);
		if (o.status != PLI_OK) {
			fuzz_check(o.status == err.status && err.message[0] != '\0');
			return o;
		}
		fuzz_check(used <= given - at);
		at += used;
		if (event == OCTETS_END) {
			o.ended = true;
			o.end = at;
			return o;
		}
		if (event == OCTETS_PAYLOAD) {
			if (payload > len - at) /* goes on behind the input */
				return o;
			o.contents += payload;
			at += (size_t)payload;
			given = given < at ? at : given;
			continue;
		}
		if (given == len)
			return o;
		given = len - given < cut ? len : given + cut;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct outcome whole, cut;

	if (len < 1)
		return 0;
	whole = parse(data + 1, len - 1, data[0], len);
	cut = parse(data + 1, len - 1, data[0], (data[0] >> 3) + 1u);
	fuzz_check(whole.status == cut.status && whole.ended == cut.ended);
	fuzz_check(whole.contents == cut.contents && whole.end == cut.end);
	return 0;
}
