"""The whitelisted methods of the desk's pages, one module per page. Each begins by asking for the caller's role."""
