/* SPDX-License-Identifier: MIT */
/*
 * spinlock.c - ticket locks, and the rules for taking them
 *
 * MODEL
 *   tail is the next ticket, head the one being served: take a ticket, wait for it to
 *   come up, step head when done.  First come, first served.
 *
 *   While lock_debug is set each CPU keeps a stack of the locks it holds.  A lock may
 *   be taken only if its rank is above that of every lock held in the same context
 *   (process, or one depth of interrupt): what an interrupt handler takes is no business
 *   of the code that it interrupted, whose locks it cannot be waiting for, or else
 *   "recursion" is reported.
 *
 * INVARIANTS
 *   S1  head == tail iff the lock is free; then owner_cpu is -1.
 *   S2  held.lock[0..nr) are locked and owned by this CPU, in the order of taking.
 *
 * CONTEXT	any but NMI.
 * FAILURE	misuse is reported in Linux's words.  Unlocking a free lock does nothing;
 *		taking one's own again would wait for ever, so it panics.
 */
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>

#define MAX_HELD	16

struct held_lock {
	spinlock_t *lock;
	unsigned int context;		/* irq_count() when it was taken */
};

struct held_locks {
	unsigned int nr;
	struct held_lock lock[MAX_HELD];
};

static DEFINE_PER_CPU(struct held_locks, held_locks);

bool lock_debug = true;

static const char *const rank_name[NR_LOCK_RANKS] = {
	[LOCK_USER] = "user", [LOCK_CACHE_LIST] = "cache_list", [LOCK_VMAP] = "vmap",
	[LOCK_PGTABLE] = "pgtable", [LOCK_PERCPU] = "percpu",
	[LOCK_MEMPOOL] = "mempool", [LOCK_SLAB_NODE] = "slab_node",
	[LOCK_SECTION] = "section", [LOCK_ZONE] = "zone", [LOCK_IRQ_DESC] = "irq_desc",
	[LOCK_ISA_DMA] = "isa_dma",
	[LOCK_TASKS] = "tasks", [LOCK_TIMER] = "timer", [LOCK_WAITQ] = "waitqueue",
	[LOCK_RQ] = "rq", [LOCK_PRINTK] = "printk", [LOCK_CONSOLE] = "console",
};

/* ---- reports --------------------------------------------------------------------- */

static const char *rank_text(const spinlock_t *lock)
{
	const char *name = lock->rank < NR_LOCK_RANKS ? rank_name[lock->rank] : NULL;

	return name ? name : "?";
}

static noinline __cold void spin_bug(const spinlock_t *lock, const char *msg)
{
	struct task_ident who = task_ident();
	const char *owner = lock->owner_cpu < 0 ? "<none>" : who.comm;

	pr_emerg("BUG: spinlock %s on CPU#%d, %s/%d\n", msg, smp_processor_id(), who.comm, who.pid);
	pr_emerg(" lock: %pS, .magic: %08x, .owner: %s/%d, .owner_cpu: %d\n", (void *)lock,
		 0xdead0000U | lock->magic, owner, lock->owner_cpu < 0 ? -1 : who.pid,
		 lock->owner_cpu);
	warn_count++;
	dump_stack();
}

static noinline __cold void rank_bug(const spinlock_t *lock, const spinlock_t *held)
{
	struct task_ident who = task_ident();

	pr_warn("\n======================================================\n");
	pr_warn("WARNING: possible circular locking dependency detected\n");
	pr_warn("------------------------------------------------------\n");
	pr_warn("%s/%d is trying to acquire lock:\n", who.comm, who.pid);
	pr_warn("%px (%s){....}-{rank %d}, at: %pS\n\n", lock, rank_text(lock), lock->rank,
		(void *)lock);
	pr_warn("but task is already holding lock:\n");
	pr_warn("%px (%s){....}-{rank %d}, at: %pS\n\n", held, rank_text(held), held->rank,
		(void *)held);
	pr_warn("which lock already depends on the new lock.\n\nstack backtrace:\n");
	warn_count++;
	dump_stack();
}

/* For reports: what this CPU holds, in the order of taking. */
void debug_show_held_locks(void)
{
	const struct held_locks *held = this_cpu_ptr(&held_locks);
	struct task_ident who = task_ident();
	unsigned int i;

	if (!held->nr) {
		pr_err("no locks held by %s/%d.\n", who.comm, who.pid);
		return;
	}
	pr_err("%u lock%s held by %s/%d:\n", held->nr, held->nr > 1 ? "s" : "", who.comm, who.pid);
	for (i = 0; i < held->nr; i++) {
		const spinlock_t *lock = held->lock[i].lock;

		pr_err(" #%u: %px (%s){....}-{rank %d}, at: %pS\n", i, lock, rank_text(lock),
		       lock->rank, (void *)lock);
	}
}

/* ---- the stack of held locks ----------------------------------------------------- */

static __always_inline void debug_locked(spinlock_t *lock, struct held_locks *held)
{
	unsigned int nr = held->nr;

	lock->owner_cpu = (s8)smp_processor_id();
	held->lock[nr].lock = lock;
	held->lock[nr].context = irq_count();
	held->nr = nr + 1;
}

/*
 * A free and sound lock, of a rank above the newest held one?  That one has the highest
 * rank of its context, or else it has been reported.
 */
static __always_inline bool debug_is_plain_lock(const spinlock_t *lock,
						const struct held_locks *held)
{
	unsigned int nr = held->nr;

	return lock->magic == SPINLOCK_MAGIC && lock->owner_cpu == -1 && nr < MAX_HELD &&
	       (!nr || held->lock[nr - 1].lock->rank < lock->rank);
}

static __always_inline bool debug_is_plain_unlock(const spinlock_t *lock,
						  const struct held_locks *held)
{
	unsigned int nr = held->nr;

	return nr && held->lock[nr - 1].lock == lock &&
	       lock->owner_cpu == smp_processor_id();
}

static __always_inline void take_ticket(spinlock_t *lock)
{
	u16 ticket = __atomic_fetch_add(&lock->tail, 1, __ATOMIC_RELAXED);

	for (; unlikely(smp_load_acquire(&lock->head) != ticket); cpu_relax())
		;
}

static __always_inline void next_ticket(spinlock_t *lock)
{
	smp_store_release(&lock->head, lock->head + 1);
}

/* The same where there may be no room for one more. */
static void debug_locked_checked(spinlock_t *lock, struct held_locks *held)
{
	if (WARN_ON_ONCE(held->nr == MAX_HELD))
		lock->owner_cpu = (s8)smp_processor_id();
	else
		debug_locked(lock, held);
}

/* spin_lock() where something is not plain: say what is wrong, if anything is; lock. */
static noinline void lock_checked(spinlock_t *lock)
{
	struct held_locks *held = this_cpu_ptr(&held_locks);
	const struct held_lock *top = held->nr ? &held->lock[held->nr - 1] : NULL;

	if (lock->magic != SPINLOCK_MAGIC)
		spin_bug(lock, "bad magic");
	if (lock->owner_cpu == smp_processor_id() && spin_is_locked(lock)) {
		spin_bug(lock, "recursion");
		panic("spinlock recursion");
	}
	if (top && top->context == irq_count() && top->lock->rank >= lock->rank)
		rank_bug(lock, top->lock);
	take_ticket(lock);
	debug_locked_checked(lock, held);
}

/* Unlocked out of order: close the gap, before an interrupt pushes its own behind it. */
static void debug_forget(struct held_locks *held, const spinlock_t *lock)
{
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	i = held->nr;
	while (i-- > 0) {
		if (held->lock[i].lock != lock)
			continue;
		held->nr--;
		for (; i < held->nr; i++)
			held->lock[i] = held->lock[i + 1];
		break;
	}
	local_irq_restore(flags);
}

/* spin_unlock() of anything but the newest lock of this CPU. */
static noinline void unlock_checked(spinlock_t *lock)
{
	if (!spin_is_locked(lock)) {
		spin_bug(lock, "already unlocked");
	} else {
		if (lock->owner_cpu != smp_processor_id())
			spin_bug(lock, "wrong CPU");
		lock->owner_cpu = -1;
		debug_forget(this_cpu_ptr(&held_locks), lock);
		next_ticket(lock);
	}
}

unsigned int spin_held_count(void)
{
	return this_cpu_ptr(&held_locks)->nr;
}

void spin_release_held(unsigned int nr) __no_lock_analysis
{
	struct held_locks *held = this_cpu_ptr(&held_locks);
	unsigned int last;

	while ((last = held->nr) > nr) {
		__acquire(held);		/* long ago: for sparse */
		spin_unlock(held->lock[last - 1].lock);
		if (held->nr == last)	/* wiped while held: its report has been printed */
			held->nr--;
	}
}

/* ---- the locks ------------------------------------------------------------------- */

/* Nothing is called but in tail position, so that nothing need be saved. */
static __always_inline void do_lock(spinlock_t *lock) __no_lock_analysis
{
	struct held_locks *held = this_cpu_ptr(&held_locks);

	if (likely(lock_debug)) {
		if (unlikely(!debug_is_plain_lock(lock, held))) {
			lock_checked(lock);
			return;
		}
		take_ticket(lock);
		debug_locked(lock, held);
		return;
	}
	take_ticket(lock);
}

static __always_inline void do_unlock(spinlock_t *lock) __no_lock_analysis
{
	struct held_locks *held = this_cpu_ptr(&held_locks);

	if (likely(lock_debug)) {
		if (unlikely(!debug_is_plain_unlock(lock, held))) {
			unlock_checked(lock);
			return;
		}
		lock->owner_cpu = -1;
		held->nr--;
	}
	next_ticket(lock);
}

void spin_lock(spinlock_t *lock) __no_lock_analysis
{
	preempt_disable();
	do_lock(lock);
}

void spin_unlock(spinlock_t *lock) __no_lock_analysis
{
	do_unlock(lock);
	preempt_enable();
}

bool spin_trylock(spinlock_t *lock)
{
	u32 free, taken;

	preempt_disable();
	free = READ_ONCE(lock->head) * 0x10001U;	/* tail == head */
	taken = free + 0x10000U;
	if (try_cmpxchg(&lock->head_tail, &free, taken)) {
		if (lock_debug)
			debug_locked_checked(lock, this_cpu_ptr(&held_locks));
		return true;
	}
	preempt_enable();
	return false;
}

bool spin_is_locked(const spinlock_t *lock)
{
	u32 both = READ_ONCE(lock->head_tail);

	return (both >> 16) != (both & 0xffff);
}

bool spin_is_held(const spinlock_t *lock)
{
	return spin_is_locked(lock) &&
	       (!lock_debug || lock->owner_cpu == smp_processor_id());
}

unsigned long __spin_lock_irqsave(spinlock_t *lock) __no_lock_analysis
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	do_lock(lock);
	return flags;
}

void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags) __no_lock_analysis
{
	do_unlock(lock);
	local_irq_restore(flags);	/* first: whom an interrupt woke may run at once */
	preempt_enable();
}

void spin_lock_irq(spinlock_t *lock) __no_lock_analysis
{
	local_irq_disable();
	preempt_disable();
	do_lock(lock);
}

void spin_unlock_irq(spinlock_t *lock) __no_lock_analysis
{
	do_unlock(lock);
	local_irq_enable();
	preempt_enable();
}

static int nolockdep_setup(char *val)
{
	lock_debug = false;
	return 0;
}
__setup("nolockdep", nolockdep_setup);
