#ifndef PLI_BENCH_H
#define PLI_BENCH_H

/*
 * bench.h - as much of Google Benchmark as the suite needs, for C.
 *
 *      bench_add ... -> bench_run
 *      in a body:  bench_arg, set up -> while (bench_next(b)) work; -> bench_bytes or bench_items
 *
 * RULES
 *   - A row is a name with one value of each axis: "stream_seal/size:1048576/threads:2".
 *   - Times are real time; the CPU time beside them is that of the whole process, all threads.
 *     The counter "allocs" is what one turn allocated, libraries and other threads included.
 *   - A body that cannot go on calls bench_skip or bench_fail and returns; bench_next is false from then on. A row that
 *     failed makes bench_run return 1, a row that was skipped does not.
 *   - What is set up before the first bench_next is not measured.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bench;

/* A bench_body is one row: what is the pointer given to bench_add. */
typedef void bench_body(struct bench *b, const void *what);

struct bench_axis {
	const char *name;
	const int64_t *values;
	size_t count;
};

#define BENCH_AXIS(name, ...)                                                                                          \
	{                                                                                                              \
		name, (const int64_t[]){ __VA_ARGS__ }, sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)     \
	}

/* bench_add registers one row for every combination of values of the count axes (may be 0). */
void bench_add(const char *name, bench_body *body, const void *what, const struct bench_axis *axes, size_t count);

/* bench_run runs what the command line asks for (--help lists it). Returns the exit code. */
int bench_run(int argc, char **argv);

/* bench_arg is the row's value on axis i. */
int64_t bench_arg(const struct bench *b, size_t i);

/* bench_next says whether to do it once more. */
bool bench_next(struct bench *b);

/* bench_pause and bench_resume stop and start the clock inside the loop; about a microsecond each. */
void bench_pause(struct bench *b);
void bench_resume(struct bench *b);

/* bench_bytes and bench_items say how much one turn of the loop went through; bench_label adds text to the row. */
void bench_bytes(struct bench *b, uint64_t per_turn);
void bench_items(struct bench *b, uint64_t per_turn);
void bench_label(struct bench *b, const char *text);

void bench_skip(struct bench *b, const char *why);
void bench_fail(struct bench *b, const char *why);

/* bench_keep makes the compiler believe that what p points to, and all memory, is looked at. */
static inline void
bench_keep(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

/* What each file registers. */
void bench_gcm_add(void);
void bench_ring_add(void);
void bench_framing_add(void);
void bench_stream_add(void);
void bench_files_add(void);
void bench_pipe_add(void);
void bench_archive_add(void);
void bench_encodings_add(void);

#ifdef __cplusplus
}
#endif

#endif
