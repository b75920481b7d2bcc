"""`make demo`: a site with sample data, served on this machine, and an agent's session with it. Started as `python -m dev.demo`."""
