"""Errors on the wire: RFC 9457 problem details."""

from schemas.base import Model


class Problem(Model):
    """What went wrong, with what, and what to do; `position` and `field` point into the input."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    field: str | None = None
    position: int | None = None
    nearest: str | None = None
    instance: str | None = None
