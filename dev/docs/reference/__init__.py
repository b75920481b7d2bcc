"""Pages of docs/reference/, each made from what the app itself says of it."""
