"""The DocType Engine Probe."""
