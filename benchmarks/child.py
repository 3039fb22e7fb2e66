"""One measurement in a process of its own: TASK MODULE [SIZE]; prints it as a line of JSON."""

import json
import sys

from benchmarks.harness import child

task, module, *size = sys.argv[1:]
print(json.dumps(child(task, module, *map(int, size))))
