"""`bench --site S mcp attack --as USER`: the known attacks on servers of this kind, run against the profile that a user really has.

Every attack has the number of the list it comes from (T01 to T76, `catalogue.py`). What a user may see is read anew, as
Administrator and from the profile's own rows (`ground_truth.py`), never by the code that is attacked. Each call goes through
the pipeline as a simulation (`attacker.py`): it spends no limit, nothing of it stays but its audit entry. Every answer is looked
at (`scan.py`); a theme (`themes/`) says what to send and what it must be answered with.
"""
