"""The simulator: what would become of a call of somebody else, told to an administrator who may not read what that one
may. Nothing of it stays but its audit entry, under the administrator's name.

`simulate.py` leads one simulation through the pipeline; `session.py` runs what belongs to the other user apart from the
viewer's session; `viewer.py`, `clearance/` and `disclosure.py` say what the viewer may be told; `*_layers.py` make
the list of decisions.
"""
