"""From fragments to what is shown of a thing: pure functions."""
