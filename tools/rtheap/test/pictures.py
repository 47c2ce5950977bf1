# SPDX-License-Identifier: GPL-2.0-only
"""Looks at pictures and reports of rtheap.

    areas SVG STATE=BYTES...   the painted areas are as the bytes are
    report HTML EXPRESSION     of text, rows (by the table's id), svgs
    png FILE                   its width, and which of the tool's colours are in it
"""
import re
import struct
import sys
import xml.dom.minidom
import zlib
from html.parser import HTMLParser

COLORS = {"used": "c8553d", "free": "cfe8d5", "bar": "3b6ea5",
          "second": "d9963a"}


def areas(path, wanted):
    """A row has 1100 units and is 14 high; the legend's squares are 12 by 12."""
    dom = xml.dom.minidom.parse(path)
    area = {}
    for p in dom.getElementsByTagName("path"):
        for w, h in re.findall(r"h([0-9.]+)v([0-9.]+)h-", p.getAttribute("d")):
            if float(h) == 14:
                name = p.getAttribute("class")
                area[name] = area.get(name, 0) + float(w)
    for pair in wanted:
        name, size = pair.split("=")
        # The heap has 131072 bytes in 32 * 1100 columns.
        if abs(area.get(name, 0) - int(size) * 32 * 1100 / 131072) > 2:
            return "%s is %s" % (name, area.get(name))
    return "right"


class Reader(HTMLParser):
    """Tables by their id, the text, how many drawings there are."""

    def __init__(self):
        super().__init__()
        self.rows, self.text, self.svgs, self.foreign = {}, "", 0, []
        self.table = self.cell = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "table":
            self.table = self.rows.setdefault(attrs.get("id"), [])
        if tag == "tr":
            self.table.append([])
        if tag in ("td", "th"):
            self.table[-1].append("")
            self.cell = True
        self.svgs += tag == "svg"
        if tag in ("script", "link", "img", "iframe") or "src" in attrs or \
           "href" in attrs:
            self.foreign.append(tag)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        self.text += data
        if self.cell:
            self.table[-1][-1] += data.strip()


def used(svg):
    """What is painted as used, the legend's square aside."""
    return sum(float(w) * float(h)
               for d in re.findall(r'<path class="used" d="([^"]*)"', svg)
               for w, h in re.findall(r"h([0-9.]+)v([0-9.]+)h-", d)
               if (w, h) != ("12", "12"))


def report(path, expression):
    source = open(path).read()
    reader = Reader()
    reader.feed(source)
    reader.close()
    plain = source.replace("http://www.w3.org/2000/svg", "")
    if reader.foreign or "http" in plain or "url(" in plain:
        return "needs something from elsewhere"
    names = {"rows": reader.rows, "text": reader.text, "svgs": reader.svgs,
             "used": [used(svg) for svg in source.split("<svg")[1:]]}
    return "right" if eval("(" + expression + ")", names) else "wrong: %r" % names


def unfilter(raw, width, height, bpp):
    stride, at, before, rows = width * bpp, 0, bytearray(width * bpp), []
    for _ in range(height):
        kind, line = raw[at], bytearray(raw[at + 1:at + 1 + stride])
        at += 1 + stride
        for i in range(stride):
            a = line[i - bpp] if i >= bpp else 0
            b, c = before[i], before[i - bpp] if i >= bpp else 0
            p = a + b - c
            near = min((abs(p - a), 0, a), (abs(p - b), 1, b),
                       (abs(p - c), 2, c))[2]
            line[i] = line[i] + (0, a, b, (a + b) // 2, near)[kind] & 255
        rows.append(line)
        before = line
    return rows


def png(path):
    data = open(path, "rb").read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB",
                                                        data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    bpp = {2: 3, 6: 4}[color]
    seen = set()
    for row in unfilter(zlib.decompress(packed), width, height, bpp):
        seen |= {bytes(row[i:i + 3]) for i in range(0, len(row), bpp)}
    return " ".join([str(width)] + [n for n, c in COLORS.items()
                                    if bytes.fromhex(c) in seen])


if __name__ == "__main__":
    what, path = sys.argv[1:3]
    print({"areas": lambda: areas(path, sys.argv[3:]),
           "report": lambda: report(path, *sys.argv[3:]),
           "png": lambda: png(path)}[what]())
