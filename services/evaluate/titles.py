"""Titles of trade measures with their kind, compared on a coarse map of kinds."""

from collections.abc import Iterator, Mapping

from pydantic import field_validator

from schemas.raw import SignalIn
from schemas.signal import EventClass, Judgement
from services.evaluate.asking import Case, Figure, Question, Read, one_of
from services.evaluate.naive import Tagger
from services.evaluate.row import Row

KIND = Figure("kind of measure")
FLOWS = Figure("kind of measure, exports and imports only")

COARSE: Mapping[str, str] = {
    "export ban": "ban",
    "export licensing requirement": "licence",
    "export quota": "quota",
    "export tariff quota": "quota",
    "export tax": "tax",
    "export price benchmark": "other export",
    "export-related non-tariff measure, nes": "other export",
    "foreign customer limit": "other export",
    "local supply requirement for exports": "other export",
    "anti-circumvention": "import",
    "anti-dumping": "import",
    "anti-subsidy": "import",
    "import ban": "import",
    "import licensing requirement": "import",
    "import monitoring": "import",
    "import price benchmark": "import",
    "import quota": "import",
    "import tariff": "import",
    "import tariff quota": "import",
    "import-related non-tariff measure, nes": "import",
    "internal taxation of imports": "import",
    "minimum import price": "import",
    "other import charges": "import",
    "safeguard": "import",
    "special safeguard": "import",
    "export subsidy": "subsidy",
    "financial assistance in foreign market": "subsidy",
    "financial grant": "subsidy",
    "import incentive": "subsidy",
    "in-kind grant": "subsidy",
    "interest payment subsidy": "subsidy",
    "loan guarantee": "subsidy",
    "other export incentive": "subsidy",
    "price stabilisation": "subsidy",
    "production subsidy": "subsidy",
    "state aid, nes": "subsidy",
    "state aid, unspecified": "subsidy",
    "state loan": "subsidy",
    "tax or social insurance relief": "subsidy",
    "tax-based export incentive": "subsidy",
    "trade finance": "subsidy",
    "controls on commercial transactions and investment instruments": "investment",
    "fdi: entry and ownership rule": "investment",
    "fdi: financial incentive": "investment",
    "fdi: treatment and operations, nes": "investment",
}
"""Kinds of the Global Trade Alert; those that are not here (procurement, labour, localisation, payments) are not asked for."""

OURS: Mapping[EventClass, tuple[str, ...]] = {
    EventClass.EXPORT_BAN: ("ban",),
    EventClass.EXPORT_SUSPENSION: ("ban",),
    EventClass.EXPORT_LICENSING: ("licence",),
    EventClass.EXPORT_QUOTA: ("quota",),
    EventClass.EXPORT_TAX: ("tax",),
    EventClass.STATE_TRADING: ("other export",),
    EventClass.TECHNOLOGY_CONTROL: ("licence", "other export"),
    EventClass.REEXPORT_CONTROL: ("licence", "other export"),
    EventClass.ENTITY_LISTING: ("licence", "other export"),
    EventClass.REPORTING_DUTY: ("other export",),
    EventClass.LOCAL_PROCESSING: ("other export",),
    EventClass.IMPORT_RESTRICTION: ("import",),
    EventClass.PRICE_FLOOR: ("other export", "subsidy"),
    EventClass.STOCKPILE: ("subsidy",),
    EventClass.NATIONALISATION: ("investment",),
    EventClass.POLICY_SIGNAL: ("subsidy", "investment"),
    EventClass.NEW_SUPPLY: ("subsidy", "investment"),
    EventClass.NOT_RELEVANT: ("subsidy", "investment"),
}
"""Our classes have none for a subsidy or for investment: what helps or opens is policy, or nothing of the field."""


class Title(Row):
    """A title and the kind of its measure."""

    intervention_type: str
    title: str

    @field_validator("intervention_type")
    @classmethod
    def _small(cls, value: str) -> str:
        return value.lower()


def title(line: bytes, tagger: Tagger) -> Case:
    """Ask for the kind, where the map has it."""
    del tagger
    row = Title.model_validate_json(line)
    post = SignalIn(id=row.title[:500], title=row.title, language="en")
    kind = COARSE.get(row.intervention_type)
    if kind is None:
        return Case(post, ())
    figures = (KIND,) if kind in {"subsidy", "investment"} else (KIND, FLOWS)
    return Case(post, tuple(Question(figure, one_of((kind,), _kinds_for(kind))) for figure in figures))


def _kinds_for(kind: str) -> Read:
    """Read the one kind that the class stands for: the asked one where it may stand for several."""

    def read(judgement: Judgement) -> Iterator[str]:
        first = judgement.event_classes[0]
        kinds = OURS.get(first, (f"{first}",))
        yield kind if kind in kinds else kinds[0]

    return read
