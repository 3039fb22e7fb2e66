"""Speed and memory, each beside a fixed baseline measured in the same run: `python dev.py bench [NAME]`."""
