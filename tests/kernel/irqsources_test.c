/* SPDX-License-Identifier: MIT */
/*
 * irqsources_test.c - allocation in real interrupts of every kind, against process context
 *
 * Each case has one source: a timer of the machine, a device made to interrupt, an
 * interrupt that the CPU sends itself.  Its handler and process context do the same random
 * operations, with the masks that each may use: objects of all sizes, caches, pages of all
 * orders, bulk, per-CPU memory, and they free what the other took, through letter boxes
 * that an exchange empties and fills.  Process context also maps areas that the handler
 * vfree()s.  What each has is stamped.  An NMI may not allocate: it looks where it is.
 */
#include <asm/apic.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/pit.h>
#include <asm/traps.h>
#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define NR_LIVE		64		/* things that a side holds */
#define NR_BOXES	32
#define NR_AREAS	16
#define BULK		8
#define PER_IRQ		64		/* operations an interrupt */
#define PER_STEP	64		/* of process context, between two areas mapped */
#define TOTAL_OPS	60000		/* of both sides together, a case */
#define TIMER_HZ	5000
#define PIT_TEST_HZ	2000
#define TIME_LIMIT	(120 * NSEC_PER_SEC)

enum kind { NOTHING, OBJECT, PAGES, EXACT, PERCPU, NR_KINDS };

struct held {
	enum kind kind;
	void *p;
	size_t size;
	unsigned int order;
};

struct side {
	struct rnd_state rnd;
	const gfp_t *masks;
	unsigned int nr_masks;
	struct held live[NR_LIVE];
	unsigned long ops, refused, broken, swapped, vfreed;
};

static const gfp_t atomic_masks[] = {
	GFP_ATOMIC, GFP_NOWAIT, GFP_ATOMIC | __GFP_ZERO, GFP_ATOMIC | __GFP_DMA,
	GFP_NOWAIT | __GFP_DMA32, GFP_ATOMIC | __GFP_NOMEMALLOC, __GFP_HIGH,
	GFP_NOWAIT | __GFP_ZERO, GFP_ATOMIC | __GFP_MEMALLOC, GFP_ATOMIC | __GFP_NORETRY, 0,
};
static const gfp_t process_masks[] = {
	GFP_KERNEL, GFP_NOIO, GFP_NOFS, GFP_KERNEL | __GFP_ZERO, GFP_KERNEL | __GFP_DMA,
	GFP_KERNEL | __GFP_NORETRY, GFP_KERNEL | __GFP_RETRY_MAYFAIL, GFP_ATOMIC, GFP_NOWAIT,
	GFP_KERNEL | __GFP_DMA32, GFP_USER,
};

static struct side irq_side, process_side;
static struct kmem_cache *cache[2];
static u64 *box[NR_BOXES];		/* objects, for the other side */
static void *area_box[NR_AREAS];
static unsigned long nr_irqs, wrong_context;
static unsigned long process_ops_seen;	/* by the last interrupt */
static void (*kick)(void);		/* make the source interrupt */

static u64 stamp_of(const void *p)
{
	return (u64)(unsigned long)p ^ 0x1f0e2d3c4b5a6978ULL;
}

/* ---- things ------------------------------------------------------------------------ */

static void stamp(const struct held *h)
{
	u64 *p = h->p;

	p[0] = stamp_of(h->p);
	if (h->size >= 16)
		p[h->size / 8 - 1] = stamp_of(h->p);
}

static bool stamped(const struct held *h)
{
	const u64 *p = h->p;

	return p[0] == stamp_of(h->p) && p[h->size / 8 - (h->size >= 8)] == stamp_of(h->p);
}

static gfp_t any_mask(struct side *s)
{
	return s->masks[prandom_u32_below(&s->rnd, s->nr_masks)] | __GFP_NOWARN;
}

/* Zones are kmalloc's business but for DMA; per-CPU memory has none. */
static void take_object(struct side *s, struct held *h, u32 dice)
{
	const gfp_t gfp = any_mask(s) & ~__GFP_DMA32;
	const unsigned int which = dice % 8;

	if (which < 2) {
		h->size = kmem_cache_size(cache[which]);
		h->p = kmem_cache_alloc(cache[which], gfp & ~__GFP_DMA);
	} else if (which == 2) {
		h->size = 8192 + (dice >> 8) % 8 * 8192;
		h->p = kmalloc(h->size, gfp);
	} else {
		h->size = (8 + (dice >> 8) % (which == 3 ? 8192 : 512)) & ~7UL;
		h->p = kmalloc(h->size, gfp);
	}
}

static void take(struct side *s, struct held *h)
{
	const u32 dice = prandom_u32_state(&s->rnd);

	h->kind = dice % 16 < 10 ? OBJECT : dice % 16 < 14 ? PAGES :
		  dice % 16 == 14 ? EXACT : PERCPU;
	h->order = dice >> 8 & 15;		/* mostly small ones */
	h->order = h->order < 11 && dice >> 12 & 3 ? h->order % 3 : h->order % 11;
	switch (h->kind) {
	case OBJECT:
		take_object(s, h, dice >> 4);
		break;
	case PAGES:
		h->size = PAGE_SIZE << h->order;
		h->p = (void *)__get_free_pages(any_mask(s) | (dice >> 16 & __GFP_COMP), h->order);
		break;
	case EXACT:
		h->size = PAGE_SIZE * (1 + dice % 7);
		h->p = alloc_pages_exact(h->size, any_mask(s));
		break;
	default:
		h->p = (void __force *)__alloc_percpu_gfp(16 + dice % 200, 8,
				any_mask(s) & ~(__GFP_DMA | __GFP_DMA32));
	}
	if (!h->p) {
		h->kind = NOTHING;
		s->refused++;
	} else if (h->kind != PERCPU) {
		stamp(h);
	}
}

static void give(struct side *s, struct held *h)
{
	if (h->kind != PERCPU)
		s->broken += !stamped(h);
	switch (h->kind) {
	case OBJECT:
		kfree(h->p);
		break;
	case PAGES:
		free_pages((unsigned long)h->p, h->order);
		break;
	case EXACT:
		free_pages_exact(h->p, h->size);
		break;
	default:
		free_percpu((void __percpu __force *)h->p);
	}
	h->kind = NOTHING;
}

static void bulk(struct side *s)
{
	struct page *page[BULK] = { NULL };
	void *p[BULK];
	unsigned long i, nr;

	if (kmem_cache_alloc_bulk(cache[0], any_mask(s) & ~(__GFP_DMA | __GFP_DMA32), BULK, p))
		kmem_cache_free_bulk(cache[0], BULK, p);
	nr = alloc_pages_bulk(any_mask(s), BULK, page);
	for (i = 0; i < nr; i++)
		__free_page(page[i]);
}

/* Swap an object with whatever lies in a letter box; only the first word is looked at. */
static void swap_object(struct side *s, struct held *h, u32 dice)
{
	u64 *theirs = h->kind == OBJECT ? h->p : NULL;

	if (h->kind != OBJECT && h->kind != NOTHING)
		return;
	theirs = __atomic_exchange_n(&box[dice % NR_BOXES], theirs, __ATOMIC_ACQ_REL);
	*h = (struct held){ theirs ? OBJECT : NOTHING, theirs, 8, 0 };
	s->swapped++;
}

static void step(struct side *s)
{
	const u32 dice = prandom_u32_state(&s->rnd);
	struct held *h = &s->live[dice % NR_LIVE];

	s->ops++;
	if (dice >> 8 & 7) {
		if (h->kind)
			give(s, h);
		else
			take(s, h);
	} else if (dice >> 11 & 3) {
		swap_object(s, h, dice >> 16);
	} else {
		bulk(s);
	}
}

/* ---- the two sides ------------------------------------------------------------------ */

/* On a slow machine, or with slab_debug=, a handler may outlast its period: then it waits. */
static bool process_had_its_share(void)
{
	if (READ_ONCE(process_side.ops) - process_ops_seen < PER_STEP / 2)
		return false;
	process_ops_seen = process_side.ops;
	return true;
}

static void in_interrupt_side(void)
{
	void *area;
	unsigned int i;

	if (!process_had_its_share())
		return;
	nr_irqs++;
	for (i = 0; i < PER_IRQ; i++)
		step(&irq_side);
	area = __atomic_exchange_n(&area_box[nr_irqs % NR_AREAS], NULL, __ATOMIC_ACQ_REL);
	irq_side.vfreed += area != NULL;
	vfree(area);
}

static void in_hard_interrupt(void)
{
	wrong_context += !in_hardirq() || !irqs_disabled() || in_nmi();
	in_interrupt_side();
}

static void process_steps(void)
{
	unsigned int i;
	void *area;

	for (i = 0; i < PER_STEP; i++)
		step(&process_side);
	area = vmalloc(PAGE_SIZE * (1 + process_side.ops / PER_STEP % 9));
	if (area)
		*(u64 *)area = stamp_of(area);
	area = __atomic_exchange_n(&area_box[process_side.ops / PER_STEP % NR_AREAS], area,
				   __ATOMIC_ACQ_REL);
	if (area)
		process_side.broken += *(u64 *)area != stamp_of(area);
	vfree(area);
}

static void side_start(struct side *s, const gfp_t *masks, unsigned int nr, u64 seed)
{
	memset(s, 0, sizeof(*s));
	s->masks = masks;
	s->nr_masks = nr;
	prandom_seed_state(&s->rnd, seed);
}

static void side_settle(struct side *s)
{
	unsigned int i;

	for (i = 0; i < NR_LIVE; i++)
		if (s->live[i].kind)
			give(s, &s->live[i]);
}

static void settle(void)
{
	unsigned int i;

	side_settle(&irq_side);
	side_settle(&process_side);
	memset(irq_side.live, 0, sizeof(irq_side.live));	/* old pointers hide leaks */
	memset(process_side.live, 0, sizeof(process_side.live));
	for (i = 0; i < NR_BOXES; i++)
		kfree(__atomic_exchange_n(&box[i], NULL, __ATOMIC_ACQ_REL));
	for (i = 0; i < NR_AREAS; i++)
		vfree(__atomic_exchange_n(&area_box[i], NULL, __ATOMIC_ACQ_REL));
	vmalloc_drain();
	kmem_cache_destroy(cache[0]);
	kmem_cache_destroy(cache[1]);
}

static void begin(struct kunit *test)
{
	cache[0] = kmem_cache_create("irqsources_48", 48, 0, 0, NULL);
	cache[1] = kmem_cache_create("irqsources_700", 700, 0, SLAB_HWCACHE_ALIGN, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache[0]);
	KUNIT_ASSERT_NOT_NULL(test, cache[1]);
	side_start(&irq_side, atomic_masks, ARRAY_SIZE(atomic_masks), kunit_seed() + 1);
	side_start(&process_side, process_masks, ARRAY_SIZE(process_masks), kunit_seed());
	nr_irqs = wrong_context = process_ops_seen = 0;
}

/* Both sides work until enough is done. */
static void contend(struct kunit *test)
{
	const u64 end = ktime_get_ns() + TIME_LIMIT;

	while ((process_side.ops < TOTAL_OPS / 2 || READ_ONCE(irq_side.ops) < TOTAL_OPS / 2) &&
	       ktime_get_ns() < end)
		process_steps();
	kunit_info(test, "%lu operations in process context, %lu in %lu interrupts, %lu refused, "
		   "%lu objects changed sides, %lu areas vfree()d", process_side.ops, irq_side.ops,
		   nr_irqs, irq_side.refused + process_side.refused, process_side.swapped,
		   irq_side.vfreed);
}

static void on_timer(void)
{
	kick();
}

/*
 * A source that must be made to interrupt is made to in a timer's interrupt: so its own
 * comes when that one returns, wherever process context is just then.
 */
static void contend_kicked(struct kunit *test, void (*fn)(void))
{
	kick = fn;
	KUNIT_EXPECT_EQ(test, timer_test_start(TIMER_HZ, on_timer), 0);
	contend(test);
	timer_test_stop();
}

static void finish(struct kunit *test)
{
	const unsigned long ops = irq_side.ops;
	char msg[160] = "";

	settle();
	KUNIT_EXPECT_EQ(test, irq_side.broken + process_side.broken, 0);
	KUNIT_EXPECT_EQ(test, wrong_context, 0);
	KUNIT_EXPECT_GE(test, ops, TOTAL_OPS / 2);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

/* ---- timers ------------------------------------------------------------------------- */

static void local_apic_timer(struct kunit *test)
{
	if (!apic_present())
		kunit_skip(test, "no local APIC: the PIT is the timer");
	begin(test);
	KUNIT_EXPECT_EQ(test, timer_test_start(TIMER_HZ, in_hard_interrupt), 0);
	contend(test);
	timer_test_stop();
	finish(test);
}

static irqreturn_t on_line(int irq, void *dev)
{
	in_hard_interrupt();
	return IRQ_HANDLED;
}

static bool pit_is_the_tick;

static void pit_begin(struct kunit *test)
{
	watchdog_arm(0);			/* it may use the PIT */
	pit_is_the_tick = request_irq(0, on_line, 0, "irqsources", &irq_side) == -EBUSY;
	if (pit_is_the_tick)
		KUNIT_EXPECT_EQ(test, timer_test_start(PIT_TEST_HZ, in_hard_interrupt), 0);
	else
		pit_start(PIT_TEST_HZ);
}

static void pit_end(void)
{
	if (pit_is_the_tick) {
		timer_test_stop();
		return;
	}
	pit_start(0);
	free_irq(0, &irq_side);
}

static void pit(struct kunit *test)
{
	begin(test);
	pit_begin(test);
	contend(test);
	pit_end();
	finish(test);
}

/* ---- sent by the CPU to itself --------------------------------------------------------- */

static void on_vector(struct pt_regs *regs)
{
	in_hard_interrupt();
}

static void on_ipi(struct pt_regs *regs)
{
	apic_eoi();
	in_hard_interrupt();
}

static void kick_int(void)
{
	__asm__ __volatile__("int %0" : : "i"(TEST_VECTOR) : "memory");
}

static void software_interrupt(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_EQ(test, irq_set_vector(TEST_VECTOR, on_vector, NULL, NULL), 0);
	contend_kicked(test, kick_int);
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	finish(test);
}

static void kick_ipi(void)
{
	apic_send_self(TEST_VECTOR);
}

static void self_ipi(struct kunit *test)
{
	if (!apic_present())
		kunit_skip(test, "no local APIC");
	begin(test);
	KUNIT_EXPECT_EQ(test, irq_set_vector(TEST_VECTOR, on_ipi, NULL, NULL), 0);
	contend_kicked(test, kick_ipi);
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	finish(test);
}

static unsigned long nmi_looks;

/* It may come anywhere, so all it does is to look. */
static bool on_nmi(struct pt_regs *regs)
{
	nmi_looks++;
	wrong_context += !in_nmi() || !in_hardirq() || !irqs_disabled() || in_task();
	return true;
}

static void kick_nmi(void)
{
	apic_send_self_nmi();
	apic_send_self(TEST_VECTOR);
}

/* NMIs arrive in process context and, from in there, between the interrupts. */
static void on_ipi_with_nmi(struct pt_regs *regs)
{
	apic_eoi();
	apic_send_self_nmi();
	in_hard_interrupt();
}

static void nmi(struct kunit *test)
{
	if (!apic_present())
		kunit_skip(test, "no local APIC");
	watchdog_arm(0);
	if (trap_register(X86_TRAP_NMI, on_nmi))
		kunit_skip(test, "somebody else has the NMI");
	begin(test);
	nmi_looks = 0;
	KUNIT_EXPECT_EQ(test, irq_set_vector(TEST_VECTOR, on_ipi_with_nmi, NULL, NULL), 0);
	contend_kicked(test, kick_nmi);
	irq_set_vector(TEST_VECTOR, NULL, NULL, NULL);
	trap_register(X86_TRAP_NMI, NULL);
	KUNIT_EXPECT_GE(test, nmi_looks, nr_irqs);
	finish(test);
}

/* ---- devices ---------------------------------------------------------------------------- */

#define KEYBOARD_IRQ		1
#define I8042_DATA		0x60
#define I8042_COMMAND		0x64
#define I8042_INPUT_FULL	0x02
#define CMD_WRITE_OUTPUT	0xd2	/* the next byte, as if from the keyboard */
#define SHIFT_RELEASED		0xaa	/* a code that types nothing */
#define I8042_SPINS		10000

static void i8042_write(u16 port, u8 byte)
{
	unsigned int spins = I8042_SPINS;

	while ((inb(I8042_COMMAND) & I8042_INPUT_FULL) && --spins)
		io_delay();
	outb(byte, port);
}

static void kick_keyboard(void)
{
	i8042_write(I8042_COMMAND, CMD_WRITE_OUTPUT);
	i8042_write(I8042_DATA, SHIFT_RELEASED);
}

static void keyboard(struct kunit *test)
{
	if (inb(I8042_COMMAND) == 0xff)
		kunit_skip(test, "no i8042");
	begin(test);
	KUNIT_EXPECT_EQ(test, request_irq(KEYBOARD_IRQ, on_line, IRQF_SHARED, "irqsources",
					  &irq_side), 0);
	contend_kicked(test, kick_keyboard);
	free_irq(KEYBOARD_IRQ, &irq_side);
	finish(test);
}

#define SERIAL_IRQ		4
#define COM1_DATA		0x3f8
#define COM1_MCR		0x3fc
#define MCR_LOOP		0x10

/* Loopback: what is sent is received, and nobody outside sees it. */
static void kick_serial(void)
{
	const u8 mcr = inb(COM1_MCR);

	outb(mcr | MCR_LOOP, COM1_MCR);
	outb('\0', COM1_DATA);
	outb(mcr, COM1_MCR);
}

static void serial(struct kunit *test)
{
	if (!serial_present())
		kunit_skip(test, "no 16550");
	begin(test);
	KUNIT_EXPECT_EQ(test, request_irq(SERIAL_IRQ, on_line, IRQF_SHARED, "irqsources",
					  &irq_side), 0);
	contend_kicked(test, kick_serial);
	free_irq(SERIAL_IRQ, &irq_side);
	finish(test);
}

/* ---- the bottom half ---------------------------------------------------------------------- */

static void in_tasklet(struct tasklet_struct *t)
{
	wrong_context += !in_serving_softirq() || in_hardirq() || irqs_disabled();
	in_interrupt_side();
}
static DECLARE_TASKLET(tasklet, in_tasklet);

static void schedule_tasklet(void)
{
	tasklet_schedule(&tasklet);
}

static void tasklet_behind_a_timer(struct kunit *test)
{
	begin(test);
	KUNIT_EXPECT_EQ(test, timer_test_start(TIMER_HZ, schedule_tasklet), 0);
	contend(test);
	timer_test_stop();
	tasklet_kill(&tasklet);
	finish(test);
}

static struct kunit_case irqsources_cases[] = {
	KUNIT_CASE(local_apic_timer),
	KUNIT_CASE(pit),
	KUNIT_CASE(self_ipi),
	KUNIT_CASE(software_interrupt),
	KUNIT_CASE(nmi),
	KUNIT_CASE(keyboard),
	KUNIT_CASE(serial),
	KUNIT_CASE(tasklet_behind_a_timer),
	{}
};

static struct kunit_suite irqsources_suite = {
	.name = "irqsources",
	.test_cases = irqsources_cases,
};
kunit_test_suite(irqsources_suite);
