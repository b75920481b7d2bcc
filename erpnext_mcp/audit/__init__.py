"""What was asked, by whom, and what came of it: one entry per call, kept whatever happens to the call."""
