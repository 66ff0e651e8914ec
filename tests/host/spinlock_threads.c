/* SPDX-License-Identifier: MIT */
/*
 * spinlock_threads.c - spinlocks between real threads
 *
 * MODEL
 *   Threads step a plain counter under one lock, taken by spin_lock() and by
 *   spin_trylock(): no step may be lost.  Owner checks are off, because the hosted build
 *   has one CPU's worth of per-CPU data; waiting for a ticket is what is tested here,
 *   which no test on one CPU can.
 *
 *   Tickets are handed on in order, so a thread that the host does not run stops all: there
 *   are two, and they have 0.3 seconds, or as many more as it takes them to begin.  With
 *   spin_unfair nobody stands in line: there are more of them than CPUs, and still steps are
 *   made.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/spinlock.h>

#define FAIR_THREADS	2
#define THREADS		8
#define STEPS		20000

static DEFINE_SPINLOCK(lock);
static unsigned long counter, before;	/* before: at the beginning of a run */
static unsigned long waited;		/* steps whose trylock had failed */
static unsigned long done[THREADS];
static volatile int stop;
static pthread_barrier_t start;

static void *worker(void *arg) __no_lock_analysis
{
	pthread_barrier_wait(&start);
	for (int i = 0; i < STEPS && !stop; i++) {
		if (!spin_trylock(&lock)) {
			spin_lock(&lock);
			waited++;
		}
		counter++;
		++*(unsigned long *)arg;
		if (i % 16 == 0)
			sched_yield();		/* let the others find it taken */
		spin_unlock(&lock);
	}
	return NULL;
}

/* Of this run. */
static unsigned long steps(void)
{
	return *(volatile unsigned long *)&counter - before;
}

static void run(unsigned int nr, bool unfair, useconds_t usecs)
{
	pthread_t thread[THREADS];

	spin_unfair = unfair;
	before = counter;
	stop = 0;
	pthread_barrier_init(&start, NULL, nr);
	for (unsigned int i = 0; i < nr; i++)
		if (pthread_create(&thread[i], NULL, worker, &done[i]))
			exit(1);
	for (unsigned int n = 0; n == 0 || (n < 200 && !steps()); n++)
		usleep(usecs);
	stop = 1;
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(thread[i], NULL);
}

int main(void)
{
	unsigned long total = 0, fair;

	lock_debug = false;
	run(FAIR_THREADS, false, 300000);
	fair = counter;
	run(THREADS, true, 1000000);
	for (int i = 0; i < THREADS; i++)
		total += done[i];
	printf("spinlock_threads: %lu steps of %lu, %lu in line, %lu had to wait, lock %s\n",
	       counter, total, fair, waited, spin_is_locked(&lock) ? "taken" : "free");
	return counter != total || fair == 0 || spin_is_locked(&lock);
}
