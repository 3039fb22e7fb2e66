"""The byte rules of a VBA project: compressed containers, dir records, obfuscated values.

Source: MS-OVBA 2.3.4.2 (dir stream), 2.4.1.3 (compression), 2.4.3.2 (data encryption).
"""

from __future__ import annotations

import struct

CHUNK = 4096
SHORTEST_COPY = 3


def compress(data: bytes) -> bytes:
    """Compress bytes into one MS-OVBA container.

    Args:
        data: what the stream holds once decompressed.

    Returns:
        The container: signature byte, then one chunk for every 4096 bytes.

    Raises:
        ValueError: the last, shorter chunk has no repetitions to save the flag bytes with. The format can
            only store such a chunk padded with zeros, which would change what is read back; text never
            gets there.
    """
    container = bytearray(b"\x01")
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        packed = _pack_chunk(chunk)
        # Size field: bytes of the chunk with its header, less 3. Bits 12-14 are the fixed signature 0b011.
        if len(packed) < CHUNK:
            container += struct.pack("<H", 0xB000 | (len(packed) - 1)) + packed
        elif len(chunk) == CHUNK:
            container += struct.pack("<H", 0x3000 | (CHUNK - 1)) + chunk
        else:
            raise ValueError(f"the last {len(chunk)} bytes do not compress into one chunk")
    return bytes(container)


def _pack_chunk(chunk: bytes) -> bytes:
    packed = bytearray()
    # Every place a run of three bytes has been seen, latest last: only these can start a copy.
    seen: dict[bytes, list[int]] = {}
    position = 0
    while position < len(chunk):
        flags = 0
        tokens = bytearray()
        for bit in range(8):
            if position >= len(chunk):
                break
            offset, length = _longest_copy(chunk, position, seen)
            if length:
                flags |= 1 << bit
                bits = _offset_bits(position)
                tokens += struct.pack("<H", (offset - 1) << (16 - bits) | (length - SHORTEST_COPY))
            else:
                length = 1
                tokens.append(chunk[position])
            for index in range(position, position + length):
                seen.setdefault(chunk[index : index + SHORTEST_COPY], []).append(index)
            position += length
        packed.append(flags)
        packed += tokens
    return bytes(packed)


def _offset_bits(position: int) -> int:
    # The further into the chunk, the more of the 16 bits a copy spends on how far back it reaches.
    return max((position - 1).bit_length(), 4)


def _longest_copy(chunk: bytes, position: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    best_offset = best_length = 0
    if position + SHORTEST_COPY > len(chunk):
        return 0, 0
    most = min((0xFFFF >> _offset_bits(position)) + SHORTEST_COPY, len(chunk) - position)
    for candidate in reversed(seen.get(chunk[position : position + SHORTEST_COPY], ())):
        length = SHORTEST_COPY
        # A copy may run into the bytes it is itself producing, so the comparison may pass `position`.
        while length < most and chunk[candidate + length] == chunk[position + length]:
            length += 1
        if length > best_length:
            best_offset, best_length = position - candidate, length
            if length == most:
                break
    return best_offset, best_length


def record(identifier: int, payload: bytes = b"", *, size: int | None = None) -> bytes:
    """One record of the dir stream: identifier, size, payload.

    Args:
        identifier: the record's id.
        payload: its bytes.
        size: what the size field says where the format wants something else than the payload's length.
    """
    return struct.pack("<HI", identifier, len(payload) if size is None else size) + payload


def text_pair(first: int, second: int, text: str) -> bytes:
    """Two records that say one text twice: in code page bytes and in UTF-16.

    >>> text_pair(0x19, 0x47, "A").hex()
    '190001000000414700020000004100'
    """
    return record(first, text.encode("ascii")) + record(second, text.encode("utf-16-le"))


def obfuscate(data: bytes, *, project_id: str, seed: int) -> str:
    """A value as the PROJECT stream writes CMG, DPB and GC: hexadecimal digits.

    Args:
        data: the plain value.
        project_id: the project's id with its braces; the key is made of it.
        seed: a byte; a fixed one makes the text the same on every build.
    """
    key = sum(project_id.encode("ascii")) & 0xFF
    encrypted = bytearray((seed, seed ^ 2, seed ^ key))
    plain = key
    ignored = bytes((seed & 6) // 2)
    for byte in ignored + struct.pack("<I", len(data)) + data:
        encrypted.append(byte ^ ((encrypted[-2] + plain) & 0xFF))
        plain = byte
    return encrypted.hex().upper()
