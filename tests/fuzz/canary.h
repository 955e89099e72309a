#ifndef PLI_CANARY_H
#define PLI_CANARY_H

/*
 * canary.h - opens bytes as the archive that an envelope holds, into a folder, and looks at what is left there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * canary_open seals len bytes at data, lists and opens them. It is a finding when the two do not agree, when what failed leaves
 * anything behind, and when something beside the folder changes. unzip: as in struct pli_tree_open_options.
 */
void canary_open(const uint8_t *data, size_t len, bool unzip);

#endif
