"""What an expert says of a text: the labels that our own sets carry."""

from schemas.base import Model
from schemas.signal import Assertion, Direction, EventClass, Maturity

Names = tuple[str, ...]


class Labels(Model):
    """What an expert says of a text; what is absent is not asked for.

    `accept` has further classes that are as right as the primary one, `x_accept` what is neither demanded nor faulted
    (for `direction` and `maturity`: as right), `x_absent` what must not be found, `x_include` what must be. A date has
    the precision in which it is printed.
    """

    event: str | None = None
    trap: str | None = None
    relevant: bool | None = None
    asserted: bool | None = None
    assertion: Assertion | None = None
    assertion_accept: tuple[Assertion, ...] = ()
    primary: EventClass | None = None
    accept: tuple[EventClass, ...] = ()
    primary_absent: tuple[EventClass, ...] = ()
    classes: tuple[EventClass, ...] = ()
    materials: Names | None = None
    materials_accept: Names = ()
    materials_include: Names = ()
    actor: Names | None = None
    actor_accept: Names = ()
    actor_absent: Names = ()
    target: Names | None = None
    target_absent: Names = ()
    places_include: Names = ()
    places_absent: Names = ()
    refs: Names | None = None
    refs_accept: Names = ()
    announced: str | None = None
    effective_from: str | None = None
    effective_to: str | None = None
    direction: Direction | None = None
    direction_accept: tuple[Direction, ...] = ()
    direction_absent: tuple[Direction, ...] = ()
    maturity: Maturity | None = None
    maturity_accept: tuple[Maturity, ...] = ()
