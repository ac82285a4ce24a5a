#!/usr/bin/env python3
"""Makes expected.h and lz_data.h: what the kernels must find, computed by other means than theirs.

    python3 sw/kernels/expected.py            writes both beside itself
    python3 sw/kernels/expected.py --check    exit code 1 when they hold something else

Only the inputs are made as the kernels make them. Results come from Python's sorted, zlib, hashlib, heapq, re, dict,
fractions of integers of any length, and from plain definitions.
"""
import hashlib
import heapq
import itertools
import math
import pathlib
import re
import struct
import sys
import zlib

WORD = 0xFFFFFFFF
SEEDS = (0x12345678, 0x9ABCDEF1, 0x2545F491, 0x6C078965)  # train small, test small, train full, test full


class Random:
    def __init__(self, variant):
        self.x = SEEDS[variant]

    def __call__(self):
        x = self.x
        x ^= x << 13 & WORD
        x ^= x >> 17
        x ^= x << 5 & WORD
        self.x = x
        return x

    def below(self, n):
        """A number below n from the upper half."""
        return (self() >> 16) * n >> 16


def mixed(words):
    """sum over words of word * 31 ** (words behind it), modulo 2 ** 32"""
    return sum(w * pow(31, i, 2**32) for i, w in enumerate(reversed(list(words)))) & WORD


def signed(x, bits):
    x &= (1 << bits) - 1
    return x - (1 << bits) if x >> (bits - 1) else x


def sort(v):
    random, n, mask = Random(v), (100, 120, 12000, 16000)[v], (WORD, 31, WORD, 1023)[v]
    return mixed(sorted(random() & mask for _ in range(n)))


def listsort(v):
    random, n, shift = Random(v), (64, 80, 4000, 6000)[v], (27, 24, 20, 22)[v]
    items = sorted((random() >> shift, i) for i in range(n))
    return mixed(itertools.chain.from_iterable(items))


def matmul(v):
    random, n = Random(v), (10, 11, 48, 56)[v]
    r = [[random() for _ in range(n)] for _ in range(n)]
    a = [[signed(x >> 8, 8) for x in row] for row in r]
    columns = list(zip(*[[signed(x >> 16, 8) for x in row] for row in r]))
    return mixed(sum(map(int.__mul__, row, column)) for row in a for column in columns)


def crc32(v):
    random, n = Random(v), (160, 200, 12000, 16000)[v]
    return zlib.crc32(struct.pack(f"<{n}I", *(random() for _ in range(n))))


def sha256(v):
    random, n = Random(v), (100, 150, 16384, 12000)[v]
    words = (n + 3) // 4
    message = struct.pack(f"<{words}I", *(random() for _ in range(words)))[:n]
    return mixed(struct.unpack(">8I", hashlib.sha256(message).digest()))


def queens(v):
    n = (5, 6, 9, 10)[v]
    # Every way to fill the first rows, row after row.
    ways = [()]
    for row in range(n):
        ways = [w + (c,) for w in ways for c in range(n)
                if all(c != d and abs(c - d) != row - r for r, d in enumerate(w))]
    return len(ways)


def ackermann(v):
    # Closed forms of the values, and calls counted by the recurrences of those forms.
    m, n = ((2, 5), (2, 7), (3, 5), (3, 6))[v]
    value = {0: lambda n: n + 1, 1: lambda n: n + 2, 2: lambda n: 2 * n + 3, 3: lambda n: 2**(n + 3) - 3}

    calls = {}

    def count(m, n):
        if m == 0:
            return 1
        if (m, n) not in calls:
            for k in range(n):
                if (m, k) not in calls:
                    count(m, k)
            calls[m, n] = 1 + (count(m - 1, 1) if n == 0 else calls[m, n - 1] + count(m - 1, value[m](n - 1)))
        return calls[m, n]

    return mixed([value[m](n), count(m, n)])


def dijkstra(v):
    random, n, degree, mask = Random(v), (24, 28, 1200, 1500)[v], (3, 3, 5, 4)[v], (63, 255, 1023, 63)[v]
    edges = []
    for node in range(n):
        for _ in range(degree):
            r = random()
            edges.append((node, (r >> 16) * n >> 16, 1 + (r & mask)))
    # Bellman and Ford.
    far = 0x7FFFFFFF
    distance = [0] + [far] * (n - 1)
    changed = True
    while changed:
        changed = False
        for a, b, length in edges:
            if distance[a] != far and distance[a] + length < distance[b]:
                distance[b] = distance[a] + length
                changed = True
    return mixed(distance)


def strsearch(v):
    random, letters, n, patterns = Random(v), (4, 8, 4, 8)[v], (300, 400, 20000, 30000)[v], (4, 4, 12, 16)[v]
    text = "".join(chr(ord("a") + ((random() >> 24) & (letters - 1))) for _ in range(n))
    words = []
    for i in range(patterns):
        start = random.below(n - 8)
        pattern = text[start:start + 3 + i % 5]
        words += [m.start() for m in re.finditer(f"(?={pattern})", text)] + [i]
    return mixed(words)


def fir(v):
    random, n, shift = Random(v), (80, 96, 8000, 10000)[v], (18, 17, 18, 17)[v]
    taps = [signed(random(), 32) >> shift for _ in range(16)]
    samples = [signed(random(), 32) >> 16 for _ in range(n + 15)]
    sums = (((1 << 14) + sum((s * t) >> 2 for s, t in zip(samples[i:], taps))) >> 13 for i in range(n))
    return mixed(min(max(x, -32768), 32767) for x in sums)


def hashtable(v):
    random, bits, steps, add = Random(v), (6, 7, 11, 12)[v], (200, 220, 20000, 24000)[v], (4, 3, 4, 5)[v]
    keys = (1 << bits) * 3 // 4
    table, found = {}, []
    for _ in range(steps):
        r = random()
        key = 1 + ((r >> 16) * keys >> 16)
        if r & 7 < add:
            table[key] = table.get(key, 0) + (r & 0xFFFF)
        elif r & 7 < 6:
            if key in table:
                found.append(table[key])
        else:
            table.pop(key, None)
    return mixed(found)


def scanner(v):
    random, n = Random(v), (600, 700, 40000, 60000)[v]
    source = ('while (i < 10.25) { /* count ** */ sum_2 += a[i]; } "no \\" end" x/3.\n/**/ q',
              'f(x, "\\\\", 42) / 7 /* / * */ + 0.5 * "/*" ; ___z9 123. \n abc"def"ghi /***/ -1 9a ')[v & 1]
    text = ""
    while len(text) < n:
        r = random()
        start = (r >> 16) * len(source) >> 16
        text += (source * 3)[start:start + 4 + (r & 31)]
    text = text[:n]
    # What is open at the end does not count: the last branch takes it. In a slash's place, the character before it
    # that is no star makes it a sign, which at the very end is open, too.
    tokens = re.compile(
        r"""(?P<open>[A-Za-z_][A-Za-z_0-9]*\Z|[0-9]+(?:\.[0-9]*)?\Z|"(?:[^"\\]|\\.)*\\?\Z|/\Z|/\*(?:(?!\*/).)*\Z)"""
        r"""|(?P<word>[A-Za-z_][A-Za-z_0-9]*)|(?P<fraction>[0-9]+\.[0-9]*)|(?P<integer>[0-9]+)"""
        r"""|(?P<string>"(?:[^"\\]|\\.)*")|(?P<comment>/\*.*?\*/)|(?P<space>[ \n])|(?P<sign>.)""", re.S)
    kinds = [m.lastgroup for m in tokens.finditer(text)]
    return mixed(kinds.count(k) for k in ("word", "integer", "fraction", "string", "comment", "sign"))


def interp(v):
    n = (17, 6, 700, 250)[v]
    if v & 1 == 0:
        primes = sum(p for p in range(2, n) if all(p % d for d in range(2, p)))
        return mixed([primes, primes])

    def steps(x):
        return 0 if x == 1 else 1 + steps(x // 2 if x % 2 == 0 else 3 * x + 1)

    best = max(range(1, n), key=lambda start: (steps(start), -start))
    return mixed([steps(best), best])


def levenshtein(v):
    random, n, m, mask = Random(v), (28, 32, 350, 400)[v], (30, 26, 380, 330)[v], (3, 7, 3, 7)[v]
    a = [(random() >> 24) & mask for _ in range(n)]
    b = [(random() >> 24) & mask for _ in range(m)]
    # From the other side: column by column, the whole table kept.
    table = [list(range(n + 1))]
    for j, y in enumerate(b):
        column = [j + 1]
        for i, x in enumerate(a):
            column.append(min(table[j][i] + (x != y), table[j][i + 1] + 1, column[i] + 1))
        table.append(column)
    return mixed(column[n] for column in table)


def factorial(v):
    n = math.factorial((45, 55, 420, 560)[v])
    digits = []
    while n:
        n, digit = divmod(n, 10000)
        digits.append(digit)
    return mixed(digits)


def lz_plain(v):
    """Text of words with a skewed distribution, or rows of slowly changing numbers."""
    random, n = Random(v), (600, 560, 16384, 12000)[v]
    if v & 1 == 0:
        words = "track domain wall site port shift pulse bank head the a of to in and is it read write".split()
        text = ""
        while len(text) < n:
            text += words[random.below(len(words)) * random.below(len(words)) // len(words)]
            text += ".\n" if random.below(9) == 0 else " "
        return text[:n].encode()
    rows, value = b"", 1000
    while len(rows) < n:
        value += random.below(7) - 3
        rows += struct.pack("<HHI", len(rows) // 8 & 0xFFFF, value, random.below(3))
    return rows[:n]


def lz_packed(plain):
    """Greedy, the longest match the nearest; see lz.c for the format."""
    out, literals, i = b"", b"", 0

    def flush():
        nonlocal out, literals
        for k in range(0, len(literals), 128):
            out += bytes([len(literals[k:k + 128]) - 1]) + literals[k:k + 128]
        literals = b""

    while i < len(plain):
        length, start = 3, -1
        while i + length < len(plain) and length < 130:
            found = plain.rfind(plain[i:i + length + 1], 0, i + length)
            if found < 0:
                break
            length, start = length + 1, found
        if start < 0:
            literals += plain[i:i + 1]
            i += 1
            continue
        flush()
        out += struct.pack("<BH", 128 + length - 3, i - start - 1)
        i += length
    flush()
    return out


def lz(v):
    return zlib.adler32(lz_plain(v))


def expected_h():
    kernels = (ackermann, crc32, dijkstra, factorial, fir, hashtable, interp, levenshtein, listsort, lz, matmul,
               queens, scanner, sha256, sort, strsearch)
    lines = ["// What each kernel must find: made by expected.py, not by the kernels. Do not edit.", "// clang-format off"]
    for kernel in kernels:
        values = ", ".join(f"0x{kernel(v):08X}" for v in range(4))
        lines.append(f"#define EXPECTED_{kernel.__name__.upper()} PICK({values})")
    return "\n".join(lines) + "\n"


def lz_data_h():
    plain = [lz_plain(v) for v in range(4)]
    packed = [lz_packed(text) for text in plain]
    lines = ["// Compressed data for lz.c: made by expected.py. Do not edit.", "// clang-format off",
             f"enum {{ LZ_MOST_PLAIN = {max(map(len, plain))}, LZ_MOST_PACKED = {max(map(len, packed))} }};"]
    for v, condition in ((3, "#if defined(SIZE_FULL) && defined(INPUT_TEST)"), (2, "#elif defined(SIZE_FULL)"),
                         (1, "#elif defined(INPUT_TEST)"), (0, "#else")):
        lines += [condition, f"enum {{ LZ_PLAIN_BYTES = {len(plain[v])}, LZ_PACKED_BYTES = {len(packed[v])} }};",
                  "static const uint8_t lz_packed[LZ_MOST_PACKED] = {"]
        for i in range(0, len(packed[v]), 30):
            lines.append("".join(f"{b}," for b in packed[v][i:i + 30]))
        lines.append("};")
    return "\n".join(lines + ["#endif"]) + "\n"


def main():
    here = pathlib.Path(__file__).parent
    wrong = 0
    for name, text in (("expected.h", expected_h()), ("lz_data.h", lz_data_h())):
        if "--check" not in sys.argv[1:]:
            (here / name).write_text(text)
        elif (here / name).read_text() != text:
            print(f"{name} is not what expected.py makes")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main())
