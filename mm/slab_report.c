/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_report.c - telling what is wrong with an object, in SLUB's words
 *
 * MODEL
 *   A report is a title between two rules, what is known of the slab and the object, a dump
 *   of the bytes around, a backtrace, and a line for what was done about it:
 *
 *	=============...
 *	BUG kmalloc-64 (Not tainted): Object already free
 *	-------------...
 *
 *	Allocated in .. / Freed in ..		(SLAB_STORE_USER)
 *	Slab 0x.. objects=64 used=3 fp=0x.. flags=..
 *	Object 0x.. @offset=128 fp=0x..
 *
 *	Object   ffff888000123080: 6b 6b ...
 *	CPU: 0 PID: 0 ...
 *	FIX kmalloc-64: Object at 0x.. not freed
 *
 *   Linux's tools and people read these texts, so their wording is Linux's to the letter.
 *   Nothing here decides or repairs anything.
 *
 * INVARIANTS	each title and each FIX line adds one to the counter that tests compare.
 * LOCKING	none; may be called under s->lock (LOCK_PRINTK is further in).
 * CONTEXT	any.
 * FAILURE	none.
 * NOT HERE	checks: slab_debug.c.  Statistics: stats.c.
 */
#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stacktrace.h>

#include "slab.h"

#define SLAB_REPORT_DUMP	256	/* bytes of an object that are dumped, at most */

static unsigned long slab_report_count;
static slab_clock_t slab_report_clock;

unsigned long slab_error_count(void)
{
	return READ_ONCE(slab_report_count);
}

slab_clock_t slab_set_clock(slab_clock_t jiffies_now)
{
	slab_clock_t old = slab_report_clock;

	slab_report_clock = jiffies_now;
	return old;
}

unsigned long slab_report_now(void)
{
	slab_clock_t now = READ_ONCE(slab_report_clock);

	return now ? now() : 0;
}

/* Atomically: tests compare these, and two CPUs may err at once. */
static void slab_report_add(struct kmem_cache *s)
{
	__atomic_fetch_add(&slab_report_count, 1, __ATOMIC_RELAXED);
	if (s)
		__atomic_fetch_add(&s->nr_errors, 1, __ATOMIC_RELAXED);
}

static const char *slab_report_name(const struct kmem_cache *s)
{
	return s ? s->name : "kmalloc";
}

/* ---- parts of a report ----------------------------------------------------------- */

/* The rules around are what people's scripts cut at. */
static void slab_report_title(struct kmem_cache *s, const char *what)
{
	slab_report_add(s);
	pr_err("=============================================================================\n");
	pr_err("BUG %s (%s): %s\n", slab_report_name(s), print_tainted(), what);
	pr_err("-----------------------------------------------------------------------------\n");
	pr_err("\n");
}

/* Whatever comes after this may be due to it: the kernel is tainted. */
static void slab_report_end(void)
{
	dump_stack();
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
}

/* Nobody yet, or nobody since the slab was made: no line. */
static void slab_report_track(const char *what, const struct slab_track *t)
{
	if (!t->addr)
		return;
	VM_WARN_ON_ONCE(t->nr_entries > SLAB_TRACK_DEPTH);
	pr_err("%s in %pS age=%lu cpu=%d pid=%d\n", what, (void *)t->addr,
	       slab_report_now() - t->when, t->cpu, t->pid);
	stack_trace_print(t->entries, min_t(u32, t->nr_entries, SLAB_TRACK_DEPTH), 1);
}

static void slab_report_tracks(struct kmem_cache *s, void *object)
{
	if (!s->track)
		return;
	slab_report_track("Allocated", slab_debug_track(s, object, SLAB_TRACK_ALLOC));
	slab_report_track("Freed", slab_debug_track(s, object, SLAB_TRACK_FREE));
}

static void slab_report_slab_line(struct kmem_cache *s, struct page *slab)
{
	pr_err("Slab 0x%px objects=%u used=%u fp=0x%px flags=0x%x(slab|zone=%u)\n", slab,
	       s->objects, slab->inuse, slab_first_free(s, slab),
	       slab->flags, page_zonenum(slab));
}

/* Not all of a large object: what tells most is at its beginning. */
static void slab_report_section(const char *prefix, const void *from, size_t bytes)
{
	if (bytes)
		print_hex_dump(KERN_ERR, prefix, DUMP_PREFIX_ADDRESS, 16, 1, from,
			       min_t(size_t, bytes, SLAB_REPORT_DUMP), true);
}

/*
 * Who, where, and the bytes.  The object may be another one's by now, or be written to while it
 * is printed: what is shown is what memory holds, which is what there is to go by.
 */
static void slab_report_trailer(struct kmem_cache *s, struct page *slab, void *object)
{
	u8 *base = page_address(slab), *p = object;

	VM_WARN_ON_ONCE(p < base || p >= base + (PAGE_SIZE << s->order));
	slab_report_tracks(s, object);
	slab_report_slab_line(s, slab);
	pr_err("Object 0x%px @offset=%td fp=0x%px\n", object, p - base,
	       slab_link_next(slab_link_of(s, object)));
	pr_err("\n");
	if (s->red_left)
		slab_report_section("Redzone  ", p - s->red_left, min_t(u32, s->red_left, 16));
	else if (p > base + 16)
		slab_report_section("Bytes b4 ", p - 16, 16);
	slab_report_section("Object   ", p, s->object_size);
	if (s->flags & SLAB_RED_ZONE)
		slab_report_section("Redzone  ", p + s->object_size, s->inuse - s->object_size);
	if (s->flags & SLAB_DEBUG_FLAGS)
		slab_report_section("Padding  ", p + s->end, s->size - s->red_left - s->end);
}

/* ---- reports --------------------------------------------------------------------- */

void slab_report_object(struct kmem_cache *s, struct page *slab, void *object,
			const char *reason)
{
	slab_report_title(s, reason);
	slab_report_trailer(s, slab, object);
	slab_report_end();
}

void slab_report_link(struct kmem_cache *s, const struct slab_link *link)
{
	slab_report_title(s, "Freepointer corrupt");
	pr_err("A free object's link leads to 0x%px, which is none\n", link);
	slab_report_end();
}

void slab_report_slab(struct kmem_cache *s, struct page *slab, const char *fmt, ...)
{
	char what[100];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	slab_report_title(s, what);
	slab_report_slab_line(s, slab);
	slab_report_end();
}

void slab_report_overwrite(struct kmem_cache *s, struct page *slab, void *object,
			   const struct slab_overwrite *ow)
{
	const u8 *base = page_address(slab);
	char what[100];

	VM_WARN_ON_ONCE(ow->fault >= ow->end);
	if (!object) {
		slab_report_slab(s, slab, "Padding overwritten. 0x%px-0x%px @offset=%td",
				 ow->fault, ow->end - 1, ow->fault - base);
		return;
	}
	snprintf(what, sizeof(what), "%s overwritten", ow->what);
	slab_report_title(s, what);
	pr_err("0x%px-0x%px @offset=%td. First byte 0x%x instead of 0x%x\n", ow->fault,
	       ow->end - 1, ow->fault - base, *ow->fault, ow->value);
	slab_report_trailer(s, slab, object);
	slab_report_end();
}

void slab_report_fix(struct kmem_cache *s, const char *fmt, ...)
{
	char what[100];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	slab_report_add(s);
	pr_err("FIX %s: %s\n", slab_report_name(s), what);
}

void slab_report_trace(struct kmem_cache *s, struct page *slab, void *object, bool alloc)
{
	pr_info("TRACE %s %s 0x%px inuse=%d fp=0x%px\n", s->name, alloc ? "alloc" : "free",
		object, slab->inuse, slab_first_free(s, slab));
	dump_stack();
}

/* ---- frees of something that is no object ---------------------------------------- */

/* What kind of place is this? */
static const char *slab_report_place(const void *p)
{
	const unsigned long addr = (unsigned long)p;
	struct page *page;

	if (addr < PAGE_SIZE)
		return "the first page, which is never mapped";
	if (addr >= VMALLOC_START && addr < VMALLOC_END)
		return "vmalloc space";
	if (!pfn_online((addr - PAGE_OFFSET) >> PAGE_SHIFT))
		return "no memory that is online (kernel image, stack, or nothing)";
	page = compound_head(virt_to_page(p));
	return page->owner == PAGE_OWNER_NONE ? "the inside of a block of pages" :
						page_owner_name(page->owner);
}

static void slab_report_outside(struct kmem_cache *s, const void *p)
{
	char what[80];

	snprintf(what, sizeof(what), "Attempt to free object(0x%px) outside of slab", p);
	slab_report_title(s, what);
	pr_err("0x%px is in: %s\n", p, slab_report_place(p));
}

static void slab_report_inside(struct kmem_cache *s, const void *p)
{
	struct page *slab = slab_page_of(s, p);
	unsigned long off = (unsigned long)p - (unsigned long)page_address(slab);
	unsigned int nr = off / s->size;
	char what[80];

	snprintf(what, sizeof(what), "Invalid object pointer 0x%px", p);
	slab_report_title(s, what);
	if (nr < s->objects)
		slab_report_trailer(s, slab, slab_object(s, slab, nr));
	else
		slab_report_slab_line(s, slab);
}

void slab_report_bad_free(struct kmem_cache *s, const void *p, unsigned long caller)
{
	struct kmem_cache *real = kmalloc_cache_of(p);

	if (!real) {
		slab_report_outside(s, p);
	} else if (s && s != real) {
		slab_report_title(s, "page slab pointer corrupt.");
		pr_err("cache_from_obj: Wrong slab cache. %s but object is from %s\n", s->name,
		       real->name);
		slab_report_slab_line(real, slab_page_of(real, p));
	} else {
		slab_report_inside(real, p);
	}
	pr_err("Freed by %pS\n", (void *)caller);
	slab_report_end();
	slab_report_fix(s ? s : real, "Object at 0x%px not freed", p);
}

void slab_report_bad_size(struct kmem_cache *s, const void *p, size_t said, size_t bytes)
{
	char what[80];

	snprintf(what, sizeof(what), "kfree_s: size %zu, but object 0x%px has %zu", said, p, bytes);
	slab_report_title(s, what);
	slab_report_end();
	slab_report_fix(s, "Object at 0x%px not freed", p);
}

/* ---- objects of a cache that goes ------------------------------------------------ */

/* The title comes with the first slab that has any. */
static void slab_report_live(struct kmem_cache *s, struct page *slab, void *arg)
{
	DECLARE_BITMAP(free, SLAB_MAX_OBJECTS);
	unsigned long *nr = arg;
	unsigned int i;
	void *p;

	lockdep_assert_held(&s->lock);
	s->ops->free_map(s, slab, free);
	if (!*nr)
		slab_report_title(s, "Objects remaining on __kmem_cache_shutdown()");
	slab_report_slab_line(s, slab);
	for (i = 0; i < s->objects; i++) {
		if (test_bit(i, free))
			continue;
		p = slab_object(s, slab, i);
		pr_err("Object 0x%px @offset=%td\n", p, (u8 *)p - (u8 *)page_address(slab));
		slab_report_tracks(s, p);
		++*nr;
	}
}

unsigned long slab_report_leaks(struct kmem_cache *s)
{
	unsigned long nr = 0;

	s->ops->for_each_slab(s, slab_report_live, &nr);
	pr_err("kmem_cache_destroy %s: Slab cache still has objects when called from %pS\n",
	       s->name, (void *)_RET_IP_);
	slab_report_end();
	return nr;
}

/* "slab kmalloc-64 start ffff.. pointer offset 3 size 64", as in Linux's mem_dump_obj(). */
bool kmem_dump_obj(void *object)
{
	struct kmem_cache *s = kmalloc_cache_of(object);
	unsigned int nr;
	struct page *slab;
	char *start;

	if (!s)
		return false;
	slab = slab_page_of(s, object);
	nr = ((char *)object - (char *)page_address(slab)) / s->size;
	start = slab_object(s, slab, min_t(unsigned int, nr, s->objects - 1));
	pr_info("%px: slab %s start %px pointer offset %td size %u\n", object, s->name, start,
		(char *)object - start, s->object_size);
	slab_report_tracks(s, start);
	return true;
}
