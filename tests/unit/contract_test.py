#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The YAML spec is the source of truth: the header that module and tool share
has every value of it, in order and nothing else, and the tool's words are its
words. The compiler does the comparing."""
import os
import re
import subprocess
import tempfile

import yaml

from tap import HERE, TREE, end, ok

with open(os.path.join(TREE, "Documentation/netlink/cpuiso.yaml"), encoding="utf-8") as f:
    spec = yaml.safe_load(f)
HEADER = os.path.join(TREE, "kmod/uapi/cpuiso.h")
with open(HEADER, encoding="utf-8") as f:
    header = f.read()


def upper(name):
    return name.replace("-", "_").upper()


def entries(definition):
    return [e["name"] if isinstance(e, dict) else e for e in definition["entries"]]


# The enum values of the spec, by prefix; attributes and operations begin at 1.
prefixes = {"stat-kind": "CPUISO_STAT_"}
values = {}
words = {}
for d in spec["definitions"]:
    if d["type"] == "enum":
        prefix = prefixes.get(d["name"], f"CPUISO_{upper(d['name'])}_")
        words[d["name"]] = list(enumerate(entries(d)))
        for i, e in words[d["name"]]:
            values[prefix + upper(e)] = i
        values[f"__{prefix}MAX"] = len(d["entries"])
for s in spec["attribute-sets"]:
    prefix = f"CPUISO_A_{upper(s['name'])}_"
    values[prefix + "UNSPEC"] = 0
    for i, a in enumerate(s["attributes"], 1):
        values[prefix + upper(a["name"])] = i
    values[prefix + "MAX"] = len(s["attributes"])
    values[f"__{prefix}MAX"] = len(s["attributes"]) + 1
operations = spec["operations"]["list"]
words["operation"] = list(enumerate([o["name"] for o in operations], 1))
values["CPUISO_CMD_UNSPEC"] = 0
for i, e in words["operation"]:
    values["CPUISO_CMD_" + upper(e)] = i
values["CPUISO_CMD_MAX"] = len(operations)
values["__CPUISO_CMD_MAX"] = len(operations) + 1
for d in spec["definitions"]:
    if d["type"] == "const":
        values["CPUISO_" + upper(d["name"])] = d["value"]


def compiles(code, *flags):
    with tempfile.NamedTemporaryFile("w", suffix=".c") as c:
        c.write(code)
        c.flush()
        return subprocess.run(["cc", "-fsyntax-only", "-I", os.path.dirname(HEADER),
                               *flags, c.name], capture_output=True, text=True, check=False)


# One line for each value, so that the compiler's line number tells which is wrong.
r = compiles("#include <cpuiso.h>\n" +
             "".join(f'_Static_assert({name} == {value}, "");\n' for name, value in values.items()))
wrong = {int(n): text for n, text in re.findall(r"^\S+\.c:(\d+):\d+: (error: .*)$", r.stderr, re.M)}
for line, (name, value) in enumerate(values.items(), 2):
    ok(line not in wrong, f"{name} is {value}", wrong.get(line))
ok(r.returncode == 0 or wrong, "the compiler said which", r.stderr)
ok(compiles('#include <cpuiso.h>\n_Static_assert(CPUISO_CMD_APPLY == 2, "");\n').returncode,
   "the compiler does notice a wrong value")

known = set(values) | {"CPUISO_FAMILY_NAME", "CPUISO_FAMILY_VERSION", "CPUISO_MCGRP_EVENTS",
                       "CPUISO_RULES_MAX"}
code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
extra = set(re.findall(r"\b_*CPUISO_[A-Z0-9_]+\b", code)) - known - {"_UAPI_CPUISO_H"}
ok(not extra, "the header has nothing that the spec has not", sorted(extra))

r = compiles(f'''#include <cpuiso.h>
#define SAME(a, b) _Static_assert(sizeof(a) == sizeof(b) && !__builtin_strcmp(a, b), "")
SAME(CPUISO_FAMILY_NAME, "{spec['name']}");
SAME(CPUISO_MCGRP_EVENTS, "{spec['mcast-groups']['list'][0]['name']}");
''')
ok(r.returncode == 0, "family and multicast group have the spec's names", r.stderr)

# Attributes named by operations and nests exist.
sets = {s["name"]: [a["name"] for a in s["attributes"]] for s in spec["attribute-sets"]}
for o in operations:
    used = []
    for way in ("do", "dump", "event"):
        part = o.get(way, {})
        used += part.get("attributes", [])
        used += part.get("request", {}).get("attributes", [])
        used += part.get("reply", {}).get("attributes", [])
    ok(set(used) <= set(sets[o["attribute-set"]]),
       f"the attributes of {o['name']} are of the set {o['attribute-set']}")

# The words that the tool has for enum values.
source = '''
#include <stdio.h>
#include "names.h"
int main(void)
{
	for (int t = 0; all_names[t]; t++)
		for (unsigned int i = 0; i < all_names[t]->count; i++)
			if (all_names[t]->name[i])
				printf("%s %u %s\\n", all_names[t]->what, i, all_names[t]->name[i]);
}
'''
tool = os.path.join(TREE, "userspace")
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "names")
    with open(path + ".c", "w", encoding="ascii") as f:
        f.write(source)
    subprocess.run(["cc", "-I", tool, "-I", os.path.dirname(HEADER), "-o", path, path + ".c",
                    os.path.join(tool, "names.c")], check=True)
    said = subprocess.run([path], capture_output=True, text=True, check=True).stdout
for what, pairs in words.items():
    mine = [(int(v), n) for w, v, n in (line.split() for line in said.splitlines()) if w == what]
    ok(mine == pairs, f"the tool's words for {what}", mine, pairs)

# Every attribute of a reply is one that the tool reads.
with open(os.path.join(tool, "decode.c"), encoding="utf-8") as f:
    decode = f.read()
for s in spec["attribute-sets"]:
    for a in s["attributes"]:
        if a["name"] in ("pad", "plan"):
            continue
        name = f"CPUISO_A_{upper(s['name'])}_{upper(a['name'])}"
        m = re.search(rf"\b(U32|U64|STR|STRS|NUMS|ENUM|FLAG|NEST|BINARY)\({name},", decode)
        form = {"string": "STR", "u32": "U32", "u64": "U64", "flag": "FLAG", "nest": "NEST",
                "binary": "BINARY"}[a["type"]]
        if "enum" in a:
            form = "ENUM"
        elif a.get("multi-attr") and form != "NEST":
            form = {"STR": "STRS", "U32": "NUMS"}[form]
        ok(m and m.group(1) == form, f"the tool reads {name} as {form}",
           m.group(1) if m else "it does not")
end()
