"""Wait until LibreOffice answers; print its version."""

import uno
from client import connect

connect()
local = uno.getComponentContext()
provider = local.ServiceManager.createInstance("com.sun.star.configuration.ConfigurationProvider")
node = uno.createUnoStruct("com.sun.star.beans.NamedValue", "nodepath", "/org.openoffice.Setup/Product")
print(
    provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationAccess", (node,)
    ).ooSetupVersion
)
