"""A strict reader of VBA project records, written from MS-OVBA; it shares nothing with the writer.

Where the format allows one form only, anything else raises `MalformedError`: unlike the readers on PyPI
it does not try to save what can be saved.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field


class MalformedError(Exception):
    """The bytes break a rule of the format; the text says which."""


def decompress(container: bytes) -> bytes:
    """The content of a compressed container (MS-OVBA 2.4.1.3.1), every chunk checked."""
    if container[:1] != b"\x01":
        raise MalformedError("container does not start with its signature byte 01")
    plain = bytearray()
    position = 1
    while position < len(container):
        if position + 2 > len(container):
            raise MalformedError("container ends inside a chunk header")
        (header,) = struct.unpack_from("<H", container, position)
        if header >> 12 & 7 != 3:
            raise MalformedError(f"chunk at {position} has signature {header >> 12 & 7}, not 3")
        end = position + (header & 0xFFF) + 3
        if end > len(container):
            raise MalformedError(
                f"the chunk at {position} runs {end - len(container)} bytes past the container"
            )
        body = container[position + 2 : end]
        if len(plain) % 4096:
            raise MalformedError(f"the chunk before {position} holds less than 4096 bytes")
        if header & 0x8000:
            plain += _tokens(body, position)
        elif len(body) == 4096:
            plain += body
        else:
            raise MalformedError(f"the raw chunk at {position} holds {len(body)} bytes, not 4096")
        position = end
    return bytes(plain)


def _tokens(body: bytes, where: int) -> bytes:
    chunk = bytearray()
    position = 0
    while position < len(body):
        flags = body[position]
        position += 1
        for bit in range(8):
            if position >= len(body):
                break
            if not flags >> bit & 1:
                chunk.append(body[position])
                position += 1
                continue
            if position + 2 > len(body):
                raise MalformedError(f"chunk at {where} ends inside a copy token")
            (token,) = struct.unpack_from("<H", body, position)
            position += 2
            offset_bits = 4
            while 1 << offset_bits < len(chunk):
                offset_bits += 1
            length = (token & (0xFFFF >> offset_bits)) + 3
            offset = (token >> (16 - offset_bits)) + 1
            if offset > len(chunk):
                raise MalformedError(f"chunk at {where} copies from before its start")
            for _ in range(length):
                chunk.append(chunk[-offset])
    if len(chunk) > 4096:
        raise MalformedError(f"chunk at {where} unpacks to {len(chunk)} bytes, more than 4096")
    return bytes(chunk)


@dataclass
class DirModule:
    name: str
    stream: str
    offset: int
    cookie: int
    procedural: bool


@dataclass
class Dir:
    system: int
    code_page: int
    name: str
    references: list[str] = field(default_factory=list)
    modules: list[DirModule] = field(default_factory=list)
    surplus: int = 0


class _Records:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def peek(self) -> int:
        if self.position + 6 > len(self.data):
            raise MalformedError("dir stream ends before its terminator")
        return int(struct.unpack_from("<H", self.data, self.position)[0])

    def take(self, identifier: int, size: int | None = None, *, written: int | None = None) -> bytes:
        found = self.peek()
        if found != identifier:
            raise MalformedError(f"dir record {found:02X} at {self.position} where {identifier:02X} belongs")
        (said,) = struct.unpack_from("<I", self.data, self.position + 2)
        if written is not None:
            if said != written:
                raise MalformedError(f"dir record {identifier:02X} says size {said}, not {written}")
            said = size or 0
        elif size is not None and said != size:
            raise MalformedError(f"dir record {identifier:02X} has {said} bytes, not {size}")
        start = self.position + 6
        self.position = start + said
        if self.position > len(self.data):
            raise MalformedError(f"dir record {identifier:02X} runs past the end of the stream")
        return self.data[start : self.position]

    def number(self, identifier: int, size: int) -> int:
        return int.from_bytes(self.take(identifier, size), "little")

    def text(self, first: int, second: int, *, wide: bool = True) -> str:
        narrow = self.take(first)
        other = self.take(second)
        try:
            text = narrow.decode("ascii")
            same = other.decode("utf-16-le" if wide else "ascii")
        except UnicodeDecodeError as error:
            raise MalformedError(f"dir record {first:02X}/{second:02X} is not ASCII") from error
        if text != same:
            raise MalformedError(f"dir records {first:02X} and {second:02X} differ: {text!r}, {same!r}")
        return text


def read_dir(data: bytes) -> Dir:
    """The decompressed dir stream (MS-OVBA 2.3.4.2), records in their one allowed order."""
    records = _Records(data)
    system = records.number(0x01, 4)
    if records.peek() == 0x4A:
        records.take(0x4A, 4)
    records.take(0x02, 4)
    records.take(0x14, 4)
    code_page = records.number(0x03, 2)
    found = Dir(system, code_page, records.take(0x04).decode("latin-1"))
    records.text(0x05, 0x40)
    records.text(0x06, 0x3D, wide=False)
    records.take(0x07, 4)
    records.take(0x08, 4)
    records.take(0x09, 6, written=4)
    records.text(0x0C, 0x3C)
    while records.peek() == 0x16:
        found.references.append(records.text(0x16, 0x3E))
        library = records.take(0x0D)
        (size,) = struct.unpack_from("<I", library)
        if size + 10 != len(library) or library[4 + size :] != bytes(6):
            raise MalformedError(f"reference {found.references[-1]} has a wrong size inside")
        if not library[4 : 4 + size].startswith((b"*\\G{", b"*\\H{")):
            raise MalformedError(f"reference {found.references[-1]} is not a type library")
    count = records.number(0x0F, 2)
    records.take(0x13, 2)
    while records.peek() == 0x19:
        found.modules.append(_module(records))
    records.take(0x10, 0)
    found.surplus = len(data) - records.position
    if count != len(found.modules):
        raise MalformedError(f"dir counts {count} modules and lists {len(found.modules)}")
    return found


def _module(records: _Records) -> DirModule:
    name = records.text(0x19, 0x47)
    stream = records.text(0x1A, 0x32)
    records.text(0x1C, 0x48)
    offset = records.number(0x31, 4)
    records.take(0x1E, 4)
    cookie = records.number(0x2C, 2)
    procedural = records.peek() == 0x21
    records.take(0x21 if procedural else 0x22, 0)
    records.take(0x2B, 0)
    return DirModule(name, stream, offset, cookie, procedural)


def reveal(text: str, project_id: str) -> bytes:
    """The plain value of CMG, DPB or GC (MS-OVBA 2.4.3.3)."""
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise MalformedError(f"{text!r} is not hexadecimal") from error
    if len(data) < 8:
        raise MalformedError(f"{text!r} is too short")
    seed, version, key = data[0], data[0] ^ data[1], data[0] ^ data[2]
    if version != 2:
        raise MalformedError(f"{text!r} is encrypted by version {version}, not 2")
    if key != sum(map(ord, project_id)) % 256:
        raise MalformedError(f"{text!r} was made for another project id")
    plain = bytearray()
    before, last, previous = data[1], data[2], key
    for byte in data[3:]:
        value = byte ^ ((before + previous) & 0xFF)
        plain.append(value)
        before, last, previous = last, byte, value
    content = plain[(seed & 6) // 2 :]
    (size,) = struct.unpack_from("<I", content)
    if size != len(content) - 4:
        raise MalformedError(f"{text!r} says {size} bytes and holds {len(content) - 4}")
    return bytes(content[4:])
