# SPDX-License-Identifier: GPL-2.0-only
"""Reduce the size of a browser's PNG (8 bits, RGB or RGBA, not interlaced): keep the 256
most frequent colours, and replace each other colour by the nearest of these.

    python3 tools/png-small.py FILE
"""
import collections
import struct
import sys
import zlib


def chunks(data):
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + size]
        at += 12 + size


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def rows(raw, width, height, step):
    prev = bytearray(width * step)
    for y in range(height):
        at = y * (width * step + 1)
        kind, line = raw[at], bytearray(raw[at + 1:at + 1 + width * step])
        for i in range(len(line) if kind else 0):
            left = line[i - step] if i >= step else 0
            up, corner = prev[i], prev[i - step] if i >= step else 0
            line[i] = (line[i] + (left, up, (left + up) // 2,
                                  paeth(left, up, corner))[kind - 1]) & 255
        yield bytes(line)
        prev = line


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + \
        struct.pack(">I", zlib.crc32(kind + body))


def main(path):
    data = open(path, "rb").read()
    head = b"".join(b for k, b in chunks(data) if k == b"IHDR")
    width, height, depth, colour, _, _, laced = struct.unpack(">IIBBBBB", head)
    step = {2: 3, 6: 4}[colour]
    assert depth == 8 and not laced
    raw = zlib.decompress(b"".join(b for k, b in chunks(data) if k == b"IDAT"))
    lines = [[line[i:i + 3] for i in range(0, len(line), step)]
             for line in rows(raw, width, height, step)]
    counts = collections.Counter(p for line in lines for p in line)
    palette = [p for p, _ in counts.most_common(256)]
    index = {p: i for i, p in enumerate(palette)}
    for p in counts:
        if p not in index:
            index[p] = min(range(len(palette)), key=lambda i: sum(
                (a - b) ** 2 for a, b in zip(p, palette[i])))
    body = b"".join(b"\0" + bytes(index[p] for p in line) for line in lines)
    with open(path, "wb") as out:
        out.write(data[:8] +
                  chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3,
                                             0, 0, 0)) +
                  chunk(b"PLTE", b"".join(palette)) +
                  chunk(b"IDAT", zlib.compress(body, 9)) + chunk(b"IEND", b""))


main(sys.argv[1])
