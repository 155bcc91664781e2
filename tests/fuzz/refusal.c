// SPDX-License-Identifier: GPL-2.0
/*
 * Acknowledgements and errors of the kernel: a byte of flags, a byte that is the length of the request that is answered,
 * the request, the answer.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include "decode.h"
#include "fuzz.h"

static struct nlmsghdr *message(const uint8_t *data, size_t size)
{
	struct nlmsghdr *nlh = calloc(1, NLMSG_HDRLEN + size);

	MUST(nlh);
	nlh->nlmsg_len = NLMSG_HDRLEN + size;
	if (size)
		memcpy(NLMSG_DATA(nlh), data, size);
	return nlh;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *sent, *nlh;
	struct refusal r;
	size_t len;

	if (size < 2)
		return 0;
	len = data[1] < size - 2 ? data[1] : size - 2;
	/* A request of ours is never shorter than its headers. */
	sent = message(data + 2, len > GENL_HDRLEN ? len : 0);
	nlh = message(data + 2 + len, size - 2 - len);
	nlh->nlmsg_type = data[0] & 1 ? NLMSG_ERROR : NLMSG_DONE;
	nlh->nlmsg_flags = (data[0] & 2 ? NLM_F_CAPPED : 0) | (data[0] & 4 ? NLM_F_ACK_TLVS : 0);
	decode_refusal(nlh, data[0] & 8 ? sent : NULL, data[0] & 16, &r);
	MUST(r.err >= 0 && r.err < 4096);
	MUST(memchr(r.message, 0, sizeof(r.message)));
	free(sent);
	free(nlh);
	return 0;
}
