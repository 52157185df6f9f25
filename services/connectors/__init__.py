"""From what sources publish to signals as posted."""
