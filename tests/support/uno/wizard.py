"""What the function wizard tells of every function, as JSON: {name: [help, [[argument, help], ...]]}."""

import json

from client import component_context

context = component_context()
known = context.ServiceManager.createInstanceWithContext("com.sun.star.sheet.FunctionDescriptions", context)
told = {}
for number in range(known.getCount()):
    facts = {fact.Name: fact.Value for fact in known.getByIndex(number)}
    arguments = [[argument.Name, argument.Description] for argument in facts["Arguments"] or ()]
    told[facts["Name"]] = [facts["Description"], arguments]
print(json.dumps(told))
