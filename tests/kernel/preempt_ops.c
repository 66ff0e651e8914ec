/* SPDX-License-Identifier: MIT */
/*
 * preempt_ops.c - operations to be stopped in the middle, and to be done meanwhile
 *
 * Each is a whole life: take, use, check what was used, give back; but those called churn
 * take or give back or both, so that things are not as they were when a stopped thread goes
 * on.  What a user writes carries his number, so that memory given to two of them is seen.
 */
#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/ratelimit.h>
#include <linux/rwsem.h>
#include <linux/seq_file.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

#include "preempt_ops.h"

#define FREE_LINE	3		/* the second serial port: nobody's */
#define NR_BULK		40

static struct kmem_cache *shared_cache;

static void fault(struct preempt_user *u, const char *what)
{
	if (!u->fault[0])
		strscpy(u->fault, what, sizeof(u->fault));
}

static void fill(struct preempt_user *u, void *p, size_t n)
{
	memset(p, (int)(0xa0 + u->nr), n);
}

static void check(struct preempt_user *u, const void *p, size_t n, const char *what)
{
	const u8 *b = p;

	/* The ends and one in the middle: a whole walk would take most of the time. */
	if (b[0] != 0xa0 + u->nr || b[n / 2] != 0xa0 + u->nr || b[n - 1] != 0xa0 + u->nr)
		fault(u, what);
}

/* ---- objects --------------------------------------------------------------------- */

static void op_kmalloc(struct preempt_user *u)
{
	static const size_t sizes[] = { 8, 96, 1024 };
	void *p[ARRAY_SIZE(sizes)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p[i] = kmalloc(sizes[i], GFP_KERNEL);
		if (p[i])
			fill(u, p[i], sizes[i]);
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (p[i])
			check(u, p[i], sizes[i], "kmalloc");
		kfree(p[i]);
	}
}

/* Sizes of all classes, and of none. */
static void op_kmalloc_any(struct preempt_user *u)
{
	size_t n = 1UL << prandom_u32_below(&u->rnd, 15), m = n + 40;
	char *p = kmalloc(n, GFP_KERNEL), *q;

	if (!p)
		return;
	fill(u, p, n);
	q = krealloc(p, m, GFP_KERNEL);
	if (q) {
		check(u, q, n, "krealloc");
		p = q;
	}
	kfree(p);
}

static void op_bulk(struct preempt_user *u)
{
	void *p[NR_BULK];
	int i, nr = kmem_cache_alloc_bulk(shared_cache, GFP_KERNEL, NR_BULK, p);

	for (i = 0; i < nr; i++)
		fill(u, p[i], 200);
	for (i = 0; i < nr; i++)
		check(u, p[i], 200, "bulk");
	kmem_cache_free_bulk(shared_cache, nr, p);
}

static void op_shrink(struct preempt_user *u)
{
	void *p = kmem_cache_alloc(shared_cache, GFP_KERNEL);

	if (!p)
		return;
	fill(u, p, 200);
	kmem_cache_shrink(shared_cache);
	check(u, p, 200, "shrink");
	kmem_cache_free(shared_cache, p);
	kmem_cache_shrink(shared_cache);
}

static void op_cache(struct preempt_user *u)
{
	char name[24];
	struct kmem_cache *s;
	void *p, *q;

	snprintf(name, sizeof(name), "preempt-%u", u->nr);
	s = kmem_cache_create(name, 3000, 0, 0, NULL);
	if (!s)
		return fault(u, "kmem_cache_create");
	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_zalloc(s, GFP_KERNEL);
	if (p && q) {
		fill(u, p, 3000);
		check(u, p, 3000, "cache");
	}
	if (p)
		kmem_cache_free(s, p);
	if (q)
		kmem_cache_free(s, q);
	kmem_cache_destroy(s);
}

/* ---- to and fro ------------------------------------------------------------------ */

static void *get_small(void)
{
	return kmalloc(96, GFP_KERNEL);
}

static void *get_shared(void)
{
	return kmem_cache_alloc(shared_cache, GFP_KERNEL);
}

static void put_shared(void *p)
{
	kmem_cache_free(shared_cache, p);
}

static void *get_page_pair(void)
{
	return (void *)__get_free_pages(GFP_KERNEL, 1);
}

static void put_page_pair(void *p)
{
	free_pages((unsigned long)p, 1);
}

static void *get_area(void)
{
	return vmalloc(PAGE_SIZE);
}

static void *get_large_area(void)
{
	return vmalloc(3 * PAGE_SIZE);
}

static void put_area(void *p)
{
	vfree(p);
}

static void put_small(void *p)
{
	kfree(p);
}

static const struct {
	void *(*get)(void);
	void (*put)(void *p);
} kinds[PREEMPT_KINDS] = {
	{ get_small, put_small },	{ get_shared, put_shared },
	{ get_page_pair, put_page_pair }, { get_area, put_area },
	{ get_large_area, put_area },
};

static void churn(struct preempt_user *u, unsigned int kind)
{
	void **p = &u->kept[kind][prandom_u32_below(&u->rnd, PREEMPT_KEPT)];

	if (*p) {
		check(u, *p, 96, "churn");
		kinds[kind].put(*p);
		*p = NULL;
		if (prandom_u32_below(&u->rnd, 2))
			return;
	}
	*p = kinds[kind].get();
	if (*p)
		fill(u, *p, 96);
}

static void op_churn_objects(struct preempt_user *u)
{
	churn(u, prandom_u32_below(&u->rnd, 2));
}

static void op_churn_pages(struct preempt_user *u)
{
	churn(u, 2);
}

static void op_churn_areas(struct preempt_user *u)
{
	churn(u, 3 + prandom_u32_below(&u->rnd, 2));
}

void preempt_ops_drop(struct preempt_user *u)
{
	unsigned int i, k;

	for (k = 0; k < PREEMPT_KINDS; k++)
		for (i = 0; i < PREEMPT_KEPT; i++) {
			if (u->kept[k][i])
				kinds[k].put(u->kept[k][i]);
			u->kept[k][i] = NULL;
		}
}

/* ---- pages ----------------------------------------------------------------------- */

static void op_pages(struct preempt_user *u)
{
	unsigned int order = prandom_u32_below(&u->rnd, 5);
	char *p = (char *)__get_free_pages(GFP_KERNEL, order);

	if (!p)
		return;
	fill(u, p, 64);
	check(u, p, 64, "pages");
	free_pages((unsigned long)p, order);
}

static void op_large_pages(struct preempt_user *u)
{
	unsigned int order = 5 + prandom_u32_below(&u->rnd, 6);
	char *p = (char *)__get_free_pages(GFP_KERNEL | __GFP_NOWARN, order);

	if (p)
		fill(u, p, 64);
	drain_all_pages(NULL);
	if (p)
		check(u, p, 64, "large pages");
	free_pages((unsigned long)p, order);
}

static void op_split(struct preempt_user *u)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	unsigned int i;

	if (!page)
		return;
	split_page(page, 2);
	for (i = 0; i < 4; i++) {
		get_page(page + i);
		put_page(page + i);
		__free_pages(page + i, 0);
	}
}

static void op_compound(struct preempt_user *u)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);

	if (!page)
		return;
	get_page(page);
	put_page(page);
	put_page(page);
}

static void op_page_bulk(struct preempt_user *u)
{
	struct page *p[16] = { NULL };
	unsigned long i, nr = alloc_pages_bulk(GFP_KERNEL, 16, p);

	for (i = 0; i < nr; i++)
		__free_pages(p[i], 0);
}

/* ---- areas ----------------------------------------------------------------------- */

static void op_vmalloc(struct preempt_user *u)
{
	size_t n = PAGE_SIZE + prandom_u32_below(&u->rnd, 2) * PAGE_SIZE;
	char *p = vmalloc(n);

	if (!p)
		return;
	fill(u, p, 16);
	fill(u, p + n - 16, 16);
	check(u, p, 16, "vmalloc");
	check(u, p + n - 16, 16, "vmalloc");
	vfree(p);
}

static void op_large_vmalloc(struct preempt_user *u)
{
	size_t n = (3UL << 20) + u->nr * PAGE_SIZE;
	char *p = vmalloc(n), *q;

	if (!p)
		return;
	fill(u, p, 16);
	fill(u, p + n - 16, 16);
	q = vmalloc(PAGE_SIZE);
	check(u, p, 16, "large vmalloc");
	check(u, p + n - 16, 16, "large vmalloc");
	if (q)
		vfree_atomic(q);
	vfree(p);
}

static void op_vmap(struct preempt_user *u)
{
	struct page *page[2];
	char *p;

	page[0] = alloc_page(GFP_KERNEL);
	page[1] = alloc_page(GFP_KERNEL);
	if (page[0] && page[1]) {
		p = vmap(page, 2, VM_MAP, PAGE_KERNEL);
		if (p) {
			fill(u, p, 2 * PAGE_SIZE);
			check(u, page_address(page[0]), PAGE_SIZE, "vmap");
			check(u, page_address(page[1]), PAGE_SIZE, "vmap");
			vunmap(p);
		}
	}
	if (page[0])
		__free_pages(page[0], 0);
	if (page[1])
		__free_pages(page[1], 0);
}

static void op_ioremap(struct preempt_user *u)
{
	void __iomem *p = ioremap(0xb8000, 3 * PAGE_SIZE);

	if (!p)
		return fault(u, "ioremap");
	if (vmalloc_to_pfn((void *)p) != 0xb8)
		fault(u, "ioremap");
	iounmap(p);
}

static void op_percpu(struct preempt_user *u)
{
	char __percpu *p = __alloc_percpu(64, 8);

	if (!p)
		return;
	preempt_disable();
	fill(u, this_cpu_ptr(p), 64);
	preempt_enable();
	yield();
	preempt_disable();
	check(u, this_cpu_ptr(p), 64, "percpu");
	preempt_enable();
	free_percpu(p);
	percpu_shrink(0);
}

/* ---- the rest -------------------------------------------------------------------- */

static irqreturn_t nothing(int irq, void *dev)
{
	return IRQ_NONE;
}

static void op_irq(struct preempt_user *u)
{
	if (request_irq(FREE_LINE, nothing, IRQF_SHARED, "preempt", u))
		return fault(u, "request_irq");
	disable_irq(FREE_LINE);
	enable_irq(FREE_LINE);
	if (!free_irq(FREE_LINE, u))
		fault(u, "free_irq");
}

static void op_printk(struct preempt_user *u)
{
	pr_debug("preempt: user %u, %s\n", u->nr, print_tainted());
}

static void op_tables(struct preempt_user *u)
{
	struct seq_file *m = kmalloc(sizeof(*m), GFP_KERNEL);
	char *buf = kmalloc(2048, GFP_KERNEL);

	if (m && buf) {
		seq_to_buffer(m, buf, 2048);
		stats_meminfo(m);
		stats_buddyinfo(m);
		stats_vmallocinfo(m);
	}
	kfree(buf);
	kfree(m);
}

static void op_verify(struct preempt_user *u)
{
	char msg[128] = "";

	if (!mm_verify(msg, sizeof(msg)))
		fault(u, msg);
}

/* ---- waiting for each other ------------------------------------------------------ */

static DEFINE_MUTEX(shared_mutex);
static unsigned long shared_count, shared_copy;		/* shared_mutex: they are equal */

static void op_mutex(struct preempt_user *u)
{
	mutex_lock(&shared_mutex);
	if (shared_count != shared_copy)
		fault(u, "two in one mutex");
	shared_count++;
	if (u->nr % 2)
		yield();
	shared_copy++;
	mutex_unlock(&shared_mutex);
}

static DECLARE_RWSEM(shared_rwsem);
static unsigned long shared_pair[2];			/* shared_rwsem */

static void op_rwsem(struct preempt_user *u)
{
	if (prandom_u32_below(&u->rnd, 2)) {
		down_write(&shared_rwsem);
		shared_pair[0]++;
		shared_pair[1]++;
		up_write(&shared_rwsem);
		return;
	}
	down_read(&shared_rwsem);
	if (shared_pair[0] != shared_pair[1])
		fault(u, "a reader beside a writer");
	up_read(&shared_rwsem);
}

struct alarm {
	struct timer_list timer;
	unsigned int runs;
};

static void ring(struct timer_list *t)
{
	struct alarm *a = from_timer(a, t, timer);

	a->runs++;
}

static void op_timer(struct preempt_user *u)
{
	struct alarm a = { .runs = 0 };
	unsigned int armed = 1;

	timer_setup_on_stack(&a.timer, ring, 0);
	mod_timer(&a.timer, jiffies + 1);
	armed += !mod_timer(&a.timer, jiffies + prandom_u32_below(&u->rnd, 3));
	armed -= timer_delete_sync(&a.timer);
	if (a.runs != armed)
		fault(u, "a timer did not run as often as it was armed");
}

static mempool_t *shared_pool;

static void op_mempool(struct preempt_user *u)
{
	char *p = mempool_alloc(shared_pool, GFP_KERNEL);

	fill(u, p, 128);
	check(u, p, 128, "mempool");
	mempool_free(p, shared_pool);
}

static int soon_over(void *data)
{
	return 5;
}

static void op_thread(struct preempt_user *u)
{
	struct task_struct *t = kthread_create(soon_over, NULL, "soon/%u", u->nr);
	int ret;

	if (IS_ERR(t))
		return;
	ret = kthread_stop(t);
	if (ret != 5 && ret != -EINTR)
		fault(u, "kthread_stop");
}

static void op_reclaim(struct preempt_user *u)
{
	shrink_slab(GFP_KERNEL, 0, 0);
}

#define QUICK(n)	{ .name = #n, .fn = op_##n, .stride = 1 }
#define SLOW(n, s)	{ .name = #n, .fn = op_##n, .stride = (s) }

const struct preempt_op preempt_ops[] = {
	QUICK(churn_objects), QUICK(churn_pages), QUICK(churn_areas),
	QUICK(kmalloc), QUICK(kmalloc_any), QUICK(bulk), QUICK(shrink), QUICK(cache),
	QUICK(pages), QUICK(split), QUICK(compound), QUICK(page_bulk), QUICK(vmalloc),
	QUICK(vmap), QUICK(ioremap), QUICK(percpu), QUICK(irq), QUICK(printk),
	QUICK(thread), QUICK(mutex), QUICK(rwsem), QUICK(timer), QUICK(mempool),
	SLOW(large_pages, 61), SLOW(large_vmalloc, 61), SLOW(tables, 61), SLOW(reclaim, 61),
	{ .name = "verify", .fn = op_verify, .stride = 7, .smp = 16 },	/* it stops the world */
};
const unsigned int preempt_nr_ops = ARRAY_SIZE(preempt_ops);

int preempt_ops_begin(void)
{
	shared_cache = kmem_cache_create("preempt-shared", 200, 0, 0, NULL);
	shared_pool = mempool_create_kmalloc_pool(2, 128);
	return shared_cache && shared_pool ? 0 : -ENOMEM;
}

void preempt_ops_end(void)
{
	mempool_destroy(shared_pool);
	kmem_cache_destroy(shared_cache);
}
