"""How far a fragment may travel (TLP 2.0 and release set) and who reads a projection (audience)."""

from enum import StrEnum

from schemas.base import Model, Utc


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 labels (FIRST, August 2022)."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER+STRICT"
    RED = "RED"


class Marking(Model):
    """What the originator allows: a TLP label, and the parties or groups it is released to (empty: no limit beyond TLP)."""

    tlp: Tlp = Tlp.CLEAR
    release: tuple[str, ...] = ()
    embargo_until: Utc | None = None


CLEAR = Marking()


class Audience(Model):
    """The readers of one projection.

    `base` true: everybody except `parties`; false: only `parties`. Two audiences of one thing never overlap,
    so a reader meets each thing once.
    """

    base: bool = True
    parties: tuple[str, ...] = ()

    def includes(self, party: str) -> bool:
        """Tell whether this party reads the projection; the anonymous public is the party `public`."""
        return (party in self.parties) != self.base

    @property
    def key(self) -> str:
        """A stable text for storage: `base`, `base-US` or `only-EU,US`."""
        prefix = "base" if self.base else "only"
        return f"{prefix}-{','.join(sorted(self.parties))}" if self.parties else prefix


EVERYBODY = Audience()
PUBLIC = "public"
"""The party of a reader without a token."""
