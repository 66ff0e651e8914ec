/* SPDX-License-Identifier: MIT */
/* list_test.c - <linux/list.h>, and what lib/list_debug.c says about broken lists */
#include <kunit/test.h>
#include <linux/list.h>

#include "report.h"

struct item {
	int id;
	struct list_head link;
	struct hlist_node hash;
};

static struct item item[6];
static struct report rep;

/* Four items, 0..3 in order. */
static int list_suite_init(struct kunit *test)
{
	for (int i = 0; i < 6; i++) {
		item[i].id = i;
		INIT_LIST_HEAD(&item[i].link);
		INIT_HLIST_NODE(&item[i].hash);
	}
	return 0;
}

/* Does the list hold these digits, both ways? */
static bool holds(struct list_head *head, const char *digits)
{
	struct item *it;
	size_t n = strlen(digits), i = 0;

	list_for_each_entry(it, head, link)
		if (i >= n || it->id != digits[i++] - '0')
			return false;
	list_for_each_entry_reverse(it, head, link)
		if (!i || it->id != digits[--i] - '0')
			return false;
	return i == 0 && list_count_nodes(head) == n;
}

static void fill(struct list_head *head, int from, int to)
{
	for (int i = from; i < to; i++)
		list_add_tail(&item[i].link, head);
}

static void adding_and_removing(struct kunit *test)
{
	LIST_HEAD(head);

	KUNIT_EXPECT_TRUE(test, list_empty(&head));
	KUNIT_EXPECT_NULL(test, list_first_entry_or_null(&head, struct item, link));
	list_add(&item[1].link, &head);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&head));
	list_add(&item[0].link, &head);
	list_add_tail(&item[2].link, &head);
	KUNIT_EXPECT_TRUE(test, holds(&head, "012"));
	KUNIT_EXPECT_FALSE(test, list_is_singular(&head));
	KUNIT_EXPECT_TRUE(test, list_is_first(&item[0].link, &head));
	KUNIT_EXPECT_TRUE(test, list_is_last(&item[2].link, &head));
	KUNIT_EXPECT_TRUE(test, list_is_head(item[2].link.next, &head));
	KUNIT_EXPECT_EQ(test, list_last_entry(&head, struct item, link)->id, 2);
	list_del(&item[1].link);
	KUNIT_EXPECT_PTR_EQ(test, (void *)item[1].link.next, LIST_POISON1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)item[1].link.prev, LIST_POISON2);
	KUNIT_EXPECT_TRUE(test, holds(&head, "02"));
	list_del_init(&item[0].link);
	KUNIT_EXPECT_TRUE(test, list_empty(&item[0].link));
	KUNIT_EXPECT_TRUE(test, holds(&head, "2"));
}

static void moving(struct kunit *test)
{
	LIST_HEAD(a);
	LIST_HEAD(b);

	fill(&a, 0, 4);
	list_move(&item[2].link, &a);
	KUNIT_EXPECT_TRUE(test, holds(&a, "2013"));
	list_move_tail(&item[0].link, &a);
	KUNIT_EXPECT_TRUE(test, holds(&a, "2130"));
	list_rotate_left(&a);
	KUNIT_EXPECT_TRUE(test, holds(&a, "1302"));
	list_rotate_left(&b);
	list_replace(&item[3].link, &item[4].link);
	KUNIT_EXPECT_TRUE(test, holds(&a, "1402"));
	list_replace_init(&item[4].link, &item[3].link);
	KUNIT_EXPECT_TRUE(test, holds(&a, "1302"));
	list_cut_position(&b, &a, &item[3].link);
	KUNIT_EXPECT_TRUE(test, holds(&a, "02") && holds(&b, "13"));
	list_cut_position(&item[5].link, &b, &b);
	KUNIT_EXPECT_TRUE(test, list_empty(&item[5].link));
}

static void splicing(struct kunit *test)
{
	LIST_HEAD(a);
	LIST_HEAD(b);

	fill(&a, 0, 2);
	fill(&b, 2, 4);
	list_splice_init(&b, &a);
	KUNIT_EXPECT_TRUE(test, holds(&a, "2301") && list_empty(&b));
	list_splice_init(&b, &a);
	list_add(&item[4].link, &b);
	list_splice_tail_init(&b, &a);
	KUNIT_EXPECT_TRUE(test, holds(&a, "23014") && list_empty(&b));
}

static void walking(struct kunit *test)
{
	struct list_head *pos, *next;
	struct item *it, *n;
	LIST_HEAD(head);
	int sum = 0;

	fill(&head, 0, 6);
	list_for_each(pos, &head)
		sum += list_entry(pos, struct item, link)->id;
	list_for_each_prev(pos, &head)
		sum += list_entry(pos, struct item, link)->id;
	KUNIT_EXPECT_EQ(test, sum, 30);
	it = &item[3];
	list_for_each_entry_continue(it, &head, link)
		sum += it->id;
	KUNIT_EXPECT_EQ(test, sum, 39);
	it = &item[4];
	list_for_each_entry_from(it, &head, link)
		sum += it->id;
	KUNIT_EXPECT_EQ(test, sum, 48);
	list_for_each_entry_safe(it, n, &head, link)
		if (it->id & 1)
			list_del(&it->link);
	KUNIT_EXPECT_TRUE(test, holds(&head, "024"));
	list_for_each_entry_safe_reverse(it, n, &head, link)
		if (it->id == 2)
			list_del(&it->link);
	list_for_each_safe(pos, next, &head)
		list_del(pos);
	KUNIT_EXPECT_TRUE(test, list_empty(&head));
}

static void hash_lists(struct kunit *test)
{
	HLIST_HEAD(head);
	struct hlist_node *n;
	struct item *it;
	int digits = 0;

	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
	hlist_add_head(&item[2].hash, &head);
	hlist_add_head(&item[0].hash, &head);
	hlist_add_before(&item[1].hash, &item[2].hash);
	hlist_add_behind(&item[3].hash, &item[2].hash);
	hlist_add_behind(&item[4].hash, &item[2].hash);
	hlist_for_each_entry(it, &head, hash)
		digits = digits * 10 + it->id;
	KUNIT_EXPECT_EQ(test, digits, 1243);
	hlist_del(&item[1].hash);
	KUNIT_EXPECT_PTR_EQ(test, (void *)item[1].hash.next, LIST_POISON1);
	hlist_del_init(&item[2].hash);
	hlist_del_init(&item[2].hash);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&item[2].hash));
	hlist_for_each_entry_safe(it, n, &head, hash)
		hlist_del(&it->hash);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
}

/* Do op, expect that the list is as it was, and the text. */
#define EXPECT_MISFIT(test, op, fmt, ...) do {				\
	char want[160];							\
	report_begin(&rep);						\
	op;								\
	report_end(&rep);						\
	scnprintf(want, sizeof(want), fmt, ##__VA_ARGS__);		\
	EXPECT_REPORT(test, &rep, want);				\
	EXPECT_REPORT(test, &rep, "------------[ cut here ]------------\nWARNING: CPU: 0 PID: "); \
	KUNIT_EXPECT_EQ(test, rep.warns, 1U);				\
} while (0)

static void broken_insertions(struct kunit *test)
{
	LIST_HEAD(head);
	struct list_head *first = &item[0].link, *second = &item[1].link;

	fill(&head, 0, 2);
	EXPECT_MISFIT(test, list_add(first, &head),
		      "list_add double add: new=%px, prev=%px, next=%px.\n", first, &head, first);
	first->prev = second;
	EXPECT_MISFIT(test, list_add(&item[2].link, &head),
		      "list_add corruption. next->prev should be prev (%px), "
		      "but was %px. (next=%px).\n",
		      &head, second, first);
	first->prev = &head;
	head.prev = first;
	first->next = second;
	EXPECT_MISFIT(test, list_add_tail(&item[2].link, &head),
		      "list_add corruption. prev->next should be next (%px), "
		      "but was %px. (prev=%px).\n",
		      &head, second, first);
	head.prev = second;
	EXPECT_MISFIT(test, __list_add(&item[2].link, NULL, &head),
		      "list_add corruption. prev is NULL.\n");
	EXPECT_MISFIT(test, __list_add(&item[2].link, &head, NULL),
		      "list_add corruption. next is NULL.\n");
	KUNIT_EXPECT_TRUE(test, holds(&head, "01"));
}

static void broken_removals(struct kunit *test)
{
	struct list_head *e = &item[1].link;
	LIST_HEAD(head);

	fill(&head, 0, 3);
	item[2].link.prev = &head;
	EXPECT_MISFIT(test, list_del(e),
		      "list_del corruption. next->prev should be %px, but was %px. (next=%px)\n",
		      e, &head, &item[2].link);
	item[2].link.prev = e;
	item[0].link.next = &head;
	EXPECT_MISFIT(test, list_del_init(e),
		      "list_del corruption. prev->next should be %px, but was %px. (prev=%px)\n",
		      e, &head, &item[0].link);
	INIT_LIST_HEAD(e);
	list_del(e);
	EXPECT_MISFIT(test, list_del(e), "list_del corruption, %px->next is LIST_POISON1 (%px)\n",
		      e, LIST_POISON1);
	e->next = e;
	EXPECT_MISFIT(test, list_del(e), "list_del corruption, %px->prev is LIST_POISON2 (%px)\n",
		      e, LIST_POISON2);
	e->prev = NULL;
	EXPECT_MISFIT(test, list_del(e), "list_del corruption, %px->prev is NULL\n", e);
	e->next = NULL;
	EXPECT_MISFIT(test, list_del(e), "list_del corruption, %px->next is NULL\n", e);
}

static struct kunit_case list_cases[] = {
	KUNIT_CASE(adding_and_removing),
	KUNIT_CASE(moving),
	KUNIT_CASE(splicing),
	KUNIT_CASE(walking),
	KUNIT_CASE(hash_lists),
	KUNIT_CASE(broken_insertions),
	KUNIT_CASE(broken_removals),
	{}
};

static struct kunit_suite list_suite = {
	.name = "list", .init = list_suite_init, .test_cases = list_cases,
};
kunit_test_suite(list_suite);
