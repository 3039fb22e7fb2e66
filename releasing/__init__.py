"""What goes out of the house: the offline packages for Windows, and everything of a release with its checksums."""
