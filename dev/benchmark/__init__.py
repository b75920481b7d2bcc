"""Measurements on the embedded engine; what they found stands in docs/performance.md."""
