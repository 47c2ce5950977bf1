# SPDX-License-Identifier: GPL-2.0-only
"""Do rtheap compare and build/user/replay say the same? FILE of each."""
import json
import sys

NAMES = {"memheap-fast": "memheap", "memheap-best": "memheap_best",
         "smem": "small_mem", "heap": "lwip_mem",
         "heap4-protect": "heap4_protect"}
replay, linear = {}, set()
for line in open(sys.argv[1]):
    words = line.split()
    if len(words) > 3 and words[2].isdigit():
        name = NAMES.get(words[1], words[1])
        replay[name] = int(words[2])
        if words[-1] == "*":
            linear.add(name)
ours = {b["backend"]: b for b in json.load(open(sys.argv[2]))[0]["backends"]
        if not b["percpu"]}
wrong = set(replay) ^ set(ours)
for name in set(replay) & set(ours):
    mine = ours[name]["smallest_region"]
    if not ours[name]["exact"] or mine > replay[name] or \
       (name not in linear and mine != replay[name]):
        wrong.add(name)
# By rank, replay's figures never go down.
ranked = [replay[n] for n in sorted(ours, key=lambda n: ours[n]["rank"])
          if n not in linear]
if ranked != sorted(ranked):
    wrong.add("order")
print("wrong: %s" % sorted(wrong) if wrong else "right")
