/* SPDX-License-Identifier: MIT */
/*
 * kernel/kthread.c - threads: how they begin, how they end
 *
 * MODEL
 *	kthread_create()  structure and stack; TASK_NEW; on the list of all threads
 *	   wake_up_process()  first switch: kthread_main() on the new stack calls threadfn
 *	      return, kthread_exit()  TASK_DEAD; the last switch away
 *	         kthread_bury()  by whoever runs next on that CPU: on the list of the dead, and
 *	         		 kthread_stop() goes on
 *	            kthread_reap()  in process context: the stack goes back, and one reference
 *
 *   A thread cannot free the stack that it stands on, and whoever runs behind it may not
 *   sleep: so the dead wait for "kthreadd", whose only work is to take them away.  Whoever
 *   makes a thread takes them away, too: a loop that makes and ends threads cannot run out
 *   of memory because kthreadd does not get its turn.
 *
 * LOCKING	task_lock, rank LOCK_TASKS, irqs off: the list of all, the list of the dead.
 * CONTEXT	process, but for kthread_bury() and put_task_struct().
 * FAILURE	ERR_PTR(-ENOMEM), everything unwound.
 * NOT HERE	stacks: mm/stack.c.  Who runs: sched.c.
 */
#include <asm/switch_to.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "sched.h"

/* Field keys:  (C) constant once created   (L) task_lock */
struct kthread {
	struct task_struct task;	/* first: they are one allocation */
	int (*fn)(void *data);		/* (C) */
	void *data;			/* (C) */
	long result;			/* valid when exited */
	bool should_stop;		/* set once, by kthread_stop() */
	struct completion exited;	/* kthread_stop() waits for it */
};

static DEFINE_SPINLOCK_RANKED(task_lock, LOCK_TASKS);
static struct task_struct *kthread_dead;	/* (L) */
static struct task_struct *kthread_reaper;	/* (C) "kthreadd", once it runs */
static atomic_t kthread_ending;			/* threads that have begun to end */
static unsigned int kthread_nr = 1;		/* (L) on the list; the boot thread is */
static int kthread_last_pid;			/* (L) */
static struct kmem_cache *kthread_cache;

/* (L) the deepest that any thread has been seen to go */
static struct {
	unsigned long left;		/* bytes never written to */
	char comm[TASK_COMM_LEN];
} kthread_stack = { .left = THREAD_SIZE };

static struct kthread *to_kthread(struct task_struct *t)
{
	return t->kthread;
}

/* ---- the list of all ------------------------------------------------------------- */

void kthread_adopt(struct task_struct *t)
{
	/* The boot thread is the head of the list: nothing else to do. */
	BUG_ON(t != &init_task);
}

/* Idle threads have no number. */
static void kthread_publish(struct task_struct *t, bool numbered)
{
	unsigned long flags;

	spin_lock_irqsave(&task_lock, flags);
	if (numbered)
		t->pid = ++kthread_last_pid;
	list_add_tail(&t->tasks, &init_task.tasks);
	kthread_nr++;
	spin_unlock_irqrestore(&task_lock, flags);
}

void sched_for_each_task(void (*fn)(struct task_struct *t, void *arg), void *arg)
{
	struct task_struct *t;
	unsigned long flags;

	spin_lock_irqsave(&task_lock, flags);
	fn(&init_task, arg);
	list_for_each_entry(t, &init_task.tasks, tasks)
		fn(t, arg);
	spin_unlock_irqrestore(&task_lock, flags);
}

unsigned int kthread_nr_ending(void)
{
	return (unsigned int)atomic_read(&kthread_ending);
}

unsigned int kthread_count(void)
{
	return READ_ONCE(kthread_nr);
}

/* ---- the end --------------------------------------------------------------------- */

void put_task_struct(struct task_struct *t)
{
	if (atomic_dec_and_test(&t->usage))
		kmem_cache_free(kthread_cache, to_kthread(t));
}

void kthread_bury(struct task_struct *t)
{
	struct kthread *k = to_kthread(t);

	get_task_struct(t);		/* once it is on the list anybody takes it away */
	spin_lock(&task_lock);
	t->next_dead = kthread_dead;
	kthread_dead = t;
	spin_unlock(&task_lock);
	complete_all(&k->exited);	/* who has waited for it can reap it now */
	put_task_struct(t);
	if (kthread_reaper)
		wake_up_process(kthread_reaper);
}

/* ---- how deep stacks are used ---------------------------------------------------- */

unsigned long stack_not_used(const struct task_struct *t)
{
	const unsigned long *const stack = t->stack;
	unsigned long n = 0;

	while (stack && n < THREAD_SIZE / sizeof(*stack) && !READ_ONCE(stack[n]))
		n++;
	return stack ? n * sizeof(*stack) : THREAD_SIZE;
}

static void kthread_note_stack(const struct task_struct *t, unsigned long left)
{
	lockdep_assert_held(&task_lock);
	if (left >= kthread_stack.left)
		return;
	kthread_stack.left = left;
	strscpy(kthread_stack.comm, t->comm, sizeof(kthread_stack.comm));
}

static void kthread_look_at_stack(struct task_struct *t, void *unused)
{
	kthread_note_stack(t, stack_not_used(t));
}

unsigned long sched_stack_left(char comm[TASK_COMM_LEN])
{
	unsigned long left, flags;

	sched_for_each_task(kthread_look_at_stack, NULL);
	spin_lock_irqsave(&task_lock, flags);
	left = kthread_stack.left;
	strscpy(comm, kthread_stack.comm, TASK_COMM_LEN);
	spin_unlock_irqrestore(&task_lock, flags);
	return left;
}

/* ---- taking the dead away -------------------------------------------------------- */

/* The dead no longer write: no need to look under the lock. */
static void kthread_dissolve(struct task_struct *t)
{
	const unsigned long left = stack_not_used(t);
	unsigned long flags;

	spin_lock_irqsave(&task_lock, flags);
	kthread_note_stack(t, left);
	spin_unlock_irqrestore(&task_lock, flags);
	thread_stack_free(t->stack);
	t->stack = NULL;
	put_task_struct(t);
	atomic_dec(&kthread_ending);
}

static struct task_struct *kthread_pop_dead(void)
{
	struct task_struct *t;
	unsigned long flags;

	spin_lock_irqsave(&task_lock, flags);
	t = kthread_dead;
	if (t) {
		kthread_dead = t->next_dead;
		list_del_init(&t->tasks);
		kthread_nr--;
	}
	spin_unlock_irqrestore(&task_lock, flags);
	return t;
}

unsigned int kthread_reap(void)
{
	struct task_struct *t;
	unsigned int nr = 0;

	while ((t = kthread_pop_dead()) != NULL) {
		kthread_dissolve(t);
		nr++;
	}
	return nr;
}

/* The count is the CPU's: what this thread leaves behind would be its successor's. */
static void kthread_drop_preempt_count(void)
{
	const unsigned int left = preempt_count();

	if (likely(!left))
		return;
	pr_info("note: %s[%d] exited with preempt_count %u\n", current->comm, current->pid, left);
	preempt_count_sub(left);
}

void __noreturn kthread_exit(long result)
{
	struct kthread *k = to_kthread(current);

	debug_check_no_locks_held();
	might_sleep();
	if (!k)
		panic("the boot thread must not exit");
	kthread_drop_preempt_count();
	current->flags |= PF_EXITING;
	atomic_inc(&kthread_ending);
	k->result = result;
	sched_exit();
}

void __noreturn kthread_complete_and_exit(struct completion *comp, long code)
{
	if (comp)
		complete(comp);
	kthread_exit(code);
}

/* ---- the beginning --------------------------------------------------------------- */

static void __noreturn kthread_main(void)
{
	struct kthread *k;

	sched_first_switch();
	k = to_kthread(current);
	kthread_exit(READ_ONCE(k->should_stop) ? -EINTR : k->fn(k->data));
}

static void kthread_entry(void)
{
	kthread_main();
}

static struct kthread *kthread_alloc(void)
{
	struct kthread *k = kmem_cache_zalloc(kthread_cache, GFP_KERNEL);

	if (!k)
		return NULL;
	k->task.stack = thread_stack_alloc(GFP_KERNEL);
	if (!k->task.stack) {
		kmem_cache_free(kthread_cache, k);
		return NULL;
	}
	return k;
}

/* What all threads have in common; it begins where its maker is, and may run where that may. */
static struct task_struct *kthread_prepare(struct kthread *k)
{
	struct task_struct *t = &k->task;

	init_completion(&k->exited);
	t->kthread = k;
	t->flags = PF_KTHREAD;
	t->prio = DEFAULT_PRIO;
	t->cpu = (unsigned int)raw_smp_processor_id();
	t->cpus_mask = current->cpus_mask;
	atomic_set(&t->usage, 1);
	INIT_LIST_HEAD(&t->run_list);
	return t;
}

struct task_struct *kthread_create(int (*threadfn)(void *data), void *data,
				   const char *namefmt, ...)
{
	struct task_struct *t;
	struct kthread *k;
	va_list args;

	might_sleep();
	kthread_reap();
	k = kthread_alloc();
	if (!k)
		return ERR_PTR(-ENOMEM);
	k->fn = threadfn;
	k->data = data;
	t = kthread_prepare(k);
	t->__state = TASK_NEW;
	t->sp = switch_stack_prepare((char *)t->stack + THREAD_SIZE, kthread_entry);
	va_start(args, namefmt);
	vscnprintf(t->comm, sizeof(t->comm), namefmt, args);
	va_end(args);
	kthread_publish(t, true);
	return t;
}

struct task_struct *kthread_create_on_cpu(int (*threadfn)(void *data), void *data,
					  unsigned int cpu, const char *namefmt)
{
	char name[TASK_COMM_LEN];
	struct task_struct *t;

	scnprintf(name, sizeof(name), namefmt, cpu);
	t = kthread_create(threadfn, data, "%s", name);
	if (!IS_ERR(t))
		kthread_bind(t, cpu);
	return t;
}

struct task_struct *fork_idle(unsigned int cpu)
{
	struct kthread *k = kthread_alloc();
	struct task_struct *t;

	if (!k)
		return ERR_PTR(-ENOMEM);
	t = kthread_prepare(k);
	t->cpus_mask = *cpumask_of(cpu);
	scnprintf(t->comm, sizeof(t->comm), "swapper/%u", cpu);
	kthread_publish(t, false);
	return t;
}

/* ---- asking one to end ----------------------------------------------------------- */

bool kthread_should_stop(void)
{
	const struct kthread *k = to_kthread(current);

	return k && READ_ONCE(k->should_stop);
}

void *kthread_data(struct task_struct *t)
{
	return to_kthread(t)->data;
}

int kthread_stop(struct task_struct *t)
{
	struct kthread *k = to_kthread(t);
	long result;

	might_sleep();
	get_task_struct(t);
	WRITE_ONCE(k->should_stop, true);
	wake_up_process(t);
	wait_for_completion(&k->exited);
	result = k->result;
	put_task_struct(t);
	kthread_reap();
	return (int)result;
}

int kthread_stop_put(struct task_struct *t)
{
	int result = kthread_stop(t);

	put_task_struct(t);
	return result;
}

/* ---- the reaper ------------------------------------------------------------------ */

static int kthreadd(void *unused)
{
	for (;;) {
		set_current_state(TASK_IDLE);
		if (!READ_ONCE(kthread_dead))
			schedule();
		__set_current_state(TASK_RUNNING);
		kthread_reap();
	}
	return 0;
}

void kthread_init(void)
{
	kthread_cache = kmem_cache_create("task_struct", sizeof(struct kthread), 16,
					  SLAB_PANIC, NULL);
}

void kthread_start_reaper(void)
{
	struct task_struct *t = kthread_run(kthreadd, NULL, "kthreadd");

	if (IS_ERR(t))
		panic("no memory for the first thread");
	kthread_reaper = t;
}

/* ---- ps -------------------------------------------------------------------------- */

static char state_letter(const struct task_struct *t)
{
	const unsigned int state = READ_ONCE(t->__state);

	if (state == TASK_RUNNING)
		return 'R';
	if (state & TASK_DEAD)
		return 'X';
	if (state & TASK_NOLOAD)
		return 'I';
	return state & TASK_INTERRUPTIBLE ? 'S' : 'D';
}

/* One that has never been woken is where its maker was, but will run elsewhere if it must. */
static unsigned int shown_cpu(const struct task_struct *t)
{
	const unsigned int cpu = task_cpu(t);

	return cpumask_test_cpu(cpu, &t->cpus_mask) ? cpu : cpumask_first(&t->cpus_mask);
}

static void sched_show_task(struct task_struct *t, void *arg)
{
	const u64 ns = task_sched_runtime(t);

	seq_printf(arg, "%5d %c %3u %4d %10llu %8lu %8lu  %s\n", t->pid, state_letter(t),
		   shown_cpu(t), t->prio, ns / NSEC_PER_USEC, t->nvcsw, t->nivcsw, t->comm);
}

void sched_show(struct seq_file *m)
{
	seq_puts(m, "  PID S CPU PRIO    TIME us     WAIT  PREEMPT  COMMAND\n");
	sched_for_each_task(sched_show_task, m);
}
