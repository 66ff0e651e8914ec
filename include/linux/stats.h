/* SPDX-License-Identifier: MIT */
/*
 * Tables and reports about memory, in the exact text of Linux's files in /proc.
 *
 * Each function prints one table to a seq_file (its sink chooses the place).  The counts
 * are read without locks: each is right, together they may be a moment apart.
 * Context: that of the sink.  Nothing is allocated.
 */
#ifndef _LINUX_STATS_H
#define _LINUX_STATS_H

#include <linux/gfp_types.h>
#include <linux/seq_file.h>

/* mm/stats.c: whole memory */
void stats_meminfo(struct seq_file *m);
void stats_vmstat(struct seq_file *m);
/* Pages and kB of each owner, and what is not in a section that is online; the total is
 * RAM.  false: it is not (said in the last line). */
bool stats_owners(struct seq_file *m);
void stats_iomem(struct seq_file *m);
/*
 * Name [start, end) in iomem; @name is not copied.  It lies inside one range of the
 * firmware's map, or outside all.  add: 0, -EINVAL (empty), -ENOSPC.  del: 0, -ENOENT.
 * Context: process, one at a time (booting, a driver's start and end).
 */
#define STATS_IOMEM_MAX	24
int stats_iomem_add(const char *name, u64 start, u64 end);
int stats_iomem_del(u64 start, u64 end);

/* mm/stats_zone.c: zones */
void stats_buddyinfo(struct seq_file *m);
void stats_zoneinfo(struct seq_file *m);
/* The "Mem-Info:" block of failure reports. */
void stats_show_mem(struct seq_file *m);
/* "Zone ranges:", "Early memory node ranges" and "Memory: ... available". */
void stats_banner(struct seq_file *m);
/*
 * An allocation failed: "swapper/0: <text>, mode:0xcc0(GFP_KERNEL), nodemask=(null)", the
 * caller's backtrace, Mem-Info.  Silent with __GFP_NOWARN; at most one in 10 s.
 */
void stats_warn_alloc(gfp_t gfp, const char *fmt, ...) __printf(2, 3);

/* The next one is printed, however long ago the last was: for tests. */
void stats_warn_alloc_reset(void);

/* mm/gfp_table.c: what each GFP mask may do; columns: docs/gfp.md */
void stats_gfp(struct seq_file *m);

/* mm/stats_slab.c: caches, areas */
void stats_slabinfo(struct seq_file *m);
void stats_vmallocinfo(struct seq_file *m);
void stats_percpu(struct seq_file *m);

/* mm/whatis.c: everything that is known of an address.  Any value. */
void stats_whatis(struct seq_file *m, unsigned long addr);

/* Once, after vmalloc_init(): says the banner in the log, and plugs the failure report into
 * the page allocator. */
void mm_stats_banner(void);

#endif /* _LINUX_STATS_H */
