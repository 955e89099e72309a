/* cpus.c - the affinity mask, which containers and taskset narrow, rather than the CPUs of the machine. */
#include "cpus.h"

#include <sched.h>

unsigned
cpus_count(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) != 0 || (n = CPU_COUNT(&set)) < 1)
		return 1;
	return (unsigned)n;
}
