"""How much a user may ask for: windows in Redis, the same in the process while Redis is away, and suspension.

Knows users and clients as names, and numbers; neither tools nor the DocTypes of a call nor the policy.
"""
