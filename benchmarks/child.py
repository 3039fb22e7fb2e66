"""One measurement in a process of its own: TASK MODULE; prints it as a line of JSON."""

import json
import sys

from benchmarks.harness import child

print(json.dumps(child(*sys.argv[1:])))
