#ifndef PLI_CPUS_H
#define PLI_CPUS_H

/* cpus.h - how many CPUs this process may run on. */

/* cpus_count is that number, at least 1. */
unsigned cpus_count(void);

#endif
