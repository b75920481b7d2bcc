"""The Desk's scripts and styles, built from the engine's sources as `bench build` does on a real bench."""
