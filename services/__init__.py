"""Who runs it: adapters, connectors, API, console and CLI; the only place that composes."""
