/* SPDX-License-Identifier: MIT */
/*
 * irqsweep_step_test.c - does the stepping engine interrupt exactly where it says?
 *
 * The functions that are stepped here are written so that the interrupted registers tell
 * how far they had come: nothing that the engine says about itself is believed.  The
 * interrupt's frame is looked at, not the engine's record.
 */
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/singlestep.h>
#include <asm/traps.h>
#include <kunit/test.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/preempt.h>

#include "irqsweep_step.h"

#define MAX_MARKS	4096

/* nr instructions "inc eax" behind an xor, and a ret. */
#define COUNTING(name, nr)							\
	void name(void *arg);							\
	__asm__(".pushsection .text\n\t"					\
		".type " #name ", @function\n" #name ":\n\t"			\
		"xorl %eax, %eax\n\t"						\
		".rept " #nr "\n\tincl %eax\n\t.endr\n\t"			\
		"ret\n\t.size " #name ", . - " #name "\n\t.popsection")

COUNTING(irqsweep_count_20, 20);

/* ecx tells how many instructions have been executed, up to those that cannot set it. */
void irqsweep_flags(void *arg);
__asm__(".pushsection .text\n\t"
	".type irqsweep_flags, @function\n"
	"irqsweep_flags:\n\t"
	"movl $1, %ecx\n\t"		/* 0: on */
	"pushfq\n\t"			/* 1: on; does not count */
	"movl $3, %ecx\n\t"		/* 2: on */
	"cli\n\t"			/* 3: on */
	"movl $5, %ecx\n\t"		/* 4: off */
	"movl $6, %ecx\n\t"		/* 5: off */
	"popfq\n\t"			/* 6: off */
	"movl $8, %ecx\n\t"		/* 7: on again */
	"cli\n\t"			/* 8: on */
	"movl $10, %ecx\n\t"		/* 9: off */
	"sti\n\t"			/* 10: off */
	"movl $12, %ecx\n\t"		/* 11: in the shadow of sti */
	"movl $13, %ecx\n\t"		/* 12: on */
	"ret\n\t"			/* 13 */
	".size irqsweep_flags, . - irqsweep_flags\n\t.popsection");
#define FLAGS_INSNS		14
#define FLAGS_MASKED		(1U << 4 | 1U << 5 | 1U << 6 | 1U << 9 | 1U << 10 | 1U << 11)
#define FLAGS_SHADOW		11	/* TCG does not trap in front of this one */

static const u8 flags_cx[FLAGS_INSNS] = { 0, 1, 1, 3, 3, 5, 6, 6, 8, 8, 10, 10, 12, 13 };

/* A sequence that must not be rewound by stepping; counts its passes in edx. */
void irqsweep_sequence(void *arg);
__asm__(".pushsection .text.rewind, \"ax\"\n\t"
	".balign 256\n\t"
	".type irqsweep_sequence, @function\n"
	"irqsweep_sequence:\n\t"
	"incl (%rdi)\n\t"
	"nop\n\tnop\n\tnop\n\t"
	"ret\n\t"
	".size irqsweep_sequence, . - irqsweep_sequence\n\t"
	".balign 256\n\t.popsection");
#define SEQUENCE_BOUNDARIES	5

/* Twice through 20 increments: the first time out of the shadow of sti, then not. */
void irqsweep_shadow(void *arg);
__asm__(".pushsection .text\n\t"
	".type irqsweep_shadow, @function\n"
	"irqsweep_shadow:\n\t"
	"xorl %eax, %eax\n\t"
	"sti\n"
	"1:\n\t"
	".rept 20\n\tincl %eax\n\t.endr\n\t"
	"cmpl $40, %eax\n\t"
	"jb 1b\n\t"
	"ret\n\t"
	".size irqsweep_shadow, . - irqsweep_shadow\n\t.popsection");
#define MAX_SHADOW	64

static u32 marks[MAX_MARKS];
static struct step_trace trace = { .mark = marks, .max = MAX_MARKS };

static void stop(void *unused)
{
	irqsweep_step_end();
}

static void begin(struct kunit *test)
{
	const char *why;

	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	kunit_add_action(test, stop, NULL);
	irqsweep_step_quiet(true);
}

static void record(struct kunit *test, void (*fn)(void *), void *arg)
{
	struct step s = { .mode = STEP_RECORD, .trace = &trace };

	irqsweep_step(&s, fn, arg);
	KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
}

/* ---- what an interrupt finds ------------------------------------------------------- */

static struct pt_regs found;
static unsigned int nr_found;

static void look(void *arg)
{
	found = *get_irq_regs();
	nr_found++;
}

static struct step visit(void (*fn)(void *), void *arg, unsigned int target)
{
	struct step s = {
		.mode = STEP_VISIT, .trace = &trace, .target = target, .handler = look,
	};

	nr_found = 0;
	irqsweep_step(&s, fn, arg);
	return s;
}

static void each_boundary_once(struct kunit *test)
{
	unsigned int k;
	struct step s;

	begin(test);
	record(test, irqsweep_count_20, NULL);
	KUNIT_ASSERT_EQ(test, trace.nr, 22);
	KUNIT_EXPECT_EQ(test, trace.insns, 22);
	KUNIT_EXPECT_EQ(test, trace.masked, 0);
	for (k = 0; k < trace.nr; k++) {
		found.ax = ~0UL;
		s = visit(irqsweep_count_20, NULL, k);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
		KUNIT_ASSERT_EQ(test, nr_found, 1);
		if (k)				/* the xor and k - 1 increments are done */
			KUNIT_ASSERT_EQ(test, found.ax, k - 1);
		else
			KUNIT_ASSERT_EQ(test, found.ip, (unsigned long)irqsweep_count_20);
		KUNIT_ASSERT_EQ(test, found.flags & X86_EFLAGS_TF, 0);
		KUNIT_ASSERT_EQ(test, found.orig_ax, ~(unsigned long)STEP_VECTOR);
	}
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().irqs, 22);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().nmis, 0);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().strays, 0);
	KUNIT_EXPECT_NULL(test, get_irq_regs());
}

/* Which instruction is this boundary in front of? */
static unsigned int flags_insn(unsigned int k)
{
	return k + (trace.nr < FLAGS_INSNS && k >= FLAGS_SHADOW);
}

static void flags_and_masks(struct kunit *test)
{
	unsigned int k, nr_masked = 0;

	begin(test);
	record(test, irqsweep_flags, NULL);
	KUNIT_ASSERT_GE(test, trace.nr, FLAGS_INSNS - 1);
	KUNIT_ASSERT_LE(test, trace.nr, FLAGS_INSNS);
	KUNIT_EXPECT_EQ(test, trace.insns, FLAGS_INSNS);
	for (k = 0; k < trace.nr; k++) {
		KUNIT_EXPECT_EQ(test, irqsweep_step_masked(&trace, k),
				FLAGS_MASKED >> flags_insn(k) & 1);
		nr_masked += irqsweep_step_masked(&trace, k);
	}
	KUNIT_EXPECT_EQ(test, trace.masked, nr_masked);
	KUNIT_EXPECT_EQ(test, trace.off_max, 3);
	KUNIT_EXPECT_EQ(test, trace.off_runs[0], 2);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

/* Running to a breakpoint leads to where stepping leads, if sti stands in front of it, too. */
static void a_breakpoint_behind_sti(struct kunit *test)
{
	static struct step_anchor anchors[MAX_SHADOW];
	unsigned long ax[MAX_SHADOW] = { 0 };
	unsigned int k;
	struct step s;

	begin(test);
	record(test, irqsweep_shadow, NULL);
	KUNIT_ASSERT_LE(test, trace.nr, MAX_SHADOW);
	for (k = 0; k < trace.nr; k++) {
		s = visit(irqsweep_shadow, NULL, k);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
		ax[k] = found.ax;
	}
	trace.anchor = anchors;
	irqsweep_step_anchor(&trace);
	for (k = 1; k < trace.nr; k++) {
		s = visit(irqsweep_shadow, NULL, k);
		KUNIT_EXPECT_PTR_EQ(test, s.fault, NULL);
		KUNIT_EXPECT_EQ(test, nr_found, 1);
		KUNIT_EXPECT_EQ(test, found.ax, ax[k]);
	}
	trace.anchor = NULL;
}

static void nmi_where_interrupts_are_off(struct kunit *test)
{
	const unsigned int before = preempt_count();
	unsigned int k;
	struct step s;

	begin(test);
	record(test, irqsweep_flags, NULL);
	for (k = 0; k < trace.nr; k++) {
		s = visit(irqsweep_flags, NULL, k);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
		KUNIT_ASSERT_EQ(test, s.nmi, FLAGS_MASKED >> flags_insn(k) & 1);
		KUNIT_ASSERT_EQ(test, s.irq, !s.nmi);
		KUNIT_ASSERT_EQ(test, nr_found, s.irq);
		if (k)
			KUNIT_ASSERT_EQ(test, s.regs.cx, flags_cx[flags_insn(k)]);
		KUNIT_ASSERT_EQ(test, preempt_count(), before);
		KUNIT_ASSERT_FALSE(test, irqs_disabled());
	}
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().nmis, trace.masked);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().strays, 0);
	KUNIT_EXPECT_NULL(test, get_irq_regs());
}

/* ---- sequences ----------------------------------------------------------------------- */

static void stepping_does_not_rewind(struct kunit *test)
{
	unsigned int k, passes = 0;
	struct step s;

	begin(test);
	record(test, irqsweep_sequence, &passes);
	KUNIT_EXPECT_EQ(test, passes, 1);
	KUNIT_ASSERT_EQ(test, trace.nr, SEQUENCE_BOUNDARIES);
	for (k = 0; k < trace.nr; k++) {
		passes = 0;
		s = visit(irqsweep_sequence, &passes, k);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
		KUNIT_ASSERT_EQ(test, nr_found, 1);
		KUNIT_ASSERT_EQ(test, found.ip, (unsigned long)irqsweep_sequence);
		KUNIT_ASSERT_EQ(test, passes, k ? 2 : 1);
	}
}

static void masked_sequence(void *arg)
{
	local_irq_disable();
	irqsweep_sequence(arg);
	local_irq_enable();
}

static void an_nmi_rewinds_too(struct kunit *test)
{
	unsigned int k, passes, again = 0;
	struct step s;

	begin(test);
	record(test, masked_sequence, &passes);
	for (k = 0; k < trace.nr; k++) {
		passes = 0;
		s = visit(masked_sequence, &passes, k);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
		again += passes == 2;
	}
	KUNIT_EXPECT_EQ(test, again, SEQUENCE_BOUNDARIES - 1);
}

static unsigned int nr_nmis;

static void look_in_nmi(void *arg)
{
	look(arg);
	nr_nmis += in_nmi();
}

/* At every boundary, rewound, with a handler that works; the registers are what they were. */
static void every_kind_of_entry(struct kunit *test)
{
	unsigned int k, kind, passes;
	struct step s;

	begin(test);
	record(test, irqsweep_sequence, &passes);
	nr_nmis = 0;
	for (kind = 0; kind < 2 + STEP_NR_VECTORS; kind++)
		for (k = 0; k < trace.nr; k++) {
			s = (struct step){ .mode = STEP_VISIT, .trace = &trace, .target = k,
				.entry = kind < 2 ? kind : STEP_TRAP, .handler = look_in_nmi,
				.vector = kind < 2 ? 0 : step_vectors[kind - 2] };
			nr_found = passes = 0;
			irqsweep_step(&s, irqsweep_sequence, &passes);
			KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
			KUNIT_ASSERT_EQ(test, nr_found, 1);
			KUNIT_ASSERT_EQ(test, passes, k ? 2 : 1);
			KUNIT_ASSERT_EQ(test, s.regs.di, (unsigned long)&passes);
			KUNIT_ASSERT_EQ(test, s.regs.ip, (unsigned long)irqsweep_sequence);
			KUNIT_ASSERT_EQ(test, s.regs.flags & X86_EFLAGS_TF, 0);
			KUNIT_ASSERT_FALSE(test, irqs_disabled());
		}
	KUNIT_EXPECT_EQ(test, nr_nmis, trace.nr);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().irqs, trace.nr);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().nmis, trace.nr);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().exceptions, STEP_NR_VECTORS * trace.nr);
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().strays, 0);
	KUNIT_EXPECT_NULL(test, get_irq_regs());
}

/* #DB does not rewind; an NMI in its handler may run the same sequence, and so has to. */
static void an_nmi_in_debug_rewinds(struct kunit *test)
{
	unsigned int k, passes;
	struct step s;

	begin(test);
	record(test, irqsweep_sequence, &passes);
	for (k = 0; k < trace.nr; k++) {
		s = (struct step){ .mode = STEP_VISIT, .trace = &trace, .target = k,
				   .entry = STEP_DEBUG, .handler = look_in_nmi };
		nr_found = nr_nmis = passes = 0;
		irqsweep_step(&s, irqsweep_sequence, &passes);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
		KUNIT_ASSERT_EQ(test, nr_found, 1);
		KUNIT_ASSERT_EQ(test, nr_nmis, 1);
		KUNIT_ASSERT_EQ(test, passes, k ? 2 : 1);
	}
}

/* ---- what is stepped may do odd things ------------------------------------------------ */

static void repeat_100(void *arg)
{
	static u8 buffer[100];
	unsigned long n = sizeof(buffer);
	void *to = buffer;

	__asm__ __volatile__("rep stosb" : "+c"(n), "+D"(to) : "a"(0) : "memory");
}

static void repeated_instructions(struct kunit *test)
{
	unsigned int k;
	struct step s;

	begin(test);
	record(test, repeat_100, NULL);
	KUNIT_EXPECT_LT(test, trace.nr, 40);
	/* 100 iterations; under icount, TCG looks once more whether there is one left. */
	KUNIT_EXPECT_GE(test, trace.insns, trace.nr + 98);
	KUNIT_EXPECT_LE(test, trace.insns, trace.nr + 99);
	for (k = 0; k < trace.nr; k++) {
		s = visit(repeat_100, NULL, k);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
	}
}

static unsigned int nr_int3;

static bool on_int3(struct pt_regs *regs)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		barrier();
	nr_int3++;
	return true;
}

static void call_int3(void *arg)
{
	__asm__ __volatile__("int3; nop; nop" : : : "memory");
}

/* A handler that is entered meanwhile runs untouched, and stepping goes on behind it. */
static void exceptions_run_untouched(struct kunit *test)
{
	begin(test);
	KUNIT_ASSERT_EQ(test, trap_register(X86_TRAP_BP, on_int3), 0);
	nr_int3 = 0;
	record(test, call_int3, NULL);
	trap_register(X86_TRAP_BP, NULL);
	KUNIT_EXPECT_EQ(test, nr_int3, 1);
	KUNIT_EXPECT_LT(test, trace.nr, 20);
	KUNIT_EXPECT_GT(test, trace.nr, 2);
}

static bool go_left;

static void two_ways(void *arg)
{
	if (READ_ONCE(go_left))
		barrier();
	else
		__asm__ __volatile__("nop; nop; nop");
}

static void another_path_is_noticed(struct kunit *test)
{
	struct step s = { .mode = STEP_COMPARE, .trace = &trace };

	begin(test);
	go_left = false;
	record(test, two_ways, NULL);
	irqsweep_step(&s, two_ways, NULL);
	KUNIT_EXPECT_PTR_EQ(test, s.fault, NULL);
	go_left = true;
	irqsweep_step(&s, two_ways, NULL);
	KUNIT_EXPECT_NOT_NULL(test, s.fault);
	KUNIT_EXPECT_TRUE(test, s.differs);
}

static void halt(void *arg)
{
	arch_safe_halt();
}

static void halting_is_refused(struct kunit *test)
{
	struct step s = { .mode = STEP_RECORD, .trace = &trace };

	begin(test);
	irqsweep_step(&s, halt, NULL);
	KUNIT_EXPECT_STREQ(test, s.fault ?: "", "it halts");
	KUNIT_EXPECT_FALSE(test, s.differs);
}

static void spin(void *arg)
{
	unsigned int i;

	for (i = 0; i < 2 * MAX_MARKS; i++)
		barrier();
}

static void too_long_is_refused(struct kunit *test)
{
	struct step s = { .mode = STEP_RECORD, .trace = &trace };
	u64 ns;

	begin(test);
	ns = ktime_get_ns();
	irqsweep_step(&s, spin, NULL);
	ns = ktime_get_ns() - ns;
	KUNIT_EXPECT_STREQ(test, s.fault ?: "", "the path is too long");
	KUNIT_EXPECT_EQ(test, trace.nr, MAX_MARKS);
	kunit_info(test, "%llu ns a step", ns / MAX_MARKS);
}

/* ---- an interrupt in the interrupt ---------------------------------------------------- */

static u32 inner_marks[MAX_MARKS];
static struct step_trace inner_trace = { .mark = inner_marks, .max = MAX_MARKS };
static struct step inner;

static void outer_handler(void *arg)
{
	local_irq_enable();
	irqsweep_step(&inner, irqsweep_count_20, NULL);
	local_irq_disable();
}

static void every_pair(struct kunit *test)
{
	struct step s = { .mode = STEP_VISIT, .trace = &trace, .handler = outer_handler };
	unsigned int j, k;

	begin(test);
	record(test, irqsweep_count_20, NULL);
	for (k = 0; k < trace.nr; k++) {
		s.target = k;
		inner = (struct step){ .mode = STEP_RECORD, .trace = &inner_trace };
		irqsweep_step(&s, irqsweep_count_20, NULL);
		KUNIT_ASSERT_PTR_EQ(test, s.fault, NULL);
		KUNIT_ASSERT_EQ(test, inner_trace.nr, 22);
		for (j = 0; j < inner_trace.nr; j++) {
			inner = (struct step){ .mode = STEP_VISIT, .trace = &inner_trace,
					       .target = j, .handler = look };
			nr_found = 0;
			irqsweep_step(&s, irqsweep_count_20, NULL);
			KUNIT_ASSERT_PTR_EQ(test, s.fault ?: inner.fault, NULL);
			KUNIT_ASSERT_EQ(test, nr_found, 1);
			if (j)
				KUNIT_ASSERT_EQ(test, found.ax, j - 1);
		}
	}
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().irqs, 22 * (1 + 22 * 2));
	KUNIT_EXPECT_EQ(test, irqsweep_step_counts().strays, 0);
}

static struct kunit_case irqsweep_step_cases[] = {
	KUNIT_CASE(each_boundary_once),
	KUNIT_CASE(flags_and_masks),
	KUNIT_CASE(a_breakpoint_behind_sti),
	KUNIT_CASE(nmi_where_interrupts_are_off),
	KUNIT_CASE(stepping_does_not_rewind),
	KUNIT_CASE(an_nmi_rewinds_too),
	KUNIT_CASE(every_kind_of_entry),
	KUNIT_CASE(an_nmi_in_debug_rewinds),
	KUNIT_CASE(repeated_instructions),
	KUNIT_CASE(exceptions_run_untouched),
	KUNIT_CASE(another_path_is_noticed),
	KUNIT_CASE(halting_is_refused),
	KUNIT_CASE(too_long_is_refused),
	KUNIT_CASE(every_pair),
	{}
};

static struct kunit_suite irqsweep_step_suite = {
	.name = "irqsweep_step",
	.test_cases = irqsweep_step_cases,
};
kunit_test_suite(irqsweep_step_suite);
