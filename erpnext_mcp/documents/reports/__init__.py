"""Reports: finding them, what filters they take, running them. What they show is only as narrow as Frappe makes it."""
