"""Standing queries: compiled together, matched against each projection."""
