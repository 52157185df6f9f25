"""The records in SQL: parties, tokens, rules, channels, history, feed, outbox, audit."""
