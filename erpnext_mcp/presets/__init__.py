"""Profiles that come with the app, one JSON file each: `bench --site S mcp import-profile --preset NAME`."""
