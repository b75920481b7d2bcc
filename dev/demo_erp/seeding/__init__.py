"""The steps of the seed, one module per subject; each returns at once where its data is there already."""
