// SPDX-License-Identifier: GPL-2.0
/* Messages of the module: the first byte is what is expected, the second what it says to be, the rest are attributes. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include "decode.h"
#include "fuzz.h"
#include "output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;
	struct done done;
	json_object *obj;

	if (size < 2)
		return 0;
	nlh = calloc(1, NLMSG_HDRLEN + GENL_HDRLEN + size - 2);
	MUST(nlh);
	nlh->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + size - 2;
	genl = NLMSG_DATA(nlh);
	genl->cmd = data[1] & 0x80 ? data[1] : data[0];
	memcpy((char *)genl + GENL_HDRLEN, data + 2, size - 2);
	obj = decode_message(nlh, data[0]);
	if (obj)
		MUST(json_object_to_json_string(obj));
	json_object_put(obj);
	if (decode_done(nlh, &done)) {
		MUST(memchr(done.message, 0, sizeof(done.message)));
		MUST(memchr(done.name, 0, sizeof(done.name)));
	}
	/* Also one that is too short to have a command. */
	nlh->nlmsg_len = NLMSG_HDRLEN + data[1] % (GENL_HDRLEN + 1);
	nlh = realloc(nlh, nlh->nlmsg_len);
	obj = decode_message(nlh, data[0]);
	MUST(!obj || nlh->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN);
	json_object_put(obj);
	free(nlh);
	return 0;
}
