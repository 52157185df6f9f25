"""Formats that partner systems subscribe to."""
