/* SPDX-License-Identifier: MIT */
/* coffee.h - cups of coffee, the example of code outside the tree. */
#ifndef COFFEE_H
#define COFFEE_H

#include <linux/gfp_types.h>
#include <linux/list.h>

#define COFFEE_MAX_ML	500U

struct cup {
	struct list_head list;
	unsigned int ml;
};

/* A cup of @ml millilitres, 1 .. COFFEE_MAX_ML; NULL without memory.  Context: as @gfp. */
struct cup *coffee_pour(unsigned int ml, gfp_t gfp);
void coffee_drink(struct cup *cup);
unsigned int coffee_nr_cups(void);

#endif /* COFFEE_H */
