"""Who has access: which profile applies to whom, what stands in the way, and which clients are used.

`matrix.py` decides, without a database; `people.py` and `applications.py` read from the site; `overview.py` and `details.py`
are what the page shows.
"""
