"""Profiles as JSON, in and out: our own format, and the one that the product's description uses.

Conversions are pure and say what they did in `notes`; only `site` and `save` know a site.
"""
