"""Requests of the protocol beside tools/call that tell of the site: each is one call of the pipeline, as the tools are (T65)."""
