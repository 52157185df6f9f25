"""What this machine has not."""

from streams.errors import ConfigError


class Lacking(ConfigError):  # noqa: N818 - named as the errors of streams/errors.py are
    """A program that the local servers need is not on this machine; the text says which, and how to get it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"needs {what}, which this machine has not ({remedy})")
