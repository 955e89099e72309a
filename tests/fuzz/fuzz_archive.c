/* The input as the content of an envelope that is opened as an archive. */
#include "canary.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	canary_open(data, len, false);
	return 0;
}
