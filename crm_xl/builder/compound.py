"""Compound files (MS-CFB version 3): named streams in storages, as Office keeps a VBA project.

The same content gives the same bytes: no times, no class ids, streams laid out in the order of names.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

SECTOR = 512
MINI_SECTOR = 64
MINI_CUTOFF = 4096
FREE = 0xFFFFFFFF
END_OF_CHAIN = 0xFFFFFFFE
FAT_SECTOR = 0xFFFFFFFD
NO_STREAM = 0xFFFFFFFF
# The header itself lists this many FAT sectors: 7 MB of streams, fifty times what a project needs.
HEADER_FAT_SECTORS = 109

STORAGE, STREAM, ROOT = 1, 2, 5
BLACK = 1

Content: TypeAlias = "bytes | Mapping[str, Content]"


@dataclass(kw_only=True)
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    start: int = END_OF_CHAIN
    size: int = 0
    left: int = NO_STREAM
    right: int = NO_STREAM
    child: int = NO_STREAM

    def pack(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        # Every node black is a valid red-black tree (MS-CFB 2.6.4) as long as the order holds.
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            name,
            len(name),
            self.kind,
            BLACK,
            self.left,
            self.right,
            self.child,
            bytes(16),
            0,
            0,
            0,
            self.start,
            self.size,
        )


@dataclass
class _Chains:
    """A run of sectors and the table that says which follows which."""

    sector: int
    table: list[int] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> int:
        """The first sector of the chain that now holds the data."""
        if not data:
            return END_OF_CHAIN
        first = len(self.table)
        count = _sectors(len(data), self.sector)
        self.table += [*range(first + 1, first + count), END_OF_CHAIN]
        self.body += data.ljust(count * self.sector, b"\0")
        return first


def write_compound(content: Mapping[str, Content]) -> bytes:
    """The bytes of a compound file that holds the given streams.

    Args:
        content: name to bytes for a stream, name to a further mapping for a storage.

    Raises:
        ValueError: a name is too long or holds a character the format forbids; more than 7 MB.
    """
    entries = [_Entry(name="Root Entry", kind=ROOT)]
    _add_children(entries, 0, content)

    mini = _Chains(MINI_SECTOR)
    for entry in entries[1:]:
        if entry.kind == STREAM and len(entry.data) < MINI_CUTOFF:
            entry.start, entry.size = mini.add(entry.data), len(entry.data)

    main = _Chains(SECTOR)
    mini_table = b"".join(struct.pack("<I", following) for following in mini.table)
    first_mini_table = main.add(_padded(mini_table))
    entries[0].start, entries[0].size = main.add(bytes(mini.body)), len(mini.body)
    for entry in entries[1:]:
        if entry.kind == STREAM and len(entry.data) >= MINI_CUTOFF:
            entry.start, entry.size = main.add(entry.data), len(entry.data)

    # The directory is packed last, when every entry knows where its stream starts.
    packed = b"".join(entry.pack() for entry in entries)
    unused = struct.pack("<64sHBBIII36xIQ", b"", 0, 0, 0, NO_STREAM, NO_STREAM, NO_STREAM, 0, 0)
    first_directory = main.add(packed + unused * (-len(entries) % (SECTOR // 128)))

    fat, fat_sectors = _fat(main.table)
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        bytes.fromhex("D0CF11E0A1B11AE1"),
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        SECTOR.bit_length() - 1,
        MINI_SECTOR.bit_length() - 1,
        0,
        len(fat_sectors),
        first_directory,
        0,
        MINI_CUTOFF,
        first_mini_table,
        _sectors(len(mini_table), SECTOR),
        END_OF_CHAIN,
        0,
    )
    listed = fat_sectors + [FREE] * (HEADER_FAT_SECTORS - len(fat_sectors))
    return header + struct.pack(f"<{HEADER_FAT_SECTORS}I", *listed) + bytes(main.body) + fat


def _sectors(size: int, sector: int) -> int:
    return -(-size // sector)


def _padded(table: bytes) -> bytes:
    return table.ljust(_sectors(len(table), SECTOR) * SECTOR, b"\xff")


def _fat(table: Sequence[int]) -> tuple[bytes, list[int]]:
    """The FAT and the sectors it lies in, behind everything else; it also lists its own sectors."""
    per_sector = SECTOR // 4
    count = 1
    while len(table) + count > count * per_sector:
        count += 1
    if count > HEADER_FAT_SECTORS:
        raise ValueError(f"{len(table) * SECTOR} bytes of streams are more than a version 3 header can list")
    full = [*table, *[FAT_SECTOR] * count]
    full += [FREE] * (count * per_sector - len(full))
    return struct.pack(f"<{len(full)}I", *full), list(range(len(table), len(table) + count))


def _add_children(entries: list[_Entry], parent: int, content: Mapping[str, Content]) -> None:
    # Siblings are ordered by length first, then by upper-case name (MS-CFB 2.6.4).
    names = sorted(content, key=lambda name: (len(name), name.upper()))
    if len({name.upper() for name in names}) < len(names):
        raise ValueError(f"two streams of one name among {names}")
    numbers = []
    for name in names:
        if not 1 <= len(name) <= 31 or set(name) & set("/\\:!"):
            raise ValueError(f"{name!r} cannot be the name of a stream")
        numbers.append(len(entries))
        inner = content[name]
        if isinstance(inner, bytes):
            entries.append(_Entry(name=name, kind=STREAM, data=inner))
        else:
            entries.append(_Entry(name=name, kind=STORAGE, start=0))
            _add_children(entries, numbers[-1], inner)
    entries[parent].child = _balance(entries, numbers)


def _balance(entries: list[_Entry], numbers: Sequence[int]) -> int:
    """Link ordered siblings as a balanced tree and return the number of its top."""
    if not numbers:
        return NO_STREAM
    middle = len(numbers) // 2
    top = numbers[middle]
    entries[top].left = _balance(entries, numbers[:middle])
    entries[top].right = _balance(entries, numbers[middle + 1 :])
    return top
