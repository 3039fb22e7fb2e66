"""The identifiers of the extensions that this user has installed, one a line."""

from client import component_context

manager = component_context().getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
for own in manager.getDeployedExtensions("user", manager.createAbortChannel(), None):
    print(own.getIdentifier().Value)
