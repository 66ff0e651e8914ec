/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_step.c - step through a call, and interrupt it at one exact boundary
 *
 * MODEL
 *   A boundary is the point in front of an instruction.  A call is first recorded: the
 *   address of each boundary, and whether an interrupt could be taken there.  Then it runs
 *   again, and is compared boundary by boundary with what was recorded, up to the target:
 *
 *	op:   b0   b1   b2   b3 ...		#DB in front of each instruction
 *			     |
 *			     +- #DB: send myself an interrupt, trap flag off, iretq
 *				the CPU takes the interrupt before it executes anything
 *
 *   The interrupt is a real one, through the local APIC and the IDT.  Its handler checks
 *   that what it has interrupted is the boundary, by address and by stack pointer.
 *
 *   With interrupts off at the boundary it must be an NMI.  An NMI sent by the #DB handler
 *   would be taken in that handler.  So it enters an NMI first, and leaves it by a jump:
 *   the CPU now holds NMIs back until the next iretq, which is the one that goes back to
 *   the boundary.  There the second NMI is waiting.
 *
 *   An exception is raised without its reason: #DB's iretq goes to a springboard, which pushes
 *   what the CPU would have pushed at the boundary, and jumps to the exception's entry.
 *
 *   The instruction behind an sti runs with interrupts held back: masked, too, where the
 *   CPU traps in front of it at all (TCG does not; then it is counted, and no boundary).
 *
 *   A repeated string instruction traps after each iteration.  Its boundaries are the one
 *   in front of it and the one after its first iteration; the others differ from that one
 *   in a counter only, and are counted as instructions, not as boundaries.
 *
 *   Stepping all the way to each boundary of a long path would take time with the square of
 *   its length.  So a visit runs at full speed up to an anchor, by the CPU's breakpoint
 *   register: a boundary near the target whose instruction has been met a few times before
 *   at most.  What is behind the anchor is stepped and compared; the whole path is, too,
 *   when it is recorded, and by the run that compares.
 *
 *   A stepped pushf would store a trap flag that is ours: it is wiped from the stack.
 *
 * CONTEXT	process; the handlers: interrupt, NMI.
 * NOT HERE	what is swept: irqsweep_run.c.
 */
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <asm/rewind.h>
#include <asm/sections.h>
#include <asm/singlestep.h>
#include <asm/traps.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "irqsweep_step.h"

#define STEP_THRESHOLD		(STEP_VECTOR & 0xf0)
#define NMI_SPINS		1000000

/* A mark is the offset of the boundary from the image's start, and a bit. */
#define MARK_MASKED		(1U << 31)

const unsigned int step_run_from[STEP_NR_RUNS] = { 1, 16, 64, 256, 512, 1000, 1500, 2000 };

static struct step *step_current;	/* who is being stepped */
static struct step *step_waiting;	/* who waits for an interrupt or an NMI */
static struct step_counts step_counts;

const u8 step_vectors[STEP_NR_VECTORS] = { X86_TRAP_PF, X86_TRAP_GP, X86_TRAP_MC };
extern const u8 vector_stubs[NR_VECTORS][16];		/* arch/x86/irq_entry.asm */

/* irqsweep_raise.asm: an exception's frame, and who pushes it. */
extern struct step_frame {
	unsigned long ss, sp, flags, cs, ip, entry, no_error;
} step_frame;
void step_springboard(void);

static bool step_unfair;		/* spin_unfair, when nobody steps */
static bool step_nmi_entering;
static void *step_nmi_env[5];

/* ---- runs with interrupts off ---------------------------------------------------- */

static void step_run_ends(struct step *s)
{
	struct step_trace *t = s->trace;
	unsigned int i = STEP_NR_RUNS - 1;

	if (!s->run)
		return;
	while (s->run < step_run_from[i])
		i--;
	t->off_runs[i]++;
	t->off_max = max(t->off_max, s->run);
	s->run = 0;
}

static void step_count_insn(struct step *s, bool masked)
{
	if (s->mode != STEP_RECORD && s->mode != STEP_MEASURE)
		return;
	s->trace->insns++;
	if (masked)
		s->run++;
	else
		step_run_ends(s);
}

/* ---- delivery -------------------------------------------------------------------- */

/*
 * From here to the next iretq the CPU takes no NMI.  What the entry and trap_nmi() have
 * counted is taken back by hand, because the way out of there is not taken.
 */
static noinline void step_block_nmis(void)
{
	const unsigned int count = preempt_count();
	unsigned int spins = NMI_SPINS;

	if (!__builtin_setjmp(step_nmi_env)) {
		step_nmi_entering = true;
		apic_send_self_nmi();
		while (--spins)
			cpu_relax();
		step_nmi_entering = false;
	}
	preempt_count_add(count - preempt_count());
}

/* Is this where somebody waits for it?  Then he waits no longer. */
static struct step *step_arrived(const struct pt_regs *regs)
{
	struct step *s = step_waiting;

	if (!s || (s->entry != STEP_DEBUG &&
		   (regs->ip != s->want_ip || regs->sp != s->want_sp))) {
		step_counts.strays++;
		return NULL;
	}
	step_waiting = NULL;
	s->regs = *regs;
	return s;
}

static void step_handle(struct step *s)
{
	if (s->handler)
		s->handler(s->arg);
}

static bool step_nmi(struct pt_regs *regs)
{
	struct step *s;

	if (step_nmi_entering) {
		step_nmi_entering = false;
		__builtin_longjmp(step_nmi_env, 1);
	}
	s = step_arrived(regs);
	if (!s)
		return true;
	step_counts.strays += !in_nmi();
	step_counts.nmis++;
	s->nmi = true;
	if (s->entry != STEP_IRQ)
		step_handle(s);
	return true;
}

static void step_interrupt(struct pt_regs *regs)
{
	struct step *s;

	apic_eoi();
	s = step_arrived(regs);
	if (!s)
		return;
	step_counts.irqs++;
	s->irq = true;
	step_handle(s);
}

/* An exception that is not ours is what it is. */
static bool step_exception(struct pt_regs *regs)
{
	struct step *s = step_waiting;

	if (!s || s->entry != STEP_TRAP)
		return false;
	s = step_arrived(regs);
	if (!s)
		return false;
	step_counts.exceptions++;
	s->trap = true;
	step_handle(s);
	return true;
}

/* The frame lies where #DB's own does: so it is pushed when that one is gone. */
static void step_raise(const struct step *s, struct pt_regs *regs)
{
	step_frame = (struct step_frame){
		.ss = regs->ss, .sp = regs->sp, .flags = regs->flags, .cs = regs->cs,
		.ip = regs->ip, .entry = (unsigned long)vector_stubs[s->vector],
		.no_error = s->vector == X86_TRAP_MC,
	};
	regs->ip = (unsigned long)step_springboard;
	regs->flags &= ~X86_EFLAGS_IF;
}

/* The first of the two comes into a #DB handler, which rewinds what #DB interrupted. */
static void step_send_nmi(struct pt_regs *regs)
{
	const unsigned long ip = regs->ip;

	step_block_nmis();
	regs->ip = ip;
	apic_send_self_nmi();
}

/* Here and now.  What the #DB interrupted must start over all the same. */
static void step_nmi_in_debug(const struct step *s)
{
	unsigned int spins = NMI_SPINS;

	apic_send_self_nmi();
	while (!READ_ONCE(s->nmi) && --spins)
		cpu_relax();
}

static void step_deliver(struct step *s, struct pt_regs *regs, bool masked)
{
	singlestep_off(regs);
	s->want_ip = rewind_ip(regs->ip);
	s->want_sp = regs->sp;
	step_waiting = s;
	if (s->entry == STEP_TRAP)
		step_raise(s, regs);
	else if (s->entry == STEP_DEBUG)
		step_nmi_in_debug(s);
	else if (masked || s->entry == STEP_NMI)
		step_send_nmi(regs);
	else
		apic_send_self(STEP_VECTOR);
}

/* ---- boundaries ------------------------------------------------------------------ */

static void step_give_up(struct step *s, struct pt_regs *regs, const char *why)
{
	s->fault = why;
	s->fault_ip = regs->ip;
	singlestep_off(regs);
}

/* The call goes on at full speed to its end: whoever asked for it may try again. */
static void step_goes_astray(struct step *s, unsigned long ip, const char *how)
{
	s->differs = true;
	s->fault = how;
	s->fault_ip = ip;
}

static bool step_was(const struct step *s, u8 insn)
{
	return s->last_ip && *(const u8 *)s->last_ip == insn;
}

/* May an interrupt be taken here?  Not with the flag off, and not in the shadow of sti. */
static bool step_is_masked(const struct step *s, const struct pt_regs *regs)
{
	return regs_irqs_disabled(regs) || (step_was(s, INSN_STI) && regs->ip == s->last_ip + 1);
}

static bool step_halts(const u8 *insn)
{
	return insn[0] == INSN_HLT || (insn[0] == INSN_STI && insn[1] == INSN_HLT);
}

static void step_mark(struct step *s, struct pt_regs *regs, bool masked)
{
	const u32 mark = (u32)(regs->ip - (unsigned long)_image_start) |
			 (masked ? MARK_MASKED : 0);
	struct step_trace *t = s->trace;

	if (s->mode == STEP_MEASURE || (s->mode == STEP_VISIT && s->loose))
		return;
	if (s->mode == STEP_RECORD && s->at < t->max) {
		t->mark[s->at] = mark;
		t->nr++;
		t->masked += masked;
	} else if (s->mode == STEP_RECORD) {
		step_goes_astray(s, regs->ip, "the path is too long");	/* it waits for a CPU? */
		singlestep_off(regs);
	} else if (s->at >= t->nr || t->mark[s->at] != mark) {
		step_goes_astray(s, regs->ip, "the path is not the recorded one");
		singlestep_off(regs);
	}
}

/* One more iteration of a repeated instruction?  The first of them is a boundary. */
static bool step_is_iteration(struct step *s, const struct pt_regs *regs)
{
	if (regs->ip != s->last_ip || !singlestep_repeats((const u8 *)regs->ip)) {
		s->again = 0;
		return false;
	}
	return s->again++ > 0;
}

static void step_boundary(struct step *s, struct pt_regs *regs)
{
	const bool masked = step_is_masked(s, regs);

	if (step_was(s, INSN_PUSHF))
		*(unsigned long *)regs->sp &= ~X86_EFLAGS_TF;
	if (step_was(s, INSN_STI) && !masked)
		step_count_insn(s, true);	/* the CPU did not trap in its shadow */
	step_count_insn(s, masked);
	if (step_is_iteration(s, regs))
		return;
	s->last_ip = regs->ip;
	step_mark(s, regs, masked);
	if (step_halts((const u8 *)regs->ip)) {
		step_give_up(s, regs, "it halts");
		irqsweep_step_quiet(false);	/* or nothing would ever wake it */
	}
	if (s->fault)
		return;
	if (s->mode == STEP_VISIT && s->at == s->target)
		step_deliver(s, regs, masked);
	else
		singlestep_on(regs);		/* a popf may have cleared it */
	s->at++;
}

/* The breakpoint: pass it, or go on from here as if all of the way had been stepped. */
static void step_anchor_hit(struct step *s, struct pt_regs *regs)
{
	if (s->hits) {
		s->hits--;
		singlestep_resume(regs);
		return;
	}
	singlestep_break_clear();
	s->running = false;
	s->last_ip = s->at ? irqsweep_step_ip(s->trace, s->at - 1) : 0;
	step_boundary(s, regs);
}

static bool step_trap(struct pt_regs *regs)
{
	struct step *s = step_current;

	step_counts.traps++;
	if (!s || regs->ip == (unsigned long)singlestep_end)
		singlestep_off(regs);
	else if (s->running)
		step_anchor_hit(s, regs);
	else
		step_boundary(s, regs);
	return true;
}

/* ---- anchors --------------------------------------------------------------------- */

#define ANCHOR_WAY	64		/* steps that one may be away */

/* How often each instruction has been met: a table by its mark, half full at most. */
#define MET_SLOTS	16384
static struct {
	u32 mark, nr;
} step_met[MET_SLOTS];

static u32 step_meet(u32 mark)
{
	unsigned int i = mark * 2654435761U >> 18;

	static_assert(1U << (32 - 18) == MET_SLOTS);
	while (step_met[i].nr && step_met[i].mark != mark)
		i = (i + 1) % MET_SLOTS;
	step_met[i].mark = mark;
	return step_met[i].nr++;
}

/*
 * Can it be a breakpoint?  Not where the hits are not those that were recorded: the CPU does not
 * trap in the shadow of sti, but a breakpoint there is hit.
 */
static bool step_can_anchor(const struct step_trace *t, unsigned int i)
{
	const u8 *insn = (const u8 *)irqsweep_step_ip(t, i);

	return !singlestep_repeats(insn) && insn[-1] != INSN_STI;
}

/* Passing a breakpoint costs what a step costs. */
static void step_find_anchor(struct step_trace *t, unsigned int k)
{
	unsigned int i, best = ~0U, cost;

	for (i = k; k - i < ANCHOR_WAY; i--) {
		cost = t->anchor[i].hits + (k - i);
		if (cost < best && step_can_anchor(t, i)) {
			best = cost;
			t->anchor[k].at = i;
		}
		if (!i)
			break;
	}
	if (best == ~0U)
		t->anchor[k].at = 0;
}

void irqsweep_step_anchor(struct step_trace *t)
{
	unsigned int k;

	memset(step_met, 0, sizeof(step_met));
	for (k = 0; k < t->nr; k++)
		t->anchor[k].hits = step_meet(t->mark[k] & ~MARK_MASKED);
	for (k = 0; k < t->nr; k++)
		step_find_anchor(t, k);
}

/* Run to the anchor of the target, if that is worth it. */
static void step_set_anchor(struct step *s)
{
	const struct step_trace *t = s->trace;
	const unsigned int least = s->direct ? 1 : ANCHOR_WAY / 4;
	unsigned int at;

	s->running = false;
	if (s->mode != STEP_VISIT || s->loose || !t->anchor || s->target >= t->nr ||
	    s->target < least)			/* a warm-up may come before there are any */
		return;
	at = t->anchor[s->target].at;
	if (at > s->target)
		return;
	if (at < least)
		return;
	s->running = true;
	s->at = at;
	s->hits = t->anchor[at].hits;
	singlestep_break_at(irqsweep_step_ip(t, at));
}

/* ---- interface ------------------------------------------------------------------- */

void irqsweep_step(struct step *s, void (*fn)(void *arg), void *arg)
{
	struct step_trace *t = s->trace;

	if (s->mode == STEP_RECORD || s->mode == STEP_MEASURE)
		*t = (struct step_trace){ .mark = t->mark, .anchor = t->anchor, .max = t->max };
	s->fault = NULL;
	s->fault_ip = 0;
	s->differs = false;
	s->at = s->again = 0;
	s->irq = s->nmi = s->trap = false;
	s->last_ip = s->run = 0;
	s->outer = step_current;
	step_current = s;
	step_set_anchor(s);
	singlestep_call(fn, arg, !s->running);
	step_current = s->outer;
	singlestep_break_clear();
	step_run_ends(s);
	if (step_waiting == s)
		step_waiting = NULL;
	if (s->fault)
		return;
	if (s->mode == STEP_COMPARE && s->at != t->nr)
		step_goes_astray(s, s->last_ip, "the path is shorter than recorded");
	if (s->mode == STEP_VISIT && !s->irq && !s->nmi && !s->trap)
		step_goes_astray(s, s->last_ip, "the interrupt did not come there");
}

void irqsweep_step_abort(void)
{
	singlestep_break_clear();
	step_current = step_waiting = NULL;
	step_nmi_entering = false;
	irqsweep_step_quiet(false);
}

/* And nobody halts who waits for another CPU: a call that halts cannot be stepped. */
void irqsweep_step_quiet(bool quiet)
{
	if (quiet && spin_unfair) {
		step_unfair = true;
		spin_unfair = false;
	} else if (!quiet && step_unfair) {
		spin_unfair = true;
		step_unfair = false;
	}
	apic_set_threshold(quiet ? STEP_THRESHOLD : 0);
}

unsigned long irqsweep_step_ip(const struct step_trace *t, unsigned int boundary)
{
	return (unsigned long)_image_start + (t->mark[boundary] & ~MARK_MASKED);
}

bool irqsweep_step_masked(const struct step_trace *t, unsigned int boundary)
{
	return t->mark[boundary] & MARK_MASKED;
}

struct step_counts irqsweep_step_counts(void)
{
	return step_counts;
}

static bool step_claim_exceptions(void)
{
	unsigned int i;

	for (i = 0; i < STEP_NR_VECTORS; i++)
		if (trap_register(step_vectors[i], step_exception)) {
			while (i--)
				trap_register(step_vectors[i], NULL);
			return false;
		}
	return true;
}

bool irqsweep_step_begin(const char **why)
{
	*why = NULL;
	if (!apic_present()) {
		*why = "no local APIC to interrupt myself with";
		return false;
	}
	watchdog_arm(0);			/* it may have the NMI */
	if (trap_register(X86_TRAP_NMI, step_nmi)) {
		*why = "somebody else has the NMI";
		return false;
	}
	if (!step_claim_exceptions()) {
		trap_register(X86_TRAP_NMI, NULL);
		*why = "somebody else has an exception";
		return false;
	}
	step_counts = (struct step_counts){ 0 };
	step_current = step_waiting = NULL;
	BUG_ON(trap_register(X86_TRAP_DB, step_trap));
	BUG_ON(irq_set_vector(STEP_VECTOR, step_interrupt, NULL, NULL));
	return true;
}

void irqsweep_step_end(void)
{
	unsigned int i;

	irqsweep_step_quiet(false);
	irq_set_vector(STEP_VECTOR, NULL, NULL, NULL);
	for (i = 0; i < STEP_NR_VECTORS; i++)
		trap_register(step_vectors[i], NULL);
	trap_register(X86_TRAP_DB, NULL);
	trap_register(X86_TRAP_NMI, NULL);
}
