"""One tool, one file: its name, words, schemas and what it does. Nothing here imports frappe."""
