/* SPDX-License-Identifier: MIT */
/* Stocks for suite rewind to find nothing in, and something (rewind_planted.c). */
#ifndef TESTS_KERNEL_REWIND_PLANTED_H
#define TESTS_KERNEL_REWIND_PLANTED_H

#include "rewind.h"

extern const struct rewind_stock rewind_good_stock, rewind_early_stock, rewind_late_stock,
	rewind_input_stock;
extern struct rewind_stock rewind_outside_stock, rewind_deep_stock;

void rewind_planted_init(void);

#endif /* TESTS_KERNEL_REWIND_PLANTED_H */
