"""Our errors, by what is to be done about them."""


class TocsinError(Exception):
    """Any error of ours: its text says what happened, to what, and what to do."""


class InvalidInput(TocsinError):  # noqa: N818 - the names of the errors are the design's words
    """The input can never be processed: a dead letter, or 422. `field`, `position`, `nearest` point at the place."""

    def __init__(
        self, detail: str, *, field: str | None = None, position: int | None = None, nearest: str | None = None
    ) -> None:
        super().__init__(detail)
        self.field, self.position, self.nearest = field, position, nearest


class Unavailable(TocsinError):  # noqa: N818
    """Not now: retried with jitter, or 503. `retry_after_seconds` is what the other side asked for."""

    def __init__(self, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Rejected(TocsinError):  # noqa: N818
    """The receiver's final no."""


class NotFound(TocsinError):  # noqa: N818
    """No such thing, or none that this reader may know of. `nearest` is what may have been meant."""

    def __init__(self, detail: str, *, nearest: str | None = None) -> None:
        super().__init__(detail)
        self.nearest = nearest


class Conflict(TocsinError):  # noqa: N818
    """It contradicts what stands already."""


class Forbidden(TocsinError):  # noqa: N818
    """Known, and not allowed."""


class ConfigError(TocsinError):
    """The settings or the machine are not fit to start; the text names the setting."""


class Bug(TocsinError):  # noqa: N818
    """Ours to mend: a dead letter with its traceback, counted and shouted."""
