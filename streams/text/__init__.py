"""The one analyser: text to tokens with offsets, the same for search, matching and understanding."""
