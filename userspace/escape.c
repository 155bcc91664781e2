// SPDX-License-Identifier: GPL-2.0
/*
 * Names come from whoever may call prctl(PR_SET_NAME), so a comm can hold
 * terminal escapes, newlines or half a UTF-8 character. Everything the tool
 * prints passes here; the spelling (\ooo, octal) is that of /proc/cpuiso.
 */
#include <stdint.h>
#include <string.h>

#include "alloc.h"
#include "escape.h"

/* Length of the well-formed, printable UTF-8 character at @s, 0 if it is none. */
static size_t utf8_len(const unsigned char *s)
{
	uint32_t cp;
	size_t len, i;

	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		len = 2;
		cp = s[0] & 0x1f;
	} else if (s[0] >= 0xe0 && s[0] <= 0xef) {
		len = 3;
		cp = s[0] & 0x0f;
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		len = 4;
		cp = s[0] & 0x07;
	} else {
		return 0;
	}
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (s[i] & 0x3f);
	}
	if ((len == 3 && cp < 0x800) || (len == 4 && cp < 0x10000))
		return 0;
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	/* C1 controls act on a terminal; bidi controls reorder the line. */
	if (cp < 0xa0 || (cp >= 0x200e && cp <= 0x200f) ||
	    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
		return 0;
	return len;
}

/**
 * escape() - make a string harmless to print
 * @dst: destination, terminated whenever @size is not 0
 * @size: size of @dst; what does not fit is cut between characters
 * @src: source
 * @flags: ESC_*
 *
 * Return: length of the string in @dst.
 */
size_t escape(char *dst, size_t size, const char *src, unsigned int flags)
{
	const unsigned char *s = (const unsigned char *)src;
	size_t n = 0, len;

	if (!size)
		return 0;
	while (*s) {
		len = flags & ESC_UTF8 ? utf8_len(s) : 0;
		if (!len && *s > ' ' && *s < 0x7f &&
		    (*s != '\\' || flags & ESC_ONCE))
			len = 1;
		if (!len && *s == ' ' && !(flags & ESC_BLANK))
			len = 1;
		if (len) {
			if (n + len >= size)
				break;
			memcpy(dst + n, s, len);
			n += len;
			s += len;
			continue;
		}
		if (n + 4 >= size)
			break;
		dst[n++] = '\\';
		dst[n++] = '0' + (*s >> 6);
		dst[n++] = '0' + (*s >> 3 & 7);
		dst[n++] = '0' + (*s & 7);
		s++;
	}
	dst[n] = '\0';
	return n;
}

/**
 * escape_dup() - escape() into memory of the right size
 * @src: source
 * @flags: ESC_*
 *
 * Return: string for free().
 */
char *escape_dup(const char *src, unsigned int flags)
{
	size_t size = 4 * strlen(src) + 1;
	char *dst = xcalloc(size, 1);

	escape(dst, size, src, flags);
	return dst;
}
