/* SPDX-License-Identifier: MIT */
/*
 * tests/bench/scale_bench.c - what the allocators do when several CPUs use them at once
 *
 * For Linux, too: see alloc_bench.c.
 *
 *	scale-LOAD/cpuN		N CPUs, each with objects of its own
 *	ring-64/cpu2		two CPUs; each sends its objects through a ring to itself
 *	remote-64/cpu2		the same, and each sends to the other, which frees them
 *	remote-64/pair		CPU A allocates 256, then CPU B frees them: nobody waits for a lock
 *				or a line, so that this is what the two calls themselves cost
 *				(kmalloc-64/batch256 is the same on one CPU)
 *
 * All but the last are rates, operations of all CPUs in a million ticks.  Twice the CPUs
 * should have twice the rate; under -icount they take turns, a tick is an instruction of
 * whichever runs, and the same rate says that no CPU works more for there being others.
 */
#include <linux/atomic.h>
#include <linux/bench.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>

#define MAX_LANES	64
#define RING		2048		/* objects under way, at most; a power of two */
#define RING_STEP	256		/* for so many the other CPU is told once */
#define BATCH		256		/* what one CPU hands to the other in remote-64/pair */

typedef void (*lane_fn_t)(unsigned int lane, u64 n);

/* A CPU at work: written by its own thread only, but for the first two. */
static struct lane {
	lane_fn_t fn;
	u64 n;
	u64 start, end;
	struct task_struct *thread;
} __aligned(128) lanes[MAX_LANES];

static unsigned int nr_lanes;
static atomic_t lanes_ready, lanes_busy;
static struct completion lanes_done;

/* Start when all are there, so that nobody has the machine to itself. */
static int lane_thread(void *data)
{
	struct lane *l = data;

	atomic_inc(&lanes_ready);
	while ((unsigned int)atomic_read(&lanes_ready) < nr_lanes) {
		cpu_relax();
		cond_resched();		/* who wakes the others may be waiting for this CPU */
	}
	l->start = bench_ticks();
	l->fn(l - lanes, l->n);
	l->end = bench_ticks();
	if (atomic_dec_and_test(&lanes_busy))
		complete(&lanes_done);
	return 0;
}

static bool lanes_create(unsigned int nr, lane_fn_t fn, u64 n)
{
	unsigned int cpu, i = 0;

	for_each_online_cpu(cpu) {
		struct lane *l = &lanes[i];

		if (i == nr)
			break;
		l->fn = fn;
		l->n = n;
		l->thread = kthread_create(lane_thread, l, "bench/%u", cpu);
		if (IS_ERR(l->thread))
			break;
		get_task_struct(l->thread);
		kthread_bind(l->thread, cpu);
		i++;
	}
	nr_lanes = i;
	return i == nr;
}

static void lanes_join(void)
{
	unsigned int i;

	for (i = 0; i < nr_lanes; i++) {
		kthread_stop(lanes[i].thread);
		put_task_struct(lanes[i].thread);
	}
}

/* Do fn(lane, n) on @nr CPUs at once: ticks from the first start to the last end. */
static u64 lanes_run(unsigned int nr, lane_fn_t fn, u64 n)
{
	u64 start, end;
	unsigned int i;

	if (!lanes_create(nr, fn, n)) {
		lanes_join();		/* none has run yet, and now none will */
		return BENCH_FAILED;
	}
	atomic_set(&lanes_ready, 0);
	atomic_set(&lanes_busy, nr);
	init_completion(&lanes_done);
	for (i = 0; i < nr; i++)
		wake_up_process(lanes[i].thread);
	wait_for_completion(&lanes_done);
	lanes_join();
	start = lanes[0].start;
	end = lanes[0].end;
	for (i = 1; i < nr; i++) {
		start = lanes[i].start < start ? lanes[i].start : start;
		end = lanes[i].end > end ? lanes[i].end : end;
	}
	return end - start;
}

/* ---- each its own ---------------------------------------------------------------- */

static struct kmem_cache *lane_cache;

static void lane_kmalloc(unsigned int lane, u64 n)
{
	while (n--)
		kfree(kmalloc(64, GFP_KERNEL));
}

static void lane_pages(unsigned int lane, u64 n)
{
	while (n--)
		free_pages(__get_free_pages(GFP_KERNEL, 0), 0);
}

static void lane_kmem_cache(unsigned int lane, u64 n)
{
	while (n--)
		kmem_cache_free(lane_cache, kmem_cache_alloc(lane_cache, GFP_KERNEL));
}

static u64 cache_run(unsigned int nr, u64 n)
{
	u64 ticks;

	lane_cache = kmem_cache_create("bench-scale", 192, 0, 0, NULL);
	if (!lane_cache)
		return BENCH_FAILED;
	ticks = lanes_run(nr, lane_kmem_cache, n);
	kmem_cache_destroy(lane_cache);
	return ticks;
}

#define SCALE(nr)									\
	static u64 kmalloc_##nr(u64 n) { return lanes_run(nr, lane_kmalloc, n); }	\
	static u64 pages_##nr(u64 n) { return lanes_run(nr, lane_pages, n); }		\
	static u64 kmem_cache_##nr(u64 n) { return cache_run(nr, n); }

SCALE(1)
SCALE(2)
SCALE(4)
SCALE(8)

/* ---- one allocates, another frees ------------------------------------------------ */

/*
 * From one CPU to one: only the sender writes tail, only the receiver head, and both do it
 * once for RING_STEP objects or when there is nothing else to do, so that the ring itself
 * costs few cache lines that change hands.
 */
struct ring_end {
	unsigned long next;		/* slot */
	unsigned long limit;		/* where the other one was when last looked at */
} __aligned(128);

struct ring {
	struct ring_end in, out;	/* the sender's, the receiver's */
	unsigned long tail __aligned(128);
	unsigned long head __aligned(128);
	void *slot[RING];
};

static struct ring rings[2];

static void ring_flush(struct ring *r)
{
	smp_store_release(&r->tail, r->in.next);
}

static bool ring_push(struct ring *r, void *p)
{
	if (r->in.next - r->in.limit == RING) {
		ring_flush(r);
		r->in.limit = smp_load_acquire(&r->head);
		if (r->in.next - r->in.limit == RING)
			return false;
	}
	r->slot[r->in.next++ % RING] = p;
	if (r->in.next % RING_STEP == 0)
		ring_flush(r);
	return true;
}

static void *ring_pop(struct ring *r)
{
	void *p;

	if (r->out.next == r->out.limit) {
		smp_store_release(&r->head, r->out.next);
		r->out.limit = smp_load_acquire(&r->tail);
		if (r->out.next == r->out.limit)
			return NULL;
	}
	p = r->slot[r->out.next++ % RING];
	if (r->out.next % RING_STEP == 0)
		smp_store_release(&r->head, r->out.next);
	return p;
}

static __always_inline void ring_trade(struct ring *to, struct ring *from, u64 n)
{
	void *p = kmalloc(64, GFP_KERNEL);
	u64 sent = 0, freed = 0;

	while (freed < n || sent < n) {
		void *got = ring_pop(from);

		if (got) {
			kfree(got);
			freed++;
		}
		if (sent < n && ring_push(to, p)) {
			sent++;
			p = kmalloc(64, GFP_KERNEL);
		} else if (!got) {
			ring_flush(to);
			cpu_relax();
		}
	}
	ring_flush(to);
	kfree(p);
}

static void lane_ring(unsigned int lane, u64 n)
{
	ring_trade(&rings[lane], &rings[lane], n);
}

static void lane_remote(unsigned int lane, u64 n)
{
	ring_trade(&rings[lane], &rings[!lane], n);
}

static u64 ring_2(u64 n)
{
	return lanes_run(2, lane_ring, n);
}

static u64 remote_2(u64 n)
{
	return lanes_run(2, lane_remote, n);
}

/* The same in turns. */
static void *batch[BATCH];
static struct completion batch_full, batch_empty;
static u64 batch_ticks[2];

static void lane_batch(unsigned int lane, u64 n)
{
	u64 ticks = 0, start;
	unsigned int i;

	for (; n >= BATCH; n -= BATCH) {
		wait_for_completion(lane ? &batch_full : &batch_empty);
		start = bench_ticks();
		for (i = 0; i < BATCH; i++) {
			if (lane)
				kfree(batch[i]);
			else
				batch[i] = kmalloc(64, GFP_KERNEL);
		}
		ticks += bench_ticks() - start;
		complete(lane ? &batch_empty : &batch_full);
	}
	batch_ticks[lane] = ticks;
}

static u64 remote_pair(u64 n)
{
	init_completion(&batch_full);
	init_completion(&batch_empty);
	complete(&batch_empty);
	if (lanes_run(2, lane_batch, n) == BENCH_FAILED)
		return BENCH_FAILED;
	return batch_ticks[0] + batch_ticks[1];
}

#define COST(what, fn, count, nr) \
	{ .name = what, .run = fn, .n = count, .cpus = nr }
#define RATE(what, fn, count, nr) \
	{ .name = what, .run = fn, .n = count, .cpus = nr, .rate = true }
#define SCALE_ROWS(nr)								\
	RATE("scale-kmalloc-64/cpu" #nr, kmalloc_##nr, 10000, nr),		\
	RATE("scale-kmem_cache-192/cpu" #nr, kmem_cache_##nr, 10000, nr),	\
	RATE("scale-pages-order0/cpu" #nr, pages_##nr, 10000, nr)

/* A run is short, below the slice of time that the host gives a CPU of ours. */
BENCH_TABLE(scale_bench,
	SCALE_ROWS(1),
	SCALE_ROWS(2),
	SCALE_ROWS(4),
	SCALE_ROWS(8),
	COST("remote-64/pair",	remote_pair,	40 * BATCH,	2),
	RATE("ring-64/cpu2",	ring_2,		10000,		2),
	RATE("remote-64/cpu2",	remote_2,	10000,		2));
