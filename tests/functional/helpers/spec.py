#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The netlink spec as tables of C, for fuzznl: spec.py SPEC.yaml >spec.h"""
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as f:
    spec = yaml.safe_load(f)

consts = {d["name"]: d["value"] for d in spec["definitions"] if d["type"] == "const"}
enums = {d["name"]: len(d["entries"]) for d in spec["definitions"] if d["type"] == "enum"}
sets = {s["name"]: s["attributes"] for s in spec["attribute-sets"]}


def number(value):
    return consts.get(value, value)


def word(text):
    return text.replace("-", "_").upper()


def row(owner, attr):
    checks = attr.get("checks", {})
    least = number(checks.get("min", 0))
    most = number(checks.get("max-len", checks.get("exact-len", checks.get("max", 0xffffffff))))
    if "enum" in attr:
        most = enums[attr["enum"]] - 1
    nested = attr.get("nested-attributes")
    return (f'\t{{ "{attr["name"]}", CPUISO_A_{word(owner)}_{word(attr["name"])}, '
            f'SPEC_{word(attr["type"])}, {least}u, {most}u, '
            f'{"SET_" + word(nested) if nested else "-1"}, '
            f'{"true" if attr.get("multi-attr") else "false"} }},')


print("/* Made from the netlink spec by spec.py. */")
print("enum { " + ", ".join("SET_" + word(s) for s in sets) + " };")
for name, attrs in sets.items():
    print(f"static const struct spec_attr {word(name).lower()}_attrs[] = {{")
    for a in attrs:
        print(row(name, a))
    print("};")
print("static const struct spec_set spec_sets[] = {")
for name in sets:
    table = word(name).lower() + "_attrs"
    print(f"\t[SET_{word(name)}] = {{ {table}, COUNT({table}) }},")
print("};")
print("static const struct spec_op spec_ops[] = {")
for op in spec["operations"]["list"]:
    for how in ("do", "dump"):
        if how not in op:
            continue
        index = [a["name"] for a in sets[op["attribute-set"]]]
        bits = sum(1 << index.index(a) for a in op[how].get("request", {}).get("attributes", []))
        print(f'\t{{ "{op["name"]}", CPUISO_CMD_{word(op["name"])}, {"true" if how == "dump" else "false"}, '
              f'SET_{word(op["attribute-set"])}, {bits:#x} }},')
print("};")
