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
 *   Tickets are handed on in order, so a thread that the host does not run stops all:
 *   there are two, and they have 0.3 seconds.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include <linux/spinlock.h>

#define THREADS	2
#define STEPS	20000

static DEFINE_SPINLOCK(lock);
static unsigned long counter;
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

int main(void)
{
	pthread_t thread[THREADS];
	unsigned long total = 0;

	lock_debug = false;
	pthread_barrier_init(&start, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, worker, &done[i]))
			return 1;
	usleep(300000);
	stop = 1;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		total += done[i];
	}
	printf("spinlock_threads: %lu steps of %lu, %lu had to wait, lock %s\n", counter,
	       total, waited, spin_is_locked(&lock) ? "taken" : "free");
	return counter != total || spin_is_locked(&lock);
}
