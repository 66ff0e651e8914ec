/* SPDX-License-Identifier: MIT */
/*
 * rbtree.c - red-black trees
 *
 * MODEL
 *   R1  The root is black.
 *   R2  A red node has black children.
 *   R3  Every way from a node down to a missing child passes as many black nodes.
 *   So no way down is more than twice as long as another.
 *
 *   (Guibas and Sedgewick 1978.)  The mirrored cases of the text books are one case
 *   here: "left" is a variable, and *link(node, left) is the child on that side.  One
 *   rotation serves all: the node sinks to one side, its other child rises and they
 *   exchange their colours, which is what every case needs.
 *
 *   Augmented trees pass callbacks; everybody else passes NULL, and since all of it is
 *   inlined that version has no trace of them.
 */
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>

#define RB_BLACK	1UL

static __always_inline bool is_red(const struct rb_node *node)
{
	return node && !(node->__rb_parent_color & RB_BLACK);
}

static __always_inline bool is_black(const struct rb_node *node)
{
	return node->__rb_parent_color & RB_BLACK;
}

static __always_inline void set_red(struct rb_node *node)
{
	node->__rb_parent_color &= ~RB_BLACK;
}

static __always_inline void set_black(struct rb_node *node)
{
	node->__rb_parent_color |= RB_BLACK;
}

static __always_inline void set_parent(struct rb_node *node, const struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & RB_BLACK);
}

static __always_inline struct rb_node **link(struct rb_node *node, bool left)
{
	return left ? &node->rb_left : &node->rb_right;
}

static __always_inline void replace_child(struct rb_node *old, struct rb_node *new,
					  struct rb_node *parent, struct rb_root *root)
{
	if (!parent)
		root->rb_node = new;
	else
		*link(parent, parent->rb_left == old) = new;
}

/* @node sinks to the @left (or right), its other child rises; they swap colours. */
static __always_inline void rotate(struct rb_node *node, bool left, struct rb_root *root,
				   const struct rb_augment_callbacks *augment)
{
	struct rb_node *up = *link(node, !left);
	struct rb_node *inner = *link(up, left);
	unsigned long up_color = up->__rb_parent_color & RB_BLACK;

	*link(node, !left) = inner;
	if (inner)
		set_parent(inner, node);
	*link(up, left) = node;
	replace_child(node, up, rb_parent(node), root);
	up->__rb_parent_color = node->__rb_parent_color;
	node->__rb_parent_color = (unsigned long)up | up_color;
	if (augment)
		augment->rotate(node, up);
}

static __always_inline void insert(struct rb_node *node, struct rb_root *root,
				   const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent, *grand, *uncle;
	bool left;

	while (is_red(parent = rb_parent(node))) {
		grand = rb_parent(parent);
		left = grand->rb_left == parent;
		uncle = *link(grand, !left);
		if (is_red(uncle)) {		/* push the red up two levels */
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (node == *link(parent, !left))
			rotate(parent, left, root, augment);
		rotate(grand, !left, root, augment);
		return;
	}
	if (!parent)
		set_black(node);
}

/* One black node is missing below @parent on the side of @child. */
static __always_inline void repair(struct rb_node *child, struct rb_node *parent,
				   struct rb_root *root,
				   const struct rb_augment_callbacks *augment)
{
	struct rb_node *sibling;
	bool left;

	while (parent && !is_red(child)) {
		left = parent->rb_left == child;
		sibling = *link(parent, !left);
		if (is_red(sibling)) {
			rotate(parent, left, root, augment);
			sibling = *link(parent, !left);
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			set_red(sibling);	/* one less on both sides: go up */
			child = parent;
			parent = rb_parent(child);
			continue;
		}
		if (!is_red(*link(sibling, !left))) {
			rotate(sibling, !left, root, augment);
			sibling = *link(parent, !left);
		}
		rotate(parent, left, root, augment);
		set_black(*link(sibling, !left));
		return;
	}
	if (child)
		set_black(child);
}

/* The leftmost node of the right subtree takes the place of @node, which has two children. */
static __always_inline struct rb_node *move_successor(struct rb_node *node, struct rb_root *root,
						      const struct rb_augment_callbacks *augment)
{
	struct rb_node *next = node->rb_right, *parent;

	while (next->rb_left)
		next = next->rb_left;
	parent = rb_parent(next);
	if (parent == node) {
		parent = next;
	} else {
		parent->rb_left = next->rb_right;
		if (next->rb_right)
			set_parent(next->rb_right, parent);
		next->rb_right = node->rb_right;
		set_parent(next->rb_right, next);
	}
	next->rb_left = node->rb_left;
	set_parent(next->rb_left, next);
	replace_child(node, next, rb_parent(node), root);
	next->__rb_parent_color = node->__rb_parent_color;
	if (augment) {
		augment->copy(node, next);
		if (parent != next)
			augment->propagate(parent, next);
		augment->propagate(next, NULL);
	}
	return parent;
}

static __always_inline void erase(struct rb_node *node, struct rb_root *root,
				  const struct rb_augment_callbacks *augment)
{
	struct rb_node *child, *parent;
	bool was_black;

	if (node->rb_left && node->rb_right) {
		struct rb_node *next = node->rb_right;

		while (next->rb_left)
			next = next->rb_left;
		child = next->rb_right;
		was_black = is_black(next);
		parent = move_successor(node, root, augment);
	} else {
		child = node->rb_left ? node->rb_left : node->rb_right;
		was_black = is_black(node);
		parent = rb_parent(node);
		replace_child(node, child, parent, root);
		if (child)
			set_parent(child, parent);
		if (augment && parent)
			augment->propagate(parent, NULL);
	}
	if (was_black)
		repair(child, parent, root, augment);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	insert(node, root, NULL);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	erase(node, root, NULL);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	insert(node, root, augment);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment)
{
	erase(node, root, augment);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (new->rb_left)
		set_parent(new->rb_left, new);
	if (new->rb_right)
		set_parent(new->rb_right, new);
	replace_child(victim, new, rb_parent(victim), root);
}

/* As far to that side as it goes. */
static struct rb_node *outermost(struct rb_node *node, bool left)
{
	while (node && *link(node, left))
		node = *link(node, left);
	return node;
}

/* The neighbour on the side that is not @left, in order. */
static struct rb_node *neighbour(struct rb_node *node, bool left)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (*link(node, !left))
		return outermost(*link(node, !left), left);
	while ((parent = rb_parent(node)) && node == *link(parent, !left))
		node = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour((struct rb_node *)node, true);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour((struct rb_node *)node, false);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}

/* Down to a leaf, left where there is a left. */
static struct rb_node *deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return deepest(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node ? rb_parent(node) : NULL;

	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest(parent->rb_right);
	return parent;
}

/* Black nodes on the ways down from @node, or -1 and *why. */
static int black_height(struct rb_node *node, struct rb_node *parent, int depth,
			const char **why)
{
	int left, right;

	if (!node)
		return 0;
	if (rb_parent(node) != parent)
		*why = "a child does not know its parent";
	else if (is_red(node) && (!parent || is_red(parent)))
		*why = parent ? "a red node has a red child" : "the root is red";
	else if (depth > 128)
		*why = "deeper than any tree that fits into memory";
	if (*why)
		return -1;
	left = black_height(node->rb_left, node, depth + 1, why);
	right = left < 0 ? -1 : black_height(node->rb_right, node, depth + 1, why);
	if (right >= 0 && left != right)
		*why = "black heights differ";
	return *why ? -1 : left + is_black(node);
}

const char *rb_verify(const struct rb_root *root)
{
	const char *why = NULL;

	(void)black_height(root->rb_node, NULL, 0, &why);
	return why;
}
