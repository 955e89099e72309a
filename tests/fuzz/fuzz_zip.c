/* The same where a ZIP file becomes a folder, too. */
#include "canary.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	canary_open(data, len, true);
	return 0;
}
