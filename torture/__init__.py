"""What a careful program must survive: killed at any file operation, full disks, damaged and hostile files.

    python dev.py torture [--seconds N]

Needs fork, hence Linux or macOS: every try is a process of its own that begins with everything loaded.
"""
