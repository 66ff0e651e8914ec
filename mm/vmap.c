/* SPDX-License-Identifier: MIT */
/*
 * mm/vmap.c - which addresses of a range are taken, and by whom
 *
 * MODEL
 *   A space is a range of addresses; an area is a piece of it that somebody has.  Areas
 *   hang in one red-black tree by address.  Each knows the gap in front of it, and the
 *   largest gap in its subtree; an area of size 0 at the end of the space owns the last:
 *
 *	start                                                        end
 *	|  gap A   |  A  | B |     gap C     |  C  |      gap end     |
 *
 *			     C gap 5, max 6
 *			    /		   \
 *	     B gap 0, max 3		    end gap 6, max 6
 *	    /
 *	   A gap 3, max 3
 *
 *   So one tree answers both questions: who is at this address, and where is the lowest
 *   gap of at least n bytes (go left while the left subtree has one).  Linux answers them
 *   with two trees, one of areas and one of gaps; here taking or giving back is one change.
 *
 *   Alignment above a page: a gap of size + align - page always does; one of size may, by
 *   luck of its place.  The first VMAP_LUCKY of those are tried in address order, which
 *   keeps addresses low; then the first gap that is sure; and if there is none, the rest.
 *
 * INVARIANTS	(vmap_verify() checks them)
 *   I1  areas are in address order, disjoint, inside the space; tree and list agree.
 *   I2  gap is the distance to the area before; max_gap the maximum over the subtree.
 *   I3  nr_areas and bytes are the sums over the areas.
 *
 * LOCKING	space->lock, rank LOCK_VMAP, irqs off, for everything that changes.
 * CONTEXT	any but NMI: never sleeps, never allocates: the caller brings the area.
 * FAILURE	-ENOSPC or -EINVAL and nothing changed.
 * NOT HERE	page tables: vmap_table.c.  Pages and the interface: vmalloc.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mmdebug.h>
#include <linux/rbtree_augmented.h>

#include "vmap.h"

/* A step is a climb of O(log n): 8 keep the search within some 200 instructions. */
#define VMAP_LUCKY	8

#define vmap_entry(n)	rb_entry(n, struct vm_struct, node)

static inline unsigned long vmap_gap(const struct vm_struct *area)
{
	return area->gap;
}

RB_DECLARE_CALLBACKS_MAX(static, vmap_augment, struct vm_struct, node, unsigned long, max_gap,
			 vmap_gap)

void vmap_space_init(struct vmap_space *space, unsigned long start, unsigned long end)
{
	struct vm_struct *last = &space->last;

	VM_BUG_ON(!start || start >= end || !PAGE_ALIGNED(start | end));
	VM_BUG_ON(end + PAGE_SIZE < end);	/* "behind it" is an address, too */
	spin_lock_init_ranked(&space->lock, LOCK_VMAP);
	space->start = start;
	space->nr_areas = 0;
	space->bytes = 0;
	space->root = RB_ROOT;
	*last = (struct vm_struct){ .addr = end, .gap = end - start, .max_gap = end - start };
	space->first = last;
	rb_link_node(&last->node, NULL, &space->root.rb_node);
	rb_insert_augmented(&last->node, &space->root, &vmap_augment);
}

static inline bool vmap_has_gap(const struct rb_node *n, unsigned long need)
{
	return n && vmap_entry(n)->max_gap >= need;
}

/*
 * The lowest area below n with a gap of at least need bytes; there is one: max_gap says so, and
 * so does that of one child at each step, or the gap of the node itself.
 */
static struct vm_struct *vmap_first_gap(struct rb_node *n, unsigned long need)
{
	for (;;) {
		if (vmap_has_gap(n->rb_left, need))
			n = n->rb_left;
		else if (vmap_entry(n)->gap >= need)
			return vmap_entry(n);
		else
			n = n->rb_right;
	}
}

/*
 * The next one behind area, or NULL: in its right subtree, or else on the way up wherever that
 * comes from the left.  Subtrees without such a gap are not entered, so many gaps that are too
 * small cost nothing.
 */
static struct vm_struct *vmap_next_gap(struct vm_struct *area, unsigned long need)
{
	struct rb_node *n = &area->node, *parent;

	if (vmap_has_gap(n->rb_right, need))
		return vmap_first_gap(n->rb_right, need);
	for (; (parent = rb_parent(n)) != NULL; n = parent) {
		if (n == parent->rb_right)
			continue;
		if (vmap_entry(parent)->gap >= need)
			return vmap_entry(parent);
		if (vmap_has_gap(parent->rb_right, need))
			return vmap_first_gap(parent->rb_right, need);
	}
	return NULL;
}

/* The lowest aligned address in the gap before at where size bytes fit; 0: none. */
static unsigned long vmap_fit(const struct vm_struct *at, unsigned long size, unsigned long align)
{
	unsigned long addr = (at->addr - at->gap + align - 1) & ~(align - 1);

	if (addr < at->addr - at->gap || addr > at->addr || at->addr - addr < size)
		return 0;
	return addr;
}

/* Would it fit if the space were empty?  So that an absurd alignment fails at once. */
static bool vmap_fit_space(const struct vmap_space *space, unsigned long size,
			   unsigned long align)
{
	const struct vm_struct whole = {
		.addr = space->last.addr, .gap = space->last.addr - space->start,
	};

	return vmap_fit(&whole, size, align) != 0;
}

/* Whose gap takes size bytes?  *addr: where.  NULL: nobody's. */
static struct vm_struct *vmap_search(struct vmap_space *space, unsigned long size,
				     unsigned long align, unsigned long *addr)
{
	unsigned long sure = size + (align - PAGE_SIZE);
	struct vm_struct *at, *lucky = NULL;
	unsigned int tries = 0;

	lockdep_assert_held(&space->lock);
	if (!vmap_has_gap(space->root.rb_node, size) || !vmap_fit_space(space, size, align))
		return NULL;
	for (at = vmap_first_gap(space->root.rb_node, size); at; at = vmap_next_gap(at, size)) {
		*addr = vmap_fit(at, size, align);
		if (*addr)
			return at;
		if (++tries == VMAP_LUCKY && sure > size &&
		    vmap_has_gap(space->root.rb_node, sure)) {
			lucky = vmap_first_gap(space->root.rb_node, sure);
			*addr = vmap_fit(lucky, size, align);
			VM_BUG_ON(!*addr);	/* size + align - page always does */
			return lucky;
		}
	}
	return NULL;
}

/*
 * Put area into the gap before at, which is then two gaps:
 *
 *	| area before |       gap        | at |
 *	| area before | gap | area | gap | at |
 *
 * max_gap is made right twice on the way up: for at, whose gap has shrunk, before the new node is
 * there; and for the new node before the tree is balanced, because rotations only look one level
 * down.  The new node becomes at's neighbour to the left: its left child if it has none, or else
 * the right child of the area before, which cannot have one, for it would lie between the two.
 */
static void vmap_link(struct vmap_space *space, struct vm_struct *area, struct vm_struct *at)
{
	struct rb_node *parent = &at->node, **link = &parent->rb_left;

	lockdep_assert_held(&space->lock);
	VM_BUG_ON(area->addr < at->addr - at->gap || area->addr + area->size > at->addr);
	area->gap = area->addr - (at->addr - at->gap);
	area->max_gap = area->gap;
	at->gap = at->addr - (area->addr + area->size);
	vmap_augment.propagate(&at->node, NULL);

	if (*link) {				/* then the area before is the rightmost there */
		parent = &at->prev->node;
		link = &parent->rb_right;
		VM_BUG_ON(*link);
	}
	rb_link_node(&area->node, parent, link);
	vmap_augment.propagate(parent, NULL);
	rb_insert_augmented(&area->node, &space->root, &vmap_augment);

	area->prev = at->prev;
	area->next = at;
	at->prev = area;
	if (area->prev)
		area->prev->next = area;
	else
		space->first = area;
	space->nr_areas++;
	space->bytes += area->size;
}

int vmap_area_insert(struct vmap_space *space, struct vm_struct *area, unsigned long size,
		     unsigned long align)
{
	struct vm_struct *at;
	unsigned long flags, addr;

	if (!size || !PAGE_ALIGNED(size) || align < PAGE_SIZE || (align & (align - 1)) ||
	    size + (align - PAGE_SIZE) < size)
		return -EINVAL;
	spin_lock_irqsave(&space->lock, flags);
	at = vmap_search(space, size, align, &addr);
	if (at) {
		area->addr = addr;
		area->size = size;
		vmap_link(space, area, at);
	}
	spin_unlock_irqrestore(&space->lock, flags);
	return at ? 0 : -ENOSPC;
}

/* What it had, and the gap before it, is the next one's gap; there is a next one, if only last. */
static void vmap_unlink(struct vmap_space *space, struct vm_struct *area)
{
	struct vm_struct *next = area->next;

	lockdep_assert_held(&space->lock);
	VM_BUG_ON(!next || next->prev != area || next->gap != next->addr - area->addr - area->size);
	VM_BUG_ON(!space->nr_areas || space->bytes < area->size);
	next->gap += area->gap + area->size;
	vmap_augment.propagate(&next->node, NULL);
	rb_erase_augmented(&area->node, &space->root, &vmap_augment);
	next->prev = area->prev;
	if (area->prev)
		area->prev->next = next;
	else
		space->first = next;
	space->nr_areas--;
	space->bytes -= area->size;
}

void vmap_area_remove(struct vmap_space *space, struct vm_struct *area)
{
	unsigned long flags;

	spin_lock_irqsave(&space->lock, flags);
	vmap_unlink(space, area);
	spin_unlock_irqrestore(&space->lock, flags);
}

struct vm_struct *vmap_area_find_locked(struct vmap_space *space, unsigned long addr)
{
	struct rb_node *n = space->root.rb_node;

	lockdep_assert_held(&space->lock);
	while (n) {
		struct vm_struct *area = vmap_entry(n);

		if (addr < area->addr)
			n = n->rb_left;
		else if (addr - area->addr < area->size)
			return area;
		else
			n = n->rb_right;
	}
	return NULL;
}

struct vm_struct *vmap_area_find(struct vmap_space *space, unsigned long addr)
{
	struct vm_struct *area;
	unsigned long flags;

	spin_lock_irqsave(&space->lock, flags);
	area = vmap_area_find_locked(space, addr);
	spin_unlock_irqrestore(&space->lock, flags);
	return area;
}

bool vmap_area_next(struct vmap_space *space, unsigned long addr, struct vm_struct *copy)
{
	struct vm_struct *found = NULL;		/* the lowest so far */
	struct rb_node *n;
	unsigned long flags;

	spin_lock_irqsave(&space->lock, flags);
	for (n = space->root.rb_node; n;) {
		struct vm_struct *area = vmap_entry(n);

		if (area->addr + area->size > addr && area != &space->last)
			found = area;
		n = area->addr + area->size > addr ? n->rb_left : n->rb_right;
	}
	if (found)
		*copy = *found;
	spin_unlock_irqrestore(&space->lock, flags);
	return found != NULL;
}

/* The right maximum of a subtree, one level deep: its children are checked as well. */
static unsigned long vmap_true_max(const struct vm_struct *area)
{
	unsigned long max = area->gap;

	if (area->node.rb_left)
		max = max(max, vmap_entry(area->node.rb_left)->max_gap);
	if (area->node.rb_right)
		max = max(max, vmap_entry(area->node.rb_right)->max_gap);
	return max;
}

/* What is wrong with this area, or NULL.  end: where the area before it ends. */
static const char *vmap_check(const struct vmap_space *space, const struct vm_struct *area,
			      unsigned long end)
{
	if (area->addr < end || area->addr > space->last.addr)
		return "out of order";
	if (area->gap != area->addr - end)
		return "wrong gap";
	if (area->max_gap != vmap_true_max(area))
		return "wrong max_gap";
	if (area->prev ? area->prev->next != area : space->first != area)
		return "list broken";
	if (area != &space->last && (!area->size || !PAGE_ALIGNED(area->addr | area->size)))
		return "bad size or alignment";
	return NULL;
}

static bool vmap_verify_locked(struct vmap_space *space, char *msg, size_t n)
{
	unsigned long end = space->start, nr = 0, bytes = 0;
	const char *wrong = rb_verify(&space->root);
	struct vm_struct *area = space->first;
	struct rb_node *node;

	for (node = rb_first(&space->root); node && !wrong; node = rb_next(node)) {
		if (vmap_entry(node) != area) {
			wrong = "tree and list differ";
			break;
		}
		wrong = vmap_check(space, area, end);
		end = area->addr + area->size;
		bytes += area->size;
		nr++;
		area = area->next;
	}
	if (!wrong && (nr != space->nr_areas + 1 || bytes != space->bytes || area))
		wrong = "wrong totals";
	if (wrong)
		snprintf(msg, n, "vmap: %s, area %lu before %#lx", wrong, nr, end);
	return !wrong;
}

bool vmap_verify(struct vmap_space *space, char *msg, size_t n)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&space->lock, flags);
	ok = vmap_verify_locked(space, msg, n);
	spin_unlock_irqrestore(&space->lock, flags);
	return ok;
}
