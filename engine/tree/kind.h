#ifndef PLI_KIND_H
#define PLI_KIND_H

/* kind.h - what a file is by its first bytes, of the kinds that can keep a bid from being read (warn.h). */

#include <stddef.h>

enum kind { KIND_OTHER, KIND_ZIP, KIND_PDF, KIND_OLE, KIND_ENVELOPE };

/* kind_of can say of a text that it is KIND_ENVELOPE because it may be one. */
enum kind kind_of(const void *first, size_t len);

#endif
