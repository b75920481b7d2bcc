"""Torture: mixed load through several server processes while things are killed, restarted, locked and changed under it (docs/torture.md)."""
