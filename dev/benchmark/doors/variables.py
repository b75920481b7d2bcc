"""Environment variables by which the processes of a measurement know what they are for."""

ENGINE_SITE = "DOORS_ENGINE_SITE"
"""The site of the embedded engine; not set on a real bench."""
PLAIN = "DOORS_PLAIN"
"""Set where the app's request hooks are left out."""
