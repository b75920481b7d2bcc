"""The patches of the app."""
