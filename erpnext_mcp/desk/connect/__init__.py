"""The Connect page: how a user connects a client of his own, and what his clients have done."""
