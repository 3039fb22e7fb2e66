"""Installing for one Windows user, without an administrator, and removing it again. Standard library only.

It runs from the wheel itself, before anything is installed. Nobody has seen it on a Windows machine yet.
"""
