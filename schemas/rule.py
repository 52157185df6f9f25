"""A standing query that rings: what an analyst writes, and each revision of it in the reference topic."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Keyed, Model, Utc

MAX_QUERY_LETTERS = 4_000


class RuleKind(StrEnum):
    """What a rule watches for; further kinds have windows and transitions."""

    MATCH = "match"


Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class RuleIn(Model):
    """A rule as posted."""

    title: Title
    kind: RuleKind = RuleKind.MATCH
    query: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY_LETTERS)]
    channels: Annotated[tuple[str, ...], Field(max_length=50)] = ()


class Rule(RuleIn):
    """A rule as it stands: whose it is, and the revision of all rules that brought it."""

    id: str
    party: str
    version: int
    created_at: Utc


class RuleRevision(Keyed):
    """One change of one rule, in the reference topic; `rule` null means deleted."""

    rule_id: str
    version: int
    rule: Rule | None

    @property
    def key(self) -> str:
        """The rule."""
        return f"rule/{self.rule_id}"
