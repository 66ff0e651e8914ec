/* SPDX-License-Identifier: MIT */
/* kernel/monitor.h - commands, between monitor.c and monitor_mem.c */
#ifndef _KERNEL_MONITOR_H
#define _KERNEL_MONITOR_H

#include <linux/monitor.h>

/* monitor_mem.c */
int monitor_alloc(struct monitor *mon, int argc, char **argv);
int monitor_free(struct monitor *mon, int argc, char **argv);
int monitor_pages(struct monitor *mon, int argc, char **argv);
int monitor_whatis(struct monitor *mon, int argc, char **argv);
int monitor_shrinkers(struct monitor *mon, int argc, char **argv);
int monitor_drop_slab(struct monitor *mon, int argc, char **argv);
int monitor_oom(struct monitor *mon, int argc, char **argv);
int monitor_verify(struct monitor *mon, int argc, char **argv);
/* A mask by name: GFP_KERNEL, kernel, dma|zero, 0xcc0.  0 or -EINVAL. */
int monitor_parse_gfp(const char *s, gfp_t *gfp);

#endif /* _KERNEL_MONITOR_H */
