#ifndef PLI_TERMS_H
#define PLI_TERMS_H

/* terms.h - the words that stand in a register, back into the enumerations of register.h; -1 for one that is none. */

int term_role(const char *id);
int term_key_status(const char *id);
int term_origin(const char *id);

#endif
