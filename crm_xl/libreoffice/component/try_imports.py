"""Import crm_xl and its packages in LibreOffice's own Python: an order as JSON comes on standard input.

    {"paths": folders of crm_xl and its packages, "packages": names of distributions, "modules": of crm_xl}

The first that cannot be imported ends it with Python's own complaint.
"""

import importlib
import importlib.metadata
import json
import re
import sys


def plain(name):
    """The name of a distribution as all its spellings have it in common."""
    return re.sub("[-_.]+", "-", name).lower()


def main(order):
    """Import everything asked for."""
    sys.path[:0] = order["paths"]
    for name in order["packages"]:
        importlib.metadata.version(name)  # complains of one that is not there
    wanted = {plain(name) for name in order["packages"]}
    for module, owners in importlib.metadata.packages_distributions().items():
        if module.isidentifier() and not wanted.isdisjoint(map(plain, owners)):
            importlib.import_module(module)
    for module in order["modules"]:
        importlib.import_module(module)


if __name__ == "__main__":
    main(json.load(sys.stdin))
