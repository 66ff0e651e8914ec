/* SPDX-License-Identifier: MIT */
/*
 * Trees whose nodes carry a summary of their subtree (its largest gap, its last end).
 * Insertion: while descending the caller brings the summaries on the path up to date,
 * or calls the propagate callback on the parent after rb_link_node().
 */
#ifndef _LINUX_RBTREE_AUGMENTED_H
#define _LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	/* Recompute from @node upwards until @stop or until nothing changes. */
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	/* @new takes the place, and the summary, of @old. */
	void (*copy)(struct rb_node *old, struct rb_node *new);
	/* @new was rotated above @old: it takes the summary; old's is recomputed. */
	void (*rotate)(struct rb_node *old, struct rb_node *new);
};

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment);

/*
 * Callbacks for structures of type @rbstruct with the node in @rbfield and the summary in
 * @rbaugmented.  bool rbcompute(s, exit) recomputes s->rbaugmented from s and its
 * children; with @exit it returns true, early, if the value did not change.
 */
#define RB_DECLARE_CALLBACKS(rbstatic, rbname, rbstruct, rbfield, rbaugmented, rbcompute) \
static void rbname ## _propagate(struct rb_node *rb, struct rb_node *stop)		\
{											\
	while (rb != stop) {								\
		rbstruct *node = rb_entry(rb, rbstruct, rbfield);			\
											\
		if (rbcompute(node, true))						\
			break;								\
		rb = rb_parent(&node->rbfield);						\
	}										\
}											\
static void rbname ## _copy(struct rb_node *rb_old, struct rb_node *rb_new)		\
{											\
	rb_entry(rb_new, rbstruct, rbfield)->rbaugmented =				\
		rb_entry(rb_old, rbstruct, rbfield)->rbaugmented;			\
}											\
static void rbname ## _rotate(struct rb_node *rb_old, struct rb_node *rb_new)		\
{											\
	rbname ## _copy(rb_old, rb_new);						\
	(void)rbcompute(rb_entry(rb_old, rbstruct, rbfield), false);			\
}											\
rbstatic const struct rb_augment_callbacks rbname = {					\
	.propagate = rbname ## _propagate,						\
	.copy = rbname ## _copy,							\
	.rotate = rbname ## _rotate,							\
};

/* The summary is the maximum of rbcompute(node) over the subtree. */
#define RB_DECLARE_CALLBACKS_MAX(rbstatic, rbname, rbstruct, rbfield, rbtype,		\
				 rbaugmented, rbcompute)				\
static inline bool rbname ## _compute_max(rbstruct *node, bool exit)			\
{											\
	rbtype max = rbcompute(node);							\
	rbstruct *child;								\
											\
	child = rb_entry_safe(node->rbfield.rb_left, rbstruct, rbfield);		\
	if (child && child->rbaugmented > max)						\
		max = child->rbaugmented;						\
	child = rb_entry_safe(node->rbfield.rb_right, rbstruct, rbfield);		\
	if (child && child->rbaugmented > max)						\
		max = child->rbaugmented;						\
	if (exit && node->rbaugmented == max)						\
		return true;								\
	node->rbaugmented = max;							\
	return false;									\
}											\
RB_DECLARE_CALLBACKS(rbstatic, rbname, rbstruct, rbfield, rbaugmented, rbname ## _compute_max)

#endif /* _LINUX_RBTREE_AUGMENTED_H */
