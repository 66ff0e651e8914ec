/* SPDX-License-Identifier: MIT */
/* rbtree_test.c - lib/rbtree.c: all small trees, random large ones, augmented ones */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/rbtree_augmented.h>

#define NODES	256

struct item {
	struct rb_node rb;
	unsigned int key;
	unsigned int weight, heaviest;	/* of the subtree */
	bool in;
};

static struct item item[NODES];

#define item_weight(it)	((it)->weight)
RB_DECLARE_CALLBACKS_MAX(static, heaviest_cb, struct item, rb, unsigned int, heaviest, item_weight)

static struct item *item_of(struct rb_node *rb)
{
	return rb_entry(rb, struct item, rb);
}

static bool item_less(struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < rb_entry(b, struct item, rb)->key;
}

static int item_cmp(const void *key, const struct rb_node *b)
{
	unsigned int k = *(const unsigned int *)key, other = rb_entry(b, struct item, rb)->key;

	return k < other ? -1 : k > other;
}

static void insert_augmented(struct rb_root *root, struct item *it)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	it->heaviest = it->weight;
	while (*link) {
		parent = *link;
		link = it->key < item_of(parent)->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&it->rb, parent, link);
	heaviest_cb.propagate(parent, NULL);
	rb_insert_augmented(&it->rb, root, &heaviest_cb);
}

/* Colours, order both ways, count. */
static void verify(struct kunit *test, const struct rb_root *root, unsigned int count)
{
	struct rb_node *rb, *last = NULL;
	unsigned int n = 0;

	KUNIT_ASSERT_NULL(test, rb_verify(root));
	for (rb = rb_first(root); rb; rb = rb_next(rb)) {
		if (last)
			KUNIT_ASSERT_LE(test, item_of(last)->key, item_of(rb)->key);
		KUNIT_ASSERT_PTR_EQ(test, rb_prev(rb), last);
		last = rb;
		n++;
	}
	KUNIT_ASSERT_PTR_EQ(test, rb_last(root), last);
	KUNIT_ASSERT_EQ(test, n, count);
}

static unsigned int true_heaviest(struct rb_node *rb)
{
	unsigned int l, r;

	if (!rb)
		return 0;
	l = true_heaviest(rb->rb_left);
	r = true_heaviest(rb->rb_right);
	return max3(l, r, item_of(rb)->weight);
}

/* The order of @n things that number @code stands for (factorial base). */
static void permutation(unsigned int code, unsigned int n, unsigned int *out)
{
	for (unsigned int i = 0; i < n; i++)
		out[i] = i;
	for (unsigned int i = n; i > 1; i--) {
		swap(out[i - 1], out[code % i]);
		code /= i;
	}
}

/* Every order of insertion of 6 keys, each with 12 orders of removal. */
static void all_small_trees(struct kunit *test)
{
	unsigned int order[6], removal[6];

	for (unsigned int code = 0; code < 720; code++) {
		for (unsigned int rem = 0; rem < 12; rem++) {
			struct rb_root root = RB_ROOT;

			permutation(code, 6, order);
			permutation(rem * 61 + code, 6, removal);
			for (unsigned int i = 0; i < 6; i++) {
				item[order[i]].key = order[i];
				rb_add(&item[order[i]].rb, &root, item_less);
			}
			verify(test, &root, 6);
			for (unsigned int i = 0; i < 6; i++) {
				rb_erase(&item[removal[i]].rb, &root);
				KUNIT_ASSERT_NULL(test, rb_verify(&root));
			}
			KUNIT_ASSERT_TRUE(test, RB_EMPTY_ROOT(&root));
		}
	}
}

static void random_operations(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	unsigned int count = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, kunit_seed());
	memset(item, 0, sizeof(item));
	for (int op = 0; op < 6000; op++) {
		struct item *it = &item[prandom_u32_below(&rnd, NODES)];

		if (it->in) {
			rb_erase(&it->rb, &root);
			count--;
		} else {
			it->key = prandom_u32_below(&rnd, 100);
			rb_add(&it->rb, &root, item_less);
			count++;
		}
		it->in = !it->in;
		if (op % 16 == 0)
			verify(test, &root, count);
	}
}

static void augmented(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, kunit_seed() + 1);
	memset(item, 0, sizeof(item));
	for (int op = 0; op < 4000; op++) {
		struct item *it = &item[prandom_u32_below(&rnd, NODES)];

		if (it->in) {
			rb_erase_augmented(&it->rb, &root, &heaviest_cb);
		} else {
			it->key = prandom_u32_state(&rnd);
			it->weight = prandom_u32_below(&rnd, 1000);
			insert_augmented(&root, it);
		}
		it->in = !it->in;
		KUNIT_ASSERT_NULL(test, rb_verify(&root));
		for (int i = 0; op % 16 == 0 && i < NODES; i++)
			if (item[i].in)
				KUNIT_ASSERT_EQ(test, item[i].heaviest, true_heaviest(&item[i].rb));
	}
}

static void cached_and_found(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED;
	unsigned int key;

	for (unsigned int i = 0; i < 20; i++) {
		item[i].key = 100 - 2 * i;
		rb_add(&item[i].rb, &root.rb_root, item_less);
		root.rb_leftmost = &item[i].rb;
	}
	key = 80;
	KUNIT_EXPECT_PTR_EQ(test, rb_find(&key, &root.rb_root, item_cmp), &item[10].rb);
	key = 81;
	KUNIT_EXPECT_NULL(test, rb_find(&key, &root.rb_root, item_cmp));
	rb_erase_cached(&item[19].rb, &root);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &item[18].rb);
	rb_erase_cached(&item[5].rb, &root);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &item[18].rb);
	rb_link_node(&item[19].rb, &item[18].rb, &item[18].rb.rb_left);
	rb_insert_color_cached(&item[19].rb, &root, true);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &item[19].rb);
	verify(test, &root.rb_root, 19);
}

static void replacing(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct item other;

	for (unsigned int i = 0; i < 10; i++) {
		item[i].key = i;
		rb_add(&item[i].rb, &root, item_less);
	}
	for (unsigned int i = 0; i < 10; i++) {
		other = item[i];
		rb_replace_node(&item[i].rb, &other.rb, &root);
		verify(test, &root, 10);
		rb_replace_node(&other.rb, &item[i].rb, &root);
	}
	verify(test, &root, 10);
}

static void postorder(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct item *it, *next;
	unsigned int n = 0;

	KUNIT_EXPECT_NULL(test, rb_first_postorder(&root));
	KUNIT_EXPECT_NULL(test, rb_next_postorder(NULL));
	KUNIT_EXPECT_NULL(test, rb_first(&root));
	for (unsigned int i = 0; i < 50; i++) {
		item[i].key = i * 7 % 50;
		item[i].in = true;
		rb_add(&item[i].rb, &root, item_less);
	}
	rbtree_postorder_for_each_entry_safe(it, next, &root, rb) {
		/* Children come before their parent. */
		KUNIT_EXPECT_TRUE(test, !it->rb.rb_left || !item_of(it->rb.rb_left)->in);
		KUNIT_EXPECT_TRUE(test, !it->rb.rb_right || !item_of(it->rb.rb_right)->in);
		it->in = false;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 50U);
	RB_CLEAR_NODE(&item[0].rb);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_NODE(&item[0].rb));
	KUNIT_EXPECT_NULL(test, rb_next(&item[0].rb));
}

/* The verifier sees each kind of damage, and is no victim of it. */
static void damage_is_seen(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct rb_node *top, saved;

	for (unsigned int i = 0; i < 20; i++) {
		item[i].key = i;
		rb_add(&item[i].rb, &root, item_less);
	}
	top = root.rb_node;
	saved = *top;
	top->__rb_parent_color &= ~1UL;
	KUNIT_EXPECT_STREQ(test, rb_verify(&root), "the root is red");
	*top = saved;
	top->rb_left = NULL;
	KUNIT_EXPECT_STREQ(test, rb_verify(&root), "black heights differ");
	*top = saved;
	top->rb_left = top->rb_right->rb_left;
	KUNIT_EXPECT_STREQ(test, rb_verify(&root), "a child does not know its parent");
	*top = saved;
	top->rb_right->__rb_parent_color &= ~1UL;
	top->rb_right->rb_left->__rb_parent_color &= ~1UL;
	KUNIT_EXPECT_STREQ(test, rb_verify(&root), "a red node has a red child");
}

/* A cycle whose parent links fit would be walked for ever but for the depth. */
static void cycles_end(struct kunit *test)
{
	struct rb_root root = { &item[0].rb };
	struct rb_node *n = &item[0].rb;

	for (int i = 0; i < 200; i++) {
		struct rb_node *child = &item[i + 1].rb;

		n->rb_left = child;
		n->rb_right = NULL;
		n->__rb_parent_color = 1UL | (i ? (unsigned long)&item[i - 1].rb : 0);
		n = child;
	}
	KUNIT_EXPECT_STREQ(test, rb_verify(&root), "deeper than any tree that fits into memory");
}

static struct kunit_case rbtree_cases[] = {
	KUNIT_CASE(all_small_trees),
	KUNIT_CASE(random_operations),
	KUNIT_CASE(augmented),
	KUNIT_CASE(cached_and_found),
	KUNIT_CASE(replacing),
	KUNIT_CASE(postorder),
	KUNIT_CASE(damage_is_seen),
	KUNIT_CASE(cycles_end),
	{}
};

static struct kunit_suite rbtree_suite = { .name = "rbtree", .test_cases = rbtree_cases };
kunit_test_suite(rbtree_suite);
