"""`python -m benchmarks [NAME]`, `… table` or `… scale [LINES]`; dev.py calls it after setting everything up."""

import sys

from benchmarks import harness, scale, table

if sys.argv[1:2] == ["scale"]:  # takes minutes and gigabytes, and compares with nothing
    sys.exit(scale.main(sys.argv[2:]))
if sys.argv[1:2] == ["table"]:
    sys.exit(table.main(sys.argv[2:]))
sys.exit(harness.main(sys.argv[1:]))
