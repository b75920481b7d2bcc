"""The documentation as code: pages of reference made from the app (`generate`), and what the tests hold all Markdown against."""
