/* SPDX-License-Identifier: MIT */
/*
 * stress_hogs.c - those who see to it that all of memory is taken
 *
 * hog	a thread and a victim: takes whatever it gets, large blocks while there are any; told
 *	by the out-of-memory path, it gives back everything and begins again.
 * keeper	a thread that now and then fills a cache of pages and one of objects, which
 *	shrinkers empty; and an emergency store, which an out-of-memory notifier empties.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "stress.h"

/* ---- hogs ------------------------------------------------------------------------ */

struct hog {
	struct oom_victim v;
	struct task_struct *thread;
	struct page *chain;		/* through page_private(); the thread's own */
	unsigned long nr;		/* pages */
	bool told;
	unsigned long nr_told, nr_given;	/* times, pages */
	char name[16];
};
static struct hog hogs[STRESS_HOGS];

static unsigned long hog_size(struct oom_victim *v)
{
	return READ_ONCE(container_of(v, struct hog, v)->nr);
}

static void hog_release(struct oom_victim *v)
{
	struct hog *h = container_of(v, struct hog, v);

	WRITE_ONCE(h->told, true);
	h->nr_told++;
	stress_look_again();
	wake_up_process(h->thread);
}

static void hog_free_all(struct hog *h)
{
	struct page *page;

	while ((page = h->chain) != NULL) {
		h->chain = (struct page *)page_private(page);
		h->nr -= 1UL << page->order;
		h->nr_given += 1UL << page->order;
		__free_pages(page, page->order);
	}
}

/* Large blocks while there are any, then single pages; false: there is none. */
static bool hog_take(struct hog *h)
{
	const gfp_t easy = GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM;
	struct page *page = alloc_pages(easy | __GFP_NOWARN, 6);

	if (!page)
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
	if (!page)
		return false;
	set_page_private(page, (unsigned long)h->chain);
	h->chain = page;
	h->nr += 1UL << page->order;
	return true;
}

static int hog_run(void *arg)
{
	struct hog *h = arg;

	while (stress_go_on(&h->told)) {
		if (READ_ONCE(h->told)) {
			hog_free_all(h);
			WRITE_ONCE(h->told, false);
			oom_victim_done(&h->v);
			schedule_timeout_uninterruptible(1);
		} else if (!hog_take(h)) {
			schedule_timeout_uninterruptible(1);
		}
	}
	return 0;
}

/* ---- what shrinkers empty -------------------------------------------------------- */

/* Things of one page or one object, chained through their first word. */
struct keeper {
	struct shrinker *shrinker;
	struct kmem_cache *cache;	/* NULL: pages */
	spinlock_t lock;
	void *chain;			/* lock */
	unsigned long nr, limit;	/* lock */
	unsigned long nr_kept, nr_shrunk;
};
static struct keeper page_keeper, object_keeper;
static struct task_struct *keeper_thread;

static void *keeper_pop(struct keeper *k)
{
	unsigned long flags;
	void **p;

	spin_lock_irqsave(&k->lock, flags);
	p = k->chain;
	if (p) {
		k->chain = *p;
		k->nr--;
	}
	spin_unlock_irqrestore(&k->lock, flags);
	return p;
}

static void keeper_push(struct keeper *k, void **p)
{
	unsigned long flags;

	spin_lock_irqsave(&k->lock, flags);
	*p = k->chain;
	k->chain = p;
	k->nr++;
	spin_unlock_irqrestore(&k->lock, flags);
	k->nr_kept++;
}

static unsigned long keeper_free(struct keeper *k, unsigned long nr)
{
	unsigned long freed;
	void *p;

	for (freed = 0; freed < nr; freed++) {
		p = keeper_pop(k);
		if (!p)
			break;
		if (k->cache)
			kmem_cache_free(k->cache, p);
		else
			free_page((unsigned long)p);
	}
	return freed;
}

static unsigned long keeper_count(struct shrinker *s, struct shrink_control *sc)
{
	return READ_ONCE(((struct keeper *)s->private_data)->nr);
}

static unsigned long keeper_scan(struct shrinker *s, struct shrink_control *sc)
{
	struct keeper *k = s->private_data;
	unsigned long freed;

	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;		/* as one with a file system behind it */
	freed = keeper_free(k, sc->nr_to_scan);
	k->nr_shrunk += freed;
	return freed ? freed : SHRINK_STOP;
}

static void keeper_fill(struct keeper *k)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;
	void *p;

	while (READ_ONCE(k->nr) < k->limit) {
		p = k->cache ? kmem_cache_alloc(k->cache, gfp) : (void *)__get_free_page(gfp);
		if (!p)
			return;
		keeper_push(k, p);
		if (k->nr % 32 == 0)
			return;			/* some at a time */
	}
}

static int keeper_open(struct keeper *k, struct kmem_cache *cache, unsigned long limit)
{
	memset(k, 0, sizeof(*k));
	spin_lock_init(&k->lock);
	k->cache = cache;
	k->limit = limit;
	k->shrinker = shrinker_alloc(0, "stress-%s", cache ? "objects" : "pages");
	if (!k->shrinker)
		return -ENOMEM;
	k->shrinker->count_objects = keeper_count;
	k->shrinker->scan_objects = keeper_scan;
	k->shrinker->private_data = k;
	shrinker_register(k->shrinker);
	return 0;
}

static void keeper_close(struct keeper *k)
{
	shrinker_free(k->shrinker);
	keeper_free(k, ~0UL);
}

/* ---- the emergency store --------------------------------------------------------- */

#define STORE_ORDER	4
static struct page *store;
static unsigned long nr_stored;

static int store_give(struct notifier_block *nb, unsigned long unused, void *freed)
{
	struct page *page = xchg(&store, NULL);

	if (page) {
		__free_pages(page, STORE_ORDER);
		*(unsigned long *)freed += 1UL << STORE_ORDER;
		nr_stored++;
	}
	return NOTIFY_OK;
}
static struct notifier_block store_nb = { .notifier_call = store_give };

static void store_fill(void)
{
	struct page *page;

	if (READ_ONCE(store))
		return;
	page = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, STORE_ORDER);
	page = xchg(&store, page);
	if (page)
		__free_pages(page, STORE_ORDER);
}

static int keeper_run(void *unused)
{
	unsigned int round = 0;

	while (stress_go_on(NULL)) {
		keeper_fill(&page_keeper);
		keeper_fill(&object_keeper);
		if (round++ % 64 == 0)
			store_fill();
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}

/* ---- beginning and end ----------------------------------------------------------- */

static int hog_start(struct hog *h, unsigned int i)
{
	memset(h, 0, sizeof(*h));
	snprintf(h->name, sizeof(h->name), "hog/%u", i);
	h->v = (struct oom_victim){ .name = h->name, .size = hog_size, .release = hog_release };
	h->thread = kthread_create(hog_run, h, "hog/%u", i);
	if (IS_ERR(h->thread)) {
		h->thread = NULL;
		return -ENOMEM;
	}
	get_task_struct(h->thread);
	h->v.task = h->thread;
	oom_register_victim(&h->v);
	wake_up_process(h->thread);
	return 0;
}

int stress_hogs_start(void)
{
	struct kmem_cache *cache = kmem_cache_create("stress-kept", 500, 0, SLAB_RECLAIM_ACCOUNT,
						     NULL);
	unsigned int i;

	if (!cache || keeper_open(&page_keeper, NULL, totalram_pages() / 16) ||
	    keeper_open(&object_keeper, cache, totalram_pages() / 4))
		return -ENOMEM;
	nr_stored = 0;
	register_oom_notifier(&store_nb);
	keeper_thread = kthread_create(keeper_run, NULL, "keeper");
	if (IS_ERR(keeper_thread))
		return -ENOMEM;
	get_task_struct(keeper_thread);
	wake_up_process(keeper_thread);
	for (i = 0; i < STRESS_HOGS; i++)
		if (hog_start(&hogs[i], i))
			return -ENOMEM;
	return 0;
}

void stress_hogs_stop(void)
{
	unsigned int i;

	kthread_stop_put(keeper_thread);
	for (i = 0; i < STRESS_HOGS; i++) {
		oom_unregister_victim(&hogs[i].v);	/* while its task exists */
		kthread_stop_put(hogs[i].thread);
		hog_free_all(&hogs[i]);
	}
	unregister_oom_notifier(&store_nb);
	if (store)
		__free_pages(store, STORE_ORDER);
	store = NULL;
	keeper_close(&page_keeper);
	keeper_close(&object_keeper);
	kmem_cache_destroy(object_keeper.cache);
}

void stress_hogs_count(struct stress_hog_counts *c)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < STRESS_HOGS; i++) {
		c->told += hogs[i].nr_told;
		c->given += hogs[i].nr_given;
	}
	c->kept = page_keeper.nr_kept + object_keeper.nr_kept;
	c->shrunk = page_keeper.nr_shrunk + object_keeper.nr_shrunk;
	c->stored = nr_stored;
}
