"""Install or remove the add-in in a LibreOffice that listens: the order comes as JSON on standard input.

Run by LibreOffice's own Python, which alone has uno. The last line printed says what was done, as JSON.

    {"pipe": name, "action": "install" or "remove", "oxt": file, "identifier": of the extension,
     "library": of Basic modules, "modules": {name: source}}
"""

import json
import os
import sys
import time
from pathlib import Path

import uno
import unohelper
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.task import XInteractionHandler
from com.sun.star.ucb import XCommandEnvironment

CONNECT_SECONDS = 120
# A program with a fresh profile may answer and then end, to be started once more.
SETTLE_SECONDS = 0.5
APPROVE = "com.sun.star.task.XInteractionApprove"
USER = "user"  # for this user, not for everybody


class Approving(unohelper.Base, XCommandEnvironment, XInteractionHandler):
    """Says yes when LibreOffice asks whether to install: the person has asked for it already."""

    def getInteractionHandler(self):
        return self

    def getProgressHandler(self):
        return None

    def handle(self, request):
        for continuation in request.getContinuations():
            if approve := continuation.queryInterface(uno.getTypeByName(APPROVE)):
                approve.select()
                return


def connected(pipe):
    """The context of the LibreOffice that listens there; waits until it does."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    give_up = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            time.sleep(SETTLE_SECONDS)
            context.getServiceManager()
            return context
        except (NoConnectException, DisposedException):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def is_ours(context, pipe):
    """Whether it was started for this; a person's own, with documents open, also answers."""
    expander = context.getValueByName("/singletons/com.sun.star.util.theMacroExpander")
    return expander.expandMacros("$CRM_XL_PIPE") == pipe


def remove_extension(manager, identifier):
    """Whether an extension of that identifier was there; it is gone now."""
    found = [
        own
        for own in manager.getDeployedExtensions(USER, manager.createAbortChannel(), Approving())
        if own.getIdentifier().Value == identifier
    ]
    for own in found:
        manager.removeExtension(identifier, own.getName(), USER, manager.createAbortChannel(), Approving())
    return bool(found)


def place_modules(context, library, sources, install):
    """Put modules into the user's own Basic library, or take them out."""
    libraries = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.script.ApplicationScriptLibraryContainer", context
    )
    if not libraries.hasByName(library):
        libraries.createLibrary(library)
    libraries.loadLibrary(library)
    modules = libraries.getByName(library)
    for name, source in sources.items():
        if modules.hasByName(name):
            modules.removeByName(name)
        if install:
            modules.insertByName(name, source)
    libraries.storeLibraries()


def main(order):
    """Carry out the order and end LibreOffice."""
    context = connected(order["pipe"])
    if not is_ours(context, order["pipe"]):
        print(json.dumps({"not ours": True}), flush=True)
        return
    manager = context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
    install = order["action"] == "install"
    replaced = remove_extension(manager, order["identifier"])
    if install:
        manager.addExtension(Path(order["oxt"]).as_uri(), (), USER, manager.createAbortChannel(), Approving())
    place_modules(context, order["library"], order["modules"], install)
    print(json.dumps({"replaced": replaced}), flush=True)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    desktop.terminate()


if __name__ == "__main__":
    main(json.load(sys.stdin))
    # Ending in order, Python now and then crashes over the connection to LibreOffice, after all was done.
    sys.stdout.flush()
    os._exit(0)
