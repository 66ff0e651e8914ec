/* SPDX-License-Identifier: MIT */
/*
 * printk.c - the kernel log
 *
 * MODEL
 *   A ring of records; a record is a header and the text of one printk(), and may wrap.
 *   head and tail count bytes since boot, so head - tail is what is stored and a
 *   reader's position is either valid or below tail: overwritten.
 *
 *   printk --- lock free ---> format into text[] -> ring -> sinks -> drain pending[]
 *          \-- we hold it --> pending[] (an interrupt, an NMI or a sink printed)
 *
 * LOCKING
 *   One word, taken with interrupts off, that knows which CPU has it; no spinlock_t,
 *   because those report through printk.  A text is whole, whoever else prints; so are the
 *   texts of a report whose CPU has the second such word, but for what a panic or an NMI says
 *   in between.  All statics below belong to it, but pending,
 *   where space is reserved atomically.
 * CONTEXT	any, also NMI, and before everything else is set up.
 * FAILURE	a text that fits nowhere is counted; the count is printed later.
 */
#include <asm/processor.h>
#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/string.h>

#define RING_SIZE	65536U		/* a boot of 16 CPUs and a few reports */
#define TEXT_SIZE	1024
#define PENDING_SIZE	4096U
#define NESTED_SIZE	256

#define SINK_DEPTH_MAX	1		/* nested calls of one sink */
#define LEVEL_RAW	(-1)		/* below every loglevel: always shown */

struct record {
	u16 len;			/* of the text; in pending 0: not yet complete */
	s8  level;
	u8  cont;			/* goes on an open line */
};

static struct {
	char data[RING_SIZE];
	u64 head, tail;
} ring;

static struct {
	char data[PENDING_SIZE] __aligned(8);
	unsigned int used;		/* atomic */
	unsigned int dropped;		/* atomic */
	unsigned int done;		/* drained up to here */
} pending;

static struct {
	char *buf;
	size_t size, len;
	bool tee, all;
} capture;

static char text[TEXT_SIZE];
static struct printk_sink *sinks;
static int loglevel = CONSOLE_LOGLEVEL_DEFAULT;
static bool line_open;			/* the last text did not end in a newline */
static s8 open_level;			/* its level */
static int lock_cpu = -1;		/* -1: free */
static int sync_cpu = -1;		/* whose lines belong together; -1: nobody's */

/* ---- the lock -------------------------------------------------------------------- */

/*
 * False if it is held by this CPU, or if waiting for it could be for ever.  An oops inside
 * of a printk takes it all the same: it may be the last thing that is ever printed.
 */
static bool log_lock(unsigned long *flags)
{
	int cpu, free = -1;

	local_irq_save(*flags);
	cpu = smp_processor_id();
	while (!try_cmpxchg(&lock_cpu, &free, cpu)) {
		if (free == cpu && oops_in_progress) {
			printk_bust();
		} else if (free == cpu || in_nmi()) {
			local_irq_restore(*flags);
			return false;
		}
		free = -1;
		cpu_relax();
	}
	return true;
}

/* Unless it has been taken from us: then it may be another CPU's by now. */
static void log_unlock(unsigned long flags)
{
	printk_bust_own();
	local_irq_restore(flags);
}

void printk_bust(void)
{
	smp_store_release(&lock_cpu, -1);
}

void printk_bust_own(void)
{
	int me = smp_processor_id();

	try_cmpxchg(&lock_cpu, &me, -1);	/* or it is another CPU's by now */
}

/* ---- lines that belong together -------------------------------------------------- */

bool printk_cpu_sync_get(unsigned long *flags)
{
	int cpu, owner = -1;

	local_irq_save(*flags);
	cpu = smp_processor_id();
	while (!try_cmpxchg(&sync_cpu, &owner, cpu)) {
		/* Ours already; or the owner may need what we hold, or be stopped. */
		if (owner == cpu || in_nmi() || oops_in_progress || READ_ONCE(lock_cpu) == cpu) {
			local_irq_restore(*flags);
			return false;
		}
		owner = -1;
		cpu_relax();
	}
	return true;
}

void printk_cpu_sync_put(bool got, unsigned long flags)
{
	if (!got)
		return;
	smp_store_release(&sync_cpu, -1);
	local_irq_restore(flags);
}

/* ---- the ring -------------------------------------------------------------------- */

static void ring_copy_in(u64 at, const void *src, size_t n)
{
	size_t off = at % RING_SIZE, first = min(n, RING_SIZE - off);

	memcpy(ring.data + off, src, first);
	memcpy(ring.data, src + first, n - first);
}

static void ring_copy_out(u64 at, void *dst, size_t n)
{
	size_t off = at % RING_SIZE, first = min(n, RING_SIZE - off);

	memcpy(dst, ring.data + off, first);
	memcpy(dst + first, ring.data, n - first);
}

static void ring_push(const struct record *rec, const char *s)
{
	size_t need = sizeof(*rec) + rec->len;
	struct record old;

	while (ring.head + need - ring.tail > RING_SIZE) {
		ring_copy_out(ring.tail, &old, sizeof(old));
		ring.tail += sizeof(old) + old.len;
	}
	ring_copy_in(ring.head, rec, sizeof(*rec));
	ring_copy_in(ring.head + sizeof(*rec), s, rec->len);
	ring.head += need;
}

/* ---- where a text goes ----------------------------------------------------------- */

static void capture_text(const char *s, size_t n)
{
	size_t room = capture.size - capture.len - 1;

	n = min(n, room);
	memcpy(capture.buf + capture.len, s, n);
	capture.len += n;
	capture.buf[capture.len] = '\0';
}

/*
 * A sink may print itself (that it was interrupted by an oops, say), and gets that text,
 * too.  One that does so again then is left out: it is what fails.
 */
static void write_sinks(int level, const char *s, size_t n)
{
	if (level >= loglevel)
		return;
	for (struct printk_sink *k = sinks; k; k = k->next) {
		if (k->depth > SINK_DEPTH_MAX)
			continue;
		k->depth++;
		k->write(k, s, n);
		k->depth--;
	}
}

static void store_text(struct record *rec, const char *s)
{
	const struct record newline = { .len = 1, .level = open_level, .cont = 1 };

	if (capture.buf && (capture.all || rec->level != LEVEL_RAW)) {
		capture_text(s, rec->len);
		if (!capture.tee)
			return;
	}
	if (line_open && !rec->cont) {
		ring_push(&newline, "\n");
		write_sinks(open_level, "\n", 1);
	}
	if (rec->cont && line_open)
		rec->level = open_level;
	open_level = rec->level;
	line_open = s[rec->len - 1] != '\n';
	ring_push(rec, s);
	write_sinks(rec->level, s, rec->len);
}

/* KERN_ prefixes: all of them are cut, the last one counts. */
static const char *parse_level(const char *s, struct record *rec)
{
	for (; s[0] == KERN_SOH[0] && s[1]; s += 2) {
		if (s[1] >= '0' && s[1] <= '7')
			rec->level = (s8)(s[1] - '0');
		rec->cont = s[1] == 'c';
	}
	return s;
}

/* Format, take the level off; the text, or NULL if nothing is left. */
static const char *format(char *buf, size_t size, struct record *rec, const char *fmt,
			  va_list args)
{
	int n = vscnprintf(buf, size, fmt, args);
	const char *s = buf;

	if (rec->level != LEVEL_RAW)
		s = parse_level(buf, rec);
	rec->len = (u16)(buf + n - s);
	return rec->len ? s : NULL;
}

/* ---- nested texts ---------------------------------------------------------------- */

static noinline int pend(struct record *rec, const char *fmt, va_list args)
{
	char buf[NESTED_SIZE];
	const char *s = format(buf, sizeof(buf), rec, fmt, args);
	unsigned int len = rec->len, need = ALIGN((u32)sizeof(*rec) + len, 4), at;
	struct record *slot;

	if (!s)
		return 0;
	at = READ_ONCE(pending.used);
	do {
		if (at + need > PENDING_SIZE) {
			__atomic_fetch_add(&pending.dropped, 1, __ATOMIC_RELAXED);
			return 0;
		}
	} while (!try_cmpxchg(&pending.used, &at, at + need));
	slot = (struct record *)(pending.data + at);
	slot->level = rec->level;
	slot->cont = rec->cont;
	memcpy(slot + 1, s, len);
	smp_store_release(&slot->len, (u16)len);
	return (int)len;
}

static void report_dropped(void)
{
	unsigned int n = xchg(&pending.dropped, 0);
	struct record rec = { .level = LOGLEVEL_DEFAULT };

	if (!n)
		return;
	rec.len = (u16)scnprintf(text, sizeof(text), "** %u printk messages dropped **\n", n);
	store_text(&rec, text);
}

/*
 * What nested calls left; those that come while we are at it, too.  A place is 0 until its
 * text is complete: one whose writer was interrupted, or is on another CPU, waits until next
 * time, with all behind it.
 */
static void drain(void)
{
	unsigned int at = pending.done, used, need;
	struct record *slot;

	while ((used = smp_load_acquire(&pending.used)) != 0) {
		for (; at < used; at += need) {
			slot = (struct record *)(pending.data + at);
			if (!smp_load_acquire(&slot->len))
				break;
			need = ALIGN((u32)sizeof(*slot) + slot->len, 4);
			store_text(slot, (char *)(slot + 1));
			memset(slot, 0, need);
		}
		if (at < used)
			break;
		if (try_cmpxchg(&pending.used, &used, 0))
			at = 0;
	}
	pending.done = at;
	report_dropped();
}

static int emit(struct record *rec, const char *fmt, va_list args)
{
	unsigned long flags;
	const char *s;
	int len;

	if (!log_lock(&flags))
		return pend(rec, fmt, args);
	if (unlikely(READ_ONCE(pending.used)))
		drain();		/* older than this one: the lock was busted */
	s = format(text, sizeof(text), rec, fmt, args);
	len = rec->len;
	if (s)
		store_text(rec, s);
	if (unlikely(READ_ONCE(pending.used) || READ_ONCE(pending.dropped)))
		drain();
	log_unlock(flags);
	return len;
}

/* ---- interface ------------------------------------------------------------------- */

int vprintk(const char *fmt, va_list args)
{
	struct record rec = { .level = LOGLEVEL_DEFAULT };

	return emit(&rec, fmt, args);
}

int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

int vprintk_raw(const char *fmt, va_list args)
{
	struct record rec = { .level = LEVEL_RAW };

	return emit(&rec, fmt, args);
}

int printk_raw(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk_raw(fmt, args);
	va_end(args);
	return n;
}

/* The record at *pos (moved up to the oldest, then past it) into buf; false at the end. */
static bool read_record(u64 *pos, u64 end, struct record *rec, char *buf)
{
	*pos = max(*pos, ring.tail);
	if (*pos >= end)
		return false;
	ring_copy_out(*pos, rec, sizeof(*rec));
	ring_copy_out(*pos + sizeof(*rec), buf, rec->len);
	*pos += sizeof(*rec) + rec->len;
	return true;
}

void printk_for_each(bool (*put)(void *ctx, int level, const char *s, size_t n), void *ctx)
{
	u64 pos = 0, end = ring.head;
	struct record rec;
	char buf[TEXT_SIZE];
	unsigned long flags;
	bool more;

	do {
		if (!log_lock(&flags))
			return;
		more = read_record(&pos, end, &rec, buf);
		log_unlock(flags);
	} while (more && put(ctx, rec.level, buf, rec.len));
}

void printk_console(const char *s, size_t n)
{
	unsigned long flags;

	if (!log_lock(&flags))
		return;
	write_sinks(LEVEL_RAW, s, n);
	log_unlock(flags);
}

void printk_add_sink(struct printk_sink *sink)
{
	struct record rec;
	unsigned long flags;
	bool locked;
	u64 pos = 0;

	locked = log_lock(&flags);
	if (WARN_ON(!locked))
		return;
	while (read_record(&pos, ring.head, &rec, text))
		if (rec.level < loglevel)
			sink->write(sink, text, rec.len);
	sink->depth = 0;
	sink->next = sinks;
	sinks = sink;
	log_unlock(flags);
}

void printk_remove_sink(struct printk_sink *sink)
{
	unsigned long flags;
	bool locked;

	locked = log_lock(&flags);
	if (WARN_ON(!locked))
		return;
	for (struct printk_sink **k = &sinks; *k; k = &(*k)->next) {
		if (*k == sink) {
			*k = sink->next;
			break;
		}
	}
	log_unlock(flags);
}

void printk_set_loglevel(int level)
{
	loglevel = clamp(level, 0, 8);
}

int printk_get_loglevel(void)
{
	return loglevel;
}

static int loglevel_setup(char *val)
{
	int level, err = kstrtoint(val, 10, &level);

	if (!err && (level < 0 || level > 8))
		err = -EINVAL;
	if (!err)
		printk_set_loglevel(level);
	return err;
}
__setup("loglevel=", loglevel_setup);

/* ---- capture --------------------------------------------------------------------- */

static void capture_set(char *buf, size_t size, bool tee, bool all)
{
	unsigned long flags;
	bool locked;

	locked = log_lock(&flags);
	if (WARN_ON(!locked))
		return;
	capture.buf = buf;
	capture.size = size;
	capture.len = 0;
	capture.tee = tee;
	capture.all = all;
	if (buf)
		buf[0] = '\0';
	log_unlock(flags);
}

void printk_capture_start(char *buf, size_t size)
{
	capture_set(buf, size, false, false);
}

void printk_capture_start_tee(char *buf, size_t size)
{
	capture_set(buf, size, true, false);
}

void printk_capture_start_all(char *buf, size_t size)
{
	capture_set(buf, size, false, true);
}

void printk_capture_spill(void)
{
	const char *text = capture.buf;

	capture.buf = NULL;		/* no lock: whoever has it will not come back */
	if (!text || capture.tee)
		return;
	for (; *text; text += strnlen(text, TEXT_SIZE - 1))
		printk(KERN_EMERG "%.*s", TEXT_SIZE - 1, text);
}

size_t printk_capture_stop(void)
{
	size_t len = capture.len;

	capture_set(NULL, 0, false, false);
	return len;
}
