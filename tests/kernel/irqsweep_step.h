/* SPDX-License-Identifier: MIT */
/*
 * Stepping through a call, and interrupting it at one exact instruction boundary
 * (irqsweep_step.c).  Process context, one user at a time, a local APIC.
 */
#ifndef TESTS_KERNEL_IRQSWEEP_STEP_H
#define TESTS_KERNEL_IRQSWEEP_STEP_H

#include <asm/ptrace.h>
#include <linux/types.h>

/* Lengths of runs with interrupts off, in instructions: [from, next from). */
#define STEP_NR_RUNS		8
extern const unsigned int step_run_from[STEP_NR_RUNS];

/*
 * How to come near a boundary at full speed: to the boundary at, which is the hits-th time
 * (from 0) that its instruction is met; the rest of the way is stepped.
 */
struct step_anchor {
	u32 at, hits;
};

/* What a stepped call did: one mark a boundary, and sums. */
struct step_trace {
	u32 *mark;			/* room for max of them, the caller's */
	struct step_anchor *anchor;	/* the same; NULL: step all the way */
	unsigned int max, nr;		/* boundaries */
	unsigned int masked;		/* of them with interrupts off */
	unsigned long insns;		/* with every iteration of a repeated instruction */
	unsigned long off_max;		/* the longest run with interrupts off, instructions */
	unsigned long off_runs[STEP_NR_RUNS];
};

enum step_mode {
	STEP_RECORD,			/* write the trace */
	STEP_MEASURE,			/* only the sums of it */
	STEP_COMPARE,			/* to the end: is it the same path? */
	STEP_VISIT,			/* up to boundary target, and be interrupted there */
};

/* How the boundary is interrupted. */
enum step_entry {
	STEP_IRQ,			/* an interrupt; where they are off, an NMI that looks */
	STEP_NMI,			/* an NMI, whose handler works */
	STEP_TRAP,			/* an exception, as if the instruction had raised it */
	STEP_DEBUG,			/* #DB itself, and an NMI in its handler, which works */
	STEP_NR_ENTRIES,
};
/* Exceptions that STEP_TRAP may raise. */
#define STEP_NR_VECTORS		3
extern const u8 step_vectors[STEP_NR_VECTORS];

struct step {
	enum step_mode mode;
	enum step_entry entry;		/* STEP_VISIT */
	u8 vector;			/* STEP_TRAP */
	bool direct;			/* run to the target at full speed, if it can be reached */
	bool loose;			/* the target-th boundary, whatever the way there is */
	struct step_trace *trace;
	unsigned int target;		/* STEP_VISIT */
	void (*handler)(void *arg);	/* what the interrupt does; not of an NMI with STEP_IRQ */
	void *arg;

	/* Results. */
	const char *fault;		/* NULL, or why this run does not count */
	unsigned long fault_ip;
	bool differs;			/* because it went another way, or too far; it ended */
	unsigned int at;		/* boundaries passed */
	bool irq, nmi, trap;		/* which of them came, exactly at the target */
	struct pt_regs regs;		/* what it interrupted */

	/* irqsweep_step.c's */
	struct step *outer;
	unsigned long last_ip, run;	/* the boundary before; instructions with irqs off */
	unsigned long want_ip, want_sp;
	unsigned int again;		/* iterations of the instruction at last_ip */
	unsigned int hits;		/* of the anchor, still to be passed */
	bool running;			/* to the anchor, at full speed */
};

/*
 * Claim #DB, NMI, step_vectors and the interrupt's vector; false and *why: it cannot be done on
 * this machine.
 */
bool irqsweep_step_begin(const char **why);
void irqsweep_step_end(void);

/* For a trace that has been recorded: find the anchors. */
void irqsweep_step_anchor(struct step_trace *t);

/* Call fn(arg) as @s says.  Also from the handler of another step: that is depth 2. */
void irqsweep_step(struct step *s, void (*fn)(void *arg), void *arg);

/* A run was left by a jump: as if it had not begun. */
void irqsweep_step_abort(void);

/* No interrupt but ours from here on (no tick, no device); and all of them again. */
void irqsweep_step_quiet(bool quiet);

/* The address of a recorded boundary; was it masked? */
unsigned long irqsweep_step_ip(const struct step_trace *t, unsigned int boundary);
bool irqsweep_step_masked(const struct step_trace *t, unsigned int boundary);

/* Since begin: interrupts and NMIs taken exactly where they should be, and elsewhere. */
struct step_counts {
	unsigned long irqs, nmis, exceptions, strays, traps;
};
struct step_counts irqsweep_step_counts(void);

#endif /* TESTS_KERNEL_IRQSWEEP_STEP_H */
