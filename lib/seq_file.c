/* SPDX-License-Identifier: MIT */
/*
 * lib/seq_file.c - print a table to whatever sink its reader brought
 *
 * A log sink collects bytes until a line is complete, because printk() puts a level and
 * a line end on each text; the other two pass everything on as it comes.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>

static void seq_buffer_write(struct seq_file *m, const char *s, size_t n)
{
	size_t used = min(m->count, m->size - 1);
	size_t fits = min(n, m->size - 1 - used);

	memcpy(m->buf + used, s, fits);
	m->buf[used + fits] = '\0';
}

static void seq_log_line(struct seq_file *m)
{
	printk("%s%.*s\n", m->level, (int)m->line_len, m->line);
	m->line_len = 0;
}

static void seq_log_write(struct seq_file *m, const char *s, size_t n)
{
	for (; n; s++, n--) {
		if (*s != '\n')
			m->line[m->line_len++] = *s;
		if (*s == '\n' || m->line_len == SEQ_LINE_MAX)
			seq_log_line(m);
	}
}

void seq_to_sink(struct seq_file *m, void (*write)(struct seq_file *, const char *, size_t),
		 void *private)
{
	m->write = write;
	m->count = 0;
	m->buf = NULL;
	m->size = 0;
	m->private = private;
	m->level = KERN_DEFAULT;
	m->line_len = 0;
}

void seq_to_buffer(struct seq_file *m, char *buf, size_t size)
{
	seq_to_sink(m, seq_buffer_write, NULL);
	m->buf = buf;
	m->size = size;
	buf[0] = '\0';
}

void seq_to_log(struct seq_file *m, const char *level)
{
	seq_to_sink(m, seq_log_write, NULL);
	m->level = level;
}

void seq_flush(struct seq_file *m)
{
	if (m->line_len)
		seq_log_line(m);
}

bool seq_has_overflowed(const struct seq_file *m)
{
	return m->buf && m->count >= m->size;
}

void seq_write(struct seq_file *m, const void *data, size_t n)
{
	m->write(m, data, n);
	m->count += n;
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	char text[SEQ_PRINTF_MAX];

	seq_write(m, text, vscnprintf(text, sizeof(text), fmt, args));
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}
