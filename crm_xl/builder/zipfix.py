"""A package with every accident of its making taken out: the same parts give the same bytes."""

from __future__ import annotations

import zipfile
from io import BytesIO

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16


def normalised(package: bytes) -> bytes:
    """The package with its parts in the order found, one date, one set of attributes, one compression.

    Args:
        package: a zip; entries of the machine that made it carry its system, its umask and its clock.
    """
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, source.read(name), compresslevel=9)
    return target.getvalue()
