/* SPDX-License-Identifier: MIT */
/*
 * task.c - who is running, and the way to the scheduler for those below it
 *
 * MODEL
 *   lib/ and mm/ wait and wake, but what a thread switch is they need not know: kernel/sched.c
 *   plugs in.  Until then, and in the hosted build, there is one thread, and waiting for
 *   something that only another could do is over at once: callers test their condition
 *   again, as they must in any case.
 *
 * CONTEXT	see <linux/sched.h>.
 * NOT HERE	run queues: kernel/sched.c.  Making and ending threads: kernel/kthread.c.
 */
#include <asm/processor.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>

struct task_struct init_task = {
	.comm = "swapper/0",
	.on_cpu = 1,
	.prio = 120,
	.cpus_mask = CPU_MASK_ALL,
	.usage = ATOMIC_INIT(1),
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
};

DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;

static const struct sched_ops *sched_ops;

void sched_set_ops(const struct sched_ops *ops)
{
	smp_store_release(&sched_ops, ops);
}

struct task_ident task_ident(void)
{
	const struct task_struct *t = current;

	return (struct task_ident){ t->pid, t->comm };
}

void schedule(void)
{
	const struct sched_ops *ops = READ_ONCE(sched_ops);

	if (ops) {
		ops->schedule();
		return;
	}
	__set_current_state(TASK_RUNNING);
	cpu_relax();
}

void preempt_schedule(void)
{
	const struct sched_ops *ops = READ_ONCE(sched_ops);

	if (ops)
		ops->preempt();
}

bool __cond_resched(void)
{
	if (!preemptible())
		return false;
	preempt_schedule();
	return true;
}

void yield(void)
{
	const struct sched_ops *ops = READ_ONCE(sched_ops);

	if (ops)
		ops->yield();
	else
		cpu_relax();
}

long schedule_timeout(long timeout)
{
	const struct sched_ops *ops = READ_ONCE(sched_ops);

	if (WARN_ON_ONCE(timeout < 0))
		timeout = 0;
	if (ops)
		return ops->timeout(timeout);
	__set_current_state(TASK_RUNNING);
	cpu_relax();
	return 0;
}

long schedule_timeout_interruptible(long timeout)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_idle(long timeout)
{
	__set_current_state(TASK_IDLE);
	return schedule_timeout(timeout);
}

bool wake_up_state(struct task_struct *t, unsigned int mask)
{
	const struct sched_ops *ops = READ_ONCE(sched_ops);
	bool waits = READ_ONCE(t->__state) & mask;

	if (ops)
		return ops->wake(t, mask);
	if (waits)
		WRITE_ONCE(t->__state, TASK_RUNNING);
	return waits;
}

bool wake_up_process(struct task_struct *t)
{
	return wake_up_state(t, TASK_NORMAL | TASK_NEW);
}

int set_cpus_allowed_ptr(struct task_struct *t, const struct cpumask *mask)
{
	const struct sched_ops *ops = READ_ONCE(sched_ops);

	if (ops)
		return ops->set_allowed(t, mask);
	if (!cpumask_test_cpu((unsigned int)smp_processor_id(), mask))
		return -EINVAL;
	cpumask_copy(&t->cpus_mask, mask);
	return 0;
}

/* Looked at under the lock of its queue by those who want to move it, while it does not run. */
void migrate_disable(void)
{
	preempt_disable();
	current->migration_disabled++;
	preempt_enable();
}

/*
 * The barrier pairs with that of set_cpus_allowed_ptr(): either it sees that we may be moved,
 * or we see its mask.
 */
void migrate_enable(void)
{
	struct task_struct *t = current;

	if (WARN_ON_ONCE(!t->migration_disabled))
		return;
	preempt_disable();
	WRITE_ONCE(t->migration_disabled, t->migration_disabled - 1);
	smp_mb();
	if (!t->migration_disabled &&
	    !cpumask_test_cpu((unsigned int)smp_processor_id(), &t->cpus_mask))
		set_preempt_need_resched();
	preempt_enable();
}
