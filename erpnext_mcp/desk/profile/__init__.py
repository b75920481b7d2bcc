"""The server side of the permission profile's form."""
