"""Mutations of valid inputs: bytes of any file, elements of a DICOM object, tokens of a text."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

__all__ = ["mutate_bytes", "mutate_dicom", "mutate_nifti", "mutate_text"]

LONG_VR = frozenset(
    {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
)
SHORT_LENGTHS = (0, 1, 2, 3, 7, 255, 0x7FFF, 0xFFFE, 0xFFFF)
LONG_LENGTHS = (0, 1, 2, 3, 0x100, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
EXTREMES: dict[bytes, Sequence[bytes]] = {
    b"DS": tuple(rb"|nan|inf|-1|0|1e400|1e-320|-1e18|1\2|abc|\\\|1e9\1e9\1e9".split(b"|")),
    b"IS": tuple(rb"|-1|0|2147483648|99999999999999999999|1.5|abc|1\2|1000000".split(b"|")),
    b"US": (b"", b"\0\0", b"\1\0", b"\xff\xff", b"\0\x80", b"\1", b"\2\0\3\0", b"\x10\0"),
    b"UL": (b"", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\0\0\0", b"\1"),
    b"FD": tuple(struct.pack("<d", number) for number in (float("nan"), 1e308, -1.0, 0.0)),
    b"FL": (*(struct.pack("<f", number) for number in (float("nan"), -1.0, 0.0)), b"\1"),
    b"DA": tuple(b"|00000000|99999999|20250230|2025.02.01|abc|10000101|99991231".split(b"|")),
    b"TM": tuple(b"|250000|2360|-10000|10:15:30|101530.9999999|9|000000".split(b"|")),
    b"DT": tuple(b"|20250230101530|2025|99991231235959.999999+1400|abc".split(b"|")),
    b"UI": (
        b"",
        b"..",
        b"9" * 70,
        b"1.2.3",
        *(
            b"1.2.840.10008.1.2" + end
            for end in (b"", b".2", b".1.99", b".5", b".4.50", b".4.70", b".4.80", b".4.90")
        ),
        *(b"1.2.840.10008.5.1.4.1.1." + end for end in (b"4.1", b"66.4", b"66.7", b"481.3")),
    ),
    b"CS": (
        *b"|BINARY|FRACTIONAL|LABELMAP|POINT|ISO_IR 192|MONOCHROME1|RGB|PALETTE COLOR".split(b"|"),
        b"\\ISO 2022 IR 87",
        b"DERIVED\\SECONDARY",
        b"\xff\xfe",
        b"A" * 300,
    ),
}
"""Values that an attribute of each kind may hold by mistake or malice."""
ANY_VALUE = (b"", b"\0", b"\xff" * 7, b"A" * 1000, b"\xc3\x28", b"1\\" * 500, b"\x1b$B\x1b(B", b"\\" * 60)
NUMBERS = (0, 1, -1, 2, 3, 7, 127, 128, 255, 256, 32767, -32768, 65535, 2**31 - 1, -(2**31))
FRACTIONS = (0.0, -0.0, 1.0, -1.0, 1e-30, 1e30, float("nan"), float("inf"), 0.5, 352.0, 1e6)
WORDS = """
null ~ {} [] [[[[[[ }}} *a &a <<: !!binary !!int 1e999 -1 0 .inf .nan 0x1F 0o17 1_000 12:30:45 2025-13-45
0000-00-00 9999-12-31 2025-02-08T10:15 true no yes left ' " | > --- ... ? : - # @ `
"""
LESS_THAN_WORDS = ("", "\t", "? ", ": ", "- ", "\u2028", "\ufeff", "\x00", "\x07", "\U0001f600")
MORE_THAN_WORDS = ("%YAML 9.9", "!!python/object:os.system x", "a" * 5000, "9" * 400, "-" * 50)
TOKENS = (*WORDS.split(), *LESS_THAN_WORDS, *MORE_THAN_WORDS)
TEXT_PARTS = re.compile(r"\w+|\s+|[^\w\s]")


def mutate_dicom(seed: bytes, random: Random) -> bytes:
    """A DICOM object with one to three things wrong."""
    return _repeat(seed, random, (_change_element, _change_element, _change_element, *BYTE_MUTATIONS))


def mutate_bytes(seed: bytes, random: Random) -> bytes:
    """Any file with one to three things wrong."""
    return _repeat(seed, random, BYTE_MUTATIONS)


def mutate_nifti(seed: bytes, random: Random) -> bytes:
    """A NIfTI file with one to three things wrong; half of them in the header."""
    return _repeat(seed, random, (_change_header_field,) * 5 + BYTE_MUTATIONS)


def mutate_text(seed: bytes, random: Random) -> bytes:
    """A text with one to three things wrong; now and then bytes that are no text."""
    return _repeat(seed, random, TEXT_MUTATIONS)


def _repeat(seed: bytes, random: Random, mutations: Sequence[Callable[[bytes, Random], bytes]]) -> bytes:
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        seed = random.choice(mutations)(seed, random)
    return seed


@dataclass(frozen=True, slots=True)
class Element:
    """Where an element of an explicit little-endian object lies."""

    start: int
    vr: bytes
    long: bool
    value: int
    length: int


def _elements(data: bytes) -> list[Element]:
    """Every element, those inside sequences too; sequences count as a header, their items as elements."""
    found = []
    at = 132
    while at + 8 <= len(data):
        if data[at : at + 2] == b"\xfe\xff":  # item and its delimiters
            found.append(Element(at, b"item", True, at + 8, 0))
            at += 8
            continue
        vr = data[at + 4 : at + 6]
        long = vr in LONG_VR
        if not long and not vr.isalpha():
            break
        value = at + (12 if long else 8)
        length = int.from_bytes(data[at + 8 : at + 12] if long else data[at + 6 : at + 8], "little")
        nested = vr == b"SQ" or length == 0xFFFFFFFF
        found.append(Element(at, vr, long, value, 0 if nested else length))
        at = value + (0 if nested else length)
    return found


def _change_element(data: bytes, random: Random) -> bytes:
    elements = _elements(data)
    if not elements:
        return _flip(data, random)
    element = random.choice(elements)
    end = element.value + element.length
    action = random.randrange(8)
    if action == 0:
        return data[: element.start] + data[end:]
    if action == 1:
        return data[:end] + data[element.start : end] * random.choice((1, 1, 3, 50)) + data[end:]
    if action == 2 or element.vr == b"item":
        return _with_length(data, element, random.choice(LONG_LENGTHS if element.long else SHORT_LENGTHS))
    if action == 3:
        other = random.choice(elements)
        start, stop = other.start, other.value + other.length
        return data[: element.start] + data[start:stop] + data[element.start :]
    if action == 4:
        tag = bytes(random.randrange(256) for _ in range(random.choice((2, 4))))
        return data[: element.start] + tag + data[element.start + len(tag) :]
    if action == 5:
        vr = random.choice((*EXTREMES, b"SQ", b"UN", b"OB", b"OW", b"LO", b"??"))
        return data[: element.start + 4] + vr + data[element.start + 6 :]
    values = (
        (*EXTREMES.get(element.vr, ()), *ANY_VALUE) if action == 6 else EXTREMES.get(element.vr, ANY_VALUE)
    )
    value = random.choice(values)
    value += (b"\0" if element.vr in {b"UI", b"OB"} else b" ") * (len(value) % 2)
    changed = data[: element.value] + value + data[end:]
    return _with_length(changed, element, len(value))


def _with_length(data: bytes, element: Element, length: int) -> bytes:
    if element.vr == b"item":
        return data[: element.start + 4] + length.to_bytes(4, "little") + data[element.start + 8 :]
    if element.long:
        return data[: element.start + 8] + length.to_bytes(4, "little") + data[element.start + 12 :]
    return data[: element.start + 6] + (length % 65536).to_bytes(2, "little") + data[element.start + 8 :]


def _flip(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    reach = len(changed) if random.random() < 0.4 else min(len(changed), 2000)
    for _ in range(random.choice((1, 1, 2, 8)) if reach else 0):
        changed[random.randrange(reach)] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
    return bytes(changed)


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _splice(data: bytes, random: Random) -> bytes:
    first, second = (random.randrange(len(data) + 1) for _ in range(2))
    return data[:first] + data[second:]


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.choice((1, 2, 4, 16, 300))) + data[at:]


def _change_header_field(data: bytes, random: Random) -> bytes:
    if len(data) < 348:
        return _flip(data, random)
    kind = random.choice("hhifffqd")
    value = random.choice(FRACTIONS) if kind in "fd" else random.choice(NUMBERS)
    if kind == "h":
        value = (int(value) + 32768) % 65536 - 32768
    at = random.randrange(0, 344, 2)
    packed = struct.pack(random.choice("<<<>") + kind, value)
    return data[:at] + packed + data[at + len(packed) :]


def _change_token(data: bytes, random: Random) -> bytes:
    parts = TEXT_PARTS.findall(data.decode("utf-8", "replace"))
    if not parts:
        return random.choice(TOKENS).encode()
    at = random.randrange(len(parts))
    action = random.randrange(5)
    if action == 0:
        parts[at] = random.choice(TOKENS)
    elif action == 1:
        del parts[at]
    elif action == 2:
        parts.insert(at, random.choice(TOKENS))
    elif action == 3:
        other = random.randrange(len(parts))
        parts[at], parts[other] = parts[other], parts[at]
    else:
        parts[at] = random.choice(parts)
    return "".join(parts).encode("utf-8", "surrogatepass")


def _change_line(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    action = random.randrange(5)
    if action == 0:
        del lines[at]
    elif action == 1:
        lines.insert(at, lines[random.randrange(len(lines))])
    elif action == 2:
        lines[at] = b" " * random.choice((1, 2, 4, 300)) + lines[at]
    elif action == 3:
        lines[at] = lines[at].lstrip()
    else:
        lines[at : at + 1] = [lines[at]] * random.choice((2, 50, 500))
    return b"\n".join(lines)


def _nest(data: bytes, random: Random) -> bytes:
    """Depth and aliases that multiply: what a parser must not follow without end."""
    deep = random.choice((50, 1000, 20_000))
    aliases = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
    bomb = random.choice(
        (
            "x: " + "[" * deep,
            "x: " + "{a: " * deep,
            "- " * deep,
            f"l0: &l0 [a, a]\n{aliases}\n",
            "x: &x [*x]\n",
        )
    )
    return data + b"\n" + bomb.encode() if random.random() < 0.5 else bomb.encode() + b"\n" + data


BYTE_MUTATIONS = (_flip, _flip, _truncate, _splice, _insert)
TEXT_MUTATIONS = (*((_change_token,) * 10), *((_change_line,) * 4), _flip, _truncate, _splice, _nest)
