"""How fast the addon is, as ratios to the bare aggregation over the same rows: `make bench`."""
