"""The first page's small pictures as SVG: geometry in attributes, colour by class, the numbers beside them as text."""

from typing import Final

from markupsafe import Markup

from schemas.severity import Level, level_of
from services.console.words import level_step

AXIS: Final = 36
"""Where the butterfly's axis stands, in a picture 72 wide."""
REACH: Final = 34
"""How far a side of 100 reaches from the axis."""
BAR: Final = 30
"""The width of a facet's longest bar."""


def level_mark(level: Level) -> Markup:
    """Return four steps, as many of them filled as the level is high."""
    step = level_step(level)
    bars = [f"M{1 + 4 * index} {10 - 3 * index}h3v{4 + 3 * index}h-3z" for index in range(4)]
    return Markup(
        '<svg class="mark l{step}" viewBox="0 0 17 14" aria-hidden="true">'
        '<path class="off" d="{off}"/><path class="on" d="{on}"/></svg>'
    ).format(step=step, off="".join(bars[step:]), on="".join(bars[:step]))


def butterfly(us: int, eu: int) -> Markup:
    """Return both sides' severities, 0-100, back to back: the US to the left of the axis, the EU to the right."""
    return Markup(
        '<svg class="fly" viewBox="0 0 72 12" aria-hidden="true"><path class="track" d="M2 5.5h68v1H2z"/>'
        '<rect class="l{us_step}" x="{us_x:g}" y="2" width="{us_width:g}" height="8"/>'
        '<rect class="l{eu_step}" x="{axis}" y="2" width="{eu_width:g}" height="8"/>'
        '<path class="axis" d="M{axis} 0v12"/></svg>'
    ).format(
        axis=AXIS,
        us_step=level_step(level_of(us)),
        eu_step=level_step(level_of(eu)),
        us_x=AXIS - us * REACH / 100,
        us_width=us * REACH / 100,
        eu_width=eu * REACH / 100,
    )


def bar(share: float) -> Markup:
    """Return a facet value's bar: its share, 0-1, of the facet's largest count; what is not zero is seen."""
    width = round(max(share * BAR, 0.5), 1)
    return Markup(
        '<svg class="bar" viewBox="0 0 30 5" aria-hidden="true"><rect x="{x:g}" width="{width:g}" height="5"/></svg>'
    ).format(x=BAR - width, width=width)
