"""What `olevba` reads from a workbook; it still calls names that pyparsing has deprecated."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from oletools import olevba


def sources(package: bytes) -> dict[str, str]:
    """Text of every module of a macro workbook, by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parser = olevba.VBA_Parser("workbook.xlsm", data=package)
        try:
            return {name.rsplit(".", 1)[0]: code for _, _, name, code in parser.extract_all_macros()}
        finally:
            parser.close()


def decompress(container: bytes) -> bytes:
    """The content of a compressed container as olevba reads it."""
    return bytes(olevba.decompress_stream(bytearray(container)))
