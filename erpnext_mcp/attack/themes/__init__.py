"""The attacks by theme, one file each. Importing a file registers its attacks."""
