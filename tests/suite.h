#ifndef PLI_SUITE_H
#define PLI_SUITE_H

/*
 * suite.h - a test file is a table of functions, with two runners.
 *
 *      static void known_answer(void) { check(1 + 1 == 2); }
 *      #define TESTS(T, S) T(S, known_answer) T(S, any_threads)
 *      SUITE(gcm, TESTS)
 *
 * With PLI_CRITERION each function is a Criterion test, in a process of its own. Without, SUITE makes a main() that runs
 * all of them, or those named on its command line, in one process: for sanitizers, valgrind and debuggers, which
 * Criterion's processes get in the way of.
 */

#include <stddef.h>

#include "support.h"

#ifdef PLI_CRITERION

#include <criterion/criterion.h>

#define check(condition) cr_assert(condition)
#define check_ok(status, err) cr_assert((status) == PLI_OK, "%s: %s", #status, (err).message)
#define SUITE_CASE_(suite, function)                                                                                   \
	Test(suite, function)                                                                                          \
	{                                                                                                              \
		function();                                                                                            \
	}
#define SUITE(suite, tests) tests(SUITE_CASE_, suite)

#else

struct suite_case {
	const char *name;
	void (*run)(void);
};

/* suite_main runs the cases named in argv, or all. Returns 0; the first failed check ends the process with 1. */
int suite_main(const char *suite, const struct suite_case *cases, size_t count, int argc, char **argv);

/* suite_failed reports a failed check and ends the process. */
_Noreturn void suite_failed(const char *file, int line, const char *what, const char *why);

#define check(condition) ((condition) ? (void)0 : suite_failed(__FILE__, __LINE__, #condition, ""))
#define check_ok(status, err) ((status) == PLI_OK ? (void)0 : suite_failed(__FILE__, __LINE__, #status, (err).message))
#define SUITE_CASE_(suite, function) { #function, function },
#define SUITE(suite, tests)                                                                                            \
	int main(int argc, char **argv)                                                                                \
	{                                                                                                              \
		static const struct suite_case cases[] = { tests(SUITE_CASE_, suite) };                                \
		return suite_main(#suite, cases, sizeof(cases) / sizeof(cases[0]), argc, argv);                        \
	}

#endif

#endif
