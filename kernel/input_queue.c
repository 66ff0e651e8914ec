/* SPDX-License-Identifier: MIT */
/*
 * kernel/input_queue.c - characters between an interrupt handler and a thread
 *
 * MODEL
 *   A small ring that is always there, and behind it chunks that come when the ring is full
 *   and go when they have been read.  Once there is a chunk, new characters go behind it,
 *   not into the ring, so that what is in the ring is always older:
 *
 *	read <- [ring] <- [chunk] <- [chunk] <- push
 *
 *   Who pushes is an interrupt handler: it may neither wait nor fail loudly.  So a chunk
 *   comes from GFP_ATOMIC, which may dig into the reserve; and if there is nothing, the
 *   character is dropped, and counted, and the next one asks again.
 *
 * INVARIANTS
 *   I1  nr = (tail - head) + the sum over chunks of (end - start) <= limit.
 *   I2  no chunk on the list is empty, so a drained queue holds no memory (but what it was
 *       told to hold).
 *
 * LOCKING	q->lock, rank LOCK_INPUT, irqs off.
 * CONTEXT	any but NMI; hold and unhold: process.
 * FAILURE	a character is dropped and counted; the queue stays as it was.
 * NOT HERE	threads and the console: input.c.
 */
#include <linux/input.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#define INPUT_CHUNK_BYTES	512	/* a size class of kmalloc(), header included */

struct input_chunk {
	struct list_head list;
	u16 start, end;			/* characters [start, end) of data wait */
	char data[INPUT_CHUNK_BYTES - sizeof(struct list_head) - 2 * sizeof(u16)];
};
static_assert(sizeof(struct input_chunk) <= INPUT_CHUNK_BYTES);

/* ---- memory ---------------------------------------------------------------------- */

static struct input_chunk *input_chunk_get(struct input_queue *q)
{
	struct input_chunk *c = list_first_entry_or_null(&q->spare, struct input_chunk, list);

	lockdep_assert_held(&q->lock);
	if (c) {
		list_del(&c->list);
		q->nr_spare--;
	} else if (!q->held) {
		c = kmalloc(sizeof(*c), GFP_ATOMIC | __GFP_NOWARN);
	}
	if (!c)
		return NULL;
	c->start = c->end = 0;
	list_add_tail(&c->list, &q->chunks);
	q->nr_chunks++;
	return c;
}

static void input_chunk_put(struct input_queue *q, struct input_chunk *c)
{
	lockdep_assert_held(&q->lock);
	list_del(&c->list);
	q->nr_chunks--;
	if (q->held) {
		list_add(&c->list, &q->spare);
		q->nr_spare++;
	} else {
		kfree(c);
	}
}

/* ---- in -------------------------------------------------------------------------- */

/* The chunk that takes the next character; NULL: no memory. */
static struct input_chunk *input_tail_chunk(struct input_queue *q)
{
	struct input_chunk *c;

	if (!list_empty(&q->chunks)) {
		c = list_last_entry(&q->chunks, struct input_chunk, list);
		if (c->end < sizeof(c->data))
			return c;
	}
	return input_chunk_get(q);
}

static bool input_queue_add(struct input_queue *q, char ch)
{
	struct input_chunk *c;

	if (q->nr >= q->limit) {
		q->dropped_full++;
		return false;
	}
	if (list_empty(&q->chunks) && q->tail - q->head < INPUT_RING) {
		q->ring[q->tail++ % INPUT_RING] = ch;
	} else {
		c = input_tail_chunk(q);
		if (!c) {
			q->dropped_nomem++;
			return false;
		}
		c->data[c->end++] = ch;
	}
	q->nr++;
	q->received++;
	q->peak = max(q->peak, q->nr);
	return true;
}

bool input_queue_push(struct input_queue *q, char c)
{
	unsigned long flags;
	bool kept;

	spin_lock_irqsave(&q->lock, flags);
	kept = input_queue_add(q, c);
	spin_unlock_irqrestore(&q->lock, flags);
	if (kept)
		wake_up(&q->wait);
	return kept;
}

unsigned long input_queue_dropped(const struct input_queue *q)
{
	return READ_ONCE(q->dropped_full) + READ_ONCE(q->dropped_nomem);
}

/* ---- out ------------------------------------------------------------------------- */

static size_t input_read_ring(struct input_queue *q, char *buf, size_t n)
{
	size_t i;

	for (i = 0; i < n && q->head != q->tail; i++)
		buf[i] = q->ring[q->head++ % INPUT_RING];
	return i;
}

static size_t input_read_chunk(struct input_queue *q, struct input_chunk *c, char *buf, size_t n)
{
	n = min(n, (size_t)(c->end - c->start));
	memcpy(buf, c->data + c->start, n);
	c->start += n;
	if (c->start == c->end)
		input_chunk_put(q, c);
	return n;
}

size_t input_queue_read(struct input_queue *q, char *buf, size_t n)
{
	unsigned long flags;
	size_t done;

	spin_lock_irqsave(&q->lock, flags);
	done = input_read_ring(q, buf, n);
	while (done < n && !list_empty(&q->chunks))
		done += input_read_chunk(q, list_first_entry(&q->chunks, struct input_chunk, list),
					 buf + done, n - done);
	q->nr -= done;
	spin_unlock_irqrestore(&q->lock, flags);
	return done;
}

/* ---- holding --------------------------------------------------------------------- */

void input_queue_hold(struct input_queue *q, size_t bytes)
{
	const unsigned long want = bytes / INPUT_CHUNK_BYTES;
	struct input_chunk *c = NULL;
	unsigned long flags;

	do {
		c = kmalloc(sizeof(*c), GFP_KERNEL | __GFP_NOWARN);
		spin_lock_irqsave(&q->lock, flags);
		q->held = true;
		if (c) {
			list_add(&c->list, &q->spare);
			q->nr_spare++;
		}
		spin_unlock_irqrestore(&q->lock, flags);
	} while (c && READ_ONCE(q->nr_spare) < want);
}

void input_queue_unhold(struct input_queue *q)
{
	struct input_chunk *c, *next;
	unsigned long flags;
	LIST_HEAD(spare);

	spin_lock_irqsave(&q->lock, flags);
	q->held = false;
	q->nr_spare = 0;
	list_splice_init(&q->spare, &spare);
	spin_unlock_irqrestore(&q->lock, flags);
	list_for_each_entry_safe(c, next, &spare, list)
		kfree(c);
}
