/* SPDX-License-Identifier: MIT */
/* mailbox.h - letters that a timer posts and a thread reads, the example of who may sleep. */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <linux/types.h>

struct mailbox_counts {
	unsigned int posted, dropped, read, answered;
	bool in_order;
};

/* Post @nr letters, one a jiffy, from now on.  Context: any but NMI. */
void mailbox_ring(unsigned int nr);
/* Wait until @nr letters have been answered or dropped since the boot; false: not in a second. */
bool mailbox_wait(unsigned int nr);
void mailbox_counts(struct mailbox_counts *counts);
/* Begin with an empty box; end: every thread, letter and cache is gone.  May sleep. */
int mailbox_open(void);
void mailbox_close(void);

#endif /* MAILBOX_H */
