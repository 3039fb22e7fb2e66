"""The extension as one file: the same declarations of functions and commands give the same bytes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from importlib import resources
from io import BytesIO
from pathlib import Path

from crm_xl.libreoffice import addons, idl, registry
from crm_xl.libreoffice.words import methods

_TYPES = "XCrmXl.idl"
_TEXTS, _MENU = "CalcAddIn.xcu", "Addons.xcu"
_SETTINGS = "application/vnd.sun.star.configuration-data"
_COMPONENT = "crm_xl_component.py"
# In the order they are registered: the component needs its interface.
_REGISTERED = {
    _TYPES: "application/vnd.sun.star.uno-typelibrary;type=RDB",
    _COMPONENT: "application/vnd.sun.star.uno-component;type=Python",
    _TEXTS: _SETTINGS,
    _MENU: _SETTINGS,
}


def extension(paths: Sequence[Path]) -> bytes:
    """The .oxt file.

    Args:
        paths: folders where LibreOffice's Python finds crm_xl and what it needs.
    """
    environment = {"methods": methods(), "paths": [str(path) for path in paths]}
    component = resources.files("crm_xl.libreoffice") / "component" / _COMPONENT
    parts = {
        "META-INF/manifest.xml": registry.manifest(_REGISTERED),
        "description.xml": registry.description(),
        _TYPES: idl.interface().encode("ascii"),
        _TEXTS: registry.calc_add_in(),
        _MENU: addons.addons(),
        _COMPONENT: component.read_bytes(),
        "environment.json": json.dumps(environment, ensure_ascii=False, indent=1).encode("utf-8"),
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name, content in parts.items():
            # An entry's own date, not the clock's, so that nothing but the content tells two builds apart.
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
