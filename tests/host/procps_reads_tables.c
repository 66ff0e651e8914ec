/* SPDX-License-Identifier: MIT */
/*
 * procps_reads_tables.c - our tables, read by the tools that people read Linux's with
 *
 * Each table is bound over its file in /proc, in a mount namespace of its own, and the real
 * tool runs: slabtop and vmstat -m must list every cache, free must show our total, vmstat
 * -s our free memory.  Where a tool or the right to mount is missing, that is said, and
 * skipped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/stats.h>
#include "platform.h"

static char text[65536];
static char dir[] = "/tmp/quarry-tables-XXXXXX";
static unsigned int nr_ran, nr_failed;

static void write_table(const char *name, void (*table)(struct seq_file *))
{
	static struct seq_file m;
	char path[128];
	FILE *f;

	seq_to_buffer(&m, text, sizeof(text));
	table(&m);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f)) {
		perror(path);
		exit(1);
	}
}

/* Run a shell pipeline with /proc/<file> replaced; its first number, or -1. */
static long ask(const char *file, const char *pipeline)
{
	char command[512];
	long n = -1;
	FILE *p;

	snprintf(command, sizeof(command),
		 "unshare -m sh -c 'mount --bind %s/%s /proc/%s && { %s; }' 2>/dev/null", dir, file,
		 file, pipeline);
	p = popen(command, "r");
	if (!p || fscanf(p, "%ld", &n) != 1)
		n = -1;
	if (p)
		pclose(p);
	return n;
}

static void expect(const char *what, const char *file, const char *pipeline, long want)
{
	long got = ask(file, pipeline);

	nr_ran++;
	if (got == want)
		return;
	nr_failed++;
	fprintf(stderr, "%s: %ld, not %ld\n", what, got, want);
}

static bool have(const char *tool)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", tool);
	if (system(command) == 0)
		return true;
	printf("no %s here: skipped\n", tool);
	return false;
}

static void count_cache(struct kmem_cache *s, void *arg)
{
	++*(long *)arg;
}

static void ask_tools(long caches)
{
	if (have("slabtop"))
		expect("slabtop -o: rows", "slabinfo",
		       "slabtop -o | sed 1,7d | grep -c .", caches);
	if (have("vmstat")) {
		expect("vmstat -m: rows", "slabinfo", "vmstat -m | grep -vc ^Cache", caches);
		expect("vmstat -s: free memory", "meminfo",
		       "vmstat -s | sed -n \"s/ K free memory//p\"", nr_free_pages() * 4);
	}
	if (have("free"))
		expect("free: total", "meminfo", "free -k | sed -n \"s/^Mem: *//p\"",
		       totalram_pages() * 4);
}

int main(void)
{
	char command[128];
	long caches = 0;

	platform_init(256UL << 20);
	platform_start_mm();
	kmem_cache_for_each(count_cache, &caches);
	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	write_table("slabinfo", stats_slabinfo);
	write_table("meminfo", stats_meminfo);
	if (ask("meminfo", "echo 1") == 1)
		ask_tools(caches);
	else
		printf("may not mount here: skipped\n");
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		perror(command);
	printf("procps_reads_tables: %u answers, %u wrong\n", nr_ran, nr_failed);
	return nr_failed != 0;
}
