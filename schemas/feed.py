"""The one ordered feed: what every partner interface reads."""

from schemas.base import Model, Utc
from schemas.projection import Projected


class FeedEntry(Model):
    """One change in one collection: `sequence` has no gaps, `added_at` rises strictly."""

    sequence: int
    added_at: Utc
    projected: Projected
