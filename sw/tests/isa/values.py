#!/usr/bin/env python3
"""Makes alu.inc and muldiv.inc: operands and results of the computing instructions, from their definitions on integers.

    python3 sw/tests/isa/values.py FOLDER     writes both there; the build does
"""
import pathlib
import sys

WORD = 0xFFFFFFFF


def s(x):
    return x - 2**32 if x >> 31 else x


def quotient(a, b):
    """Towards zero."""
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


BASE = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "slt": lambda a, b: int(s(a) < s(b)),
    "sltu": lambda a, b: int(a < b),
    "sll": lambda a, b: a << (b % 32),
    "srl": lambda a, b: a >> (b % 32),
    "sra": lambda a, b: s(a) >> (b % 32),
}
IMMEDIATE = {"addi": "add", "andi": "and", "ori": "or", "xori": "xor", "slti": "slt", "sltiu": "sltu"}
SHIFTS = {"slli": "sll", "srli": "srl", "srai": "sra"}
MULDIV = {
    "mul": lambda a, b: a * b,
    "mulh": lambda a, b: s(a) * s(b) >> 32,
    "mulhsu": lambda a, b: s(a) * b >> 32,
    "mulhu": lambda a, b: a * b >> 32,
    "div": lambda a, b: quotient(s(a), s(b)) if b else -1,
    "divu": lambda a, b: a // b if b else WORD,
    "rem": lambda a, b: s(a) - s(b) * quotient(s(a), s(b)) if b else a,
    "remu": lambda a, b: a % b if b else a,
}

CORNERS = [0, 1, WORD, 0x80000000, 0x7FFFFFFF]
PAIRS = [(a, b) for a in CORNERS for b in CORNERS] + [
    (0x12345678, 0x9ABCDEF0), (0xDEADBEEF, 0x00000007), (0x00000064, 0xFFFFFFF9), (0xFFFFFF9C, 0x00000007),
    (0x55555555, 0xAAAAAAAA), (0x0000FFFF, 0xFFFF0000), (0x80000001, 0x0000001F), (0xCAFEBABE, 0x000000E4),
]


def case(kind, name, result, *operands):
    return f"    {kind} {name}, " + ", ".join(f"0x{x & WORD:08X}" for x in (result, *operands))


def two_registers(functions):
    lines = []
    for name, f in functions.items():
        lines.append("    TEST")
        lines += [case("RR", name, f(a, b), a, b) for a, b in PAIRS]
        a, b = 0xC0FFEE11, 0x0000001D
        lines.append(case("RR_PLACES", name, f(a, b), a, b))
        lines.append(case("RR_BYPASS", name, f(a, b), a, b))
        lines.append(case("RR_SAME", name, f(a, a), a))
        lines.append(case("RR_ZERO", name, f(0, b), f(a, 0), a, b))
    return lines


def immediates():
    lines = []

    def add(name, f, a, imm):
        return f"    RI {name}, 0x{f(a, imm & WORD) & WORD:08X}, 0x{a:08X}, {imm}"

    for name, of, numbers in [(n, o, (-2048, -1, 0, 1, 1365, 2047)) for n, o in IMMEDIATE.items()] + \
            [(n, o, (0, 1, 4, 15, 16, 31)) for n, o in SHIFTS.items()]:
        f = BASE[of]
        lines.append("    TEST")
        lines += [add(name, f, a, imm) for a in CORNERS + [0xA5C3F00D] for imm in numbers]
        a, imm = 0xBADC0DE5, numbers[4]
        lines.append(add(name, f, a, imm).replace("RI ", "RI_PLACES "))
        lines.append(add(name, f, a, imm).replace("RI ", "RI_BYPASS "))
        lines.append(f"    RI_ZERO {name}, 0x{f(0, numbers[-1]) & WORD:08X}, {numbers[-1]}")
    return lines


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, lines in (("alu.inc", two_registers(BASE) + immediates()), ("muldiv.inc", two_registers(MULDIV))):
        (folder / name).write_text("// Made by values.py.\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
