"""Learning from corrections: a second classifier, trained on what people said, used only where it beats the rules."""
