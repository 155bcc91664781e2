// SPDX-License-Identifier: GPL-2.0
/* Nothing that a terminal or a JSON reader would take for more than text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "tap.h"

static void becomes(const char *src, unsigned int flags, const char *want)
{
	char *got = escape_dup(src, flags);

	ok(!strcmp(got, want), "flags %u: %s", flags, got);
	free(got);
}

static void unescape(char *dst, const char *src)
{
	for (; *src; dst++) {
		if (*src == '\\') {
			*dst = (src[1] - '0') << 6 | (src[2] - '0') << 3 | (src[3] - '0');
			src += 4;
		} else {
			*dst = *src++;
		}
	}
	*dst = '\0';
}

/* A second, plain decoder that knows only what is forbidden. */
static bool harmless(const unsigned char *s, bool utf8, bool blank)
{
	for (; *s; s++) {
		if (*s < ' ' || *s == 0x7f || (!utf8 && *s >= 0x80) || (blank && *s == ' '))
			return false;
		if (utf8 && s[0] == 0xc2 && s[1] < 0xa0)
			return false;
	}
	return true;
}

int main(void)
{
	char src[64], dst[256], back[256], tiny[6];
	int i, n, bad = 0, lossy = 0;
	unsigned int flags;

	becomes("kworker/0:1", ESC_BLANK, "kworker/0:1");
	becomes("tmux: server", ESC_BLANK, "tmux:\\040server");
	becomes("tmux: server", 0, "tmux: server");
	becomes("\033[2J\007\r\n\t", 0, "\\033[2J\\007\\015\\012\\011");
	becomes("a\\b", 0, "a\\134b");
	becomes("a\\134b", ESC_ONCE | ESC_BLANK, "a\\134b");
	becomes("\x7f", ESC_UTF8, "\\177");
	becomes("\xc3\xa4", ESC_UTF8, "\xc3\xa4");
	becomes("\xc3\xa4", 0, "\\303\\244");
	becomes("\xc3", ESC_UTF8, "\\303");
	becomes("\xc2\x9b" "31m", ESC_UTF8, "\\302\\23331m");
	becomes("\xc0\xaf", ESC_UTF8, "\\300\\257");
	becomes("\xe0\x80\xaf", ESC_UTF8, "\\340\\200\\257");
	becomes("\xed\xa0\x80", ESC_UTF8, "\\355\\240\\200");
	becomes("\xf4\x90\x80\x80", ESC_UTF8, "\\364\\220\\200\\200");
	becomes("\xe2\x80\xae", ESC_UTF8, "\\342\\200\\256");
	becomes("\xe2\x82\xac", ESC_UTF8, "\xe2\x82\xac");
	becomes("", ESC_UTF8, "");

	srand(7);
	for (i = 0; i < 50000; i++) {
		n = rand() % (sizeof(src) - 1);
		src[n] = '\0';
		while (n--)
			do
				src[n] = rand() % 4 ? rand() : 0xc0 | rand() % 64;
			while (!src[n]);
		flags = rand() % 4;
		escape(dst, sizeof(dst), src, flags);
		if (!harmless((unsigned char *)dst, flags & ESC_UTF8, flags & ESC_BLANK))
			bad++;
		unescape(back, dst);
		if (strcmp(back, src))
			lossy++;
	}
	ok(!bad, "random bytes are harmless afterwards (%d are not)", bad);
	ok(!lossy, "and can be had back (%d cannot)", lossy);

	memset(tiny, 'x', sizeof(tiny));
	ok(escape(tiny, 5, "a\033b", 0) == 1 && !strcmp(tiny, "a") && tiny[5] == 'x',
	   "an escape that does not fit is left out as a whole");
	ok(escape(tiny, 3, "\xc3\xa4\xc3\xa4", ESC_UTF8) == 2 && !strcmp(tiny, "\xc3\xa4"),
	   "a character is not cut");
	ok(!escape(tiny, 0, "abc", 0), "no room, nothing written");
	return tap_end();
}
