/* SPDX-License-Identifier: MIT */
/* Running the built-in tests and benchmarks.  Implemented by kernel/selftest.c. */
#ifndef _LINUX_SELFTEST_H
#define _LINUX_SELFTEST_H

/* Plug accounting, watchdog and clock into KUnit.  Once, with memory and time running. */
void selftest_init(void);

/*
 * Run the cases that match @glob ("suite" or "suite.case"), print KTAP and a summary.
 * Returns the number of failed cases, or -ENOENT when nothing matches.  Process context.
 */
int selftest_run(const char *glob);

/*
 * If kunit.filter_glob= or bench= was given: run that, report, leave the machine with
 * status 33 (all passed) or 35.  Returns otherwise.
 */
void selftest_run_requested(void);

#endif /* _LINUX_SELFTEST_H */
