"""Who may do what: it knows users, roles, profiles and fields, and nothing of the protocol."""
