"""Requests as they come from the wild, made from random bytes, and what an answer to any of them must be."""
