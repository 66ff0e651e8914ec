/* SPDX-License-Identifier: MIT */
/* The terminal's cells, fonts, scan codes. */
#include <kunit/test.h>
#include <linux/keyboard.h>
#include <linux/psf.h>
#include <linux/vt.h>

#define COLS	20
#define ROWS	4

static struct vt vt;
static u16 cells[COLS * ROWS];

static int vt_setup(struct kunit *test)
{
	vt_init(&vt, cells, COLS, ROWS);
	return 0;
}

static void put(const char *s)
{
	vt_write(&vt, s, strlen(s));
}

/* Row @y as a string, without the blanks at its end. */
static const char *row(unsigned int y)
{
	static char text[COLS + 1];
	unsigned int x, end = 0;

	for (x = 0; x < COLS; x++) {
		text[x] = (char)cells[y * COLS + x];
		if (text[x] != ' ')
			end = x + 1;
	}
	text[end] = '\0';
	return text;
}

static void vt_prints_lines(struct kunit *test)
{
	put("hello\nworld\r\nWO\b\bwo\t!");
	KUNIT_EXPECT_STREQ(test, row(0), "hello");
	KUNIT_EXPECT_STREQ(test, row(1), "world");
	KUNIT_EXPECT_STREQ(test, row(2), "wo      !");
	KUNIT_EXPECT_EQ(test, vt.x, 9);
	KUNIT_EXPECT_EQ(test, vt.y, 2);
}

static void vt_wraps_only_when_it_must(struct kunit *test)
{
	put("01234567890123456789");
	KUNIT_EXPECT_EQ(test, vt.y, 0);
	put("\n");
	KUNIT_EXPECT_EQ(test, vt.y, 1);
	put("01234567890123456789x");
	KUNIT_EXPECT_STREQ(test, row(2), "x");
}

static void vt_scrolls(struct kunit *test)
{
	put("one\ntwo\nthree\nfour\nfive");
	KUNIT_EXPECT_STREQ(test, row(0), "two");
	KUNIT_EXPECT_STREQ(test, row(2), "four");
	KUNIT_EXPECT_STREQ(test, row(3), "five");
}

static void vt_moves_and_erases(struct kunit *test)
{
	put("abcdef\033[3D\033[K");
	KUNIT_EXPECT_STREQ(test, row(0), "abc");
	put("\033[2;3Hxy\033[1K");
	KUNIT_EXPECT_STREQ(test, row(1), "");
	put("\033[A\033[99D\033[99C\033[99B");
	KUNIT_EXPECT_EQ(test, vt.x, COLS - 1);
	KUNIT_EXPECT_EQ(test, vt.y, ROWS - 1);
	put("\033[2J\033[H");
	KUNIT_EXPECT_STREQ(test, row(0), "");
	KUNIT_EXPECT_EQ(test, vt.x + vt.y, 0);
}

static void vt_colours(struct kunit *test)
{
	put("a\033[1;31mb\033[44mc\033[7md\033[0me");
	KUNIT_EXPECT_EQ(test, cells[0] >> 8, 0x07);
	KUNIT_EXPECT_EQ(test, cells[1] >> 8, 0x0c);
	KUNIT_EXPECT_EQ(test, cells[2] >> 8, 0x1c);
	KUNIT_EXPECT_EQ(test, cells[3] >> 8, 0xc1);
	KUNIT_EXPECT_EQ(test, cells[4] >> 8, 0x07);
}

/* A driver shows only the rows that it is told have changed. */
static void vt_says_what_changed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vt.dirty_top, 0);
	KUNIT_EXPECT_EQ(test, vt.dirty_end, ROWS);
	vt_clean(&vt);
	put("\033[3;1H");
	KUNIT_EXPECT_GE(test, vt.dirty_top, vt.dirty_end);
	put("x");
	KUNIT_EXPECT_EQ(test, vt.dirty_top, 2);
	KUNIT_EXPECT_EQ(test, vt.dirty_end, 3);
	put("\033[H\033[K");
	KUNIT_EXPECT_EQ(test, vt.dirty_top, 0);
	vt_clean(&vt);
	put("\033[4;1H\n");
	KUNIT_EXPECT_EQ(test, vt.dirty_top, 0);
	KUNIT_EXPECT_EQ(test, vt.dirty_end, ROWS);
}

/* Whatever comes in, the cursor stays on the screen. */
static void vt_survives_noise(struct kunit *test)
{
	static const char bytes[] = "\033[;?0123456789ABCDHJKm\n\r\b\tx~";
	u64 seed = kunit_seed() | 1;
	unsigned int i, outside = 0;

	for (i = 0; i < 100000; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		vt_write(&vt, &bytes[(seed >> 33) % (sizeof(bytes) - 1)], 1);
		outside += vt.x > COLS || vt.y >= ROWS || vt.nr_params >= VT_MAX_PARAMS;
	}
	KUNIT_EXPECT_EQ(test, outside, 0);
}

/* ---- fonts ----------------------------------------------------------------------- */

extern const u8 font_psf_start[], font_psf_end[];

static void font_in_the_image(struct kunit *test)
{
	struct psf_font f;
	unsigned int x, y, lit_a = 0, lit_blank = 0;

	if (&font_psf_end[0] == &font_psf_start[0])
		kunit_skip(test, "built without a font");
	KUNIT_ASSERT_EQ(test,
			psf_parse(font_psf_start, (size_t)(font_psf_end - font_psf_start), &f), 0);
	KUNIT_EXPECT_GE(test, f.height, 8);
	for (y = 0; y < f.height; y++) {
		for (x = 0; x < f.width; x++) {
			lit_a += psf_pixel(&f, 'A', x, y);
			lit_blank += psf_pixel(&f, ' ', x, y);
		}
	}
	KUNIT_EXPECT_GT(test, lit_a, 10);
	KUNIT_EXPECT_EQ(test, lit_blank, 0);
}

static void psf_refuses_nonsense(struct kunit *test)
{
	static u8 file[4 + 256 * 8] = { 0x36, 0x04, 0, 8 };
	static u8 psf2[32] = { 0x72, 0xb5, 0x4a, 0x86, 0, 0, 0, 0, 32, 0, 0, 0 };
	struct psf_font f;

	KUNIT_EXPECT_EQ(test, psf_parse(file, sizeof(file), &f), 0);
	KUNIT_EXPECT_EQ(test, f.nr, 256);
	KUNIT_EXPECT_EQ(test, psf_parse(file, sizeof(file) - 1, &f), -EINVAL);
	KUNIT_EXPECT_EQ(test, psf_parse(file, 0, &f), -EINVAL);
	file[3] = 0;
	KUNIT_EXPECT_EQ(test, psf_parse(file, sizeof(file), &f), -EINVAL);
	KUNIT_EXPECT_EQ(test, psf_parse(psf2, sizeof(psf2), &f), -EINVAL);
	psf2[8] = 33;
	KUNIT_EXPECT_EQ(test, psf_parse(psf2, sizeof(psf2), &f), -EINVAL);
	file[3] = 8;
}

/* ---- keyboard -------------------------------------------------------------------- */

static struct keyboard_state kbd;
static char typed[64];

static void type(const u8 *codes, size_t n)
{
	char out[KEYBOARD_MAX_OUT];

	typed[0] = '\0';
	while (n--) {
		keyboard_decode(&kbd, *codes++, out);
		strlcat(typed, out, sizeof(typed));
	}
}

#define TYPE(codes...) ({						\
	static const u8 __codes[] = { codes };				\
	type(__codes, sizeof(__codes));					\
	typed; })

static void keys_make_characters(struct kunit *test)
{
	kbd = (struct keyboard_state){ 0 };
	KUNIT_EXPECT_STREQ(test, TYPE(0x23, 0xa3, 0x17, 0x97, 0x1c, 0x9c), "hi\r");
	KUNIT_EXPECT_STREQ(test, TYPE(0x02, 0x0b, 0x0e, 0x0f, 0x39, 0x01), "10\177\t \033");
	KUNIT_EXPECT_STREQ(test, TYPE(0x2a, 0x23, 0x02, 0x35, 0xaa, 0x23), "H!?h");
	KUNIT_EXPECT_STREQ(test, TYPE(0x3a, 0xba, 0x1e, 0x03, 0x2a, 0x1e, 0xaa, 0x3a, 0xba, 0x1e),
			   "A2aa");
	KUNIT_EXPECT_STREQ(test, TYPE(0x1d, 0x2e, 0x1e, 0x02, 0x9d, 0x2e), "\003\0011c");
}

static void grey_keys_make_sequences(struct kunit *test)
{
	kbd = (struct keyboard_state){ 0 };
	KUNIT_EXPECT_STREQ(test, TYPE(0xe0, 0x48, 0xe0, 0xc8), "\033[A");
	KUNIT_EXPECT_STREQ(test, TYPE(0xe0, 0x53, 0xe0, 0x47, 0xe0, 0x4b), "\033[3~\033[H\033[D");
	KUNIT_EXPECT_STREQ(test, TYPE(0xe0, 0x1c, 0xe0, 0x35), "\r/");
	/* Print screen sends fake shifts; the Windows key means nothing. */
	KUNIT_EXPECT_STREQ(test, TYPE(0xe0, 0x2a, 0xe0, 0x5b, 0xe0, 0x5c, 0x1e), "a");
}

static void every_scan_code_is_bounded(struct kunit *test)
{
	char out[KEYBOARD_MAX_OUT];
	unsigned int code, mods, too_long = 0;

	for (mods = 0; mods < 32; mods++) {
		for (code = 0; code < 256; code++) {
			struct keyboard_state st = {
				mods & 1, mods & 2, mods & 4, mods & 8, mods & 16,
			};

			keyboard_decode(&st, (u8)code, out);
			too_long += strnlen(out, sizeof(out)) == sizeof(out);
		}
	}
	KUNIT_EXPECT_EQ(test, too_long, 0);
}

static struct kunit_case console_cases[] = {
	KUNIT_CASE(vt_prints_lines),
	KUNIT_CASE(vt_wraps_only_when_it_must),
	KUNIT_CASE(vt_scrolls),
	KUNIT_CASE(vt_moves_and_erases),
	KUNIT_CASE(vt_colours),
	KUNIT_CASE(vt_says_what_changed),
	KUNIT_CASE(vt_survives_noise),
	KUNIT_CASE(font_in_the_image),
	KUNIT_CASE(psf_refuses_nonsense),
	KUNIT_CASE(keys_make_characters),
	KUNIT_CASE(grey_keys_make_sequences),
	KUNIT_CASE(every_scan_code_is_bounded),
	{}
};

static struct kunit_suite console_suite = {
	.name = "console",
	.init = vt_setup,
	.test_cases = console_cases,
};
kunit_test_suite(console_suite);
