"""`tocsin eval`: how well the stages read sets of texts whose answers are known, beside a plain keyword tagger."""
