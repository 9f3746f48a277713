"""The `jembatan` command."""
