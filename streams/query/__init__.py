"""The one query language: search, rules, subscriptions and stream filters all speak it."""
