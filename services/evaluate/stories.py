"""Wire stories of 1987 (Reuters-21578): metals and countries, in that collection's own conventions."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from schemas.raw import SignalIn
from schemas.signal import Judgement, Role
from services.evaluate.asking import Case, Figure, How, Question, Read, anywhere, in_role, same
from services.evaluate.naive import Tagger
from services.evaluate.row import Row

METALS = Figure("metals", How.OVERLAP)
COUNTRIES = Figure("countries, any mention", How.OVERLAP)
COUNTRIES_WITH_PART = Figure("countries with a part in it", How.OVERLAP)

TOPIC_METALS: Mapping[str, str] = {
    "alum": "aluminium",
    "copper": "copper",
    "gold": "gold",
    "iron-steel": "iron-steel",
    "lead": "lead",
    "nickel": "nickel",
    "palladium": "pgm",
    "platinum": "pgm",
    "silver": "silver",
    "strategic-metal": "strategic-metal",
    "tin": "tin",
    "zinc": "zinc",
}
"""Their topics, platinum and palladium as the one group that we have; the other topics are no metals."""

OUR_METALS: Mapping[str, str] = {
    **{name: name for name in TOPIC_METALS.values()},
    "iron-ore": "iron-steel",
    "steel": "iron-steel",
    "platinum": "pgm",
    "palladium": "pgm",
    "rhodium": "pgm",
}

NO_METALS = frozenset(
    {
        "baryte", "boron", "bromine", "coking-coal", "diamond", "feldspar", "fluorspar", "graphite", "helium", "iodine",
        "krypton", "neon", "phosphate-rock", "phosphorus", "potash", "selenium", "silicon", "soda-ash", "sulphur",
        "superhard", "xenon",
    }
)  # fmt: skip
"""What the collection counts under other topics or not at all; every other metal is one of its strategic metals."""

PLACES: Mapping[str, str] = {"ussr": "RU", "west-germany": "DE", "yugoslavia": "YU", "zaire": "CD", "burma": "MM"}
"""States that are gone, as what stands for them; the other places are called as the knowledge base calls them."""

_SUCCESSOR = {"SU": "RU", "DD": "DE", "RS": "YU", "BU": "MM", "ZR": "CD"}
_WITH_PART = in_role(Role.ACTOR, Role.TARGET, Role.LOCATION)
_UNION = "EU"
"""The Community is an organisation there, not a place."""


class Story(Row):
    """A story with its topics and places."""

    newid: int
    date: str
    title: str = ""
    dateline: str = ""
    body: str = ""
    topics: tuple[str, ...]
    places: tuple[str, ...]


def story(line: bytes, tagger: Tagger) -> Case:
    """Ask for the metals and for the countries."""
    row = Story.model_validate_json(line)
    post = SignalIn(
        id=str(row.newid),
        title=row.title,
        text=f"{row.dateline} {row.body}",
        published_at=datetime.strptime(row.date.strip()[:11].strip(), "%d-%b-%Y").replace(tzinfo=UTC),
        language="en",
    )
    metals = [TOPIC_METALS[topic] for topic in row.topics if topic in TOPIC_METALS]
    countries = [PLACES.get(place) or tagger.code_of(place.replace("-", " ")) or place for place in row.places]
    return Case(
        post,
        (
            Question(METALS, same(metals, _metals)),
            Question(COUNTRIES, same(countries, _countries(anywhere), ignored=(_UNION,))),
            Question(COUNTRIES_WITH_PART, same(countries, _countries(_WITH_PART), ignored=(_UNION,))),
        ),
    )


def _metals(judgement: Judgement) -> Iterator[str]:
    for name in judgement.materials:
        if name not in NO_METALS:
            yield OUR_METALS.get(name, "strategic-metal")


def _countries(read: Read) -> Read:
    """Read the countries, a state that is gone by what stands for it."""
    return lambda judgement: (_SUCCESSOR.get(code, code) for code in read(judgement))
