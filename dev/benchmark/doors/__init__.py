"""The app's doors against Frappe's own REST, on one site, in one run: `make benchmark` (see `__main__`).

Servers, the program inside the site and the clients are processes of their own. What runs outside of the site needs Python's
standard library only, so that any bench can be measured as it is.
"""
