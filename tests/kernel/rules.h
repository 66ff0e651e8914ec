/* SPDX-License-Identifier: MIT */
/* The cases of suite "rules", by file. */
#ifndef TESTS_KERNEL_RULES_H
#define TESTS_KERNEL_RULES_H

struct kunit;

/* A place in the source is where a macro is used. */
#define WRONG_IN_A_HEADER()	kmalloc(40, GFP_KERNEL)

/* rules_sleep.c */
void rule1_under_a_spinlock(struct kunit *test);
void rule1_with_preemption_off(struct kunit *test);
void rule1_with_interrupts_off(struct kunit *test);
void rule1_with_bottom_halves_off(struct kunit *test);
void rule1_in_an_interrupt(struct kunit *test);
void rule1_in_a_soft_interrupt(struct kunit *test);
void rule1_in_an_nmi(struct kunit *test);
void rule1_in_the_idle_thread(struct kunit *test);
void rule1_every_allocator_asks(struct kunit *test);
void rule1_once_for_each_place(struct kunit *test);
void rule1_then_it_does_not_sleep(struct kunit *test);
void rule1_vmalloc_gives_null(struct kunit *test);
void rule1_atomic_masks_are_welcome(struct kunit *test);
void rule1_allocators_have_addresses(struct kunit *test);
void rule1_not_while_booting(struct kunit *test);
void rule1_might_sleep_and_its_kin(struct kunit *test);

#endif /* TESTS_KERNEL_RULES_H */
