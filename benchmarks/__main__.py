"""`python -m benchmarks [NAME]`; dev.py calls it after setting everything up."""

import sys

from benchmarks.harness import main

sys.exit(main(sys.argv[1:]))
