/* SPDX-License-Identifier: MIT */
/* sequence_test.c - what rewind.inc lays out: where it is, how it ends, and what faults do */
#include <asm/rewind.h>
#include <kunit/test.h>

#define BAD_SLOW	((void *)0x51)
/* Not canonical: a general protection fault, on any machine. */
#define BAD_LINK	((void **)0x5a5a000012345678)

void *sequence_test_pop(void **head, unsigned long *count);
void *sequence_test_slow(void **head, unsigned long *count);

static struct {
	void **head;
	unsigned long *count;
	unsigned int nr;
} slow;

void *sequence_test_slow(void **head, unsigned long *count)
{
	slow.head = head;
	slow.count = count;
	slow.nr++;
	return BAD_SLOW;
}

static void pops_and_counts(struct kunit *test)
{
	void *list[3] = { &list[1], &list[2], NULL }, *head = &list[0];
	unsigned long count = 0;

	slow.nr = 0;
	KUNIT_EXPECT_PTR_EQ(test, sequence_test_pop(&head, &count), (void *)&list[0]);
	KUNIT_EXPECT_PTR_EQ(test, sequence_test_pop(&head, &count), (void *)&list[1]);
	KUNIT_EXPECT_PTR_EQ(test, head, (void *)&list[2]);
	KUNIT_EXPECT_PTR_EQ(test, sequence_test_pop(&head, &count), (void *)&list[2]);
	KUNIT_EXPECT_EQ(test, slow.nr, 0);
	KUNIT_EXPECT_PTR_EQ(test, sequence_test_pop(&head, &count), BAD_SLOW);
	KUNIT_EXPECT_EQ(test, slow.nr, 1);
	KUNIT_EXPECT_EQ(test, count, 3);
}

static void a_fault_goes_the_slow_way(struct kunit *test)
{
	unsigned long count = 0;
	void *head = BAD_LINK;

	slow.nr = 0;
	KUNIT_EXPECT_PTR_EQ(test, sequence_test_pop(&head, &count), BAD_SLOW);
	KUNIT_EXPECT_EQ(test, slow.nr, 1);
	KUNIT_EXPECT_PTR_EQ(test, slow.head, &head);
	KUNIT_EXPECT_PTR_EQ(test, slow.count, &count);
	KUNIT_EXPECT_PTR_EQ(test, head, (void *)BAD_LINK);
	KUNIT_EXPECT_EQ(test, count, 0);
}

/* Up to the commit an interrupted context goes back to the slot's base; behind it, nowhere. */
static void rewinds_up_to_the_commit(struct kunit *test)
{
	const unsigned long entry = (unsigned long)sequence_test_pop;
	const unsigned long base = entry & ~(REWIND_SLOT - 1);
	unsigned long ip;

	KUNIT_EXPECT_NE(test, entry, base);
	for (ip = base; ip < base + REWIND_TAIL; ip++)
		KUNIT_ASSERT_EQ(test, rewind_ip(ip), base);
	for (; ip < base + REWIND_SLOT; ip++)
		KUNIT_ASSERT_EQ(test, rewind_ip(ip), ip);
	KUNIT_EXPECT_EQ(test, rewind_ip((unsigned long)sequence_test_slow),
			(unsigned long)sequence_test_slow);
	KUNIT_EXPECT_EQ(test, rewind_ip((unsigned long)__rewind_end),
			(unsigned long)__rewind_end);
	KUNIT_EXPECT_EQ(test, (unsigned long)__rewind_start % REWIND_SLOT, 0);
}

/* A rewound context arrives at the slot's base: there it must begin anew. */
static void a_slot_begins_anew(struct kunit *test)
{
	void *list[1] = { NULL }, *head = &list[0];
	unsigned long count = 0;
	void *(*base)(void **head, unsigned long *count) =
		(void *)((unsigned long)sequence_test_pop & ~(REWIND_SLOT - 1));

	KUNIT_EXPECT_PTR_EQ(test, base(&head, &count), (void *)&list[0]);
	KUNIT_EXPECT_PTR_EQ(test, head, NULL);
	KUNIT_EXPECT_EQ(test, count, 1);
}

static struct kunit_case sequence_cases[] = {
	KUNIT_CASE(pops_and_counts),
	KUNIT_CASE(a_fault_goes_the_slow_way),
	KUNIT_CASE(rewinds_up_to_the_commit),
	KUNIT_CASE(a_slot_begins_anew),
	{}
};

static struct kunit_suite sequence_suite = {
	.name = "sequence",
	.test_cases = sequence_cases,
};
kunit_test_suite(sequence_suite);
